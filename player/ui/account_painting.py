"""Paint the timeline's lane of the account: what every moment of the session was."""

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics

from player import lanes
from player.account_words import class_words
from player.lane_columns import QUIET, AccountColumns
from player.lanes import Marks, Place
from player.ui.lane_painting import NAME_PX, NAMED_FROM_PX, Ground
from recorder.coverage import Coverage
from resources.ui.look import text_font

SHORTEST_PX = 2  # what was not recorded is seen, however short it was


def paint_account(ground: Ground, place: Place, account: AccountColumns) -> None:
    """Recorded, idle and locked as quiet blocks with their names; masks, gaps and what is lost over them."""
    if place.is_empty:
        return
    c = ground.look.colours
    fills = {
        Coverage.RECORDED: QColor(c.curve_input),
        Coverage.IDLE: QColor(c.idle),
        Coverage.LOCKED: QColor(c.text_faint),
    }
    fills[Coverage.RECORDED].setAlpha(90)  # it is the usual thing, and not to outshine what is not
    _paint_blocks(ground, place, account, [fills[one] for one in QUIET])
    _paint_over(ground, place, account.masked, QBrush(QColor(c.accent), Qt.BrushStyle.Dense4Pattern), Coverage.MASKED)
    _paint_over(ground, place, account.gaps, QBrush(QColor(c.gap), Qt.BrushStyle.BDiagPattern), Coverage.GAP)
    _paint_over(ground, place, account.lost, QBrush(QColor(c.altered)), Coverage.GAP)


def _paint_blocks(ground: Ground, place: Place, account: AccountColumns, fills: list[QColor]) -> None:
    painter = ground.painter
    found = lanes.blocks(ground.axis, account.quiet, until_ns=account.until_ns)
    painter.setFont(text_font(NAME_PX - 1))
    for block in range(len(found)):
        left, width = int(found.left_px[block]), int(found.right_px[block] - found.left_px[block])
        area = QRectF(left, place.top_px, width, place.height_px)
        painter.fillRect(area, fills[int(found.values[block])])
    for block in np.flatnonzero(found.right_px - found.left_px >= NAMED_FROM_PX).tolist():
        left, right = int(found.left_px[block]), int(found.right_px[block])
        area = QRectF(left + 6, place.top_px, right - left - 10, place.height_px)
        coverage = QUIET[int(found.values[block])]
        c = ground.look.colours
        ink = c.panel if coverage == Coverage.LOCKED else c.text
        _write(ground, area, class_words(coverage, ground.look.words), ink)


def _paint_over(ground: Ground, place: Place, marks: Marks, brush: QBrush, coverage: Coverage) -> None:
    painter, c = ground.painter, ground.look.colours
    found = lanes.runs(ground.axis, marks)
    for left, right in zip(found.left_px.tolist(), found.right_px.tolist(), strict=True):
        area = QRectF(left, place.top_px, max(right - left, SHORTEST_PX), place.height_px)
        painter.fillRect(area, QColor(c.lane))
        painter.fillRect(area, brush)
        if right - left >= NAMED_FROM_PX:
            _write_on_plate(ground, area, class_words(coverage, ground.look.words))


def _write_on_plate(ground: Ground, area: QRectF, text: str) -> None:
    """Words on a plain ground, so that they can be read over a pattern."""
    width = QFontMetrics(ground.painter.font()).horizontalAdvance(text) + 8
    plate = QRectF(area.left() + 4, area.top(), min(width, area.width() - 8), area.height())
    ground.painter.fillRect(plate, QColor(ground.look.colours.panel))
    _write(ground, plate.adjusted(4, 0, 0, 0), text, ground.look.colours.text)


def _write(ground: Ground, area: QRectF, text: str, colour: str) -> None:
    painter = ground.painter
    painter.setPen(QColor(colour))
    shown = QFontMetrics(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, int(area.width()))
    painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
