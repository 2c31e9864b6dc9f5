"""Questions wait until nobody types: what is being typed into the search would land in a passphrase or a reason."""

from PySide6.QtCore import QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QLineEdit

REST_MS = 700  # after the last letter in the field; Enter, or going elsewhere, says at once that it was the last


class TypingRest(QObject):
    """Knows whether a person types into this field just now."""

    def __init__(self, field: QLineEdit, parent: QObject) -> None:
        super().__init__(parent)
        self._is_over = False
        self._waiting: list[QEventLoop] = []
        self._rest = QTimer(self, interval=REST_MS, singleShot=True)
        self._rest.timeout.connect(self._let_go)
        field.textEdited.connect(lambda _text: self._rest.start())
        field.editingFinished.connect(self._let_go)

    def wait(self) -> bool:
        """Return once nobody types any more; False: there is nobody to ask any more. Called at home."""
        if self._rest.isActive() and not self._is_over:
            waiting = QEventLoop()
            self._waiting.append(waiting)
            waiting.exec()
        return not self._is_over

    def end(self) -> None:
        """The window is closed."""
        self._is_over = True
        self._let_go()

    def _let_go(self) -> None:
        self._rest.stop()
        while self._waiting:
            self._waiting.pop().quit()
