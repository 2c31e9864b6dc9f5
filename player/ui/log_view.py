"""The operation log beside the picture: follows the playing position, and a click shows a row's moment."""

from array import array

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QMenu, QTableView, QVBoxLayout, QWidget

from player.timeline import clock_text, time_text
from player.ui.background import Home, Line
from player.ui.finding_rows import matching_rows
from player.ui.folding_rows import NO_FOLDS, Folds, folds_of
from player.ui.inert import visible
from player.ui.log_delegate import LogDelegate
from player.ui.log_model import LogModel
from player.ui.look import Look, code_font
from player.ui.reading import News
from player.ui.what_to_paint import GRAVE
from player.ui.widgets import filter_box, icon_button, panel, plain_label, rule
from recorder.errors import WorldError
from recorder.logrow import KINDS, LogRow


def rows_view(delegate_height_px: int) -> QTableView:
    """A list of rows of one fixed height: a million of them scroll smoothly, since no row is measured."""
    view = QTableView()
    view.horizontalHeader().hide()
    view.horizontalHeader().setStretchLastSection(True)
    vertical = view.verticalHeader()
    vertical.hide()
    vertical.setSectionResizeMode(vertical.ResizeMode.Fixed)
    vertical.setMinimumSectionSize(delegate_height_px)
    vertical.setDefaultSectionSize(delegate_height_px)
    view.setShowGrid(False)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setTabKeyNavigation(False)
    view.setMouseTracking(True)
    view.setWordWrap(False)
    return view


