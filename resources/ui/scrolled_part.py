"""What a dialog holds above its buttons: as high as it needs to be, and scrolled where the screen is lower."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractSlider, QFrame, QScrollArea, QSizePolicy, QWidget

LEAST_PX = 120
_TURNS = {
    Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
    Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
}


class ScrolledPart(QScrollArea):
    """Nothing in it is pressed together, and what was said last can be kept in sight."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self._content = content
        self._news: QWidget | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setWidgetResizable(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(content)
        content.installEventFilter(self)
        self.setMinimumHeight(LEAST_PX)
        self.verticalScrollBar().rangeChanged.connect(self._look_at_news)

    def keep_in_sight(self, news: QWidget | None) -> None:
        """Scroll so that all from this one on is seen, now and when there is more; None: nothing in particular."""
        self._news = news
        self._look_at_news()

    def turn(self, event: QKeyEvent) -> bool:
        """Whether the key was one that scrolls, and it did."""
        turn = _TURNS.get(Qt.Key(event.key()))
        if turn is not None:
            self.verticalScrollBar().triggerAction(turn)
        return turn is not None

    def sizeHint(self) -> QSize:
        """As Qt asks it."""
        return self._content.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """As Qt asks it."""
        return QSize(self._content.minimumSizeHint().width(), LEAST_PX)

    def heightForWidth(self, width: int) -> int:
        """As Qt asks it."""
        layout = self._content.layout()
        return self._content.sizeHint().height() if layout is None else layout.totalHeightForWidth(width)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What is in it changed."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
            self._look_at_room()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As Qt asks it."""
        super().resizeEvent(event)
        self._look_at_room()

    def _look_at_room(self) -> None:
        """A bar only where it is needed: one that is there takes width, of which more lines and the need of it come."""
        policy = Qt.ScrollBarPolicy
        is_needed = self.heightForWidth(self.width()) > self.height()
        self.setVerticalScrollBarPolicy(policy.ScrollBarAlwaysOn if is_needed else policy.ScrollBarAlwaysOff)

    def _look_at_news(self, *_range: int) -> None:
        if self._news is not None:
            self.verticalScrollBar().setValue(self._news.geometry().top())
