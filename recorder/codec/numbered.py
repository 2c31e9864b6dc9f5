"""Tiles of colours' numbers as bytes and back: symbols column by column, in groups of sheets (`groups`).

    data    := first_id - the group's first_id, bytes of the group before this sheet, bytes of this sheet, its stretch
    sheet   := {symbol}*, changes, {symbol}*, [used], rare (2 bytes), [used, {nearby}*, {far}*]
    used    := 0, {delta}*, {absolute}*; or 1, bytes (2 bytes), bits of the palette: which colours

The numbers of `data` are LEB128. The 248 colours that most need one have a symbol, which they keep from sheet to sheet;
`changes` of them have a new colour in this sheet, in the order of the colours. The other colours stand in eight drawers
by their green, in the order of their numbers: symbol 248 + drawer, and the place in the drawer is the next `nearby`; if
it is 255, then 255 plus the next `far` (two bytes). A delta is the step from one colour's number to the next (255: the
next absolute, two bytes, is the number). Tiles are read column by column, since a letter's columns stand together then
and are found again as one match: on text a fifth smaller than WebP, in a third of the time (docs/screen-codec.md).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from recorder.codec.errors import DamagedPictureError
from recorder.codec.groups import GROUP_BYTES, MAX_GROUP_BYTES, GroupReader, GroupWriter
from recorder.codec.kept_tiles import KeptTiles
from recorder.codec.pressing import Press
from recorder.codec.symbols import COMMON, DRAWERS, SymbolTable
from recorder.codec.tiles import PIXELS_A_TILE, TILE_HEIGHT_PX, TILE_WIDTH_PX, Canvas, Numbers
from recorder.codec.varint import varints
from recorder.codec.wire import read_numbers, up_to

MAX_TILES_A_SHEET = 512  # what encoding and decoding one takes stays small
_ESCAPE = 255
_MOST_RARE = (1 << 16) - COMMON  # places are two bytes
_PIECE = 1 << 20  # pixels
_MOST_OTHERS_BYTES = 1 << 19

Numbers16: TypeAlias = npt.NDArray[np.uint16]
ColoursOf: TypeAlias = Callable[[Numbers16], Canvas]
_Bytes: TypeAlias = npt.NDArray[np.uint8]


class NumberedWriter:
    """The encoder's side. `colours_of` tells the colours of numbers; `press`: see `GroupWriter`."""

    def __init__(self, colours_of: ColoursOf, press: Press | None = None) -> None:
        self._colours_of = colours_of
        self._press = press
        self._group: GroupWriter | None = None
        self._table = SymbolTable()

    def clear(self) -> None:
        """A new segment begins."""
        self._group = None

    def encode(self, numbers: Numbers16, lengths: Numbers, first_id: int) -> bytes:
        """The bytes of tiles, given as runs (`runs`): the number of each run's colour, and how many pixels it has."""
        if self._group is None or self._group.size_bytes > GROUP_BYTES:
            self._group = GroupWriter(first_id, self._press)
            self._table = SymbolTable()
        before_bytes = self._group.size_bytes
        plain = self._plain(numbers, lengths)
        head = varints((first_id - self._group.first_id, before_bytes, len(plain)))
        return head + self._group.add(plain)

    def _plain(self, numbers: Numbers16, lengths: Numbers) -> bytes:
        pixels = np.bincount(numbers, weights=lengths).astype(np.float64, copy=False)
        used = np.flatnonzero(pixels)
        changes = self._table.assign(used, pixels[used])
        place = np.zeros(len(pixels), np.uint16)
        place[used] = self._table.symbols_of(used)
        drawers = _drawers(changes.rare.astype(np.uint16), self._colours_of) if changes.rare.size else None
        if drawers is not None:
            place[changes.rare[drawers.order]] = np.arange(COMMON, COMMON + changes.rare.size)
        places = place[numbers]
        symbols = places.astype(np.uint8)
        in_drawers = b"" if drawers is None else _put_in_drawers(drawers, places, symbols, lengths)
        return b"".join(
            (
                np.repeat(symbols, lengths).tobytes(),
                changes.symbols.size.to_bytes(1),
                changes.symbols.tobytes(),
                _pack_used(changes.colours),
                changes.rare.size.to_bytes(2, "little"),
                _pack_used(changes.rare),
                in_drawers,
            )
        )


