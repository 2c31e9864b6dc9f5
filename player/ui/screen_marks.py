"""Paint what is laid over the picture: what was typed and clicked, what is not exact, what differs, the magnifier."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPen

from player.keycaps import CLICK_SHOWN_NS, ClickMark, Stroke
from player.magnifier import Magnifier, looked_at
from player.ui.lens import Lens
from recorder.events import Screen
from recorder.geometry import Rect
from resources.ui.inert import visible
from resources.ui.look import SMALL_PX, Look, code_font, text_font

# Over a picture of any colours: dark enough for white letters, whatever the theme.
_PLATE = QColor(16, 19, 23, 224)
_CAP = QColor(58, 67, 79)
_CAP_EDGE = QColor(131, 142, 156)
_INK = QColor(255, 255, 255)
_FAINT_INK = QColor(200, 206, 214)
_FILM = QColor(255, 181, 46)
_DIFFERENT = QColor(255, 221, 64)
_UNDER = QColor(0, 0, 0, 170)
_CAP_HEIGHT_PX = 26
_PLATE_MARGIN_PX = 9
_BETWEEN_PX = 6
_TYPED_PX = 15


@dataclass(frozen=True, slots=True)
class Glass:
    """A magnifier at work: where it stands on the widget, and which pixel of the desktop is looked at."""

    place: QRect
    x_px: int
    y_px: int
    magnifier: Magnifier


def rect_on(lens: Lens, area: Rect) -> QRectF:
    """Where an area of the desktop lies on the widget."""
    left, top = lens.x(area.left), lens.y(area.top)
    return QRectF(left, top, lens.x(area.right) - left, lens.y(area.bottom) - top)


def paint_film(painter: QPainter, lens: Lens, screen: Screen, areas: Sequence[Rect]) -> None:
    """A dashed line around each area of the monitor that is not exact."""
    pen = QPen(_FILM, 2, Qt.PenStyle.DashLine)
    pen.setDashPattern([4, 3])
    _outline(painter, lens, screen, areas, pen)


def paint_differences(painter: QPainter, lens: Lens, screen: Screen, areas: Sequence[Rect]) -> None:
    """A line around each area of the monitor that differs."""
    _outline(painter, lens, screen, areas, QPen(_DIFFERENT, 2))


def paint_region(painter: QPainter, look: Look, region: QRectF) -> None:
    """The rectangle that is being drawn."""
    fill = QColor(look.colours.accent)
    fill.setAlpha(40)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.setBrush(fill)
    painter.setPen(QPen(QColor(look.colours.accent), 1))
    painter.drawRect(region)


def paint_click(painter: QPainter, lens: Lens, mark: ClickMark) -> None:
    """A ring that grows and fades after a click; of another button than the left one, with its name."""
    share = min(max(mark.age_ns / CLICK_SHOWN_NS, 0.0), 1.0)
    colour = QColor(_DIFFERENT)
    colour.setAlphaF(1.0 - 0.8 * share)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    radius = 8 + 12 * share
    middle = QPointF(lens.x(mark.x_px + 0.5), lens.y(mark.y_px + 0.5))
    painter.setPen(QPen(QColor(0, 0, 0, colour.alpha() // 2), 5))
    painter.drawEllipse(middle, radius, radius)
    painter.setPen(QPen(colour, 3))
    painter.drawEllipse(middle, radius, radius)
    if mark.words:
        _paint_label(painter, visible(mark.words), QPointF(middle.x() + radius + 6, middle.y() - 10))


def paint_strokes(painter: QPainter, look: Look, room: QRect, bottom: int, strokes: Sequence[Stroke]) -> QRect:
    """What was typed, the newest at the right: under the picture if that leaves room above `bottom`, else on it.

    Returns where it was painted.
    """
    pieces = _fitting([_piece(look, stroke) for stroke in strokes], room.width() - 4 * _PLATE_MARGIN_PX)
    if not pieces:
        return QRect()
    width = sum(width for _, _, width in pieces) + _BETWEEN_PX * (len(pieces) - 1) + 2 * _PLATE_MARGIN_PX
    height = _CAP_HEIGHT_PX + 2 * _PLATE_MARGIN_PX
    is_under = room.bottom() + height + 20 <= bottom
    top = room.bottom() + 12 if is_under else room.bottom() - height - 12
    plate = QRect(room.center().x() - width // 2, top, width, height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_PLATE)
    painter.drawRoundedRect(QRectF(plate), 10, 10)
    left = plate.left() + _PLATE_MARGIN_PX
    for kind, text, wide in pieces:
        _paint_piece(painter, QRect(left, plate.top() + _PLATE_MARGIN_PX, wide, _CAP_HEIGHT_PX), kind, text)
        left += wide + _BETWEEN_PX
    return plate


def stroke_words(look: Look, stroke: Stroke) -> str:
    """What was typed, as it is painted."""
    if stroke.kind == "activity":
        return look.words("view.activity")
    text = visible(stroke.text)
    return text if stroke.presses == 1 else f"{text} ×{stroke.presses}"


def paint_glass(painter: QPainter, look: Look, glass: Glass, images: Sequence[tuple[Screen, QImage]]) -> None:
    """The pixels around a point, each as a square: nothing is smoothed."""
    factor, place = glass.magnifier.factor, QRectF(glass.place)
    looked = looked_at(glass.x_px, glass.y_px, factor, side_px=glass.place.width())
    left = place.center().x() - looked.width * factor / 2
    top = place.center().y() - looked.height * factor / 2
    painter.save()
    painter.setClipRect(place)
    painter.fillRect(place, QColor(look.colours.stage))
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    colour = ""
    for screen, image in images:
        part = screen.area.intersection(looked)
        if part.is_empty:
            continue
        source = QRectF(part.left - screen.area.left, part.top - screen.area.top, part.width, part.height)
        target = QRectF(left + (part.left - looked.left) * factor, top + (part.top - looked.top) * factor, 0, 0)
        target.setSize(source.size() * factor)
        painter.drawImage(target, image, source)
        if not part.intersection(Rect(glass.x_px, glass.y_px, 1, 1)).is_empty:
            colour = image.pixelColor(glass.x_px - screen.area.left, glass.y_px - screen.area.top).name()
    middle = QRectF(left + looked.width // 2 * factor, top + looked.height // 2 * factor, factor, factor)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for outside, ink in ((2, _UNDER), (1, _DIFFERENT)):
        painter.setPen(QPen(ink, 1))
        painter.drawRect(middle.adjusted(-outside, -outside, outside - 1, outside - 1))
    painter.restore()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(look.colours.accent), 2))
    painter.drawRect(place)
    words = "  ·  ".join(part for part in (f"{glass.x_px}, {glass.y_px}", colour, f"{factor}×") if part)
    _paint_label(painter, words, QPointF(place.left() + 8, place.bottom() - 30))


def paint_badge(painter: QPainter, text: str, at: QPointF) -> None:
    """Which of several moments this is."""
    _paint_label(painter, text, at)


def _outline(painter: QPainter, lens: Lens, screen: Screen, areas: Sequence[Rect], pen: QPen) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for area in areas:
        into = rect_on(lens, area.moved(screen.area.left, screen.area.top)).adjusted(-2, -2, 2, 2)
        painter.setPen(QPen(_UNDER, 4))
        painter.drawRect(into)
        painter.setPen(pen)
        painter.drawRect(into)


def _paint_label(painter: QPainter, text: str, at: QPointF) -> None:
    font = text_font(SMALL_PX)
    plate = QRectF(at.x(), at.y(), QFontMetrics(font).horizontalAdvance(text) + 12, 22)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_PLATE)
    painter.drawRoundedRect(plate, 4, 4)
    painter.setFont(font)
    painter.setPen(_INK)
    painter.drawText(plate, int(Qt.AlignmentFlag.AlignCenter), text)


_Piece = tuple[str, str, int]


def _piece(look: Look, stroke: Stroke) -> _Piece:
    words = stroke_words(look, stroke)
    if stroke.kind == "text" and words.endswith(" "):
        words = words[:-1] + "␣"  # a space at the end would not be seen
    around = 0 if stroke.kind == "text" else 18
    return stroke.kind, words, QFontMetrics(_font_of(stroke.kind)).horizontalAdvance(words) + around


def _font_of(kind: str) -> QFont:
    return code_font(_TYPED_PX) if kind == "text" else text_font(SMALL_PX, strong=kind == "key")


def _fitting(pieces: Sequence[_Piece], room: int) -> list[_Piece]:
    """The newest of them, as far as there is room; the oldest of these may lose its beginning."""
    kept: list[_Piece] = []
    for kind, text, width in reversed(pieces):
        if width <= room:
            kept.append((kind, text, width))
            room -= width + _BETWEEN_PX
            continue
        if kind == "text" and room > 40:
            metrics = QFontMetrics(_font_of(kind))
            cut = metrics.elidedText(text, Qt.TextElideMode.ElideLeft, room)
            kept.append((kind, cut, metrics.horizontalAdvance(cut)))
        break
    return kept[::-1]


def _paint_piece(painter: QPainter, area: QRect, kind: str, text: str) -> None:
    if kind == "key":
        painter.setPen(QPen(_CAP_EDGE, 1))
        painter.setBrush(_CAP)
        painter.drawRoundedRect(QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
    painter.setFont(_font_of(kind))
    painter.setPen(_FAINT_INK if kind == "activity" else _INK)
    flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
    flags |= Qt.AlignmentFlag.AlignLeft if kind == "text" else Qt.AlignmentFlag.AlignHCenter
    painter.drawText(area, int(flags), text)
