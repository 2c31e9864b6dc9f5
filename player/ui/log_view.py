"""The operation log beside the picture: follows the playing position, and a click shows a row's moment."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from player.log_lines import Lines, Places, plain_lines
from player.row_filter import EVERYTHING, RowFilter
from player.ui.background import Home
from player.ui.folding_rows import NO_FOLDS, Folds, folds_of
from player.ui.log_actions import LogActions, OutputRow, key_of
from player.ui.log_chips import ChipRow
from player.ui.log_columns import RowTexts
from player.ui.log_details import LogDetails
from player.ui.log_finding import FoundRows, LogFinding, Wish
from player.ui.log_menus import Applications, ColumnsMenu, FilterMenu, add_named
from player.ui.log_model import LogModel
from player.ui.log_output import LogOutput
from player.ui.log_table import LogTable
from player.ui.reading import News
from player.ui.what_to_paint import GRAVE
from recorder.errors import WorldError
from resources.row_words import RowWords
from resources.ui.look import Look
from resources.ui.settings import Settings
from resources.ui.widgets import filter_box, icon_button, lead_down, plain_label, rule, text_button


class LogView(QWidget):
    """Rows, what narrows them, and the chosen row in full."""

    moment_chosen = Signal(object)  # at_ns (32 bits are not enough)
    bookmark_requested = Signal(object)  # at_ns
    rows_exported = Signal(object)  # Exported
    rows_copied = Signal(object)  # how many

    def __init__(self, *, look: Look, home: Home, settings: Settings, wall_ns: Callable[[int], int | None]) -> None:
        super().__init__()
        self._look, self._settings = look, settings
        self._news: News | None = None
        self._wish = Wish(is_grouped=settings.value("log_grouped") in (True, "true"))
        self._shown = Wish()  # what the lines that are shown answer
        self._applications: Applications = ()
        self.places: Places = np.empty(0, np.int64)  # of the rows that are shown, those in folded groups too
        self._shown_news: News | None = None
        self._position_ns = 0
        self._is_unfolded = False
        self._finding = LogFinding(home=home, on_found=self._found, on_failed=self._could_not_find)
        self.output = LogOutput(home=home, parent=self)
        self.model = LogModel(RowTexts(look.words, RowWords(look.words), wall_ns), self)
        self.actions_on_rows = LogActions(self, look=look, output=self.output)
        self._assemble()
        self._connect()
        self._say_count()

    # --- what it is told ----------------------------------------------------------------------------------------------

    @property
    def wanted(self) -> RowFilter:
        """What narrows the log now."""
        return self._wish.rows

    @property
    def is_settled(self) -> bool:
        """Whether what is shown is what was asked for."""
        return self._finding.is_settled

    def show_recording(self, news: News | None, utc_offset_s: int = 0) -> None:
        """Show this recording's rows; None: no recording is open."""
        self._finding.forget()
        self.output.cancel()
        self.output_row.say("")
        self._news, self._shown_news, self._applications, self._is_unfolded = news, None, (), False
        self.model.texts = replace(self.model.texts, utc_offset_s=utc_offset_s)
        rows = replace(self._wish.rows, applications=None, windows=None)  # another recording has others
        self._wish = Wish(rows, is_grouped=self._wish.is_grouped)
        self.chips.show_filter(rows)
        self.details.hide()
        self._take_breaks()
        self._show_again()

    def show_news(self, news: News) -> None:
        """More rows have come, or may have."""
        before, self._news = self._news, news
        self._take_breaks()
        is_other = before is None or before.revision != news.revision or self._folds() != self.model.folds
        if before is None or is_other or not (self._wish.is_plain and self._shown.is_plain):
            self._show_again()
            return
        self.model.go_on(news.rows, self._plain_lines(news), first=before.settled)
        self._is_shown(news, self._wish, np.arange(len(news.rows), dtype=np.int64))
        self._finding.ask(news, self._wish)

    def follow(self, at_ns: int) -> None:
        """Mark the row at the playing position, and keep it in sight."""
        self._position_ns = at_ns
        is_read = self._news is not None and self._news.is_read_at(at_ns)  # else the row of this moment is to come
        line = self.model.line_at(at_ns) if is_read else None
        if line != self.view.delegate.current_line:
            self.view.mark(line)
            self.view.keep_in_sight()

    def narrow(self, wanted: RowFilter) -> None:
        """Show these rows only."""
        if wanted.text != self.filter.text():
            self.filter.blockSignals(True)
            self.filter.setText(wanted.text)
            self.filter.blockSignals(False)
        self._wish = replace(self._wish, rows=wanted)
        self.chips.show_filter(wanted)
        self._show_again()

    def group(self, *, is_grouped: bool) -> None:
        """Put a head above the rows of each stretch in one window, or do not."""
        self._settings.setValue("log_grouped", is_grouped)
        self._wish = Wish(self._wish.rows, is_grouped=is_grouped)
        self.group_button.setChecked(is_grouped)
        self._show_again()

    def stop(self) -> None:
        """End its threads."""
        self._finding.stop()
        self.output.stop()

    # --- put together -------------------------------------------------------------------------------------------------

    def _assemble(self) -> None:
        words = self._look.words
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.view = LogTable(self.model, look=self._look, settings=self._settings)
        self.view.setAccessibleName(words("log.title"))
        self.view.setAccessibleDescription(words("log.described"))
        self.chips = ChipRow(look=self._look)
        column.addLayout(self._tools())
        lead_down(self.filter, self.view)
        column.addWidget(self.chips)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.view)
        self._pages.addWidget(self._empty_page())
        column.addWidget(self._pages, 1)
        self.count_label = plain_label(part="dim")
        self.count_label.setContentsMargins(12, 5, 12, 6)
        column.addWidget(rule())
        column.addWidget(self.count_label)
        self.output_row = OutputRow(look=self._look, output=self.output)
        column.addWidget(self.output_row)
        self.details = LogDetails()
        column.addWidget(self.details)

    def _tools(self) -> QHBoxLayout:
        words = self._look.words
        self.filter = filter_box(self._look, words("log.filter"), icon="filter")
        self.filter_button = icon_button(self._look, "log_filter", words("log_filter.title"))
        self.filter_menu = FilterMenu(
            look=self._look,
            parent=self,
            wanted=lambda: self._wish.rows,
            applications=lambda: self._applications,
            changed=self.narrow,
        )
        self.group_button = icon_button(self._look, "log_group", words("log.group_by_window"), checkable=True)
        self.group_button.setChecked(self._wish.is_grouped)
        self.more_button = icon_button(self._look, "more", words("log.more"))
        self.columns_menu = ColumnsMenu(words("log_columns.title"), look=self._look, table=self.view, parent=self)
        for button, menu in ((self.filter_button, self.filter_menu), (self.more_button, self._more_menu())):
            button.setPopupMode(button.ToolButtonPopupMode.InstantPopup)
            button.setMenu(menu)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 8, 8)
        bar.setSpacing(4)
        bar.addWidget(self.filter, 1)
        for button in (self.filter_button, self.group_button, self.more_button):
            bar.addWidget(button)
        return bar

    def _more_menu(self) -> QMenu:
        words, menu = self._look.words, QMenu(self)
        menu.addMenu(self.columns_menu)
        menu.addSeparator()
        add_named(menu, words("log.fold_all"), lambda: self._fold_all(is_folded=True))
        add_named(menu, words("log.unfold_all"), lambda: self._fold_all(is_folded=False))
        menu.addSeparator()
        add_named(menu, words("log_out.export"), self.actions_on_rows.export_rows, key=key_of("export_rows"))
        return menu

    def _empty_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(12)
        self.empty_label = plain_label(part="dim", wraps=True)
        self.empty_label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words = self._look.words
        self.all_button = text_button(
            self._look, words("log_filter.show_all"), words("log_filter.show_all"), part="live"
        )
        column.addStretch(1)
        column.addWidget(self.empty_label)
        column.addWidget(self.all_button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
        return page

    def _connect(self) -> None:
        self.view.clicked.connect(self._clicked)
        self.view.activated.connect(self._choose)
        self.view.menu_requested.connect(self.actions_on_rows.show_row_menu)
        header = self.view.horizontalHeader()
        header.customContextMenuRequested.connect(lambda place: self.columns_menu.popup(header.mapToGlobal(place)))
        self.filter.textChanged.connect(lambda text: self.narrow(replace(self._wish.rows, text=text)))
        self.chips.changed.connect(self.narrow)
        self.group_button.toggled.connect(lambda is_on: self.group(is_grouped=is_on))
        self.all_button.clicked.connect(lambda: self.narrow(EVERYTHING))
        # The view learns how far it can be scrolled some time after rows have come or its size has changed.
        self.view.verticalScrollBar().rangeChanged.connect(self.view.keep_in_sight)
        self.output.exported.connect(self.rows_exported)
        self.output.copied.connect(self.rows_copied)

    # --- what is shown ------------------------------------------------------------------------------------------------

    def _show_again(self) -> None:
        news = self._news
        if news is None:
            self.model.show((), _NO_LINES)
            self._is_shown(None, Wish(), _NO_LINES.entries)
            return
        if self._wish.is_plain:
            self.view.show_lines(news, self._plain_lines(news), folds=self._folds())
            self._is_shown(news, self._wish, np.arange(len(news.rows), dtype=np.int64))
        self._finding.ask(news, self._wish)  # where nothing is narrowed, for the applications and to be ready

    def _found(self, found: FoundRows) -> None:
        self._applications = found.applications
        if found.wish != self._wish or found.wish.is_plain:
            return
        before = self._shown_news
        if before is not None and found.wish == self._shown and before.revision == found.news.revision:
            self.model.go_on(found.news.rows, found.lines, first=before.settled)
        else:
            self.view.show_lines(found.news, found.lines)
        self._is_shown(found.news, found.wish, found.places)

    def _is_shown(self, news: News | None, wish: Wish, places: Places) -> None:
        self._shown_news, self._shown, self.places = news, wish, places
        self.view.delegate.current_line = None
        self._say_count()
        self.follow(self._position_ns)

    def _could_not_find(self, error: WorldError) -> None:
        self.count_label.setText(self._look.words.said(str(error)))

    def _plain_lines(self, news: News) -> Lines:
        places = np.arange(len(news.rows), dtype=np.int64)
        hidden = self._folds().hidden
        return plain_lines(np.delete(places, hidden) if hidden else places)

    def _folds(self) -> Folds:
        if self._news is None or self._is_unfolded or not self._wish.is_plain:
            return NO_FOLDS
        rows = self.model.texts.rows
        return folds_of(self._news.rows, self._look.words, name_of=lambda name: rows.say("source", name))

    def _take_breaks(self) -> None:
        """Where evidence is altered or missing, rows may be: the list is marked there."""
        spans = self._news.spans if self._news is not None else ()
        self.view.delegate.breaks_ns = sorted(span.start_ns for span in spans if span.kind in GRAVE)

    def _say_count(self) -> None:
        words, news = self._look.words, self._news
        every = f"{len(news.rows):,}" if news is not None else "0"
        if news is None:
            text = words("log.nothing_open")
        elif not news.is_complete:
            text = words("log.reading", all=every)
        elif not self._shown.rows.is_empty:
            text = words("log.some", shown=f"{len(self.places):,}", all=every)
        else:
            text = words("log.all", all=every) if news.rows else words("log.empty")
        self.count_label.setText(text)
        is_narrowed_to_nothing = not self._shown.rows.is_empty and not len(self.places)
        self.empty_label.setText(words("log_filter.nothing"))
        self._pages.setCurrentIndex(1 if is_narrowed_to_nothing else 0)

    # --- what a person does -------------------------------------------------------------------------------------------

    def _clicked(self, index: QModelIndex) -> None:
        """A click goes to the row's moment; one that adds to the selection does not."""
        modifiers = QGuiApplication.keyboardModifiers()
        if not modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier):
            self._choose(index)

    def _choose(self, index: QModelIndex) -> None:
        line = index.row()
        row, group = self.model.row_at(line), self.model.group_at(line)
        if group is not None:
            self._wish = replace(self._wish, folding=self._wish.folding.toggled(group.first))
            self._show_again()
        elif self.model.is_folded(line):
            self._is_unfolded = True
            self._show_again()
        else:
            self.details.show_row(row, self.model.texts)
        self.moment_chosen.emit(row.at_ns)

    def _fold_all(self, *, is_folded: bool) -> None:
        if not self._wish.is_grouped:
            self.group(is_grouped=True)
        self._wish = replace(self._wish, folding=replace(self._wish.folding, starts=frozenset(), is_inverse=is_folded))
        self._show_again()


_NO_LINES = plain_lines(np.empty(0, np.int64))
