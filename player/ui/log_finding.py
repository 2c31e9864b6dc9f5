"""Finds which rows the operation log is to show, on a thread of its own: the table of rows belongs to that thread."""

from collections.abc import Callable
from dataclasses import dataclass

from player.log_lines import ALL_OPEN, Folding, Lines, Places, grouped_lines, plain_lines
from player.row_filter import EVERYTHING, RowFilter
from player.row_table import RowTable
from player.ui.background import Home, Line
from player.ui.reading import News
from recorder.errors import WorldError


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants to see of the log."""

    rows: RowFilter = EVERYTHING
    is_grouped: bool = False
    folding: Folding = ALL_OPEN

    @property
    def is_plain(self) -> bool:
        """Whether it is every row as it came, so that nothing has to be found."""
        return self.rows.is_empty and not self.is_grouped


@dataclass(frozen=True, slots=True)
class FoundRows:
    """The answer: these lines, the places of their rows (folded ones too), and which applications the log knows."""

    news: News
    wish: Wish
    lines: Lines
    places: Places
    applications: tuple[tuple[str, int], ...]


class LogFinding:
    """Calls `on_found` or `on_failed` at home. Another wish replaces the one in hand; more rows wait for its answer."""

    def __init__(
        self, *, home: Home, on_found: Callable[[FoundRows], None], on_failed: Callable[[WorldError], None]
    ) -> None:
        self._line = Line("filtering", home=home)
        self._on_found, self._on_failed = on_found, on_failed
        self._table = RowTable()
        self._in_hand: Wish | None = None
        self._next: News | None = None

    @property
    def is_settled(self) -> bool:
        """Whether everything asked has been answered."""
        return self._in_hand is None

    def ask(self, news: News, wish: Wish) -> None:
        """Find what this wish means in these rows."""
        if wish == self._in_hand:
            self._next = news
            return
        self._in_hand, self._next = wish, None
        table = self._table
        self._line.ask(
            lambda keep_on: _found(table, news, wish, keep_on), then=self._answered, failed=self._not_answered
        )

    def forget(self) -> None:
        """The rows are those of another recording now."""
        self._line.forget()
        self._in_hand = self._next = None
        self._table = RowTable()

    def stop(self) -> None:
        """End the thread."""
        self._line.stop()

    def _answered(self, found: FoundRows) -> None:
        self._in_hand, more, self._next = None, self._next, None
        self._on_found(found)
        if more is not None and self._in_hand is None:
            self.ask(more, found.wish)

    def _not_answered(self, error: WorldError) -> None:
        self._in_hand = self._next = None
        self._on_failed(error)


def _found(table: RowTable, news: News, wish: Wish, keep_on: Callable[[], None]) -> FoundRows:
    table.take(news.rows, settled=news.settled, revision=news.revision, keep_on=keep_on)
    places = table.places(wish.rows, keep_on=keep_on)
    lines = grouped_lines(places, table.window_codes(places), wish.folding) if wish.is_grouped else plain_lines(places)
    return FoundRows(news, wish, lines, places, table.applications())
