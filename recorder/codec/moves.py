"""Areas that moved, in any direction: found by their content, taken only as far as the pixels really agree.

Pixels that stand out get a number made of their neighbourhood, so that equal content has equal numbers wherever it
stands. Numbers that occur once before and once now vote for an offset; for the offsets that win, the rectangle is
chosen that makes the most pixels right and the fewest wrong. What then still differs is sent as tiles, so a wrong guess
costs bytes and never a pixel.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from recorder.codec.dictionary import WEIGHTS
from recorder.codec.differences import slices_of
from recorder.codec.fused import Kernel
from recorder.codec.numpy_kernel import Counts, Hashes
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
_LEAST_STEP_PX = 8
_EVERY_ROW = 3
_CORE_PX = (640, 400)
_SURE_VOTES = 12
_AGAIN_ONE_IN = 8
_APART = 1 << 20  # more than any offset
_LANDMARKS = 4096  # room for as many at first


@dataclass(frozen=True, slots=True)
class _Scene:
    """Where moves are looked for.

    The picture before (as moved so far) and now; where they agree (255, else 0); and the tiles not to be touched.
    """

    kernel: Kernel
    grid: Grid
    before: Canvas
    now: Canvas
    right: Bytes
    box: Rect
    blocked: Mask

    def by_column(self) -> Counts:
        """How many pixels of each column of the box are not right yet, of the rows that are looked at."""
        counts = np.empty(self.box.width, np.int32)
        self.kernel.wrong_by_column(self.right[slices_of(self.box)][::_ROWS_LOOKED_AT], counts)
        return counts

    def by_row(self) -> Counts:
        """How many pixels of each row of the box are not right yet, of the columns that are looked at."""
        counts = np.empty(self.box.height, np.int32)
        self.kernel.wrong_by_row(self.right[slices_of(self.box)], _ROWS_LOOKED_AT, counts)
        return counts


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
    numbers: Hashes


def find(
    kernel: Kernel, grid: Grid, before: Canvas, now: Canvas, right: Bytes, box: Rect, blocked: Mask
) -> Iterator[Found]:
    """Moves inside the box that make many tiles right; each is to be applied before the next is asked for.

    `right` tells where `before` and `now` agree, and is to be kept true as moves are applied.
    """
    scene = _Scene(kernel, grid, before, now, right, box, blocked)
    scrolled = _find_scroll(scene)
    if scrolled is not None and scrolled.gain_px * 2 > box.width * box.height - cv2.countNonZero(right[slices_of(box)]):
        yield scrolled
    else:
        yield from _find_any(scene, scrolled)


def _find_scroll(scene: _Scene) -> Found | None:
    """The move straight down or up that rows tell of."""
    box = scene.box
    dy, columns = _scrolled_by(scene)
    return _best_move(scene, (0, dy), (box.left + columns[0], box.left + columns[1])) if dy else None


def _find_any(scene: _Scene, scrolled: Found | None) -> Iterator[Found]:
    """Moves in any direction, of several areas; the one that was found already if it is better than the first."""
    rows, columns, offsets = _votes(scene)
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


def _scrolled_by(scene: _Scene) -> tuple[int, tuple[int, int]]:
    """How far the rows of the most changed strip went down, 0 if that cannot be told; and the strip's columns."""
    by_column = scene.by_column()
    strips = np.add.reduceat(by_column, np.arange(0, len(by_column), _STRIP_PX))
    left = int(np.argmax(strips)) * _STRIP_PX
    columns = (left, min(left + _STRIP_PX, scene.box.width))
    inside = slices_of(Rect(scene.box.left + left, scene.box.top, columns[1] - left, scene.box.height))
    dy, votes = scene.kernel.scrolled_by(scene.before[inside], scene.now[inside], WEIGHTS)
    return (dy if votes >= _LEAST_ROWS else 0), columns


def apply(canvas: npt.NDArray[np.generic], move: Move) -> None:
    """Move an area of the picture."""
    target, dy = move.target, move.dy
    step = abs(dy) if abs(dy) >= _LEAST_STEP_PX else target.height
    tops = range(target.top, target.bottom, step)
    for top in reversed(tops) if dy > 0 else tops:  # a band never overlaps its source, and is never moved before it
        bottom = min(top + step, target.bottom)
        band = canvas[top - dy : bottom - dy, target.left - move.dx : target.right - move.dx]
        canvas[top:bottom, target.left : target.right] = band if step < target.height else band.copy()


