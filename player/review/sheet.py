"""What one person wrote of one recording: their entries in order, and what is wrong with them, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from player.persons import Person, Persons, Standing
from player.review.entries import (
    NOTHING_BEFORE,
    Entry,
    NewerEntryError,
    NotAnEntryError,
    Subject,
    line_digest,
    read_line,
)
from recorder.logrow import inert


@dataclass(frozen=True, slots=True)
class Sheet:
    """One person's entries. `name` is what they are called here; a stranger's is only what they call themselves.

    `lines` are all of them, `entries` those that are sound: signed by this person, and about this recording.
    """

    person: Person
    standing: Standing
    entries: tuple[Entry, ...]
    lines: tuple[bytes, ...]
    problems: tuple[str, ...]

    @property
    def name(self) -> str:
        """What to call this person."""
        return self.person.name

    @property
    def counts(self) -> bool:
        """Whether this person's word counts here."""
        return self.standing is not Standing.STRANGER

    @property
    def tip(self) -> str:
        """What the next entry follows."""
        return line_digest(self.lines[-1]) if self.lines else NOTHING_BEFORE


def lines_of(data: bytes) -> tuple[bytes, ...]:
    """The lines of a file, without their ends; a last one without an end is one too."""
    lines = data.split(b"\n")
    return tuple(lines[:-1] if not lines[-1] else lines)


def read_sheet(lines: Sequence[bytes], *, public_bytes: bytes, subject: Subject, persons: Persons) -> Sheet:
    """Check every line: whose it is, what it is about, and whether one before it is missing."""
    walk = _Walk(public_bytes, subject)
    for place, line in enumerate(lines, start=1):
        walk.take(place, line)
    claimed = walk.entries[-1].name if walk.entries else ""
    known = persons.name_of(public_bytes)
    name = known if known is not None else inert(claimed)
    person = Person(name or Person("", public_bytes).fingerprint, public_bytes)
    head = f"The review by {person.name} is not as it was written."
    problems = tuple(f"{head} {problem}" for problem in walk.problems)
    return Sheet(person, persons.standing(public_bytes), tuple(walk.entries), tuple(lines), problems)


class _Walk:
    """Goes through the lines of one person, from the first on."""

    def __init__(self, public_bytes: bytes, subject: Subject) -> None:
        self._public_bytes = public_bytes
        self._subject = subject
        self._expected = 1
        self._previous: str | None = NOTHING_BEFORE  # None: the line before is not sound, so nothing can follow it
        self.entries: list[Entry] = []
        self.problems: list[str] = []

    def take(self, place: int, line: bytes) -> None:
        """The next line."""
        try:
            entry = read_line(line, public_bytes=self._public_bytes)
        except NewerEntryError:
            self._refuse(f"Line {place} is of a newer version; update Tachiai to read it.")
            return
        except NotAnEntryError:
            self._refuse(f"Line {place} was altered, or was never signed by this person.")
            return
        if (entry.recording, entry.header) != (self._subject.session_id, self._subject.header):
            self._refuse(f"Line {place} is about another recording.")
            return
        if entry.number < self._expected:
            self._refuse(f"Line {place} stands there once more, or in another's place.")
            return
        if self._previous is not None and (entry.number, entry.previous) != (self._expected, self._previous):
            self.problems.append(f"Before line {place} something was taken out or exchanged.")
        self.entries.append(entry)
        self._expected, self._previous = entry.number + 1, line_digest(line)

    def _refuse(self, problem: str) -> None:
        self.problems.append(problem)
        self._previous = None
