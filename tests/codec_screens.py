"""Screens to record and decode at once, and pictures to put on them."""

import numpy as np

from recorder.codec.decoder import ScreenDecoder
from recorder.codec.encoder import ScreenEncoder
from recorder.geometry import Rect

STEP_NS = 200_000_000


class Screen:
    """A picture that is edited, recorded and decoded at once; every exact patch must show it."""

    def __init__(self, picture):
        self.picture = picture
        height, width = picture.shape[:2]
        self.encoder = ScreenEncoder(0, width, height)
        self.decoder = ScreenDecoder()
        self.at_ns = 0
        self.patches = []
        self.follow(self.encoder.start_segment(picture, 0))

    def changed(self, area):
        self.at_ns += STEP_NS
        patch = self.encoder.encode([(area, self.grab(area))], self.at_ns)
        self.follow(patch)
        return patch

    def changed_everywhere(self):
        return self.changed(Rect(0, 0, self.picture.shape[1], self.picture.shape[0]))

    def grab(self, area):
        return self.picture[area.top : area.bottom, area.left : area.right].copy()

    def rest(self):
        while (settles_at_ns := self.encoder.settles_at_ns) is not None:
            self.at_ns = max(self.at_ns + 1, settles_at_ns)
            self.follow(self.encoder.settle(self.at_ns, self.grab))

    def follow(self, patch):
        if patch is None:
            return
        self.patches.append(patch)
        self.decoder.apply(patch)
        assert self.decoder.exact == patch.exact
        if patch.exact:
            np.testing.assert_array_equal(self.decoder.picture, self.picture[..., :3])


def text_like(height, width, seed=0):
    """Dark strokes on white, with greys at their edges; garbage in the fourth byte, as X leaves it."""
    chance = np.random.default_rng(seed)
    picture = np.full((height, width, 4), 255, np.uint8)
    strokes = chance.random((height, width)) < 0.2
    picture[strokes, :3] = chance.integers(0, 6, (np.count_nonzero(strokes), 1)) * 40
    picture[..., 3] = chance.integers(0, 256, (height, width))
    return picture


def noise(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 4), dtype=np.uint8)


def gradient(height, width):
    rows, columns = np.mgrid[0:height, 0:width]
    return np.stack((rows % 256, columns % 256, (rows + columns) % 256, rows * 0), axis=-1).astype(np.uint8)
