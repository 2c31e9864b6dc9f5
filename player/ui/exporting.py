"""Exports of videos on a thread of their own, while the window goes on."""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from player.source import Source
from player.ui.writing import KeepOn, Tell, Writing
from player.video.order import Done, Order, carry_out

if TYPE_CHECKING:
    from pathlib import Path


class Exporting(Writing):
    """The recording is opened once more, so that playing is not disturbed. Tells ScanProgress and then Progress."""

    def __init__(
        self, open_source: "Callable[[Path, Mapping[str, object]], Source]", parent: QObject | None = None
    ) -> None:
        super().__init__("exporting", parent)
        self._open = open_source

    def export(self, order: Order) -> None:
        """Begin; one that is running is cancelled."""
        self.start(lambda keep_on, tell: self._write(order, keep_on, tell))

    def _write(self, order: Order, keep_on: KeepOn, tell: Tell) -> Done:
        source = self._open(order.folder, order.told)
        try:
            return carry_out(source, order, keep_on=keep_on, reading=tell, progress=tell, now_ns=time.monotonic_ns)
        finally:
            source.close()
