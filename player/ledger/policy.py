"""What must be given and kept before content is shown: one file, signed by the organisation's root where there is one.

HOME/keys/policy.json, beside the organisation's root that is pinned there. Without a file nothing is asked, and an
entry that cannot be written keeps the content closed.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

import msgspec

from recorder.errors import KeyMissingError
from recorder.evidence.files import write_private_file
from recorder.evidence.key_folder import pinned_root
from recorder.evidence.keys import DeviceKey, read_key_file
from recorder.evidence.signer import Signed, require_signer
from recorder.format.header import canonical

FORMAT = "tachiai-policy"
FILE_NAME = "policy.json"
LONGEST_REASON = 500
_CONTEXT = b"tachiai/policy/1\x00"
_LONGEST_PATTERN = 200


class Occasion(StrEnum):
    """For what a reason may be asked."""

    OPENING = "opening"
    EXPORT = "export"
    SEARCH = "search"


class IfNot(StrEnum):
    """What becomes of the content if its entry cannot be written."""

    REFUSE = "refuse"
    SHOW = "show"


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules. `choices`: reasons to choose from; `ticket`: a pattern that must be found in the reason."""

    version: int = 0
    reason_for: tuple[str, ...] = ()
    least_length: int = 0
    choices: tuple[str, ...] = ()
    free_text: bool = True
    ticket: str = ""
    shared: str = ""
    if_not_entered: str = IfNot.REFUSE
    if_not_shared: str = IfNot.REFUSE
    root_public_bytes: bytes = b""
    signature: bytes = b""

    @property
    def mark(self) -> str:
        """What entries name it by; empty if there is none."""
        return hashlib.sha256(_CONTEXT + canonical(self.content())).hexdigest()[:16] if self.version else ""

    def content(self) -> dict[str, Any]:
        """What is signed."""
        return {
            "format": FORMAT,
            "version": self.version,
            "root": self.root_public_bytes.hex(),
            "rules": {
                "reason_for": list(self.reason_for),
                "least_length": self.least_length,
                "choices": list(self.choices),
                "free_text": self.free_text,
                "ticket": self.ticket,
                "shared": self.shared,
                "if_not_entered": str(self.if_not_entered),
                "if_not_shared": str(self.if_not_shared),
            },
        }

    def signed(self, root: DeviceKey) -> Self:
        """The same, signed by an organisation's root."""
        unsigned = replace(self, root_public_bytes=root.public_bytes, signature=b"")
        return replace(unsigned, signature=root.sign(_CONTEXT + canonical(unsigned.content())))

    def save(self, path: Path) -> None:
        """Write it."""
        write_private_file(path, canonical(self.content() | {"signature": self.signature.hex()}) + b"\n")

    def asks_reason(self, occasion: Occasion) -> bool:
        """Whether a reason must be given for this."""
        return occasion in self.reason_for

    def reason_problem(self, reason: str) -> str:
        """Why this reason will not do, in a sentence; empty if it will."""
        said = reason.strip()
        if not said:
            return "A reason is needed before anything is shown."
        if len(said) > LONGEST_REASON:
            return f"The reason has more than {LONGEST_REASON} characters; say it shorter."
        choice = next((one for one in self.choices if said == one or said.startswith(f"{one}: ")), "")
        text = said[len(choice) :].removeprefix(":").strip()
        if (self.choices and not self.free_text) and (not choice or text):
            return f"The reason must be one of these: {'; '.join(self.choices)}."
        if (text or not choice) and len(text) < self.least_length:
            return f"The reason needs at least {self.least_length} characters."
        if self.ticket and re.search(self.ticket, said) is None:
            return _no_ticket(self.ticket)
        return ""


def _no_ticket(pattern: str) -> str:
    """Said by an example: not everybody who must give a reason reads patterns."""
    from recorder.policy.pattern_sample import pattern_sample  # RE2, which nothing else here needs

    example = pattern_sample(pattern)
    if not example:
        return "The reason must name a ticket, in the form that your organisation prescribes."
    return f"The reason must name a ticket, like {example}."


class _Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason_for: list[Occasion]
    least_length: Annotated[int, msgspec.Meta(ge=0, le=LONGEST_REASON)]
    choices: Annotated[list[str], msgspec.Meta(max_length=50)]
    free_text: bool
    ticket: Annotated[str, msgspec.Meta(max_length=_LONGEST_PATTERN)]
    shared: str
    if_not_entered: IfNot
    if_not_shared: IfNot


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: str
    version: Annotated[int, msgspec.Meta(ge=1, le=2**31)]
    root: str
    rules: _Rules
    signature: str


def load_policy(keys: Path) -> Policy:
    """The policy that holds for this user; without a file, the one that asks nothing.

    Raises:
        KeyMissingError: the file is no policy, was altered, or is not signed by the organisation that is pinned here.
    """
    path = keys / FILE_NAME
    return read_policy(path, root=pinned_root(keys)) if path.exists() else Policy()


def read_policy(path: Path, *, root: bytes | None) -> Policy:
    """The policy in this file; with `root`, only one that this root signed.

    Raises:
        KeyMissingError: it is none, was altered, or another made it.
    """
    try:
        file = msgspec.json.decode(read_key_file(path), type=_File)
        policy = _policy_of(file)
    except (msgspec.DecodeError, ValueError, re.error) as error:
        msg = f"{path} is not a policy for viewing; get it again from who made it (tachiai-player policy make)."
        raise KeyMissingError(msg) from error
    if policy.root_public_bytes or root is not None:
        message = _CONTEXT + canonical(policy.content())
        signed = Signed(policy.root_public_bytes, policy.signature, message)
        require_signer(path, signed, root=root)
    return policy


def _policy_of(file: _File) -> Policy:
    rules = file.rules
    re.compile(rules.ticket)
    problem = rules_problem(rules.choices, free_text=rules.free_text, ticket=rules.ticket)
    if file.format != FORMAT or problem:
        raise ValueError(problem or "another format")
    return Policy(
        version=file.version,
        reason_for=tuple(str(one) for one in rules.reason_for),
        least_length=rules.least_length,
        choices=tuple(rules.choices),
        free_text=rules.free_text,
        ticket=rules.ticket,
        shared=rules.shared,
        if_not_entered=rules.if_not_entered,
        if_not_shared=rules.if_not_shared,
        root_public_bytes=bytes.fromhex(file.root),
        signature=bytes.fromhex(file.signature),
    )


def rules_problem(choices: Sequence[str], *, free_text: bool, ticket: str) -> str:
    """Why these rules let no reason pass; empty if some do."""
    if not free_text and not choices:
        return "Without free text there must be choices to choose from."
    if not free_text and ticket and not any(re.search(ticket, one) for one in choices):
        return "No choice names a ticket, and there is no free text to name one in."
    return ""
