"""Entries of a ledger for an outsider: some whole, the digests of all between, so that the chain can be checked."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec

from player.ledger.checking import Flaw, lines_of
from player.ledger.entry import Entry, Kind, UnsoundEntryError, entry_of, next_link, start_link
from player.persons import Person
from recorder.errors import UnreadableError
from recorder.evidence.files import write_private_file
from recorder.format.header import canonical

FORMAT = "tachiai-ledger-extract/1"
_IS_EXTRACT = re.compile(rb'\s*\{\s*"format"\s*:\s*"tachiai-ledger-extract/')
# Without these, what is left out could not be told from what was lost.
OF_ITSELF = frozenset({Kind.BEGUN, Kind.POLICY, Kind.TORN})
_MOST_BYTES = 256 * 1024 * 1024
_Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]


@dataclass(frozen=True, slots=True)
class CheckedExtract:
    """What an extract holds, and what is wrong with it."""

    person: Person
    ledger: str
    entries: tuple[Entry, ...]
    left_out: int
    head: str
    flaws: tuple[Flaw, ...]


def extract(path: Path, wanted: Callable[[Entry], bool]) -> dict[str, Any]:
    """The extract of a ledger's file, from its first entry to its last.

    Raises:
        UnreadableError: the file cannot be read, or holds no entry.
    """
    items: list[Any] = []
    last: Entry | None = None
    unsound = 0
    for line in lines_of(path):
        if line.entry is None:
            unsound += 1
            continue
        last = line.entry
        items.append(last.stored() if wanted(last) else last.digest.hex())
    if last is None:
        msg = f"The ledger {path} holds no entry; there is nothing to hand out."
        raise UnreadableError(msg)
    return {
        "format": FORMAT,
        "ledger": last.content.ledger,
        "person": {"name": last.content.person.name, "public": last.content.person.public},
        "items": items,
        "head": f"{last.number}:{last.link.hex()}",
        "lines_that_are_no_entries": unsound,
    }


def of_recording(recording: str) -> Callable[[Entry], bool]:
    """What an extract for this recording hands out: what was done with it, and what the ledger says of itself."""

    def is_wanted(entry: Entry) -> bool:
        return entry.content.recording == recording or entry.content.kind in OF_ITSELF

    return is_wanted


def write_extract(found: dict[str, Any], out: Path) -> None:
    """Write it to a file."""
    write_private_file(out, canonical(found) + b"\n")


class _ExtractPerson(msgspec.Struct, frozen=True):
    name: str
    public: _Digest


class _Extract(msgspec.Struct, frozen=True):
    format: str
    ledger: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}\Z")]
    person: _ExtractPerson
    items: list[_Digest | dict[str, Any]]
    head: str
    lines_that_are_no_entries: int


def is_extract(path: Path) -> bool:
    """Whether this file is an extract, and not a ledger."""
    try:
        with path.open("rb") as file:
            return _IS_EXTRACT.match(file.read(4096)) is not None
    except OSError:
        return False


def check_extract(path: Path) -> CheckedExtract:
    """Check an extract: that each entry is signed by the person, and where in the ledger it stands.

    Raises:
        UnreadableError: it cannot be read, or is none.
    """
    try:
        with path.open("rb") as file:
            read = msgspec.json.decode(file.read(_MOST_BYTES), type=_Extract)
    except OSError as error:
        msg = f"{path} could not be read ({error.strerror or error}); check its path and who may read it."
        raise UnreadableError(msg) from error
    except msgspec.DecodeError as error:
        msg = f"{path} is not a ledger's extract; give the file that `ledger export` wrote."
        raise UnreadableError(msg) from error
    if read.format != FORMAT:
        msg = f"{path} is not a ledger's extract of this version; give the file that `ledger export` wrote."
        raise UnreadableError(msg)
    return _checked(read)


def _checked(read: _Extract) -> CheckedExtract:
    public = bytes.fromhex(read.person.public)
    link, number = start_link(public, read.ledger), 0
    entries: list[Entry] = []
    flaws: list[Flaw] = []
    for item in read.items:
        number += 1
        if isinstance(item, str):
            link = next_link(link, bytes.fromhex(item))
            continue
        try:
            entry = entry_of(item)
        except UnsoundEntryError as error:
            flaws.append(Flaw("NOT_AN_ENTRY", f"Item {number} is no sound entry: {error}.", is_grave=True))
            continue
        sentence = _misplaced(entry, public, read.ledger, number, link)
        if sentence:
            flaws.append(Flaw("CHAIN_BREAK", sentence, is_grave=True, number=number))
        entries.append(entry)
        link = next_link(link, entry.digest)
    if not flaws and read.head != f"{number}:{link.hex()}":
        flaws.append(Flaw("OTHER_HEAD", "The chain does not lead to the head that the extract names.", is_grave=True))
    if read.lines_that_are_no_entries:
        sentence = f"{read.lines_that_are_no_entries} lines of the ledger are no entries and are not in the extract."
        flaws.append(Flaw("TORN", sentence, is_grave=False))
    person = Person(read.person.name, public)
    return CheckedExtract(
        person, read.ledger, tuple(entries), _left_out(read.items), f"{number}:{link.hex()}", tuple(flaws)
    )


def _misplaced(entry: Entry, public: bytes, ledger: str, number: int, link: bytes) -> str:
    if (entry.public_bytes, entry.content.ledger) != (public, ledger):
        return f"Item {number} is an entry of another ledger or another person."
    if (entry.number, entry.previous) != (number, link):
        return f"Item {number} is entry {entry.number} and does not follow what stands before it."
    return ""


def _left_out(items: Sequence[object]) -> int:
    return sum(isinstance(item, str) for item in items)
