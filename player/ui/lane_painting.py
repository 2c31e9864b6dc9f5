"""Paint the timeline's lanes: windows, typing, commands, alerts, bookmarks, hits, and what is not evidence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QPainter, QPen, QPolygonF

from player import lanes
from player.lane_columns import UNKNOWN_APPLICATION, Columns, SpanGroup, colours_of
from player.lanes import Clusters, Marks, Place, Runs, Strip
from player.timeline import Axis
from resources.ui.inert import visible
from resources.ui.look import Look, code_font, text_font

NAME_PX = 11
NAMED_FROM_PX = 40  # a block narrower than that has no room for a name
TITLED_FROM_PX = 190
WORDS_FROM_PX = 56
JOINT_PX = 8.0
TICK_PX = 3.0
SIGN_PX = 11.0
GRAVE = frozenset({"altered", "missing", "unreadable"})
_HATCHES = (
    Qt.BrushStyle.Dense3Pattern,
    Qt.BrushStyle.BDiagPattern,
    Qt.BrushStyle.FDiagPattern,
    Qt.BrushStyle.DiagCrossPattern,
    Qt.BrushStyle.VerPattern,
    Qt.BrushStyle.HorPattern,
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What every lane is painted with. The painter stands where the axis begins, and is cut at its end."""

    painter: QPainter
    look: Look
    axis: Axis
    texts: Sequence[str]

    def words_of(self, marks: Marks | Strip, place: int) -> str:
        """The words of a mark, safe to show."""
        return visible(self.texts[int(marks.texts[place])])


def severity_colour(look: Look, severity: int) -> str:
    """From quiet to red; the form says it too."""
    c = look.colours
    return (c.text_dim, c.accent, c.gap, c.altered, c.altered)[severity]


# --- windows ----------------------------------------------------------------------------------------------------------


def paint_windows(ground: Ground, place: Place, columns: Columns, *, until_ns: int) -> None:
    """A block for each application, in its colour and with its name; striped where more than one was in a pixel."""
    painter, look = ground.painter, ground.look
    colours = colours_of(columns.applications)
    found = lanes.blocks(ground.axis, columns.windows, until_ns=until_ns)
    painter.setFont(text_font(NAME_PX))
    metrics = QFontMetrics(painter.font())
    fills = [QColor(look.application_colour(colour)) for colour in colours]
    stripes = QBrush(QColor(look.colours.panel), Qt.BrushStyle.Dense5Pattern)
    sides = zip(found.left_px.tolist(), found.right_px.tolist(), strict=True)
    for (left, right), value, is_mixed in zip(sides, found.values.tolist(), found.is_mixed.tolist(), strict=True):
        area = QRectF(left, place.top_px, right - left, place.height_px)
        painter.fillRect(area, fills[value])
        if is_mixed:
            painter.fillRect(area, stripes)
    _paint_joints(ground, place, columns)
    for block in np.flatnonzero((found.right_px - found.left_px >= NAMED_FROM_PX) & ~found.is_mixed).tolist():
        left, right = int(found.left_px[block]), int(found.right_px[block])
        area = QRectF(left + 6, place.top_px, right - left - 10, place.height_px)
        text = _application_words(ground, columns, int(found.values[block]))
        is_one = found.firsts[block] == found.lasts[block]
        if right - left >= TITLED_FROM_PX and is_one:
            text = "  ·  ".join(filter(None, (text, ground.words_of(columns.windows, int(found.firsts[block])))))
        _write(painter, metrics, area, text, look.colours.on_application)


def _paint_joints(ground: Ground, place: Place, columns: Columns) -> None:
    """A thin line where another window, or another title, begins."""
    colour = QColor(ground.look.colours.panel)
    for x in lanes.joints(ground.axis, columns.windows, apart_px=JOINT_PX):
        ground.painter.fillRect(QRectF(round(float(x)), place.top_px, 1, place.height_px), colour)


def _application_words(ground: Ground, columns: Columns, value: int) -> str:
    name = columns.applications[value]
    return ground.look.words("timeline.unknown_application") if name == UNKNOWN_APPLICATION else visible(name)


# --- typing and commands ----------------------------------------------------------------------------------------------


