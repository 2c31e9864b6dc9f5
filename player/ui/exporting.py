"""Exports on a thread of their own, while the window goes on: one at a time, with progress and cancel."""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from player.scan import ScanProgress
from player.source import Source
from player.ui.background import Line
from player.ui.signals import HomeCarrier
from player.video.export import Progress
from player.video.order import Done, Order, carry_out
from recorder.errors import WorldError

if TYPE_CHECKING:
    from pathlib import Path


class Exporting(QObject):
    """Belongs to the GUI thread. The recording is opened once more, so that playing is not disturbed."""

    read = Signal(object)  # ScanProgress: the recording is being read through
    progressed = Signal(object)  # Progress
    finished = Signal(object)  # Done
    failed = Signal(str)  # the sentence
    cancelled = Signal()

    def __init__(
        self, open_source: "Callable[[Path, Mapping[str, object]], Source]", parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._open = open_source
        self._home = HomeCarrier(self)
        self._line: Line | None = None
        self._ticket = 0
        self._is_running = False

    @property
    def is_running(self) -> bool:
        """Whether an export is being written."""
        return self._is_running

    def start(self, order: Order) -> None:
        """Begin; one that is running is cancelled."""
        self._line = self._line or Line("exporting", home=self._home.carry)
        self._ticket += 1
        self._is_running = True
        ticket = self._ticket
        self._line.ask(
            lambda keep_on: self._write(order, keep_on, ticket), then=self._was_written, failed=self._was_not_written
        )

    def cancel(self) -> None:
        """Stop it, and leave nothing half written."""
        if self._line is not None and self._is_running:
            self._line.forget()
            self._ticket += 1
            self._is_running = False
            self.cancelled.emit()

    def stop(self) -> None:
        """Cancel, and return when the thread has ended: the window is going away."""
        self._is_running = False
        self._ticket += 1
        if self._line is not None:
            self._line.stop()
        self._home.shut()

    def _was_written(self, done: Done) -> None:
        self._is_running = False
        self.finished.emit(done)

    def _was_not_written(self, error: WorldError) -> None:
        self._is_running = False
        self.failed.emit(str(error))

    # --- on its thread ------------------------------------------------------------------------------------------------

    def _write(self, order: Order, keep_on: Callable[[], None], ticket: int) -> Done:
        source = self._open(order.folder, order.told)
        try:
            return carry_out(
                source,
                order,
                keep_on=keep_on,
                reading=lambda now: self._tell_read(now, ticket),
                progress=lambda now: self._tell(now, ticket),
                now_ns=time.monotonic_ns,
            )
        finally:
            source.close()

    def _tell_read(self, now: ScanProgress, ticket: int) -> None:
        self._home.carry(lambda: self.read.emit(now) if ticket == self._ticket else None)

    def _tell(self, now: Progress, ticket: int) -> None:
        self._home.carry(lambda: self.progressed.emit(now) if ticket == self._ticket else None)
