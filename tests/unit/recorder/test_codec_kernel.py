"""The compiled kernel writes what NumPy's writes, byte by byte, and refuses arrays that it must not touch."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.codec import numpy_kernel
from recorder.codec.encoder import ScreenEncoder
from recorder.codec.tiles import Grid
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

    def copies(self):
        return tuple(array.copy() for array in self.arrays())


@given(SIDES, SIDES, SEEDS, st.sampled_from((0.0, 0.001, 0.5)))
@settings(deadline=None)
def test_what_is_grabbed_comes_in_alike(height, width, seed, density):
    pictures = Pictures(height, width, seed)
    for _ in range(3):
        area = pictures.some_area()
        grabbed = pictures.grab(area, density)
        theirs = pictures.copies()
        numpy_kernel.take_in(grabbed, area.top, area.left, *theirs)
        compiled.take_in(grabbed, area.top, area.left, *pictures.arrays())
        for one, other in zip(pictures.arrays(), theirs, strict=True):
            np.testing.assert_array_equal(one, other)


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

    assert patches(compiled) == patches(numpy_kernel)
