"""Everything in the window that makes something of a recording for others, and checks what came from others."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from player.ui.check_controller import CheckController
from player.ui.package_controller import PackageController
from player.ui.report_controller import ReportController
from resources.ui.settings import Settings

if TYPE_CHECKING:
    from player.ui.window import PlayerWindow


class GivingOut(QObject):
    """Made by the window when the video's export is; its parts' methods are commands of `keys.py`."""

    def __init__(self, window: "PlayerWindow", settings: Settings) -> None:
        super().__init__(window)
        self._window = window
        self.packages = PackageController(window, settings)
        self.reports = ReportController(window, settings)
        self.checks = CheckController(window, settings)
        for part in (self.packages, self.reports, self.checks, self):
            window.commands.also(part)
        window.desk.opened.connect(lambda _facts, _news: window.header.give_out.show_open(is_open=True))
        window.desk.closed.connect(lambda: window.header.give_out.show_open(is_open=False))

    def show_menu(self) -> None:
        """The menu, without a mouse."""
        self._window.header.menu_button.showMenu()

    def stop(self) -> None:
        """End the threads."""
        for part in (self.packages, self.reports, self.checks):
            part.stop()
