"""Areas that moved, in any direction: found by their content, taken only as far as the pixels really agree.

Each pixel's neighbourhood gets a number by a small filter, so that equal content has equal numbers wherever it stands.
Numbers that occur once before and once now vote for an offset; for the offsets that win, the rectangle is chosen that
makes the most pixels right and the fewest wrong. What then still differs is sent as tiles, so a wrong guess costs
bytes and never a pixel.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from recorder.codec.tiles import TILE_HEIGHT_PX, TILE_WIDTH_PX, Bytes, Canvas, Grid, Mask, Numbers
from recorder.codec.wire import Move
from recorder.geometry import Rect

WORTH_TILES = 12  # fewer new tiles than this cost less than looking for a move
_MOST_MOVES = 6
_LEAST_VOTES = 5
_LEAST_TILES_SAVED = 3
_REACH_PX = 4  # of the filter, in each direction
# Whole numbers that sum to zero: flat areas become 0, and every sum is below 2**24, so exact in single precision.
_ACROSS = np.array([3, -7, 11, -5, 13, -9, 6, -14, 2], np.float32)
_DOWN = np.array([-4, 9, -13, 7, 5, -11, 12, -8, 3], np.float32)
_KEEP_ONE_IN = 8

Scores: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Landmarks:
    """Pixels with a neighbourhood of their own: where they are on the canvas, and its number."""

    numbers: npt.NDArray[np.int32]
    rows: Numbers
    columns: Numbers


def find(grid: Grid, before: Canvas, now: Canvas, box: Rect, blocked: Mask) -> Iterator[Move]:
    """Moves inside the box that make many tiles right; each is to be applied before the next is asked for."""
    rows, columns, offsets = _votes(before, now, box)
    found = 0
    for dx, dy in _winners(offsets):
        mine = (offsets == (dx, dy)).all(axis=1)
        ys, xs = rows[mine], columns[mine]
        for _ in range(2):  # two areas may move alike
            if found == _MOST_MOVES or np.count_nonzero(before[ys, xs] != now[ys, xs]) < _LEAST_VOTES:
                break
            target = _best_target(grid, before, now, box, dx, dy)
            if target is None or _touches(grid, target, dx, dy, blocked):
                break
            found += 1
            yield Move(target, dx, dy)


def apply(canvas: npt.NDArray[np.generic], move: Move) -> None:
    """Move an area of the picture."""
    source = move.target.moved(-move.dx, -move.dy)
    pixels = canvas[source.top : source.bottom, source.left : source.right].copy()
    canvas[move.target.top : move.target.bottom, move.target.left : move.target.right] = pixels


def _votes(before: Canvas, now: Canvas, box: Rect) -> tuple[Numbers, Numbers, Numbers]:
    """Where landmarks stand now, and how far each has come (dx, dy)."""
    pixels = np.s_[box.top : box.bottom, box.left : box.right]
    changed = before[pixels] != now[pixels]
    old, new = _landmarks(before[pixels], changed, box), _landmarks(now[pixels], changed, box)
    _, in_old, in_new = np.intersect1d(old.numbers, new.numbers, assume_unique=True, return_indices=True)
    rows, columns = new.rows[in_new], new.columns[in_new]
    return rows, columns, np.stack((columns - old.columns[in_old], rows - old.rows[in_old]), axis=1)


def _landmarks(pixels: Canvas, changed: Mask, box: Rect) -> _Landmarks:
    numbers = _neighbourhoods(pixels)
    chosen = (
        changed & (numbers != 0) & ((numbers.view(np.uint32) * np.uint32(2654435761)) >> 16 & (_KEEP_ONE_IN - 1) == 0)
    )
    chosen[:_REACH_PX] = chosen[-_REACH_PX:] = False
    chosen[:, :_REACH_PX] = chosen[:, -_REACH_PX:] = False
    at = np.flatnonzero(chosen)
    unique, first, counts = np.unique(numbers.ravel()[at], return_index=True, return_counts=True)
    alone = counts == 1
    rows, columns = np.divmod(at[first[alone]], box.width)
    return _Landmarks(unique[alone], rows + box.top, columns + box.left)


def _neighbourhoods(pixels: Canvas) -> npt.NDArray[np.int32]:
    view: Bytes = np.ascontiguousarray(pixels).view(np.uint8).reshape(*pixels.shape, 4)
    grey = cv2.cvtColor(view, cv2.COLOR_BGRA2GRAY)
    return np.asarray(cv2.sepFilter2D(grey, cv2.CV_32F, _ACROSS, _DOWN), np.float32).astype(np.int32)


def _winners(offsets: Numbers) -> list[tuple[int, int]]:
    if not len(offsets):
        return []
    kinds, counts = np.unique(offsets, axis=0, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:_MOST_MOVES]
    return [(int(kinds[i, 0]), int(kinds[i, 1])) for i in order if counts[i] >= _LEAST_VOTES and kinds[i].any()]


def _best_target(grid: Grid, before: Canvas, now: Canvas, box: Rect, dx: int, dy: int) -> Rect | None:
    """The rectangle for which moving pays most; None if it does not pay."""
    domain = box.intersection(grid.area.moved(dx, dy))
    if domain.is_empty:
        return None
    source = domain.moved(-dx, -dy)
    here = np.s_[domain.top : domain.bottom, domain.left : domain.right]
    was_right = before[here] == now[here]
    would_be = before[source.top : source.bottom, source.left : source.right] == now[here]
    score = would_be.view(np.int8) - was_right.view(np.int8)
    top, bottom, left, right = 0, domain.height, 0, domain.width
    for _ in range(2):
        top, bottom = _best_span(score[:, left:right].sum(axis=1, dtype=np.int64))
        left, right = _best_span(score[top:bottom].sum(axis=0, dtype=np.int64))
    target = Rect(domain.left + left, domain.top + top, right - left, bottom - top)
    if target.is_empty or _tiles_saved(domain, was_right, would_be, target) < _LEAST_TILES_SAVED:
        return None
    return target


def _best_span(scores: Scores) -> tuple[int, int]:
    """The stretch with the greatest sum."""
    sums = np.concatenate(([0], np.cumsum(scores)))
    lowest = np.minimum.accumulate(sums)
    end = int(np.argmax(sums - lowest))
    return int(np.argmin(sums[: end + 1])), end


def _tiles_saved(domain: Rect, was_right: Mask, would_be: Mask, target: Rect) -> int:
    """How many more tiles are right after moving the target than before."""
    after = was_right.copy()
    inside = np.s_[
        target.top - domain.top : target.bottom - domain.top, target.left - domain.left : target.right - domain.left
    ]
    after[inside] = would_be[inside]
    return _wrong_tiles(domain, was_right) - _wrong_tiles(domain, after)


def _wrong_tiles(domain: Rect, right: Mask) -> int:
    rows = np.arange(-(domain.top % TILE_HEIGHT_PX), domain.height, TILE_HEIGHT_PX).clip(0)
    columns = np.arange(-(domain.left % TILE_WIDTH_PX), domain.width, TILE_WIDTH_PX).clip(0)
    by_row = np.logical_and.reduceat(right, rows, axis=0)
    return int(np.count_nonzero(~np.logical_and.reduceat(by_row, columns, axis=1)))


def _touches(grid: Grid, target: Rect, dx: int, dy: int, blocked: Mask) -> bool:
    """Whether the move reads or writes a blocked tile."""
    if not blocked.any():
        return False
    tiles = blocked.reshape(grid.rows, grid.columns)
    return any(bool(tiles[grid.tiles_under(area)].any()) for area in (target, target.moved(-dx, -dy)))
