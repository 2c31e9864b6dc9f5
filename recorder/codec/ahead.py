"""Sheets decoded before anybody asks for them: on a second thread, while the patches of a segment still come in."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from recorder.codec.compiled_sheets import BeginGroup
from recorder.codec.errors import DamagedPictureError
from recorder.codec.kept_tiles import KeptTiles
from recorder.codec.numbered import ColoursOf, Numbered, NumberedReader, read
from recorder.codec.wire import Head, Sheet, SheetKind, read_head


class SheetsAhead:
    """Takes patches in their order, from a full one on; `stop` gives what became of them.

    Nearly every group before a snapshot is needed for it. Nothing is said of what cannot be decoded: decoding ends
    there, and whoever needs it decodes it again and says why.
    """

    def __init__(self, begin_group: BeginGroup, colours_of: ColoursOf, *, most_bytes: int) -> None:
        self.heads: list[Head] = []
        self.sheets: dict[int, KeptTiles] = {}
        self.reader: NumberedReader | None = None  # of the last group, to go on
        self._begin_group = begin_group
        self._colours_of = colours_of
        self._left_bytes = most_bytes
        self._is_over = False
        self._thread = ThreadPoolExecutor(1, "ahead")
        self._begun: list[Future[None]] = []

    def add(self, patches: Sequence[bytes]) -> None:
        """The data of the patches that came next."""
        self._begun.append(self._thread.submit(self._take, patches))

    def stop(self) -> list[Head]:
        """Finish what is in hand and leave the rest: the heads, in order; all that was decoded is the caller's now."""
        self._thread.shutdown(cancel_futures=True)
        for done in self._begun:
            if not done.cancelled():
                done.result()
        return self.heads

    def _take(self, patches: Sequence[bytes]) -> None:
        if self._is_over:
            return
        try:
            for run in _by_group(self._numbered(patches)):
                self._decode(run)
        except DamagedPictureError:
            self._is_over, self.reader = True, None
        self._is_over = self._is_over or self._left_bytes <= 0

    def _numbered(self, patches: Sequence[bytes]) -> list[Numbered]:
        found = []
        for data in patches:
            head = read_head(data)
            if not self._follows(head):
                self._is_over = True
                break
            self.heads.append(head)
            found += [_numbered(sheet) for sheet in head.sheets if sheet.kind is SheetKind.NUMBERED]
        return found

    def _follows(self, head: Head) -> bool:
        """Whether nothing is missing before it."""
        if not self.heads:
            return head.first_id == 0
        last = self.heads[-1]
        next_id = last.first_id + sum(sheet.tiles for sheet in last.sheets)
        return (head.number, head.first_id) == (last.number + 1, next_id)

    def _decode(self, run: Sequence[Numbered]) -> None:
        """Sheets of one group that follow each other."""
        if self.reader is None or run[0].before_bytes == 0:
            self.reader = self._begin_group(run[0].group)
        plains = self.reader.decompress(run)
        for sheet, plain in zip(run, plains, strict=True):
            places = self.reader.decode(plain, self._colours_of)
            self.sheets[sheet.first_id] = places
            self._left_bytes -= places.nbytes


def _numbered(sheet: Sheet) -> Numbered:
    return read(sheet.data, sheet.first_id, sheet.tiles)


def _by_group(sheets: Sequence[Numbered]) -> list[list[Numbered]]:
    runs: list[list[Numbered]] = []
    for sheet in sheets:
        if not runs or runs[-1][-1].group != sheet.group:
            runs.append([])
        runs[-1].append(sheet)
    return runs
