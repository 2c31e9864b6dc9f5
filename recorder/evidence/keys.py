"""The keys of devices and auditors, who a recording is sealed to, and which devices are known."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from recorder.errors import KeyMissingError, UnreadableError
from recorder.evidence.files import write_private_file
from recorder.evidence.key_file import AuditorKeyFile, lock_private_bytes, unlock_private_bytes
from recorder.evidence.signature import is_signed_by
from recorder.format.header import SegmentHeader, canonical

DEFAULT_GROUP = "auditors"
_DEVICE_KEY_FILE = "device.key"
_LIST_FORMAT = "tachiai-recipients"
_LIST_CONTEXT = b"tachiai/recipients/1\x00"
_MAX_KEY_FILE_BYTES = 1024 * 1024


def fingerprint(public_bytes: bytes) -> str:
    """What a person compares: 16 hexadecimal characters of the key's SHA-256."""
    return hashlib.sha256(public_bytes).hexdigest()[:16]


def read_key_file(path: Path) -> bytes:
    """A key file's bytes, or a sentence about why not."""
    try:
        with path.open("rb") as file:
            return file.read(_MAX_KEY_FILE_BYTES)
    except OSError as error:
        msg = f"The key file {path} could not be read ({error.strerror}); check its path and who may read it."
        raise KeyMissingError(msg) from error


class DeviceKey:
    """This machine's Ed25519 key: it signs the head and the end of every segment, nothing else."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public_bytes = private.public_key().public_bytes_raw()

    @classmethod
    def generate(cls) -> Self:
        """A new key, not yet on any disk."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def load_or_create(cls, folder: Path) -> Self:
        """The key in this folder; made at the first call."""
        path = folder / _DEVICE_KEY_FILE
        if not path.exists():
            device = cls.generate()
            write_private_file(path, device._pem())
            return device
        return cls(_ed25519_private(path))

    @property
    def fingerprint(self) -> str:
        """What a person compares."""
        return fingerprint(self.public_bytes)

    def sign(self, message: bytes) -> bytes:
        """This device's signature over the message."""
        return self._private.sign(message)

    def _pem(self) -> bytes:
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


class RootKey(DeviceKey):
    """An organisation's key that signs lists of recipients; keep it away from the machines that record."""

    @classmethod
    def load(cls, path: Path) -> "RootKey":
        """The root key in this file."""
        return cls(_ed25519_private(path))

    def save(self, path: Path) -> None:
        """Write it to a private file, unprotected."""
        write_private_file(path, self._pem())


def _ed25519_private(path: Path) -> Ed25519PrivateKey:
    try:
        private = load_pem_private_key(read_key_file(path), password=None)
    except (ValueError, TypeError) as error:
        msg = f"{path} is not a signing key; restore it, or move it away to make a new one."
        raise KeyMissingError(msg) from error
    if not isinstance(private, Ed25519PrivateKey):
        msg = f"{path} is not an Ed25519 signing key; restore it, or move it away to make a new one."
        raise KeyMissingError(msg)
    return private


@dataclass(frozen=True, slots=True)
class Recipient:
    """A member of a group that recordings are sealed to: one member of every group is needed to open one."""

    name: str
    group: str
    public_bytes: bytes

    @property
    def fingerprint(self) -> str:
        """What a person compares."""
        return fingerprint(self.public_bytes)


