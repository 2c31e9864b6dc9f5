"""Everything on the timeline that stands still while it plays, in one picture."""

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPixmap

from player import timeline
from player.lane_columns import AccountColumns, SpanGroup
from player.lanes import Lane, Marks, Place
from player.timeline import Axis
from player.ui import lane_painting as fill
from player.ui import timeline_painting as paint
from player.ui.account_painting import paint_account
from player.ui.lane_painting import Ground
from player.ui.reading import News
from player.ui.timeline_painting import Curves
from resources.ui.look import Look

BUCKET_PX = 3
OVER_PX = 8  # as far as a sign at the very start or end may stand out


@dataclass(frozen=True, slots=True)
class Scene:
    """What there is to paint, and where. `news` None: nothing is open."""

    axis: Axis
    places: tuple[Place, ...]
    news: News | None
    spans: tuple[SpanGroup, ...]
    idle: Marks
    account: AccountColumns
    bookmarks: Marks
    labels: tuple[str, ...]
    hits: Marks


def paint_ground(scene: Scene, size: QSize, *, look: Look, ratio: float) -> QPixmap:
    """The lanes with all that lies in them, the ruler above and the overview below."""
    ground = QPixmap(size * ratio)
    ground.setDevicePixelRatio(ratio)
    ground.fill(QColor(look.colours.panel))
    painter = QPainter(ground)
    paint.paint_lanes(painter, look, scene.axis, scene.places)
    bottom = scene.places[-1].bottom_px
    if scene.news is not None:
        if not scene.news.is_complete:
            paint.paint_unread(painter, look, scene.axis, scene.news.reached_ns, bottom)
        _paint_lanes(painter, scene, scene.news, look=look)
        paint.paint_overview(painter, look, scene.axis, scene.news.duration_ns, bottom + 5)
    painter.end()
    return ground


def _paint_lanes(painter: QPainter, scene: Scene, news: News, *, look: Look) -> None:
    axis, places = scene.axis, {place.lane: place for place in scene.places}
    paint.paint_ticks(painter, look, axis)
    paint.paint_curves(painter, look, axis, _curves(news, scene.axis), scene.idle, places)
    painter.save()
    painter.translate(paint.GUTTER_PX, 0)
    painter.setClipRect(QRectF(-OVER_PX, 0, axis.width_px + 2 * OVER_PX, scene.places[-1].bottom_px))
    ground = Ground(painter, look, axis, news.columns.texts)
    fill.paint_windows(ground, places[Lane.WINDOWS], news.columns, until_ns=news.reached_ns)
    fill.paint_typing(ground, places[Lane.TYPING], news.columns.typing)
    fill.paint_commands(ground, places[Lane.COMMANDS], news.columns)
    fill.paint_bookmarks(ground, places[Lane.BOOKMARKS], scene.bookmarks, scene.labels)
    fill.paint_hits(ground, places[Lane.HITS], scene.hits)
    above = QRectF(0, places[Lane.SCREEN].top_px, 0, places[Lane.TYPING].bottom_px - places[Lane.SCREEN].top_px)
    fill.paint_evidence(ground, places[Lane.EVIDENCE], above, scene.spans)
    paint_account(ground, places[Lane.ACCOUNT], scene.account)
    fill.paint_alerts(ground, places[Lane.ALERTS], news.columns.alerts)
    painter.restore()


def _curves(news: News, axis: Axis) -> Curves:
    buckets = max(1, axis.width_px // BUCKET_PX)
    return Curves(
        timeline.activity(axis, news.change_times_ns, news.change_px, buckets=buckets),
        timeline.activity(axis, news.operator_times_ns, buckets=buckets),
    )
