"""Tiles of colours' numbers as bytes and back: LZMA over the tiles column by column.

    data  := colours (2 bytes), LZMA2 of {symbol}*, used, {is common}*, {nearby}*, {far}*
    used  := 0, {delta}*, {absolute}*; or 1, bytes (2 bytes), bits of the palette: which colours are used

A symbol is the place among the used colours of one pixel. If more than 256 are used, only the 248 that are most common
have a place among the symbols; bits, in the order of `used`, say which. The others stand in eight drawers by their
green, in the order of their numbers: symbol 248 + drawer, and the place in the drawer is the next `nearby`; if it is
255, then 255 plus the next `far` (two bytes). A delta is the step from one used colour's number to the next (255: the
next absolute, two bytes, is the number). Tiles are read column by column, since a letter's columns stand together then
and are found again as one match: on text a fifth smaller than WebP, in a third of the time (docs/screen-codec.md).
"""

import lzma
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from recorder.codec.errors import DamagedPictureError
from recorder.codec.tiles import TILE_HEIGHT_PX, TILE_WIDTH_PX, Canvas

_PRESET = 3
_DEPTH = 64
_DICTIONARY_BYTES = 1 << 22
_LEAST_DICTIONARY_BYTES = 1 << 16
_PIXELS = TILE_HEIGHT_PX * TILE_WIDTH_PX
_BYTE = 256
_ESCAPE = 255
_PIECE = 1 << 20  # pixels
_DRAWERS = 8
_COMMON = _BYTE - _DRAWERS

Numbers16: TypeAlias = npt.NDArray[np.uint16]
ColoursOf: TypeAlias = Callable[[Numbers16], Canvas]
_Bytes: TypeAlias = npt.NDArray[np.uint8]


def encode(numbers: Numbers16, colours_of: ColoursOf) -> bytes:
    """The bytes of tiles (n, 16, 64); `colours_of` tells the colours of numbers."""
    uses = np.bincount(numbers.ravel())
    used = np.flatnonzero(uses)
    place = np.zeros(len(uses), np.uint16)
    if len(used) > _BYTE:
        is_common = np.zeros(len(used), np.bool_)
        is_common[np.argsort(-uses[used], kind="stable")[:_COMMON]] = True
        drawers = _drawers(used[~is_common].astype(np.uint16), colours_of)
        place[used[is_common]] = np.arange(_COMMON)
        place[used[~is_common][drawers.order]] = np.arange(_COMMON, len(used))
        places = place[numbers.swapaxes(1, 2)].ravel()
        plain = _pack_rare(places, used, is_common, drawers)
    else:
        place[used] = np.arange(len(used))
        symbols = place.astype(np.uint8)[numbers.swapaxes(1, 2)]
        plain = symbols.tobytes() + _pack_used(used)
    return len(used).to_bytes(2, "little") + lzma.compress(plain, lzma.FORMAT_RAW, filters=lzma_filters(len(plain)))


@dataclass(frozen=True, slots=True)
class Places:
    """Tiles as they were packed: the colours that they use, and each pixel's place among these, column by column."""

    colours: npt.NDArray[np.int32]
    places: npt.NDArray[np.uint8] | Numbers16  # (n, 64, 16); bytes where they suffice: a quarter of the pixels' memory

    @property
    def nbytes(self) -> int:
        """How much memory it takes."""
        return self.colours.nbytes + self.places.nbytes

    def pixels(self, indices: npt.NDArray[np.int64] | slice) -> Canvas:
        """The pixels (n, 16, 64) of these tiles."""
        chosen = self.places[indices].swapaxes(1, 2)
        if chosen.dtype != np.uint8 or not chosen.size:
            return np.asarray(self.colours[chosen].view(np.uint32))
        # Six times as fast as an index of numpy's.
        looked_up = cv2.LUT(np.ascontiguousarray(chosen, np.uint8).reshape(-1, TILE_WIDTH_PX), self.colours)
        return np.asarray(looked_up).view(np.uint32).reshape(chosen.shape)


