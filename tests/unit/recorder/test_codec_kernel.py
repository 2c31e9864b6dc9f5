"""The compiled kernel writes what NumPy's writes, byte by byte, and refuses arrays that it must not touch."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.codec import numpy_kernel
from recorder.codec.decoder import ScreenDecoder
from recorder.codec.dictionary import WEIGHTS
from recorder.codec.encoder import ScreenEncoder
from recorder.codec.tiles import Grid
from recorder.codec.varint import varints
from recorder.codec.wire import read_ops
from recorder.geometry import Rect
from tests.codec_screens import STEP_NS, noise, text_like

compiled = pytest.importorskip("recorder.codec._kernel", reason="the compiled kernel was not built here: no compiler")

SIDES = st.one_of(st.integers(1, 5), st.integers(1, 150), st.sampled_from((15, 16, 17, 63, 64, 65, 128)))
SEEDS = st.integers(0, 2**32 - 1)


class Pictures:
    """A screen between two patches: what is shown, what is there now, and where they differ."""

    def __init__(self, height, width, seed):
        self.chance = np.random.default_rng(seed)
        self.grid = Grid(width, height)
        self.now, self.before = self.grid.canvas(), self.grid.canvas()
        self.before[:height, :width] = self.some_pixels(height, width)
        self.now[:] = self.before
        self.right = np.full(self.now.shape, 255, np.uint8)
        self.wrong = np.zeros((self.grid.rows, self.grid.columns), np.bool_)

    def some_pixels(self, height, width):
        """Of few colours, so that some are the same by chance."""
        return self.chance.integers(0, 3, (height, width), dtype=np.uint32) * np.uint32(0x00102030)

    def some_area(self):
        left, top = self.chance.integers(0, self.grid.width_px), self.chance.integers(0, self.grid.height_px)
        width = self.chance.integers(1, self.grid.width_px - left + 1)
        height = self.chance.integers(1, self.grid.height_px - top + 1)
        return Rect(int(left), int(top), int(width), int(height))

    def grab(self, area, density):
        """What is there now with some of it changed, as a part of something larger, with garbage in the fourth byte."""
        larger = np.zeros((area.height + 2, area.width + 3), np.uint32)
        grabbed = larger[1:-1, 2:-1]
        grabbed[:] = self.now[area.top : area.bottom, area.left : area.right]
        changed = self.chance.random(grabbed.shape) < density
        grabbed[changed] = self.some_pixels(*grabbed.shape)[changed]
        grabbed |= self.chance.integers(0, 256, grabbed.shape, dtype=np.uint32) << np.uint32(24)
        return grabbed

    def arrays(self):
        return self.now, self.before, self.right, self.wrong


def alike(name, *arguments):
    """Let both do it, each on copies; they must answer alike and leave alike arrays, which are given back."""
    theirs, ours = copied(arguments), copied(arguments)
    expected = getattr(numpy_kernel, name)(*theirs)
    assert getattr(compiled, name)(*ours) == expected
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one, other)
    return expected, ours


def copied(arguments):
    return [one.copy() if isinstance(one, np.ndarray) and one.flags.writeable else one for one in arguments]


def part_of(array):
    """The same, as a part of something larger that may not be written to."""
    larger = np.full((array.shape[0] + 2, array.shape[1] + 3), 170, array.dtype)
    larger[1:-1, 2:-1] = array
    larger.flags.writeable = False
    return larger[1:-1, 2:-1]


@given(SIDES, SIDES, SEEDS, st.sampled_from((0.0, 0.001, 0.5)))
@settings(deadline=None, max_examples=50)
def test_what_is_grabbed_comes_in_alike_and_is_settled(height, width, seed, density):
    pictures = Pictures(height, width, seed)
    for _ in range(3):
        area = pictures.some_area()
        grabbed = pictures.grab(area, density)
        _, (_, _, _, *arrays) = alike("take_in", grabbed, area.top, area.left, *pictures.arrays())
        pictures.now, pictures.before, pictures.right, pictures.wrong = arrays
    count, _ = alike("count_wrong", pictures.right, pictures.wrong)
    assert count == np.count_nonzero(pictures.now != pictures.before)
    area = pictures.some_area()
    found = part_of(pictures.chance.choice(np.array((0, 255), np.uint8), (area.height, area.width)))
    alike("put_right", found, area.top, area.left, pictures.right, pictures.wrong)
    _, (now, before, right, wrong) = alike("settle", *pictures.arrays())
    np.testing.assert_array_equal(now, before)
    assert right.all()
    assert not wrong.any()


@given(SIDES, SIDES, SEEDS)
@settings(deadline=None, max_examples=50)
def test_tiles_are_treated_alike(height, width, seed):
    pictures = Pictures(height, width, seed)
    chance, canvas = pictures.chance, pictures.now
    positions = chance.integers(0, pictures.grid.count, int(chance.integers(0, 9)))
    alike("hash_tiles", canvas, positions, WEIGHTS, np.zeros(positions.size, np.uint64))
    _, (_, _, tiles) = alike("take_tiles", canvas, positions, np.zeros((positions.size, 1024), np.uint32))
    alike("equal_tiles", canvas, positions, np.roll(positions, 1), np.zeros(positions.size, np.bool_))
    counts = [np.zeros(positions.size, np.int64) for _ in range(3)]
    alike("count_variety", canvas, positions, 38, *counts)
    alike("count_variety", chance.integers(0, 1 << 24, canvas.shape, dtype=np.uint32), positions, 38, *counts)
    alike("stamp_tiles", canvas, positions, chance.integers(0, 2**32, positions.size, dtype=np.uint32))
    slots = chance.permutation(np.arange(-1, positions.size))[: positions.size]
    _, (_, _, store, _) = alike("store_tiles", canvas, positions, np.zeros((positions.size, 1024), np.uint32), slots)
    store[chance.random(store.shape) < 0.0005] += 1
    alike("same_tiles", canvas, positions, store, slots, np.zeros(positions.size, np.bool_))
    most = positions.size * 1024
    count, (_, _, colours, lengths) = alike(
        "find_runs", canvas, positions, np.zeros(most, np.uint32), np.zeros(most, np.int64)
    )
    by_column = tiles.reshape(-1, 16, 64).swapaxes(1, 2).ravel()
    np.testing.assert_array_equal(np.repeat(colours[:count], lengths[:count]), by_column)


@given(SEEDS, st.integers(0, 600))
@settings(deadline=None, max_examples=50)
def test_colours_are_numbered_alike(seed, count):
    chance = np.random.default_rng(seed)
    colours = chance.integers(0, 1 << 24, count, dtype=np.uint32)
    colour_in, number_in = np.full(1 << 17, 0xFFFFFFFF, np.uint32), np.zeros(1 << 17, np.uint16)
    known = colours[: count // 2]
    colour_in[(known * np.uint32(2654435761)) >> np.uint32(15)] = known
    number_in[(known * np.uint32(2654435761)) >> np.uint32(15)] = np.arange(known.size)
    numbers, missing = np.zeros(count, np.uint16), np.zeros(count, np.bool_)
    alike("find_colours", colours, colour_in, number_in, numbers, missing)


@given(SEEDS, st.integers(0, 60))
@settings(deadline=None, max_examples=50)
def test_runs_of_tiles_are_packed_alike(seed, count):
    chance = np.random.default_rng(seed)
    positions = np.cumsum(chance.choice((1, 1, 1, 2, 300), count))
    steps = chance.choice((0, 1, 1, 1, 5, -3, 2**30, -(2**29)), count)
    ids = np.abs(np.cumsum(steps))
    runs, (_, _, out) = alike("pack_tiles", positions, ids, np.zeros(30 * count, np.uint8))
    plain = varints((0, runs[0])) + out[: runs[1]].tobytes()
    ops = read_ops(b"\x00" + plain, Grid(16384, 2048))
    np.testing.assert_array_equal(ops.positions, positions)
    np.testing.assert_array_equal(ops.ids, ids)


@given(SIDES, SIDES, SEEDS)
@settings(deadline=None, max_examples=50)
def test_moves_are_made_and_measured_alike(height, width, seed):
    pictures = Pictures(height, width, seed)
    chance, area = pictures.chance, pictures.some_area()
    dx = int(chance.integers(area.right - width, area.left + 1))
    dy = int(chance.integers(area.bottom - height, area.top + 1))
    alike("move_area", pictures.before, area.top, area.left, area.height, area.width, dx, dy)
    inside = slice(area.top, area.bottom), slice(area.left, area.right)
    source = slice(area.top - dy, area.bottom - dy), slice(area.left - dx, area.right - dx)
    before, now = part_of(pictures.before[source]), part_of(pictures.now[inside])
    was = part_of(chance.choice(np.array((0, 255, 255), np.uint8), now.shape))
    left = int(chance.integers(0, area.width + 1))
    right = int(chance.integers(left, area.width + 1))
    alike("best_area", before, now, was, np.zeros(now.shape, np.uint8), left, right)
    alike("wrong_by_column", was[::4], np.zeros(area.width, np.int32))
    alike("wrong_by_row", was, 4, np.zeros(area.height, np.int32))


def test_many_rows_are_counted_without_overflowing():
    was, would = np.zeros((700, 300), np.uint8), np.full((700, 300), 255, np.uint8)
    before = np.zeros(was.shape, np.uint32)
    assert alike("best_area", before, before, was, would, 0, 300)[0] == (0, 700, 0, 300, 210_000)
    assert alike("best_area", before, before + np.uint32(1), would, was, 0, 300)[0] == (0, 0, 0, 0, 0)
    alike("wrong_by_column", would, np.zeros(300, np.int32))
    alike("wrong_by_column", was, np.zeros(300, np.int32))


@given(SIDES, SIDES, SEEDS, st.sampled_from((1, 3)), st.sampled_from((0, 7, 4096)))
@settings(deadline=None, max_examples=50)
def test_landmarks_are_found_and_met_alike(height, width, seed, every, room):
    pictures = Pictures(height, width, seed)
    chance = pictures.chance
    picture = part_of(chance.integers(0, 1 << 24, (height, width), dtype=np.uint32))
    right = np.zeros(picture.shape, np.uint8)
    right[chance.random(height) < 0.5] = 255
    at, numbers = np.zeros(room, np.int64), np.zeros(room, np.uint64)
    count, (_, _, _, _, found) = alike("find_landmarks", picture, part_of(right), every, at, numbers)
    old, new = found[: min(count, room)], chance.permutation(found[: min(count, room)])[:50]
    alike("meet_landmarks", old, new, np.zeros(new.size, np.int64), np.zeros(new.size, np.int64))
    few = np.repeat(chance.integers(0, 2**63, 5, dtype=np.uint64), 3)
    alike("meet_landmarks", few, few[1:4], np.zeros(3, np.int64), np.zeros(3, np.int64))


@given(st.integers(1, 90), st.integers(1, 90), SEEDS)
@settings(deadline=None, max_examples=50)
def test_rows_that_went_up_or_down_are_counted_alike(height, width, seed):
    chance = np.random.default_rng(seed)
    before = chance.integers(0, 1 << 24, (height, width), dtype=np.uint32)
    before[chance.random(height) < 0.3] = 7  # the same row several times tells nothing
    dy = int(chance.integers(-height, height))
    now = np.roll(before, dy, 0)
    now[chance.random(height) < 0.3] = chance.integers(0, 9, width, dtype=np.uint32)
    (_, votes), _ = alike("scrolled_by", part_of(before), part_of(now), WEIGHTS)
    assert votes <= height
    alike("scrolled_by", before, chance.permutation(before), WEIGHTS)
    alike("scrolled_by", before, before + np.uint32(1 << 20), WEIGHTS)


def test_rows_tell_how_far_a_picture_was_scrolled():
    before = np.arange(40 * 6, dtype=np.uint32).reshape(40, 6)
    now = np.roll(before, 11, 0)
    now[:11] = 0
    assert alike("scrolled_by", before, now, WEIGHTS)[0] == (11, 29)


def test_arrays_that_do_not_fit_are_refused_before_they_are_touched():
    pictures = Pictures(40, 100, 0)
    grabbed = np.full((4, 4), 7, np.uint32)
    now, before, right, wrong = pictures.arrays()
    unaligned = np.frombuffer(bytes(65), np.uint8, 64, 1).view(np.uint32).reshape(4, 4)
    refused = (
        (grabbed, 45, 0, now, before, right, wrong),
        (grabbed, -1, 0, now, before, right, wrong),
        (grabbed, 0, 125, now, before, right, wrong),
        (grabbed, 2**62, 2**62, now, before, right, wrong),
        (grabbed[0], 0, 0, now, before, right, wrong),
        (grabbed[:, ::2], 0, 0, now, before, right, wrong),
        (grabbed[::-1], 0, 0, now, before, right, wrong),
        (np.broadcast_to(grabbed[0], (4, 4)), 0, 0, now, before, right, wrong),
        (unaligned, 0, 0, now, before, right, wrong),
        (grabbed.astype(np.uint64), 0, 0, now, before, right, wrong),
        (grabbed, 0, 0, now[:-1], before, right, wrong),
        (grabbed, 0, 0, now, before[:16], right, wrong),
        (grabbed, 0, 0, now, before, right[:, :64], wrong),
        (grabbed, 0, 0, now, before, right, wrong[:1]),
    )
    for arguments in refused:
        with pytest.raises(ValueError):
            compiled.take_in(*arguments)
    now.flags.writeable = False
    with pytest.raises((ValueError, BufferError)):
        compiled.take_in(grabbed, 0, 0, now, before, right, wrong)
    for nothing in ((), (None,) * 7, (grabbed, 0, 0, None, None, None, None)):
        with pytest.raises(TypeError):
            compiled.take_in(*nothing)
    assert not now[now == 7].size
    compiled.take_in(grabbed[:0], 0, 0, np.array(now), before, right, wrong)


def test_numbers_that_lead_outside_are_refused():
    canvas, tiles = np.zeros((32, 128), np.uint32), np.zeros((1, 1024), np.uint32)
    one, mask, many = np.zeros(1, np.int64), np.zeros((32, 128), np.uint8), np.zeros(1, np.uint64)
    refused: list[Any] = [
        ("take_tiles", canvas, np.array([4]), tiles),
        ("take_tiles", canvas, np.array([-1]), tiles),
        ("take_tiles", canvas[:31], one, tiles),
        ("take_tiles", canvas, np.zeros(2, np.int64), tiles),
        ("take_tiles", canvas, np.zeros(4, np.int64)[::2], np.zeros((2, 1024), np.uint32)),
        ("same_tiles", canvas, one, tiles, np.array([1]), np.zeros(1, np.bool_)),
        ("store_tiles", canvas, one, tiles, np.array([-2])),
        ("hash_tiles", canvas, one, WEIGHTS[1:], many),
        ("move_area", canvas, 0, 0, 16, 16, 1, 0),
        ("move_area", canvas, 0, 0, 16, 16, 0, -17),
        ("move_area", canvas, 0, 0, 16, 16, 2**62, -(2**62)),
        ("move_area", canvas, 0, 0, -1, 16, 0, 0),
        ("best_area", canvas, canvas, mask, mask, 5, 129),
        ("best_area", canvas, canvas, mask, mask, -1, 5),
        ("best_area", canvas, canvas[1:], mask, mask, 0, 5),
        ("wrong_by_row", mask, 0, np.zeros(32, np.int32)),
        ("wrong_by_column", mask, np.zeros(127, np.int32)),
        ("find_landmarks", canvas, mask[1:], 1, one, many),
        ("find_landmarks", canvas, mask, 0, one, many),
        ("meet_landmarks", many, many, one[:0], one),
        ("scrolled_by", canvas, canvas[1:], WEIGHTS),
        ("scrolled_by", canvas, canvas, WEIGHTS[:63]),
        ("find_runs", canvas, one, np.zeros(1023, np.uint32), np.zeros(1024, np.int64)),
        ("pack_tiles", np.array([1, 1]), np.array([0, 1]), np.zeros(60, np.uint8)),
        ("pack_tiles", np.array([1]), np.array([-1]), np.zeros(60, np.uint8)),
        ("pack_tiles", np.array([1, 2]), np.array([0, 1]), np.zeros(59, np.uint8)),
        ("find_colours", tiles[0], tiles[0], np.zeros(1024, np.uint16), np.zeros(1024, np.uint16), mask[0]),
    ]
    for name, *arguments in refused:
        with pytest.raises(ValueError):
            getattr(compiled, name)(*arguments)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (17, 65), (200, 300), (480, 640)])
def test_a_recording_is_the_same_by_either(height, width):
    def patches(kernel):
        chance = np.random.default_rng(1)
        encoder = ScreenEncoder(0, width, height, kernel=kernel)
        picture = text_like(height, width)
        made: list[object] = [encoder.start_segment(picture, 0)]
        for step in range(1, 30):
            match step % 4:
                case 0:
                    picture = np.roll(picture, (int(chance.integers(-30, 30)), int(chance.integers(-9, 9))), (0, 1))
                case 1:
                    picture[: height // 2] = text_like(height // 2, width, seed=step)
                case 2:
                    picture[height // 4 :, width // 3 :] = noise(height, width, seed=step)[height // 4 :, width // 3 :]
                case _:
                    picture[-1, :] = step
            made.append(encoder.encode([(Rect(0, 0, width, height), picture.copy())], step * STEP_NS))
            made.append(encoder.snapshot(step * STEP_NS) if step % 9 == 0 else None)
        return made

    assert patches(WithoutPress()) == patches(numpy_kernel)
    ours, theirs = patches(compiled), patches(numpy_kernel)
    for one, other in zip(shown(ours), shown(theirs), strict=True):
        np.testing.assert_array_equal(one, other)


class WithoutPress:
    """The compiled kernel but for what makes other bytes than its stand-in."""

    def __getattr__(self, name):
        if name == "press":
            raise AttributeError(name)
        return getattr(compiled, name)


def shown(made):
    """The pictures that a decoder shows; snapshots are checked by their digests."""
    decoder = ScreenDecoder()
    for one in made:
        if one is not None:
            decoder.apply(one)
            yield decoder.picture.copy()
