"""Where the picture shown differs from the screen: pixel by pixel, kept up to date while a patch is put together."""

import numpy as np

from recorder.codec.fused import Kernel
from recorder.codec.numpy_kernel import RIGHT
from recorder.codec.tiles import TILE_HEIGHT_PX, TILE_WIDTH_PX, Bytes, Canvas, Grid, Mask, Numbers
from recorder.geometry import Rect


class Differences:
    """Between two pictures: `right` is 255 where they are equal and 0 where not, `tiles` tells which tiles differ."""

    def __init__(self, grid: Grid, kernel: Kernel) -> None:
        self._kernel = kernel
        self.right: Bytes = np.full((grid.rows * TILE_HEIGHT_PX, grid.columns * TILE_WIDTH_PX), RIGHT, np.uint8)
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
        return self._kernel.count_wrong(self.right, self._tiles)

    def take_in(self, pixels: Canvas, top: int, left: int, now: Canvas, before: Canvas) -> None:
        """Write pixels into `now`, which was compared with `before` so far, and compare them."""
        self._kernel.take_in(pixels, top, left, now, before, self.right, self._tiles)

    def moved(self, area: Rect, right: Bytes) -> None:
        """This area was moved, and is right where this says so."""
        self._kernel.put_right(right, area.top, area.left, self.right, self._tiles)

    def settle(self, now: Canvas, before: Canvas) -> None:
        """Make `before` equal to `now` where it differs."""
        self._kernel.settle(now, before, self.right, self._tiles)


def slices_of(area: Rect) -> tuple[slice, slice]:
    """The area as rows and columns of pixels."""
    return slice(area.top, area.bottom), slice(area.left, area.right)
