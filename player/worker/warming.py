"""Decode something of our own, so that whatever the image coders set up when they are first used is set up."""

import numpy as np

from recorder.codec import sheets
from recorder.codec.palette import Palette
from recorder.codec.tiles import TILE_HEIGHT_PX, TILE_WIDTH_PX

_TILES = 24


def warm_up() -> None:
    """Exact and rough sheets, the colours' conversion, and a thread beside this one."""
    numbers = np.arange(_TILES * sheets.TILE_BYTES, dtype=np.uint32).astype(np.uint8)
    tiles = numbers.reshape(_TILES, TILE_HEIGHT_PX, TILE_WIDTH_PX, 3)
    palette = Palette()
    exact = sheets.encode_exactly(tiles, 0, 4)
    if not np.array_equal(sheets.decode(exact, palette), tiles):
        msg = "the image coders do not decode what they encoded"
        raise RuntimeError(msg)
    for halved in (False, True):
        sheets.decode(sheets.encode_roughly(tiles, 0, 4, quality=80, halved=halved), palette)
