"""Tiles of a sheet as they are held once it is decoded, besides those of `numbered`: what is wanted is taken out."""

from typing import Protocol

import cv2
import numpy as np

from recorder.codec import origins
from recorder.codec.tiles import TILE_WIDTH_PX, Bytes, Canvas, Numbers


class KeptTiles(Protocol):
    """A decoded sheet."""

    @property
    def nbytes(self) -> int:
        """How much memory it takes, at most."""
        ...

    def pixels(self, indices: Numbers | slice, /) -> Canvas:
        """The pixels (n, 16, 64) of these tiles."""
        ...

    def write(self, indices: Numbers, out: Canvas, /) -> None:
        """Write the pixels of these tiles into (n, 16, 64)."""
        ...


class Pictured:
    """The tiles (n, 16, 64) of a sheet that is a picture."""

    def __init__(self, bgr: Bytes) -> None:
        self._tiles = bgr

    @property
    def nbytes(self) -> int:
        """How much memory it takes."""
        return self._tiles.nbytes

    def pixels(self, indices: Numbers | slice) -> Canvas:
        """The pixels (n, 16, 64) of these tiles."""
        bgr = self._tiles[indices]
        bgrx = np.asarray(cv2.cvtColor(bgr.reshape(-1, TILE_WIDTH_PX, 3), cv2.COLOR_BGR2BGRA), np.uint8)
        return bgrx.view(np.uint32).reshape(bgr.shape[:-1])

    def write(self, indices: Numbers, out: Canvas) -> None:
        """Write the pixels of these tiles into (n, 16, 64)."""
        out[:] = self.pixels(indices)


class Composed:
    """The tiles (n, 16, 64) of a sheet that is told by origins, in a pool of the tiles that are needed for them."""

    def __init__(self, told: origins.Told, pool: Canvas) -> None:
        self._told = told.origins
        self._steps = told.steps
        self._pool = pool.reshape(-1)

    def pixels(self, indices: Numbers) -> Canvas:
        """The pixels (n, 16, 64) of these tiles."""
        told = self._told[indices]
        return np.asarray(self._pool.take(told + self._steps.take(told >> np.uint32(origins.PLACE_BITS))), np.uint32)