class AuditorKey:
    """An auditor's X25519 key: it opens what was sealed to it."""

    def __init__(self, name: str, group: str, private: X25519PrivateKey, *, protection: str = "none") -> None:
        self.name = name
        self.private = private
        self.protection = protection
        self.public = Recipient(name=name, group=group, public_bytes=private.public_key().public_bytes_raw())

    @classmethod
    def generate(cls, name: str, group: str = DEFAULT_GROUP) -> "AuditorKey":
        """A new key, not yet on any disk."""
        return cls(name, group, X25519PrivateKey.generate())

    def save(self, path: Path, passphrase: str | None, *, in_keyring: bool = False) -> None:
        """Write it to a private file, locked by the passphrase; None leaves it open to whoever can read the file.

        With `in_keyring` the passphrase is a random one that the desktop's keyring keeps.
        """
        protection = "keyring" if in_keyring else "none" if passphrase is None else "passphrase"
        facts = {"name": self.name, "group": self.public.group, "public": self.public.public_bytes.hex()}
        file = lock_private_bytes(self.private.private_bytes_raw(), facts, passphrase, protection=protection)
        write_private_file(path, canonical(msgspec.to_builtins(file)) + b"\n")
        self.protection = protection

    @classmethod
    def load(cls, path: Path, passphrase: Callable[[], str] | None) -> "AuditorKey":
        """The key in this file; `passphrase` is asked only if the file is locked by one.

        Raises:
            KeyMissingError: it cannot be read, is not a key, or the passphrase is wrong or cannot be asked.
        """
        try:
            file = msgspec.json.decode(read_key_file(path), type=AuditorKeyFile)
            private = X25519PrivateKey.from_private_bytes(unlock_private_bytes(file, path, passphrase))
        except (msgspec.DecodeError, ValueError) as error:
            msg = f"{path} is not an auditor's key file; give the one that `keys new` made."
            raise KeyMissingError(msg) from error
        key = cls(file.name, file.group, private, protection=file.protection)
        if key.public.public_bytes.hex() != file.public:
            msg = f"{path} names another key than it holds; restore it from a copy."
            raise KeyMissingError(msg)
        return key


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The auditor keys at hand, and what others lent: secrets of groups, by session, segment and group.

    `attend` is told of every segment that is opened, and by which keys, before its content can be read: what it raises
    leaves the content closed.
    """

    keys: tuple[AuditorKey, ...] = ()
    lent: Mapping[tuple[str, int, str], bytes] = field(default_factory=dict)
    attend: Callable[[SegmentHeader, tuple[Recipient, ...]], None] | None = None

    def for_public(self, public_bytes: bytes) -> AuditorKey | None:
        """The private key of this public one, if it is at hand."""
        return next((key for key in self.keys if key.public.public_bytes == public_bytes), None)


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who recordings are sealed to: one member of every group can open them together. Signed by a root key."""

    version: int
    groups: tuple[tuple[str, tuple[Recipient, ...]], ...]
    root_public_bytes: bytes
    signature: bytes

    @classmethod
    def sign(cls, members: Iterable[Recipient], *, version: int, root: DeviceKey) -> "Recipients":
        """A list of these members, signed."""
        by_group: dict[str, list[Recipient]] = {}
        for member in sorted(members, key=lambda member: (member.group, member.name, member.public_bytes)):
            by_group.setdefault(member.group, []).append(member)
        if not by_group:
            msg = "A list of recipients needs at least one auditor's key."
            raise KeyMissingError(msg)
        groups = tuple((group, tuple(of_group)) for group, of_group in by_group.items())
        _require_usable(member for _, of_group in groups for member in of_group)
        _require_one_group_each(groups)
        unsigned = cls(version=version, groups=groups, root_public_bytes=root.public_bytes, signature=b"")
        signature = root.sign(_LIST_CONTEXT + canonical(unsigned._content()))
        return cls(version=version, groups=groups, root_public_bytes=root.public_bytes, signature=signature)

    @classmethod
    def load(cls, path: Path, *, root: bytes | None = None) -> "Recipients":
        """The list in this file.

        Raises:
            KeyMissingError: it is unreadable, not a list, its signature is bad, or another root than `root` made it.
        """
        recipients = _recipients_from(read_key_file(path), path)
        message = _LIST_CONTEXT + canonical(recipients._content())
        if not is_signed_by(recipients.root_public_bytes, recipients.signature, message):
            msg = f"The list of recipients {path} was altered after it was signed; get it again from who made it."
            raise KeyMissingError(msg)
        if root is not None and recipients.root_public_bytes != root:
            msg = (
                f"The list of recipients {path} is signed by the root key {fingerprint(recipients.root_public_bytes)}, "
                f"and this machine trusts {fingerprint(root)} only; get the list from your organisation."
            )
            raise KeyMissingError(msg)
        _require_usable(recipients.members)
        return recipients

    def save(self, path: Path) -> None:
        """Write the signed list."""
        whole = self._content() | {"signature": self.signature.hex()}
        write_private_file(path, canonical(whole) + b"\n")

    @property
    def members(self) -> tuple[Recipient, ...]:
        """Everybody on it."""
        return tuple(member for _, of_group in self.groups for member in of_group)

    def _content(self) -> dict[str, Any]:
        groups = {group: {one.public_bytes.hex(): one.name for one in of_group} for group, of_group in self.groups}
        return {
            "format": _LIST_FORMAT,
            "version": self.version,
            "root": self.root_public_bytes.hex(),
            "groups": groups,
        }


class _ListFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: str
    version: int
    root: str
    groups: dict[str, dict[str, str]]
    signature: str


def _recipients_from(data: bytes, path: Path) -> Recipients:
    try:
        file = msgspec.json.decode(data, type=_ListFile)
        groups = tuple((group, _members(group, members)) for group, members in sorted(file.groups.items()))
        recipients = Recipients(
            version=file.version,
            groups=groups,
            root_public_bytes=bytes.fromhex(file.root),
            signature=bytes.fromhex(file.signature),
        )
    except (msgspec.DecodeError, ValueError) as error:
        msg = f"{path} is not a list of recipients; give the one that `keys` made."
        raise KeyMissingError(msg) from error
    if file.format != _LIST_FORMAT or file.version < 0 or not groups or not all(members for _, members in groups):
        msg = f"{path} is not a list of recipients, or one of its groups is empty."
        raise KeyMissingError(msg)
    return recipients


