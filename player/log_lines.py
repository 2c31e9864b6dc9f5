"""Which lines the operation log shows: rows, and with grouping a head above the rows of each stretch in one window."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Folding:
    """Which groups show no rows: those that begin at one of these places, or, if `is_inverse`, all others."""

    starts: frozenset[int] = frozenset()
    is_inverse: bool = False

    def toggled(self, start: int) -> "Folding":
        """The same with this group the other way round."""
        return Folding(self.starts ^ {start}, self.is_inverse)

    def mask(self, starts: Places) -> npt.NDArray[np.bool_]:
        """Which of these groups are folded."""
        is_named: npt.NDArray[np.bool_] = np.isin(starts, np.fromiter(self.starts, np.int64, len(self.starts)))
        return ~is_named if self.is_inverse else is_named


ALL_OPEN = Folding()


@dataclass(frozen=True, slots=True)
class Group:
    """A stretch of rows in one window: from the row at `first` to that at `last`, `count` of them shown or folded."""

    first: int
    last: int
    count: int
    is_folded: bool


@dataclass(frozen=True, slots=True)
class Lines:
    """`entries` holds for each line the place of its row, or -1 - g for the head of group g; `groups` are in order."""

    entries: Places
    starts: Places
    ends: Places
    counts: Places
    folded: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.entries)

    def place(self, line: int) -> int:
        """The place of the row in this line, for a head that of its first row."""
        entry = int(self.entries[line])
        return entry if entry >= 0 else int(self.starts[-1 - entry])

    def group(self, line: int) -> Group | None:
        """The group whose head is in this line; None for a row."""
        entry = int(self.entries[line])
        if entry >= 0:
            return None
        number = -1 - entry
        return Group(
            int(self.starts[number]), int(self.ends[number]), int(self.counts[number]), bool(self.folded[number])
        )

    def places_shown(self) -> Places:
        """The place of each line's row, for a head that of its first row; they never fall."""
        if not len(self.starts):
            return self.entries
        heads = self.entries < 0
        places = self.entries.copy()
        places[heads] = self.starts[-1 - self.entries[heads]]
        return places

    def lines_of(self, places: Places) -> Places:
        """In which lines these rows are; those that are not shown are left out."""
        shown = self.places_shown()
        lines = np.searchsorted(shown, places, side="right") - 1  # the row itself stands behind its group's head
        is_there = lines >= 0
        is_there[is_there] = self.entries[lines[is_there]] == places[is_there]
        found: Places = lines[is_there].astype(np.int64)
        return found


_NO_PLACES = np.empty(0, np.int64)


def plain_lines(places: Places) -> Lines:
    """A line for each of these rows."""
    return Lines(places, _NO_PLACES, _NO_PLACES, _NO_PLACES, np.empty(0, np.bool_))


def grouped_lines(places: Places, codes: Places, folding: Folding = ALL_OPEN) -> Lines:
    """The rows at these places with heads between them wherever the window (`codes`) is another one."""
    if not len(places):
        return plain_lines(places)
    first = np.flatnonzero(np.concatenate(([True], codes[1:] != codes[:-1])))
    after = np.append(first[1:], len(places))
    starts, counts = places[first], after - first
    folded = folding.mask(starts)
    numbers = np.arange(len(first))
    is_shown = np.repeat(~folded, counts)
    entries = np.empty(len(places) + len(first), np.int64)
    head_lines = first + numbers
    is_row = np.ones(len(entries), np.bool_)
    is_row[head_lines] = False
    entries[is_row] = places
    entries[head_lines] = -1 - numbers
    keep = np.ones(len(entries), np.bool_)
    keep[is_row] = is_shown
    return Lines(entries[keep], starts, places[after - 1], counts, folded)


def same_lines(before: Lines, now: Lines) -> int:
    """How many lines at the start are the same in both."""
    count = min(len(before), len(now))
    differing = np.flatnonzero(before.entries[:count] != now.entries[:count])
    return int(differing[0]) if len(differing) else count


def runs(lines: Places) -> list[tuple[int, int]]:
    """Lines in order as stretches from the first to the last of those that follow each other."""
    if not len(lines):
        return []
    breaks = np.flatnonzero(np.diff(lines) != 1)
    firsts = lines[np.concatenate(([0], breaks + 1))]
    lasts = lines[np.append(breaks, len(lines) - 1)]
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))
