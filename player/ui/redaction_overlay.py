"""Over the picture: what will be black in an exported copy, and the area that is being drawn."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from player.decoder import Shown
from player.ui.screen_view import ScreenView
from player.video.redaction import Redactions, redactions_at
from recorder.events import Screen
from recorder.geometry import Rect
from resources.ui.look import Look

LEAST_PX = 3  # of a drag: below it was a click


class RedactionOverlay(QWidget):
    """Lies on the screen view and moves with it. Lets the pointer through unless an area is to be drawn."""

    drawn = Signal(object, object)  # the screen's number, Rect in its pixels

    def __init__(self, view: ScreenView, *, look: Look) -> None:
        super().__init__(view)
        self._view, self._look = view, look
        self._shown: Shown | None = None
        self._redactions: Redactions = ()
        self._chosen: int | None = None
        self._from: QPoint | None = None
        self._to = QPoint()
        view.installEventFilter(self)
        self.setGeometry(view.rect())
        self.set_drawing(is_drawing=False)

    # --- what it is told ----------------------------------------------------------------------------------------------

    def show_shown(self, shown: Shown | None) -> None:
        """This moment is on the screen."""
        self._shown = shown
        self.update()

    def show_redactions(self, redactions: Redactions, chosen: int | None) -> None:
        """These will be black; one of them is chosen in the list."""
        self._redactions, self._chosen = redactions, chosen
        self.update()

    def set_drawing(self, *, is_drawing: bool) -> None:
        """Whether a drag draws an area, or moves the picture as always."""
        self._from = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, not is_drawing)
        if is_drawing:
            self.setCursor(Qt.CursorShape.CrossCursor)
        else:
            self.unsetCursor()
        self.update()

    # --- where things lie ---------------------------------------------------------------------------------------------

    def box_of(self, screen: Screen, area: Rect | None) -> QRect:
        """Where this area of a screen lies on the widget, whole pixels of both covered."""
        whole = Rect(0, 0, screen.area.width, screen.area.height)
        inside = (area or whole).intersection(whole).moved(screen.area.left, screen.area.top)
        corner = self._view.point_on(inside.left, inside.top)
        return QRect(corner, self._view.point_on(inside.right, inside.bottom) - QPoint(1, 1))

    def area_of(self, box: QRect) -> tuple[int, Rect] | None:
        """Which area of which screen was meant: the screen under the middle of the box."""
        screen = self._screen_at(box.center())
        if screen is None:
            return None
        origin, scale = self._view.point_on(screen.area.left, screen.area.top), self._view.scale
        left, top = (box.left() - origin.x()) / scale, (box.top() - origin.y()) / scale
        right, bottom = (box.right() + 1 - origin.x()) / scale, (box.bottom() + 1 - origin.y()) / scale
        whole = Rect(0, 0, screen.area.width, screen.area.height)
        # Outward: a pixel that is partly under the box is black.
        area = Rect(
            int(left // 1), int(top // 1), int(-(-right // 1)) - int(left // 1), int(-(-bottom // 1)) - int(top // 1)
        )
        area = area.intersection(whole)
        return None if area.is_empty else (screen.number, area)

    def _screen_at(self, point: QPoint) -> Screen | None:
        return next((one for one in self._screens() if self.box_of(one, None).contains(point)), None)

    def _screens(self) -> tuple[Screen, ...]:
        screens = () if self._shown is None else self._shown.screens
        return tuple(one for one in screens if self._view.only in (None, one.number))

    # --- Qt -----------------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as the view."""
        if watched is self._view and event.type() == QEvent.Type.Resize:
            self.setGeometry(self._view.rect())
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        """As Qt asks it."""
        if self._shown is None:
            return
        painter, colours = QPainter(self), self._look.colours
        black = QColor(Qt.GlobalColor.black)
        for one in redactions_at(self._redactions, self._shown.at_ns):
            for screen in self._screens():
                if screen.number == one.screen:
                    box = self.box_of(screen, one.area)
                    painter.fillRect(box, black)
                    is_chosen = self._chosen is not None and self._redactions[self._chosen] is one
                    painter.setPen(QPen(QColor(colours.accent if is_chosen else colours.text_faint), 1))
                    painter.drawRect(box.adjusted(0, 0, -1, -1))
        if self._from is not None:
            painter.setPen(QPen(QColor(colours.accent), 1, Qt.PenStyle.DashLine))
            painter.fillRect(self._band(), QColor(0, 0, 0, 150))
            painter.drawRect(self._band())
        painter.end()

    def _band(self) -> QRect:
        return QRect(self._from or QPoint(), self._to).normalized()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin an area."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._from = self._to = event.position().toPoint()
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw it out."""
        if self._from is not None:
            self._to = event.position().toPoint()
            self.update()
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """That is the area."""
        box = self._band() if self._from is not None else QRect()
        self._from = None
        self.update()
        event.accept()
        found = self.area_of(box) if min(box.width(), box.height()) > LEAST_PX else None
        if found is not None:
            self.drawn.emit(*found)
