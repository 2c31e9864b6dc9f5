"""When something happened, by the X server's own time, which is this machine's monotonic clock in milliseconds."""

import time

from Xlib import X

from recorder.capture.x11_connection import X11Connection, lost_in_words
from recorder.clock import NS_PER_MS, SessionClock

TRUSTED_NS = 50 * NS_PER_MS
# An event older than this is not believed: its time is somebody's invention.
OLDEST_NS = 10_000 * NS_PER_MS
_MODULUS = 1 << 32
_ANSWER_LIMIT_S = 1.0
_LONG_AGO_NS = -(1 << 63)


class ServerTime:
    """Gives the session's time of the server's events, which are asked in the server's order.

    The server stamps a key when it reads it, before any program is told, so a key stands before the change it caused.
    Where the server's clock is not this machine's (a display over the network) the time of arrival is used. No event is
    given a time before that of the one before it: whoever sorts by time must find keys in the order they were pressed.
    """

    def __init__(self, connection: X11Connection, clock: SessionClock) -> None:
        self._clock = clock
        self._began_ns = _LONG_AGO_NS
        self._last_ns = _LONG_AGO_NS
        server_ms = _ask(connection)
        self.is_trusted = server_ms is not None and abs(_age_ns(server_ms, time.monotonic_ns())) <= TRUSTED_NS

    def at_ns(self, server_ms: int) -> int:
        """The session's time of an event that arrived just now."""
        return self.at_ns_of(server_ms, self._clock.now_ns())

    def at_ns_of(self, server_ms: int, arrived_ns: int) -> int:
        """The session's time of an event that arrived at `arrived_ns`, in the session's time."""
        self._last_ns = max(self._last_ns, self._happened_ns(server_ms, arrived_ns))
        return self._last_ns

    def _happened_ns(self, server_ms: int, arrived_ns: int) -> int:
        if not self.is_trusted or server_ms == X.CurrentTime:
            return arrived_ns
        now_ns = self._on_one_clock()
        happened_ns = now_ns + self._began_ns - _age_ns(server_ms, now_ns)
        return happened_ns if 0 <= arrived_ns - happened_ns <= OLDEST_NS else arrived_ns

    def _on_one_clock(self) -> int:
        """The monotonic time now; `_began_ns` is then what must be added to it for the session's.

        The two clocks cannot be read at once: a busy machine may take this thread away in between, for longer than a
        quick hand takes from key to key. So their distance is kept, and taken anew only where it cannot be what it was,
        since the machine slept.
        """
        before_ns = time.monotonic_ns()
        session_ns = self._clock.now_ns()
        now_ns = time.monotonic_ns()
        if not session_ns - now_ns <= self._began_ns <= session_ns - before_ns:
            self._began_ns = session_ns - now_ns
        return now_ns


def _ask(connection: X11Connection) -> int | None:
    """The server's time now: it stamps the change of a property of a window of ours."""
    with lost_in_words():
        window = connection.root.create_window(
            0, 0, 1, 1, 0, X.CopyFromParent, X.InputOnly, event_mask=X.PropertyChangeMask, override_redirect=True
        )
        window.change_property(connection.atom("TACHIAI_TIME"), connection.atom("STRING"), 8, b"t")
        connection.flush()
    ends_s = time.monotonic() + _ANSWER_LIMIT_S
    found = None
    while found is None and time.monotonic() < ends_s:
        events = connection.events(ends_s - time.monotonic())
        found = next((int(event.time) for event in events if event.type == X.PropertyNotify), None)
    with lost_in_words():
        window.destroy()
        connection.display.flush()
    return found


def _age_ns(server_ms: int, now_ns: int) -> int:
    """How long ago that was; negative for what is yet to come."""
    now_ms = now_ns // NS_PER_MS
    return ((now_ms - server_ms + _MODULUS // 2) % _MODULUS - _MODULUS // 2) * NS_PER_MS + now_ns % NS_PER_MS
