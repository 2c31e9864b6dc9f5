"""Who sits at this player, with a key that signs what they do, and which other persons they trust.

HOME/person/signing.key    this person's private key, made at first use
HOME/person/name           what this person is called, if they said so themselves
HOME/persons/*.pub         persons who are trusted, a line NAME:KEY each; the name is the one that is used here
"""

import getpass
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from recorder.errors import BugError, KeyMissingError, StorageError, UnreadableError
from recorder.evidence.files import held, storage_sentence, write_private_file
from recorder.evidence.key_folder import home_folder
from recorder.evidence.keys import fingerprint, read_key_file
from recorder.evidence.signature import is_signed_by
from recorder.logrow import inert

LONGEST_NAME = 200
_CONTEXT = b"tachiai/person/1\x00"
_LINE = re.compile(r"(?P<name>[^:]+):(?P<public>[0-9a-f]{64})")
_PURPOSE = re.compile(r"[a-z][a-z0-9/-]*")


class Standing(Enum):
    """What a person is to whoever sits at this player."""

    ME = "me"
    TRUSTED = "trusted"
    STRANGER = "stranger"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs: the name is a claim, the public key is who it is."""

    name: str
    public_bytes: bytes

    @property
    def fingerprint(self) -> str:
        """What a person compares."""
        return fingerprint(self.public_bytes)

    @property
    def line(self) -> str:
        """The public line, to be given to others."""
        return f"{self.name}:{self.public_bytes.hex()}"


class Signer:
    """This person, with the key that signs for them."""

    def __init__(self, person: Person, private: Ed25519PrivateKey) -> None:
        self.person = person
        self._private = private

    def sign(self, data: bytes, *, purpose: str) -> bytes:
        """This person's signature over the data; it is worth nothing for another purpose."""
        return self._private.sign(_message(data, purpose))


def check(public_bytes: bytes, data: bytes, signature: bytes, *, purpose: str) -> bool:
    """Whether the person with this key signed this data for this purpose. Says nothing about who that is."""
    return is_signed_by(public_bytes, signature, _message(data, purpose))


def this_person(environment: Mapping[str, str] | None = None) -> Signer:
    """Whoever sits here; their key is made at first use.

    Raises:
        KeyMissingError: the key cannot be read or is none.
        StorageError: it cannot be made.
    """
    folder = _person_folder(environment)
    if not _key_path(folder).exists():
        _make_key(folder)
    private = _private_key(_key_path(folder))
    return Signer(Person(person_name(environment), private.public_key().public_bytes_raw()), private)


def person_name(environment: Mapping[str, str] | None = None) -> str:
    """What this person is called: as they said, else their full name and login as the system knows them."""
    path = _person_folder(environment) / "name"
    try:
        said = path.read_text(encoding="utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        msg = f"Your name in {path} could not be read; say it again with tachiai-player persons name NAME."
        raise UnreadableError(msg) from error
    return _as_name(said) or _name_of_system()


def call_this_person(name: str, environment: Mapping[str, str] | None = None) -> None:
    """From now on this person is called so; what they signed before keeps the name it has."""
    write_private_file(_person_folder(environment) / "name", _as_name(name).encode() + b"\n")


class Persons:
    """This person, if they have a key already, and the persons that they trust."""

    def __init__(self, names: Mapping[bytes, str], *, me: Person | None = None, folder: Path | None = None) -> None:
        self.me = me
        self._names = dict(names)
        self._folder = folder

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None) -> Self:
        """As this person's own folder says. Makes no key.

        Raises:
            KeyMissingError: the key of this person is there and cannot be read.
            UnreadableError: the trusted persons cannot be read, or one of their files is no person's key.
        """
        me = this_person(environment).person if _key_path(_person_folder(environment)).exists() else None
        folder = home_folder(environment) / "persons"
        try:
            files = sorted(file for file in folder.iterdir() if file.suffix == ".pub")
        except FileNotFoundError:
            files = []
        except OSError as error:
            msg = f"The trusted persons in {folder} could not be read ({error.strerror}); check who may read it."
            raise UnreadableError(msg) from error
        trusted = [read_person(file) for file in files]
        return cls({person.public_bytes: person.name for person in trusted}, me=me, folder=folder)

    def standing(self, public_bytes: bytes) -> Standing:
        """What the person with this key is here."""
        if self.me is not None and public_bytes == self.me.public_bytes:
            return Standing.ME
        return Standing.TRUSTED if public_bytes in self._names else Standing.STRANGER

    def name_of(self, public_bytes: bytes) -> str | None:
        """The name this person is known by here; None for a stranger, whatever they call themselves."""
        if self.me is not None and public_bytes == self.me.public_bytes:
            return self.me.name
        return self._names.get(public_bytes)

    @property
    def trusted(self) -> tuple[Person, ...]:
        """Everybody who is trusted here."""
        return tuple(Person(name, public_bytes) for public_bytes, name in self._names.items())

    def trust(self, person: Person) -> None:
        """Take what this person signs for theirs from now on; kept in the folder if there is one."""
        if self._folder is not None:
            write_private_file(self._folder / f"{person.fingerprint}.pub", person.line.encode() + b"\n")
        self._names[person.public_bytes] = person.name

    def distrust(self, person: Person) -> None:
        """What this person signs is a stranger's from now on."""
        if self._folder is not None:
            for path in self._folder.glob("*.pub"):
                if read_person(path).public_bytes == person.public_bytes:
                    _remove(path)
        self._names.pop(person.public_bytes, None)


