"""Which rows of the operation log are meant: by kind and by text."""

from array import array
from collections.abc import Callable, Sequence, Set

from recorder.logrow import LogRow
from recorder.store.folding import fold

_BETWEEN_LOOKS = 20_000  # rows; about 5 ms


def matching_rows(
    rows: Sequence[LogRow],
    *,
    first: int = 0,
    kinds: Set[str] | None = None,
    needle: str = "",
    keep_on: Callable[[], None] = lambda: None,
) -> "array[int]":
    """The places (from `first` on) of the rows of these kinds (None: all) that hold the needle anywhere."""
    wanted = fold(needle)
    found = array("q")
    for place in range(first, len(rows)):
        if place % _BETWEEN_LOOKS == 0:
            keep_on()
        row = rows[place]
        if (kinds is None or row.kind in kinds) and (not wanted or _holds(row, wanted)):
            found.append(place)
    return found


def _holds(row: LogRow, wanted: str) -> bool:
    return wanted in fold(row.text) or any(
        part is not None and wanted in fold(part) for part in (row.detail, row.window, row.application)
    )
