"""Painting rows: what the delegates of all lists share."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from player.ui.look import Look

Index = QModelIndex | QPersistentModelIndex
_START = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def paint_text(painter: QPainter, area: QRect, text: str, *, font: QFont, colour: str) -> int:
    """One line of plain text, cut with an ellipsis; returns how wide it became. Nothing in the text is obeyed."""
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(text[:2000], Qt.TextElideMode.ElideRight, area.width())
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(area, int(_START | Qt.TextFlag.TextSingleLine), shown)
    return metrics.horizontalAdvance(shown)


class RowDelegate(QStyledItemDelegate):
    """A row of fixed height; knows how a row is marked as chosen, hovered or current."""

    height_px = 28

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.look = look

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """As Qt asks it."""
        return QSize(80, self.height_px)

    def paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, *, is_current: bool = False) -> str:
        """The row's ground; returns the colour its main text has on it."""
        colours = self.look.colours
        area = QRect(option.rect)
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(colours.accent_fill))
        elif is_current:
            painter.fillRect(area, QColor(colours.raised))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, QColor(colours.hover))
        if is_current:
            painter.fillRect(QRect(area.left(), area.top(), 3, area.height()), QColor(colours.accent))
        return colours.on_accent_fill if state & QStyle.StateFlag.State_Selected else colours.text

    def paint_icon(self, painter: QPainter, left: int, middle: int, name: str, colour: str, size_px: int = 16) -> None:
        """An icon, its middle at this height."""
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(left, middle - size_px // 2, self.look.pixmap(name, colour, size_px=size_px, ratio=ratio))
