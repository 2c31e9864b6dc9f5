"""Paint the cells of the operation log: when, what kind, what; and the heads of its groups."""

from bisect import bisect_left

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QTableView

from player.log_lines import Group
from player.row_filter import severity_rank
from player.ui.log_columns import Column
from player.ui.log_model import LogModel
from recorder.logrow import KINDS, LogRow
from resources.ui.look import SMALL_PX, Look, code_font, text_font
from resources.ui.painting import RowDelegate, paint_text

TYPED = frozenset({"text", "keys"})
GRAVE = frozenset({"gap", "alert"})
BY_THE_WAY = frozenset({"source", "idle", "screen"})
PADDING_PX = 8
_SEVERITY_COLOURS = ("text_dim", "text", "warn", "bad", "bad")


def icon_of(kind: str) -> str:
    """The icon of a kind of row; a kind of a newer version has that of the unknown."""
    return f"kind_{kind}" if kind in KINDS else "kind_unknown"


def _is_by_the_way(row: LogRow) -> bool:
    """What the machine tells besides the work: it is there to be read, and does not push itself forward."""
    return row.kind in BY_THE_WAY or (row.kind == "process" and not row.detail.startswith("started"))


class LogDelegate(RowDelegate):
    """`current_line` is the row at the playing position. `breaks_ns`: where rows may be missing, in order."""

    height_px = 26

    def __init__(self, look: Look, model: LogModel, view: QTableView) -> None:
        super().__init__(look, view)
        self._model, self._view = model, view
        self.current_line: int | None = None
        self.breaks_ns: list[int] = []
        self._small, self._font, self._strong = text_font(SMALL_PX), text_font(), text_font(strong=True)
        self._code = code_font(SMALL_PX + 1)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """As Qt asks it."""
        line = index.row()
        if line >= self._model.rowCount():
            return
        row = self._model.row_at(line)  # not through the index: a page of cells asks a hundred times
        painter.save()
        area = QRect(option.rect)
        painter.setClipRect(area)
        is_first = self._view.horizontalHeader().visualIndex(index.column()) == 0
        colour = self.paint_ground(painter, option, is_current=index.row() == self.current_line, is_first=is_first)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        group = self._model.group_at(line)
        self._paint_breaks(painter, area, index, row, is_head=group is not None)
        if group is not None:
            self._paint_head(painter, area, group, colour)
        else:
            self._paint_cell(painter, area, row, Column(index.column()), colour, chosen=chosen)
        painter.restore()

    def _paint_breaks(
        self,
        painter: QPainter,
        area: QRect,
        index: QModelIndex | QPersistentModelIndex,
        row: LogRow,
        *,
        is_head: bool,
    ) -> None:
        if (row.kind == "window" or is_head) and index.row() > 0:
            painter.fillRect(QRect(area.left(), area.top(), area.width(), 1), QColor(self.look.colours.line))
        if self._comes_after_break(index, row):
            painter.fillRect(QRect(area.left(), area.top(), area.width(), 3), QColor(self.look.colours.altered))

    def _comes_after_break(self, index: QModelIndex | QPersistentModelIndex, row: LogRow) -> bool:
        place = bisect_left(self.breaks_ns, row.at_ns)
        if place == 0:
            return False
        before = self._model.row_at(index.row() - 1) if index.row() > 0 else None
        return before is None or before.at_ns <= self.breaks_ns[place - 1]

    def _paint_head(self, painter: QPainter, cell: QRect, group: Group, colour: str) -> None:
        """Over all columns: each cell paints its part of the line."""
        whole = QRect(QPoint(-self._view.horizontalOffset(), cell.top()), cell.size())
        whole.setWidth(max(self._view.viewport().width(), self._view.horizontalHeader().length()))
        icon = "chevron_right" if group.is_folded else "chevron_down"
        self.paint_icon(painter, whole.left() + PADDING_PX, whole.center().y() + 1, icon, self.look.colours.text_dim)
        room = whole.adjusted(PADDING_PX + 24, 0, -PADDING_PX, 0)
        paint_text(painter, room, self._model.head_text(group), font=self._strong, colour=colour)

    def _paint_cell(
        self, painter: QPainter, area: QRect, row: LogRow, column: Column, colour: str, *, chosen: bool
    ) -> None:
        dim = colour if chosen else self.look.colours.text_dim
        room = area.adjusted(PADDING_PX, 0, -PADDING_PX // 2, 0)
        if column is Column.KIND:
            self._paint_kind(painter, area, row, dim, chosen=chosen)
        elif column is Column.TEXT:
            self._paint_words(painter, room, row, dim if not chosen and _is_by_the_way(row) else colour, dim)
        elif column is Column.SEVERITY:
            tone = dim if chosen else getattr(self.look.colours, _SEVERITY_COLOURS[severity_rank(row.severity)])
            paint_text(painter, room, self._model.texts.cell(row, column), font=self._small, colour=tone)
        else:
            paint_text(painter, room, self._model.texts.cell(row, column), font=self._small, colour=dim)

    def _paint_kind(self, painter: QPainter, area: QRect, row: LogRow, dim: str, *, chosen: bool) -> None:
        """An icon, and its name where there is room for it."""
        self.paint_icon(
            painter, area.left() + PADDING_PX, area.center().y() + 1, icon_of(row.kind), self._tone(row, dim, chosen)
        )
        room = area.adjusted(PADDING_PX + 22, 0, -PADDING_PX // 2, 0)
        if room.width() > 30:
            paint_text(painter, room, self._model.texts.cell(row, Column.KIND), font=self._small, colour=dim)

    def _tone(self, row: LogRow, dim: str, chosen: bool) -> str:
        if chosen:
            return dim
        colours = self.look.colours
        if row.kind in GRAVE:
            return colours.bad if severity_rank(row.severity) > 2 else colours.gap
        return colours.accent if row.kind in TYPED else dim

    def _paint_words(self, painter: QPainter, area: QRect, row: LogRow, colour: str, dim: str) -> None:
        """What the row says; and the rest, where no column of its own holds it."""
        texts = self._model.texts
        font = self._strong if row.kind == "window" else self._code if row.kind in TYPED else self._font
        used = paint_text(painter, area, texts.cell(row, Column.TEXT), font=font, colour=colour)
        if row.detail and area.width() - used > 60 and self._view.isColumnHidden(Column.DETAIL):
            rest = area.adjusted(used + 10, 0, 0, 0)
            paint_text(painter, rest, texts.cell(row, Column.DETAIL), font=self._small, colour=dim)
