"""The picture: fitted or zoomed, panned with the pointer, monitors side by side or one alone."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from player.decoder import Shown
from player.source import Picture
from player.ui import lens as optics
from player.ui.lens import Lens
from player.ui.look import Look
from player.ui.screen_painting import (
    Blank,
    ClickMark,
    image_of,
    paint_blank,
    paint_chip,
    paint_click,
    paint_image,
    paint_pointer,
    screen_rect,
)
from recorder.events import Screen
from recorder.geometry import Rect

MARGIN_PX = 16


class ScreenView(QWidget):
    """Paints what it was last given. `blank` stands in for every picture that is missing, never an older picture."""

    scale_changed = Signal(float)

    def __init__(self, *, look: Look) -> None:
        super().__init__()
        self._look = look
        self._shown: Shown | None = None
        self._images: list[tuple[Screen, Picture | None, QImage | None]] = []
        self._scaled: dict[int, tuple[Picture, QSize, QImage]] = {}
        self._blank: Blank | None = None
        self._notices: tuple[str, ...] = ()
        self._clicks: tuple[ClickMark, ...] = ()
        self._only: int | None = None
        self._lens = Lens(1.0, 0.0, 0.0)
        self._told_scale = 0.0
        self._is_fitted = True
        self._grabbed_at: QPointF | None = None
        self.setMinimumSize(240, 160)
        self.setAccessibleName(look.words("screen.title"))
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    # --- what it is told ----------------------------------------------------------------------------------------------

    def show_picture(
        self, shown: Shown, *, blank: Blank | None, notices: Sequence[str], clicks: Sequence[ClickMark]
    ) -> None:
        """Show this moment; `blank` is painted where there is no picture."""
        was = self._area()
        self._shown, self._blank = shown, blank
        self._notices, self._clicks = tuple(notices), tuple(clicks)
        pairs = zip(shown.screens, shown.pictures, strict=True)
        self._images = [(screen, picture, None if picture is None else image_of(picture)) for screen, picture in pairs]
        if self._only is not None and all(screen.number != self._only for screen, _, _ in self._images):
            self._only = None
        if self._area() != was:
            self._settle()
        self.update()

    def show_blank(self, blank: Blank) -> None:
        """No picture at all, for this reason."""
        self._blank, self._notices, self._clicks = blank, (), ()
        self._images = [(screen, None, None) for screen, _, _ in self._images]
        self._scaled.clear()
        self.update()

    def empty(self, blank: Blank) -> None:
        """Nothing is open, for this reason."""
        self._shown, self._images, self._only = None, [], None
        self._is_fitted = True
        self.show_blank(blank)

    def show_only(self, number: int | None) -> None:
        """One monitor alone, or all as they stood."""
        self._only, self._is_fitted = number, True
        self._settle()

    # --- what holds ---------------------------------------------------------------------------------------------------

    @property
    def scale(self) -> float:
        """How many widget pixels there are for one of the desktop."""
        return self._lens.scale

    @property
    def is_fitted(self) -> bool:
        """Whether the whole is kept in sight when the widget changes its size."""
        return self._is_fitted

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
        return self._only

    # --- zooming ------------------------------------------------------------------------------------------------------

    def fit(self) -> None:
        """The whole in sight."""
        self._is_fitted = True
        self._settle()

    def zoom_to(self, scale: float, around: QPointF | None = None) -> None:
        """This scale, what lies under `around` (the middle if None) staying there."""
        point = QPointF(self.width() / 2, self.height() / 2) if around is None else around
        self._is_fitted = False
        self._lens = optics.zoomed(self._lens, scale, point.x(), point.y())
        self._settle()

    def zoom_to_real_size(self) -> None:
        """A pixel of the desktop for a pixel of this screen, however sharp it is."""
        self.zoom_to(1.0 / self.devicePixelRatioF())

    def zoom_by_step(self, direction: int) -> None:
        """The next round scale."""
        self.zoom_to(optics.next_step(self.scale, direction))

    def pan(self, dx: float, dy: float) -> None:
        """Move what is seen."""
        if self._is_fitted:
            return
        self._lens = Lens(self._lens.scale, self._lens.left + dx, self._lens.top + dy)
        self._settle()

    def _area(self) -> Rect:
        chosen = [screen for screen, _, _ in self._images if self._only in (None, screen.number)]
        return optics.desktop_of(chosen)

    def _settle(self) -> None:
        area = self._area()
        if self._is_fitted:
            inner = optics.fitted(area, self.width() - 2 * MARGIN_PX, self.height() - 2 * MARGIN_PX)
            self._lens = Lens(inner.scale, inner.left + MARGIN_PX, inner.top + MARGIN_PX)
        else:
            self._lens = optics.kept_in_sight(self._lens, area, self.width(), self.height())
        if self._lens.scale != self._told_scale and not area.is_empty:
            self._told_scale = self._lens.scale
            self.scale_changed.emit(self._lens.scale)
        self.update()

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
        for screen, picture, image in self._images:
            if self._only in (None, screen.number):
                self._paint_screen(painter, screen, picture, image)
        self._paint_marks(painter)
        painter.end()

    def _paint_screen(self, painter: QPainter, screen: Screen, picture: Picture | None, image: QImage | None) -> None:
        into = screen_rect(self._lens, screen)
        if picture is None or image is None:
            if self._blank is not None:
                paint_blank(painter, self._look, into, self._blank)
            return
        if self.scale < 1.0:
            painter.drawImage(into.topLeft(), self._smaller(screen.number, picture, image, into.size()))
        else:
            paint_image(painter, image, into, self.scale)
        if not picture.exact:
            words = self._look.words
            paint_chip(painter, self._look, into.right() - 8, into.top() + 8, words("screen.inexact"), icon="inexact")

    def _paint_marks(self, painter: QPainter) -> None:
        has_picture = any(picture is not None for _, picture, _ in self._images)
        if has_picture:
            for mark in self._clicks:
                paint_click(painter, self._look, self._lens, mark)
            if self._shown is not None and self._shown.pointer is not None and self._is_in_sight(self._shown):
                paint_pointer(painter, self._lens, self._shown.pointer)
        top = 12
        for notice in self._notices:
            top += 4 + paint_chip(painter, self._look, self.width() - 12, top, notice, icon="kind_gap")

    def _is_in_sight(self, shown: Shown) -> bool:
        area, pointer = self._area(), shown.pointer
        if pointer is None:
            return False
        return area.left <= pointer.x_px < area.right and area.top <= pointer.y_px < area.bottom

    def _smaller(self, number: int, picture: Picture, image: QImage, size: QSize) -> QImage:
        ratio = self.devicePixelRatioF()
        wanted = QSize(max(1, round(size.width() * ratio)), max(1, round(size.height() * ratio)))
        kept = self._scaled.get(number)
        if kept is not None and kept[1] == wanted and (kept[0].at_ns, kept[0].exact) == (picture.at_ns, picture.exact):
            return kept[2]
        mode = Qt.TransformationMode.SmoothTransformation
        scaled = image.scaled(wanted, Qt.AspectRatioMode.IgnoreAspectRatio, mode)
        scaled.setDevicePixelRatio(ratio)
        self._scaled[number] = (picture, wanted, scaled)
        return scaled

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """As Qt asks it."""
        self._settle()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer."""
        self.zoom_to(self.scale * 1.0015 ** event.angleDelta().y(), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the picture."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._grabbed_at = event.position()
            if not self._is_fitted:
                self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move it along."""
        if self._grabbed_at is not None:
            by = event.position() - self._grabbed_at
            self._grabbed_at = event.position()
            self.pan(by.x(), by.y())

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Let go of it."""
        self._grabbed_at = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """From fitted to real size at this point, and back."""
        if self._is_fitted:
            self.zoom_to(1.0 if self.scale < 1.0 else 2.0, event.position())
        else:
            self.fit()

    def changeEvent(self, event: QEvent) -> None:
        """A move to a screen of other sharpness makes the scaled copies useless."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._scaled.clear()
        super().changeEvent(event)

    def sizeHint(self) -> QSize:
        """As Qt asks it."""
        return QSize(960, 600)

    def point_on(self, desktop_x: int, desktop_y: int) -> QPoint:
        """Where a point of the desktop lies on the widget."""
        return QPoint(round(self._lens.x(desktop_x)), round(self._lens.y(desktop_y)))