def read_person(path: Path) -> Person:
    """The person whose public line is in this file.

    Raises:
        KeyMissingError: it cannot be read.
        UnreadableError: it is something else.
    """
    person = person_of_line(read_key_file(path).decode("utf-8", "replace"))
    if person is None:
        msg = f"{path} is not a person's public line (NAME:KEY); remove it, or get it again."
        raise UnreadableError(msg)
    return person


def person_of_line(line: str) -> Person | None:
    """The person of a public line, None if it is none."""
    found = _LINE.fullmatch(line.strip())
    name = _as_name(found["name"]) if found else ""
    return Person(name, bytes.fromhex(found["public"])) if found and name else None


def _message(data: bytes, purpose: str) -> bytes:
    if not _PURPOSE.fullmatch(purpose):
        msg = f"{purpose!r} does not name a purpose"
        raise BugError(msg)
    return _CONTEXT + purpose.encode("ascii") + b"\x00" + data


def _person_folder(environment: Mapping[str, str] | None) -> Path:
    return home_folder(environment) / "person"


def _key_path(folder: Path) -> Path:
    return folder / "signing.key"


def _make_key(folder: Path) -> None:
    try:
        with held(folder / ".lock"):  # two players that start at once must agree on one key
            if not _key_path(folder).exists():
                pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
                write_private_file(_key_path(folder), pem)
    except OSError as error:
        raise StorageError(storage_sentence(folder, error)) from error


def _private_key(path: Path) -> Ed25519PrivateKey:
    try:
        private = load_pem_private_key(read_key_file(path), password=None)
    except (ValueError, TypeError) as error:
        msg = f"{path} is not a signing key; restore it, or move it away to get a new one."
        raise KeyMissingError(msg) from error
    if not isinstance(private, Ed25519PrivateKey):
        msg = f"{path} is not an Ed25519 signing key; restore it, or move it away to get a new one."
        raise KeyMissingError(msg)
    return private


def _as_name(text: str) -> str:
    """What can stand in a public line: one line, no colon, nothing that is not seen."""
    return inert(" ".join(text.replace(":", " ").split()))[:LONGEST_NAME].strip()


def _name_of_system() -> str:
    try:
        login = _as_name(getpass.getuser())
    except (KeyError, OSError, ImportError):  # neither the environment nor the system names this user
        login = ""
    full = _as_name(_full_name())
    if full and login and full != login:
        return f"{full} ({login})"
    return full or login or "unnamed"


def _full_name() -> str:
    if sys.platform == "win32":
        return ""
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_gecos.partition(",")[0]
    except KeyError:
        return ""


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(storage_sentence(path, error)) from error
