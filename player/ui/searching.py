"""Search as you type: this recording's rows on a thread of its own, and the whole library through the desk."""

import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from player.search import RowSearch
from player.timeline import Times
from player.ui.access import Hit, Hits
from player.ui.background import Line
from player.ui.desk import Desk
from player.ui.reading import News
from player.ui.search_view import LISTED, SearchView
from recorder.errors import WorldError
from resources.ui.signals import HomeCarrier

_ROWS_AT_ONCE = 5000
LONGEST_QUERY = 1000  # characters; nobody types more, and a pasted file must not stop the window
TELL_EVERY_S = 0.25

_KeepOn = Callable[[], None]


@dataclass(frozen=True, slots=True)
class FoundHere:
    """What was found in the open recording: the first hits whole, the moments of all; `is_all`: nothing is left."""

    hits: tuple[Hit, ...]
    times_ns: Times
    is_all: bool = True


NOTHING = FoundHere((), np.empty(0, np.int64))


class Searching(QObject):
    """Knows what is looked for; shows what was found in the view, and its moments by `marked`."""

    marked = Signal(object)  # the moments in this recording, in order

    def __init__(self, desk: Desk, view: SearchView, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._view = view
        self._news: News | None = None
        self._query = ""
        self._folder: Path | None = None
        self._library_hits = Hits(())
        self._is_searching_here = self._is_searching_elsewhere = False
        self._home = HomeCarrier(self)
        self._rows = FoldedRows()
        self._line = Line("searching_here", home=self._home.carry)
        desk.found.connect(self._found_elsewhere)
        desk.found_first.connect(self._found_first)

    @property
    def query(self) -> str:
        """What is looked for."""
        return self._query

    @property
    def is_settled(self) -> bool:
        """Whether both searches have been answered."""
        return not self._is_searching_here and not self._is_searching_elsewhere

    def look_for(self, query: str) -> None:
        """Search for this from now on."""
        self._query = query.strip()[:LONGEST_QUERY]
        self._library_hits = Hits(())
        self._is_searching_elsewhere = True
        self._view.show_query(self._query)
        self._search_here()
        self._desk.search_library(self._query)

    def show_news(self, news: News | None) -> None:
        """These are the rows to search; None: no recording is open."""
        has_changed = _version(news) != _version(self._news)
        self._news = news
        if self._folder != self._desk.folder:  # what was another recording may be the open one now
            self._folder = self._desk.folder
            self._show_elsewhere()
        if self._query and has_changed:
            self._search_here()
        elif has_changed and news is not None and news.is_complete and (folder := self._desk.folder) is not None:
            self._make_ready(news, folder)

    def _make_ready(self, news: News, folder: Path) -> None:
        """Fold the rows before anything is looked for: with a million of them the first search would wait for it."""
        self._line.ask(
            lambda keep_on: self._rows.make_ready(news, folder, keep_on),
            then=lambda _nothing: None,
            failed=self._failed,
        )

    def stop(self) -> None:
        """End the thread."""
        self._line.stop()
        self._home.shut()

    def _search_here(self) -> None:
        news, query, folder = self._news, self._query, self._desk.folder
        self._line.forget()
        self._is_searching_here = False
        if news is None or not query or folder is None:
            self._show_here(NOTHING)
            return
        self._is_searching_here = True
        self._line.ask(
            lambda keep_on: self._find(news, query, folder, keep_on), then=self._found_here, failed=self._failed
        )

    def _find(self, news: News, query: str, folder: Path, keep_on: _KeepOn) -> FoundHere:
        """On the thread of this search; what is found so far is shown while it goes on."""

        def tell(found: FoundHere) -> None:
            self._home.carry(lambda: self._show_here(found) if (self._query, self._news) == (query, news) else None)

        return self._rows.find(news, query, folder, keep_on=keep_on, tell=tell)

    def _found_here(self, found: FoundHere) -> None:
        self._is_searching_here = False
        self._show_here(found)

    def _show_here(self, found: FoundHere) -> None:
        self._view.show_here(found.hits, len(found.times_ns), is_all=found.is_all)
        self.marked.emit(found.times_ns)

    def _failed(self, error: WorldError) -> None:
        self._is_searching_here = False
        self._view.show_elsewhere(Hits((), problem=str(error)), is_all=not self._is_searching_elsewhere)

    def _found_elsewhere(self, query: str, hits: Hits) -> None:
        if query == self._query:
            self._is_searching_elsewhere = False
            self._library_hits = hits
            self._show_elsewhere()

    def _found_first(self, query: str, hits: Hits) -> None:
        if query == self._query and hits.hits:
            self._library_hits = hits
            self._show_elsewhere()

    def _show_elsewhere(self) -> None:
        found = self._library_hits
        folder = self._desk.folder
        others = tuple(hit for hit in found.hits if hit.folder != folder)
        missed = tuple(one for one in found.missed if folder is None or one.session_id != folder.name)
        self._view.show_elsewhere(replace(found, hits=others, missed=missed), is_all=not self._is_searching_elsewhere)


class FoldedRows:
    """The rows of one recording made ready to be searched once, and then only those that have come since."""

    def __init__(self) -> None:
        self._search = RowSearch()
        self._of: tuple[Path, int] | None = None

    def make_ready(self, news: News, folder: Path, keep_on: _KeepOn) -> None:
        """Take in the rows that have come since; `keep_on` raises when nobody waits for it any more."""
        self._begin(news, folder)
        while self._take_some(news):
            keep_on()

    def find(
        self, news: News, query: str, folder: Path, *, keep_on: _KeepOn, tell: Callable[[FoundHere], None]
    ) -> FoundHere:
        """Where the rows hold the query. While rows have still to be made ready, `tell` says what was found so far."""
        self._begin(news, folder)
        hits: list[Hit] = []
        times_ns = array("q")
        reached, told_s = 0, time.monotonic()
        while True:
            room = max(0, LISTED - len(hits))
            found = self._search.find(query, first=reached, whole=room)
            hits += [
                Hit(folder, hit.at_ns, hit.kind, hit.context, hit.row.window or "", found=hit.found_in_context)
                for hit in found.hits
            ]
            times_ns.extend(found.times_ns)
            reached = len(self._search)
            keep_on()
            if not self._take_some(news):
                return _found(hits, times_ns, is_all=True)
            if time.monotonic() - told_s >= TELL_EVERY_S:
                told_s = time.monotonic()
                tell(_found(hits, times_ns, is_all=False))

    def _begin(self, news: News, folder: Path) -> None:
        if self._of != (folder, news.revision):
            self._search, self._of = RowSearch(), (folder, news.revision)

    def _take_some(self, news: News) -> bool:
        """Make some more rows ready; False if all are."""
        start = len(self._search)
        self._search.add(news.rows[start : min(start + _ROWS_AT_ONCE, news.settled)])
        return len(self._search) > start


def _found(hits: list[Hit], times_ns: "array[int]", *, is_all: bool) -> FoundHere:
    times = np.array(times_ns, np.int64)
    times.sort()
    return FoundHere(tuple(sorted(hits, key=lambda hit: hit.at_ns)), times, is_all)


def _version(news: News | None) -> tuple[int, int] | None:
    return None if news is None else (news.revision, news.settled)
