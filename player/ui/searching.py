"""Search as you type: this recording's rows on a thread of its own, and the whole library through the desk."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from player.search import RowSearch
from player.ui.access import Hit, Hits
from player.ui.background import Line
from player.ui.desk import Desk
from player.ui.reading import News
from player.ui.search_view import LISTED, SearchView, hit_times
from player.ui.signals import HomeCarrier
from recorder.errors import WorldError

_ROWS_AT_ONCE = 5000
LONGEST_QUERY = 1000  # characters; nobody types more, and a pasted file must not stop the window


class Searching(QObject):
    """Knows what is looked for; shows what was found in the view, and its moments by `marked`."""

    marked = Signal(object)  # the moments in this recording, in order

    def __init__(self, desk: Desk, view: SearchView, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._view = view
        self._news: News | None = None
        self._query = ""
        self._is_searching_here = self._is_searching_elsewhere = False
        self._home = HomeCarrier(self)
        self._rows = FoldedRows()
        self._line = Line("searching_here", home=self._home.carry)
        desk.found.connect(self._found_elsewhere)

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
        self._view.show_query(self._query)
        self._search_here()
        self._is_searching_elsewhere = True
        self._desk.search_library(self._query)

    def show_news(self, news: News | None) -> None:
        """These are the rows to search; None: no recording is open."""
        has_changed = _version(news) != _version(self._news)
        self._news = news
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
            self._view.show_here((), 0)
            self.marked.emit(hit_times(()))
            return

        self._is_searching_here = True
        self._line.ask(
            lambda keep_on: self._rows.find(news, query, folder, keep_on),
            then=self._found_here,
            failed=self._failed,
        )

    def _found_here(self, found: tuple[Hit, ...]) -> None:
        self._is_searching_here = False
        self._view.show_here(found[:LISTED], len(found))
        self.marked.emit(hit_times(found))

    def _failed(self, error: WorldError) -> None:
        self._is_searching_here = False
        self._view.show_elsewhere(Hits((), problem=str(error)))

    def _found_elsewhere(self, query: str, hits: Hits) -> None:
        if query == self._query:
            self._is_searching_elsewhere = False
            others = tuple(hit for hit in hits.hits if hit.folder != self._desk.folder)
            self._view.show_elsewhere(Hits(others, hits.is_cut, hits.problem))


class FoldedRows:
    """The rows of one recording made ready to be searched once, and then only those that have come since."""

    def __init__(self) -> None:
        self._search = RowSearch()
        self._of: tuple[Path, int] | None = None

    def make_ready(self, news: News, folder: Path, keep_on: Callable[[], None]) -> None:
        """Take in the rows that have come since; `keep_on` raises when nobody waits for it any more."""
        if self._of != (folder, news.revision):
            self._search, self._of = RowSearch(), (folder, news.revision)
        for start in range(len(self._search), news.settled, _ROWS_AT_ONCE):
            keep_on()
            self._search.add(news.rows[start : min(start + _ROWS_AT_ONCE, news.settled)])

    def find(self, news: News, query: str, folder: Path, keep_on: Callable[[], None]) -> tuple[Hit, ...]:
        """Where the rows hold the query."""
        self.make_ready(news, folder, keep_on)
        return tuple(
            Hit(folder, hit.at_ns, hit.row.kind, hit.row.text, hit.row.window or "") for hit in self._search.find(query)
        )


def _version(news: News | None) -> tuple[int, int] | None:
    return None if news is None else (news.revision, news.settled)