def _put_in_drawers(drawers: "_Drawers", places: Numbers16, symbols: _Bytes, lengths: Numbers) -> bytes:
    """Give the drawers' symbols to rare colours; the bytes that tell where in its drawer each pixel's colour stands."""
    late = np.flatnonzero(places >= COMMON)
    drawer, in_drawer = drawers.find(places[late].astype(np.int64) - COMMON)
    symbols[late] = drawer + COMMON
    in_drawer = np.repeat(in_drawer, lengths[late])
    far = (in_drawer[in_drawer >= _ESCAPE] - _ESCAPE).astype("<u2")
    return np.minimum(in_drawer, _ESCAPE).astype(np.uint8).tobytes() + far.tobytes()


class Places:
    """Tiles as they were packed: the place of each pixel's colour among those of the sheet, column by column.

    What stands behind the symbols is read when pixels are first asked for: many sheets are decoded only because others
    follow them in their group.
    """

    def __init__(self, symbols: _Bytes, numbers: Numbers, rest: "Plain", colours_of: ColoursOf) -> None:
        self._places: _Bytes | Numbers16 = symbols
        self._numbers = numbers
        self._rest: Plain | None = rest
        self._colours_of = colours_of
        self._colours = np.zeros(0, np.int32)

    @property
    def nbytes(self) -> int:
        """How much memory it takes, at most."""
        return self._numbers.nbytes + self._places.size * 4

    def pixels(self, indices: npt.NDArray[np.int64] | slice) -> Canvas:
        """The pixels (n, 16, 64) of these tiles."""
        if self._rest is not None:
            self._read(self._rest)
        chosen = self._places.reshape(-1, PIXELS_A_TILE)[indices]
        if not chosen.size:
            return np.zeros((0, TILE_HEIGHT_PX, TILE_WIDTH_PX), np.uint32)
        # OpenCV turns columns to rows, and looks bytes up, in a fraction of what numpy takes.
        rows = np.asarray(cv2.transpose(chosen.reshape(-1, TILE_HEIGHT_PX)))
        by_tile = np.ascontiguousarray(rows.reshape(TILE_HEIGHT_PX, -1, TILE_WIDTH_PX).swapaxes(0, 1))
        if by_tile.dtype == np.uint8:
            pixels = np.asarray(cv2.LUT(by_tile.reshape(-1, TILE_WIDTH_PX), self._colours)).reshape(by_tile.shape)
        else:
            pixels = self._colours.take(np.asarray(by_tile, np.uint16))
        return pixels.view(np.uint32)

    def write(self, indices: Numbers, out: Canvas) -> None:
        """Write the pixels of these tiles into (n, 16, 64)."""
        out[:] = self.pixels(indices)

    def _read(self, rest: "Plain") -> None:
        symbols = np.asarray(self._places, np.uint8)
        given = self._numbers >= 0
        colours = np.zeros(COMMON + DRAWERS, np.uint32)
        colours[:COMMON][given] = self._colours_of(self._numbers[given].astype(np.uint16))
        if not given.all() and _has_any(symbols, ~given):
            raise _damaged()
        rare = _read_rare(rest, symbols, self._colours_of)
        rest.check_end()
        if rare is not None:
            colours = np.concatenate((colours[:COMMON], rare.colours))
            self._places = rare.among(symbols)
        self._colours = colours.view(np.int32)
        self._rest = None


def _has_any(symbols: _Bytes, of: npt.NDArray[np.bool_]) -> bool:
    """Whether any of these common symbols is among them."""
    table = np.zeros(COMMON + DRAWERS, np.uint8)
    table[:COMMON] = of
    return bool(np.asarray(cv2.LUT(symbols.reshape(-1, TILE_HEIGHT_PX), table)).any())


@dataclass(frozen=True, slots=True)
class Numbered:
    """What can be read of a sheet without the sheets before it in its group."""

    first_id: int
    tiles: int
    group: int  # the id of the group's first tile
    before_bytes: int
    size_bytes: int
    stretch: bytes


