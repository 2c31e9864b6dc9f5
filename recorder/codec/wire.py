"""What `Patch.data` and `Snapshot.data` hold, as bytes and back. Nothing here trusts what it reads.

    data    := version, number, first_id, first_colour, colours, colours_size, sheets,
               {sheet kind, tiles, columns, size}*, ops_size, ops, packed colours (`palette`), {sheet bytes}*
    ops     := packing (0 plain, 1 deflated), moves, {left, top, width, height, ±dx, ±dy}*, runs, {run}*
    run     := gap since the tile after the last run, length*2 + step, ±(id - the id expected next)

All numbers are LEB128; ± is zigzag. `number` counts the patches since the full one (a snapshot has that of the next
patch), so that a missing patch shows; the segment's second full picture of this screen has 2^24, the third twice that
(`run_of`), so that a missing full picture shows, too. A tile's id is its place among all tiles sent since the full
patch; a run puts ids id, id+step, id+2·step, … on consecutive positions. A snapshot's own tiles have the ids from its
`first_id` on and are forgotten afterwards.
"""

import enum
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recorder.codec import numpy_kernel
from recorder.codec.errors import DamagedPictureError
from recorder.codec.fused import Kernel
from recorder.codec.numpy_kernel import MOST_BYTES_A_TILE
from recorder.codec.tiles import MAX_TILES, Grid, Numbers
from recorder.codec.varint import varints, zigzag
from recorder.format.inflate import inflate
from recorder.geometry import Rect

VERSION = 1
MAX_DATA_BYTES = 1 << 28
MAX_MOVES = 16
MAX_SHEETS = 64
MAX_OPS_BYTES = 1 << 23
MAX_COLOURS = 65535
_MAX_COLOURS_BYTES = 1 << 18
_DEFLATE_FROM_BYTES = 48
_MAX_SHIFT = 63
_LONGEST_NUMBER_BYTES = 9
PATCHES_A_RUN = 1 << 24  # a segment has far fewer
_MOST_IDENTITY = 1 << 40  # so many tiles come in no segment, and sums of this stay in 63 bits
_LONGEST_PLACE_BYTES = 2 + 3 * 9


class SheetKind(enum.IntEnum):
    """How a sheet's picture is encoded."""

    WEBP = 0  # lossless
    JPEG = 1  # lossy
    JPEG_HALF = 2  # lossy, half as wide and high
    NUMBERED = 3  # lossless: the numbers of colours (`numbered`)
    COMPOSED = 4  # of pixels of earlier tiles, in snapshots only (`origins`)


_KINDS = tuple(SheetKind)
_LAST_KIND = len(_KINDS) - 1


@dataclass(frozen=True, slots=True)
class Move:
    """Copy `target` of the picture from where it was: `dx` to the left and `dy` above."""

    target: Rect
    dx: int
    dy: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """Tiles encoded as one picture, `columns` side by side; the first has the id `first_id`."""

    kind: SheetKind
    first_id: int
    tiles: int
    columns: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """What can be read of a patch without its operations."""

    number: int
    first_id: int
    sheets: tuple[Sheet, ...]
    ops: bytes
    first_colour: int
    colour_count: int
    colours: bytes


@dataclass(frozen=True, slots=True)
class Ops:
    """What a patch does to the picture: first the moves in their order, then ids on positions."""

    moves: tuple[Move, ...]
    positions: Numbers
    ids: Numbers


def pack(
    number: int,
    first_id: int,
    sheets: Sequence[Sheet],
    ops: Ops,
    *,
    first_colour: int,
    colour_count: int = 0,
    colours: bytes = b"",
    kernel: Kernel = numpy_kernel,
) -> bytes:
    """The bytes of a patch or snapshot."""
    packed = _pack_ops(ops, kernel)
    head = [number, first_id, first_colour, colour_count, len(colours), len(sheets)]
    for sheet in sheets:
        head += [sheet.kind, sheet.tiles, sheet.columns, len(sheet.data)]
    head.append(len(packed))
    return b"".join((bytes((VERSION,)), varints(head), packed, colours, *(sheet.data for sheet in sheets)))


def run_of(data: bytes) -> int:
    """Which full picture of its segment and screen this patch or snapshot follows: 0 for the first.

    Ids of tiles and numbers of colours begin anew with each, so what one brought is nothing to the next.
    """
    _check(data)
    [number], _ = read_numbers(data, 1, 1)
    return up_to(number, _MOST_IDENTITY) // PATCHES_A_RUN


