"""A policy file as bytes: the policy, and as its last line the root that signed everything before that line."""

import re
from dataclasses import dataclass

from recorder.evidence.keys import DeviceKey
from recorder.evidence.signer import Signed
from recorder.policy.faults import Fault

_CONTEXT = b"tachiai/agent-policy/1\x00"
_MARK = b"# tachiai policy signature 1:"
_LINE = re.compile(re.escape(_MARK) + rb" ([0-9a-f]{64}) ([0-9a-f]{128})")
_SIGN_AGAIN = "sign the file again (tachiai-agent policy sign)"


@dataclass(frozen=True, slots=True)
class PolicyBytes:
    """A policy file taken apart: `body` is all before the signature; `root_public_bytes` is empty if nobody signed."""

    body: bytes
    root_public_bytes: bytes = b""
    signature: bytes = b""
    faults: tuple[Fault, ...] = ()

    @property
    def signed(self) -> Signed:
        """What the signature must be over."""
        return Signed(self.root_public_bytes, self.signature, _CONTEXT + self.body)


def take_apart(data: bytes) -> PolicyBytes:
    """The parts of a policy file; a signature that stands at another place, or is none, is a fault."""
    last = data.rstrip(b"\r\n\t ")
    start = last.rfind(b"\n") + 1
    body, line = (data[:start], last[start:]) if last.startswith(_MARK, start) else (data, b"")
    astray = body.find(b"\n" + _MARK)
    if astray >= 0 or (body.startswith(_MARK) and body):
        number = body.count(b"\n", 0, astray + 1) + 1
        fault = Fault(f"A signature must be the last line, and more follows it; remove it and {_SIGN_AGAIN}.", number)
        return PolicyBytes(body, faults=(fault,))
    if not line:
        return PolicyBytes(data)
    found = _LINE.fullmatch(line)
    if found is None:
        number = data.count(b"\n", 0, start) + 1
        return PolicyBytes(body, faults=(Fault(f"This signature is damaged; {_SIGN_AGAIN}.", number),))
    return PolicyBytes(body, bytes.fromhex(found[1].decode()), bytes.fromhex(found[2].decode()))


def signed_policy(data: bytes, root: DeviceKey) -> bytes:
    """The same policy, signed by this root instead of whoever signed it before."""
    body = take_apart(data).body
    body += b"" if body.endswith(b"\n") else b"\n"
    signature = root.sign(_CONTEXT + body)
    return body + _MARK + f" {root.public_bytes.hex()} {signature.hex()}\n".encode()
