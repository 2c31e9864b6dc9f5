"""How much of the recorded time was reviewed, by whom: what persons confirmed to have watched, and nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from player.persons import Standing
from player.review.ranges import Ranges, length_ns, merged, within, without
from player.review.state import Review


@dataclass(frozen=True, slots=True)
class PersonCoverage:
    """What one person watched, and went over as idle besides."""

    name: str
    public_bytes: bytes
    watched_ns: int
    idle_ns: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of so much recorded time, what was watched and what was gone over as idle, each moment counted once.

    Without those of strangers. `recordings`: how many it is about, and of how many something was seen.
    """

    whole_ns: int
    watched_ns: int
    idle_ns: int
    persons: tuple[PersonCoverage, ...]
    recordings: int = 1
    begun: int = 0

    @property
    def seen_ns(self) -> int:
        """All that was seen."""
        return self.watched_ns + self.idle_ns

    @property
    def share(self) -> float | None:
        """How much of the recorded time was seen, from 0 to 1; None if there is none."""
        return self.seen_ns / self.whole_ns if self.whole_ns > 0 else None


def coverage_of(review: Review | None, duration_ns: int) -> Coverage:
    """Of one recording; None: nobody reviewed it."""
    counting = [one for one in (review.watched if review is not None else ()) if one.standing is not Standing.STRANGER]
    persons = tuple(
        PersonCoverage(one.person.name, one.person.public_bytes, *_lengths(one.ranges, one.idle, duration_ns))
        for one in counting
    )
    ranges = merged(each for one in counting for each in one.ranges)
    idle = merged(each for one in counting for each in one.idle)
    watched_ns, idle_ns = _lengths(ranges, idle, duration_ns)
    return Coverage(max(0, duration_ns), watched_ns, idle_ns, persons, begun=int(watched_ns + idle_ns > 0))


def together(coverages: Iterable[Coverage]) -> Coverage:
    """Of several recordings."""
    whole = watched = idle = recordings = begun = 0
    persons: dict[bytes, PersonCoverage] = {}
    for one in coverages:
        whole, watched, idle = whole + one.whole_ns, watched + one.watched_ns, idle + one.idle_ns
        recordings, begun = recordings + one.recordings, begun + one.begun
        for person in one.persons:
            before = persons.get(person.public_bytes)
            persons[person.public_bytes] = _added(before, person)
    return Coverage(whole, watched, idle, _most_first(list(persons.values())), recordings, begun)


def seen_ranges(review: Review | None, duration_ns: int) -> Ranges:
    """Everything that somebody who counts confirmed, for a bar."""
    counting = [one for one in (review.watched if review is not None else ()) if one.standing is not Standing.STRANGER]
    return within((each for one in counting for each in (*one.ranges, *one.idle)), 0, duration_ns)


def _lengths(ranges: Ranges, idle: Ranges, duration_ns: int) -> tuple[int, int]:
    watched = within(ranges, 0, duration_ns)
    return length_ns(watched), length_ns(within(without(idle, watched), 0, duration_ns))


def _added(before: PersonCoverage | None, more: PersonCoverage) -> PersonCoverage:
    if before is None:
        return more
    watched_ns, idle_ns = before.watched_ns + more.watched_ns, before.idle_ns + more.idle_ns
    return PersonCoverage(before.name, before.public_bytes, watched_ns, idle_ns)


def _most_first(persons: Sequence[PersonCoverage]) -> tuple[PersonCoverage, ...]:
    return tuple(sorted(persons, key=lambda one: (-one.watched_ns - one.idle_ns, one.name)))