def read_head(data: bytes) -> Head:
    """The head of a patch or snapshot; cheap, decodes no picture."""
    _check(data)
    (number, first_id, first_colour, colour_count, colours_size, count), at = read_numbers(data, 1, 6)
    limits = (_MOST_IDENTITY, _MOST_IDENTITY, MAX_COLOURS, MAX_COLOURS - first_colour, _MAX_COLOURS_BYTES, MAX_SHEETS)
    for said, limit in zip((number, first_id, first_colour, colour_count, colours_size, count), limits, strict=True):
        up_to(said, limit)
    (*shapes, ops_size), at = read_numbers(data, at, 4 * count + 1)
    colours_at = at + up_to(ops_size, MAX_OPS_BYTES)
    each = (shapes[index : index + 4] for index in range(0, 4 * count, 4))
    sheets = _sheets(data, colours_at + colours_size, first_id, each)
    ops, colours = data[at:colours_at], data[colours_at : colours_at + colours_size]
    return Head(number, first_id, sheets, ops, first_colour, colour_count, colours)


def read_places(patches: Sequence[bytes]) -> tuple[Numbers, Numbers]:
    """How many tiles and how many colours came before each patch: for a hundredth of the cost of the heads.

    Both go up from patch to patch; for a damaged one they are those of the patch before it.
    """
    starts = b"".join(data[:_LONGEST_PLACE_BYTES].ljust(_LONGEST_PLACE_BYTES, b"\x80") for data in patches)
    table = np.frombuffer(starts, np.uint8).reshape(len(patches), _LONGEST_PLACE_BYTES)
    at = np.ones(len(patches), np.int64)
    sound = table[:, 0] == VERSION
    numbers = []
    for _ in range(3):
        number, is_whole = _read_column(table, at)
        numbers.append(number)
        sound &= is_whole
    first_ids, first_colours = (np.maximum.accumulate(np.where(sound, number, 0)) for number in numbers[1:])
    return first_ids, first_colours


def _read_column(table: npt.NDArray[np.uint8], at: Numbers) -> tuple[Numbers, npt.NDArray[np.bool_]]:
    """The LEB128 number of each row that begins at `at`, which is moved behind it; and whether it ends."""
    rows = np.arange(len(table))
    number = np.zeros(len(table), np.int64)
    going_on = np.ones(len(table), np.bool_)
    for shift in range(0, _MAX_SHIFT, 7):
        byte = table[rows, at].astype(np.int64)
        number[going_on] |= (byte[going_on] & 0x7F) << shift
        at += going_on
        going_on &= byte >= 0x80
        if not going_on.any():
            break
    return number, ~going_on


def _check(data: bytes) -> None:
    if not 0 < len(data) <= MAX_DATA_BYTES:
        msg = "its size is impossible"
        raise DamagedPictureError(msg)
    if data[0] != VERSION:
        msg = f"it is of codec version {data[0]}, newer than this program's {VERSION}"
        raise DamagedPictureError(msg)


def _sheets(data: bytes, at: int, first_id: int, shapes: Iterable[Sequence[int]]) -> tuple[Sheet, ...]:
    sheets = []
    left = MAX_TILES
    for kind, tiles, columns, size in shapes:
        if kind > _LAST_KIND or not 0 < columns <= tiles <= left or size > len(data) - at:
            msg = "a sheet's size is impossible"
            raise DamagedPictureError(msg)
        sheets.append(Sheet(_KINDS[kind], first_id, tiles, columns, data[at : at + size]))
        at += size
        first_id += tiles
        left -= tiles
    if at != len(data):
        msg = "it is longer or shorter than it says"
        raise DamagedPictureError(msg)
    return tuple(sheets)


def read_ops(ops: bytes, grid: Grid) -> Ops:
    """The operations, each checked to stay inside the picture."""
    if not ops:
        msg = "it has no operations"
        raise DamagedPictureError(msg)
    numbers = _all_numbers(_inflate(ops[1:]) if ops[0] else ops[1:], at_most=2 + 6 * MAX_MOVES + 3 * grid.count)
    move_count = _checked(numbers, 0, MAX_MOVES)
    runs_at = 1 + 6 * move_count
    run_count = _checked(numbers, runs_at, grid.count)
    if numbers.size != runs_at + 1 + 3 * run_count:
        msg = "its operations are longer or shorter than they say"
        raise DamagedPictureError(msg)
    moves = tuple(_read_move(row, grid) for row in numbers[1:runs_at].reshape(move_count, 6))
    return Ops(moves, *_read_runs(numbers[runs_at + 1 :].reshape(run_count, 3), grid))


