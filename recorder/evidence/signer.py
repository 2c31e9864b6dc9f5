"""Who signed a file that this machine is to obey, and whether it is whom this machine trusts."""

from dataclasses import dataclass
from pathlib import Path

from recorder.errors import KeyMissingError
from recorder.evidence.keys import fingerprint
from recorder.evidence.signature import is_signed_by


@dataclass(frozen=True, slots=True)
class Signed:
    """A message, and a root's signature over it; both empty if nobody signed."""

    root_public_bytes: bytes
    signature: bytes
    message: bytes


def require_signer(path: Path, signed: Signed, *, root: bytes | None) -> None:
    """Refuse what is not signed soundly, and with `root` what another signed.

    Raises:
        KeyMissingError: it is refused.
    """
    if not is_signed_by(signed.root_public_bytes, signed.signature, signed.message):
        msg = f"{path} is not signed, or was altered after it was signed; get it again from who made it."
        raise KeyMissingError(msg)
    if root is not None and signed.root_public_bytes != root:
        msg = (
            f"{path} is signed by the root key {fingerprint(signed.root_public_bytes)}, and this machine trusts "
            f"{fingerprint(root)} only; get it from your organisation."
        )
        raise KeyMissingError(msg)
