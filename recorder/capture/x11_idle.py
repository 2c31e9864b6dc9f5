"""Whether the operator of an X display does anything, and whether the screen is locked."""

from typing import Any

from Xlib import X

from recorder.capture.x11_alarm import SURE_S, wakes_after_pause
from recorder.capture.x11_property import read_property
from recorder.capture.x11_source import X11Source
from recorder.clock import NS_PER_MS, NS_PER_S
from recorder.errors import CannotRecordError
from recorder.events import IdleChanged, LockChanged

BACK_LOOK_S = 1.0
JITTER_NS = 20 * NS_PER_MS
_STATUS = "_SCREENSAVER_STATUS"


class X11Idle(X11Source):
    """Asks the server for how long there was no input: when it could be idle next, and while it is, at the next input.

    A server that cannot say when that is, is asked once a second.
    """

    def __init__(self, *, idle_after_s: float = 60.0) -> None:
        super().__init__("idle")
        self._idle_after_ns = int(idle_after_s * 1000) * NS_PER_MS
        self._is_idle = False
        self._since_ns = 0
        self._is_locked: bool | None = None
        self._look_in_s = 0.0
        self._back_look_s = BACK_LOOK_S

    def _listen(self) -> str:
        connection = self._connection
        if not connection.has("MIT-SCREEN-SAVER"):
            msg = "Idle times are not recorded: this display has no MIT-SCREEN-SAVER extension."
            raise CannotRecordError(msg)
        self._status, self._lock = connection.atom(_STATUS), connection.atom("LOCK")
        connection.root.change_attributes(event_mask=X.PropertyChangeMask)
        if wakes_after_pause(connection, self._idle_after_ns // NS_PER_MS // 2):
            self._back_look_s = SURE_S
        self._look_at_lock()
        return (
            f"The operator counts as idle after {self._idle_after_ns // NS_PER_S} s without input. Locking is seen "
            "when xscreensaver says so, or a locker that runs only while locked (i3lock, slock, xsecurelock, …) holds "
            "the keyboard and the pointer; other lockers are not seen."
        )

    def _wait_s(self) -> float | None:
        return self._look_in_s

    def _take(self, event: Any) -> None:
        if event.type == X.PropertyNotify and event.atom == self._status:
            self._look_at_lock()

    def _after_events(self) -> None:
        asked_ns = self._clock.now_ns()
        idle_ns = int(self._connection.root.screensaver_query_info().idle) * NS_PER_MS
        now_ns = self._clock.now_ns()  # on a busy machine the answer comes late
        since_ns = now_ns - idle_ns
        # While idle, any input in between makes it begin later, however short it was.
        is_idle = asked_ns - idle_ns < self._since_ns + JITTER_NS if self._is_idle else idle_ns >= self._idle_after_ns
        if is_idle != self._is_idle:
            began_ns = since_ns if is_idle else self._since_ns
            self._is_idle = is_idle
            self._since_ns = since_ns
            self._emit(IdleChanged(now_ns, is_idle, began_ns))
        elif is_idle:
            self._since_ns = min(self._since_ns, since_ns)  # of the same rest; what was answered sooner is closer
        self._look_in_s = self._back_look_s if is_idle else max(0, self._idle_after_ns - idle_ns) / NS_PER_S + 0.05

    def _look_at_lock(self) -> None:
        """What xscreensaver writes on the root window: the first number says what it shows."""
        found = read_property(self._connection.root, self._status)
        if found is None or found.format != 32 or not len(found.value):
            return
        locked = int(found.value[0]) == self._lock
        if locked != self._is_locked and (locked or self._is_locked is not None):
            self._emit(LockChanged(self._clock.now_ns(), locked))
        self._is_locked = locked
