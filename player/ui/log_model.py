"""The operation log as a Qt model over a plain list: nothing is copied, nothing is made for rows not seen."""

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from player.log_lines import Group, Lines, Places, plain_lines, same_lines
from player.timeline import time_text
from player.ui.folding_rows import NO_FOLDS, Folds
from player.ui.log_columns import Column, RowTexts
from recorder.logrow import LogRow
from resources.ui.inert import visible

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = int(Qt.ItemDataRole.UserRole)
GROUP_ROLE = ROW_ROLE + 1
_NO_PARENT = QModelIndex()
_NO_LINES = plain_lines(np.empty(0, np.int64))


class LogModel(QAbstractTableModel):
    """Shows the lines that it is given; `texts` says what stands in them."""

    def __init__(self, texts: RowTexts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.texts = texts
        self._rows: Sequence[LogRow] = ()
        self._lines = _NO_LINES
        self._folds = NO_FOLDS

    @property
    def folds(self) -> Folds:
        """What is folded now."""
        return self._folds

    @property
    def lines(self) -> Lines:
        """Which rows are in which lines."""
        return self._lines

    @property
    def rows(self) -> Sequence[LogRow]:
        """All rows, shown or not."""
        return self._rows

    def show(self, rows: Sequence[LogRow], lines: Lines, *, folds: Folds = NO_FOLDS) -> None:
        """Show these lines of these rows."""
        self.beginResetModel()
        self._rows, self._lines, self._folds = rows, lines, folds
        self.endResetModel()

    def go_on(self, rows: Sequence[LogRow], lines: Lines, *, first: int) -> None:
        """The same rows before the place `first`; from there on they may be others, and the lines are these."""
        before = self._lines
        count, had = len(lines), len(before)
        changed = min(same_lines(before, lines), int(np.searchsorted(lines.places_shown(), first)))
        if len(lines.starts):
            changed = 0  # a head says how many rows it has
        if count > had:
            self.beginInsertRows(_NO_PARENT, had, count - 1)
            self._rows, self._lines = rows, lines
            self.endInsertRows()
        elif count < had:
            self.beginRemoveRows(_NO_PARENT, count, had - 1)
            self._rows, self._lines = rows, lines
            self.endRemoveRows()
        else:
            self._rows, self._lines = rows, lines
        if changed < count:
            self.dataChanged.emit(self.index(changed, 0), self.index(count - 1, len(Column) - 1))

    def row_at(self, line: int) -> LogRow:
        """The row shown in this line; for a head the first of its rows."""
        place = self._lines.place(line)
        return self._folds.heads.get(place) or self._rows[place]

    def is_folded(self, line: int) -> bool:
        """Whether this line stands for several rows with which every recording begins."""
        return self._lines.place(line) in self._folds.heads

    def group_at(self, line: int) -> Group | None:
        """The group whose head is in this line."""
        return self._lines.group(line)

    def line_at(self, at_ns: int) -> int | None:
        """The line of the last row that began by this moment; None if all began later."""
        line = bisect_right(range(len(self._lines)), at_ns, key=lambda number: self.row_at(number).at_ns) - 1
        return line if line >= 0 else None

    def places_of(self, lines: Places) -> Places:
        """The places of the rows in these lines; a folded head stands for none."""
        entries = self._lines.entries[lines]
        return entries[entries >= 0]

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """As Qt asks it."""
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        """As Qt asks it."""
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """As Qt asks it."""
        if orientation is not Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return self.texts.head(Column(section))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """As Qt asks it; `ROW_ROLE` gives the row itself, `GROUP_ROLE` the group whose head it is."""
        if not index.isValid() or index.row() >= len(self._lines):
            return None
        if role == ROW_ROLE:
            return self.row_at(index.row())
        if role == GROUP_ROLE:
            return self.group_at(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cell(index.row(), Column(index.column()))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(index.row())
        return None

    def cell(self, line: int, column: Column) -> str:
        """What stands there."""
        group = self.group_at(line)
        if group is None:
            return self.texts.cell(self.row_at(line), column)
        return self.head_text(group) if column is Column.TEXT else ""

    def head_text(self, group: Group) -> str:
        """What stands in a group's head: the window, and how many rows follow."""
        row, words = self._rows[group.first], self.texts.words
        where = " — ".join(part for part in (row.application, row.window) if part)
        name = visible(where[:500]) or words("log.no_window")
        return words("log.group", window=name, count=f"{group.count:,}")

    def _spoken(self, line: int) -> str:
        """A line as a screen reader says it: when, what kind, what."""
        group, row = self.group_at(line), self.row_at(line)
        if group is not None:
            return f"{time_text(row.at_ns, milliseconds=False)} {self.head_text(group)}"
        columns = (Column.TIME, Column.KIND, Column.TEXT, Column.DETAIL)
        return " ".join(part for part in (self.texts.cell(row, column) for column in columns) if part)
