"""The desktop as auditors will see it, live and small."""

import math

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.screens import desktop_area
from resources.ui.look import SMALL_PX, Look, text_font

BLOCK_PX = 16
LEAST_PX = QSize(240, 135)
_CENTRED = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)


class MiniatureView(QWidget):
    """Paints the newest picture. Where this window stands in it, only its name is painted.

    Otherwise the window would show itself, and each picture would be another one: a desktop on which nothing happens
    would be recorded as changing every second.
    """

    def __init__(self, *, look: Look) -> None:
        super().__init__()
        self._look = look
        self._image = QImage()
        self._bytes = b""
        self._own = QRect()
        self.setMinimumSize(LEAST_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(look.words("agent_window.picture"))

    @property
    def image(self) -> QImage:
        """What is painted; null before the first picture."""
        return self._image

    @property
    def own_place(self) -> QRect:
        """Where this window stands in it, which is not shown."""
        return QRect(self._own)

    def show_image(self, data: bytes) -> None:
        """Show this picture; nothing is painted anew if it is the same."""
        own = self._own_place()
        image = QImage.fromData(data)
        if image.isNull():
            return
        self._hide_own(image, own)
        if image == self._image and own == self._own:
            return
        self._image, self._own = image, own
        self.update()

    def clear(self) -> None:
        """Nothing is recorded: an old picture would say that something is."""
        if not self._image.isNull():
            self._image = QImage()
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """As Qt asks it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        colours, words = self._look.colours, self._look.words
        painter.fillRect(self.rect(), QColor(colours.stage))
        if self._image.isNull():
            self._paint_words(painter, words("agent_window.picture_none"), words("agent_window.picture_wait"))
            return
        size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (self.width() - size.width()) // 2, (self.height() - size.height()) // 2
        painter.drawImage(QRect(left, top, size.width(), size.height()), self._image)
        scale = size.width() / self._image.width()
        own = QRectF(self._own)
        own = QRectF(left + own.x() * scale, top + own.y() * scale, own.width() * scale, own.height() * scale)
        if not own.isEmpty():
            painter.setPen(QColor(colours.line_strong))
            painter.setFont(text_font(SMALL_PX))
            painter.drawRect(own)
            painter.setPen(QColor(colours.text_dim))
            painter.drawText(own, _CENTRED, words("agent_window.picture_here"))

    def _paint_words(self, painter: QPainter, title: str, text: str) -> None:
        middle = self.height() // 2
        painter.setPen(QColor(self._look.colours.text))
        painter.setFont(text_font(strong=True))
        painter.drawText(QRect(16, middle - 28, self.width() - 32, 24), _CENTRED, title)
        painter.setPen(QColor(self._look.colours.text_dim))
        painter.setFont(text_font(SMALL_PX))
        painter.drawText(QRect(16, middle, self.width() - 32, 40), _CENTRED, text)

    def _own_place(self) -> QRect:
        """Where this window stands on the desktop."""
        return self.window().frameGeometry() if self.isVisible() else QRect()

    def _hide_own(self, image: QImage, own: QRect) -> None:
        desktop = desktop_area()
        if own.isEmpty() or desktop.is_empty:
            return
        scale = image.width() / desktop.width
        left, top = (own.x() - desktop.left) * scale, (own.y() - desktop.top) * scale
        place = _whole_blocks(left, top, left + own.width() * scale, top + own.height() * scale)
        place = place.intersected(image.rect())
        painter = QPainter(image)
        painter.fillRect(place, QColor(self._look.colours.raised))
        painter.end()
        own.setRect(place.x(), place.y(), place.width(), place.height())


def _whole_blocks(left: float, top: float, right: float, bottom: float) -> QRect:
    """The area in whole blocks of a JPEG: within one, what changes in the window changes pixels beside it."""
    x, y = math.floor(left / BLOCK_PX) * BLOCK_PX, math.floor(top / BLOCK_PX) * BLOCK_PX
    return QRect(x, y, math.ceil(right / BLOCK_PX) * BLOCK_PX - x, math.ceil(bottom / BLOCK_PX) * BLOCK_PX - y)
