"""Paint what is around the timeline's lanes: their grounds, the ruler, the curves, the selection, the position."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QPainter, QPolygonF

from player import lanes, timeline
from player.lanes import Lane, Marks, Place, Range
from player.timeline import Axis
from player.ui.lane_painting import NAME_PX
from resources.ui.look import Look, text_font

GUTTER_PX = 92
RIGHT_PX = 16
TICKS_PX = 24
OVERVIEW_PX = 12  # below the lanes: which part of the whole is seen
# How high each lane is; names and strokes of less than 12 pixels cannot be told apart.
LANES_PX = {
    Lane.SCREEN: 26,
    Lane.INPUT: 14,
    Lane.WINDOWS: 18,
    Lane.TYPING: 12,
    Lane.COMMANDS: 12,
    Lane.ALERTS: 14,
    Lane.BOOKMARKS: 14,
    Lane.HITS: 12,
    Lane.EVIDENCE: 12,
    Lane.ACCOUNT: 14,
}


@dataclass(frozen=True, slots=True)
class Curves:
    """How much happened in each bucket of the axis, 0 to 1."""

    screen: npt.NDArray[np.float64]
    operator: npt.NDArray[np.float64]


def paint_lanes(painter: QPainter, look: Look, axis: Axis, places: Sequence[Place]) -> None:
    """The grounds of the lanes and their names."""
    c = look.colours
    painter.setFont(text_font(NAME_PX))
    painter.setPen(QColor(c.text_dim))
    right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    for place in (place for place in places if not place.is_empty):
        painter.fillRect(QRect(GUTTER_PX, place.top_px, axis.width_px, place.height_px), QColor(c.lane))
        area = QRect(0, place.top_px - 4, GUTTER_PX - 10, place.height_px + 8)
        painter.drawText(area, right, look.words(f"timeline.{place.lane.value}"))


def paint_unread(painter: QPainter, look: Look, axis: Axis, reached_ns: int, bottom_px: int) -> None:
    """From here on nothing has been read yet: an empty lane would say that nothing happened."""
    left = max(timeline.x_at(axis, reached_ns), 0.0)
    colour = QColor(look.colours.text_faint)
    colour.setAlpha(70)
    area = QRectF(GUTTER_PX + left, TICKS_PX, max(axis.width_px - left, 0.0), bottom_px - TICKS_PX)
    painter.fillRect(area, QBrush(colour, Qt.BrushStyle.Dense7Pattern))


def paint_ticks(painter: QPainter, look: Look, axis: Axis) -> None:
    """Round times along the top."""
    c = look.colours
    font = text_font(11)
    painter.setFont(font)
    metrics = QFontMetrics(font)
    for tick in timeline.ticks(axis):
        x = GUTTER_PX + round(tick.x_px)
        painter.setPen(QColor(c.line_strong))
        painter.drawLine(x, TICKS_PX - (6 if tick.text else 3), x, TICKS_PX - 1)
        if tick.text and x + metrics.horizontalAdvance(tick.text) < GUTTER_PX + axis.width_px + RIGHT_PX:
            painter.setPen(QColor(c.text_dim))
            painter.drawText(x + 4, TICKS_PX - 8, tick.text)


def paint_curves(
    painter: QPainter, look: Look, axis: Axis, curves: Curves, idle: Marks, places: Mapping[Lane, Place]
) -> None:
    """Changes of the picture, below them what the operator did, and idle times as a quiet ground."""
    c, screen, typed = look.colours, places[Lane.SCREEN], places[Lane.INPUT]
    nothing = lanes.runs(axis, idle)
    for left, right in zip(nothing.left_px.tolist(), nothing.right_px.tolist(), strict=True):
        for place in (screen, typed):
            painter.fillRect(QRectF(GUTTER_PX + left, place.top_px, right - left, place.height_px), QColor(c.idle))
    _paint_bars(painter, curves.screen, axis.width_px, screen.bottom_px, screen.height_px - 3, c.curve)
    _paint_bars(painter, curves.operator, axis.width_px, typed.bottom_px, typed.height_px - 2, c.curve_input)


def paint_selection(painter: QPainter, look: Look, axis: Axis, chosen: Range, bottom_px: int) -> None:
    """The selected range: what lies outside is dimmed, its ends are grips, and its times stand on the ruler."""
    left, right = (timeline.x_at(axis, at_ns) for at_ns in (chosen.start_ns, chosen.end_ns))
    left_px, right_px = (GUTTER_PX + min(max(x, 0.0), float(axis.width_px)) for x in (left, right))
    accent = QColor(look.colours.accent)
    dim = QColor(look.colours.panel)
    dim.setAlpha(150)
    height = bottom_px - TICKS_PX
    painter.fillRect(QRectF(GUTTER_PX, TICKS_PX, left_px - GUTTER_PX, height), dim)
    painter.fillRect(QRectF(right_px, TICKS_PX, GUTTER_PX + axis.width_px - right_px, height), dim)
    painter.fillRect(QRectF(left_px, TICKS_PX - 3, right_px - left_px, 3), accent)
    for x, is_seen in ((left_px, 0 <= left <= axis.width_px), (right_px, 0 <= right <= axis.width_px)):
        if is_seen:
            painter.fillRect(QRectF(x - 1, TICKS_PX - 3, 2, height + 3), accent)
            painter.fillRect(QRectF(x - 3, TICKS_PX + height / 2 - 9, 6, 18), accent)
    _paint_range_words(painter, look, axis, chosen, (left_px + right_px) / 2)


def _paint_range_words(painter: QPainter, look: Look, axis: Axis, chosen: Range, middle_px: float) -> None:
    c = look.colours
    painter.setFont(text_font(11, strong=True))
    metrics = QFontMetrics(painter.font())
    text = range_words(look, chosen)
    width = metrics.horizontalAdvance(text) + 16
    left = min(max(middle_px - width / 2, GUTTER_PX), max(GUTTER_PX + axis.width_px - width, GUTTER_PX))
    area = QRectF(left, 1, width, TICKS_PX - 5)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(c.accent_fill))
    painter.drawRoundedRect(area, 4, 4)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QColor(c.on_accent_fill))
    painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), text)


def range_words(look: Look, chosen: Range) -> str:
    """From when to when, and how long."""
    start, end, length = (timeline.time_text(at_ns) for at_ns in (chosen.start_ns, chosen.end_ns, chosen.length_ns))
    return look.words("timeline.range", start=start, end=end, length=length)


def paint_position(painter: QPainter, look: Look, axis: Axis, at_ns: int, bottom_px: int) -> None:
    """Where playback is."""
    if not axis.start_ns <= at_ns <= axis.end_ns:
        return
    x = GUTTER_PX + timeline.x_at(axis, at_ns)
    colour = QColor(look.colours.position)
    painter.fillRect(QRectF(x - 1, TICKS_PX - 6, 2, bottom_px - TICKS_PX + 8), colour)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    top = TICKS_PX - 9
    painter.drawPolygon(QPolygonF([QPointF(x - 6, top), QPointF(x + 6, top), QPointF(x, top + 9)]))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def paint_overview(painter: QPainter, look: Look, axis: Axis, duration_ns: int, top_px: int) -> None:
    """When zoomed: which part of the whole is seen."""
    whole = timeline.whole(duration_ns, axis.width_px)
    if axis.end_ns - axis.start_ns >= whole.end_ns:
        return
    left, right = timeline.x_at(whole, axis.start_ns), timeline.x_at(whole, axis.end_ns)
    painter.fillRect(QRectF(GUTTER_PX, top_px, axis.width_px, 4), QColor(look.colours.lane))
    painter.fillRect(QRectF(GUTTER_PX + left, top_px, max(right - left, 8), 4), QColor(look.colours.text_faint))


def _paint_bars(
    painter: QPainter, values: npt.NDArray[np.float64], width_px: int, bottom: int, height: int, colour: str
) -> None:
    """A bar for each bucket in which something happened; whatever happened is at least two pixels high."""
    step = width_px / max(len(values), 1)
    ink = QColor(colour)
    for place in np.flatnonzero(values):
        left, right = round(place * step), round((place + 1) * step)
        high = max(2, round(float(values[place]) * height))
        painter.fillRect(QRect(GUTTER_PX + left, bottom - high, right - left, high), ink)
