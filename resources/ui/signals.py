"""Carry closures from background threads to the thread that owns the window."""

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QObject, Signal


class HomeCarrier(QObject):
    """Made in the GUI thread, so what is carried runs there, in the order it was sent, whichever thread sent it."""

    _carried = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_open = True
        self._carried.connect(self._run)

    def carry(self, work: Callable[[], None]) -> None:
        """Run this at home, soon. Safe from any thread."""
        self._carried.emit(work)

    def shut(self) -> None:
        """Drop what still arrives: the window is gone."""
        self._is_open = False

    def _run(self, work: object) -> None:
        if self._is_open:
            cast("Callable[[], None]", work)()
