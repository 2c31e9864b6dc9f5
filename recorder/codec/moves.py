"""Areas that moved, in any direction: found by their content, taken only as far as the pixels really agree.

Pixels that stand out get a number made of their neighbourhood, so that equal content has equal numbers wherever it
stands. Numbers that occur once before and once now vote for an offset; for the offsets that win, the rectangle is
chosen that makes the most pixels right and the fewest wrong. What then still differs is sent as tiles, so a wrong guess
costs bytes and never a pixel.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from recorder.codec.dictionary import Hashes, sums_of
from recorder.codec.differences import slices_of
from recorder.codec.numpy_kernel import equal
from recorder.codec.tiles import Bytes, Canvas, Grid, Mask, Numbers
from recorder.codec.wire import Move
from recorder.geometry import Rect

WORTH_TILES = 12  # fewer new tiles than this cost less than looking for a move
_MOST_MOVES = 6
_LEAST_VOTES = 5
_LEAST_GAIN_PX = 700
_STRIP_PX = 128
_ROWS_LOOKED_AT = 4
_LEAST_ROWS = 8
_REACH_PX = 4  # of a neighbourhood, in each direction
_ROWS_OF_NEIGHBOURHOOD = (-4, -1, 2, 4)
_WEIGHTS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93)
_BY_COLUMN, _BY_ROW = 0, 1
_SLOT_BITS = 16
_LEAST_STEP_PX = 8
_EVERY_ROW = 3
_CORE_PX = (640, 400)
_SURE_VOTES = 12
_AGAIN_ONE_IN = 8
_KEEP_MASK = np.uint8(0x78)  # one in sixteen pixels that stand out

Scores: TypeAlias = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class _Scene:
    """Where moves are looked for.

    The picture before (as moved so far) and now; where they agree (255, else 0); and the tiles not to be touched.
    """

    grid: Grid
    before: Canvas
    now: Canvas
    right: Bytes
    box: Rect
    blocked: Mask

    def changed(self) -> Mask:
        """The pixels of the box that are not right yet."""
        return np.asarray(self.right[slices_of(self.box)] == 0)


@dataclass(frozen=True, slots=True)
class Found:
    """A move, where its target will be right then (255, else 0), and how many more pixels become right than wrong."""

    move: Move
    right: Bytes
    gain_px: int


@dataclass(frozen=True, slots=True)
class _Landmarks:
    """Pixels that stand out: their places in the box, and the number of their neighbourhoods."""

    at: Numbers
    numbers: npt.NDArray[np.uint64]

    @property
    def slots(self) -> npt.NDArray[np.int64]:
        """A place in a table for each number."""
        return (self.numbers >> np.uint64(64 - _SLOT_BITS)).view(np.int64)

    def alone(self) -> "tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]":
        """How many landmarks each slot has, and one of them."""
        slots = self.slots
        which = np.zeros(1 << _SLOT_BITS, np.int64)
        which[slots] = np.arange(slots.size)
        return np.bincount(slots, minlength=1 << _SLOT_BITS), which


def find(grid: Grid, before: Canvas, now: Canvas, right: Bytes, box: Rect, blocked: Mask) -> Iterator[Found]:
    """Moves inside the box that make many tiles right; each is to be applied before the next is asked for.

    `right` tells where `before` and `now` agree, and is to be kept true as moves are applied.
    """
    scene = _Scene(grid, before, now, right, box, blocked)
    changed = scene.changed()
    scrolled = _find_scroll(scene, changed)
    if scrolled is not None and scrolled.gain_px * 2 > cv2.countNonZero(changed.view(np.uint8)):
        yield scrolled
    else:
        yield from _find_any(scene, changed, scrolled)


def _find_scroll(scene: _Scene, changed: Mask) -> Found | None:
    """The move straight down or up that rows tell of."""
    box = scene.box
    dy, columns = _scrolled_by(scene.before[slices_of(box)], scene.now[slices_of(box)], changed)
    return _best_move(scene, (0, dy), (box.left + columns[0], box.left + columns[1])) if dy else None


def _find_any(scene: _Scene, changed: Mask, scrolled: Found | None) -> Iterator[Found]:
    """Moves in any direction, of several areas; the one that was found already if it is better than the first."""
    rows, columns, offsets = _votes(scene, changed)
    found = 0
    for offset in _winners(offsets):
        mine = (offsets == offset).all(axis=1)
        ys, xs = rows[mine], columns[mine]
        for _ in range(2):  # two areas may move alike
            wrong = scene.before[ys, xs] != scene.now[ys, xs]
            if found == _MOST_MOVES or np.count_nonzero(wrong) < max(_LEAST_VOTES, len(ys) // _AGAIN_ONE_IN):
                break
            best = _best_move(scene, offset, (int(xs[wrong].min()), int(xs[wrong].max()) + 1))
            if scrolled is not None and (best is None or scrolled.gain_px > best.gain_px):
                best = scrolled
            scrolled = None
            if best is None:
                break
            found += 1
            yield best
    if scrolled is not None:
        yield scrolled


def _scrolled_by(before: Canvas, now: Canvas, changed: Mask) -> tuple[int, tuple[int, int]]:
    """How far the rows of the most changed strip went down, 0 if that cannot be told; and the strip's columns."""
    by_column = _sums(changed[::_ROWS_LOOKED_AT].view(np.uint8), _BY_COLUMN)
    strips = np.add.reduceat(by_column, np.arange(0, len(by_column), _STRIP_PX))
    left = int(np.argmax(strips)) * _STRIP_PX
    columns = (left, min(left + _STRIP_PX, changed.shape[1]))
    old, new = _row_numbers(before[:, slice(*columns)]), _row_numbers(now[:, slice(*columns)])
    old_rows, new_rows = _rows_alone(old), _rows_alone(new)
    _, in_old, in_new = np.intersect1d(old[old_rows], new[new_rows], assume_unique=True, return_indices=True)
    if not in_old.size:
        return 0, columns
    offsets, counts = np.unique(new_rows[in_new] - old_rows[in_old], return_counts=True)
    best = int(np.argmax(counts))
    return (int(offsets[best]) if counts[best] >= _LEAST_ROWS else 0), columns


