"""The operation log as a Qt model over a plain list: nothing is copied, nothing is made for rows not seen."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from player.timeline import time_text
from player.ui.folding_rows import NO_FOLDS, Folds
from player.ui.inert import visible
from recorder.logrow import LogRow

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = int(Qt.ItemDataRole.UserRole)
_NO_PARENT = QModelIndex()


class LogModel(QAbstractListModel):
    """Shows all rows, or those whose places are given."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[LogRow] = ()
        self._places: array[int] | None = None
        self._folds = NO_FOLDS
        self._count = 0

    @property
    def folds(self) -> Folds:
        """What is folded now."""
        return self._folds

    def show(self, rows: Sequence[LogRow], places: "array[int] | None" = None, *, folds: Folds = NO_FOLDS) -> None:
        """Show these rows, or of them those at `places`; with all of them some may be folded."""
        self.beginResetModel()
        self._rows, self._places, self._folds = rows, places, folds
        self._count = len(rows) - len(folds.hidden) if places is None else len(places)
        self.endResetModel()

    def go_on(self, rows: Sequence[LogRow], *, first: int, places: "array[int] | None" = None) -> None:
        """The same rows before the place `first`; from there on they are these, or of them those at `places`."""
        if self._places is None:
            line, count = min(self._folds.lines_before(first), self._count), len(rows) - len(self._folds.hidden)
            new_places = None
        else:
            line = bisect_left(self._places, first)
            new_places = self._places[:line]
            new_places.extend(places or ())
            count = len(new_places)
        if count > self._count:
            self.beginInsertRows(_NO_PARENT, self._count, count - 1)
            self._rows, self._places, self._count = rows, new_places, count
            self.endInsertRows()
        elif count < self._count:
            self.beginRemoveRows(_NO_PARENT, count, self._count - 1)
            self._rows, self._places, self._count = rows, new_places, count
            self.endRemoveRows()
        else:
            self._rows, self._places = rows, new_places
        if line < count:
            self.dataChanged.emit(self.index(line), self.index(count - 1))

    def row_at(self, number: int) -> LogRow:
        """The row shown in this line."""
        if self._places is not None:
            return self._rows[self._places[number]]
        place = self._folds.place_of(number)
        return self._folds.heads.get(place) or self._rows[place]

    def is_folded(self, number: int) -> bool:
        """Whether this line stands for several rows."""
        return self._places is None and self._folds.place_of(number) in self._folds.heads

    def line_at(self, at_ns: int) -> int | None:
        """The line of the last row that began by this moment; None if all began later."""
        line = bisect_right(range(self._count), at_ns, key=lambda number: self.row_at(number).at_ns) - 1
        return line if line >= 0 else None

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """As Qt asks it."""
        return 0 if parent.isValid() else self._count

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """As Qt asks it; `ROW_ROLE` gives the row itself."""
        if not index.isValid() or index.row() >= self._count:
            return None
        if role == ROW_ROLE:
            return self.row_at(index.row())
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            row = self.row_at(index.row())
            return f"{time_text(row.at_ns, milliseconds=False)} {visible(row.text)}"
        return None