class LogView(QWidget):
    """Rows, a filter by kind and text, and the chosen row in full."""

    moment_chosen = Signal(object)  # at_ns (32 bits are not enough)

    def __init__(self, *, look: Look, home: Home) -> None:
        super().__init__()
        self._look = look
        self._news: News | None = None
        self._kinds: frozenset[str] | None = None
        self._position_ns = 0
        self._is_filtering = False
        self._is_unfolded = False
        self._utc_offset_s, self._started_wall_ns = 0, 0
        self._filtering = Line("filtering", home=home)
        self.model = LogModel(self)
        self._assemble()
        self.view.clicked.connect(self._choose)
        self.view.activated.connect(self._choose)
        self.filter.textChanged.connect(self._filter_again)
        # The view learns how far it can be scrolled some time after rows have come or its size has changed.
        self.view.verticalScrollBar().rangeChanged.connect(self._keep_in_sight)
        self._say_count()

    # --- what it is told ----------------------------------------------------------------------------------------------

    def show_recording(self, news: News | None, utc_offset_s: int = 0, started_wall_ns: int = 0) -> None:
        """Show this recording's rows; None: no recording is open."""
        self._news = news
        self._utc_offset_s, self._started_wall_ns = utc_offset_s, started_wall_ns
        self._is_unfolded = False
        self._details.hide()
        self._take_breaks()
        self._filter_again()

    def show_news(self, news: News) -> None:
        """More rows have come, or may have."""
        before, self._news = self._news, news
        self._take_breaks()
        is_other = before is None or before.revision != news.revision or self._folds() != self._folds_shown()
        if before is None or is_other or self._is_filtering:
            self._filter_again()
            return
        places = None
        if self._is_filtered():
            places = matching_rows(news.rows, first=before.settled, kinds=self._kinds, needle=self._needle())
        self.model.go_on(news.rows, first=before.settled, places=places)
        self._say_count()
        self._delegate.current_line = None
        self.follow(self._position_ns)

    def follow(self, at_ns: int) -> None:
        """Mark the row at the playing position, and keep it in sight."""
        self._position_ns = at_ns
        is_read = self._news is not None and self._news.is_read_at(at_ns)  # else the row of this moment is to come
        line = self.model.line_at(at_ns) if is_read else None
        if line == self._delegate.current_line:
            return
        self._delegate.current_line = line
        self.view.viewport().update()
        self._keep_in_sight()

    def stop(self) -> None:
        """End the thread that filters."""
        self._filtering.stop()

    def _keep_in_sight(self) -> None:
        """Scroll to the current row, unless the person has a hand on the list."""
        line = self._delegate.current_line
        if line is not None and not self.view.verticalScrollBar().isSliderDown() and not self.view.underMouse():
            self.view.scrollTo(self.model.index(line), QAbstractItemView.ScrollHint.PositionAtCenter)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _assemble(self) -> None:
        words = self._look.words
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.filter = filter_box(self._look, words("log.filter"), icon="filter")
        self.kind_button = icon_button(self._look, "more", words("log.kinds"))
        self.kind_button.setPopupMode(self.kind_button.ToolButtonPopupMode.InstantPopup)
        self.kind_button.setMenu(self._kinds_menu())
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 8, 8)
        bar.setSpacing(4)
        bar.addWidget(self.filter, 1)
        bar.addWidget(self.kind_button)
        column.addLayout(bar)
        self.view = rows_view(LogDelegate.height_px)
        self.view.setAccessibleName(words("log.title"))
        self._delegate = LogDelegate(self._look, self.view)
        self.view.setItemDelegate(self._delegate)
        self.view.setModel(self.model)
        column.addWidget(self.view, 1)
        self.count_label = plain_label(part="dim")
        self.count_label.setContentsMargins(12, 5, 12, 6)
        column.addWidget(rule())
        column.addWidget(self.count_label)
        column.addWidget(self._assemble_details())

    def _assemble_details(self) -> QWidget:
        self._details, inner = panel(surface="raised")
        self._detail_head = plain_label(part="dim", wraps=True)
        self._detail_text = plain_label(wraps=True, selectable=True)
        self._detail_text.setFont(code_font())
        self._detail_rest = plain_label(part="dim", wraps=True, selectable=True)
        inner.setContentsMargins(12, 10, 12, 12)
        inner.setSpacing(6)
        for label in (self._detail_head, self._detail_text, self._detail_rest):
            inner.addWidget(label)
        self._details.hide()
        return self._details

    def _kinds_menu(self) -> QMenu:
        menu = QMenu(self)
        self._kind_actions = {}
        every = menu.addAction(self._look.words("log.all_kinds"))
        every.triggered.connect(self._check_all)
        menu.addSeparator()
        for kind in KINDS:
            action = menu.addAction(self._look.words(f"kind.{kind}"))
            action.setCheckable(True)
            action.setChecked(True)
            action.toggled.connect(self._kinds_changed)
            self._kind_actions[kind] = action
        return menu

    def _check_all(self) -> None:
        for action in self._kind_actions.values():
            action.setChecked(True)

    def _kinds_changed(self) -> None:
        checked = frozenset(kind for kind, action in self._kind_actions.items() if action.isChecked())
        self._kinds = None if len(checked) == len(KINDS) else checked
        self._filter_again()

    def _needle(self) -> str:
        return self.filter.text().strip()

    def _is_filtered(self) -> bool:
        return self._kinds is not None or bool(self._needle())

    def _filter_again(self) -> None:
        news, kinds, needle = self._news, self._kinds, self._needle()
        self._filtering.forget()
        self._is_filtering = False
        if news is None:
            self.model.show(())
            self._filtered_to_show()
        elif not self._is_filtered():
            self.model.show(news.rows, folds=self._folds())
            self._filtered_to_show()
        else:
            self._is_filtering = True
            self._filtering.ask(
                lambda keep_on: matching_rows(news.rows, kinds=kinds, needle=needle, keep_on=keep_on),
                then=lambda places: self._show_places(news, places),
                failed=self._could_not_filter,
            )

    def _folds(self) -> Folds:
        if self._news is None or self._is_unfolded or self._is_filtered():
            return NO_FOLDS
        return folds_of(self._news.rows, self._look.words)

    def _folds_shown(self) -> Folds:
        return NO_FOLDS if self._is_filtered() else self.model.folds

    def _take_breaks(self) -> None:
        """Where evidence is altered or missing, rows may be: the list is marked there."""
        spans = self._news.spans if self._news is not None else ()
        self._delegate.breaks_ns = sorted(span.start_ns for span in spans if span.kind in GRAVE)

    def _show_places(self, news: News, places: "array[int]") -> None:
        self.model.show(news.rows, places)
        self._filtered_to_show()

    def _could_not_filter(self, error: WorldError) -> None:
        self.count_label.setText(str(error))

    def _filtered_to_show(self) -> None:
        self._is_filtering = False
        self._delegate.current_line = None
        self._say_count()
        self.follow(self._position_ns)

    def _say_count(self) -> None:
        words, shown = self._look.words, self.model.rowCount()
        if self._news is None:
            text = words("log.nothing_open")
        elif self._is_filtered():
            text = words("log.some", shown=f"{shown:,}", all=f"{len(self._news.rows):,}")
        else:
            text = words("log.all", all=f"{len(self._news.rows):,}") if shown else words("log.empty")
        if self._news is not None and not self._news.is_complete:
            text = words("log.reading", all=f"{len(self._news.rows):,}")
        self.count_label.setText(text)

    def _choose(self, index: QModelIndex) -> None:
        row = self.model.row_at(index.row())
        if self.model.is_folded(index.row()):
            self._is_unfolded = True
            self._filter_again()
        else:
            self._show_details(row)
        self.moment_chosen.emit(row.at_ns)

    def _show_details(self, row: LogRow) -> None:
        words = self._look.words
        kind = words.either(f"kind.{row.kind}", row.kind)
        until = f" – {time_text(row.end_ns)}" if row.end_ns > row.at_ns else ""
        clock = clock_text(self._started_wall_ns + row.at_ns, self._utc_offset_s)
        self._detail_head.setText(f"{kind} · {time_text(row.at_ns)}{until} · {clock}")
        self._detail_text.setText(visible(row.text[:4000]))
        where = " — ".join(part for part in (row.application, row.window) if part)
        rest = "\n".join(visible(part[:1000]) for part in (row.detail, where) if part)
        self._detail_rest.setText(rest)
        self._detail_rest.setVisible(bool(rest))
        self._details.show()
