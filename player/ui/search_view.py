"""What was found: in this recording as you type, and in the whole library."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from player.ui.access import Hit, Hits
from player.ui.hit_preview import HitPreview
from player.ui.library_view import items_view
from player.ui.list_delegates import HitDelegate
from player.ui.list_models import Heading, ItemsModel
from resources.ui.look import Look
from resources.ui.widgets import plain_label

LISTED = 2000  # rows; more are on the timeline, and typing on narrows them


class SearchView(QWidget):
    """Two groups under their headings; choosing a hit asks for its moment."""

    hit_chosen = Signal(object)  # Hit
    hit_shown = Signal(object)  # the Hit that is current in the list, None: none is

    def __init__(self, *, look: Look) -> None:
        super().__init__()
        self._look = look
        self._here: tuple[Hit, ...] = ()
        self._here_count = 0
        self._has_all_here = self._has_all_elsewhere = True
        self._elsewhere = Hits(())
        self._query = ""
        self._chosen: Hit | None = None  # opened last: while its recording opens it is in neither group
        self.model: ItemsModel[Hit] = ItemsModel(lambda hit: hit.text, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._message = plain_label(part="dim", wraps=True)
        self._message.setContentsMargins(16, 16, 16, 16)
        self.view = items_view()
        self.view.setAccessibleName(look.words("search.title"))
        self.view.setItemDelegate(HitDelegate(look, self.view))
        self.view.setModel(self.model)
        column.addWidget(self._message)
        column.addWidget(self.view, 1)
        self.preview = HitPreview(look=look)
        self.preview.open_requested.connect(self.hit_chosen)
        column.addWidget(self.preview)
        self.view.selectionModel().currentChanged.connect(lambda index, _before: self._show_current(index))
        self.view.clicked.connect(self._choose)
        self.view.activated.connect(self._choose)
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As Qt asks it."""
        super().resizeEvent(event)
        self.preview.fit_into(self.height())

    def show_query(self, query: str) -> None:
        """This is looked for now; what was found before is forgotten."""
        self._query, self._chosen = query.strip(), None
        self._here, self._here_count, self._elsewhere = (), 0, Hits(())
        self._has_all_here = self._has_all_elsewhere = not self._query
        self._show()

    def show_here(self, hits: Sequence[Hit], count: int, *, is_all: bool = True) -> None:
        """Found in the open recording; `count` may be more than are listed, and more may come if that is not all."""
        self._here, self._here_count, self._has_all_here = tuple(hits), count, is_all
        self._show()

    def show_elsewhere(self, hits: Hits, *, is_all: bool) -> None:
        """Found in other recordings; more may come if that is not all."""
        self._elsewhere, self._has_all_elsewhere = hits, is_all
        self._show()

    def choose_next(self, direction: int) -> None:
        """The next hit in the list, or the one before."""
        number = self.view.currentIndex().row()
        while 0 <= (number := number + direction) < self.model.rowCount():
            if not isinstance(self.model.item_at(number), Heading):
                index = self.model.index(number)
                self.view.setCurrentIndex(index)
                self._choose(index)
                return

    def _show_current(self, index: QModelIndex) -> None:
        item = self.model.item_at(index.row()) if index.isValid() else None
        self.hit_shown.emit(item if isinstance(item, Hit) else None)

    def _show(self) -> None:
        lines = self._lines()
        self._show_lines(lines)
        message = "\n\n".join(filter(None, (self._said_of(lines), self._said_of_missed())))
        self._message.setText(message)
        self._message.setVisible(bool(message))

    def _lines(self) -> list[Hit | Heading]:
        words = self._look.words
        lines: list[Hit | Heading] = []
        if self._here:
            more = "" if self._has_all_here else "…"
            lines += [Heading(words("search.here", count=f"{self._here_count:,}{more}")), *self._here]
        if self._elsewhere.hits:
            more = "+" if self._elsewhere.is_cut else ""
            lines += [Heading(words("search.elsewhere", count=f"{len(self._elsewhere.hits):,}{more}"))]
            lines += self._elsewhere.hits
        return lines

    def _said_of(self, lines: list[Hit | Heading]) -> str:
        words = self._look.words
        if self._elsewhere.problem:
            return words.said(self._elsewhere.problem)
        if not self._query:
            return words("search.ask")
        has_all = self._has_all_here and self._has_all_elsewhere
        return "" if lines else words("search.nothing" if has_all else "search.searching")

    def _said_of_missed(self) -> str:
        """Nothing found in what was not read must not be taken for nothing there."""
        missed, words = self._elsewhere.missed, self._look.words
        if not missed:
            return ""
        key = "search.missed_one" if len(missed) == 1 else "search.missed"
        first = missed[0]
        return words(key, count=len(missed), recording=first.session_id, why=words.said(first.sentence))

    def _show_lines(self, lines: list[Hit | Heading]) -> None:
        """More may have come: what was chosen stays chosen, and the list stays where it was scrolled to."""
        number, place = self.view.currentIndex().row(), self.view.verticalScrollBar().value()
        chosen = self.model.item_at(number) if number >= 0 else self._chosen
        self.model.show(lines)
        found = _line_of(chosen, lines) if isinstance(chosen, Hit) else None
        if found is not None:
            self.view.setCurrentIndex(self.model.index(found))
            self.view.verticalScrollBar().setValue(place)
        else:
            self.hit_shown.emit(None)

    def _choose(self, index: QModelIndex) -> None:
        item = self.model.item_at(index.row())
        if isinstance(item, Hit):
            self._chosen = item
            self.hit_chosen.emit(item)


def _line_of(hit: Hit, lines: Sequence[Hit | Heading]) -> int | None:
    """Where this hit stands now: in the recording that it opened, it is told in that recording's own words."""
    if hit in lines:
        return lines.index(hit)
    moment = (hit.folder, hit.at_ns)
    return next(
        (number for number, one in enumerate(lines) if isinstance(one, Hit) and (one.folder, one.at_ns) == moment), None
    )