def read(data: bytes, first_id: int, tiles: int) -> Numbered:
    """The head of the sheet of so many tiles whose first has this id."""
    (back, before_bytes, size_bytes), at = read_numbers(data, 0, 3)
    up_to(back, first_id)
    up_to(before_bytes, MAX_GROUP_BYTES)
    fits = tiles * PIXELS_A_TILE <= size_bytes <= tiles * PIXELS_A_TILE * 4 + _MOST_OTHERS_BYTES
    if tiles > MAX_TILES_A_SHEET or not fits or (back == 0) != (before_bytes == 0):
        raise _damaged()
    return Numbered(first_id, tiles, first_id - back, before_bytes, size_bytes, data[at:])


class NumberedReader:
    """The decoder's side of one group: its sheets, one after the other."""

    def __init__(self, group: int) -> None:
        self.next_id = group
        self._group = GroupReader(group)
        self._numbers = np.full(COMMON, -1, np.int64)

    def stands_before(self, sheet: Numbered) -> bool:
        """Whether the sheet is still to come."""
        return self._group.first_id == sheet.group and self._group.read_bytes <= sheet.before_bytes

    def decompress(self, sheets: Sequence[Numbered]) -> "list[Plain]":
        """The next sheets; each is then decoded, in this order."""
        before_bytes = self._group.read_bytes
        for sheet in sheets:
            if self._group.first_id != sheet.group or before_bytes != sheet.before_bytes:
                msg = "a sheet before it is missing"
                raise DamagedPictureError(msg)
            before_bytes += sheet.size_bytes
        found = self._group.read([sheet.stretch for sheet in sheets], [sheet.size_bytes for sheet in sheets])
        plains = [Plain(sheet.tiles, data) for sheet, data in zip(sheets, found, strict=True)]
        if sheets:
            self.next_id = sheets[-1].first_id + sheets[-1].tiles
        return plains

    def decode(self, plain: "Plain", colours_of: ColoursOf) -> KeptTiles:
        """The next of what was decompressed; `colours_of` tells the colours of numbers."""
        symbols = plain.take(plain.tiles * PIXELS_A_TILE)
        self._change(plain)
        return Places(symbols, self._numbers.copy(), plain, colours_of)

    def _change(self, plain: "Plain") -> None:
        count = plain.take_byte()
        if count:
            symbols = plain.take(count)
            if int(symbols.max()) >= COMMON:
                raise _damaged()
            self._numbers[symbols] = _read_used(plain, count)


@dataclass(frozen=True, slots=True)
class _Drawers:
    """Rare colours by their green: in which order they come then, and where each drawer begins and ends."""

    order: npt.NDArray[np.int64]
    edges: npt.NDArray[np.int64]

    def find(self, places: Numbers) -> tuple[Numbers, Numbers]:
        """In which drawer these are, and where in it."""
        drawer = np.searchsorted(self.edges, places, side="right") - 1
        return drawer, places - self.edges[drawer]


def _drawers(rare: Numbers16, colours_of: ColoursOf) -> _Drawers:
    drawers = colours_of(rare) >> np.uint32(13) & np.uint32(DRAWERS - 1)
    order = np.argsort(drawers, kind="stable")
    return _Drawers(order, np.searchsorted(drawers[order], np.arange(DRAWERS + 1)))


@dataclass(frozen=True, slots=True)
class _Rare:
    """The colours without a symbol, drawer after drawer; and where in its drawer each pixel's stands."""

    colours: Canvas
    drawers: _Drawers
    near: _Bytes
    far: Numbers16

    def among(self, symbols: _Bytes) -> Numbers16:
        """Symbols and rare colours as places.

        Piece by piece: a hostile sheet has a rare colour at every pixel, and each takes some thirty bytes meanwhile.
        """
        near, far = self.near, self.far
        places = symbols.astype(np.uint16)
        for start in range(0, symbols.size, _PIECE):
            piece = symbols[start : start + _PIECE]
            late = np.flatnonzero(piece >= COMMON)
            in_drawer, near = near[: late.size].astype(np.int64), near[late.size :]
            is_far = in_drawer == _ESCAPE
            far_here = int(np.count_nonzero(is_far))
            in_drawer[is_far] += far[:far_here]
            far = far[far_here:]
            drawer = piece[late].astype(np.int64) - COMMON
            in_all = self.drawers.edges[drawer] + in_drawer
            if (in_all >= self.drawers.edges[drawer + 1]).any():
                raise _damaged()
            places[start + late] = COMMON + in_all
        return places


