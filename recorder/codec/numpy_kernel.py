"""The codec's loops over pixels in NumPy and OpenCV: what the compiled kernel is tested against, and its stand-in."""

import cv2
import numpy as np

from recorder.codec.tiles import COLOUR_MASK, TILE_HEIGHT_PX, TILE_WIDTH_PX, Bytes, Canvas, Mask

RIGHT = np.uint8(255)  # of a mask: this pixel is right; 0: it is wrong
_BAND_PX = 128
_WORD_PX = 8
_WORDS_A_TILE = TILE_WIDTH_PX // _WORD_PX
_RIGHT_WORD = np.uint64(0xFFFFFFFFFFFFFFFF)


def take_in(grabbed: Canvas, top: int, left: int, now: Canvas, before: Canvas, right: Bytes, wrong: Mask, /) -> None:
    """See `fused.Kernel`."""
    height, width = grabbed.shape
    columns = slice(left, left + width)
    for begin in range(0, height, _BAND_PX):  # a band is in the processor's cache when compared
        band = grabbed[begin : begin + _BAND_PX]
        inside = slice(top + begin, top + begin + len(band)), columns
        np.bitwise_and(band, COLOUR_MASK, out=now[inside])
        equal(before[inside], now[inside], right[inside])
        look(right, wrong, inside)


def equal(one: Canvas, other: Canvas, out: Bytes | None = None) -> Bytes:
    """Where two pictures are equal: 255, elsewhere 0."""
    return np.asarray(cv2.compare(one.view(np.int32), other.view(np.int32), cv2.CMP_EQ, out), np.uint8)


def look(right: Bytes, wrong: Mask, area: tuple[slice, slice]) -> None:
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
