"""An auditor's private key in a file: locked by a passphrase through Argon2id, or plain."""

import secrets
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from recorder.errors import KeyMissingError
from recorder.evidence import keyring_door
from recorder.format.header import canonical

FORMAT = "tachiai-auditor-key"
_MEMORY_KIB = 64 * 1024
_ITERATIONS = 3
_LANES = 4
# A hostile key file must not be able to ask for all the memory there is.
_MOST_MEMORY_KIB = 1024 * 1024
_MOST_ITERATIONS = 16
_MOST_LANES = 16

# OpenSSL's pool has as many threads as one derivation has lanes: two at once wait for each other without end.
_ONE_AT_A_TIME = threading.Lock()


class Argon2Settings(msgspec.Struct, frozen=True):
    """How the passphrase becomes a key."""

    salt: str
    iterations: int
    lanes: int
    memory_kib: int


class AuditorKeyFile(msgspec.Struct, frozen=True):
    """What the file holds; `private` is the key itself (protection "none") or the key sealed by AES-256-GCM."""

    format: str
    version: int
    name: str
    group: str
    public: str
    protection: str
    private: str
    nonce: str = ""
    argon2id: Argon2Settings | None = None


def lock_private_bytes(
    private_bytes: bytes, facts: Mapping[str, str], passphrase: str | None, *, protection: str
) -> AuditorKeyFile:
    """The file for this key; `facts` are its name, group and public."""
    name, group, public = facts["name"], facts["group"], facts["public"]
    if passphrase is None:
        return AuditorKeyFile(FORMAT, 1, name, group, public, protection="none", private=private_bytes.hex())
    settings = Argon2Settings(salt=secrets.token_hex(16), iterations=_ITERATIONS, lanes=_LANES, memory_kib=_MEMORY_KIB)
    nonce = secrets.token_bytes(12)
    sealed = AESGCM(_derive(passphrase, settings)).encrypt(nonce, private_bytes, _bound(facts))
    return AuditorKeyFile(
        FORMAT,
        1,
        name,
        group,
        public,
        protection=protection,
        private=sealed.hex(),
        nonce=nonce.hex(),
        argon2id=settings,
    )


def unlock_private_bytes(file: AuditorKeyFile, path: Path, ask: Callable[[], str] | None) -> bytes:
    """The key in the file.

    Raises:
        KeyMissingError: the passphrase is wrong or cannot be asked, or the file is of another version.
        ValueError: the file is damaged.
    """
    if file.format != FORMAT or file.version != 1:
        msg = f"{path} is not an auditor's key file of version 1; update Tachiai, or give another."
        raise KeyMissingError(msg)
    if file.protection == "none":
        return bytes.fromhex(file.private)
    if file.argon2id is None:
        msg = "locked, but not said how"
        raise ValueError(msg)
    key = _derive(_passphrase(file, path, ask), file.argon2id)
    facts = {"name": file.name, "group": file.group, "public": file.public}
    try:
        return AESGCM(key).decrypt(bytes.fromhex(file.nonce), bytes.fromhex(file.private), _bound(facts))
    except InvalidTag as error:
        msg_0 = f"This passphrase does not open {path}; try again."
        raise KeyMissingError(msg_0) from error


def _passphrase(file: AuditorKeyFile, path: Path, ask: Callable[[], str] | None) -> str:
    if file.protection == "keyring":
        kept = keyring_door.recall(file.public)
        if kept is None:
            msg = f"The desktop's keyring does not open {path}; unlock it, or use its own user."
            raise KeyMissingError(msg)
        return kept
    if ask is None:
        msg = f"{path} is locked by a passphrase, and nobody can be asked for it here."
        raise KeyMissingError(msg)
    return ask()


def _derive(passphrase: str, settings: Argon2Settings) -> bytes:
    asked = (settings.memory_kib, settings.iterations, settings.lanes)
    most = (_MOST_MEMORY_KIB, _MOST_ITERATIONS, _MOST_LANES)
    if any(not 1 <= value <= limit for value, limit in zip(asked, most, strict=True)):
        msg = "asks for more than it may"
        raise ValueError(msg)
    kdf = Argon2id(
        salt=bytes.fromhex(settings.salt),
        length=32,
        iterations=settings.iterations,
        lanes=settings.lanes,
        memory_cost=settings.memory_kib,
    )
    with _ONE_AT_A_TIME:
        return kdf.derive(passphrase.encode("utf-8", "surrogatepass"))


def _bound(facts: Mapping[str, str]) -> bytes:
    return b"tachiai/auditor-key/1\x00" + canonical(dict(facts))