def paint_typing(ground: Ground, place: Place, marks: Marks) -> None:
    """A bar for as long as was typed; with the text, where there is room."""
    painter, c = ground.painter, ground.look.colours
    found = lanes.runs(ground.axis, marks)
    ink = QColor(c.curve_input)
    for run in range(len(found)):
        left, right = int(found.left_px[run]), int(found.right_px[run])
        painter.fillRect(QRectF(left, place.top_px, right - left, place.height_px), ink)  # as high as its words
    painter.setFont(code_font(NAME_PX - 1))
    metrics = QFontMetrics(painter.font())
    for run in np.flatnonzero((found.right_px - found.left_px >= WORDS_FROM_PX) & (found.counts == 1)).tolist():
        left, right = int(found.left_px[run]), int(found.right_px[run])
        area = QRectF(left + 4, place.top_px, right - left - 8, place.height_px)
        _write(painter, metrics, area, ground.words_of(marks, int(found.firsts[run])), c.panel)


def paint_commands(ground: Ground, place: Place, columns: Columns) -> None:
    """A stroke for each command that was entered, with its words where there is room; processes are short strokes."""
    painter, c = ground.painter, ground.look.colours
    started = lanes.clusters(ground.axis, columns.processes, cell_px=TICK_PX)
    for x in started.x_px:
        painter.fillRect(QRectF(round(float(x)), place.bottom_px - 4, 2, 4), QColor(c.text_faint))
    entered = lanes.clusters(ground.axis, columns.commands, cell_px=TICK_PX)
    for x in entered.x_px:
        painter.fillRect(QRectF(round(float(x)), place.top_px, 2, place.height_px), QColor(c.text))
    painter.setFont(code_font(NAME_PX - 1))
    _write_beside(ground, place, entered, 5, lambda first: ground.words_of(columns.commands, first))


# --- alerts, bookmarks, hits ------------------------------------------------------------------------------------------


def paint_alerts(ground: Ground, place: Place, marks: Marks) -> None:
    """A sign for each, the graver the larger; of several on one place the gravest, and how many there are."""
    painter, look = ground.painter, ground.look
    found = lanes.signs(ground.axis, marks, apart_px=SIGN_PX)
    middle = place.top_px + place.height_px / 2
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for cluster in range(len(found)):
        severity = int(found.highest[cluster])
        paint_sign(painter, look, QPointF(float(found.x_px[cluster]), middle), severity)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setFont(text_font(NAME_PX))

    def words(first: int) -> str:
        return visible(look.words.rules.title(ground.texts[int(marks.texts[first])]))

    _write_beside(ground, place, found, 11, words)


def paint_sign(painter: QPainter, look: Look, at: QPointF, severity: int) -> None:
    """A dot, an open diamond, a full one, a larger one, and for the gravest a triangle with its mark."""
    colour = QColor(severity_colour(look, severity))
    painter.setPen(QPen(colour, 1.5))
    painter.setBrush(colour if severity != 1 else Qt.BrushStyle.NoBrush)
    if severity == 0:
        painter.drawEllipse(at, 2.0, 2.0)
    elif severity < 4:
        half = (0.0, 4.0, 4.5, 5.5)[severity]
        painter.drawPolygon(_polygon(at, (0, -half), (half, 0), (0, half), (-half, 0)))
    else:
        painter.drawPolygon(_polygon(at, (0, -6.5), (7, 5.5), (-7, 5.5)))
        painter.setPen(QPen(QColor(look.colours.panel), 1.6))
        painter.drawLine(QLineF(at.x(), at.y() - 3, at.x(), at.y() + 1.4))
        painter.drawLine(QLineF(at.x(), at.y() + 3.4, at.x(), at.y() + 4))


def paint_bookmarks(ground: Ground, place: Place, marks: Marks, labels: Sequence[str]) -> None:
    """A flag where each begins, a bar as far as it reaches, and its words where there is room.

    Where none of those on one place is by somebody who is trusted, the flag is an empty one.
    """
    painter, c = ground.painter, ground.look.colours
    reach = lanes.runs(ground.axis, marks)
    for run in range(len(reach)):
        left, right = int(reach.left_px[run]), int(reach.right_px[run])
        counts = _trusted(reach, marks, run)
        painter.fillRect(QRectF(left, place.bottom_px - 3, right - left, 3), QColor(c.accent if counts else c.warn))
    found = lanes.signs(ground.axis, marks, apart_px=SIGN_PX)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for x, is_own in zip(found.x_px.tolist(), (found.highest > 0).tolist(), strict=True):
        at = QPointF(x, place.top_px)
        painter.setPen(Qt.PenStyle.NoPen if is_own else QPen(QColor(c.warn), 1.4))
        painter.setBrush(QColor(c.accent) if is_own else Qt.BrushStyle.NoBrush)
        painter.drawPolygon(_polygon(at, (-1, 0), (9, 0), (6.5, 4), (9, 8), (1, 8), (1, place.height_px), (-1, 12)))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setFont(text_font(NAME_PX))
    over_bar = replace(place, height_px=place.height_px - 4)
    _write_beside(ground, over_bar, found, 13, lambda first: visible(labels[int(marks.texts[first])]))


