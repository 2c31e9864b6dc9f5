"""The agent's whole policy: what is recorded, what never is, and what is done about what is seen."""

from dataclasses import dataclass, field
from typing import Annotated

from recorder.policy.sections import (
    ChannelPolicy,
    HiddenInputPolicy,
    MaskRule,
    NoticePolicy,
    RecordingPolicy,
    RulesPolicy,
    StoragePolicy,
    SupervisionPolicy,
)
from recorder.policy.setting import Form, Setting


@dataclass(frozen=True, slots=True)
class AgentPolicy:
    """Version 0 is the built-in policy, which holds where none was given.

    `fixed` names the settings that the file sets ("recording.keys"): whoever sits at the machine cannot change these.
    """

    version: Annotated[
        int, Setting("Counts up with every change: an older one is refused.", least=1, most=2**31, is_needed=True)
    ] = 0
    organisation: Annotated[str, Setting("Who made this policy.", longest=200, form=Form.NAME, is_needed=True)] = ""
    notice: NoticePolicy = field(default_factory=NoticePolicy)
    recording: RecordingPolicy = field(default_factory=RecordingPolicy)
    storage: StoragePolicy = field(default_factory=StoragePolicy)
    masks: tuple[MaskRule, ...] = ()
    hidden_input: HiddenInputPolicy = field(default_factory=HiddenInputPolicy)
    rules: RulesPolicy = field(default_factory=RulesPolicy)
    channels: tuple[ChannelPolicy, ...] = ()
    supervision: SupervisionPolicy = field(default_factory=SupervisionPolicy)
    fixed: frozenset[str] = frozenset()
