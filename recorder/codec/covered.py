"""What tiles showed before something moved or was painted over them, to be told by origin when it is seen again.

A window that is dragged away uncovers what was there before: rarely whole tiles, but pixels whose origins are known.
"""

import numpy as np

from recorder.codec import origins
from recorder.codec.dictionary import TileDictionary
from recorder.codec.tiles import TILE_HEIGHT_PX, TILE_WIDTH_PX, Canvas, Grid, Mask, Numbers, take

_REST_NS = 1_000_000_000  # a window that is being dragged over a place is not remembered there
_MOST_BREAKS = 48
_SAMPLE = (slice(None), slice(1, None, 3), slice(2, None, 5))


class Covered:
    """The origins of what was last shown at rest at each position, below what is shown now."""

    def __init__(self, grid: Grid) -> None:
        # origin + 1, or 0 where nothing was covered: memory is taken only for what was
        self._below: Canvas = np.zeros((grid.count, TILE_HEIGHT_PX, TILE_WIDTH_PX), np.uint32)
        self._is_covering = np.zeros(grid.count, np.bool_)
        self._changed_at_ns: Numbers = np.zeros(grid.count, np.int64)

    def clear(self, at_ns: int) -> None:
        """A new segment begins."""
        self._is_covering[:] = False
        self._changed_at_ns[:] = at_ns

    def cover(self, grid: Grid, shown: Canvas, positions: Numbers, at_ns: int) -> None:
        """These tiles are about to be covered or painted; `shown` are the origins of the pixels still shown."""
        rested = positions[self._changed_at_ns[positions] <= at_ns - _REST_NS]
        self._changed_at_ns[positions] = at_ns
        self._below[rested] = take(grid, shown, rested) + np.uint32(1)
        self._is_covering[rested] = True

    def told(
        self, grid: Grid, dictionary: TileDictionary, positions: Numbers, before: Canvas, now: Canvas, shown: Canvas
    ) -> tuple[Numbers, Canvas]:
        """Which of these tiles (indices) can be told by origin, and the origins of their pixels (n, 16, 64).

        `now` are the tiles; `before` is the canvas that is shown, `shown` the origins of its pixels.
        """
        asked = np.flatnonzero(self._is_covering[positions])
        asked = asked[self._is_explained(grid, dictionary, positions[asked], before, now[asked])]
        positions, now = positions[asked], now[asked]
        was, came = take(grid, before, positions), take(grid, shown, positions)
        told = self._told(dictionary, positions, was, now, came)
        fits = ((told == came) & (was == now)) | (dictionary.pixels_at(told) == now)
        is_told = np.asarray(fits.all(axis=(1, 2)))
        asked, told = asked[is_told], told[is_told]
        pays = np.count_nonzero(origins.breaks_of(told.astype(np.int64)), axis=(1, 2)) <= _MOST_BREAKS
        return asked[pays], told[pays]

    def _is_explained(
        self, grid: Grid, dictionary: TileDictionary, positions: Numbers, before: Canvas, now: Canvas
    ) -> Mask:
        """Whether a sample of pixels shows only what is shown or covered."""
        rows, columns = np.divmod(positions, grid.columns)
        now = now[_SAMPLE]
        wrong = grid.in_tiles(before)[rows, _SAMPLE[1], columns, _SAMPLE[2]] != now
        below = self._below[(positions, *_SAMPLE[1:])]
        wrong &= (below == 0) | (dictionary.pixels_at(below - np.uint32(1)) != now)
        return np.asarray(~wrong.any(axis=(1, 2)))

    def _told(
        self, dictionary: TileDictionary, positions: Numbers, before: Canvas, now: Canvas, shown: Canvas
    ) -> Canvas:
        """Where pixels come from: all that was covered and fits, in the box around what is wrong, comes from there.

        White on white is right already, but to tell it apart from what is around it would cost.
        """
        below = self._below[positions]
        again = (below != 0) & (dictionary.pixels_at(below - np.uint32(1)) == now) & _boxes(before != now)
        return np.asarray(np.where(again, below - np.uint32(1), shown), np.uint32)


def _boxes(wrong: Mask) -> Mask:
    """The smallest box around what is wrong in each tile."""
    rows, columns = np.asarray(wrong.any(axis=2)), np.asarray(wrong.any(axis=1))
    in_rows = np.logical_or.accumulate(rows, axis=1) & np.logical_or.accumulate(rows[:, ::-1], axis=1)[:, ::-1]
    in_columns = np.logical_or.accumulate(columns, axis=1) & np.logical_or.accumulate(columns[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(in_rows[:, :, None] & in_columns[:, None, :])
