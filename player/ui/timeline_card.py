"""The card above the timeline: what the screen showed at the moment under the pointer, when, and what lies there."""

from collections import OrderedDict

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from player.drawing import Pixels
from player.ui.lane_painting import NAME_PX, paint_sign
from player.ui.timeline_words import Said
from resources.ui.look import SMALL_PX, Look, text_font

WIDTH_PX = 320
NARROW_PX = 236  # in a low window: the verdict above the picture stays in sight
LOW_PX = 800
EDGE_PX = 10
LINE_PX = 19
OFF_PX = 8  # above the timeline
KEPT = 160  # thumbnails; about 30 MB at most
SHAPE = QSize(320, 180)  # until the first thumbnail tells


class TimelineCard(QWidget):
    """Never under the pointer, and never in its way. Keeps the thumbnails that were shown."""

    wanted = Signal(object)  # at_ns: a thumbnail of this moment

    def __init__(self, *, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look, self._room = look, parent
        self._kept: OrderedDict[int, QPixmap | None] = OrderedDict()
        self._moment, self._foot = -1, QPoint()
        self._asked: int | None = None
        self._shape = SHAPE
        self._width_px = WIDTH_PX
        self._said: Said | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(look.words("timeline.card"))
        self.hide()

    @property
    def said(self) -> Said | None:
        """What it says."""
        return self._said

    @property
    def thumbnail(self) -> QPixmap | None:
        """The picture it shows."""
        return self._kept.get(self._moment)

    def forget(self) -> None:
        """Another recording: nothing that was kept holds any more."""
        self._kept.clear()
        self._asked, self._moment, self._shape = None, -1, SHAPE

    def show_moment(self, moment: int, at_ns: int, said: Said, *, above: QWidget, x_px: float) -> None:
        """Say this, above a place of this widget; `moment` names the picture, which is asked for if it is not here."""
        self._moment, self._said = moment, said
        self.setAccessibleDescription("\n".join([said.time, said.window, *(line.text for line in said.lines)]))
        if not said.absent and moment not in self._kept and self._asked != moment:
            self._asked = moment
            self.wanted.emit(at_ns)
        self._place(above, x_px)
        self.show()
        self.raise_()
        self.update()

    def show_thumbnail(self, moment: int, picture: Pixels | None) -> None:
        """The picture of this moment has come; None: there is none."""
        if self._asked == moment:
            self._asked = None
        self._kept[moment] = None if picture is None else _pixmap(picture)
        self._kept.move_to_end(moment)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        if picture is not None:
            self._shape = QSize(picture.shape[1], picture.shape[0])
        if moment == self._moment:
            self._stand()
            self.update()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _place(self, above: QWidget, x_px: float) -> None:
        self._width_px = WIDTH_PX if self._room.height() >= LOW_PX else NARROW_PX
        self._foot = above.mapTo(self._room, QPoint(round(x_px), 0))
        self._stand()

    def _stand(self) -> None:
        """As high as what it shows, on its foot: the first picture tells another shape than was thought."""
        lines = len(self._said.lines) if self._said is not None else 0
        has_window = self._said is not None and bool(self._said.window)
        height = self._picture_px().bottom() + 1 + EDGE_PX + LINE_PX * (3 + has_window + lines) + EDGE_PX - 4
        left = min(max(self._foot.x() - self._width_px // 2, 4), max(self._room.width() - self._width_px - 4, 4))
        self.setGeometry(left, max(self._foot.y() - height - OFF_PX, 0), self._width_px, height)

    def _picture_px(self) -> QRect:
        inside = self._width_px - 2
        height = round(inside * self._shape.height() / max(self._shape.width(), 1))
        return QRect(1, 1, inside, min(height, 200))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """As Qt asks it."""
        if self._said is None:
            return
        painter, c = QPainter(self), self._look.colours
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(QPen(QColor(c.line_strong), 1))
        painter.setBrush(QColor(c.raised))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        self._paint_picture(painter, self._said)
        self._paint_words(painter, self._said)
        painter.end()

    def _paint_picture(self, painter: QPainter, said: Said) -> None:
        c, area = self._look.colours, self._picture_px()
        painter.fillRect(area, QColor(c.stage))
        picture = None if said.absent else self.thumbnail
        if picture is not None:
            scaled = picture.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
            shown = QRect(QPoint(), scaled)
            shown.moveCenter(area.center())
            painter.drawPixmap(shown, picture)
            return
        is_none = not said.absent and self._moment in self._kept
        text = said.absent or (self._look.words("timeline.no_thumbnail") if is_none else "")
        painter.setFont(text_font(SMALL_PX))
        painter.setPen(QColor(c.text_dim))
        flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
        painter.drawText(area.adjusted(16, 8, -16, -8), flags, text)

    def _paint_words(self, painter: QPainter, said: Said) -> None:
        c = self._look.colours
        top = self._picture_px().bottom() + 1 + EDGE_PX - 3
        top = self._write(painter, top, said.time, c.text, text_font(SMALL_PX, strong=True))
        top = self._write(painter, top, said.clocks, c.text_dim, text_font(SMALL_PX))
        if said.window:
            top = self._write(painter, top, said.window, c.text, text_font(SMALL_PX))
        for line in said.lines:
            if line.severity is not None:
                paint_sign(painter, self._look, QPointF(EDGE_PX + 6, top + LINE_PX / 2), line.severity)
            left = EDGE_PX if line.severity is None else EDGE_PX + 18
            top = self._write(painter, top, line.text, c.text, text_font(SMALL_PX), left=left)
        self._write(painter, top, self._look.words("timeline.hint"), c.text_faint, text_font(NAME_PX))

    def _write(self, painter: QPainter, top: int, text: str, colour: str, font: QFont, *, left: int = EDGE_PX) -> int:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        area = QRect(left, top, self.width() - left - EDGE_PX, LINE_PX)
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
        return top + LINE_PX


def _pixmap(picture: Pixels) -> QPixmap:
    height, width = picture.shape[:2]
    return QPixmap.fromImage(QImage(picture.tobytes(), width, height, 3 * width, QImage.Format.Format_BGR888))
