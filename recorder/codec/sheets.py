"""Tiles as one encoded picture, and back: the only module of the codec that speaks to OpenCV's image codecs."""

import bisect
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from recorder.codec import numbered, origins
from recorder.codec.ahead import AheadThread
from recorder.codec.beside import beside
from recorder.codec.chains import MAX_SHEET_SIDE_PX, Chain, alone
from recorder.codec.coming import NOTHING_COMING, read_coming
from recorder.codec.compiled_sheets import group_beginner
from recorder.codec.errors import DamagedPictureError
from recorder.codec.kept_tiles import Composed, KeptTiles
from recorder.codec.palette import Palette
from recorder.codec.sheet_kernel import SheetKernel
from recorder.codec.tiles import PIXELS_A_TILE, TILE_HEIGHT_PX, TILE_WIDTH_PX, Bytes, Canvas, Mask, Numbers, bgr_of
from recorder.codec.wire import Head, Sheet, SheetKind, read_head, read_places
from recorder.events import Patch, Snapshot

LOSSY_KINDS = frozenset({SheetKind.JPEG, SheetKind.JPEG_HALF})
CACHE_BYTES = 48 << 20
TILE_BYTES = PIXELS_A_TILE * 3
_MOST_TILES_AT_ONCE = 12_288
_LOSSLESS = (cv2.IMWRITE_WEBP_QUALITY, 101)


def encode_exactly(tiles: Bytes, first_id: int, columns: int) -> Sheet:
    """Tiles (n, 16, 64, 3) as a lossless sheet."""
    columns = fitting_columns(len(tiles), columns)
    data = _imencode(".webp", _lay_out(tiles, columns), _LOSSLESS)
    return Sheet(SheetKind.WEBP, first_id, len(tiles), columns, data)


def encode_roughly(tiles: Bytes, first_id: int, columns: int, *, quality: int, halved: bool) -> Sheet:
    """Tiles (n, 16, 64, 3) as a lossy sheet."""
    columns = fitting_columns(len(tiles), columns)
    picture = _lay_out(tiles, columns)
    if halved:
        picture = np.asarray(cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
    data = _imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, quality))
    kind = SheetKind.JPEG_HALF if halved else SheetKind.JPEG
    return Sheet(kind, first_id, len(tiles), columns, data)