def _trusted(reach: Runs, marks: Marks, run: int) -> bool:
    first = int(reach.firsts[run])
    return bool(np.any(marks.values[first : first + int(reach.counts[run])] > 0))


def paint_hits(ground: Ground, place: Place, marks: Marks) -> None:
    """A stroke for each place that holds something that was found."""
    colour = QColor(ground.look.colours.hit)
    for x in lanes.clusters(ground.axis, marks, cell_px=TICK_PX).x_px:
        ground.painter.fillRect(QRectF(round(float(x)) - 1, place.top_px, 2, place.height_px), colour)


# --- evidence ---------------------------------------------------------------------------------------------------------


def paint_evidence(ground: Ground, place: Place, above: QRectF, found: Sequence[SpanGroup]) -> None:
    """Gaps hatched, each reason in its own way; altered and missing ranges solid: not by their colour alone.

    `above` is the activity that none of this is evidence of.
    """
    for evidence in sorted(found, key=lambda one: one.kind in GRAVE):
        spans = lanes.runs(ground.axis, evidence.marks)
        for run in range(len(spans)):
            left = int(spans.left_px[run])
            width = max(int(spans.right_px[run]) - left, 3)
            lane = QRectF(left, place.top_px, width, place.height_px)
            over = QRectF(left, above.top(), width, above.height())
            _paint_span(ground, lane, over, evidence)
            if width >= 2 * WORDS_FROM_PX and evidence.kind != "locked":
                _paint_plate(ground, lane, ground.look.words.said(evidence.reason))


def _paint_span(ground: Ground, lane: QRectF, over: QRectF, evidence: SpanGroup) -> None:
    painter, c = ground.painter, ground.look.colours
    if evidence.kind in GRAVE:
        colour = QColor(c.altered)
        painter.fillRect(lane, colour)
        colour.setAlpha(90)
        painter.fillRect(over, colour)
        painter.fillRect(over, QBrush(QColor(c.altered), Qt.BrushStyle.DiagCrossPattern))
    elif evidence.kind == "gap":
        painter.fillRect(lane, QColor(c.lane))
        painter.fillRect(lane, QBrush(QColor(c.gap), _HATCHES[evidence.number]))
        painter.fillRect(over, QBrush(QColor(c.gap), Qt.BrushStyle.BDiagPattern))
    else:
        painter.fillRect(lane, QColor(c.text_faint))


def _paint_plate(ground: Ground, lane: QRectF, text: str) -> None:
    """Words on a plain ground, so that they can be read over a hatch."""
    painter, c = ground.painter, ground.look.colours
    painter.setFont(text_font(NAME_PX - 1))
    metrics = QFontMetrics(painter.font())
    if not text:
        return
    shown = metrics.elidedText(visible(text), Qt.TextElideMode.ElideRight, round(lane.width()) - 24)
    plate = QRectF(lane.left() + 6, lane.top(), metrics.horizontalAdvance(shown) + 8, lane.height())
    painter.fillRect(plate, QColor(c.panel))
    painter.setPen(QColor(c.text))
    painter.drawText(plate, int(Qt.AlignmentFlag.AlignCenter), shown)


# --- inside -----------------------------------------------------------------------------------------------------------


def _write_beside(ground: Ground, place: Place, found: Clusters, off_px: float, words: Callable[[int], str]) -> None:
    """Beside each mark its words, if there is room up to the next one; of several, how many they are."""
    painter, axis = ground.painter, ground.axis
    metrics = QFontMetrics(painter.font())
    rooms = np.diff(np.append(found.x_px, axis.width_px)) - off_px - 6
    for cluster in np.flatnonzero(rooms >= 14).tolist():
        count, room_px = int(found.counts[cluster]), float(rooms[cluster])
        text = words(int(found.firsts[cluster])) if count == 1 and room_px >= WORDS_FROM_PX else ""
        text = f"×{count}" if count > 1 else text
        area = QRectF(float(found.x_px[cluster]) + off_px, place.top_px - 2, room_px, place.height_px + 4)
        _write(painter, metrics, area, text, ground.look.colours.text_dim)


def _write(painter: QPainter, metrics: QFontMetrics, area: QRectF, text: str, colour: str) -> None:
    if text:
        painter.setPen(QColor(colour))
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(area.width()))
        painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)


def _polygon(at: QPointF, *points: tuple[float, float]) -> QPolygonF:
    return QPolygonF([QPointF(at.x() + x, at.y() + y) for x, y in points])
