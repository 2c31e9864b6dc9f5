"""The codec's loops over pixels in NumPy and OpenCV: what the compiled kernel is tested against, and its stand-in.

What each function does stands in `fused.Kernel`.
"""

import cv2
import numpy as np
import numpy.typing as npt

from recorder.codec import origins
from recorder.codec.runs import runs_of
from recorder.codec.tiles import COLOUR_MASK, PIXELS_A_TILE, TILE_HEIGHT_PX, TILE_WIDTH_PX, Bytes, Canvas, Mask, Numbers
from recorder.codec.varint import varints, zigzag

Hashes = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.int32]
Numbers16 = npt.NDArray[np.uint16]

RIGHT = np.uint8(255)  # of a mask: this pixel is right; 0: it is wrong
MOST_BYTES_A_TILE = 30  # of `pack_tiles`
_BAND_PX = 128
_WORD_PX = 8
_WORDS_A_TILE = TILE_WIDTH_PX // _WORD_PX
_RIGHT_WORD = np.uint64(0xFFFFFFFFFFFFFFFF)
_AT_ONCE = 256  # tiles that fit into the processor's cache
_REACH_PX = 4  # of a neighbourhood, in each direction
_ROWS_OF_NEIGHBOURHOOD = (-4, -1, 2, 4)
_WEIGHTS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93)
_KEEP_MASK = np.uint8(0x78)  # one in sixteen pixels that stand out
_LANDMARK_BITS = 16
_COLOUR_BITS = 17
_SPREAD = np.uint32(2654435761)
_BY_COLUMN, _BY_ROW = 0, 1


def take_in(grabbed: Canvas, top: int, left: int, now: Canvas, before: Canvas, right: Bytes, wrong: Mask, /) -> None:
    height, width = grabbed.shape
    columns = slice(left, left + width)
    for begin in range(0, height, _BAND_PX):  # a band is in the processor's cache when compared
        band = grabbed[begin : begin + _BAND_PX]
        inside = slice(top + begin, top + begin + len(band)), columns
        np.bitwise_and(band, COLOUR_MASK, out=now[inside])
        equal(before[inside], now[inside], right[inside])
        _look(right, wrong, inside)


def put_right(found: Bytes, top: int, left: int, right: Bytes, wrong: Mask, /) -> None:
    inside = slice(top, top + found.shape[0]), slice(left, left + found.shape[1])
    right[inside] = found
    _look(right, wrong, inside)


