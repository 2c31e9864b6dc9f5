"""Work that takes longer than a person waits, on a thread of its own, its answer brought home."""

import threading
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject

from resources.ui.signals import HomeCarrier

END_S = 15.0
_T = TypeVar("_T")


class Doing(QObject):
    """Does one thing after the other is asked; each on its own thread, and all of them are joined at the end."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._home = HomeCarrier(self)
        self._threads: list[threading.Thread] = []

    def do(self, work: Callable[[], _T], then: Callable[[_T], None]) -> None:
        """Do `work` aside, and call `then` with its answer in the window's thread."""

        def run() -> None:
            answer = work()
            self._home.carry(lambda: then(answer))

        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=run, name="agent window: aside", daemon=True)
        self._threads.append(thread)
        thread.start()

    def stop(self) -> None:
        """Return when all is done, or hangs; nobody waits for an answer any more."""
        self._home.shut()
        for thread in self._threads:
            thread.join(END_S)
        self._threads = []
