"""Ctrl-C, a wish to end and a closed terminal close the window as a person does: nothing half made stays."""

import signal
import socket
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier
from PySide6.QtWidgets import QApplication

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


class Quitting(QObject):
    """Qt's loop would not let Python see a signal; the socket that Python writes its number to wakes it up."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        self._heard, self._said = socket.socketpair()
        for end in (self._heard, self._said):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._heard.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._quit)
        signals = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
        usual = (signal.SIG_DFL, signal.default_int_handler)
        self._before = {number: signal.getsignal(number) for number in signals if signal.getsignal(number) in usual}
        self._fd_before = signal.set_wakeup_fd(self._said.fileno())
        for number in self._before:
            signal.signal(number, _nothing)

    def stop(self) -> None:
        """From now on signals do what they did before."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._fd_before)
        self._notifier.setEnabled(False)
        self._heard.close()
        self._said.close()

    def _quit(self) -> None:
        self._heard.recv(16)
        self._application.closeAllWindows()
        self._application.quit()


def _nothing(_number: int, _frame: FrameType | None) -> None:
    """The socket says it."""
