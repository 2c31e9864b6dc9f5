"""The library: recordings by day, with a filter; choosing one opens it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from PySide6.QtCore import QLocale, QModelIndex, QSize, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QListView, QVBoxLayout, QWidget

from player.facets import Facets, select
from player.timeline import clock_text, time_text
from player.ui.access import Entry, EntryState, Level
from player.ui.facet_chips import FacetChips
from player.ui.facet_words import traits_of
from player.ui.library_bar import LibraryButton
from player.ui.list_delegates import EntryDelegate
from player.ui.list_models import Heading, ItemsModel, holds, today_there
from player.ui.list_orders import Order, ordered
from player.ui.order_button import OrderButton
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.widgets import filter_box, icon_button, lead_down, plain_label, rule


def items_view() -> QListView:
    """A list of items that are painted by a delegate."""
    view = QListView()
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setResizeMode(QListView.ResizeMode.Adjust)
    view.setMouseTracking(True)
    return view


class LibraryView(QWidget):
    """Shows the entries it is given."""

    recording_chosen = Signal(object)  # Path
    reload_requested = Signal()
    facets_changed = Signal(object)  # Facets
    order_changed = Signal(object)  # Order

    def __init__(self, *, look: Look) -> None:
        super().__init__()
        self._look = look
        self._entries: tuple[Entry, ...] = ()
        self._open_folder: Path | None = None
        self._library = ""
        self._problem = ""
        self.facets = Facets()
        self.order = Order.NEWEST
        self.model: ItemsModel[Entry] = ItemsModel(_entry_text, self, tip_of=self._tip_text)
        self._assemble()
        self.filter.textChanged.connect(self._show)
        self.view.clicked.connect(self._choose)
        self.view.activated.connect(self._choose)

    def show_entries(self, entries: Sequence[Entry], library: Path) -> None:
        """These are the recordings of the library in this folder."""
        self._entries, self._library, self._problem = tuple(entries), str(library), ""
        self._show()

    def show_level(self, folder: Path, level: Level) -> None:
        """This is the verdict on a recording of the list."""
        before = self._entries
        self._entries = tuple(replace(entry, level=level) if entry.folder == folder else entry for entry in before)
        if self._entries != before:
            self._show()

    def show_problem(self, sentence: str) -> None:
        """The library, or one of several, cannot be read, for this reason: what was shown stays, and that is said."""
        if sentence != self._problem:
            self._problem = sentence
            self._show()

    def show_elsewhere(self) -> None:
        """Another library is shown from now on: nothing of the one before stays."""
        self._entries, self._problem = (), ""
        self._show()

    def show_facets(self, facets: Facets) -> None:
        """Only the recordings of which these hold are shown."""
        if facets != self.facets:
            self.facets = facets
            self.chips.show_facets(facets)
            self._show()
            self.facets_changed.emit(facets)

    def show_order(self, order: Order) -> None:
        """In this order from now on."""
        if order is not self.order:
            self.order = order
            self.order_button.show_order(order)
            self._show()
            self.view.scrollToTop()
            self.order_changed.emit(order)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All recordings, whatever is shown of them."""
        return self._entries

    def show_open(self, folder: Path | None) -> None:
        """This recording is open."""
        self._open_folder = folder
        self._delegate.open_entry = next((entry for entry in self._entries if entry.folder == folder), None)
        self.view.viewport().update()

    def sizeHint(self) -> QSize:
        """As Qt asks it."""
        return QSize(280, 600)

    def _assemble(self) -> None:
        words = self._look.words
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.filter = filter_box(self._look, words("library.filter"), icon="filter", tip=words("library.filter_tip"))
        for bar in (self._library_bar(), self._filter_bar()):
            column.addLayout(bar)
        self.chips = FacetChips(look=self._look)
        self.chips.changed.connect(self.show_facets)
        column.addWidget(self.chips)
        column.addWidget(rule())
        self._warning = plain_label(part="warning", wraps=True)
        self._warning.hide()
        column.addWidget(self._warning)
        self._message = plain_label(words("library.reading"), part="dim", wraps=True)
        self._message.setContentsMargins(16, 16, 16, 16)
        column.addWidget(self._message)
        self.view = items_view()
        self.view.setAccessibleName(words("library.title"))
        self._delegate = EntryDelegate(self._look, self.view)
        self.view.setItemDelegate(self._delegate)
        self.view.setModel(self.model)
        lead_down(self.filter, self.view)
        column.addWidget(self.view, 1)

    def _library_bar(self) -> QHBoxLayout:
        words, bar = self._look.words, QHBoxLayout()
        bar.setContentsMargins(8, 8, 8, 0)
        bar.setSpacing(2)
        self.libraries = LibraryButton(look=self._look)
        self.import_button = icon_button(self._look, "import", words("libraries.import_tip"))
        self.import_button.clicked.connect(lambda: self.libraries.import_requested.emit())
        bar.addWidget(self.libraries, 1)
        bar.addWidget(self.import_button)
        bar.addWidget(icon_button(self._look, "refresh", words("library.reload"), pressed=self.reload_requested.emit))
        return bar

    def _filter_bar(self) -> QHBoxLayout:
        words, bar = self._look.words, QHBoxLayout()
        bar.setContentsMargins(12, 4, 8, 8)
        bar.setSpacing(2)
        self.order_button = OrderButton(look=self._look)
        self.order_button.chosen.connect(self.show_order)
        self.facet_button = icon_button(self._look, "facets", words("library.facets"))
        self.saved_button = icon_button(self._look, "saved", words("library.saved"))
        bar.addWidget(self.filter, 1)
        bar.addSpacing(2)
        bar.addWidget(self.order_button)
        bar.addWidget(self.facet_button)
        bar.addWidget(self.saved_button)
        return bar

    def _show(self) -> None:
        words, needle = self._look.words, self.filter.text()
        selected = select(self._entries, self.facets, traits_of)
        seen = [entry for entry in selected.items if holds(entry, needle)]
        self._delegate.has_days = self.order is Order.NEWEST
        self._show_lines(ordered(seen, self.order, words, day_text=self._day_text))
        self._warning.setText(self._warning_text())
        self._warning.setVisible(bool(self._problem))
        if not self._entries:
            message = "" if self._problem else words("library.empty", folder=visible(self._library))
        else:
            message = "" if seen else words("library.none_match")
        if selected.unknown:
            message = "\n\n".join(part for part in (message, words("facet.unknown", count=selected.unknown)) if part)
        self._message.setText(message)
        self._message.setVisible(bool(message))
        self.show_open(self._open_folder)

    def _warning_text(self) -> str:
        words = self._look.words
        kept = words("library.kept") if self._entries and self._problem else ""
        return "\n".join(part for part in (visible(words.said(self._problem)), kept) if part)

    def _show_lines(self, lines: list[Entry | Heading]) -> None:
        """The list may be shown anew at any time: it stays where it was scrolled to, with the same line chosen."""
        number, place = self.view.currentIndex().row(), self.view.verticalScrollBar().value()
        before = self.model.item_at(number) if number >= 0 else None
        self.model.show(lines)
        for line, item in enumerate(lines):
            if isinstance(item, Entry) and isinstance(before, Entry) and item.folder == before.folder:
                self.view.setCurrentIndex(self.model.index(line))
        self.view.verticalScrollBar().setValue(place)

    def _tip_text(self, entry: Entry) -> str:
        """Everything the list knows, in words: also what it shows as a sign only, or has no room for."""
        words = self._look.words
        if entry.state is EntryState.UNREADABLE:
            return f"{entry.folder.name}\n{visible(words.said(entry.problem))}"
        started_ns, length_ns = entry.started_wall_ns, entry.duration_ns
        is_recording = entry.state is EntryState.RECORDING
        length = "" if length_ns is None else time_text(length_ns, milliseconds=False)
        lines = (
            " @ ".join(part for part in (entry.operator, entry.host) if part),
            "" if started_ns is None else clock_text(started_ns, entry.utc_offset_s),
            words("library.recording") if is_recording else length,
            entry.purpose or "",
            words("library.interrupted") if entry.state is EntryState.INTERRUPTED else "",
            words("library.expired_long") if entry.state is EntryState.EXPIRED else "",
            "" if is_recording else words(f"verdict.{entry.level.value}"),
            words.either(f"facet_review.{entry.review}", "") if entry.review else "",
            words("library.applications", names=", ".join(entry.applications)) if entry.applications else "",
            *(
                words("library.alerts", severity=words(f"facet_severity.{one}"), count=n)
                for one, n in entry.alerts or ()
            ),
            str(entry.folder),
        )
        return "\n".join(visible(line) for line in lines if line)

    def _day_text(self, day: date) -> str:
        words = self._look.words
        today = today_there(self._entries[0].utc_offset_s)
        name = QLocale(words.language).dayName(day.isoweekday(), QLocale.FormatType.ShortFormat)
        text = words("library.day", date=day.isoformat(), weekday=name)
        if day == today:
            return words("library.today", day=text)
        return words("library.yesterday", day=text) if day == today - timedelta(days=1) else text

    def _choose(self, index: QModelIndex) -> None:
        item = self.model.item_at(index.row())
        if not isinstance(item, Heading):
            self.recording_chosen.emit(item.folder)


def _entry_text(entry: Entry) -> str:
    return " ".join(part for part in (entry.operator, entry.host, entry.purpose) if part) or entry.folder.name
