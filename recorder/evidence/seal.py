"""The arithmetic of sealing: wraps, the root, the forward ratchet, and the signature at a segment's end."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from recorder.evidence.keys import Recipient
from recorder.format.header import Wrap

SECRET_BYTES = 32
TAG_BYTES = 16

# Every record has a key of its own, used once, so the nonce need not differ.
_NONCE = bytes(12)
_BODY_CONTEXT = b"tachiai/body/1\x00"
_ROOT_CONTEXT = b"tachiai/root/1\x00"
_WRAP_CONTEXT = b"tachiai/wrap/1\x00"
_END_CONTEXT = b"tachiai/end/1\x00"


def _suite() -> Suite:
    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def _field(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _wrap_info(session_id: str, segment: int, group: str, public: bytes) -> bytes:
    named = _field(session_id.encode()) + segment.to_bytes(4, "big") + _field(group.encode()) + _field(public)
    return _WRAP_CONTEXT + named


def wrap_secret(secret: bytes, recipient: Recipient, *, session_id: str, segment: int) -> Wrap:
    """A group's secret for one member, bound to this segment of this session."""
    info = _wrap_info(session_id, segment, recipient.group, recipient.public_bytes)
    sealed = _suite().encrypt(secret, X25519PublicKey.from_public_bytes(recipient.public_bytes), info=info)
    return Wrap(group=recipient.group, name=recipient.name, public=recipient.public_bytes.hex(), wrap=sealed.hex())


def unwrap_secret(wrap: Wrap, key: X25519PrivateKey, *, session_id: str, segment: int) -> bytes:
    """The group's secret.

    Raises:
        cryptography.exceptions.InvalidTag: this key does not open it.
        ValueError: the wrap is not one.
    """
    info = _wrap_info(session_id, segment, wrap.group, bytes.fromhex(wrap.public))
    return _suite().decrypt(bytes.fromhex(wrap.wrap), key, info=info)


def root_key(secrets_by_group: Mapping[str, bytes]) -> bytes:
    """The first key of the ratchet: of the secrets of all groups together, so that every group is needed."""
    digest = hashlib.sha256(_ROOT_CONTEXT)
    for group in sorted(secrets_by_group):
        digest.update(_field(group.encode()) + secrets_by_group[group])
    return digest.digest()


def step(chain_key: bytes) -> bytes:
    """The next chain key; the one before cannot be found from it."""
    return hmac.digest(chain_key, b"chain", "sha256")


def message_key(chain_key: bytes) -> bytes:
    """The key of the record that stands at this chain key."""
    return hmac.digest(chain_key, b"message", "sha256")


def seal_body(chain_key: bytes, header_bytes: bytes, plain: bytes) -> bytes:
    """Encrypt a record's body; its header is authenticated with it."""
    return AESGCM(message_key(chain_key)).encrypt(_NONCE, plain, _BODY_CONTEXT + header_bytes)


def open_body(chain_key: bytes, header_bytes: bytes, body: bytes | memoryview) -> bytes:
    """Decrypt a record's body.

    Raises:
        cryptography.exceptions.InvalidTag: it is not what was sealed with this key.
    """
    return AESGCM(message_key(chain_key)).decrypt(_NONCE, body, _BODY_CONTEXT + header_bytes)


def end_statement(*, segment_digest: bytes, header_bytes: bytes, unsigned: bytes) -> bytes:
    """What the device signs in an end record: which segment, all of the record's header, and its body but for this."""
    return _END_CONTEXT + segment_digest + header_bytes + unsigned


class Ratchet:
    """The chain keys of one segment as an auditor holds them: any of them, derived from the root once."""

    def __init__(self, root: bytes) -> None:
        self._keys = [root]

    def key(self, sequence: int) -> bytes:
        """The chain key of this record (the first is sequence 1)."""
        while len(self._keys) < sequence:
            self._keys.append(step(self._keys[-1]))
        return self._keys[sequence - 1]


def groups_of(wraps: Sequence[Wrap]) -> tuple[str, ...]:
    """The groups that are needed, each once, sorted."""
    return tuple(sorted({wrap.group for wrap in wraps}))
