"""The pointer of an X display: buttons, wheel and place."""

import queue

from recorder.capture.x11_connection import lost_in_words
from recorder.capture.x11_input import X11Input
from recorder.capture.x11_record import (
    BUTTON_PRESS,
    BUTTON_RELEASE,
    FROM_SERVER,
    MOTION,
    DeviceEvent,
    device_events,
)
from recorder.capture.x11_record_context import Wanted
from recorder.clock import NS_PER_S
from recorder.events import Click, PointerMoved, Scroll

LOOK_EVERY_S = 1 / 15
DROP_EVERY_S = 60.0
LOOKS_AT_REST = 3
SCROLL_QUIET_NS = 120_000_000
SCROLL_LONGEST_NS = 400_000_000

_BUTTONS = {1: "left", 2: "middle", 3: "right", 8: "x1", 9: "x2"}
_WHEEL = {4: (0, 1), 5: (0, -1), 6: (-1, 0), 7: (1, 0)}
_AT_REST = Wanted((BUTTON_PRESS, MOTION))
_MOVING = Wanted((BUTTON_PRESS, BUTTON_RELEASE))


class X11Pointer(X11Input):
    """Clicks and the wheel as they happen; the pointer's place at most 15 times a second, and where it comes to rest.

    A mouse reports up to 1,000 moves a second, each of which would wake us. So moves are listened to only until the
    first one; then the server is asked for the place 15 times a second until it rests, and listened to again.
    """

    def __init__(self) -> None:
        super().__init__("pointer")
        self._place: tuple[int, int] | None = None
        self._is_moving = False
        self._looks_at_rest = 0
        self._look_at_ns = 0
        self._scroll: Scroll | None = None
        self._scrolled_at_ns = 0
        self._drop_at_ns = 0

    def _open(self) -> str:
        self._connect("Clicks")
        self._listen(_AT_REST, keyboard=False)
        return "Clicks and the wheel are recorded as they happen, the pointer's place up to 15 times a second."

    def _take_all(self) -> None:
        self._look()
        while True:
            try:
                found = self._records.get(timeout=self._wait_s())
            except queue.Empty:
                self._do_what_is_due()
                continue
            if found is None:
                break
            self._watch(found)
            if found.category == FROM_SERVER:
                for event in device_events(found.data):
                    self._take(event, self._at_ns(found, event.server_ms))
            self._do_what_is_due()
        self._flush_scroll()

    def _wait_s(self) -> float:
        """Until the next look at the place, the end of a scroll, or the next time to drop what nobody asked for."""
        due_ns = [self._drop_at_ns]
        if self._is_moving:
            due_ns.append(self._look_at_ns)
        if self._scroll is not None:
            due_ns.append(self._scroll_due_ns())
        return max(0.0, (min(due_ns) - self._clock.now_ns()) / NS_PER_S)

    def _scroll_due_ns(self) -> int:
        first_ns = self._scroll.at_ns if self._scroll is not None else 0
        return min(self._scrolled_at_ns + SCROLL_QUIET_NS, first_ns + SCROLL_LONGEST_NS)

    def _do_what_is_due(self) -> None:
        now_ns = self._clock.now_ns()
        if self._scroll is not None and now_ns >= self._scroll_due_ns():
            self._flush_scroll()
        if self._is_moving and now_ns >= self._look_at_ns:
            self._follow()
        if now_ns >= self._drop_at_ns:
            self._drop_what_is_told(now_ns)

    def _drop_what_is_told(self, now_ns: int) -> None:
        """The server tells every connection of changes of the keyboard's map: unread, it keeps them, and so do we."""
        self._drop_at_ns = now_ns + int(DROP_EVERY_S * NS_PER_S)
        if self._connection is not None:
            self._connection.events(0)

    def _take(self, event: DeviceEvent, at_ns: int) -> None:
        if event.kind == MOTION:
            if not self._is_moving:
                self._begin_to_follow(event, at_ns)
        elif event.detail in _WHEEL:
            if event.kind == BUTTON_PRESS:
                self._add_scroll(event, at_ns)
        else:
            self._flush_scroll()
            self._moved(event.x_px, event.y_px, at_ns)
            button = _BUTTONS.get(event.detail, f"button{event.detail}")
            self._emit(Click(at_ns, event.x_px, event.y_px, button, pressed=event.kind == BUTTON_PRESS))

    def _begin_to_follow(self, event: DeviceEvent, at_ns: int) -> None:
        self._moved(event.x_px, event.y_px, at_ns)
        self._is_moving, self._looks_at_rest = True, 0
        self._look_at_ns = self._clock.now_ns() + int(LOOK_EVERY_S * NS_PER_S)
        self._record(_MOVING)

    def _follow(self) -> None:
        """Ask where it is; at rest, listen again, and ask once more for a move in between."""
        self._looks_at_rest = 0 if self._look() else self._looks_at_rest + 1
        self._look_at_ns = self._clock.now_ns() + int(LOOK_EVERY_S * NS_PER_S)
        if self._looks_at_rest >= LOOKS_AT_REST:
            self._is_moving = False
            self._record(_AT_REST)
            self._look()

    def _look(self) -> bool:
        """Ask the server where the pointer is; whether it has moved."""
        if self._connection is None:
            return False
        with lost_in_words():
            found = self._connection.root.query_pointer()
        self._connection.events_here()  # came with the answer, and nobody asked for it
        return self._moved(found.root_x, found.root_y, self._clock.now_ns())

    def _record(self, wanted: Wanted) -> None:
        if self._connection is not None:
            with lost_in_words():
                self._recording.change(wanted)

    def _moved(self, x_px: int, y_px: int, at_ns: int) -> bool:
        if self._place == (x_px, y_px):
            return False
        self._place = (x_px, y_px)
        self._emit(PointerMoved(at_ns, x_px, y_px))
        return True

    def _add_scroll(self, event: DeviceEvent, at_ns: int) -> None:
        """Notches one after the other at one place are one event, at the time of the first."""
        dx, dy = _WHEEL[event.detail]
        so_far = self._scroll
        if so_far is not None and _is_other_scroll(so_far, event, dx, dy):
            self._flush_scroll()
            so_far = None
        if so_far is None:
            so_far = Scroll(at_ns, event.x_px, event.y_px, 0, 0)
        self._scroll = Scroll(so_far.at_ns, event.x_px, event.y_px, so_far.dx + dx, so_far.dy + dy)
        self._scrolled_at_ns = at_ns

    def _flush_scroll(self) -> None:
        if self._scroll is not None:
            self._moved(self._scroll.x_px, self._scroll.y_px, self._scroll.at_ns)
            self._emit(self._scroll)
            self._scroll = None


def _is_other_scroll(so_far: Scroll, event: DeviceEvent, dx: int, dy: int) -> bool:
    """Whether a notch belongs to another place or goes another way."""
    return (so_far.x_px, so_far.y_px) != (event.x_px, event.y_px) or so_far.dx * dx < 0 or so_far.dy * dy < 0
