"""The codec's loops over pixels: compiled where that was built, else NumPy's; the same bytes, but for `press_of`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from recorder.codec import numpy_kernel
from recorder.codec.numpy_kernel import Counts, Hashes, Numbers16
from recorder.codec.pressing import Press
from recorder.codec.runs import Runs
from recorder.codec.tiles import PIXELS_A_TILE, TILE_HEIGHT_PX, TILE_WIDTH_PX, Bytes, Canvas, Mask, Numbers

VARIABLE = "TACHIAI_KERNEL"  # "numpy": for tests, for measuring, and should the compiled one ever be at fault
VERSION = 5  # of kernel.c; a file that was built from another is not used


class Kernel(Protocol):
    """What there is in both. Pictures are parts of larger ones as often as not: rows stand apart in memory."""

    def take_in(
        self, grabbed: Canvas, top: int, left: int, now: Canvas, before: Canvas, right: Bytes, wrong: Mask, /
    ) -> None:
        """Write grabbed pixels into `now`, from this place on.

        `right` is 255 where `now` equals `before`, else 0; `wrong` says which tiles hold a pixel that does not. Both
        are true before and after.
        """

    def put_right(self, found: Bytes, top: int, left: int, right: Bytes, wrong: Mask, /) -> None:
        """An area, from this place on, is right where `found` says so (255, else 0)."""

    def count_wrong(self, right: Bytes, wrong: Mask, /) -> int:
        """How many pixels are wrong."""

    def settle(self, now: Canvas, before: Canvas, right: Bytes, wrong: Mask, /) -> None:
        """Copy the tiles that are wrong from `now` to `before`: nothing is wrong any more."""

    def hash_tiles(self, canvas: Canvas, positions: Numbers, weights: Hashes, hashes: Hashes, /) -> None:
        """A number for each tile, the same for equal tiles: the sum of its words, each times its weight."""

    def same_tiles(self, canvas: Canvas, positions: Numbers, store: Canvas, slots: Numbers, same: Mask, /) -> None:
        """Which tiles are what their slot of the store holds; not those whose slot is -1."""

    def equal_tiles(self, canvas: Canvas, positions: Numbers, others: Numbers, same: Mask, /) -> None:
        """Which tiles are equal to the other one that is given with each."""

    def take_tiles(self, canvas: Canvas, positions: Numbers, tiles: Canvas, /) -> None:
        """Copy tiles out, one after the other."""

    def store_tiles(self, canvas: Canvas, positions: Numbers, store: Canvas, slots: Numbers, /) -> None:
        """Copy tiles into their slots of the store, but for those whose slot is -1."""

    def stamp_tiles(self, canvas: Canvas, positions: Numbers, firsts: Canvas, /) -> None:
        """Fill each tile with numbers that go up by one from its first."""

    def count_variety(
        self, canvas: Canvas, positions: Numbers, most_steps: int, steps: Numbers, colours: Numbers, bends: Numbers, /
    ) -> None:
        """How often the colour changes in a sample of each tile: along every fourth row.

        Where that is more often than so: how many colours the sample has, and in how many places the step of green
        along a row is another in the row below, of every fourth row. Elsewhere 0.
        """

    def move_area(self, canvas: Canvas, top: int, left: int, rows: int, columns: int, dx: int, dy: int, /) -> None:
        """Make this area what stands `dy` above and `dx` to the left of it."""

    def best_area(
        self, before: Canvas, now: Canvas, was: Bytes, would: Bytes, left: int, right: int, /
    ) -> tuple[int, int, int, int, int]:
        """The rectangle in which taking `before` for `now` gains most: (top, bottom, left, right, pixels gained).

        `was` is 255 where the pixel is right without; `would` becomes it where it would be. Rows are chosen within
        the columns given, columns within these rows, and both once more.
        """

    def wrong_by_column(self, right: Bytes, counts: Counts, /) -> None:
        """How many pixels of each column are not right."""

    def wrong_by_row(self, right: Bytes, every: int, counts: Counts, /) -> None:
        """How many of every so many pixels of each row are not right."""

    def find_landmarks(self, picture: Canvas, right: Bytes, every: int, at: Numbers, numbers: Hashes, /) -> int:
        """The landmarks of every so many rows: their places (row by row) and numbers; how many there are.

        Only so many are written as there is room for.
        """

    def meet_landmarks(self, old: Hashes, new: Hashes, in_old: Numbers, in_new: Numbers, /) -> int:
        """Which numbers occur in both, of those whose slot holds no other: their places in each; how many."""

    def scrolled_by(self, before: Canvas, now: Canvas, weights: Hashes, /) -> tuple[int, int]:
        """How far down most rows went of those that occur once before and once now, and how many; (0, 0) if none do.

        Rows are known by the sum of their pairs of pixels, each times its weight.
        """

    def find_runs(self, canvas: Canvas, positions: Numbers, colours: Canvas, lengths: Numbers, /) -> int:
        """The runs of tiles, column by column, one tile after the other: their colours and lengths; how many.

        There must be room for one at every pixel.
        """

    def find_colours(
        self, colours: Canvas, colour_in: Canvas, number_in: Numbers16, numbers: Numbers16, missing: Mask, /
    ) -> int:
        """The number of each colour, by a table of slots. How many are `missing`: their slot holds another colour."""

    def pack_tiles(self, positions: Numbers, ids: Numbers, out: Bytes, /) -> tuple[int, int]:
        """Tiles in the order of their positions, as runs of those that follow each other, in `wire`'s numbers.

        How many runs, and how many bytes were written. There must be room for 30 for each tile.
        """


@dataclass(frozen=True, slots=True)
class Choice:
    """A kernel, and why it is NumPy's if it is; `is_wanted`: somebody asked for that."""

    kernel: Kernel
    is_compiled: bool
    why_not: str = ""
    is_wanted: bool = False


def choose(environment: Mapping[str, str] = os.environ) -> Choice:
    """The compiled kernel, or NumPy's if that is wanted or there is no other."""
    if environment.get(VARIABLE):
        return _without(f"{VARIABLE} is set", is_wanted=True)
    try:
        import recorder.codec._kernel as compiled
    except ModuleNotFoundError:
        return _without("there is no compiled part")
    except ImportError:
        return _without("the compiled part does not load here")
    if compiled.VERSION != VERSION:
        return _without("the compiled part is of another version")
    return Choice(compiled, is_compiled=True)


def _without(why_not: str, *, is_wanted: bool = False) -> Choice:
    return Choice(numpy_kernel, is_compiled=False, why_not=why_not, is_wanted=is_wanted)


def press_of(kernel: Kernel) -> Press | None:
    """How the kernel makes LZMA streams; None: NumPy's leaves that to liblzma, whose streams say the same otherwise."""
    press: Press | None = getattr(kernel, "press", None)
    return press


def taken(kernel: Kernel, canvas: Canvas, positions: Numbers) -> Canvas:
    """Tiles as (n, 16, 64) pixels."""
    tiles = np.empty((positions.size, PIXELS_A_TILE), np.uint32)
    kernel.take_tiles(canvas, positions, tiles)
    return tiles.reshape(-1, TILE_HEIGHT_PX, TILE_WIDTH_PX)


def runs_in(kernel: Kernel, canvas: Canvas, positions: Numbers) -> Runs:
    """The runs of tiles, column by column."""
    most = positions.size * PIXELS_A_TILE
    colours, lengths = np.empty(most, np.uint32), np.empty(most, np.int64)  # only what is written to takes memory
    count = kernel.find_runs(canvas, positions, colours, lengths)
    return Runs(positions.size, colours[:count], lengths[:count])
