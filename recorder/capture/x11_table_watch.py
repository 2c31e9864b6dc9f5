"""The thread that keeps the table of an X display's windows up to date while nobody asks it anything."""

import contextlib
import logging
import select
import threading
from collections.abc import Callable, Sequence

from recorder.capture.x11_connection import X11Connection

# If nobody listens, events are taken so often at most, only so that the server need not keep them: the table's
# connection is asked by other threads, and every answer to one of them would wake this thread.
UNHEARD_MS = 500

log = logging.getLogger(__name__)


class TableWatch:
    """Calls `take` when the server has told something, and every listener if that says that something is different."""

    def __init__(
        self, connection: X11Connection, take: Callable[[], bool], listeners: Sequence[Callable[[], None]]
    ) -> None:
        self._connection = connection
        self._take = take
        self._listeners = listeners
        self._thread = threading.Thread(target=self._run, name="window table", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End; returns when the thread has."""
        self._connection.wake()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # the connection is gone: the table says so to who asks it
            display, wake = self._connection.display.fileno(), self._connection.wake_fileno()
            poller, woken = select.poll(), select.poll()
            poller.register(display, select.POLLIN)
            for one in (poller, woken):
                one.register(wake, select.POLLIN)
            while wake not in (found := dict(poller.poll())):
                if not self._listeners and woken.poll(UNHEARD_MS):
                    return
                if found.get(display, 0) & ~select.POLLIN or not self._take_and_tell():
                    return

    def _take_and_tell(self) -> bool:
        """Take what has come; False once the display is gone."""
        try:
            has_changed, is_there = self._take(), True
        except Exception:  # the thread's top: whatever it is, who asks the table meets it too, and a grab then fails
            log.debug("window table ended", exc_info=True)
            has_changed, is_there = True, False
        if has_changed:
            for listener in self._listeners:
                listener()
        return is_there
