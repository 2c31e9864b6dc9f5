"""What the mouse does on the picture: moves it, or draws the region that is to be kept."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent

if TYPE_CHECKING:
    from player.ui.screen_view import ScreenView

LEAST_DRAG_PX = 6  # what is shorter was meant for a click


class ScreenHand:
    """A drag moves the picture; with Shift, or once it is armed, it draws a region, which ends the arming."""

    def __init__(self, view: "ScreenView") -> None:
        self._view = view
        self._grabbed_at: QPointF | None = None
        self._began_at: QPointF | None = None
        self._now_at: QPointF | None = None
        self.is_arming = False

    @property
    def drawn(self) -> tuple[float, float, float, float] | None:
        """The rectangle that is being drawn on the widget: left, top, width, height."""
        if self._began_at is None or self._now_at is None:
            return None
        (left, right), (top, bottom) = (
            sorted(pair) for pair in ((self._began_at.x(), self._now_at.x()), (self._began_at.y(), self._now_at.y()))
        )
        return left, top, right - left, bottom - top

    def arm(self, *, is_armed: bool) -> None:
        """Let the next drag draw a region, or not."""
        if not is_armed:
            self._began_at = self._now_at = None
        if is_armed != self.is_arming:
            self.is_arming = is_armed
            self._view.arming_changed.emit(is_armed)
        self._show_cursor()
        self._view.update()

    def press(self, event: QMouseEvent) -> None:
        """A button went down."""
        is_left = event.button() == Qt.MouseButton.LeftButton
        draws = self.is_arming or bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if is_left and draws:
            self._began_at = self._now_at = event.position()
        elif is_left or event.button() == Qt.MouseButton.MiddleButton:
            self._grabbed_at = event.position()
        self._show_cursor()

    def move(self, event: QMouseEvent) -> None:
        """The mouse moved."""
        if self._began_at is not None:
            self._now_at = event.position()
            self._view.update()
        elif self._grabbed_at is not None:
            by = event.position() - self._grabbed_at
            self._grabbed_at = event.position()
            self._view.pan(by.x(), by.y())

    def release(self) -> None:
        """The button went up: what was drawn is kept in sight."""
        drawn, began, now = self.drawn, self._began_at, self._now_at
        self._grabbed_at = self._began_at = self._now_at = None
        if drawn is not None and began is not None and now is not None and min(drawn[2:]) >= LEAST_DRAG_PX:
            self.arm(is_armed=False)
            self._view.keep_region(self._view.region_between(began, now))
        self._show_cursor()
        self._view.update()

    def turn(self, event: QWheelEvent) -> None:
        """The wheel turned: the magnifier's factor while it is on, else (or with Ctrl) the zoom around the mouse."""
        view, turned = self._view, event.angleDelta().y()
        if view.magnifier.is_on and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            view.set_magnifier(view.magnifier.stronger((turned > 0) - (turned < 0)))
        else:
            view.zoom_to(view.scale * 1.0015**turned, event.position())
        event.accept()

    def double_click(self, event: QMouseEvent) -> None:
        """From fitted to real size at this point, and back."""
        view = self._view
        if view.is_fitted:
            view.zoom_to(1.0 if view.scale < 1.0 else 2.0, event.position())
        else:
            view.fit()

    def _show_cursor(self) -> None:
        if self.is_arming or self._began_at is not None:
            self._view.setCursor(Qt.CursorShape.CrossCursor)
        elif self._grabbed_at is not None and not self._view.is_fitted:
            self._view.setCursor(Qt.CursorShape.ClosedHandCursor)
        else:
            self._view.unsetCursor()
