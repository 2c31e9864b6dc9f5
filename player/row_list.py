"""The rows of the operation log as they become known: what is settled stays, the tail may still change."""

from bisect import insort
from collections.abc import Iterable, Sequence
from typing import overload

from recorder.oplog import LogRow


class RowList(Sequence[LogRow]):
    """Rows in order of time. The first `settled` stay as they are; those after them are given anew each time.

    What is known only when it is over (a gap) belongs before rows that are there already: then `revision` grows, and
    whoever keeps places of rows has to look again.
    """

    def __init__(self) -> None:
        self.revision = 0
        self._settled: list[LogRow] = []
        self._arrived: list[LogRow] = []
        self._tail: tuple[LogRow, ...] = ()

    @property
    def settled(self) -> int:
        """How many rows are as they will stay."""
        return len(self._settled)

    def arrived(self, since: int) -> list[LogRow]:
        """The settled rows but for the first so many, in the order in which they came to be known: it never changes."""
        return self._arrived[since:]

    def settle(self, rows: Iterable[LogRow], tail: Iterable[LogRow]) -> None:
        """Add rows that stay, each at its time, and replace those that may still change."""
        self._tail = ()
        for row in rows:
            self._arrived.append(row)
            if not self._settled or self._settled[-1].at_ns <= row.at_ns:
                self._settled.append(row)
            else:
                insort(self._settled, row, key=lambda other: other.at_ns)
                self.revision += 1
        self._tail = tuple(tail)

    def __len__(self) -> int:
        return len(self._settled) + len(self._tail)

    @overload
    def __getitem__(self, index: int) -> LogRow: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[LogRow]: ...

    def __getitem__(self, index: int | slice) -> LogRow | Sequence[LogRow]:
        if isinstance(index, slice):
            return [*self._settled, *self._tail][index]
        settled, tail = len(self._settled), self._tail
        place = index + settled + len(tail) if index < 0 else index
        if not 0 <= place < settled + len(tail):
            msg = f"There is no row {index}"
            raise IndexError(msg)
        return self._settled[place] if place < settled else tail[place - settled]
