"""Paint one row of the operation log: when, what kind, what."""

from bisect import bisect_left

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QWidget

from player.timeline import time_text
from player.ui.inert import visible
from player.ui.log_model import ROW_ROLE
from player.ui.look import SMALL_PX, Look, code_font, text_font
from player.ui.painting import RowDelegate, paint_text
from recorder.logrow import KINDS, LogRow

TYPED = frozenset({"text", "keys"})
GRAVE = frozenset({"gap"})
BY_THE_WAY = frozenset({"source", "idle", "screen"})


def icon_of(kind: str) -> str:
    """The icon of a kind of row; a kind of a newer version has that of the unknown."""
    return f"kind_{kind}" if kind in KINDS else "kind_unknown"


def _is_by_the_way(row: LogRow) -> bool:
    """What the machine tells besides the work: it is there to be read, and does not push itself forward."""
    return row.kind in BY_THE_WAY or (row.kind == "process" and not row.detail.startswith("started"))


class LogDelegate(RowDelegate):
    """`current_line` is the row at the playing position. `breaks_ns`: where rows may be missing, in order."""

    height_px = 26

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(look, parent)
        self.current_line: int | None = None
        self.breaks_ns: list[int] = []
        self._time_font, self._font, self._strong = text_font(SMALL_PX), text_font(), text_font(strong=True)
        self._code = code_font(SMALL_PX + 1)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """As Qt asks it."""
        row: LogRow | None = index.data(ROW_ROLE)
        if row is None:
            return
        painter.save()
        colours = self.look.colours
        area = QRect(option.rect)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        colour = self.paint_ground(painter, option, is_current=index.row() == self.current_line)
        if row.kind == "window" and index.row() > 0:
            painter.fillRect(QRect(area.left() + 12, area.top(), area.width() - 12, 1), QColor(colours.line))
        if self._comes_after_break(index, row):
            painter.fillRect(QRect(area.left(), area.top(), area.width(), 3), QColor(colours.altered))
        dim = colour if chosen else colours.text_dim
        if not chosen and _is_by_the_way(row):
            colour = dim
        time_area = QRect(area.left() + 12, area.top(), 56, area.height())
        paint_text(painter, time_area, time_text(row.at_ns, milliseconds=False), font=self._time_font, colour=dim)
        self.paint_icon(
            painter, area.left() + 72, area.center().y() + 1, icon_of(row.kind), self._tone(row, dim, chosen)
        )
        self._paint_words(
            painter, QRect(area.left() + 98, area.top(), area.width() - 106, area.height()), row, colour, dim
        )
        painter.restore()

    def _comes_after_break(self, index: QModelIndex | QPersistentModelIndex, row: LogRow) -> bool:
        place = bisect_left(self.breaks_ns, row.at_ns)
        if place == 0:
            return False
        before: LogRow | None = index.model().index(index.row() - 1, 0).data(ROW_ROLE) if index.row() > 0 else None
        return before is None or before.at_ns <= self.breaks_ns[place - 1]

    def _tone(self, row: LogRow, dim: str, chosen: bool) -> str:
        if chosen:
            return dim
        colours = self.look.colours
        if row.kind in GRAVE:
            return colours.gap
        return colours.accent if row.kind in TYPED else dim

    def _paint_words(self, painter: QPainter, area: QRect, row: LogRow, colour: str, dim: str) -> None:
        font = self._strong if row.kind == "window" else self._code if row.kind in TYPED else self._font
        used = paint_text(painter, area, visible(row.text[:500]), font=font, colour=colour)
        if row.detail and area.width() - used > 60:
            rest = area.adjusted(used + 10, 0, 0, 0)
            paint_text(painter, rest, visible(row.detail[:500]), font=self._time_font, colour=dim)
