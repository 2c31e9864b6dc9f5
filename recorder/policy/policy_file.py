"""A policy file: read whole, checked whole, and refused in one sentence if anything in it is wrong."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from recorder.agent_events import PolicyInForce
from recorder.errors import PolicyError
from recorder.evidence.files import read_small_file
from recorder.evidence.signer import require_signer
from recorder.logrow import inert
from recorder.policy.agent_policy import AgentPolicy
from recorder.policy.faults import Fault, FaultyPolicyError
from recorder.policy.parsing import Parsed, parse_policy
from recorder.policy.signing import take_apart
from recorder.policy.toml_lines import Place, key_lines

MOST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A policy and the file that it stands in; without one it is the built-in policy.

    `root_public_bytes` is the organisation's root that signed it, empty if nobody did.
    """

    policy: AgentPolicy
    path: Path | None = None
    data: bytes = b""
    root_public_bytes: bytes = b""

    @property
    def sha256(self) -> bytes:
        """The digest of the whole file; b"" without one."""
        return hashlib.sha256(self.data).digest() if self.data else b""

    def lines(self) -> Callable[[Place], int | None]:
        """Tells the line of a setting, or of its section where the file leaves it out; None if that is not there."""
        lines = key_lines(_text(take_apart(self.data).body)) if self.data else {}

        def line_of(place: Place) -> int | None:
            return next((lines[place[:length]] for length in range(len(place), 0, -1) if place[:length] in lines), None)

        return line_of

    def in_force(self, at_ns: int = 0) -> PolicyInForce:
        """The event that says so in a recording."""
        return PolicyInForce(
            at_ns=at_ns,
            version=self.policy.version,
            organisation=self.policy.organisation,
            sha256=self.sha256,
            root=self.root_public_bytes,
        )


def read_policy_file(path: Path) -> PolicyFile:
    """The policy in this file; raises as `policy_in` does, and PolicyError if it cannot be read."""
    return policy_in(read_policy_bytes(path), path)


def policy_in(data: bytes, path: Path) -> PolicyFile:
    """The policy in these bytes of a file; if it is signed, soundly.

    Raises:
        FaultyPolicyError: something in it is wrong.
        KeyMissingError: it was altered after it was signed.
    """
    parsed = parse_policy_bytes(data)
    if parsed.faults:
        raise FaultyPolicyError(path, parsed.faults)
    parts = take_apart(data)
    if parts.root_public_bytes:
        require_signer(path, parts.signed, root=None)
    return PolicyFile(parsed.policy, path, data, parts.root_public_bytes)


def read_policy_bytes(path: Path) -> bytes:
    """A policy file's bytes.

    Raises:
        PolicyError: it cannot be read, or is larger than any policy.
    """
    try:
        return read_small_file(Path(os.path.realpath(path)), most_bytes=MOST_BYTES)
    except OSError as error:
        reason = error.strerror or "no such file"
        msg = f"The policy {inert(str(path))} could not be read ({reason}); check its path and who may read it."
        raise PolicyError(msg) from error


def parse_policy_bytes(data: bytes) -> Parsed:
    """The policy in these bytes, with everything that is wrong with it but its signature's soundness."""
    parts = take_apart(data)
    try:
        text = _text(parts.body)
    except UnicodeDecodeError as error:
        line = parts.body.count(b"\n", 0, error.start) + 1
        return Parsed(AgentPolicy(), (Fault("This line is not text in UTF-8; save the file in that encoding.", line),))
    parsed = parse_policy(text)
    return Parsed(parsed.policy, (*parsed.faults, *parts.faults))


def _text(body: bytes) -> str:
    """Raises UnicodeDecodeError."""
    return body.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n")
