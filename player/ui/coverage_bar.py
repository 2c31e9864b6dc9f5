"""A bar of a recording's time: what was confirmed, and what went by and is not confirmed yet."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from player.review.ranges import Ranges
from player.timeline import Axis, x_at
from resources.ui.look import Look

HEIGHT_PX = 10


class CoverageBar(QWidget):
    """Confirmed time is filled, time that waits to be confirmed is hatched; the words beside it say the same."""

    def __init__(self, *, look: Look) -> None:
        super().__init__()
        self._look = look
        self._duration_ns = 0
        self._confirmed: Ranges = ()
        self._waiting: Ranges = ()
        self.setFixedHeight(HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_ranges(self, confirmed: Ranges, waiting: Ranges, duration_ns: int) -> None:
        """Of a recording of this length."""
        self._confirmed, self._waiting, self._duration_ns = confirmed, waiting, duration_ns
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """As Qt asks it."""
        colours = self._look.colours
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colours.lane))
        hatched = QBrush(QColor(colours.warn), Qt.BrushStyle.Dense4Pattern)
        self._paint(painter, self._waiting, hatched)
        self._paint(painter, self._confirmed, QBrush(QColor(colours.curve)))
        painter.end()

    def _paint(self, painter: QPainter, ranges: Ranges, brush: QBrush) -> None:
        axis = Axis(0, self._duration_ns, self.width())
        for start, end in ranges:
            left = x_at(axis, start)
            painter.fillRect(QRectF(left, 0, max(1.0, x_at(axis, end) - left), self.height()), brush)

    def sizeHint(self) -> QSize:
        """As Qt asks it."""
        return QSize(200, HEIGHT_PX)
