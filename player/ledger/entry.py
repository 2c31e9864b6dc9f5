"""One entry of a ledger: what it holds, what is signed, and how each is chained to the one before."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import msgspec

from player.persons import Person, Signer, check
from recorder.clock import Instant
from recorder.format.header import canonical

FORMAT = "tachiai-ledger/1"
PURPOSE = "ledger"
LONGEST_LINE_BYTES = 256 * 1024
LONGEST_TEXT = 2000  # characters of one text in an entry
_ENTRY_CONTEXT = b"tachiai/ledger-entry/1\x00"
_LINK_CONTEXT = b"tachiai/ledger-link/1\x00"
_START_CONTEXT = b"tachiai/ledger-start/1\x00"


class Kind(StrEnum):
    """What was done."""

    BEGUN = "begun"
    OPENED = "opened"
    CLOSED = "closed"
    LOG = "log"
    SEARCH = "search"
    FRAME = "frame"
    EXPORT = "export"
    LOG_EXPORT = "log_export"
    VERIFIED = "verified"
    KEY_USED = "key_used"
    REFUSED = "refused"
    IMPORTED = "imported"
    REVIEWED = "reviewed"
    POLICY = "policy"
    ASKED_SECOND = "asked_second"
    ANSWERED_SECOND = "answered_second"
    CONFIRMED_SECOND = "confirmed_second"
    TORN = "torn"


_Hex16 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}\Z")]
_Hex32 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]
_Hex64 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
_Hex128 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{128}\Z")]
_Ns = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class EntryPerson(msgspec.Struct, frozen=True):
    """Who did it: the name is a claim, the key is who it is."""

    name: str
    public: _Hex64


class Content(msgspec.Struct, frozen=True):
    """What an entry says."""

    format: str
    ledger: _Hex16
    number: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    person: EntryPerson
    machine: str
    wall_ns: _Ns
    boot_ns: _Ns
    kind: str
    recording: str | None
    reason: str
    policy: str
    detail: dict[str, Any]
    salt: _Hex32


@dataclass(frozen=True, slots=True)
class Entry:
    """A sound entry: its signature is the person's. `link` is the chain up to and with it, `previous` without it."""

    content: Content
    raw: Mapping[str, Any]
    previous: bytes
    digest: bytes
    link: bytes
    signature: bytes

    @property
    def number(self) -> int:
        """Its place in the ledger, from 1."""
        return self.content.number

    @property
    def public_bytes(self) -> bytes:
        """Whose it is."""
        return bytes.fromhex(self.content.person.public)

    def stored(self) -> dict[str, Any]:
        """As it stands in the file."""
        return {"entry": self.raw, "previous": self.previous.hex(), "signature": self.signature.hex()}


class UnsoundEntryError(Exception):
    """These bytes are no entry, or not one that its person signed."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the next entry goes: after so many, in this ledger."""

    ledger: str
    number: int
    link: bytes


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be entered."""

    kind: Kind
    recording: str | None = None
    reason: str = ""
    detail: Mapping[str, Any] | None = None


def new_place(person: Person) -> Place:
    """The start of a new ledger of this person."""
    ledger = secrets.token_hex(8)
    return Place(ledger, 0, start_link(person.public_bytes, ledger))


def start_link(public_bytes: bytes, ledger: str) -> bytes:
    """What the chain of this ledger starts from."""
    return hashlib.sha256(_START_CONTEXT + public_bytes + bytes.fromhex(ledger)).digest()


def next_link(previous: bytes, digest: bytes) -> bytes:
    """The chain with one more entry."""
    return hashlib.sha256(_LINK_CONTEXT + previous + digest).digest()


def digest_of(raw: Mapping[str, Any]) -> bytes:
    """The digest of what an entry says."""
    return hashlib.sha256(_ENTRY_CONTEXT + canonical(raw)).digest()


def make_entry(deed: Deed, after: Place, signer: Signer, *, machine: str, policy: str, now: Instant) -> bytes:
    """The line of a new entry, signed."""
    raw = {
        "format": FORMAT,
        "ledger": after.ledger,
        "number": after.number + 1,
        "person": {"name": signer.person.name, "public": signer.person.public_bytes.hex()},
        "machine": machine,
        "wall_ns": now.wall_ns,
        "boot_ns": now.boot_ns,
        "kind": str(deed.kind),
        "recording": deed.recording,
        "reason": deed.reason,
        "policy": policy,
        "detail": dict(deed.detail or {}),
        "salt": secrets.token_hex(16),
    }
    raw = json.loads(canonical(_bounded(raw)))  # what is signed is what can be read back
    link = next_link(after.link, digest_of(raw))
    signature = signer.sign(link, purpose=PURPOSE)
    return canonical({"entry": raw, "previous": after.link.hex(), "signature": signature.hex()}) + b"\n"


def read_entry(line: bytes) -> Entry:
    """The entry in a line (with or without its end).

    Raises:
        UnsoundEntryError: it is none, or its person did not sign it.
    """
    line = line.removesuffix(b"\n")
    if len(line) > LONGEST_LINE_BYTES:
        msg = "it is too long"
        raise UnsoundEntryError(msg)
    try:
        stored = json.loads(line)
        is_canonical = canonical(stored) == line
    except (ValueError, RecursionError) as error:
        msg = "it is not JSON"
        raise UnsoundEntryError(msg) from error
    if not is_canonical:
        msg = "it is not written as an entry is"
        raise UnsoundEntryError(msg)
    return entry_of(stored)


def entry_of(stored: object) -> Entry:
    """The entry in an object of a file.

    Raises:
        UnsoundEntryError: it is none, or its person did not sign it.
    """
    try:
        outer = msgspec.convert(stored, _Stored)
        content = msgspec.convert(outer.entry, Content)
    except (msgspec.ValidationError, RecursionError) as error:
        msg = f"it is not an entry ({error})"
        raise UnsoundEntryError(msg) from error
    if content.format != FORMAT:
        msg = f"its format is not {FORMAT}"
        raise UnsoundEntryError(msg)
    previous, signature = bytes.fromhex(outer.previous), bytes.fromhex(outer.signature)
    digest = digest_of(outer.entry)
    link = next_link(previous, digest)
    if not check(bytes.fromhex(content.person.public), link, signature, purpose=PURPOSE):
        msg = "its signature is not its person's"
        raise UnsoundEntryError(msg)
    return Entry(content, outer.entry, previous, digest, link, signature)


class _Stored(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    entry: dict[str, Any]
    previous: _Hex64
    signature: _Hex128


def _bounded(value: Any) -> Any:
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT else f"{value[:LONGEST_TEXT]}…"
    if isinstance(value, Mapping):
        return {str(key): _bounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_bounded(one) for one in value]
    return value
