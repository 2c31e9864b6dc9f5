"""The list of the operation log: rows of one fixed height, columns that a person orders, a selection that lasts."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QByteArray, QItemSelection, QItemSelectionModel, QItemSelectionRange, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView

from player.log_lines import Lines, Places, runs
from player.ui.folding_rows import NO_FOLDS, Folds
from player.ui.log_columns import SHOWN_AT_FIRST, WIDTHS_PX, Column
from player.ui.log_delegate import LogDelegate
from player.ui.log_model import LogModel
from player.ui.reading import News
from recorder.logrow import LogRow
from resources.ui.look import Look
from resources.ui.settings import Settings

COLUMNS_SETTING = "log_columns"
LEAST_WORDS_PX = 180
MOST_RUNS = 2000  # of selected lines that follow each other: with more the list would stand still
_NONE = np.empty(0, np.int64)
_SELECT = QItemSelectionModel.SelectionFlag.ClearAndSelect


class LogTable(QTableView):
    """A million of rows scroll smoothly, since none is measured and none is made that is not seen.

    What is selected are rows, not lines: they stay selected when another filter shows them elsewhere, or not at all.
    """

    menu_requested = Signal(object)  # QPoint, on the screen
    columns_changed = Signal()

    def __init__(self, model: LogModel, *, look: Look, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._selected = _NONE  # places of rows, in order
        self._is_restoring = self._is_fitting = False
        self._current_place: int | None = None
        self.rows = model
        self.delegate = LogDelegate(look, model, self)
        self._set_up()
        self.setItemDelegate(self.delegate)
        self.setModel(model)
        self._restore_columns()
        for changed in (self.selectionModel().selectionChanged, self.selectionModel().currentChanged):
            changed.connect(self._take_selection)

    # --- what is shown ------------------------------------------------------------------------------------------------

    def show_lines(self, news: News, lines: Lines, *, folds: Folds = NO_FOLDS) -> None:
        """Other lines than before; what was selected stays so."""
        before = self.rows.rows
        is_moved = bool(len(self._selected)) and not _are_same(before, news.rows, self._selected)
        if is_moved:
            self._selected, self._current_place = _NONE, None
        self._is_restoring = True
        self.rows.show(news.rows, lines, folds=folds)
        self._restore_selection()
        self._is_restoring = False

    def mark(self, line: int | None) -> None:
        """This is the row at the playing position."""
        self.delegate.current_line = line
        self.viewport().update()

    def keep_in_sight(self) -> None:
        """Scroll to the marked row, unless the person has a hand on the list."""
        line = self.delegate.current_line
        if line is not None and not self.verticalScrollBar().isSliderDown() and not self.underMouse():
            left_px = self.horizontalScrollBar().value()
            self.scrollTo(self.rows.index(line, self._first_column()), QAbstractItemView.ScrollHint.PositionAtCenter)
            self.horizontalScrollBar().setValue(left_px)

    def selected_places(self) -> Places:
        """The selected rows that are shown, in order."""
        selection = self.selectionModel().selection()
        ranges = [selection.at(number) for number in range(selection.count())]
        parts = [np.arange(one.top(), one.bottom() + 1, dtype=np.int64) for one in ranges]
        lines = np.unique(np.concatenate(parts)) if parts else _NONE
        return self.rows.places_of(lines[lines < self.rows.rowCount()])

    # --- columns ------------------------------------------------------------------------------------------------------

    def shown_columns(self) -> list[Column]:
        """In the order in which they stand."""
        header = self.horizontalHeader()
        logical = (Column(header.logicalIndex(place)) for place in range(header.count()))
        return [column for column in logical if not self.isColumnHidden(column)]

    def show_column(self, column: Column, *, is_shown: bool) -> None:
        """Show or hide it; the last one stays."""
        if not is_shown and self.shown_columns() == [column]:
            return
        self.setColumnHidden(column, not is_shown)
        self._stretch_words()
        self._keep_columns()
        self.viewport().update()

    def reset_columns(self) -> None:
        """As they were at first."""
        header = self.horizontalHeader()
        for column in Column:
            header.moveSection(header.visualIndex(column), int(column))
            header.resizeSection(column, WIDTHS_PX[column])
            self.setColumnHidden(column, column not in SHOWN_AT_FIRST)
        self._stretch_words()
        self._keep_columns()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _set_up(self) -> None:
        header, vertical = self.horizontalHeader(), self.verticalHeader()
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(28)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.setFixedHeight(24)
        vertical.hide()
        vertical.setSectionResizeMode(vertical.ResizeMode.Fixed)
        vertical.setMinimumSectionSize(LogDelegate.height_px)
        vertical.setDefaultSectionSize(LogDelegate.height_px)
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)

    def _restore_columns(self) -> None:
        header = self.horizontalHeader()
        kept = self._settings.value(COLUMNS_SETTING)
        if not (isinstance(kept, QByteArray) and header.restoreState(kept) and header.count() == len(Column)):
            self.reset_columns()
        self._stretch_words()
        header.sectionMoved.connect(self._keep_columns)
        header.sectionResized.connect(self._resized)

    def _stretch_words(self) -> None:
        """What the row says takes the room that the others leave; without it the last column does."""
        header = self.horizontalHeader()
        is_shown = not self.isColumnHidden(Column.TEXT)
        header.setStretchLastSection(not is_shown)
        if not is_shown or self._is_fitting:
            return
        others_px = sum(header.sectionSize(column) for column in self.shown_columns() if column is not Column.TEXT)
        self._is_fitting = True
        header.resizeSection(Column.TEXT, max(LEAST_WORDS_PX, self.viewport().width() - others_px))
        self._is_fitting = False

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As Qt asks it."""
        super().resizeEvent(event)
        self._stretch_words()

    def _resized(self, section: int) -> None:
        if section != Column.TEXT:
            self._stretch_words()
        self._keep_columns()

    def _keep_columns(self) -> None:
        self._settings.setValue(COLUMNS_SETTING, self.horizontalHeader().saveState())
        self.columns_changed.emit()

    def _first_column(self) -> Column:
        return self.shown_columns()[0]

    def _take_selection(self) -> None:
        if self._is_restoring:
            return
        self._selected = self.selected_places()
        current = self.currentIndex()
        self._current_place = self.rows.lines.place(current.row()) if current.isValid() else None

    def _restore_selection(self) -> None:
        chosen, last = QItemSelection(), len(Column) - 1
        found = runs(self.rows.lines.lines_of(self._selected))
        for first, end in found if len(found) <= MOST_RUNS else ():
            chosen.append(QItemSelectionRange(self.rows.index(first, 0), self.rows.index(end, last)))
        if self._current_place is not None:
            at = self.rows.lines.lines_of(np.array([self._current_place], np.int64))
            if len(at):
                index = self.rows.index(int(at[0]), self._first_column())
                self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.selectionModel().select(chosen, _SELECT)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """As Qt asks it: by the keyboard, beside the current row."""
        place = event.globalPos()
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            place = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).bottomLeft())
        self.menu_requested.emit(place)


def _are_same(before: Sequence[LogRow], now: Sequence[LogRow], places: Places) -> bool:
    """Whether the rows at these places are the same as they were: after one that came late they may not be."""
    if int(places[-1]) >= min(len(before), len(now)):
        return False
    return all(before[place] is now[place] for place in (int(places[0]), int(places[-1])))
