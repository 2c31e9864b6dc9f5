"""A menu that stays open while things in it are switched on and off."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QMenu


class LastingMenu(QMenu):
    """Closes on what is done once, not on what is checked: who chooses three kinds opens it once."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """As Qt asks it."""
        action = self.actionAt(event.position().toPoint())
        if not _switches(action):
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """As Qt asks it."""
        is_choice = event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if not (is_choice and _switches(self.activeAction())):
            super().keyPressEvent(event)


def _switches(action: QAction | None) -> bool:
    """Switch it, if it can be; True if so."""
    if action is None or not action.isCheckable() or not action.isEnabled() or action.menu() is not None:
        return False
    action.trigger()
    return True