def fitting_columns(tiles: int, columns: int) -> int:
    """So many tiles side by side that neither side of the sheet gets too long."""
    most = MAX_SHEET_SIDE_PX // TILE_WIDTH_PX
    least = -(-tiles // (MAX_SHEET_SIDE_PX // TILE_HEIGHT_PX))
    return min(tiles, max(least, min(columns, most)))


def _lay_out(tiles: Bytes, columns: int) -> Bytes:
    rows = -(-len(tiles) // columns)
    if rows * columns != len(tiles):
        blank = np.zeros((rows * columns - len(tiles), *tiles.shape[1:]), np.uint8)
        tiles = np.concatenate((tiles, blank))
    by_row = tiles.reshape(rows, columns, TILE_HEIGHT_PX, TILE_WIDTH_PX, 3).swapaxes(1, 2)
    return np.ascontiguousarray(by_row).reshape(rows * TILE_HEIGHT_PX, columns * TILE_WIDTH_PX, 3)


def _imencode(suffix: str, picture: Bytes, options: tuple[int, ...]) -> bytes:
    _, data = cv2.imencode(suffix, picture, options)
    return data.tobytes()


def decode(sheet: Sheet, palette: Palette) -> Bytes:
    """The tiles (n, 16, 64, 3) of a sheet."""
    return bgr_of(alone(sheet, palette, group_beginner(None, palette)).pixels(slice(None)))


class SheetStore:
    """The sheets of a segment by the ids of their tiles; decoded when asked for, the last used ones kept decoded.

    Ids and colours' numbers only go up from patch to patch, so that the patch that brought one is found by halving, and
    of the thousands of a segment only those that are needed are read. Without a kernel NumPy decodes them.
    """

    def __init__(self, *, cache_bytes: int = CACHE_BYTES, kernel: SheetKernel | None = None) -> None:
        self.palette = Palette()
        self._begin_group = group_beginner(kernel, self.palette)
        self._patches: list[Head | bytes] = []
        self._first_ids: list[int] = []
        self._first_colours: list[int] = []
        self._heads: dict[int, Head | None] = {}
        self._decoded: OrderedDict[int, KeptTiles] = OrderedDict()
        self._decoded_bytes = 0
        self._cache_bytes = cache_bytes
        self._reader: numbered.NumberedReader | None = None  # of the group that was read last, to go on
        self._ahead: AheadThread | None = None
        self._coming = NOTHING_COMING
        self._own_ahead: dict[bytes, KeptTiles] = {}
        self.decoded_sheets = 0

    def add(self, head: Head) -> None:
        """The sheets and colours of a patch that is applied now; known ones are left as they are."""
        self.need_colours(head.first_colour)
        self.palette.add(head.first_colour, head.colour_count, head.colours)
        if head.sheets and head.first_id >= self._end():
            self._read_places()
            self._patches.append(head)
            self._first_ids.append(head.first_id)
            self._first_colours.append(head.first_colour)

    def expect(self, data: bytes) -> None:
        """The data of the patch that came next; it is read when something of it is asked for."""
        self._patches.append(data)

    def begin_ahead(self, events: Sequence[Patch | Snapshot]) -> None:
        """These will be shown: decode for them, beside whoever calls `expect`, until `end_ahead`.

        Nothing else may be asked of this store before.
        """
        self._ahead = AheadThread()
        self._ahead.then(lambda: self._look_at(events))

    def go_on_ahead(self) -> None:
        """More has come."""
        if self._ahead is not None:
            self._ahead.then(self._decode_coming)

    def end_ahead(self) -> None:
        """Leave what is not decoded yet."""
        if self._ahead is not None:
            self._ahead.stop()
            self._ahead = None

    def _look_at(self, events: Sequence[Patch | Snapshot]) -> None:
        self._coming = read_coming(events, self._is_ahead_over)
        for sheet in self._coming.sheets:
            if self._is_ahead_over():
                return
            self._own_ahead[sheet.data] = alone(sheet, self.palette, self._begin_group)

    def _decode_coming(self) -> None:
        """As far as it has come."""
        if self._has_enough_ahead():
            return
        tiles = self._coming.tiles
        came = int(np.searchsorted(tiles, self._end()))
        self._coming = replace(self._coming, tiles=tiles[came:])
        missing = [part.sheet for part in self._parts(tiles[:came]) if part.sheet.first_id not in self._decoded]
        for chain in self._chains(missing):
            self._keep(chain.decode(chain.decompress(), self.palette))
            self._go_on_with([chain])
            if self._has_enough_ahead():
                return

    def _has_enough_ahead(self) -> bool:
        return self._is_ahead_over() or self._decoded_bytes > self._cache_bytes

    def _is_ahead_over(self) -> bool:
        return self._ahead is None or self._ahead.is_over

    def clear(self) -> None:
        """Forget everything: a new segment begins."""
        self.palette.clear()
        self._patches.clear()
        self._first_ids.clear()
        self._first_colours.clear()
        self._heads.clear()
        self._decoded.clear()
        self._decoded_bytes = 0
        self._reader = None
        self._coming = NOTHING_COMING
        self._own_ahead.clear()

    def need_colours(self, count: int) -> None:
        """Have the first so many colours at hand, as far as they came."""
        brought: list[tuple[int, bytes]] = []
        known = self.palette.count
        while known < count:
            head = self._brought_by(known, self._first_colours)
            if head is None or head.first_colour != known or not head.colour_count or not head.colours:
                break  # what brought them is lost
            brought.append((head.colour_count, head.colours))
            known += head.colour_count
        if brought:
            self.palette.add_all(brought)

    def find(self, identity: int) -> Sheet:
        """The sheet that holds this tile."""
        head = self._brought_by(identity, self._first_ids)
        if head is None:
            raise _never_came()
        self.need_colours(head.first_colour + head.colour_count)
        for sheet in head.sheets:
            if sheet.first_id <= identity < sheet.first_id + sheet.tiles:
                return sheet
        raise _never_came()

    def _brought_by(self, number: int, firsts: list[int]) -> Head | None:
        """The patch that can have brought the tile or colour of this number: the last that begins at or before it."""
        self._read_places()
        return self._readable(bisect.bisect_right(firsts, number) - 1)

    def _read_places(self) -> None:
        unread = [patch for patch in self._patches[len(self._first_ids) :] if isinstance(patch, bytes)]
        if unread:
            for firsts, numbers in zip((self._first_ids, self._first_colours), read_places(unread), strict=True):
                firsts += np.maximum(numbers, firsts[-1] if firsts else 0).tolist()

    def _readable(self, index: int) -> Head | None:
        """The head of this patch, or of the last one before it that is not damaged."""
        while index >= 0:
            head = self._head_at(index)
            if head is not None:
                return head
            index -= 1
        return None

    def _head_at(self, index: int) -> Head | None:
        if index not in self._heads:
            patch = self._patches[index]
            try:
                self._heads[index] = patch if isinstance(patch, Head) else read_head(patch)
            except DamagedPictureError:
                self._heads[index] = None  # decoding it says so
        return self._heads[index]

    def _end(self) -> int:
        """How many tiles came."""
        last = self._readable(len(self._patches) - 1)
        return last.first_id + sum(sheet.tiles for sheet in last.sheets) if last is not None else 0

    def own(self, sheet: Sheet) -> KeptTiles | Composed:
        """A snapshot's own sheet, which is not kept."""
        if sheet.kind is SheetKind.COMPOSED:
            return self._composed(sheet)
        return self._own_ahead.pop(sheet.data, None) or alone(sheet, self.palette, self._begin_group)

    def _composed(self, sheet: Sheet) -> "Composed":
        """A sheet that tells its tiles by origin; never by tiles that are told so themselves."""
        told = self._coming.told.pop(sheet.data, None) or origins.tell(sheet.data, sheet.tiles)
        if int(told.tiles[-1]) >= sheet.first_id:
            raise _never_came()
        return Composed(told, self.pixels(told.tiles))

    def pixels(self, identities: Numbers) -> Canvas:
        """These tiles (n, 16, 64), whose ids go up, from whatever sheets they are in."""
        return self.pixels_and_film(identities)[0]

    def pixels_and_film(self, identities: Numbers) -> tuple[Canvas, Mask]:
        """These tiles, whose ids go up, and which of them are film: from a lossy sheet."""
        parts = list(self._parts(identities))
        tiles = np.empty((identities.size, TILE_HEIGHT_PX, TILE_WIDTH_PX), np.uint32)
        film = np.zeros(identities.size, np.bool_)
        for part in parts:
            film[part.place] = part.sheet.kind in LOSSY_KINDS

        def take(part: _Part, decoded: KeptTiles) -> None:
            decoded.write(identities[part.place] - part.sheet.first_id, tiles[part.place])

        chains = list(self._chains([part.sheet for part in parts if part.sheet.first_id not in self._decoded]))
        if sum(chain.tiles for chain in chains) > _MOST_TILES_AT_ONCE:
            for part in parts:  # one after the other, so that what was used can be forgotten
                take(part, self._kept(part.sheet))
        else:
            self._take_all(parts, chains, take)
        return tiles, film

    def _parts(self, identities: Numbers) -> "Iterator[_Part]":
        start = 0
        while start < identities.size:
            sheet = self.find(int(identities[start]))
            if sheet.kind is SheetKind.COMPOSED:
                msg = "it shows tiles that only a snapshot may hold"
                raise DamagedPictureError(msg)
            stop = int(np.searchsorted(identities, sheet.first_id + sheet.tiles))
            yield _Part(sheet, slice(start, stop))
            start = stop

    def _take_all(
        self, parts: "Sequence[_Part]", chains: "Sequence[Chain]", take: "Callable[[_Part, KeptTiles], None]"
    ) -> None:
        """Decode what is missing and take what is wanted."""
        wanted = {part.sheet.first_id: part for part in parts}

        def take_of(decoded: Mapping[int, KeptTiles]) -> None:
            for first_id in wanted.keys() & decoded.keys():
                take(wanted.pop(first_id), decoded[first_id])

        chains = sorted(chains, key=lambda chain: chain.tiles)  # the first is waited for
        with beside([chain.decompress for chain in chains]) as decompressed:
            take_of(self._decoded)
            for chain, data in zip(chains, decompressed, strict=True):
                decoded = chain.decode(data, self.palette)
                take_of(decoded)
                self._keep(decoded)
        self._go_on_with(chains)
        for part in parts:
            kept = self._kept(part.sheet)
            if part.sheet.first_id in wanted:  # its group says of itself what is not true
                take(part, kept)

    def _chains(self, missing: Sequence[Sheet]) -> "Iterator[Chain]":
        """What is to be decoded for these sheets, whose ids go up: each with those before it in its group."""
        first_of: dict[int, numbered.Numbered] = {}
        last_of: dict[int, Sheet] = {}
        for sheet in missing:
            if sheet.kind is SheetKind.NUMBERED:
                head = numbered.read(sheet.data, sheet.first_id, sheet.tiles)
                first_of.setdefault(head.group, head)
                last_of[head.group] = sheet
            else:
                yield Chain(None, (sheet,))
        for group, last in last_of.items():
            if self._reader is None or not self._reader.stands_before(first_of[group]):
                reader = self._begin_group(group)
            else:
                reader, self._reader = self._reader, None
            yield Chain(reader, tuple(self._numbered_between(reader.next_id, last.first_id)))

    def _numbered_between(self, first_id: int, last_id: int) -> "Iterator[Sheet]":
        firsts = self._first_ids
        patch_id = firsts[max(bisect.bisect_right(firsts, first_id) - 1, 0)]
        begins = bisect.bisect_left(firsts, patch_id)  # a damaged patch seems to begin where the one before it does
        for index in range(begins, len(firsts)):
            if firsts[index] > last_id:
                return
            head = self._head_at(index)
            if head is not None:
                self.need_colours(head.first_colour + head.colour_count)
                for sheet in head.sheets:
                    if first_id <= sheet.first_id <= last_id and sheet.kind is SheetKind.NUMBERED:
                        yield sheet

    def _keep(self, decoded: "Mapping[int, KeptTiles]") -> None:
        for first_id, one in decoded.items():
            if first_id in self._decoded:
                continue
            self.decoded_sheets += 1
            self._decoded_bytes += one.nbytes
            self._decoded[first_id] = one

    def _go_on_with(self, chains: "Sequence[Chain]") -> None:
        readers = [chain.reader for chain in chains if chain.reader is not None]
        self._reader = max(readers, key=lambda reader: reader.next_id, default=self._reader)

    def _kept(self, sheet: Sheet) -> KeptTiles:
        if sheet.first_id not in self._decoded:
            (chain,) = self._chains([sheet])
            self._keep(chain.decode(chain.decompress(), self.palette))
            self._go_on_with([chain])
        if sheet.first_id not in self._decoded:
            raise _never_came()  # what its group says of itself is not true
        self._decoded.move_to_end(sheet.first_id)
        while self._decoded_bytes > self._cache_bytes and len(self._decoded) > 1:
            self._decoded_bytes -= self._decoded.popitem(last=False)[1].nbytes
        return self._decoded[sheet.first_id]


def _never_came() -> DamagedPictureError:
    return DamagedPictureError("it refers to a tile that never came")


@dataclass(frozen=True, slots=True)
class _Part:
    """Of which sheet tiles are wanted, and which those are of all that are wanted."""

    sheet: Sheet
    place: slice
