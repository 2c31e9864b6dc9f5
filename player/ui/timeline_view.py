"""The timeline below the picture: seek with a click or a drag, zoom with the wheel, hover for the time."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from player import timeline
from player.source import Span
from player.timeline import Axis, Times
from player.ui import timeline_painting as paint
from player.ui.look import Look
from player.ui.reading import News
from player.ui.timeline_painting import Bubble, Curves

BUCKET_PX = 3
_NO_TIMES: Times = np.empty(0, np.int64)


class TimelineView(QWidget):
    """What does not move is painted once into a picture of its own; the position is drawn over it."""

    seek_requested = Signal(object)  # at_ns (32 bits are not enough)

    def __init__(self, *, look: Look) -> None:
        super().__init__()
        self._look = look
        self._news: News | None = None
        self._axis = timeline.whole(0, 1)
        self._position_ns = 0
        self._hits: Times = _NO_TIMES
        self._hover_px: float | None = None
        self._panned_from: QPointF | None = None
        self._is_dragging = False
        self._ground: QPixmap | None = None
        self._wall = (0, 0)
        self.setMouseTracking(True)
        self.setFixedHeight(paint.HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(look.words("timeline.title"))

    # --- what it is told ----------------------------------------------------------------------------------------------

    def show_recording(self, news: News | None, started_wall_ns: int = 0, utc_offset_s: int = 0) -> None:
        """Show all of this recording; None: nothing is open."""
        self._news, self._wall = news, (started_wall_ns, utc_offset_s)
        self._hits, self._position_ns = _NO_TIMES, 0
        self._axis = timeline.whole(news.duration_ns if news else 0, self._room_px())
        self._repaint_all()

    def show_news(self, news: News) -> None:
        """The recording has grown."""
        was_whole = self._is_whole()
        self._news = news
        if was_whole:
            self._axis = timeline.whole(news.duration_ns, self._room_px())
        self._repaint_all()

    def show_hits(self, times_ns: Times) -> None:
        """Mark what was found, in order of time."""
        self._hits = times_ns
        self._repaint_all()

    def show_position(self, at_ns: int, *, follows: bool) -> None:
        """Playback is here; `follows`: keep it in sight."""
        if at_ns == self._position_ns:
            return
        self._position_ns = at_ns
        axis = timeline.following(self._axis, at_ns, self._duration_ns()) if follows else self._axis
        if axis != self._axis:
            self._axis = axis
            self._ground = None
        self.update()

    # --- what holds ---------------------------------------------------------------------------------------------------

    @property
    def axis(self) -> Axis:
        """What is seen now."""
        return self._axis

    @property
    def spans(self) -> tuple[Span, ...]:
        """Gaps, altered and missing ranges that are painted."""
        return self._news.spans if self._news is not None else ()

    @property
    def hit_times_ns(self) -> Times:
        """The marks of what was found."""
        return self._hits

    def x_of(self, at_ns: int) -> float:
        """Where a moment lies on the widget."""
        return paint.GUTTER_PX + timeline.x_at(self._axis, at_ns)

    def zoom(self, factor: float, around_px: float | None = None) -> None:
        """Show less time (above 1) or more, around the position or this place."""
        place = timeline.x_at(self._axis, self._position_ns) if around_px is None else around_px
        self._axis = timeline.zoomed(self._axis, factor, place, self._duration_ns())
        self._repaint_all()

    def show_whole(self) -> None:
        """All of the recording."""
        self._axis = timeline.whole(self._duration_ns(), self._room_px())
        self._repaint_all()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _duration_ns(self) -> int:
        return self._news.duration_ns if self._news is not None else 0

    def _room_px(self) -> int:
        return max(1, self.width() - paint.GUTTER_PX - paint.RIGHT_PX)

    def _is_whole(self) -> bool:
        extent_ns = max(self._duration_ns(), timeline.SHORTEST_AXIS_NS)
        return self._axis.end_ns - self._axis.start_ns >= extent_ns

    def _repaint_all(self) -> None:
        self._ground = None
        self.update()

    def _curves(self, news: News) -> Curves:
        buckets = max(1, self._axis.width_px // BUCKET_PX)
        return Curves(
            timeline.activity(self._axis, news.change_times_ns, news.change_px, buckets=buckets),
            timeline.activity(self._axis, news.operator_times_ns, buckets=buckets),
        )

    def _paint_ground(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        ground = QPixmap(self.size() * ratio)
        ground.setDevicePixelRatio(ratio)
        ground.fill(QColor(self._look.colours.panel))
        painter = QPainter(ground)
        paint.paint_lanes(painter, self._look, self._axis)
        if self._news is not None:
            if not self._news.is_complete:
                paint.paint_unread(painter, self._look, self._axis, self._news.reached_ns)
            paint.paint_ticks(painter, self._look, self._axis)
            paint.paint_curves(painter, self._look, self._axis, self._curves(self._news), self._news.idle)
            paint.paint_evidence(painter, self._look, self._axis, self._news.spans)
            paint.paint_hits(painter, self._look, self._axis, self._hits)
            paint.paint_window(painter, self._look, self._axis, self._news.duration_ns)
        painter.end()
        return ground

    def bubble_at(self, x_px: float) -> Bubble | None:
        """What is said about this place; None if nothing is open."""
        if self._news is None:
            return None
        at_ns = timeline.time_at(self._axis, x_px)
        started_ns, offset_s = self._wall
        lines = [
            timeline.time_text(at_ns),
            timeline.clock_text(started_ns + at_ns, offset_s),
            timeline.clock_text(started_ns + at_ns),
        ]
        here = timeline.spans_at((*self._news.spans, *self._news.idle), at_ns)
        lines += [
            f"{self._look.words.either(f'span.{span.kind}', span.kind)}: {self._look.words.said(span.reason)}"
            for span in here[:1]
        ]
        return Bubble(x_px, tuple(lines))

    # --- Qt -----------------------------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        """As Qt asks it."""
        if self._ground is None:
            self._ground = self._paint_ground()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._ground)
        if self._news is not None:
            paint.paint_position(painter, self._look, self._axis, self._position_ns)
            bubble = self.bubble_at(self._hover_px) if self._hover_px is not None else None
            if bubble is not None:
                paint.paint_bubble(painter, self._look, bubble, self.width())
        painter.end()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """As Qt asks it."""
        self._axis = Axis(self._axis.start_ns, self._axis.end_ns, self._room_px())
        self._repaint_all()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Up and down zooms around the pointer, sideways moves along."""
        if event.angleDelta().x():
            self._axis = timeline.panned(self._axis, -event.angleDelta().x() / 2, self._duration_ns())
            self._repaint_all()
        else:
            self.zoom(1.0015 ** event.angleDelta().y(), event.position().x() - paint.GUTTER_PX)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go there; with the middle button (or Shift) take hold of the axis."""
        is_held = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if event.button() == Qt.MouseButton.MiddleButton or is_held:
            self._panned_from = event.position()
        elif event.button() == Qt.MouseButton.LeftButton:
            self._is_dragging = True
            self._ask(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Hover, drag the position, or move along."""
        self._hover_px = min(max(event.position().x() - paint.GUTTER_PX, 0.0), float(self._axis.width_px))
        if self._panned_from is not None:
            by_px = self._panned_from.x() - event.position().x()
            self._panned_from = event.position()
            self._axis = timeline.panned(self._axis, by_px, self._duration_ns())
            self._ground = None
        elif self._is_dragging:
            self._ask(event.position().x())
        self.update()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Let go."""
        self._panned_from, self._is_dragging = None, False

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """All of it again."""
        self.show_whole()

    def leaveEvent(self, _event: QEvent) -> None:
        """The pointer has gone."""
        self._hover_px = None
        QToolTip.hideText()
        self.update()

    def sizeHint(self) -> QSize:
        """As Qt asks it."""
        return QSize(800, paint.HEIGHT_PX)

    def _ask(self, x_px: float) -> None:
        if self._news is not None:
            self.seek_requested.emit(timeline.time_at(self._axis, x_px - paint.GUTTER_PX))
