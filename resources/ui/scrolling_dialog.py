"""A dialog whose buttons stand below what it says and asks: they are always in sight, on the lowest screen too."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from resources.ui.growing_dialog import GrowingDialog
from resources.ui.scrolled_part import ScrolledPart
from resources.ui.widgets import rule

SIDE_PX = 24
END_PX = 20
SPACING_PX = 12
LEAST_PX = 320


class ScrollingDialog(GrowingDialog):
    """Whoever inherits fills `column`, and `foot` with the buttons; what else has to be seen is kept above them."""

    def __init__(self, parent: QWidget | None = None, flags: Qt.WindowType = Qt.WindowType.Dialog) -> None:
        super().__init__(parent, flags)
        content = QWidget()
        self.column = QVBoxLayout(content)
        self.column.setContentsMargins(SIDE_PX, END_PX, SIDE_PX, SPACING_PX)
        self.column.setSpacing(SPACING_PX)
        self.upper = ScrolledPart(content)
        self.foot = QHBoxLayout()
        self.foot.setContentsMargins(SIDE_PX, SPACING_PX, SIDE_PX, END_PX)
        self.foot.setSpacing(8)
        self._edge = rule()  # seen while there is more below it
        policy = self._edge.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._edge.setSizePolicy(policy)
        bar = self.upper.verticalScrollBar()
        bar.rangeChanged.connect(lambda _least, most: self._edge.setVisible(most > 0))
        self._edge.hide()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.upper, 1)
        whole.addWidget(self._edge)
        self._below = QVBoxLayout()
        self._below.setSpacing(SPACING_PX)
        whole.addLayout(self._below)
        whole.addLayout(self.foot)

    def keep_below(self, *parts: QWidget) -> None:
        """These have to stay in sight."""
        self._below.setContentsMargins(SIDE_PX, SPACING_PX, SIDE_PX, 0)
        for part in parts:
            self._below.addWidget(part)

    def least_px(self, needed_px: int) -> int:
        """What is not in sight can be scrolled to."""
        return min(needed_px, LEAST_PX)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The pages turn by their keys."""
        if not self.upper.turn(event):
            super().keyPressEvent(event)
