"""Paint what a monitor showed, what was not recorded, the pointer and the clicks."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetrics, QImage, QPainter, QPen, QPolygonF

from player.source import Picture, Pointer
from player.ui.lens import Lens
from recorder.events import PointerShape, Screen
from resources.ui.look import SMALL_PX, TEXT_PX, Look, text_font

_ARROW = ((0, 0), (0, 16), (4, 12.5), (7, 19), (9.6, 17.8), (6.8, 11.6), (12, 11.6))


@dataclass(frozen=True, slots=True)
class Blank:
    """Why there is no picture: painted in its place. `tone` is "warn", "bad" or "neutral"."""

    title: str
    text: str
    tone: str
    icon: str


def image_of(picture: Picture) -> QImage:
    """The picture as Qt paints it; it shares the bytes, so the picture is kept as long as the image."""
    bgr = picture.bgr
    height, width = bgr.shape[:2]
    return QImage(bgr.data, width, height, bgr.strides[0], QImage.Format.Format_BGR888)


def screen_rect(lens: Lens, screen: Screen) -> QRect:
    """Where the monitor lies on the widget, in whole pixels."""
    area = screen.area
    left, top = round(lens.x(area.left)), round(lens.y(area.top))
    return QRect(left, top, round(lens.x(area.right)) - left, round(lens.y(area.bottom)) - top)


def paint_image(painter: QPainter, image: QImage, into: QRect, scale: float) -> None:
    """The picture at its place: pixels stay pixels when it is enlarged, and are averaged when it is made smaller."""
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1.0)
    painter.drawImage(into, image)


def paint_blank(painter: QPainter, look: Look, into: QRect, blank: Blank) -> None:
    """A hatched ground and, in words, why nothing is shown: nobody can take it for a picture."""
    colours = look.colours
    ink = {"warn": colours.warn, "bad": colours.bad}.get(blank.tone, colours.text_dim)
    ground = {"warn": colours.warn_fill, "bad": colours.bad_fill}.get(blank.tone, colours.panel)
    painter.fillRect(into, QColor(ground))
    hatch = QColor(ink)
    hatch.setAlpha(46)
    painter.fillRect(into, QBrush(hatch, Qt.BrushStyle.BDiagPattern))
    title_font, font = text_font(18, strong=True), text_font(TEXT_PX + 1)
    room = max(min(into.width() - 112, 520), 120)
    title = _lines_height(title_font, blank.title, room)
    text = _lines_height(font, blank.text, room)
    card = QRect(0, 0, room + 48, 24 + 32 + 12 + title + (8 + text if blank.text else 0) + 24)
    card.moveCenter(into.center())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(ink), 1))
    painter.setBrush(QColor(colours.panel))
    painter.drawRoundedRect(QRectF(card).adjusted(0.5, 0.5, -0.5, -0.5), 10, 10)
    ratio = painter.device().devicePixelRatioF()
    painter.drawPixmap(card.center().x() - 15, card.top() + 24, look.pixmap(blank.icon, ink, size_px=32, ratio=ratio))
    flags = int(Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap)
    top = card.top() + 24 + 32 + 12
    painter.setFont(title_font)
    painter.setPen(QColor(colours.text))
    painter.drawText(QRect(card.left() + 24, top, room, title), flags, blank.title)
    painter.setFont(font)
    painter.setPen(QColor(colours.text_dim))
    painter.drawText(QRect(card.left() + 24, top + title + 8, room, text + 8), flags, blank.text)


def paint_chip(painter: QPainter, look: Look, right: int, top: int, text: str, *, icon: str, tone: str = "warn") -> int:
    """A small sign, its right upper corner here; returns its height."""
    colours = look.colours
    ink, ground = (colours.bad, colours.bad_fill) if tone == "bad" else (colours.warn, colours.warn_fill)
    font = text_font(SMALL_PX)
    width = QFontMetrics(font).horizontalAdvance(text) + 8 + 16 + 6 + 10
    area = QRect(right - width, top, width, 24)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(ink), 1))
    painter.setBrush(QColor(ground))
    painter.drawRoundedRect(QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
    ratio = painter.device().devicePixelRatioF()
    painter.drawPixmap(area.left() + 8, area.top() + 4, look.pixmap(icon, ink, ratio=ratio))
    painter.setFont(font)
    painter.setPen(QColor(ink))
    painter.drawText(area.adjusted(30, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), text)
    return area.height()


def paint_pointer(painter: QPainter, lens: Lens, pointer: Pointer) -> None:
    """The pointer as it looked, its point at its place; an arrow if how it looked is not known."""
    painter.save()
    painter.translate(lens.x(pointer.x_px), lens.y(pointer.y_px))
    painter.scale(max(lens.scale, 0.6), max(lens.scale, 0.6))
    if pointer.shape is None or not _is_whole(pointer.shape):
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor("#000000"), 1.2))
        painter.setBrush(QColor("#ffffff"))
        painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in _ARROW]))
    else:
        shape = pointer.shape
        stride = 4 * shape.width_px
        form = QImage.Format.Format_ARGB32_Premultiplied
        image = QImage(shape.bgra, shape.width_px, shape.height_px, stride, form)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, lens.scale < 1.0)
        painter.drawImage(QPointF(-shape.hot_x_px, -shape.hot_y_px), image)
    painter.restore()


def _is_whole(shape: PointerShape) -> bool:
    return 0 < shape.width_px <= 512 and len(shape.bgra) == 4 * shape.width_px * shape.height_px


def _lines_height(font: QFont, text: str, width: int) -> int:
    flags = int(Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap)
    return QFontMetrics(font).boundingRect(QRect(0, 0, width, 2000), flags, text).height()