def _all_numbers(data: bytes, *, at_most: int) -> Numbers:
    """LEB128 numbers, all at once: a seek reads many thousands."""
    if len(data) > at_most * _LONGEST_NUMBER_BYTES:
        msg = "its operations are longer than they can be"
        raise DamagedPictureError(msg)
    digits = np.frombuffer(data, np.uint8)
    if np.count_nonzero(digits < 0x80) > at_most:
        msg = "it has more operations than the picture has tiles"
        raise DamagedPictureError(msg)
    ends = np.flatnonzero(digits < 0x80)
    starts = np.concatenate(([0], ends[:-1] + 1))
    lengths = ends + 1 - starts
    if not ends.size or ends[-1] != digits.size - 1 or int(lengths.max()) > _LONGEST_NUMBER_BYTES:
        msg = "a number in it is cut short or too long"
        raise DamagedPictureError(msg)
    shifts = 7 * (np.arange(digits.size) - np.repeat(starts, lengths))
    return np.asarray(np.add.reduceat((digits & 0x7F).astype(np.int64) << shifts, starts))


def _checked(numbers: Numbers, at: int, limit: int) -> int:
    if at >= numbers.size or not 0 <= int(numbers[at]) <= limit:
        msg = "it says more than is possible"
        raise DamagedPictureError(msg)
    return int(numbers[at])


def _signed(numbers: Numbers) -> Numbers:
    """Zigzag back."""
    return np.where(numbers & 1 == 0, numbers >> 1, -((numbers + 1) >> 1))


def _inflate(packed: bytes) -> bytes:
    try:
        plain = inflate(packed, MAX_OPS_BYTES, wbits=-15)
    except zlib.error as error:
        msg = "its operations are damaged"
        raise DamagedPictureError(msg) from error
    if plain is None:
        msg = "its operations are cut short or too long"
        raise DamagedPictureError(msg)
    return plain


def _read_move(row: Numbers, grid: Grid) -> Move:
    target = Rect(*row[:4].tolist())
    dx, dy = _signed(row[4:]).tolist()
    source = target.moved(-dx, -dy)
    if target.is_empty or target.intersection(grid.area) != target or source.intersection(grid.area) != source:
        msg = "it moves an area that is not in the picture"
        raise DamagedPictureError(msg)
    return Move(target, dx, dy)


def _read_runs(runs: Numbers, grid: Grid) -> tuple[Numbers, Numbers]:
    gaps, lengths, steps = runs[:, 0], runs[:, 1] >> 1, runs[:, 1] & 1
    jumps = _signed(runs[:, 2])
    if runs.size and (int(runs[:, :2].max()) > 2 * grid.count + 1 or int(np.abs(jumps).max()) > _MOST_IDENTITY):
        raise _outside()
    ends = np.cumsum(gaps + lengths)
    advances = np.where(steps == 1, lengths, 1)
    firsts = np.cumsum(jumps + advances) - advances
    if runs.size and (int(lengths.min()) < 1 or int(ends[-1]) > grid.count or int(firsts.min()) < 0):
        raise _outside()
    within = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    positions = np.repeat(ends - lengths, lengths) + within
    return positions, np.repeat(firsts, lengths) + within * np.repeat(steps, lengths)


def _outside() -> DamagedPictureError:
    return DamagedPictureError("it paints tiles that are not in the picture")


def _pack_ops(ops: Ops, kernel: Kernel) -> bytes:
    numbers = [len(ops.moves)]
    for move in ops.moves:
        numbers += [*move.target, zigzag(move.dx), zigzag(move.dy)]
    tiles = np.empty(ops.positions.size * MOST_BYTES_A_TILE, np.uint8)
    runs, size_bytes = kernel.pack_tiles(ops.positions, ops.ids, tiles)
    plain = varints((*numbers, runs)) + tiles[:size_bytes].tobytes()
    if len(plain) >= _DEFLATE_FROM_BYTES:
        deflater = zlib.compressobj(9, wbits=-15)
        packed = deflater.compress(plain) + deflater.flush()
        if len(packed) < len(plain):
            return b"\x01" + packed
    return b"\x00" + plain


def read_numbers(data: bytes, at: int, count: int) -> tuple[list[int], int]:
    """So many LEB128 numbers from this place on, and where they end: a seek reads some thousands.

    Raises:
        DamagedPictureError: one is cut short or too long.
    """
    numbers = []
    try:
        for _ in range(count):
            number = data[at]
            at += 1
            if number >= 0x80:  # few are
                number, at = _read_long(data, at - 1)
            numbers.append(number)
    except IndexError:
        raise _cut_short() from None
    return numbers, at


def _read_long(data: bytes, at: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, _MAX_SHIFT, 7):
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
    raise _cut_short()


def up_to(number: int, limit: int) -> int:
    """The number that was read.

    Raises:
        DamagedPictureError: it is larger than this.
    """
    if number > limit:
        msg = f"it says {number} where at most {limit} is possible"
        raise DamagedPictureError(msg)
    return number


def _cut_short() -> DamagedPictureError:
    return DamagedPictureError("a number in it is cut short or too long")
