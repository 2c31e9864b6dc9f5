"""Where the picture shown differs from the screen: pixel by pixel, kept up to date while a patch is put together."""

import cv2
import numpy as np

from recorder.codec.tiles import TILE_HEIGHT_PX, TILE_WIDTH_PX, Bytes, Canvas, Grid, Mask, Numbers, tile_areas
from recorder.geometry import Rect

_EQUAL = np.uint8(255)
_WORD_PX = 8
_WORDS_A_TILE = TILE_WIDTH_PX // _WORD_PX
_EQUAL_WORD = np.uint64(0xFFFFFFFFFFFFFFFF)


class Differences:
    """Between two pictures: `right` is 255 where they are equal and 0 where not, `tiles` tells which tiles differ."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self.right: Bytes = np.full((grid.rows * TILE_HEIGHT_PX, grid.columns * TILE_WIDTH_PX), _EQUAL, np.uint8)
        self._tiles: Mask = np.zeros((grid.rows, grid.columns), np.bool_)

    @property
    def tiles(self) -> Mask:
        """Which tiles differ, by position."""
        return self._tiles.ravel()

    @property
    def positions(self) -> Numbers:
        """The tiles that differ."""
        return np.flatnonzero(self._tiles)

    def pixels(self) -> int:
        """How many pixels differ."""
        boxes = [self.right[slices_of(box)] for box in tile_areas(self._grid, self.positions)]
        return sum(box.size - cv2.countNonZero(box) for box in boxes)

    def compare(self, one: Canvas, other: Canvas, area: Rect) -> None:
        """Look at this area of the two pictures."""
        inside = slices_of(area)
        equal(one[inside], other[inside], self.right[inside])
        self._look(area)

    def moved(self, area: Rect, right: Bytes) -> None:
        """This area was moved, and is right where this says so."""
        self.right[slices_of(area)] = right
        self._look(area)

    def settle(self) -> None:
        """The two pictures are equal now."""
        for box in tile_areas(self._grid, self.positions):
            self.right[slices_of(box)] = _EQUAL
        self._tiles[:] = False

    def _look(self, area: Rect) -> None:
        rows, columns = self._grid.tiles_under(area)
        words = self.right[self._grid.pixels_of(rows, columns)].view(np.uint64)
        by_tile_row = words.reshape(rows.stop - rows.start, TILE_HEIGHT_PX, -1)
        together = np.bitwise_and.reduce(by_tile_row, axis=1) != _EQUAL_WORD
        self._tiles[rows, columns] = together.reshape(len(together), -1, _WORDS_A_TILE).any(axis=2)


def slices_of(area: Rect) -> tuple[slice, slice]:
    """The area as rows and columns of pixels."""
    return slice(area.top, area.bottom), slice(area.left, area.right)


def equal(one: Canvas, other: Canvas, out: Bytes | None = None) -> Bytes:
    """Where two pictures are equal: 255, elsewhere 0."""
    return np.asarray(cv2.compare(one.view(np.int32), other.view(np.int32), cv2.CMP_EQ, out), np.uint8)
