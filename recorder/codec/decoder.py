"""Patches and snapshots back into a picture."""

import hashlib
from collections.abc import Sequence

import numpy as np

from recorder.codec import moves
from recorder.codec.errors import DamagedPictureError, IntegrityMismatchError
from recorder.codec.film_tiles import FilmTiles
from recorder.codec.sheet_kernel import sheet_kernel
from recorder.codec.sheets import LOSSY_KINDS, SheetStore
from recorder.codec.tiles import TILE_HEIGHT_PX, TILE_WIDTH_PX, Bytes, Grid, Numbers, bgr_of, put
from recorder.codec.wire import PATCHES_A_RUN, Head, Ops, Sheet, read_head, read_ops
from recorder.events import Patch, Snapshot
from recorder.geometry import Rect

_OWN_TILES = 128  # at once: few enough to stay where the processor has them at hand
_PAINT_TILES = 4096  # at once: a few bytes can name every tile of a large picture, and each takes 3 KB meanwhile


class ScreenDecoder:
    """One screen's picture, patch after patch. Not thread-safe.

    A bad patch raises before the picture is touched, except where a sheet itself does not decode. Without
    `checks_digest`, whoever takes the picture compares it with a snapshot's hash.
    """

    def __init__(self, *, sheets: SheetStore | None = None, checks_digest: bool = True) -> None:
        self._sheets = sheets or SheetStore(kernel=sheet_kernel())
        self._checks_digest = checks_digest
        self._grid: Grid | None = None
        self._canvas: Bytes = np.zeros((0, 0, 3), np.uint8)
        self._film = FilmTiles()
        self._next_number = 0
        self._next_id = 0
        self.exact = False

    @classmethod
    def from_snapshot(
        cls,
        snapshot: Snapshot,
        earlier: Sequence[Patch],
        *,
        sheets: SheetStore | None = None,
        checks_digest: bool = True,
    ) -> "ScreenDecoder":
        """A decoder that stands where the snapshot was made.

        `earlier` are the patches of this screen in this segment before the snapshot, in order; only the sheets that
        are needed are decoded. `sheets`, if given, must have served the same segment and screen since its last full
        patch only: what it holds decoded is not decoded again.
        """
        decoder = cls(sheets=sheets, checks_digest=checks_digest)
        for patch in _since_full(earlier):
            decoder._sheets.add(read_head(patch.data))
        decoder._start_at(snapshot)
        return decoder

    @property
    def picture(self) -> Bytes:
        """The picture now, (height, width, 3) B, G, R, read-only; the next `apply` changes it, so copy to keep it."""
        if self._grid is None:
            return self._canvas
        view = self._canvas[: self._grid.height_px, : self._grid.width_px]
        view.flags.writeable = False
        return view

    @property
    def film_areas(self) -> tuple[Rect, ...]:
        """Where the picture is film: at most 16 areas that hold every tile that is not exact; none if it is exact."""
        return () if self.exact else self._film.areas()

    def apply(self, event: Patch | Snapshot) -> None:
        """Go on to the picture after this event.

        Raises:
            DamagedPictureError: the event cannot be decoded, or does not follow the one before.
            IntegrityMismatchError: a snapshot is of another picture than the one decoded.
        """
        if isinstance(event, Snapshot):
            self._check(event)
            return
        head = read_head(event.data)
        grid = Grid(event.width_px, event.height_px)
        ops = read_ops(head.ops, grid)
        if sum(sheet.tiles for sheet in head.sheets) > grid.count:
            msg = "it holds more tiles than the picture"
            raise DamagedPictureError(msg)
        if event.kind == "full":
            self._begin(grid, head, ops)
        elif self._grid != grid or head.number != self._next_number or head.first_id != self._next_id:
            msg = "a patch before it is missing"
            raise DamagedPictureError(msg)
        self._sheets.add(head)
        self._next_id = head.first_id + sum(sheet.tiles for sheet in head.sheets)
        self._next_number = head.number + 1
        for move in ops.moves:
            moves.apply(self._canvas, move)
            self._film.move(move)
        self._paint(grid, ops, ())
        self._take_exact(event.exact)

    def _take_exact(self, exact: bool) -> None:
        self.exact = exact
        if exact:
            self._film.all_exact()

    def _begin(self, grid: Grid, head: Head, ops: Ops) -> None:
        if head.number % PATCHES_A_RUN or head.first_id or ops.moves or ops.positions.size != grid.count:
            msg = "a full picture is not whole"
            raise DamagedPictureError(msg)
        self._sheets.clear()
        self._resize(grid)

    def _resize(self, grid: Grid) -> None:
        if self._grid != grid:
            self._canvas = np.zeros((grid.rows * TILE_HEIGHT_PX, grid.columns * TILE_WIDTH_PX, 3), np.uint8)
            self._grid = grid
        self._film.begin(grid)

    def _start_at(self, snapshot: Snapshot) -> None:
        head = read_head(snapshot.data)
        grid = Grid(snapshot.width_px, snapshot.height_px)
        ops = read_ops(head.ops, grid)
        held = sum(sheet.tiles for sheet in head.sheets)
        if ops.moves or ops.positions.size != grid.count or held > grid.count:
            msg = "a snapshot is not whole"
            raise DamagedPictureError(msg)
        self._resize(grid)
        self._sheets.need_colours(head.first_colour)
        self._paint(grid, ops, head.sheets)
        self._next_number, self._next_id = head.number, head.first_id
        self._check(snapshot)
        self._take_exact(snapshot.exact)

    def _check(self, snapshot: Snapshot) -> None:
        if self._grid != Grid(snapshot.width_px, snapshot.height_px):
            msg = "a snapshot is of another size than the picture"
            raise DamagedPictureError(msg)
        if self._checks_digest and digest_of(self.picture) != snapshot.picture_sha256:
            msg = "a snapshot does not show what was recorded"
            raise IntegrityMismatchError(msg)

    def _paint(self, grid: Grid, ops: Ops, own: Sequence[Sheet]) -> None:
        """Put tiles on their positions. `own` are a snapshot's sheets, which are not kept."""
        positions, ids = ops.positions, ops.ids
        for sheet in own:
            mine = (ids >= sheet.first_id) & (ids < sheet.first_id + sheet.tiles)
            self._paint_own(grid, sheet, positions[mine], ids[mine] - sheet.first_id)
            self._film.paint(positions[mine], sheet.kind in LOSSY_KINDS)
            positions, ids = positions[~mine], ids[~mine]
        order = np.argsort(ids, kind="stable")
        for start in range(0, ids.size, _PAINT_TILES):
            block = order[start : start + _PAINT_TILES]
            different, which = np.unique(ids[block], return_inverse=True)
            pixels, film = self._sheets.pixels_and_film(different)
            painted = bgr_of(pixels)
            put(grid, self._canvas, positions[block], painted[which] if which.size > len(different) else painted)
            self._film.paint(positions[block], film[which])

    def _paint_own(self, grid: Grid, sheet: Sheet, positions: Numbers, indices: Numbers) -> None:
        tiles = self._sheets.own(sheet)
        for start in range(0, indices.size, _OWN_TILES):
            some = slice(start, start + _OWN_TILES)
            put(grid, self._canvas, positions[some], bgr_of(tiles.pixels(indices[some])))


def digest_of(picture: Bytes) -> bytes:
    """SHA-256 over the picture's rows of B, G, R bytes."""
    return hashlib.sha256(np.ascontiguousarray(picture).data).digest()


def _since_full(patches: Sequence[Patch]) -> Sequence[Patch]:
    for index in range(len(patches) - 1, -1, -1):
        if patches[index].kind == "full":
            return patches[index:]
    return patches
