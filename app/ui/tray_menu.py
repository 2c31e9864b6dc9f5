"""The menu of the tray icon and of the indicator."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu

from resources.ui.look import Look


class TrayMenu(QMenu):
    """Says the state first; nothing in it hides that recording is on."""

    open_asked = Signal()
    notice_asked = Signal()
    rights_asked = Signal()
    stop_asked = Signal()
    fold_asked = Signal()
    beside_chosen = Signal(bool)

    def __init__(self, *, look: Look, may_stop: bool, is_beside: bool) -> None:
        super().__init__()
        words = look.words
        self.state = self.addAction("")
        self.state.setEnabled(False)
        self.addSeparator()
        self.addAction(words("agent_tray.open")).triggered.connect(self.open_asked)
        self.addAction(words("agent_tray.notice")).triggered.connect(self.notice_asked)
        self.addAction(words("agent_tray.rights")).triggered.connect(self.rights_asked)
        self.addSeparator()
        self.beside = self.addAction(words("agent_tray.indicator"))
        self.beside.setCheckable(True)
        self.beside.setChecked(is_beside)
        self.beside.toggled.connect(self.beside_chosen)
        self.fold = self.addAction(words("agent_indicator.fold"))
        self.fold.triggered.connect(self.fold_asked)
        self.addSeparator()
        self.tell_tray(is_there=False)
        self.stop = self.addAction(words("agent_tray.stop" if may_stop else "agent_tray.stop_not"))
        self.stop.setEnabled(may_stop)
        self.stop.triggered.connect(self.stop_asked)

    def tell_tray(self, *, is_there: bool) -> None:
        """Whether there is a tray: without one there is nothing that the indicator could stand beside."""
        self.beside.setVisible(is_there)
