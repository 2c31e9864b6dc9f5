"""The operation log as columns, so that a million rows are filtered in a moment: codes in arrays, texts in blocks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from player.row_filter import EVERYTHING, RowFilter, row_matcher, severity_rank
from recorder.logrow import LogRow
from recorder.store.folding import fold

BLOCK_ROWS = 4096
_ROW_END = "\x1f"  # folded text holds no control character, so these are never in it
_PART_END = "\x1e"

Places = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
KeepOn = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Block:
    """The columns of some rows that follow each other. `text`: what is searched of each, folded."""

    kinds: Codes
    applications: Codes
    windows: Codes
    severities: npt.NDArray[np.uint8]
    text: str

    def __len__(self) -> int:
        return len(self.kinds)


class Names:
    """Numbers the different values of a column in the order in which they came."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.folded: list[str] = []
        self._codes: dict[str, int] = {}

    def code(self, name: str) -> int:
        """The number of this value."""
        code = self._codes.get(name)
        if code is None:
            code = self._codes[name] = len(self.names)
            self.names.append(name)
            self.folded.append(fold(name))
        return code

    def which(self, is_meant: Callable[[str, str], bool]) -> npt.NDArray[np.bool_]:
        """For each code, whether its value (as it stands, and folded) is meant."""
        pairs = zip(self.names, self.folded, strict=True)
        return np.fromiter((is_meant(name, folded) for name, folded in pairs), np.bool_, len(self.names))


class RowTable:
    """Take in rows, ask which are wanted. Belongs to one thread.

    It keeps the list that it was given, not copies of rows; rows that may still change are looked at one by one.
    """

    def __init__(self) -> None:
        self._rows: Sequence[LogRow] = ()
        self._settled = 0
        self._revision = 0
        self._blocks: list[Block] = []
        self._kinds, self._applications, self._windows = Names(), Names(), Names()
        self._filter = EVERYTHING
        self._found: list[tuple[Block, Places]] = []

    def take(self, rows: Sequence[LogRow], *, settled: int, revision: int = 0, keep_on: KeepOn = lambda: None) -> None:
        """These are the rows now; the first `settled` stay. What is stopped by `keep_on` goes on the next time."""
        kept = self._settled_in_blocks()
        if revision != self._revision or settled < kept:
            kept = _same_until(self._rows, rows, min(kept, settled))
        self._rows, self._settled, self._revision = rows, settled, revision
        del self._blocks[kept // BLOCK_ROWS :]
        for start in range(len(self._blocks) * BLOCK_ROWS, settled, BLOCK_ROWS):
            keep_on()
            self._blocks.append(self._block(rows[start : min(start + BLOCK_ROWS, settled)]))

    def places(self, wanted: RowFilter, *, keep_on: KeepOn = lambda: None) -> Places:
        """The places of the wanted rows, in order."""
        if wanted.is_empty:
            return np.arange(len(self._rows), dtype=np.int64)
        if wanted != self._filter:
            self._filter, self._found = wanted, []
        pick = _Picker(wanted, self._kinds, self._applications, self._windows)
        for number, block in enumerate(self._blocks):
            if number < len(self._found) and self._found[number][0] is block:
                continue
            keep_on()
            del self._found[number:]
            self._found.append((block, pick.of(block) + number * BLOCK_ROWS))
        del self._found[len(self._blocks) :]
        tail = range(self._settled, len(self._rows))
        is_wanted = row_matcher(wanted)
        last = np.array([place for place in tail if is_wanted(self._rows[place])], np.int64)
        return np.concatenate([*(places for _, places in self._found), last])

    def window_codes(self, places: Places) -> Places:
        """A number for the window of each of these rows: equal where application and title are equal."""
        applications, windows = self._codes_of("applications"), self._codes_of("windows")
        return applications[places].astype(np.int64) << 32 | windows[places]

    def applications(self) -> tuple[tuple[str, int], ...]:
        """Every application that occurs and how many of its rows, most of them first; "" where none was known."""
        counts = np.bincount(self._codes_of("applications"), minlength=len(self._applications.names))
        pairs = ((name, int(count)) for name, count in zip(self._applications.names, counts, strict=True) if count)
        return tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))

    def _codes_of(self, column: str) -> Codes:
        tail = self._rows[self._settled :]
        last = self._block(tail) if tail else None
        blocks = [*self._blocks, *([last] if last is not None else [])]
        if not blocks:
            return np.empty(0, np.int32)
        return np.concatenate([getattr(block, column) for block in blocks])

    def _settled_in_blocks(self) -> int:
        return sum(map(len, self._blocks[-1:])) + max(0, len(self._blocks) - 1) * BLOCK_ROWS

    def _block(self, rows: Sequence[LogRow]) -> Block:
        kind, application, window = self._kinds.code, self._applications.code, self._windows.code
        return Block(
            np.array([kind(row.kind) for row in rows], np.int32),
            np.array([application(row.application or "") for row in rows], np.int32),
            np.array([window(row.window or "") for row in rows], np.int32),
            np.array([severity_rank(row.severity) for row in rows], np.uint8),
            _ROW_END.join(f"{fold(row.text)}{_PART_END}{fold(row.detail)}" for row in rows),
        )


class _Picker:
    """Finds the wanted rows of a block: a table of codes for each column that narrows."""

    def __init__(self, wanted: RowFilter, kinds: Names, applications: Names, windows: Names) -> None:
        meant_kinds, meant_applications, meant_windows = wanted.kinds, wanted.folded_applications, wanted.windows
        self._kinds = None if meant_kinds is None else kinds.which(lambda name, _: name in meant_kinds)
        self._applications = (
            None if meant_applications is None else applications.which(lambda _, folded: folded in meant_applications)
        )
        self._windows = None if meant_windows is None else windows.which(lambda name, _: name in meant_windows)
        self._least = 0 if wanted.least_severity is None else severity_rank(wanted.least_severity)
        self._needle = needle = wanted.needle
        self._named = (
            (applications.which(lambda _, folded: needle in folded), windows.which(lambda _, folded: needle in folded))
            if needle
            else None
        )

    def of(self, block: Block) -> Places:
        """The places in this block."""
        mask = np.ones(len(block), np.bool_)
        columns = (
            (self._kinds, block.kinds),
            (self._applications, block.applications),
            (self._windows, block.windows),
        )
        for table, codes in columns:
            if table is not None:
                mask &= table[codes]
        if self._least:
            mask &= block.severities >= self._least
        if self._named is not None and mask.any():
            applications, windows = self._named
            mask &= self._holding(block) | applications[block.applications] | windows[block.windows]
        return np.flatnonzero(mask)

    def _holding(self, block: Block) -> npt.NDArray[np.bool_]:
        """Whether each row's own text holds the needle; where the whole block does not, no row is looked at."""
        needle = self._needle
        if needle not in block.text:
            return np.zeros(len(block), np.bool_)
        return np.fromiter((needle in text for text in block.text.split(_ROW_END)), np.bool_, len(block))


def _same_until(before: Sequence[LogRow], now: Sequence[LogRow], most: int) -> int:
    """Up to which place both lists hold the same objects: rows are only ever put in between, so it can be halved."""
    low, high = 0, min(most, len(before), len(now))
    while low < high:
        middle = (low + high + 1) // 2
        if before[middle - 1] is now[middle - 1]:
            low = middle
        else:
            high = middle - 1
    return low
