"""Something written on a thread of its own, while the window goes on: one at a time, with progress and cancel."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from player.ui.background import Line
from recorder.errors import WorldError
from resources.ui.signals import HomeCarrier

TELL_EVERY_S = 0.05
CLEARING_S = 5.0  # what is half written is removed

KeepOn = Callable[[], None]  # raises once what is written is not wanted any more
Tell = Callable[[object], None]  # says at home how far it is; only now and then, however often it is called


class Writing(QObject):
    """Belongs to the GUI thread; the thread is made when it is first needed."""

    progressed = Signal(object)  # what was told
    finished = Signal(object)  # what came of it
    failed = Signal(str)  # the sentence
    cancelled = Signal()

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._home = HomeCarrier(self)
        self._line: Line | None = None
        self._ticket = 0
        self._is_running = False

    @property
    def is_running(self) -> bool:
        """Whether something is being written."""
        return self._is_running

    def start(self, work: Callable[[KeepOn, Tell], object]) -> None:
        """Begin `work` on the thread; what is running is cancelled."""
        self._line = self._line or Line(self._name, home=self._home.carry)
        self._ticket += 1
        self._is_running = True
        tell = self._teller(self._ticket)
        self._line.ask(lambda keep_on: work(keep_on, tell), then=self._was_written, failed=self._was_not_written)

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
            self._line.stop(within_s=CLEARING_S)
        self._home.shut()

    def _was_written(self, done: object) -> None:
        self._is_running = False
        self.finished.emit(done)

    def _was_not_written(self, error: WorldError) -> None:
        self._is_running = False
        self.failed.emit(str(error))

    def _teller(self, ticket: int) -> Tell:
        told_s = [0.0]

        def tell(now: object) -> None:  # on the thread
            now_s = time.monotonic()
            if now_s - told_s[0] >= TELL_EVERY_S:
                told_s[0] = now_s
                self._home.carry(lambda: self.progressed.emit(now) if ticket == self._ticket else None)

        return tell
