"""A command that is told to end, or whose terminal is closed, takes away what it has half made, as with Ctrl-C."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_NAMES = ("SIGTERM", "SIGHUP")  # Windows has no second one


@contextmanager
def ended_orderly() -> Iterator[None]:
    """While this lasts, these signals unwind the main thread, whose call it is, instead of ending it where it stands.

    What somebody chose to ignore (`nohup`) stays ignored.
    """
    signals = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    taken = [number for number in signals if signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, _end)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


def _end(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)