def _members(group: str, names_by_public: Mapping[str, str]) -> tuple[Recipient, ...]:
    members = [Recipient(name, group, bytes.fromhex(public)) for public, name in names_by_public.items()]
    if any(len(member.public_bytes) != 32 for member in members):
        msg = "a public key has 32 bytes"
        raise ValueError(msg)
    return tuple(sorted(members, key=lambda member: (member.name, member.public_bytes)))


class DeviceTrust:
    """Which devices' public keys are known here, and by which names."""

    def __init__(self, names: Mapping[bytes, str], *, folder: Path | None = None) -> None:
        self._names = dict(names)
        self._folder = folder

    @classmethod
    def from_folder(cls, path: Path) -> "DeviceTrust":
        """The devices whose public keys lie in this folder; a folder that is not there knows none.

        Raises:
            UnreadableError: it cannot be looked into, or a file in it is not a device's public key.
        """
        try:
            files = sorted(file for file in path.iterdir() if file.suffix == ".json")  # `glob` keeps quiet on refusals
        except FileNotFoundError:
            files = []
        except OSError as error:
            msg = f"The trusted devices in {path} could not be read ({error.strerror}); check who may read that folder."
            raise UnreadableError(msg) from error
        return cls(dict(_device_from(file) for file in files), folder=path)

    def accepts(self, public_bytes: bytes) -> bool:
        """Whether this device is known."""
        return public_bytes in self._names

    def name_of(self, public_bytes: bytes) -> str | None:
        """The name this device is known by, None if it is not."""
        return self._names.get(public_bytes)

    @property
    def devices(self) -> tuple[tuple[bytes, str], ...]:
        """Every known device: its public key and its name."""
        return tuple(self._names.items())

    def add(self, public_bytes: bytes, name: str) -> None:
        """Know this device from now on; kept in the folder if there is one."""
        if self._folder is not None:
            write_private_file(self._folder / f"{fingerprint(public_bytes)}.json", device_note(public_bytes, name))
        self._names[public_bytes] = name


def device_note(public_bytes: bytes, name: str) -> bytes:
    """What is in a file with a device's public key, which another machine can import."""
    return canonical({"name": name, "public": public_bytes.hex()}) + b"\n"


def import_device(path: Path, trust: DeviceTrust, *, name: str = "") -> tuple[bytes, str]:
    """Trust the device whose public key is in this file, or is all that is in it; its key and name."""
    text = read_key_file(path).strip().lower()
    if re.fullmatch(rb"[0-9a-f]{64}", text):
        public_bytes, named = bytes.fromhex(text.decode()), text[:8].decode()
    else:
        public_bytes, named = _device_from(path)
    trust.add(public_bytes, name or named)
    return public_bytes, name or named


def _device_from(path: Path) -> tuple[bytes, str]:
    try:
        note = json.loads(read_key_file(path))
        public_bytes, name = bytes.fromhex(note["public"]), str(note["name"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        msg = f"{path} is not a device's public key; remove it, or get it again."
        raise UnreadableError(msg) from error
    if re.fullmatch(r"[0-9a-f]{64}", note["public"]) is None:
        msg = f"{path} is not a device's public key; remove it, or get it again."
        raise UnreadableError(msg)
    return public_bytes, name


def _require_usable(members: Iterable[Recipient]) -> None:
    """Refuse keys to which nothing can be sealed: some numbers are no key, though they are as long as one.

    Raises:
        KeyMissingError: there is such a key.
    """
    any_key = X25519PrivateKey.generate()
    for member in members:
        try:
            any_key.exchange(X25519PublicKey.from_public_bytes(member.public_bytes))
        except ValueError as error:
            msg = f"Nothing can be sealed to the key of {member.name} ({member.group}); have them give it again."
            raise KeyMissingError(msg) from error


def _require_one_group_each(groups: Iterable[tuple[str, tuple[Recipient, ...]]]) -> None:
    """Refuse a key in two groups: whoever has it would open alone what one of each group is needed for.

    Raises:
        KeyMissingError: there is such a key.
    """
    group_of: dict[bytes, str] = {}
    for group, members in groups:
        for member in members:
            other = group_of.setdefault(member.public_bytes, group)
            if other != group:
                msg = (
                    f"The key of {member.name} is in two groups ({other}, {group}), so its owner would open alone what "
                    "one of each is needed for; put it into one of them."
                )
                raise KeyMissingError(msg)
