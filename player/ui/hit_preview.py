"""What was found, in its place: a picture of the moment, and the rows before and after."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from player.drawing import Pixels
from player.timeline import time_text
from player.ui.access import Hit, SeenThere
from player.ui.log_delegate import icon_of
from recorder.logrow import LogRow
from resources.row_words import RowWords
from resources.ui.inert import visible
from resources.ui.look import SMALL_PX, Look, text_font
from resources.ui.painting import paint_text

LINE_PX = 22
MOST_LINES = 5
MOST_PICTURE_PX = 230  # high
LEAST_PICTURE_PX = 60  # in a low window, which must not grow over the edge of the screen
MARGIN_PX = 12
HITS_PX = 150  # of the list above: a head, and two or three of what was found
_BESIDE_PICTURE_PX = MOST_LINES * LINE_PX + 3 * MARGIN_PX


@dataclass(frozen=True, slots=True)
class Preview:
    """A hit, and what is known of its moment so far; None: it is being looked up."""

    hit: Hit
    seen: SeenThere | None


class HitPreview(QWidget):
    """Below the list; nothing where no hit is chosen. A click opens the moment."""

    open_requested = Signal(object)  # Hit

    def __init__(self, *, look: Look) -> None:
        super().__init__()
        self._look = look
        self._row_words = RowWords(look.words)
        self.preview: Preview | None = None
        self._image: QImage | None = None
        self._room_px = MOST_PICTURE_PX
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(look.words("preview.open"))
        self.hide()

    def fit_into(self, height_px: int) -> None:
        """So high is the page: above all some of what was found is to be seen, and then as much of the picture."""
        self._room_px = max(LEAST_PICTURE_PX, height_px - HITS_PX - _BESIDE_PICTURE_PX)
        self.updateGeometry()

    @property
    def picture_width_px(self) -> int:
        """How wide a picture is wanted, in the screen's own pixels."""
        return max(160, round((self.width() - 2 * MARGIN_PX) * self.devicePixelRatioF()))

    def show_preview(self, preview: Preview | None) -> None:
        """This hit is chosen; None: none is."""
        before, self.preview = self.preview, preview
        seen = None if preview is None else preview.seen
        if seen is not None:
            self._image = None if seen.picture is None else _image(seen.picture)
        elif preview is None or before is None or before.hit.folder != preview.hit.folder:
            self._image = None  # else the picture of the same recording stays until the next is there: less flicker
        self.setAccessibleName("" if preview is None else "\n".join(self._lines_text()))
        self.setVisible(preview is not None)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As Qt asks it."""
        return QSize(300, self._picture_px() + _BESIDE_PICTURE_PX)

    def minimumSizeHint(self) -> QSize:
        """As Qt asks it."""
        return QSize(200, LEAST_PICTURE_PX + _BESIDE_PICTURE_PX)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """As Qt asks it."""
        if self.preview is not None and event.button() is Qt.MouseButton.LeftButton:
            self.open_requested.emit(self.preview.hit)

    def paintEvent(self, event: QPaintEvent) -> None:
        """As Qt asks it."""
        painter = QPainter(self)
        colours = self._look.colours
        painter.fillRect(self.rect(), QColor(colours.panel))
        painter.fillRect(QRect(0, 0, self.width(), 1), QColor(colours.line))
        high = min(self._picture_px(), self.height() - _BESIDE_PICTURE_PX)
        place = QRect(MARGIN_PX, MARGIN_PX, self.width() - 2 * MARGIN_PX, high)
        self._paint_picture(painter, place)
        self._paint_rows(painter, place.bottom() + 1 + MARGIN_PX)
        painter.end()

    def _picture_px(self) -> int:
        width = self.width() - 2 * MARGIN_PX
        shape = (16, 9) if self._image is None else (self._image.width(), self._image.height())
        return min(MOST_PICTURE_PX, self._room_px, max(LEAST_PICTURE_PX, width * shape[1] // max(1, shape[0])))

    def _paint_picture(self, painter: QPainter, place: QRect) -> None:
        colours = self._look.colours
        painter.fillRect(place, QColor(colours.stage))
        if self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            size = self._image.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
            left = place.left() + (place.width() - size.width()) // 2
            painter.drawImage(QRect(left, place.top(), size.width(), size.height()), self._image)
            return
        seen = None if self.preview is None else self.preview.seen
        words = self._look.words
        text = words("preview.looking") if seen is None else visible(words.said(seen.reason)) or words("preview.none")
        painter.setFont(text_font(SMALL_PX))
        painter.setPen(QColor(colours.text_dim))
        flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
        painter.drawText(place.adjusted(16, 8, -16, -8), flags, text[:300])

    def _paint_rows(self, painter: QPainter, top: int) -> None:
        seen = None if self.preview is None else self.preview.seen
        if seen is None:
            return
        colours = self._look.colours
        for number, row in enumerate(seen.rows[:MOST_LINES]):
            line = QRect(0, top + number * LINE_PX, self.width(), LINE_PX)
            is_found = number == seen.found
            if is_found:
                ground = QColor(colours.hit)
                ground.setAlpha(50)
                painter.fillRect(line, ground)
            ratio = painter.device().devicePixelRatioF()
            icon = self._look.pixmap(icon_of(row.kind), colours.text_dim, size_px=14, ratio=ratio)
            painter.drawPixmap(MARGIN_PX, line.top() + 4, icon)
            clock = QRect(MARGIN_PX + 22, line.top(), 64, LINE_PX)
            when = time_text(row.at_ns, milliseconds=False)
            paint_text(painter, clock, when, font=text_font(SMALL_PX), colour=colours.text_dim)
            text = QRect(clock.right() + 4, line.top(), self.width() - clock.right() - 4 - MARGIN_PX, LINE_PX)
            ink = colours.text if is_found else colours.text_dim
            paint_text(painter, text, self._said(row), font=text_font(SMALL_PX, strong=is_found), colour=ink)

    def _lines_text(self) -> list[str]:
        if self.preview is None:
            return []
        seen = self.preview.seen
        rows = () if seen is None else seen.rows
        return [visible(self.preview.hit.text), *(self._said(row) for row in rows)]

    def _said(self, row: LogRow) -> str:
        """As the log says it, in the person's language."""
        return visible(self._row_words.text(row))


def _image(picture: Pixels) -> QImage:
    height, width = picture.shape[:2]
    whole = np.ascontiguousarray(picture)
    return QImage(whole.tobytes(), width, height, width * 3, QImage.Format.Format_BGR888).copy()
