"""What is opened elsewhere while the window is open is opened in it."""

import os
from pathlib import Path

from PySide6.QtCore import QObject, Qt

from player.handing import Handed, Listener, Offer
from player.ui.desktop import Desktop
from resources.ui.signals import HomeCarrier
from resources.ui.widgets import bring_forward


class TakingOver(QObject):
    """Owns the listening thread; made with the window, stopped with it."""

    def __init__(self, desktop: Desktop) -> None:
        super().__init__(desktop)
        self._desktop = desktop
        self._home = HomeCarrier(self)
        self.listener = Listener(self._take, os.environ)
        self.listener.start()

    def stop(self) -> None:
        """End the thread."""
        self._home.shut()
        self.listener.stop()

    def _take(self, handed: Handed, offer: Offer) -> None:
        self._home.carry(lambda: self._open(handed) if offer.take() else None)

    def _open(self, handed: Handed) -> None:
        window = self._desktop.window
        window.open(Path(handed.folder), at_ns=handed.at_ns, follow=handed.follow)
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        bring_forward(window)
