"""Paint the timeline: the curve, what was not recorded, what was altered, idle times, hits and the position."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QPainter, QPen, QPolygonF

from player import timeline
from player.source import Span
from player.timeline import Axis, Times
from player.ui.look import SMALL_PX, Look, text_font

GUTTER_PX = 76
RIGHT_PX = 16
TICKS_PX = 24
CURVE_PX = 30
INPUT_PX = 16
LANE_PX = 10
INPUT_TOP_PX = TICKS_PX + CURVE_PX + 2
EVIDENCE_TOP_PX = INPUT_TOP_PX + INPUT_PX + 6
LANES_PX = INPUT_TOP_PX + INPUT_PX - TICKS_PX
HEIGHT_PX = EVIDENCE_TOP_PX + LANE_PX + 14
GRAVE = frozenset({"altered", "missing"})


@dataclass(frozen=True, slots=True)
class Curves:
    """How much happened in each bucket of the axis, 0 to 1."""

    screen: npt.NDArray[np.float64]
    operator: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bubble:
    """What is said about the moment under the pointer: lines of words, and where."""

    x_px: float
    lines: tuple[str, ...]


def paint_lanes(painter: QPainter, look: Look, axis: Axis) -> None:
    """The grounds of the lanes and their names."""
    c = look.colours
    painter.setFont(text_font(SMALL_PX))
    painter.setPen(QColor(c.text_dim))
    right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    lanes = ((TICKS_PX, CURVE_PX, "screen"), (INPUT_TOP_PX, INPUT_PX, "input"), (EVIDENCE_TOP_PX, LANE_PX, "evidence"))
    for top, height, name in lanes:
        painter.fillRect(QRect(GUTTER_PX, top, axis.width_px, height), QColor(c.lane))
        painter.drawText(QRect(0, top - 4, GUTTER_PX - 10, height + 8), right, look.words(f"timeline.{name}"))


def paint_unread(painter: QPainter, look: Look, axis: Axis, reached_ns: int) -> None:
    """From here on nothing has been read yet: an empty lane would say that nothing happened."""
    left = max(timeline.x_at(axis, reached_ns), 0.0)
    colour = QColor(look.colours.text_faint)
    colour.setAlpha(70)
    area = QRectF(GUTTER_PX + left, TICKS_PX, max(axis.width_px - left, 0.0), EVIDENCE_TOP_PX + LANE_PX - TICKS_PX)
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


def paint_curves(painter: QPainter, look: Look, axis: Axis, curves: Curves, idle: Sequence[Span]) -> None:
    """Changes of the picture, below them what the operator did, and idle times as a quiet ground."""
    c = look.colours
    for box in timeline.span_boxes(axis, idle):
        painter.fillRect(QRectF(GUTTER_PX + box.left_px, TICKS_PX, box.width_px, LANES_PX), QColor(c.idle))
    _paint_bars(painter, curves.screen, axis.width_px, TICKS_PX + CURVE_PX, CURVE_PX - 3, c.curve)
    _paint_bars(painter, curves.operator, axis.width_px, INPUT_TOP_PX + INPUT_PX, INPUT_PX - 2, c.curve_input)


def paint_evidence(painter: QPainter, look: Look, axis: Axis, spans: Sequence[Span]) -> None:
    """Gaps hatched, altered and missing ranges solid and crossed: their form tells them apart, not colour alone."""
    c = look.colours
    boxes = timeline.span_boxes(axis, [span for span in spans if span.kind not in ("idle", "inexact")])
    for box in sorted(boxes, key=lambda box: box.span.kind in GRAVE):
        width = max(box.width_px, 3.0)
        lane = QRectF(GUTTER_PX + box.left_px, EVIDENCE_TOP_PX, width, LANE_PX)
        curve = QRectF(lane.left(), TICKS_PX, width, LANES_PX)
        if box.span.kind in GRAVE:
            colour = QColor(c.altered)
            painter.fillRect(lane, colour)
            colour.setAlpha(90)
            painter.fillRect(curve, colour)
            painter.fillRect(curve, QBrush(QColor(c.altered), Qt.BrushStyle.DiagCrossPattern))
        elif box.span.kind == "gap":
            painter.fillRect(lane, QColor(c.lane))
            painter.fillRect(lane, QBrush(QColor(c.gap), Qt.BrushStyle.Dense3Pattern))
            painter.fillRect(curve, QBrush(QColor(c.gap), Qt.BrushStyle.BDiagPattern))
        else:
            painter.fillRect(lane, QColor(c.text_faint))


def paint_hits(painter: QPainter, look: Look, axis: Axis, times_ns: Times) -> None:
    """A mark for each pixel that holds something that was found."""
    colour = QColor(look.colours.hit)
    for place in timeline.mark_places(axis, times_ns):
        x = GUTTER_PX + int(place)
        painter.fillRect(QRect(x - 1, TICKS_PX, 2, LANES_PX), colour)
        painter.fillRect(QRect(x - 3, TICKS_PX, 6, 4), colour)


def paint_position(painter: QPainter, look: Look, axis: Axis, at_ns: int) -> None:
    """Where playback is."""
    if not axis.start_ns <= at_ns <= axis.end_ns:
        return
    x = GUTTER_PX + timeline.x_at(axis, at_ns)
    colour = QColor(look.colours.position)
    painter.fillRect(QRectF(x - 1, TICKS_PX - 6, 2, EVIDENCE_TOP_PX + LANE_PX - TICKS_PX + 8), colour)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    top = TICKS_PX - 9
    painter.drawPolygon(QPolygonF([QPointF(x - 6, top), QPointF(x + 6, top), QPointF(x, top + 9)]))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def paint_window(painter: QPainter, look: Look, axis: Axis, duration_ns: int) -> None:
    """When zoomed: which part of the whole is seen."""
    whole = timeline.whole(duration_ns, axis.width_px)
    if axis.end_ns - axis.start_ns >= whole.end_ns:
        return
    top = EVIDENCE_TOP_PX + LANE_PX + 6
    left, right = timeline.x_at(whole, axis.start_ns), timeline.x_at(whole, axis.end_ns)
    painter.fillRect(QRectF(GUTTER_PX, top, axis.width_px, 4), QColor(look.colours.lane))
    painter.fillRect(QRectF(GUTTER_PX + left, top, max(right - left, 8), 4), QColor(look.colours.text_faint))


def paint_bubble(painter: QPainter, look: Look, bubble: Bubble, width_px: int) -> None:
    """The moment under the pointer: a line, and beside it the time in words."""
    c = look.colours
    x = GUTTER_PX + bubble.x_px
    painter.fillRect(QRectF(x, TICKS_PX, 1, EVIDENCE_TOP_PX + LANE_PX - TICKS_PX), QColor(c.text))
    font = text_font(SMALL_PX)
    metrics = QFontMetrics(font)
    width = max(metrics.horizontalAdvance(line) for line in bubble.lines) + 28
    height = 18 * len(bubble.lines) + 10
    left = x + 10 if x + 10 + width < width_px else x - 10 - width
    area = QRectF(max(left, 4), 4, min(width, width_px - 8), height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(c.line_strong), 1))
    painter.setBrush(QColor(c.raised))
    painter.drawRoundedRect(area, 6, 6)
    painter.setFont(font)
    for number, line in enumerate(bubble.lines):
        painter.setPen(QColor(c.text if number == 0 else c.text_dim))
        line_area = QRectF(area.left() + 10, area.top() + 5 + 18 * number, area.width() - 20, 18)
        shown = metrics.elidedText(line, Qt.TextElideMode.ElideRight, int(line_area.width()))
        painter.drawText(line_area, int(Qt.AlignmentFlag.AlignVCenter), shown)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


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
