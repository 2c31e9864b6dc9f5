"""What a mask looks like: a hatch with a word, which stands still on the desktop while the mask over it moves."""

from collections.abc import Iterable

import cv2
import numpy as np
import numpy.typing as npt

from recorder.capture.screen import Pixels
from recorder.geometry import Rect

WORD = "masked"
TILE_WIDTH_PX, TILE_HEIGHT_PX = 128, 64
_GROUND, _LINE, _INK = (52, 46, 42, 0), (78, 70, 64, 0), (196, 186, 176, 0)
_LINE_EVERY_PX, _LINE_PX = 16, 5
_WORD_AT = (28, 38)
_WORD_SCALE = 0.55


class Hatch:
    """Paints masks. The pattern is made once."""

    def __init__(self) -> None:
        self._tile = _tile()

    def painted(self, pixels: Pixels, place: Rect, masks: Iterable[Rect]) -> Pixels:
        """The pixels of a place on the desktop with everything in the masks replaced.

        They are painted over where they are, if they may be written: a copy of a whole screen is 8 MB.
        """
        for mask in masks:
            part = mask.intersection(place)
            if part.is_empty:
                continue
            if not pixels.flags.writeable:
                pixels = pixels.copy()
            top, left = part.top - place.top, part.left - place.left
            pixels[top : top + part.height, left : left + part.width] = self._pattern(part)
        return pixels

    def _pattern(self, part: Rect) -> npt.NDArray[np.uint8]:
        rows = np.arange(part.top, part.bottom) % TILE_HEIGHT_PX
        columns = np.arange(part.left, part.right) % TILE_WIDTH_PX
        return self._tile[rows[:, None], columns[None, :]]


def _tile() -> npt.NDArray[np.uint8]:
    rows, columns = np.mgrid[0:TILE_HEIGHT_PX, 0:TILE_WIDTH_PX]
    tile = np.empty((TILE_HEIGHT_PX, TILE_WIDTH_PX, 4), np.uint8)
    tile[:] = _GROUND
    tile[(rows + columns) % _LINE_EVERY_PX < _LINE_PX] = _LINE
    word = np.zeros((TILE_HEIGHT_PX, TILE_WIDTH_PX), np.uint8)
    cv2.putText(word, WORD, _WORD_AT, cv2.FONT_HERSHEY_SIMPLEX, _WORD_SCALE, 255, 1, cv2.LINE_8)
    tile[cv2.dilate(word, np.ones((3, 3), np.uint8)) > 0] = _GROUND  # a rim, so that the word can be read
    tile[word > 0] = _INK
    return tile
