"""Whether something is signed by a key."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def is_signed_by(public_bytes: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the signature is this key's over this message."""
    try:
        Ed25519PublicKey.from_public_bytes(public_bytes).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
