"""Sheets of colours' numbers as the compiled kernel decodes them: all of one sheet at once, beside Python.

It does what `numbered.Places` does and refuses what that refuses, in an eighth of the time: a seek decodes a hundred
and fifty sheets, of most of which a few tiles are shown.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from recorder.codec.errors import DamagedPictureError
from recorder.codec.kept_tiles import KeptTiles
from recorder.codec.numbered import ColoursOf, NumberedReader, Plain
from recorder.codec.palette import Palette
from recorder.codec.sheet_kernel import SheetKernel
from recorder.codec.tiles import PIXELS_A_TILE, TILE_HEIGHT_PX, TILE_WIDTH_PX, Canvas, Numbers

BeginGroup: TypeAlias = Callable[[int], NumberedReader]

_DAMAGED, _NO_COLOUR = 1, 2  # as kernel_sheets.c says it


def group_beginner(kernel: SheetKernel | None, palette: Palette) -> BeginGroup:
    """What reads a group by its first id: compiled if there is a kernel."""
    return NumberedReader if kernel is None else lambda group: CompiledReader(group, kernel, palette)


class CompiledReader(NumberedReader):
    """The decoder's side of one group, with colours out of this palette."""

    def __init__(self, group: int, kernel: SheetKernel, palette: Palette) -> None:
        super().__init__(group)
        self._kernel = kernel
        self._palette = palette

    def decode(self, plain: Plain, colours_of: ColoursOf) -> KeptTiles:
        """As `NumberedReader` says."""
        del colours_of
        rest_at = self._kernel.change_symbols(plain.data, plain.tiles * PIXELS_A_TILE, self._numbers)
        if rest_at < 0:
            raise _damaged()
        return CompiledPlaces(plain, rest_at, self._numbers.copy(), self._palette, self._kernel)


class CompiledPlaces:
    """Tiles as they were packed, and the number of each symbol's colour."""

    def __init__(self, plain: Plain, rest_at: int, numbers: Numbers, palette: Palette, kernel: SheetKernel) -> None:
        self._plain = plain
        self._rest_at = rest_at
        self._numbers = numbers
        self._palette = palette
        self._kernel = kernel
        self._is_checked = False

    @property
    def nbytes(self) -> int:
        """How much memory it takes."""
        return len(self._plain.data) + self._numbers.nbytes

    def pixels(self, indices: Numbers | slice) -> Canvas:
        """The pixels (n, 16, 64) of these tiles."""
        wanted = np.arange(self._plain.tiles)[indices] if isinstance(indices, slice) else indices
        tiles = np.empty((wanted.size, TILE_HEIGHT_PX, TILE_WIDTH_PX), np.uint32)
        self.write(wanted, tiles)
        return tiles

    def write(self, indices: Numbers, out: Canvas) -> None:
        """Write the pixels of these tiles into (n, 16, 64)."""
        found = self._kernel.numbered_tiles(
            self._plain.data,
            self._plain.tiles,
            self._rest_at,
            self._numbers,
            self._palette.known,
            np.ascontiguousarray(indices),
            out.reshape(-1, PIXELS_A_TILE),
            self._is_checked,
        )
        if found == _NO_COLOUR:
            msg = "a colour of it never came"
            raise DamagedPictureError(msg)
        if found == _DAMAGED:
            raise _damaged()
        self._is_checked = True


def _damaged() -> DamagedPictureError:
    return DamagedPictureError("a sheet is damaged")
