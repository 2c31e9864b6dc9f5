"""The policy told to the operator: what is recorded, what is not, who may see it, and which settings are fixed."""

from dataclasses import dataclass

from recorder.policy.agent_policy import AgentPolicy
from recorder.policy.sections import KeysMode, MaskRule
from resources.words import Words

_ROOT_DIGITS_SHOWN = 16


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the operator is told; `icon` is that of the log's rows of its kind."""

    icon: str
    sentence: str


@dataclass(frozen=True, slots=True)
class SettingTold:
    """A setting of the policy as the operator reads it. `is_fixed`: the policy's file says it, not the built-in one."""

    key: str
    name: str
    value: str
    is_fixed: bool


def recorded(policy: AgentPolicy, words: Words) -> tuple[Fact, ...]:
    """What is recorded."""
    recording = policy.recording
    clipboard = "clipboard_text" if recording.clipboard_text else "clipboard"
    return (
        Fact("kind_screen", words("agent_facts.screen", rate=number(recording.frames_per_s))),
        Fact("kind_text", words(f"agent_facts.keys_{recording.keys.value}")),
        Fact("kind_window", words("agent_facts.windows")),
        Fact("kind_clipboard", words(f"agent_facts.{clipboard}")),
        Fact("kind_process", words("agent_facts.processes")),
        Fact("kind_alert", words("agent_facts.rules")),
    )


def not_recorded(policy: AgentPolicy, words: Words) -> tuple[Fact, ...]:
    """What is not."""
    hidden = () if policy.recording.keys is KeysMode.OFF else (Fact("kind_hidden", words("agent_facts.hidden")),)
    masks = tuple(Fact("kind_mask", mask_told(mask, words)) for mask in policy.masks)
    return (*hidden, *masks, Fact("kind_unknown", words("agent_facts.sound")))


def mask_told(mask: MaskRule, words: Words) -> str:
    """A mask in words: its name, why, and when."""
    name = words("agent_facts.mask", name=mask.name)
    reason = words("agent_facts.mask_reason", reason=mask.reason) if mask.reason else ""
    hours = words("agent_facts.mask_hours", hours=mask.hours) if mask.hours else ""
    return "".join((name, reason, hours))


def kept_for(policy: AgentPolicy, words: Words) -> str:
    """How long recordings are kept."""
    days = policy.storage.keep_days
    return words("agent_rights.kept_days", days=days) if days else words("agent_rights.kept")


def policy_told(policy: AgentPolicy, words: Words) -> str:
    """Which policy is in force."""
    if not policy.version:
        return words("agent_policy.built_in")
    return words("agent_policy.version", version=policy.version, organisation=policy.organisation)


def signer_told(policy: AgentPolicy, root: bytes, words: Words) -> str:
    """By whom it is signed."""
    if root:
        return words("agent_policy.signed", signer=root.hex()[:_ROOT_DIGITS_SHOWN])
    return words("agent_policy.unsigned") if policy.version else words("agent_policy.nobody")


def settings_told(policy: AgentPolicy, words: Words) -> tuple[SettingTold, ...]:
    """The settings that an operator would want to know, and whether the policy fixes them."""
    recording = policy.recording
    values = (
        ("recording.keys", words(f"agent_setting.keys_{recording.keys.value}")),
        ("recording.clipboard_text", words("agent_setting.clipboard_text_" + _yes(recording.clipboard_text))),
        ("recording.frames_per_s", words("agent_setting.rate", rate=number(recording.frames_per_s))),
        ("recording.idle_after_s", words("agent_setting.seconds", seconds=recording.idle_after_s)),
        ("recording.plain_files", words("agent_setting.allowed_" + _yes(recording.plain_files))),
        ("masks", words("agent_setting." + ("masks_count" if policy.masks else "masks_none"), count=len(policy.masks))),
        ("notice.purpose", words(f"agent_setting.purpose_{policy.notice.purpose.value}")),
        ("notice.hold_session", words("agent_setting.hold_" + _yes(policy.notice.hold_session))),
        ("rules.at_most", words(f"agent_setting.response_{policy.rules.at_most.value}")),
        ("supervision.operator_may_stop", words("agent_setting.allowed_" + _yes(policy.supervision.operator_may_stop))),
    )
    return tuple(
        SettingTold(key, words(f"agent_setting.{key.replace('.', '_')}"), value, _is_fixed(policy, key))
        for key, value in values
    )


def number(value: float) -> str:
    """A number without needless zeros."""
    return f"{value:g}"


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def _is_fixed(policy: AgentPolicy, key: str) -> bool:
    return any(one == key or one.startswith(f"{key}.") for one in policy.fixed)