def _row_numbers(strip: Canvas) -> Hashes:
    pairs = strip[:, : strip.shape[1] // 2 * 2]
    return sums_of(pairs.view(np.uint64))


def _rows_alone(numbers: Hashes) -> Numbers:
    _, first, counts = np.unique(numbers, return_index=True, return_counts=True)
    return np.asarray(first[counts == 1], np.int64)


def apply(canvas: npt.NDArray[np.generic], move: Move) -> None:
    """Move an area of the picture."""
    target, dy = move.target, move.dy
    step = abs(dy) if abs(dy) >= _LEAST_STEP_PX else target.height
    tops = range(target.top, target.bottom, step)
    for top in reversed(tops) if dy > 0 else tops:  # a band never overlaps its source, and is never moved before it
        bottom = min(top + step, target.bottom)
        band = canvas[top - dy : bottom - dy, target.left - move.dx : target.right - move.dx]
        canvas[top:bottom, target.left : target.right] = band if step < target.height else band.copy()


def _votes(scene: _Scene, changed: Mask) -> tuple[Numbers, Numbers, Numbers]:
    """Where landmarks stand now, and how far each has come (dx, dy)."""
    core = _core(scene.box, changed)
    if core is not None:
        votes = _votes_in(scene, core, changed)
        if len(votes[2]) >= _SURE_VOTES:
            return votes
    return _votes_in(scene, scene.box, changed)


def _core(box: Rect, changed: Mask) -> Rect | None:
    """The part of a large box where most changed: what moved there tells of the whole, for a fraction of the work."""
    if box.width * box.height < 2 * _CORE_PX[0] * _CORE_PX[1]:
        return None
    sides = [
        _densest(_sums(changed[::_ROWS_LOOKED_AT].view(np.uint8), _BY_COLUMN), _CORE_PX[0]),
        _densest(_sums(changed[:, ::_ROWS_LOOKED_AT].view(np.uint8), _BY_ROW), _CORE_PX[1]),
    ]
    (left, width), (top, height) = sides
    return Rect(box.left + left, box.top + top, width, height)


def _densest(counts: Scores, length: int) -> tuple[int, int]:
    """Where the stretch of this length begins that holds most, and how long it is."""
    length = min(length, counts.size)
    sums = np.concatenate(([0], np.cumsum(counts)))
    return int(np.argmax(sums[length:] - sums[:-length])), length


def _votes_in(scene: _Scene, box: Rect, changed: Mask) -> tuple[Numbers, Numbers, Numbers]:
    changed = changed[slices_of(box.moved(-scene.box.left, -scene.box.top))]
    old = _landmarks(scene.before, box, changed, every_row=1)
    new = _landmarks(scene.now, box, changed, every_row=_EVERY_ROW)  # a part of them votes as the whole would
    in_old, in_new = _met(old, new)
    rows, columns = np.divmod(new.at[in_new], box.width)
    from_rows, from_columns = np.divmod(old.at[in_old], box.width)
    offsets = np.stack((columns - from_columns, rows - from_rows), axis=1)
    return rows + box.top, columns + box.left, offsets


def _met(old: _Landmarks, new: _Landmarks) -> tuple[Numbers, Numbers]:
    """Which landmarks are the same, of those whose slot holds no other: a table is faster than sorting them."""
    old_count, which_old = old.alone()
    new_count, which_new = new.alone()
    slots = np.flatnonzero((old_count == 1) & (new_count == 1))
    in_old, in_new = which_old[slots], which_new[slots]
    same = old.numbers[in_old] == new.numbers[in_new]
    return in_old[same], in_new[same]


def _landmarks(canvas: Canvas, box: Rect, changed: Mask, *, every_row: int) -> _Landmarks:
    """The landmarks of every so many rows of the box."""
    bgrx = canvas.view(np.uint8).reshape(*canvas.shape, 4)[slices_of(box)]
    grey = np.asarray(cv2.extractChannel(bgrx, 1), np.uint8)  # green tells nearly as much as all three
    at = _standing_out(grey, changed, every_row)
    return _Landmarks(at, _neighbourhoods(grey, at))


def _standing_out(grey: Bytes, changed: Mask, every_row: int) -> Numbers:
    """Pixels chosen by what is around them, a sixteenth of those with an edge at their left and above."""
    height, width = grey.shape
    if min(height, width) <= 2 * _REACH_PX:
        return np.zeros(0, np.int64)

    def shifted(picture: Bytes, down: int, right: int) -> Bytes:
        rows = slice(_REACH_PX + down, height - _REACH_PX + down, every_row)
        return picture[rows, _REACH_PX + right : width - _REACH_PX + right]

    middle = shifted(grey, 0, 0)
    mixed = shifted(grey, 0, _REACH_PX) * np.uint8(37)
    mixed += shifted(grey, _REACH_PX, 0) * np.uint8(101)
    mixed += middle * np.uint8(11)
    mixed += shifted(grey, 0, -_REACH_PX) * np.uint8(151)
    chosen = mixed & _KEEP_MASK == 0
    chosen &= middle != shifted(grey, 0, -1)
    chosen &= middle != shifted(grey, -1, 0)
    chosen &= shifted(changed.view(np.uint8), 0, 0) != 0
    rows, columns = np.divmod(np.flatnonzero(chosen), middle.shape[1])
    return np.asarray((rows * every_row + _REACH_PX) * width + columns + _REACH_PX)


def _neighbourhoods(grey: Bytes, at: Numbers) -> npt.NDArray[np.uint64]:
    """A number for what is around each of these pixels."""
    words = np.ndarray(grey.size - 7, np.uint64, buffer=grey, strides=(1,))  # eight pixels from each pixel on
    numbers = np.zeros(at.size, np.uint64)
    for row, weight in zip(_ROWS_OF_NEIGHBOURHOOD, _WEIGHTS, strict=True):
        numbers += words[at + (row * grey.shape[1] - _REACH_PX)] * np.uint64(weight)
        numbers ^= numbers >> np.uint64(29)
    return numbers


def _winners(offsets: Numbers) -> list[tuple[int, int]]:
    if not len(offsets):
        return []
    kinds, counts = np.unique(offsets, axis=0, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:_MOST_MOVES]
    return [(int(kinds[i, 0]), int(kinds[i, 1])) for i in order if counts[i] >= _LEAST_VOTES and kinds[i].any()]


def _best_move(scene: _Scene, offset: tuple[int, int], columns: tuple[int, int]) -> Found | None:
    """The rectangle for which moving pays most, looked for from these columns; None if it does not pay."""
    dx, dy = offset
    domain = scene.box.intersection(scene.grid.area.moved(dx, dy))
    left, right = max(columns[0] - domain.left, 0), min(columns[1] - domain.left, domain.width)
    if domain.is_empty or left >= right:
        return None
    was_right = scene.right[slices_of(domain)]
    would_be = equal(scene.before[slices_of(domain.moved(-dx, -dy))], scene.now[slices_of(domain)])
    for _ in range(2):
        top, bottom = _best_span(_sums(would_be[:, left:right], _BY_ROW) - _sums(was_right[:, left:right], _BY_ROW))
        rows = slice(top, bottom)
        left, right = _best_span(_sums(would_be[rows], _BY_COLUMN) - _sums(was_right[rows], _BY_COLUMN))
    target = Rect(domain.left + left, domain.top + top, right - left, bottom - top)
    inside = slice(top, bottom), slice(left, right)
    gain_px = cv2.countNonZero(would_be[inside]) - cv2.countNonZero(was_right[inside])
    if gain_px < _LEAST_GAIN_PX or _touches(scene, target, offset):
        return None
    return Found(Move(target, dx, dy), would_be[inside], gain_px)


def _sums(mask: Bytes, direction: int) -> Scores:
    """How much of a mask is set in each row or column."""
    if not mask.size:
        return np.zeros(mask.shape[direction == _BY_COLUMN], np.int32)
    return np.asarray(cv2.reduce(mask, direction, cv2.REDUCE_SUM, dtype=cv2.CV_32S), np.int32).ravel()


def _best_span(scores: Scores) -> tuple[int, int]:
    """The stretch with the greatest sum."""
    sums = np.concatenate(([0], np.cumsum(scores)))
    lowest = np.minimum.accumulate(sums)
    end = int(np.argmax(sums - lowest))
    return int(np.argmin(sums[: end + 1])), end


def _touches(scene: _Scene, target: Rect, offset: tuple[int, int]) -> bool:
    """Whether the move reads or writes a blocked tile."""
    if not scene.blocked.any():
        return False
    tiles = scene.blocked.reshape(scene.grid.rows, scene.grid.columns)
    areas = (target, target.moved(-offset[0], -offset[1]))
    return any(bool(tiles[scene.grid.tiles_under(area)].any()) for area in areas)