def _look(right: Bytes, wrong: Mask, area: tuple[slice, slice]) -> None:
    """Say anew which of the tiles that an area touches are wrong."""
    rows = slice(area[0].start // TILE_HEIGHT_PX, -(-area[0].stop // TILE_HEIGHT_PX))
    columns = slice(area[1].start // TILE_WIDTH_PX, -(-area[1].stop // TILE_WIDTH_PX))
    words = right[
        rows.start * TILE_HEIGHT_PX : rows.stop * TILE_HEIGHT_PX,
        columns.start * TILE_WIDTH_PX : columns.stop * TILE_WIDTH_PX,
    ].view(np.uint64)
    by_tile_row = words.reshape(rows.stop - rows.start, TILE_HEIGHT_PX, -1)
    together = np.bitwise_and.reduce(by_tile_row, axis=1) != _RIGHT_WORD
    wrong[rows, columns] = together.reshape(len(together), -1, _WORDS_A_TILE).any(axis=2)


def count_wrong(right: Bytes, wrong: Mask, /) -> int:
    if not wrong.any():
        return 0
    box = right[_box_of(wrong)]
    return int(box.size - cv2.countNonZero(box))


def settle(now: Canvas, before: Canvas, right: Bytes, wrong: Mask, /) -> None:
    if not wrong.any():
        return
    rows, columns = np.nonzero(wrong)
    _in_tiles(before)[rows, :, columns, :] = _in_tiles(now)[rows, :, columns, :]
    right[_box_of(wrong)] = RIGHT
    wrong[:] = False


def _box_of(tiles: Mask) -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(tiles.any(axis=1)), np.flatnonzero(tiles.any(axis=0))
    return (
        slice(int(rows[0]) * TILE_HEIGHT_PX, (int(rows[-1]) + 1) * TILE_HEIGHT_PX),
        slice(int(columns[0]) * TILE_WIDTH_PX, (int(columns[-1]) + 1) * TILE_WIDTH_PX),
    )


def _in_tiles(canvas: Canvas) -> Canvas:
    """The same memory as (row, y, column, x)."""
    return canvas.reshape(len(canvas) // TILE_HEIGHT_PX, TILE_HEIGHT_PX, -1, TILE_WIDTH_PX)


def _taken(canvas: Canvas, positions: Numbers) -> Canvas:
    rows, columns = np.divmod(positions, canvas.shape[1] // TILE_WIDTH_PX)
    return np.ascontiguousarray(_in_tiles(canvas)[rows, :, columns, :], np.uint32)


def hash_tiles(canvas: Canvas, positions: Numbers, weights: Hashes, hashes: Hashes, /) -> None:
    for start in range(0, positions.size, _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        words = _taken(canvas, positions[part]).reshape(-1, PIXELS_A_TILE).view(np.uint64)
        np.einsum("ij,j->i", words, weights, out=hashes[part])


def same_tiles(canvas: Canvas, positions: Numbers, store: Canvas, slots: Numbers, same: Mask, /) -> None:
    same[:] = False
    held = np.flatnonzero(slots >= 0)
    for start in range(0, held.size, _AT_ONCE):
        part = held[start : start + _AT_ONCE]
        shown = _taken(canvas, positions[part]).reshape(-1, PIXELS_A_TILE).view(np.uint64)
        same[part] = (store[slots[part]].view(np.uint64) == shown).all(axis=1)


def store_tiles(canvas: Canvas, positions: Numbers, store: Canvas, slots: Numbers, /) -> None:
    for start in range(0, positions.size, _AT_ONCE):
        into = slots[start : start + _AT_ONCE]
        tiles = _taken(canvas, positions[start : start + _AT_ONCE]).reshape(-1, PIXELS_A_TILE)
        store[into[into >= 0]] = tiles[into >= 0]


def equal_tiles(canvas: Canvas, positions: Numbers, others: Numbers, same: Mask, /) -> None:
    for start in range(0, positions.size, _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        same[part] = (_taken(canvas, positions[part]) == _taken(canvas, others[part])).all(axis=(1, 2))


def take_tiles(canvas: Canvas, positions: Numbers, tiles: Canvas, /) -> None:
    rows, columns = np.divmod(positions, canvas.shape[1] // TILE_WIDTH_PX)
    tiles.reshape(-1, TILE_HEIGHT_PX, TILE_WIDTH_PX)[:] = _in_tiles(canvas)[rows, :, columns, :]


def stamp_tiles(canvas: Canvas, positions: Numbers, firsts: Canvas, /) -> None:
    rows, columns = np.divmod(positions, canvas.shape[1] // TILE_WIDTH_PX)
    _in_tiles(canvas)[rows, :, columns, :] = firsts[:, None, None] + origins.IN_TILE


def count_variety(
    canvas: Canvas, positions: Numbers, most_steps: int, steps: Numbers, colours: Numbers, bends: Numbers, /
) -> None:
    tiles = _taken(canvas, positions)
    sample = tiles[:, 2::4].reshape(positions.size, 4 * TILE_WIDTH_PX)  # four rows tell enough
    steps[:] = np.count_nonzero(sample[:, 1:] != sample[:, :-1], axis=1)
    many = np.flatnonzero(steps > most_steps)
    colours[:] = bends[:] = 0
    colours[many] = _colours_in(sample[many])
    bends[many] = _bends_in(tiles[many])


def _colours_in(sample: Canvas) -> Numbers:
    in_order = np.sort(sample, axis=1)
    return np.asarray(1 + np.count_nonzero(in_order[:, 1:] != in_order[:, :-1], axis=1))


def _bends_in(tiles: Canvas) -> Numbers:
    green = (tiles >> np.uint32(8)).astype(np.uint8)
    across = green[:, :, 1:] - green[:, :, :-1]  # wraps around, as a gradient may
    return np.asarray(np.count_nonzero(across[:, 2::4] != across[:, 1::4], axis=(1, 2)))


def move_area(canvas: Canvas, top: int, left: int, rows: int, columns: int, dx: int, dy: int, /) -> None:
    moved = canvas[top - dy : top - dy + rows, left - dx : left - dx + columns]
    canvas[top : top + rows, left : left + columns] = moved.copy()


def best_area(
    before: Canvas, now: Canvas, was: Bytes, would: Bytes, left: int, right: int, /
) -> tuple[int, int, int, int, int]:
    equal(before, now, would)
    top = bottom = 0
    for _ in range(2):
        top, bottom = _best_span(_sums(would[:, left:right], _BY_ROW) - _sums(was[:, left:right], _BY_ROW))
        rows = slice(top, bottom)
        left, right = _best_span(_sums(would[rows], _BY_COLUMN) - _sums(was[rows], _BY_COLUMN))
    inside = slice(top, bottom), slice(left, right)
    return top, bottom, left, right, cv2.countNonZero(would[inside]) - cv2.countNonZero(was[inside])


def equal(one: Canvas, other: Canvas, out: Bytes | None = None) -> Bytes:
    """Where two pictures are equal: 255, elsewhere 0."""
    return np.asarray(cv2.compare(one.view(np.int32), other.view(np.int32), cv2.CMP_EQ, out), np.uint8)


def _sums(mask: Bytes, direction: int) -> Counts:
    """How much of a mask is set in each row or column."""
    if not mask.size:
        return np.zeros(mask.shape[direction == _BY_COLUMN], np.int32)
    return np.asarray(cv2.reduce(mask, direction, cv2.REDUCE_SUM, dtype=cv2.CV_32S), np.int32).ravel()


def _best_span(scores: Counts) -> tuple[int, int]:
    """The stretch with the greatest sum."""
    sums = np.concatenate(([0], np.cumsum(scores)))
    lowest = np.minimum.accumulate(sums)
    end = int(np.argmax(sums - lowest))
    return int(np.argmin(sums[: end + 1])), end


def wrong_by_column(right: Bytes, counts: Counts, /) -> None:
    counts[:] = _sums((right == 0).view(np.uint8), _BY_COLUMN)


def wrong_by_row(right: Bytes, every: int, counts: Counts, /) -> None:
    counts[:] = _sums((right[:, ::every] == 0).view(np.uint8), _BY_ROW)


def find_landmarks(picture: Canvas, right: Bytes, every: int, at: Numbers, numbers: Hashes, /) -> int:
    bgrx = picture.view(np.uint8).reshape(*picture.shape, 4)
    grey = np.asarray(cv2.extractChannel(bgrx, 1), np.uint8)  # green tells nearly as much as all three
    found = _standing_out(grey, right, every)
    room = min(found.size, at.size)
    at[:room] = found[:room]
    numbers[:room] = _neighbourhoods(grey, found[:room])
    return found.size


def _standing_out(grey: Bytes, right: Bytes, every: int) -> Numbers:
    """Pixels chosen by what is around them, a sixteenth of those with an edge at their left and above."""
    height, width = grey.shape
    if min(height, width) <= 2 * _REACH_PX:
        return np.zeros(0, np.int64)

    def shifted(picture: Bytes, down: int, to_the_right: int) -> Bytes:
        rows = slice(_REACH_PX + down, height - _REACH_PX + down, every)
        return picture[rows, _REACH_PX + to_the_right : width - _REACH_PX + to_the_right]

    middle = shifted(grey, 0, 0)
    mixed = shifted(grey, 0, _REACH_PX) * np.uint8(37)
    mixed += shifted(grey, _REACH_PX, 0) * np.uint8(101)
    mixed += middle * np.uint8(11)
    mixed += shifted(grey, 0, -_REACH_PX) * np.uint8(151)
    chosen = mixed & _KEEP_MASK == 0
    chosen &= middle != shifted(grey, 0, -1)
    chosen &= middle != shifted(grey, -1, 0)
    chosen &= shifted(right, 0, 0) == 0
    rows, columns = np.divmod(np.flatnonzero(chosen), middle.shape[1])
    return np.asarray((rows * every + _REACH_PX) * width + columns + _REACH_PX)


def _neighbourhoods(grey: Bytes, at: Numbers) -> Hashes:
    """A number for what is around each of these pixels."""
    numbers = np.zeros(at.size, np.uint64)
    if not at.size:
        return numbers
    words = np.ndarray(grey.size - 7, np.uint64, buffer=grey, strides=(1,))  # eight pixels from each pixel on
    for row, weight in zip(_ROWS_OF_NEIGHBOURHOOD, _WEIGHTS, strict=True):
        numbers += words[at + (row * grey.shape[1] - _REACH_PX)] * np.uint64(weight)
        numbers ^= numbers >> np.uint64(29)
    return numbers


def meet_landmarks(old: Hashes, new: Hashes, in_old: Numbers, in_new: Numbers, /) -> int:
    old_count, which_old = _alone(old)
    new_count, which_new = _alone(new)
    slots = np.flatnonzero((old_count == 1) & (new_count == 1))
    same = old[which_old[slots]] == new[which_new[slots]]
    count = int(np.count_nonzero(same))
    in_old[:count], in_new[:count] = which_old[slots][same], which_new[slots][same]
    return count


def _alone(numbers: Hashes) -> tuple[Numbers, Numbers]:
    """How many landmarks each slot has, and one of them."""
    slots = (numbers >> np.uint64(64 - _LANDMARK_BITS)).view(np.int64)
    which = np.zeros(1 << _LANDMARK_BITS, np.int64)
    which[slots] = np.arange(slots.size)
    return np.bincount(slots, minlength=1 << _LANDMARK_BITS), which


def scrolled_by(before: Canvas, now: Canvas, weights: Hashes, /) -> tuple[int, int]:
    old, new = _row_numbers(before, weights), _row_numbers(now, weights)
    old_rows, new_rows = _rows_alone(old), _rows_alone(new)
    _, in_old, in_new = np.intersect1d(old[old_rows], new[new_rows], assume_unique=True, return_indices=True)
    if not in_old.size:
        return 0, 0
    offsets, counts = np.unique(new_rows[in_new] - old_rows[in_old], return_counts=True)
    best = int(np.argmax(counts))
    return int(offsets[best]), int(counts[best])


def _row_numbers(picture: Canvas, weights: Hashes) -> Hashes:
    pairs = picture.shape[1] // 2
    words = picture[:, : 2 * pairs].view(np.uint64)
    return np.asarray(np.einsum("ij,j->i", words, weights[:pairs]))


def _rows_alone(numbers: Hashes) -> Numbers:
    _, first, counts = np.unique(numbers, return_index=True, return_counts=True)
    return np.asarray(first[counts == 1], np.int64)


def find_runs(canvas: Canvas, positions: Numbers, colours: Canvas, lengths: Numbers, /) -> int:
    if not positions.size:
        return 0
    runs = runs_of(_taken(canvas, positions))
    count = runs.colours.size
    colours[:count], lengths[:count] = runs.colours, runs.lengths
    return count


def find_colours(colours: Canvas, colour_in: Canvas, number_in: Numbers16, numbers: Numbers16, missing: Mask, /) -> int:
    slots = ((colours * _SPREAD) >> np.uint32(32 - _COLOUR_BITS)).astype(np.intp)
    numbers[:] = number_in.take(slots)
    np.not_equal(colour_in.take(slots), colours, out=missing)
    return int(np.count_nonzero(missing))


def pack_tiles(positions: Numbers, ids: Numbers, out: Bytes, /) -> tuple[int, int]:
    runs = _tile_runs(positions.tolist(), ids.tolist())
    numbers: list[int] = []
    position = identity = 0
    for start, length, first, step in runs:
        numbers += [start - position, length * 2 + step, zigzag(first - identity)]
        position = start + length
        identity = first + length if step else first + 1
    packed = varints(numbers)
    out[: len(packed)] = np.frombuffer(packed, np.uint8)
    return len(runs), len(packed)


def _tile_runs(positions: list[int], ids: list[int]) -> list[tuple[int, int, int, int]]:
    """Runs (first position, length, first id, step) of tiles that follow each other."""
    runs: list[tuple[int, int, int, int]] = []
    start, length, first, step = -2, 0, 0, 1
    for position, identity in zip(positions, ids, strict=True):
        follows = position == start + length
        if follows and length == 1 and identity - first in (0, 1):
            length, step = 2, identity - first
        elif follows and length > 1 and identity == first + length * step:
            length += 1
        else:
            if length:
                runs.append((start, length, first, step))
            start, length, first, step = position, 1, identity, 1
    if length:
        runs.append((start, length, first, step))
    return runs
