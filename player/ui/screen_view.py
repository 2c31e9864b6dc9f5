"""The picture: fitted or zoomed, panned with the pointer, monitors side by side or one alone."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from player.decoder import Shown
from player.keycaps import ClickMark, Stroke
from player.magnifier import Follow, Magnifier, glass_at
from player.source import Picture
from player.ui import lens as optics
from player.ui.lens import Lens
from player.ui.scaled_images import ScaledImages
from player.ui.screen_hand import ScreenHand
from player.ui.screen_marks import (
    Glass,
    paint_badge,
    paint_click,
    paint_differences,
    paint_film,
    paint_glass,
    paint_region,
    paint_strokes,
)
from player.ui.screen_painting import (
    Blank,
    image_of,
    paint_blank,
    paint_chip,
    paint_image,
    paint_pointer,
    screen_rect,
)
from player.ui.sight import Sight
from player.ui.what_to_paint import film_words
from recorder.events import Screen
from recorder.geometry import Rect
from resources.ui.look import Look


class ScreenView(QWidget):
    """Paints what it was last given. `blank` stands in for every picture that is missing, never an older picture."""

    scale_changed = Signal(float)
    sight_changed = Signal()  # another part of the desktop is in sight, or it is seen in another size
    magnifier_changed = Signal()
    arming_changed = Signal(bool)  # whether the next drag draws a region

    def __init__(self, *, look: Look) -> None:
        super().__init__()
        self._look = look
        self._shown: Shown | None = None
        self._images: list[tuple[Screen, Picture | None, QImage | None]] = []
        self._scaled = ScaledImages()
        self._blank: Blank | None = None
        self._notices: tuple[str, ...] = ()
        self._clicks: tuple[ClickMark, ...] = ()
        self._strokes: tuple[Stroke, ...] = ()
        self._differences: dict[int, tuple[Rect, ...]] = {}
        self._badge = ""
        self._chosen: int | None = None  # the monitor to show alone, whenever it is there
        self._sight = Sight()
        self._told: tuple[Lens, Rect, int, int] | None = None
        self._magnifier = Magnifier()
        self._mouse_at: QPointF | None = None
        self._hand = ScreenHand(self)
        self.setMinimumSize(240, 160)
        self.setAccessibleName(look.words("screen.title"))
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)

    # --- what it is told ----------------------------------------------------------------------------------------------

    def show_picture(
        self,
        shown: Shown,
        *,
        blank: Blank | None,
        notices: Sequence[str] = (),
        clicks: Sequence[ClickMark] = (),
        strokes: Sequence[Stroke] = (),
    ) -> None:
        """Show this moment; `blank` is painted where there is no picture."""
        was = self._area()
        self._shown, self._blank = shown, blank
        self._notices, self._clicks, self._strokes = tuple(notices), tuple(clicks), tuple(strokes)
        pairs = zip(shown.screens, shown.pictures, strict=True)
        self._images = [(screen, picture, None if picture is None else image_of(picture)) for screen, picture in pairs]
        if self._area() != was:
            self._settle()
        self.update()

    def show_blank(self, blank: Blank) -> None:
        """No picture at all, for this reason."""
        self._blank, self._notices, self._clicks, self._strokes = blank, (), (), ()
        self._differences = {}
        self._images = [(screen, None, None) for screen, _, _ in self._images]
        self._scaled.clear()
        self.update()

    def empty(self, blank: Blank) -> None:
        """Nothing is open, for this reason."""
        self._shown, self._images, self._chosen = None, [], None
        self._sight.fit()
        self.show_blank(blank)

    def show_only(self, number: int | None) -> None:
        """One monitor alone, or all as they stood. It is shown whenever it is there, and all while it is not."""
        self._chosen = number
        self.fit()

    def show_differences(self, differences: dict[int, tuple[Rect, ...]]) -> None:
        """Outline these areas, by monitor."""
        self._differences = differences
        self.update()

    def show_badge(self, text: str) -> None:
        """Say which of several moments this is; "": it is the only one."""
        self._badge = text
        self.update()

    def take_sight(self, other: "ScreenView") -> None:
        """Look at the same part of the desktop as the other view does, which is of the same size."""
        self._chosen = other._chosen
        self._sight.take(other._sight)
        self._settle()

    def set_magnifier(self, magnifier: Magnifier) -> None:
        """Magnify like this from now on."""
        if magnifier != self._magnifier:
            self._magnifier = magnifier
            self.magnifier_changed.emit()
            self.update()

    @property
    def _lens(self) -> Lens:
        return self._sight.lens

    # --- what holds ---------------------------------------------------------------------------------------------------

    @property
    def scale(self) -> float:
        """How many widget pixels there are for one of the desktop."""
        return self._lens.scale

    @property
    def is_fitted(self) -> bool:
        """Whether the whole is kept in sight when the widget changes its size."""
        return self._sight.is_fitted

    @property
    def blank(self) -> Blank | None:
        """What is painted where there is no picture."""
        return self._blank

    @property
    def pictures(self) -> tuple[Picture | None, ...]:
        """The pictures that are painted, by monitor."""
        return tuple(picture for _, picture, _ in self._images)

    @property
    def notices(self) -> tuple[str, ...]:
        """The signs painted over the picture."""
        return self._notices

    @property
    def only(self) -> int | None:
        """The monitor that is shown alone."""
        return self._chosen if any(screen.number == self._chosen for screen, _, _ in self._images) else None

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        """What is shown to have been typed."""
        return self._strokes

    @property
    def clicks(self) -> tuple[ClickMark, ...]:
        """The clicks that are ringed."""
        return self._clicks

    @property
    def differences(self) -> dict[int, tuple[Rect, ...]]:
        """The areas that are outlined, by monitor."""
        return self._differences

    @property
    def magnifier(self) -> Magnifier:
        """How it magnifies."""
        return self._magnifier

    @property
    def region(self) -> Rect | None:
        """The part of the desktop that was chosen to be kept in sight."""
        return self._sight.region

    @property
    def seen(self) -> Rect:
        """The part of the desktop that is in sight."""
        return self._sight.seen(self._area(), self.width(), self.height())

    @property
    def is_arming(self) -> bool:
        """Whether the next drag draws a region."""
        return self._hand.is_arming

    # --- zooming ------------------------------------------------------------------------------------------------------

    def fit(self) -> None:
        """The whole in sight."""
        self._sight.fit()
        self._settle()

    def keep_region(self, region: Rect) -> None:
        """This part of the desktop as large as it goes, from now on; what lies outside of the desktop is left out."""
        region = region.intersection(self._area())
        if not region.is_empty:
            self._sight.keep(region)
            self._settle()

    def arm_region(self, *, is_armed: bool) -> None:
        """Let the next drag draw a region, or not."""
        self._hand.arm(is_armed=is_armed)

    def zoom_to(self, scale: float, around: QPointF | None = None) -> None:
        """This scale, what lies under `around` (the middle if None) staying there."""
        point = QPointF(self.width() / 2, self.height() / 2) if around is None else around
        self._sight.zoom(scale, point.x(), point.y())
        self._settle()

    def zoom_to_real_size(self) -> None:
        """A pixel of the desktop for a pixel of this screen, however sharp it is."""
        self.zoom_to(1.0 / self.devicePixelRatioF())

    def zoom_by_step(self, direction: int) -> None:
        """The next round scale."""
        self.zoom_to(optics.next_step(self.scale, direction))

    def pan(self, dx: float, dy: float) -> None:
        """Move what is seen."""
        self._sight.pan(dx, dy)
        self._settle()

    def region_between(self, start: QPointF, end: QPointF) -> Rect:
        """The part of the desktop under a rectangle drawn on the widget."""
        return optics.dragged(self._lens, (start.x(), start.y()), (end.x(), end.y()), self._area())

    def _area(self) -> Rect:
        only = self.only
        return optics.desktop_of([screen for screen, _, _ in self._images if only in (None, screen.number)])

    def _settle(self) -> None:
        area = self._area()
        self._sight.settle(area, self.width(), self.height())
        self._tell(area)
        self.update()

    def _tell(self, area: Rect) -> None:
        now = None if area.is_empty else (self._lens, area, self.width(), self.height())
        if now is None or now == self._told:
            self._told = now  # after nothing, the next picture is told of even if it lies as the last one did
            return
        is_other_scale = self._told is None or self._told[0].scale != self._lens.scale
        self._told = now
        if is_other_scale:
            self.scale_changed.emit(self._lens.scale)
        self.sight_changed.emit()

    # --- Qt -----------------------------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        """As Qt asks it."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._look.colours.stage))
        if not self._images:
            if self._blank is not None:
                paint_blank(painter, self._look, self.rect(), self._blank)
            painter.end()
            return
        only = self.only
        for screen, picture, image in self._images:
            if only in (None, screen.number):
                self._paint_screen(painter, screen, picture, image)
        self._paint_marks(painter)
        painter.end()

    def _paint_screen(self, painter: QPainter, screen: Screen, picture: Picture | None, image: QImage | None) -> None:
        into = screen_rect(self._lens, screen)
        if len(self._images) > 1 and self.only is None:
            painter.setPen(QPen(QColor(self._look.colours.line_strong), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(into.adjusted(-1, -1, 0, 0))
        if picture is None or image is None:
            if self._blank is not None:
                paint_blank(painter, self._look, into, self._blank)
            return
        if self.scale < 1.0:
            smaller = self._scaled.smaller(picture, image, into.size(), self.devicePixelRatioF())
            painter.drawImage(into.topLeft(), smaller)
        else:
            paint_image(painter, image, into, self.scale)
        paint_differences(painter, self._lens, screen, self._differences.get(screen.number, ()))
        if not picture.exact:
            paint_film(painter, self._lens, screen, picture.film)
            seen = into.intersected(self.rect())
            words = self._look.words(film_words(picture))
            paint_chip(painter, self._look, seen.right() - 8, seen.top() + 8, words, icon="inexact")

    def _paint_marks(self, painter: QPainter) -> None:
        if any(picture is not None for _, picture, _ in self._images):
            self._paint_input(painter)
        top = 12
        for notice in self._notices:
            top += 4 + paint_chip(painter, self._look, self.width() - 12, top, notice, icon="kind_gap")
        if self._badge:
            paint_badge(painter, self._badge, QPointF(12, 12))
        if self._hand.drawn is not None:
            paint_region(painter, self._look, QRectF(*self._hand.drawn))
        glass = self._glass()
        if glass is not None:
            paint_glass(
                painter, self._look, glass, [(one, image) for one, _, image in self._images if image is not None]
            )

    def _paint_input(self, painter: QPainter) -> None:
        for mark in self._clicks:
            if self._is_in_sight(mark.x_px, mark.y_px):
                paint_click(painter, self._lens, mark)
        pointer = None if self._shown is None else self._shown.pointer
        if pointer is not None and self._is_in_sight(pointer.x_px, pointer.y_px):
            paint_pointer(painter, self._lens, pointer)
        area = self._area()
        corners = (round(self._lens.x(area.left)), round(self._lens.y(area.top)))
        room = QRect(*corners, round(area.width * self.scale), round(area.height * self.scale))
        paint_strokes(painter, self._look, room.intersected(self.rect()), self.height(), self._strokes)

    def _is_in_sight(self, x_px: int, y_px: int) -> bool:
        return not self._area().intersection(Rect(x_px, y_px, 1, 1)).is_empty

    def _glass(self) -> Glass | None:
        """The magnifier and what is under it; None if it is off, or over nothing."""
        pointer = None if self._shown is None else self._shown.pointer
        if self._magnifier.follow is Follow.MOUSE and self._mouse_at is not None:
            at = (self._lens.desktop_x(self._mouse_at.x()), self._lens.desktop_y(self._mouse_at.y()))
        elif self._magnifier.follow is Follow.RECORDED and pointer is not None:
            at = (pointer.x_px, pointer.y_px)
        else:
            return None
        if not self._is_in_sight(*at):
            return None
        place = glass_at(self._lens.x(at[0]), self._lens.y(at[1]), self.width(), self.height())
        return Glass(QRect(*place), *at, self._magnifier)

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """As Qt asks it."""
        self._settle()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer; while it magnifies, magnify more or less (with Ctrl, zoom all the same)."""
        self._hand.turn(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the picture, or begin to draw a region."""
        self._hand.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move it along."""
        self._mouse_at = event.position()
        self._hand.move(event)
        if self._magnifier.follow is Follow.MOUSE:
            self.update()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Let go of it."""
        self._hand.release()

    def leaveEvent(self, event: QEvent) -> None:
        """There is nothing under the magnifier any more."""
        self._mouse_at = None
        self.update()
        super().leaveEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """From fitted to real size at this point, and back."""
        self._hand.double_click(event)

    def changeEvent(self, event: QEvent) -> None:
        """A move to a screen of other sharpness makes the scaled copies useless."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._scaled.clear()
        super().changeEvent(event)

    def sizeHint(self) -> QSize:
        """As Qt asks it."""
        return QSize(960, 600)

    def point_on(self, desktop_x: int, desktop_y: int) -> QPoint:
        """Where on the widget this pixel of the desktop begins."""
        return QPoint(*self._lens.first_on(desktop_x, desktop_y))
