"""Paint one row of the operation log: when, what kind, what."""

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


def icon_of(kind: str) -> str:
    """The icon of a kind of row; a kind of a newer version has that of the unknown."""
    return f"kind_{kind}" if kind in KINDS else "kind_unknown"


class LogDelegate(RowDelegate):
    """`current_line` is the row at the playing position."""

    height_px = 26

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(look, parent)
        self.current_line: int | None = None
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
        dim = colour if chosen else colours.text_dim
        time_area = QRect(area.left() + 12, area.top(), 56, area.height())
        paint_text(painter, time_area, time_text(row.at_ns, milliseconds=False), font=self._time_font, colour=dim)
        self.paint_icon(
            painter, area.left() + 72, area.center().y() + 1, icon_of(row.kind), self._tone(row, dim, chosen)
        )
        self._paint_words(
            painter, QRect(area.left() + 98, area.top(), area.width() - 106, area.height()), row, colour, dim
        )
        painter.restore()

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
