"""The text of a card on a cover: what does not fit scrolls, so that the buttons below it stay in sight."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

LEAST_PX = 140


class ScrolledBody(QScrollArea):
    """As high as what is in it, up to a limit; beyond that it scrolls, by keys too.

    `beside_px` is what stands beside it on its card, and around that.
    """

    def __init__(self, inside: QWidget, *, beside_px: int) -> None:
        super().__init__()
        self._beside_px = beside_px
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setWidget(inside)
        self._inside = inside
        inside.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What is in it changed."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As Qt asks it."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        layout = self._inside.layout()
        wanted = layout.totalHeightForWidth(self.viewport().width()) if layout is not None else 0
        most = max(LEAST_PX, self.screen().availableGeometry().height() - self._beside_px)
        self.setFixedHeight(min(most, wanted))
