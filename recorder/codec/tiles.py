"""A picture as a grid of tiles: where they are, which differ, how to take them out and put them in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from recorder.codec.errors import DamagedPictureError
from recorder.geometry import Rect

TILE_HEIGHT_PX = 16
TILE_WIDTH_PX = 64
PIXELS_A_TILE = TILE_WIDTH_PX * TILE_HEIGHT_PX
MAX_SIDE_PX = 16384
MAX_PICTURE_PX = 1 << 25  # 8K, and a little
MAX_TILES = MAX_PICTURE_PX // PIXELS_A_TILE + MAX_SIDE_PX // 8  # those that stick out, too
COLOUR_MASK = np.uint32(0x00FFFFFF)  # the fourth byte of BGRX is whatever X left there

Canvas: TypeAlias = npt.NDArray[np.uint32]  # BGR0 pixels, padded with 0 to whole tiles
Bytes: TypeAlias = npt.NDArray[np.uint8]
Mask: TypeAlias = npt.NDArray[np.bool_]
Numbers: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Grid:
    """The tiles of a screen, numbered row by row; those at the right and the bottom may stick out."""

    width_px: int
    height_px: int

    def __post_init__(self) -> None:
        sides_fit = 0 < self.width_px <= MAX_SIDE_PX and 0 < self.height_px <= MAX_SIDE_PX
        if not sides_fit or self.width_px * self.height_px > MAX_PICTURE_PX:
            msg = f"a picture of {self.width_px}×{self.height_px} pixels"
            raise DamagedPictureError(msg)

    @property
    def rows(self) -> int:
        """How many tiles stand above each other."""
        return -(-self.height_px // TILE_HEIGHT_PX)

    @property
    def columns(self) -> int:
        """How many tiles stand side by side."""
        return -(-self.width_px // TILE_WIDTH_PX)

    @property
    def count(self) -> int:
        """How many tiles the picture has."""
        return self.rows * self.columns

    @property
    def area(self) -> Rect:
        """The picture's own pixels."""
        return Rect(0, 0, self.width_px, self.height_px)

    def canvas(self) -> Canvas:
        """An empty picture, padded to whole tiles."""
        return np.zeros((self.rows * TILE_HEIGHT_PX, self.columns * TILE_WIDTH_PX), np.uint32)

    def tiles_under(self, area: Rect) -> tuple[slice, slice]:
        """The rows and columns of tiles that an area touches."""
        return (
            slice(area.top // TILE_HEIGHT_PX, -(-area.bottom // TILE_HEIGHT_PX)),
            slice(area.left // TILE_WIDTH_PX, -(-area.right // TILE_WIDTH_PX)),
        )

    def positions_in(self, rows: slice, columns: slice) -> Numbers:
        """The numbers of a block of tiles."""
        firsts = np.arange(rows.start, rows.stop, dtype=np.int64)[:, None] * self.columns
        return (firsts + np.arange(columns.start, columns.stop, dtype=np.int64)).ravel()

    def in_tiles(self, canvas: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """The same memory as (row, y, column, x, …)."""
        return canvas.reshape(self.rows, TILE_HEIGHT_PX, self.columns, TILE_WIDTH_PX, *canvas.shape[2:])


def put(grid: Grid, canvas: npt.NDArray[np.generic], positions: Numbers, tiles: npt.NDArray[np.generic]) -> None:
    """Put tiles (n, 16, 64, …) at these positions."""
    rows, columns = np.divmod(positions, grid.columns)
    grid.in_tiles(canvas)[rows, :, columns, :] = tiles


def bgr_of(pixels: Canvas) -> Bytes:
    """Pixels (…, w) as B, G, R bytes (…, w, 3)."""
    if not pixels.size:
        return np.zeros((*pixels.shape, 3), np.uint8)
    flat = np.ascontiguousarray(pixels).view(np.uint8).reshape(-1, pixels.shape[-1], 4)
    return np.asarray(cv2.cvtColor(flat, cv2.COLOR_BGRA2BGR), np.uint8).reshape(*pixels.shape, 3)


def areas_of(grid: Grid, changed: Mask, *, at_most: int = 16) -> tuple[Rect, ...]:
    """At most so many areas that together cover the changed tiles."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(changed.astype(np.uint8), connectivity=8)
    boxes = [Rect(*(int(number) for number in row[:4])) for row in stats[1:]]
    boxes.sort(key=lambda box: -box.width * box.height)
    while len(boxes) > at_most:
        last = boxes.pop()
        nearest = min(range(len(boxes)), key=lambda index: _growth(boxes[index], last))
        boxes[nearest] = boxes[nearest].union(last)
    return tuple(_to_pixels(box).intersection(grid.area) for box in boxes)


def _growth(box: Rect, other: Rect) -> int:
    both = box.union(other)
    return both.width * both.height - box.width * box.height


def _to_pixels(box: Rect) -> Rect:
    return Rect(
        box.left * TILE_WIDTH_PX, box.top * TILE_HEIGHT_PX, box.width * TILE_WIDTH_PX, box.height * TILE_HEIGHT_PX
    )


def tile_areas(grid: Grid, positions: Numbers) -> Sequence[Rect]:
    """The smallest area that holds the tiles, or none if there are none."""
    if not positions.size:
        return ()
    rows, columns = np.divmod(positions, grid.columns)
    box = Rect(
        int(columns.min()),
        int(rows.min()),
        int(columns.max() - columns.min()) + 1,
        int(rows.max() - rows.min()) + 1,
    )
    return (_to_pixels(box).intersection(grid.area),)
