"""The timeline below the picture: lanes on one ruler. Click to seek, drag to select, wheel to zoom, hover to look."""

from collections.abc import Sequence
from enum import Enum

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QHideEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from player import lanes, timeline
from player.drawing import Pixels
from player.lane_columns import AccountColumns, Columns, SpanGroup, account_columns, evidence_of, starts_of
from player.lanes import Lane, Marks, Place, Range
from player.source import Span
from player.timeline import Axis, Times
from player.ui import timeline_painting as paint
from player.ui.bookmarks import Bookmark, laid_out, no_bookmarks
from player.ui.reading import News
from player.ui.timeline_card import TimelineCard
from player.ui.timeline_ground import Scene, paint_ground
from player.ui.timeline_hover import TimelineHover
from player.ui.timeline_words import AxisMarks
from resources.ui.look import Look

DRAG_FROM_PX = 4  # less is a click with an unsteady hand
EVIDENCE = ("gap", "altered", "missing", "unreadable")


class Hold(Enum):
    """What the pressed button holds."""

    POSITION = "position"  # on the ruler: the picture follows
    AXIS = "axis"
    POINT = "point"  # not moved yet: a click
    RANGE = "range"


class TimelineView(QWidget):
    """What does not move is painted once into a picture of its own; the position is drawn over it."""

    seek_requested = Signal(object)  # at_ns (32 bits are not enough)
    range_selected = Signal(object, object)  # start_ns, end_ns; None, None: no range any more
    thumbnail_wanted = Signal(object)  # at_ns

    def __init__(self, *, look: Look) -> None:
        super().__init__()
        self._look = look
        self._news: News | None = None
        self._axis = timeline.whole(0, 1)
        self._position_ns = 0
        self._hits = lanes.no_marks()
        self._bookmarks = no_bookmarks()
        self._spans: tuple[SpanGroup, ...] = ()
        self._idle = lanes.no_marks()
        self._account = AccountColumns()
        self._seen: frozenset[Lane] = frozenset()  # lanes that were not empty once: they keep their room
        self._places: tuple[Place, ...] = ()
        self._range: Range | None = None
        self._hold: Hold | None = None
        self._held_from = QPointF()
        self._anchor_ns = 0
        self._range_before: Range | None = None
        self._hover = TimelineHover(self, look=look)
        self._hover.wanted.connect(self.thumbnail_wanted)
        self._ground: QPixmap | None = None
        self._wall = (0, 0)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(look.words("timeline.title"))
        self._place_lanes()

    # --- what it is told ----------------------------------------------------------------------------------------------

    def show_recording(self, news: News | None, started_wall_ns: int = 0, utc_offset_s: int = 0) -> None:
        """Show all of this recording; None: nothing is open."""
        self._wall = (started_wall_ns, utc_offset_s)
        self._hits, self._position_ns, self._seen = lanes.no_marks(), 0, frozenset()
        self._bookmarks = no_bookmarks()
        self._hold = None
        self._hover.forget()
        self.select(None)
        self._take(news)
        self.show_whole()

    def show_news(self, news: News) -> None:
        """The recording has grown."""
        was_whole = self._is_whole()
        self._take(news)
        if was_whole:
            self._axis = timeline.whole(news.duration_ns, self._room_px())
        self._repaint_all()

    def show_hits(self, times_ns: Times) -> None:
        """Mark what was found, in order of time."""
        self._hits = lanes.instants(times_ns)
        self._place_lanes()
        self._repaint_all()

    def show_bookmarks(self, bookmarks: Sequence[Bookmark]) -> None:
        """Mark these moments and ranges."""
        self._bookmarks = laid_out(bookmarks, self._look.words)
        self._place_lanes()
        self._repaint_all()

    def show_thumbnail(self, at_ns: int, picture: Pixels | None) -> None:
        """This is what the screen showed then; None: it cannot be told."""
        if self._news is not None:
            self._hover.show_thumbnail(self._news, at_ns, picture)

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
        return self._hits.starts_ns

    @property
    def columns(self) -> Columns:
        """What the lanes are laid out of."""
        return self._news.columns if self._news is not None else Columns()

    @property
    def gap_times_ns(self) -> Times:
        """Where gaps, altered and missing ranges begin."""
        return starts_of(self._spans, EVIDENCE)

    @property
    def bookmark_times_ns(self) -> Times:
        """Where bookmarks begin."""
        return self._bookmarks.marks.starts_ns

    @property
    def selected_range(self) -> Range | None:
        """The range that is selected."""
        return self._range

    @property
    def card(self) -> TimelineCard | None:
        """What is said and shown of the moment under the pointer, once there was one."""
        return self._hover.card

    def place_of(self, lane: Lane) -> Place:
        """Where this lane lies in the widget."""
        return next(place for place in self._places if place.lane is lane)

    def x_of(self, at_ns: int) -> float:
        """Where a moment lies on the widget."""
        return paint.GUTTER_PX + timeline.x_at(self._axis, at_ns)

    # --- what it is asked ---------------------------------------------------------------------------------------------

    def zoom(self, factor: float, around_px: float | None = None) -> None:
        """Show less time (above 1) or more, around the position or this place."""
        place = timeline.x_at(self._axis, self._position_ns) if around_px is None else around_px
        self._axis = timeline.zoomed(self._axis, factor, place, self._duration_ns())
        self._repaint_all()

    def show_whole(self) -> None:
        """All of the recording."""
        self._axis = timeline.whole(self._duration_ns(), self._room_px())
        self._repaint_all()

    def show_range(self) -> None:
        """The range, as large as there is room; without one, or if it is shown so already, all of the recording."""
        wanted = timeline.whole(self._duration_ns(), self._room_px())
        if self._range is not None:
            near = timeline.showing(self._range.start_ns, self._range.end_ns, self._duration_ns(), self._room_px())
            wanted = near if near != self._axis else wanted
        self._axis = wanted
        self._repaint_all()

    def select(self, chosen: Range | None) -> None:
        """Select this range; None: none."""
        if chosen == self._range:
            return
        self._range = chosen
        self.update()
        self.setAccessibleDescription("" if chosen is None else paint.range_words(self._look, chosen))
        ends = (None, None) if chosen is None else (chosen.start_ns, chosen.end_ns)
        self.range_selected.emit(*ends)

    def leave(self) -> bool:
        """Escape: let go of what is being dragged, as it was before; else of the range. False: there was neither."""
        if self._hold is Hold.RANGE:
            self._hold = None
            self.select(self._range_before)
            return True
        had_range = self._range is not None
        self.select(None)
        return had_range

    # --- inside -------------------------------------------------------------------------------------------------------

    def _take(self, news: News | None) -> None:
        old, self._news = self._news, news
        self._idle = lanes.no_marks()
        if news is None:
            self._spans, self._account = (), AccountColumns()
        else:
            if old is None or news.spans is not old.spans:
                self._spans = evidence_of(news.spans, (*EVIDENCE, "locked"))
            if old is None or news.account is not old.account:
                self._account = account_columns(news.account)
        if news is not None and news.idle:
            self._idle = evidence_of(news.idle, ("idle",))[0].marks
        self._place_lanes()

    def _place_lanes(self) -> None:
        """Empty lanes have no room; one that held something once keeps it, so that nothing jumps while one types."""
        held = {lane: len(marks) for lane, marks in self._signs().items()}
        held[Lane.COMMANDS] += len(self.columns.processes)
        held[Lane.ACCOUNT] = len(self._account.quiet)
        self._seen |= {lane for lane in Lane if held.get(lane, 1)}
        self._places = lanes.stacked(paint.LANES_PX, frozenset(Lane) - self._seen, top_px=paint.TICKS_PX)
        self.setFixedHeight(self._bottom_px() + paint.OVERVIEW_PX)

    def _bottom_px(self) -> int:
        return self._places[-1].bottom_px

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

    def _time_at(self, event_px: float) -> int:
        return timeline.time_at(self._axis, event_px - paint.GUTTER_PX)

    # --- painting -----------------------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        """As Qt asks it."""
        if self._ground is None:
            scene = Scene(
                self._axis,
                self._places,
                self._news,
                self._spans,
                self._idle,
                self._account,
                self._bookmarks.marks,
                self._bookmarks.labels,
                self._hits,
            )
            self._ground = paint_ground(scene, self.size(), look=self._look, ratio=self.devicePixelRatioF())
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._ground)
        bottom = self._bottom_px()
        if self._news is not None:
            if self._range is not None:
                paint.paint_selection(painter, self._look, self._axis, self._range, bottom)
            paint.paint_position(painter, self._look, self._axis, self._position_ns, bottom)
            if self._hover.x_px is not None:
                x = paint.GUTTER_PX + self._hover.x_px
                painter.fillRect(QRectF(x, paint.TICKS_PX, 1, bottom - paint.TICKS_PX), QColor(self._look.colours.text))
        painter.end()

    # --- hovering -----------------------------------------------------------------------------------------------------

    def _hover_at(self, event_px: float) -> None:
        x_px = min(max(event_px - paint.GUTTER_PX, 0.0), float(self._axis.width_px))
        if self._news is not None:
            marks = AxisMarks(self._axis, x_px, self._bookmarks.marks, self._bookmarks.lines, self._hits)
            self._hover.show(self._news, marks, self._wall)

    def leaveEvent(self, _event: QEvent) -> None:
        """The pointer has gone."""
        self._hover.hide()
        self.update()

    def hideEvent(self, _event: QHideEvent) -> None:
        """As Qt asks it."""
        self._hover.hide()

    # --- the mouse ----------------------------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        """As Qt asks it: in other colours the ground is another one."""
        if event.type() == QEvent.Type.PaletteChange:
            self._repaint_all()
        super().changeEvent(event)

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """As Qt asks it."""
        self._axis = Axis(self._axis.start_ns, self._axis.end_ns, self._room_px())
        self._repaint_all()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Up and down zooms around the pointer; sideways, or with Shift, moves along."""
        turned = event.angleDelta()
        sideways = turned.x() or (turned.y() if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0)
        if sideways:
            self._axis = timeline.panned(self._axis, -sideways / 2, self._duration_ns())
            self._repaint_all()
        else:
            self.zoom(1.0015 ** turned.y(), event.position().x() - paint.GUTTER_PX)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """On the ruler the position, at an end of the range that end, elsewhere a point; with Shift the axis."""
        self._held_from = event.position()
        if event.button() == Qt.MouseButton.MiddleButton or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._hold = Hold.AXIS
        elif event.button() == Qt.MouseButton.LeftButton and self._news is not None:
            self._range_before = self._range
            stays_ns = lanes.grip_at(self._axis, self._range, event.position().x() - paint.GUTTER_PX)
            if event.position().y() < paint.TICKS_PX:
                self._hold = Hold.POSITION
                self.seek_requested.emit(self._time_at(event.position().x()))
            elif stays_ns is not None:
                self._hold, self._anchor_ns = Hold.RANGE, stays_ns
            else:
                self._hold, self._anchor_ns = Hold.POINT, self._time_at(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Hover, or move what is held."""
        x = event.position().x()
        if self._hold is Hold.POINT and abs(x - self._held_from.x()) >= DRAG_FROM_PX:
            self._hold = Hold.RANGE
        if self._hold is Hold.AXIS:
            self._axis = timeline.panned(self._axis, self._held_from.x() - x, self._duration_ns())
            self._held_from = event.position()
            self._ground = None
        elif self._hold is Hold.POSITION:
            self.seek_requested.emit(self._time_at(x))
        elif self._hold is Hold.RANGE:
            self.select(lanes.between(self._anchor_ns, self._time_at(x), self._duration_ns()))
        at_grip = lanes.grip_at(self._axis, self._range, x - paint.GUTTER_PX) is not None
        self.setCursor(Qt.CursorShape.SizeHorCursor if at_grip else Qt.CursorShape.ArrowCursor)
        self._hover_at(x)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go; what was not moved was a click."""
        if self._hold is Hold.POINT:
            self.seek_requested.emit(self._clicked(event.position()))
        self._hold = None

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """All of it again."""
        self.show_whole()

    def _clicked(self, at: QPointF) -> int:
        """The moment that a click means: on a sign, where what it stands for begins."""
        for lane, marks in self._signs().items():
            place = self.place_of(lane)
            if place.top_px <= at.y() < place.bottom_px:
                found = lanes.under(self._axis, marks, at.x() - paint.GUTTER_PX, reach_px=6)
                if found is not None:
                    return int(marks.starts_ns[found.nearest])
        return self._time_at(at.x())

    def _signs(self) -> dict[Lane, Marks]:
        """What stands for something that has a moment of its own."""
        columns = self.columns
        own = {Lane.COMMANDS: columns.commands, Lane.ALERTS: columns.alerts}
        return {**own, Lane.BOOKMARKS: self._bookmarks.marks, Lane.HITS: self._hits}
