"""Tiles that moves made, told as where each of their pixels came from, so that a snapshot need not hold them.

An origin is tile id * 1024 + the pixel's place in that tile. Within a piece of one tile, origins go up by one to the
right and by 64 downwards; where two pieces meet, by as much as in the row above. Only where that breaks is anything
written: about one break for each corner of a piece.

    data := LZMA2 of breaks (4 bytes), {gap since the last break (4 bytes)}*, {how far it breaks (8 bytes)}*
"""

import lzma
from dataclasses import dataclass

import numpy as np

from recorder.codec.errors import DamagedPictureError
from recorder.codec.tiles import PIXELS_A_TILE, TILE_HEIGHT_PX, TILE_WIDTH_PX, Canvas, Numbers

PLACE_BITS = PIXELS_A_TILE.bit_length() - 1
IN_TILE: Canvas = np.arange(PIXELS_A_TILE, dtype=np.uint32).reshape(TILE_HEIGHT_PX, TILE_WIDTH_PX)
MOST_TILES = 1 << 22  # ids up to here fit, with a place, into four bytes
_MOST_BREAKS_A_TILE = 64
_AT_ONCE = 128  # tiles, each of which takes 8 KB several times over
_DICTIONARY_BYTES = 1 << 22
_LEAST_DICTIONARY_BYTES = 1 << 16


def encode(origins: Canvas) -> bytes | None:
    """The bytes of tiles (n, 16, 64) of origins; None if they are in too many pieces for it to pay."""
    places: list[Numbers] = []
    steps: list[Numbers] = []
    for start in range(0, len(origins), _AT_ONCE):
        block = origins[start : start + _AT_ONCE].astype(np.int64)
        breaks = breaks_of(block)
        before = int(origins[start - 1, 0, 0]) if start else 0
        # a tile mostly begins one tile after where the one before it began
        breaks[:, 0, 0] -= np.concatenate(([before], block[:-1, 0, 0]))
        found = np.flatnonzero(breaks)
        places.append(found + start * PIXELS_A_TILE)
        steps.append(breaks.ravel()[found])
    at, stepped = np.concatenate(places), np.concatenate(steps)
    if at.size > _MOST_BREAKS_A_TILE * len(origins):
        return None
    plain = b"".join(
        (
            at.size.to_bytes(4, "little"),
            np.diff(at, prepend=0).astype("<u4").view(np.uint8).reshape(-1, 4).T.tobytes(),
            stepped.astype("<i8").view(np.uint8).reshape(-1, 8).T.tobytes(),
        )
    )
    return lzma.compress(plain, lzma.FORMAT_RAW, filters=_filters(len(plain)))


def decode(data: bytes, tiles: int) -> Canvas:
    """The origins (n, 16, 64) of so many tiles; those of damaged data may wrap around."""
    plain = _inflate(data, 4 + 12 * _MOST_BREAKS_A_TILE * tiles)
    count = int.from_bytes(plain[:4], "little")
    if len(plain) != 4 + 12 * count:
        raise _damaged()
    gaps = np.frombuffer(plain, np.uint8, 4 * count, 4).reshape(4, count).T.copy().view("<u4").ravel()
    steps = np.frombuffer(plain, np.uint8, 8 * count, 4 + 4 * count).reshape(8, count).T.copy().view("<i8").ravel()
    at = np.cumsum(gaps.astype(np.int64))
    if count and not 0 <= int(at[0]) <= int(at[-1]) < tiles * PIXELS_A_TILE:
        raise _damaged()
    origins = np.zeros((tiles, TILE_HEIGHT_PX, TILE_WIDTH_PX), np.uint32)
    origins.reshape(-1)[at] = steps.astype(np.uint32)
    origins[:, 0, 0] = np.cumsum(origins[:, 0, 0], dtype=np.uint32)
    for start in range(0, tiles, _AT_ONCE):  # which stay where the processor has them at hand
        _take_breaks_away(origins[start : start + _AT_ONCE])
    return origins


@dataclass(frozen=True, slots=True)
class Told:
    """The origins (n, 16, 64) of tiles, and the ids of the tiles that these are in, going up.

    `steps`: for each tile up to the last of these, how far from its place among all to its place among these.
    """

    origins: Canvas
    tiles: Numbers
    steps: Numbers


def tell(data: bytes, tiles: int) -> Told:
    """What the bytes of so many tiles tell."""
    origins = decode(data, tiles)
    identities = origins >> np.uint32(PLACE_BITS)
    last = int(identities.max())  # below 2^22, whatever the bytes are
    used = np.zeros(last + 1, np.bool_)
    used[identities] = True
    steps = np.cumsum(used) - np.arange(1, last + 2) << PLACE_BITS
    return Told(origins, np.flatnonzero(used), steps)


def breaks_of(origins: Numbers) -> Numbers:
    """Where pieces begin: 0 wherever an origin follows from those at its left, above, and at its left above."""
    breaks = origins.copy()
    breaks[:, :, 1:] -= origins[:, :, :-1] + 1
    across = breaks.copy()
    breaks[:, 1:] -= across[:, :-1]
    breaks[:, 1:, 0] -= TILE_WIDTH_PX
    return breaks


def _take_breaks_away(breaks: Canvas) -> None:
    """The inverse of `breaks_of`, in place."""
    breaks[:, 1:, 0] += np.uint32(TILE_WIDTH_PX)
    for row in range(1, TILE_HEIGHT_PX):
        breaks[:, row] += breaks[:, row - 1]
    breaks[:, :, 1:] += np.uint32(1)
    np.cumsum(breaks, axis=2, out=breaks)


def _inflate(data: bytes, limit: int) -> bytes:
    inflater = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=_filters(_DICTIONARY_BYTES))
    try:
        plain = inflater.decompress(data, limit)
    except lzma.LZMAError as error:
        raise _damaged() from error
    if not inflater.eof or inflater.unused_data:
        raise _damaged()
    return plain


def _filters(size: int) -> list[dict[str, int]]:
    # a dictionary no larger than needed: LZMA clears its tables every time
    needed = 1 << max(size - 1, 1).bit_length()
    dictionary = min(max(needed, _LEAST_DICTIONARY_BYTES), _DICTIONARY_BYTES)
    return [{"id": lzma.FILTER_LZMA2, "preset": 3, "lc": 0, "lp": 0, "pb": 4, "depth": 64, "dict_size": dictionary}]


def _damaged() -> DamagedPictureError:
    return DamagedPictureError("a snapshot is damaged")
