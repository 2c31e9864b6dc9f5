"""Painting rows: what the delegates of all lists share."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from resources.ui.look import Look

Index = QModelIndex | QPersistentModelIndex
_START = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_ONE_LINE = int(_START | Qt.TextFlag.TextSingleLine)


def paint_text(painter: QPainter, area: QRect, text: str, *, font: QFont, colour: str) -> int:
    """One line of plain text, cut with an ellipsis; returns how wide it became. Nothing in the text is obeyed."""
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(text[:2000], Qt.TextElideMode.ElideRight, area.width())
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(area, _ONE_LINE, shown)
    return metrics.horizontalAdvance(shown)


def paint_found(
    painter: QPainter, area: QRect, parts: tuple[str, str, str], *, fonts: tuple[QFont, QFont], colours: tuple[str, str]
) -> None:
    """One line: what stands before, what was found with a ground of its own, what stands after.

    `fonts` and `colours` are the text's, and those of what was found (its ground). What was found is kept in sight.
    """
    before, found, after = (part[:2000] for part in parts)
    metrics, strong = QFontMetrics(fonts[0]), QFontMetrics(fonts[1])
    found = strong.elidedText(found, Qt.TextElideMode.ElideRight, area.width())
    room = area.width() - strong.horizontalAdvance(found)
    before = metrics.elidedText(
        before, Qt.TextElideMode.ElideLeft, max(room * 2 // 3, room - metrics.horizontalAdvance(after))
    )
    left = area.left() + metrics.horizontalAdvance(before)
    place = QRect(left, area.top(), strong.horizontalAdvance(found), area.height())
    ground = QColor(colours[1])
    ground.setAlpha(90)
    painter.fillRect(place.adjusted(-1, 1, 1, -1), ground)
    paint_text(
        painter,
        QRect(area.left(), area.top(), place.left() - area.left() + 1, area.height()),
        before,
        font=fonts[0],
        colour=colours[0],
    )
    paint_text(painter, place.adjusted(0, 0, 2, 0), found, font=fonts[1], colour=colours[0])
    rest = QRect(place.right() + 1, area.top(), area.right() - place.right(), area.height())
    paint_text(painter, rest, after, font=fonts[0], colour=colours[0])


class RowDelegate(QStyledItemDelegate):
    """A row of fixed height; knows how a row is marked as chosen, hovered or current."""

    height_px = 28

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.look = look

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """As Qt asks it."""
        return QSize(80, self.height_px)

    def paint_ground(
        self, painter: QPainter, option: QStyleOptionViewItem, *, is_current: bool = False, is_first: bool = True
    ) -> str:
        """The ground of a row or of its cell; returns the colour its main text has on it."""
        colours = self.look.colours
        area = QRect(option.rect)
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(colours.accent_fill))
        elif is_current:
            painter.fillRect(area, QColor(colours.raised))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, QColor(colours.hover))
        if is_current and is_first:
            painter.fillRect(QRect(area.left(), area.top(), 3, area.height()), QColor(colours.accent))
        return colours.on_accent_fill if state & QStyle.StateFlag.State_Selected else colours.text

    def paint_icon(self, painter: QPainter, left: int, middle: int, name: str, colour: str, size_px: int = 16) -> None:
        """An icon, its middle at this height."""
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(left, middle - size_px // 2, self.look.pixmap(name, colour, size_px=size_px, ratio=ratio))