def _votes(scene: _Scene) -> tuple[Numbers, Numbers, Numbers]:
    """Where landmarks stand now, and how far each has come (dx, dy)."""
    core = _core(scene)
    if core is not None:
        votes = _votes_in(scene, core)
        if len(votes[2]) >= _SURE_VOTES:
            return votes
    return _votes_in(scene, scene.box)


def _core(scene: _Scene) -> Rect | None:
    """The part of a large box where most changed: what moved there tells of the whole, for a fraction of the work."""
    box = scene.box
    if box.width * box.height < 2 * _CORE_PX[0] * _CORE_PX[1]:
        return None
    left, width = _densest(scene.by_column(), _CORE_PX[0])
    top, height = _densest(scene.by_row(), _CORE_PX[1])
    return Rect(box.left + left, box.top + top, width, height)


def _densest(counts: Counts, length: int) -> tuple[int, int]:
    """Where the stretch of this length begins that holds most, and how long it is."""
    length = min(length, counts.size)
    sums = np.concatenate(([0], np.cumsum(counts)))
    return int(np.argmax(sums[length:] - sums[:-length])), length


def _votes_in(scene: _Scene, box: Rect) -> tuple[Numbers, Numbers, Numbers]:
    old = _landmarks(scene, scene.before, box, every_row=1)
    new = _landmarks(scene, scene.now, box, every_row=_EVERY_ROW)  # a part of them votes as the whole would
    in_old, in_new = _met(scene.kernel, old, new)
    rows, columns = np.divmod(new.at[in_new], box.width)
    from_rows, from_columns = np.divmod(old.at[in_old], box.width)
    offsets = np.stack((columns - from_columns, rows - from_rows), axis=1)
    return rows + box.top, columns + box.left, offsets


def _met(kernel: Kernel, old: _Landmarks, new: _Landmarks) -> tuple[Numbers, Numbers]:
    """Which landmarks are the same, of those whose slot holds no other: a table is faster than sorting them."""
    most = min(old.numbers.size, new.numbers.size)
    in_old, in_new = np.empty(most, np.int64), np.empty(most, np.int64)
    count = kernel.meet_landmarks(old.numbers, new.numbers, in_old, in_new)
    return in_old[:count], in_new[:count]


def _landmarks(scene: _Scene, canvas: Canvas, box: Rect, *, every_row: int) -> _Landmarks:
    """The landmarks of every so many rows of the box."""
    picture, right = canvas[slices_of(box)], scene.right[slices_of(box)]
    room = _LANDMARKS
    while True:
        at, numbers = np.empty(room, np.int64), np.empty(room, np.uint64)
        count = scene.kernel.find_landmarks(picture, right, every_row, at, numbers)
        if count <= room:
            return _Landmarks(at[:count], numbers[:count])
        room = count


def _winners(offsets: Numbers) -> list[tuple[int, int]]:
    if not len(offsets):
        return []
    both = offsets[:, 0] * _APART + offsets[:, 1]  # one number each: rows of two take ten times as long to sort
    _, first, counts = np.unique(both, return_index=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:_MOST_MOVES]
    kinds = offsets[first[order]].tolist()
    return [(dx, dy) for (dx, dy), votes in zip(kinds, counts[order], strict=True) if votes >= _LEAST_VOTES and dx | dy]


def _best_move(scene: _Scene, offset: tuple[int, int], columns: tuple[int, int]) -> Found | None:
    """The rectangle for which moving pays most, looked for from these columns; None if it does not pay."""
    dx, dy = offset
    domain = scene.box.intersection(scene.grid.area.moved(dx, dy))
    left, right = max(columns[0] - domain.left, 0), min(columns[1] - domain.left, domain.width)
    if domain.is_empty or left >= right:
        return None
    source, inside = slices_of(domain.moved(-dx, -dy)), slices_of(domain)
    would_be = np.empty((domain.height, domain.width), np.uint8)
    top, bottom, left, right, gain_px = scene.kernel.best_area(
        scene.before[source], scene.now[inside], scene.right[inside], would_be, left, right
    )
    target = Rect(domain.left + left, domain.top + top, right - left, bottom - top)
    if gain_px < _LEAST_GAIN_PX or _touches(scene, target, offset):
        return None
    return Found(Move(target, dx, dy), would_be[top:bottom, left:right], gain_px)


def _touches(scene: _Scene, target: Rect, offset: tuple[int, int]) -> bool:
    """Whether the move reads or writes a blocked tile."""
    if not scene.blocked.any():
        return False
    tiles = scene.blocked.reshape(scene.grid.rows, scene.grid.columns)
    areas = (target, target.moved(-offset[0], -offset[1]))
    return any(bool(tiles[scene.grid.tiles_under(area)].any()) for area in areas)
