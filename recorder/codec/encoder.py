"""A screen's changes as patches: moves, tiles sent before, new tiles; film lossy until it rests."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from recorder.codec import fused, moves, origins, sheets, tiles
from recorder.codec.costs import DecodingCosts
from recorder.codec.decoder import digest_of
from recorder.codec.dictionary import TileDictionary
from recorder.codec.differences import Differences, slices_of
from recorder.codec.fused import Kernel
from recorder.codec.lossy import Film
from recorder.codec.numbered import MAX_TILES_A_SHEET, NumberedWriter
from recorder.codec.numpy_kernel import Hashes
from recorder.codec.palette import ColourNumbers, Palette, pack_colours
from recorder.codec.tiles import Bytes, Canvas, Grid, Mask, Numbers
from recorder.codec.variety import variety_of
from recorder.codec.wire import PATCHES_A_RUN, Move, Ops, Sheet, SheetKind, pack
from recorder.errors import BugError
from recorder.events import Patch, Snapshot
from recorder.geometry import Rect

Area: TypeAlias = tuple[Rect, Bytes]
_SAMPLE_TILES = 96
_SETTLE_TILES = 256  # at once, so that a large photograph does not hold up what else happens
_NONE = np.zeros(0, np.int64)


class ScreenEncoder:
    """One screen's encoder; `start_segment` opens each segment. Not thread-safe.

    Between calls `_before` and `_now` are equal: the screen as last grabbed. The decoder shows the same, but for the
    tiles in `_film.lossy`.
    """

    def __init__(self, screen: int, width_px: int, height_px: int, *, kernel: Kernel | None = None) -> None:
        self._screen = screen
        self._grid = Grid(width_px, height_px)
        self._before = self._grid.canvas()
        self._now = self._grid.canvas()
        self._kernel = kernel = kernel or fused.choose().kernel
        self._differences = Differences(self._grid, kernel)
        self._film = Film(self._grid)
        self._dictionary = TileDictionary(kernel=kernel)
        self._colours = ColourNumbers(kernel)
        self._press = fused.press_of(kernel)
        self._writer = NumberedWriter(self._colours.colours_of, self._press)
        self._shown_ids = np.full(self._grid.count, -1, np.int64)  # -1: not a tile that was sent, a move made it
        self._origins = self._grid.canvas()  # of every pixel shown, see `origins`
        self._film_sheets: dict[int, Sheet] = {}
        self._costs = DecodingCosts()
        self._number = 0
        self._next_id = 0
        self._unreported_px = 0

    @property
    def settles_at_ns(self) -> int | None:
        """When `settle` is to be called next; None if the decoder's picture is exact."""
        return self._film.next_ns

    def start_segment(self, picture: Bytes, at_ns: int, *, run: int = 0) -> Patch:
        """The full picture, which stands alone; what was sent before is forgotten.

        `run`: how many full pictures this segment has of this screen already, by whichever encoder.
        """
        self._dictionary.clear()
        self._colours.clear()
        self._writer.clear()
        self._film_sheets.clear()
        self._costs.clear()
        self._number, self._next_id = run * PATCHES_A_RUN, 0
        self._take([(self._grid.area, picture)])
        self._film.stale |= self._film.lossy
        everything = np.arange(self._grid.count, dtype=np.int64)
        draft = _Draft(self._next_id, self._colours.count)
        self._send(draft, self._look_up(everything), at_ns)
        self._send_film(draft, np.flatnonzero(self._film.stale), at_ns)
        self._unreported_px = self._grid.width_px * self._grid.height_px
        return self._patch("full", draft, np.ones(self._grid.count, np.bool_), at_ns)

    def encode(self, areas: Iterable[Area], at_ns: int) -> Patch | None:
        """What changed in the areas, which were grabbed just now; None if nothing is to be sent."""
        self._take(areas)
        return self._change(_NONE, at_ns)

    def settle(self, at_ns: int, grab: Callable[[Rect], Bytes]) -> Patch | None:
        """Send what waits: film tiles whose turn has come, and exactly those that have rested for a second.

        To be called at `settles_at_ns`. `grab` is asked once more for what seems to rest, so that only what the screen
        really holds is sent as exact.
        """
        resting = self._film.resting(at_ns, at_most=_SETTLE_TILES)
        self._take([(area, grab(area)) for area in tiles.tile_areas(self._grid, resting)])
        return self._change(resting, at_ns)

    def snapshot_due(self) -> bool:
        """Whether a seek to now would cost so much that a snapshot pays."""
        return self._costs.are_high

    def snapshot(self, at_ns: int) -> Snapshot:
        """The picture as the decoder shows it, made from tiles already sent as far as that is cheap."""
        ids = self._shown_ids.copy()
        lost = np.flatnonzero(ids < 0)
        if lost.size:
            ids[lost], _ = self._dictionary.find(self._now, lost)
            lost = lost[ids[lost] < 0]
        own_sheets = self._compose(ids, lost)
        self._writer.clear()  # what comes after it needs no more of what came before than it needs itself
        everything = np.arange(self._grid.count, dtype=np.int64)
        ops = Ops((), everything, ids)
        data = pack(self._number, self._next_id, own_sheets, ops, first_colour=self._colours.count, kernel=self._kernel)
        size = (self._grid.width_px, self._grid.height_px)
        exact = not self._film.lossy.any()
        return Snapshot(at_ns, self._screen, *size, exact, digest_of(self._shown()), data)

    def _compose(self, ids: Numbers, lost: Numbers) -> list[Sheet]:
        """Sheets for a snapshot's tiles that were never sent as they are, or are too costly to find; sets their ids."""
        source = self._taken_origins(lost)[:, :, (0, -1)] >> origins.PLACE_BITS
        own = self._costs.start_again(ids, lost, source.astype(np.int64))
        own = own[~self._film.lossy[own]]  # their exact content is not what the decoder shows
        composed = np.setdiff1d(lost, own, assume_unique=True)
        told = composed.size > 0 and self._next_id < origins.MOST_TILES
        data = origins.encode(self._taken_origins(composed)) if told else None
        if data is None:
            own, composed = np.sort(np.concatenate((own, composed))), composed[:0]
        draft = _Draft(self._next_id, self._colours.count)
        if own.size:
            ids[own] = np.arange(draft.next_id, draft.next_id + own.size)
            self._add_sheets(draft, own, may_add=False)
        if data is not None:
            ids[composed] = np.arange(draft.next_id, draft.next_id + composed.size)
            draft.add(Sheet(SheetKind.COMPOSED, draft.next_id, composed.size, 1, data))
        return draft.sheets

    def _taken_origins(self, positions: Numbers) -> Canvas:
        return fused.taken(self._kernel, self._origins, positions)

    def _shown(self) -> Bytes:
        """The picture that the decoder shows, film included."""
        picture = tiles.bgr_of(self._before)
        film = np.flatnonzero(self._film.lossy)
        for sheet in self._film_sheets.values():
            ids = self._shown_ids[film]
            mine = (ids >= sheet.first_id) & (ids < sheet.first_id + sheet.tiles)
            if mine.any():
                tiles.put(self._grid, picture, film[mine], sheets.decode(sheet, Palette())[ids[mine] - sheet.first_id])
        return picture[: self._grid.height_px, : self._grid.width_px]

    def _pixels(self, positions: Numbers) -> Canvas:
        return fused.taken(self._kernel, self._now, positions)

    def _take(self, areas: Iterable[Area]) -> None:
        """Write grabbed pixels into `_now`, and count what differs from `_before`."""
        for area, pixels in areas:
            if pixels.shape != (area.height, area.width, 4):
                msg = f"An area of {area} came with pixels of shape {pixels.shape}."
                raise BugError(msg)
            inside = area.intersection(self._grid.area)
            if inside.is_empty:
                continue
            words = np.ascontiguousarray(pixels).view(np.uint32)[..., 0]
            part = words[slices_of(inside.moved(-area.left, -area.top))]
            self._differences.take_in(part, inside.top, inside.left, self._now, self._before)

    def _change(self, resting: Numbers, at_ns: int) -> Patch | None:
        dirty = self._differences.positions
        resting = resting[~self._differences.tiles[resting]]
        if not dirty.size and not resting.size and not self._film.due(at_ns).size:
            return None
        self._unreported_px += self._differences.pixels()
        draft = _Draft(self._next_id, self._colours.count)
        touched = np.zeros(self._grid.count, np.bool_)
        touched[dirty] = True
        if self._are_many_new(dirty) and self._find_moves(draft, dirty):
            dirty = self._differences.positions
            touched[dirty] = True
        self._send(draft, self._look_up(dirty), at_ns)
        if resting.size:
            self._send_exactly(draft, self._look_up(resting))
        self._send_film(draft, self._film.due(at_ns), at_ns)
        if draft.is_empty:
            return None
        touched[draft.positions] = True
        return self._patch("change", draft, touched, at_ns)

    def _are_many_new(self, dirty: Numbers) -> bool:
        """Whether so many of these tiles were never sent that looking for a move pays; some of them tell."""
        movable = dirty[~self._film.lossy[dirty]]
        if movable.size < moves.WORTH_TILES:
            return False
        step = max(1, movable.size // _SAMPLE_TILES)
        new = np.count_nonzero(self._look_up(movable[::step].copy()).ids < 0)
        return bool(new * step >= moves.WORTH_TILES)

    def _find_moves(self, draft: "_Draft", dirty: Numbers) -> bool:
        """Move what can be moved, in `_before`; what then still differs is left in `_differences`."""
        (box,) = tiles.tile_areas(self._grid, dirty[~self._film.lossy[dirty]])
        right = self._differences.right
        for found in moves.find(self._kernel, self._grid, self._before, self._now, right, box, self._film.lossy):
            move = found.move
            draft.moves.append(move)
            positions = self._grid.positions_in(*self._grid.tiles_under(move.target))
            for canvas in (self._before, self._origins):
                self._kernel.move_area(
                    canvas,
                    move.target.top,
                    move.target.left,
                    move.target.height,
                    move.target.width,
                    move.dx,
                    move.dy,
                )
            self._shown_ids[positions] = -1
            self._differences.moved(move.target, found.right)
        return bool(draft.moves)

    def _look_up(self, positions: Numbers) -> "_LookedUp":
        return _LookedUp(positions, *self._dictionary.find(self._now, positions))

    def _send(self, draft: "_Draft", changed: "_LookedUp", at_ns: int) -> None:
        """Send tiles that changed: those that are film wait for their turn."""
        self._differences.settle(self._now, self._before)
        stays = self._film_among(changed, self._film.lossy[changed.positions], at_ns)
        new = self._film_among(changed, (changed.ids < 0) & ~stays & ~self._film.lossy[changed.positions], at_ns)
        self._film.show(changed.positions[stays | new])
        self._send_exactly(draft, changed.only(~(stays | new)))

    def _film_among(self, changed: "_LookedUp", asked: Mask, at_ns: int) -> Mask:
        """Which of the tiles asked for are film."""
        film = np.zeros(len(asked), np.bool_)
        if asked.any():
            positions = changed.positions[asked]
            film[asked] = self._film.is_film(positions, variety_of(self._kernel, self._now, positions), at_ns)
        return film

    def _send_exactly(self, draft: "_Draft", found: "_LookedUp") -> None:
        if not found.positions.size:
            return
        fresh = np.flatnonzero(found.ids < 0)
        positions = found.positions[fresh]
        ids, new = self._dictionary.add(self._now, positions, found.hashes[fresh], draft.next_id)
        found.ids[fresh] = ids
        self._film.settle(found.positions)
        draft.paint(found.positions, found.ids)
        if new.size:
            self._add_sheets(draft, positions[new], may_add=True)

    def _add_sheets(self, draft: "_Draft", positions: Numbers, *, may_add: bool) -> None:
        """Send new tiles: by their colours' numbers, or by their colours if these are too many.

        What may not add colours stands alone, too: a snapshot.
        """
        for start in range(0, positions.size, MAX_TILES_A_SHEET):
            part = positions[start : start + MAX_TILES_A_SHEET]
            runs = fused.runs_in(self._kernel, self._now, part)
            numbered = self._colours.number(runs, may_add=may_add)
            if numbered is None:
                draft.add(sheets.encode_exactly(tiles.bgr_of(self._pixels(part)), draft.next_id, self._grid.columns))
            else:
                numbers, colours = numbered
                draft.colours = np.concatenate((draft.colours, colours))
                writer = self._writer if may_add else NumberedWriter(self._colours.colours_of, self._press)
                data = writer.encode(numbers, runs.lengths, draft.next_id)
                draft.add(Sheet(SheetKind.NUMBERED, draft.next_id, runs.tiles, 1, data))

    def _send_film(self, draft: "_Draft", positions: Numbers, at_ns: int) -> None:
        if not positions.size:
            return
        film = self._film
        columns = min(self._grid.columns, positions.size)
        sheet = sheets.encode_roughly(
            tiles.bgr_of(self._pixels(positions)), draft.next_id, columns, quality=film.quality, halved=film.halved
        )
        draft.paint(positions, np.arange(sheet.first_id, sheet.first_id + sheet.tiles))
        draft.add(sheet)
        film.sent(positions, len(sheet.data), at_ns)

    def _patch(self, kind: str, draft: "_Draft", touched: Mask, at_ns: int) -> Patch:
        order = np.argsort(draft.positions, kind="stable")
        positions, ids = draft.positions[order], draft.ids[order]
        ops = Ops(tuple(draft.moves), positions, ids)
        data = pack(
            self._number,
            self._next_id,
            draft.sheets,
            ops,
            first_colour=draft.first_colour,
            colour_count=draft.colours.size,
            colours=pack_colours(draft.colours) if draft.colours.size else b"",
            kernel=self._kernel,
        )
        self._shown_ids[positions] = ids
        first = (ids << origins.PLACE_BITS).astype(np.uint32)
        self._kernel.stamp_tiles(self._origins, positions, first)
        self._keep_film_sheets(draft.sheets)
        self._costs.add(draft.sheets, ids)
        self._number += 1
        self._next_id = draft.next_id
        changed_px, self._unreported_px = self._unreported_px, 0
        size = (self._grid.width_px, self._grid.height_px)
        areas = tiles.areas_of(self._grid, touched.reshape(self._grid.rows, self._grid.columns))
        exact = not self._film.lossy.any()
        return Patch(at_ns, self._screen, kind, *size, exact, min(changed_px, size[0] * size[1]), areas, data)

    def _keep_film_sheets(self, new: Sequence[Sheet]) -> None:
        for sheet in new:
            if sheet.kind in (SheetKind.JPEG, SheetKind.JPEG_HALF):
                self._film_sheets[sheet.first_id] = sheet
        if self._film_sheets:
            shown = self._shown_ids[self._film.lossy]
            self._film_sheets = {
                first: sheet
                for first, sheet in self._film_sheets.items()
                if ((shown >= first) & (shown < first + sheet.tiles)).any()
            }


@dataclass(frozen=True, slots=True)
class _LookedUp:
    """Tiles of the screen as it is now, with the ids of those that were sent before (others: -1)."""

    positions: Numbers
    ids: Numbers
    hashes: Hashes

    def only(self, chosen: Mask) -> "_LookedUp":
        """Some of them."""
        if chosen.all():
            return self
        return _LookedUp(self.positions[chosen], self.ids[chosen], self.hashes[chosen])


class _Draft:
    """A patch being put together."""

    def __init__(self, next_id: int, first_colour: int) -> None:
        self.next_id = next_id
        self.first_colour = first_colour
        self.colours: Canvas = np.zeros(0, np.uint32)
        self.moves: list[Move] = []
        self.sheets: list[Sheet] = []
        self.positions: Numbers = np.zeros(0, np.int64)
        self.ids: Numbers = np.zeros(0, np.int64)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be sent."""
        return not self.moves and not self.positions.size

    def paint(self, positions: Numbers, ids: npt.NDArray[np.int64]) -> None:
        """Put these tiles on these positions."""
        self.positions = np.concatenate((self.positions, positions))
        self.ids = np.concatenate((self.ids, ids))

    def add(self, sheet: Sheet) -> None:
        """Send this sheet."""
        self.sheets.append(sheet)
        self.next_id += sheet.tiles