def decode(data: bytes, tiles: int, colours_of: ColoursOf) -> Places:
    """So many tiles; `colours_of` tells the colours of numbers."""
    count = int.from_bytes(data[:2], "little")
    plain = _Plain(inflate(data[2:], 4 * count + (1 << 14) + 4 * tiles * _PIXELS))
    symbols = plain.take(tiles * _PIXELS)
    places: _Bytes | Numbers16 = symbols
    used = _read_used(plain, count)
    colours = colours_of(used)
    if count > _BYTE:
        is_common = np.unpackbits(plain.take(-(-count // 8)), count=count).view(np.bool_)
        if np.count_nonzero(is_common) != _COMMON:
            raise _damaged()
        drawers = _drawers(used[~is_common], colours_of)
        colours = np.concatenate((colours[is_common], colours[~is_common][drawers.order]))
        places = _with_rare(symbols, plain, drawers)
    elif int(symbols.max()) >= count:
        raise _damaged()
    plain.check_end()
    table = np.zeros(max(count, _BYTE), np.uint32)
    table[:count] = colours
    return Places(table.view(np.int32), places.reshape(tiles, TILE_WIDTH_PX, TILE_HEIGHT_PX))


@dataclass(frozen=True, slots=True)
class _Drawers:
    """Rare colours by their green: in which order they come then, and where each drawer begins and ends."""

    order: npt.NDArray[np.int64]
    edges: npt.NDArray[np.int64]


def _drawers(rare: Numbers16, colours_of: ColoursOf) -> _Drawers:
    drawers = colours_of(rare) >> np.uint32(13) & np.uint32(_DRAWERS - 1)
    order = np.argsort(drawers, kind="stable")
    return _Drawers(order, np.searchsorted(drawers[order], np.arange(_DRAWERS + 1)))


def _pack_rare(
    places: Numbers16, used: npt.NDArray[np.int64], is_common: npt.NDArray[np.bool_], drawers: _Drawers
) -> bytes:
    late = np.flatnonzero(places >= _COMMON)
    in_all = places[late].astype(np.int64) - _COMMON
    drawer = np.searchsorted(drawers.edges, in_all, side="right") - 1
    in_drawer = in_all - drawers.edges[drawer]
    symbols = places.astype(np.uint8)
    symbols[late] = drawer + _COMMON
    parts = (
        symbols,
        np.frombuffer(_pack_used(used), np.uint8),
        np.packbits(is_common),
        np.minimum(in_drawer, _ESCAPE).astype(np.uint8),
        (in_drawer[in_drawer >= _ESCAPE] - _ESCAPE).astype("<u2").view(np.uint8),
    )
    return np.concatenate(parts).tobytes()


def _with_rare(symbols: _Bytes, plain: "_Plain", drawers: _Drawers) -> Numbers16:
    """Piece by piece: a hostile sheet has a rare colour at every pixel, and each takes some thirty bytes meanwhile."""
    near = plain.take(int(np.count_nonzero(symbols >= _COMMON)))
    far = plain.take_words(int(np.count_nonzero(near == _ESCAPE)))
    places = symbols.astype(np.uint16)
    for start in range(0, symbols.size, _PIECE):
        piece = symbols[start : start + _PIECE]
        late = np.flatnonzero(piece >= _COMMON)
        in_drawer, near = near[: late.size].astype(np.int64), near[late.size :]
        is_far = in_drawer == _ESCAPE
        far_here = int(np.count_nonzero(is_far))
        in_drawer[is_far] += far[:far_here]
        far = far[far_here:]
        drawer = piece[late].astype(np.int64) - _COMMON
        in_all = drawers.edges[drawer] + in_drawer
        if (in_all >= drawers.edges[drawer + 1]).any():
            raise _damaged()
        places[start + late] = _COMMON + in_all
    return places


def _pack_used(used: npt.NDArray[np.int64]) -> bytes:
    bits = np.zeros(int(used[-1]) + 1, np.uint8)
    if len(bits) < 8 * len(used):
        bits[used] = 1
        packed = np.packbits(bits)
        return b"\x01" + packed.size.to_bytes(2, "little") + packed.tobytes()
    deltas = np.diff(used, prepend=0)
    small = deltas < _ESCAPE
    return b"\x00" + np.where(small, deltas, _ESCAPE).astype(np.uint8).tobytes() + used[~small].astype("<u2").tobytes()


def _read_used(plain: "_Plain", count: int) -> Numbers16:
    if plain.take(1)[0]:
        used = np.flatnonzero(np.unpackbits(plain.take(int(plain.take_words(1)[0]))))
    else:
        used = _read_deltas(plain, count)
    if used.size != count or not count or int(used[-1]) >= 1 << 16:
        raise _damaged()
    return used.astype(np.uint16)


def _read_deltas(plain: "_Plain", count: int) -> npt.NDArray[np.int64]:
    deltas = plain.take(count).astype(np.int64)
    wide = np.flatnonzero(deltas == _ESCAPE)
    absolute = plain.take_words(wide.size)
    deltas[wide] = 0
    sums = np.cumsum(deltas)
    if wide.size:  # from each absolute on, count from it
        base = np.zeros(count, np.int64)
        base[wide] = np.diff(absolute - sums[wide], prepend=0)
        sums += np.cumsum(base)
    if (np.diff(sums) <= 0).any():
        raise _damaged()
    return sums


class _Plain:
    """Reads one part after the other."""

    def __init__(self, data: _Bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> _Bytes:
        part = self._data[self._at : self._at + size]
        if part.size != size:
            raise _damaged()
        self._at += size
        return part

    def take_words(self, count: int) -> Numbers16:
        return np.frombuffer(self.take(2 * count).tobytes(), "<u2").astype(np.uint16, copy=False)

    def check_end(self) -> None:
        if self._at != self._data.size:
            raise _damaged()


def inflate(data: bytes, limit: int) -> npt.NDArray[np.uint8]:
    """What was compressed, at most so many bytes."""
    inflater = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=lzma_filters(_DICTIONARY_BYTES))
    try:
        plain = inflater.decompress(data, limit)
    except lzma.LZMAError as error:
        raise _damaged() from error
    if not inflater.eof or inflater.unused_data:
        raise _damaged()
    return np.frombuffer(plain, np.uint8)


def lzma_filters(size: int) -> list[dict[str, int]]:
    """How so many bytes are compressed."""
    # a dictionary no larger than needed: LZMA clears its tables for every sheet
    needed = 1 << max(size - 1, 1).bit_length()
    dictionary = min(max(needed, _LEAST_DICTIONARY_BYTES), _DICTIONARY_BYTES)
    options = {"lc": 0, "lp": 0, "pb": 4, "depth": _DEPTH, "dict_size": dictionary}
    return [{"id": lzma.FILTER_LZMA2, "preset": _PRESET, **options}]


def _damaged() -> DamagedPictureError:
    return DamagedPictureError("a sheet is damaged")
