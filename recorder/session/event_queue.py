"""The one door through which everything that happens comes into a session."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from recorder.events import Event, Patch, Snapshot

EVENTS_LIMIT = 200_000
PICTURE_BYTES_HIGH = 24 << 20


@dataclass(frozen=True, slots=True)
class SegmentBoundary:
    """From here on, pictures stand alone again: what follows belongs to a new segment, begun for this reason."""

    at_ns: int
    reason: str


Item = Event | SegmentBoundary


class EventQueue:
    """Events from every thread, in order of arrival. `put` never blocks and may be called from any thread.

    Pictures are the bulk: when more than `PICTURE_BYTES_HIGH` of them wait, `is_congested` asks their maker to pause
    (the damage is not lost, it is grabbed later). Other events are only refused past `events_limit`; refused ones are
    counted, never silently lost. `tap` is given every event as well, and whether it was judged already, in the thread
    that puts it, and must be quick.
    """

    def __init__(self, *, events_limit: int = EVENTS_LIMIT, tap: Callable[[Event, bool], None] | None = None) -> None:
        self._tap = tap
        self._items: deque[Item] = deque()
        self._condition = threading.Condition()
        self._events_limit = events_limit
        self._picture_bytes = 0
        self._closed = False
        self._refused = 0
        self._refused_from_ns = 0
        self._refused_to_ns = 0

    def put(self, item: Item, *, is_judged: bool = False) -> None:
        """Add an event; wakes whoever waits if the queue was empty."""
        if self._tap is not None and isinstance(item, Event):
            self._tap(item, is_judged)
        with self._condition:
            if len(self._items) >= self._events_limit and not isinstance(item, SegmentBoundary):
                self._refuse(item)
                return
            self._items.append(item)
            self._picture_bytes += _picture_bytes(item)
            if len(self._items) == 1:
                self._condition.notify_all()

    def _refuse(self, item: Item) -> None:
        if not self._refused:
            self._refused_from_ns = item.at_ns
        self._refused += 1
        self._refused_to_ns = max(self._refused_to_ns, item.at_ns)

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits to be sealed."""
        return not self._items

    @property
    def is_congested(self) -> bool:
        """Whether so many pictures wait to be sealed that no more should be made for now."""
        return self._picture_bytes > PICTURE_BYTES_HIGH

    def wait(self, timeout_s: float | None) -> bool:
        """Wait until something is in the queue, it is closed, or the time is over; True if there is something."""
        with self._condition:
            if not self._items and not self._closed:
                self._condition.wait(timeout_s)
            return bool(self._items)

    def wait_closed(self, timeout_s: float) -> bool:
        """Wait until the queue is closed or the time is over; True if it is closed."""
        with self._condition:
            return self._condition.wait_for(lambda: self._closed, timeout_s)

    def drain(self) -> list[Item]:
        """Take everything that is there."""
        with self._condition:
            items = list(self._items)
            self._items.clear()
            self._picture_bytes = 0
            return items

    def take_refused(self) -> tuple[int, int, int]:
        """How many events were refused since the last call, and the times of the first and last of them."""
        with self._condition:
            refused = (self._refused, self._refused_from_ns, self._refused_to_ns)
            self._refused = 0
            return refused

    def close(self) -> None:
        """Nothing more will come; wakes whoever waits."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed


def _picture_bytes(item: Item) -> int:
    return len(item.data) if isinstance(item, (Patch, Snapshot)) else 0
