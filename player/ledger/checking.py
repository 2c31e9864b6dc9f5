"""Read a ledger's file and tell whether it is whole: every signature, every number, the chain, and what is no entry."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from player.ledger.entry import LONGEST_LINE_BYTES, Entry, Kind, UnsoundEntryError, read_entry, start_link
from recorder.errors import UnreadableError
from recorder.evidence.findings import Status

_MOST_NAMED = 100


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that is not as it was written. `is_grave`: somebody changed it; else it was cut off by a kill."""

    code: str
    sentence: str
    is_grave: bool
    offset_bytes: int | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry, to be noted elsewhere: whoever has it can tell later whether the ledger still holds it."""

    number: int
    link: str

    @property
    def line(self) -> str:
        """As it is printed and given back."""
        return f"{self.number}:{self.link}"


@dataclass(slots=True)
class Checked:
    """What checking came to; `links` is the chain after each entry, by number."""

    path: Path
    status: Status = Status.SOUND
    entries: int = 0
    flaws: list[Flaw] = field(default_factory=list)
    head: Head | None = None
    first: Entry | None = None
    last: Entry | None = None
    links: dict[int, bytes] = field(default_factory=dict)

    def add(self, flaw: Flaw) -> None:
        """Take this into the verdict."""
        grave = flaw.is_grave
        if self.status is not Status.ALTERED:
            self.status = Status.ALTERED if grave else Status.PARTIAL
        if len(self.flaws) < _MOST_NAMED:
            self.flaws.append(flaw)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file: where it lies, and the entry in it, or why there is none."""

    offset_bytes: int
    data: bytes
    entry: Entry | None
    why_not: str = ""


def lines_of(path: Path) -> Iterator[Line]:
    """Every line of the file, sound or not.

    Raises:
        UnreadableError: it cannot be read.
    """
    offset = 0
    try:
        with path.open("rb") as file:
            while data := file.readline(LONGEST_LINE_BYTES + 1):
                try:
                    yield Line(offset, data, read_entry(data))
                except UnsoundEntryError as error:
                    yield Line(offset, data, None, str(error))
                offset += len(data)
    except OSError as error:
        msg = f"The ledger {path} could not be read ({error.strerror or error}); check its path and who may read it."
        raise UnreadableError(msg) from error


def check_ledger(path: Path, *, head: Head | None = None) -> Checked:
    """Check one file; with `head`, also that it still holds the entry that was noted elsewhere.

    Raises:
        UnreadableError: it cannot be read.
    """
    checked = Checked(path)
    unsound: list[Line] = []
    for line in lines_of(path):
        if line.entry is None:
            unsound.append(line)
            continue
        _judge_unsound(checked, unsound, line.entry)
        unsound = []
        _judge_entry(checked, line.entry, line.offset_bytes)
    _judge_end(checked, unsound)
    if not checked.entries:
        checked.status = Status.CANNOT_JUDGE
    if checked.last is not None:
        checked.head = Head(checked.last.number, checked.last.link.hex())
    if head is not None:
        _judge_head(checked, head)
    return checked


def compare_copies(own: Path, shared: Path) -> Flaw | None:
    """What is wrong if the shared copy is not the beginning of the ledger; None if it is.

    Raises:
        UnreadableError: one of them cannot be read.
    """
    offset = 0
    for ours, theirs in zip(lines_of(own), lines_of(shared), strict=False):
        if ours.data != theirs.data and not ours.data.startswith(theirs.data):
            sentence = f"From byte {offset} on the shared copy {shared} and the ledger differ: one of them was changed."
            return Flaw("COPY_DIFFERS", sentence, is_grave=True, offset_bytes=offset)
        offset += len(ours.data)
    missing = shared.stat().st_size - own.stat().st_size
    if missing > 0:
        sentence = f"The shared copy {shared} goes on for {missing} bytes after the ledger's end: the ledger was cut."
        return Flaw("CUT", sentence, is_grave=True, offset_bytes=own.stat().st_size)
    return None


def _judge_unsound(checked: Checked, unsound: list[Line], entry: Entry) -> None:
    """Lines that are no entries before this one: torn by a kill if this one says so, else somebody's work."""
    if not unsound:
        return
    offset = unsound[0].offset_bytes
    data = b"".join(line.data for line in unsound)
    told = entry.content.detail if entry.content.kind == Kind.TORN else {}
    torn = data[: told["size_bytes"]] if isinstance(told.get("size_bytes"), int) else b""
    is_told = told.get("offset_bytes") == offset and told.get("sha256") == hashlib.sha256(torn).hexdigest()
    if is_told and data[len(torn) :] in (b"", b"\n") and not any(_is_whole(line) for line in unsound):
        sentence = (
            f"{len(torn)} bytes at byte {offset} are no whole entry; the next entry says that they were found so."
        )
        checked.add(Flaw("TORN", sentence, is_grave=False, offset_bytes=offset))
        return
    sentence = f"At byte {offset} stands what is no entry: {unsound[0].why_not}."
    checked.add(Flaw("NOT_AN_ENTRY", sentence, is_grave=True, offset_bytes=offset))


def _judge_entry(checked: Checked, entry: Entry, offset: int) -> None:
    last = checked.last
    if last is None:
        expected = (1, start_link(entry.public_bytes, entry.content.ledger))
    else:
        expected = (last.number + 1, last.link)
    if last is not None and (entry.content.ledger, entry.public_bytes) != (last.content.ledger, last.public_bytes):
        sentence = f"Entry {entry.number} is of another ledger or another person."
        checked.add(Flaw("FOREIGN", sentence, is_grave=True, offset_bytes=offset, number=entry.number))
    elif (entry.number, entry.previous) != expected:
        sentence = (
            f"Entry {entry.number} does not follow the entry before it (number {expected[0]} was to come): "
            "entries were removed, moved or put in."
        )
        checked.add(Flaw("CHAIN_BREAK", sentence, is_grave=True, offset_bytes=offset, number=entry.number))
    checked.entries += 1
    checked.first = checked.first or entry
    checked.last = entry
    checked.links[entry.number] = entry.link


def _judge_end(checked: Checked, unsound: list[Line]) -> None:
    if not unsound:
        return
    last, offset = unsound[-1], unsound[0].offset_bytes
    if len(unsound) == 1 and not last.data.endswith(b"\n") and not _is_whole(last):
        sentence = f"The last {len(last.data)} bytes are no whole entry: writing it was cut off."
        checked.add(Flaw("TORN_TAIL", sentence, is_grave=False, offset_bytes=offset))
    else:
        sentence = f"At byte {offset} stands what is no entry: {unsound[0].why_not}."
        checked.add(Flaw("NOT_AN_ENTRY", sentence, is_grave=True, offset_bytes=offset))


def _is_whole(line: Line) -> bool:
    """Whether it has an entry's beginning and end: then no kill cut it off, and somebody changed what is between."""
    return line.data.startswith(b'{"entry":') and line.data.rstrip(b"\n").endswith(b'"}')


def _judge_head(checked: Checked, head: Head) -> None:
    link = checked.links.get(head.number)
    if link is None:
        sentence = f"Entry {head.number}, which was noted elsewhere, is not there: the ledger was cut."
        checked.add(Flaw("CUT", sentence, is_grave=True, number=head.number))
    elif link.hex() != head.link:
        sentence = f"Entry {head.number} is not the one that was noted elsewhere: the ledger was written anew."
        checked.add(Flaw("OTHER_HEAD", sentence, is_grave=True, number=head.number))
