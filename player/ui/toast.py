"""A short message over the picture that goes away by itself, and is told to screen readers at once."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QLabel, QWidget

from resources.ui.widgets import restyle

SHOWN_MS = 6000
_MARGIN_PX = 16


class Toast(QLabel):
    """Lies over its parent, at the top in the middle. `tone` is "", "warn" or "bad"."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setProperty("part", "toast")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._clock = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._clock.timeout.connect(self.hide)
        parent.installEventFilter(self)
        self.hide()

    def say(self, text: str, *, tone: str = "") -> None:
        """Show this for a few seconds."""
        restyle(self, "tone", tone)
        self.setText(text)
        self._place()
        self.show()
        self.raise_()
        self._clock.start()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the middle when the parent changes its size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        room = max(self._over.width() - 2 * _MARGIN_PX, 120)
        longest = max(map(self.fontMetrics().horizontalAdvance, self.text().split("\n")))
        width = min(longest + 40, room, 640)
        self.setFixedSize(width, max(self.heightForWidth(width), self.sizeHint().height()))
        self.move((self._over.width() - width) // 2, _MARGIN_PX)
