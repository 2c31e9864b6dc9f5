"""A dialog that is as high as what is said in it, and stays on its screen: nothing is squeezed, nothing left empty."""

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QWidget

from resources.ui.fitting import fitting_height, kept_within

_ASKED_AT = (QEvent.Type.LayoutRequest, QEvent.Type.Show, QEvent.Type.Resize)
FRAME_PX = 40  # of the title bar and its edges, as long as the window manager has not told


class GrowingDialog(QDialog):
    """Grows with its lines and shrinks with them again, unless the person made it another height."""

    def __init__(self, parent: QWidget | None = None, flags: Qt.WindowType = Qt.WindowType.Dialog) -> None:
        super().__init__(parent, flags)
        self._fitted_px: int | None = None  # the height it was given here last

    def event(self, event: QEvent) -> bool:
        """As Qt asks it."""
        answer = super().event(event)
        if event.type() in _ASKED_AT:
            self._fit()
        return answer

    def least_px(self, needed_px: int) -> int:
        """How low it may be made, of what it needs: not lower, for nothing in it can be scrolled."""
        return needed_px

    def _fit(self) -> None:
        layout = self.layout()
        if layout is None:
            return
        before_px, needed_px = self.height(), layout.totalHeightForWidth(self.width())
        most_px = self.screen().availableGeometry().height() - self._frame_px()
        is_own = self._fitted_px not in (None, before_px)  # the person's
        height_px = fitting_height(before_px, needed_px, most_px, is_own=is_own)
        if not is_own or height_px != before_px:
            self._fitted_px = height_px
        self.setMinimumHeight(min(self.least_px(needed_px), height_px))
        self.resize(self.width(), height_px)
        if height_px != before_px:
            self._come_back()

    def _frame_px(self) -> int:
        frame_px = self.frameGeometry().height() - self.height()
        return frame_px or (0 if QGuiApplication.platformName() == "offscreen" else FRAME_PX)

    def _come_back(self) -> None:
        """What grew over the edge of the screen moves up."""
        if self.isVisible():
            room, frame = self.screen().availableGeometry(), self.frameGeometry()
            top_px = kept_within(frame.top(), frame.height(), room.top(), room.height())
            if top_px != frame.top():
                self.move(QPoint(frame.left(), top_px))
