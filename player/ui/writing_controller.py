"""Connects a dialog that writes something of the open recording with the window, from its making to its end."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from player.ui.open_now import OpenNow
from player.ui.writing import Writing
from player.ui.writing_dialog import WritingDialog
from resources.ui.settings import Settings
from resources.ui.widgets import bring_forward

if TYPE_CHECKING:
    from player.ui.window import PlayerWindow


class WritingController(QObject):
    """One for each window. Whoever inherits makes the dialog when it is first wanted, and does the work."""

    dialog: WritingDialog | None

    def __init__(self, window: "PlayerWindow", settings: Settings, name: str) -> None:
        super().__init__(window)
        self._window, self._settings, self._look = window, settings, window.look
        self._now = OpenNow(window.desk, self)
        self._now.changed.connect(self._note)
        self._now.closed.connect(self._closed)
        self.dialog = None
        self.writing = Writing(name, self)

    def stop(self) -> None:
        """Cancel what is running, and end the thread."""
        self.writing.stop()

    # --- for whoever inherits -----------------------------------------------------------------------------------------

    def _start(self, wanted: Any) -> None:
        """Begin to write what is wanted."""
        raise NotImplementedError

    def _note(self) -> None:
        """Say what must be known beforehand."""
        raise NotImplementedError

    def _connect(self, dialog: WritingDialog) -> None:
        dialog.started.connect(self._start)
        dialog.changed.connect(self._note)
        dialog.redactions_requested.connect(self._window.commands.command("redact"))
        self._window.redacting.changed.connect(lambda items: dialog.show_redactions(len(items)))
        dialog.follow(self.writing)

    def _come_forward(self, dialog: WritingDialog) -> None:
        dialog.show_redactions(len(self._window.export.redactions))
        self._note()
        bring_forward(dialog)
        dialog.go.setFocus()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _closed(self) -> None:
        if self.dialog is not None and not self.writing.is_running:
            self.dialog.close()
