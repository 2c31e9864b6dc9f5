"""When something happened, by the X server's own time, which is this machine's monotonic clock in milliseconds."""

import time

from Xlib import X

from recorder.capture.x11_connection import X11Connection, lost_in_words
from recorder.clock import NS_PER_MS, SessionClock

TRUSTED_MS = 50
# An event older than this is not believed: its time is somebody's invention.
OLDEST_MS = 10_000
_MODULUS = 1 << 32
_ANSWER_LIMIT_S = 1.0


class ServerTime:
    """Gives the session's time of the server's events.

    The server stamps a key when it reads it, before any program is told, so a key stands before the change it caused.
    Where the server's clock is not this machine's (a display over the network) the time of arrival is used.
    """

    def __init__(self, connection: X11Connection, clock: SessionClock) -> None:
        self._clock = clock
        server_ms = _ask(connection)
        self.is_trusted = server_ms is not None and _age_ms(server_ms) <= TRUSTED_MS

    def at_ns(self, server_ms: int) -> int:
        """The session's time of an event that arrived just now."""
        return self.at_ns_of(server_ms, self._clock.now_ns())

    def at_ns_of(self, server_ms: int, arrived_ns: int) -> int:
        """The session's time of an event that arrived at `arrived_ns`, in the session's time."""
        if not self.is_trusted or server_ms == X.CurrentTime:
            return arrived_ns
        waited_ns = self._clock.now_ns() - arrived_ns
        happened_ns = self._clock.now_ns() - _age_ns(server_ms)
        if 0 <= arrived_ns - happened_ns <= OLDEST_MS * NS_PER_MS and waited_ns >= 0:
            return happened_ns
        return arrived_ns


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


def _age_ns(server_ms: int) -> int:
    now_ns = time.monotonic_ns()
    now_ms = now_ns // NS_PER_MS
    return ((now_ms - server_ms + _MODULUS // 2) % _MODULUS - _MODULUS // 2) * NS_PER_MS + now_ns % NS_PER_MS


def _age_ms(server_ms: int) -> int:
    return abs(_age_ns(server_ms)) // NS_PER_MS
