"""Connects checking of evidence packages with the window; nothing need be open for it."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from player.package.checking import CheckedPackage
from player.persons import Person
from player.ui.check_dialog import CheckDialog, PackageFileDialog
from player.ui.settings import export_folder
from player.ui.writing import KeepOn, Tell, Writing
from resources.ui.settings import Settings
from resources.ui.widgets import bring_forward

if TYPE_CHECKING:
    from player.ui.window import PlayerWindow


class CheckController(QObject):
    """One for each window. The dialog is made when it is first wanted."""

    def __init__(self, window: "PlayerWindow", settings: Settings) -> None:
        super().__init__(window)
        self._window, self._settings, self._look = window, settings, window.look
        self.dialog: CheckDialog | None = None
        self.checking, self.trusting = Writing("checking a package", self), Writing("trusting", self)

    def check_package(self) -> None:
        """Ask which, and check it."""
        path = PackageFileDialog.ask(export_folder(self._settings), look=self._look, parent=self.dialog or self._window)
        if path is not None:
            self.check(path)

    def check(self, path: Path) -> None:
        """Check this one."""
        dialog = self.dialog = self.dialog or self._made()
        access = self._window.desk.access

        def work(keep_on: KeepOn, tell: Tell) -> CheckedPackage:
            def progress(done: int, every: int) -> None:
                keep_on()
                tell(min(1.0, done / max(1, every)))

            return access.check_package(path, progress)

        dialog.show_begun(path)
        bring_forward(dialog)
        self.checking.start(work)

    def stop(self) -> None:
        """Cancel what is running, and end the threads."""
        self.checking.stop()
        self.trusting.stop()

    def _made(self) -> CheckDialog:
        dialog = CheckDialog(look=self._look, parent=self._window)
        dialog.cancel_requested.connect(self.checking.cancel)
        dialog.again_requested.connect(self.check_package)
        dialog.checked.trusted.connect(self._trust)
        self.checking.progressed.connect(dialog.show_share)
        self.checking.finished.connect(dialog.show_checked)
        self.checking.failed.connect(dialog.show_failure)
        self.checking.cancelled.connect(dialog.show_cancelled)
        self.trusting.finished.connect(dialog.checked.show_trusted)
        self.trusting.failed.connect(dialog.show_failure)
        return dialog

    def _trust(self, person: Person) -> None:
        access = self._window.desk.access

        def work(_keep_on: KeepOn, _tell: Tell) -> Person:
            access.trust(person)
            return person

        self.trusting.start(work)