def _read_rare(plain: "Plain", symbols: _Bytes, colours_of: ColoursOf) -> _Rare | None:
    count = plain.take_word()
    late = int(np.count_nonzero(symbols >= COMMON))
    if not count:
        if late:
            raise _damaged()
        return None
    if count > _MOST_RARE:
        raise _damaged()
    numbers = _read_used(plain, count)
    drawers = _drawers(numbers, colours_of)
    near = plain.take(late)
    far = plain.take_words(int(np.count_nonzero(near == _ESCAPE)))
    return _Rare(colours_of(numbers)[drawers.order], drawers, near, far)


def _pack_used(used: npt.NDArray[np.int64]) -> bytes:
    if not used.size:
        return b""
    bits = np.zeros(int(used[-1]) + 1, np.uint8)
    if len(bits) < 8 * len(used):
        bits[used] = 1
        packed = np.packbits(bits)
        return b"\x01" + packed.size.to_bytes(2, "little") + packed.tobytes()
    deltas = np.diff(used, prepend=0)
    small = deltas < _ESCAPE
    return b"\x00" + np.where(small, deltas, _ESCAPE).astype(np.uint8).tobytes() + used[~small].astype("<u2").tobytes()


def _read_used(plain: "Plain", count: int) -> Numbers16:
    if plain.take_byte():
        used = np.unpackbits(plain.take(plain.take_word())).nonzero()[0]
    else:
        used = _read_deltas(plain, count)
    if used.size != count or not count or int(used[-1]) >= 1 << 16:
        raise _damaged()
    return used.astype(np.uint16)


def _read_deltas(plain: "Plain", count: int) -> npt.NDArray[np.int64]:
    steps = plain.take_bytes(count)
    if 0 in steps[1:]:
        raise _damaged()
    deltas = np.frombuffer(steps, np.uint8).astype(np.int64)
    if _ESCAPE not in steps:  # mostly, and a seek reads hundreds of these
        return deltas.cumsum()
    wide = np.flatnonzero(deltas == _ESCAPE)
    absolute = plain.take_words(wide.size)
    deltas[wide] = 0
    sums = np.cumsum(deltas)
    # from each absolute on, count from it
    base = np.zeros(count, np.int64)
    base[wide] = np.diff(absolute - sums[wide], prepend=0)
    sums += np.cumsum(base)
    if (np.diff(sums) <= 0).any():
        raise _damaged()
    return sums


class Plain:
    """A sheet that was decompressed: its parts, one after the other."""

    def __init__(self, tiles: int, data: bytes) -> None:
        self.tiles = tiles
        self.data = data
        self._at = 0

    def take(self, size: int) -> _Bytes:
        """So many bytes, as numbers."""
        at = self._pass(size)
        return np.frombuffer(self.data, np.uint8, size, at) if size else np.zeros(0, np.uint8)

    def take_bytes(self, size: int) -> bytes:
        """So many bytes."""
        at = self._pass(size)
        return self.data[at : at + size]

    def take_byte(self) -> int:
        """One byte."""
        return self.data[self._pass(1)]

    def take_word(self) -> int:
        """Two bytes."""
        return int.from_bytes(self.take_bytes(2), "little")

    def take_words(self, count: int) -> Numbers16:
        """So many times two bytes."""
        return np.frombuffer(self.take_bytes(2 * count), "<u2").astype(np.uint16, copy=False)

    def check_end(self) -> None:
        """Make sure that nothing is left."""
        if self._at != len(self.data):
            raise _damaged()

    def _pass(self, size: int) -> int:
        at = self._at
        if size > len(self.data) - at:
            raise _damaged()
        self._at = at + size
        return at


def _damaged() -> DamagedPictureError:
    return DamagedPictureError("a sheet is damaged")
