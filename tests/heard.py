"""A source that listens for real, and what it emitted."""

from collections.abc import Callable
from typing import Any, TypeVar

from recorder.capture.source import Source
from recorder.clock import SessionClock, SystemClock
from recorder.events import Event
from tests.xserver import wait_until

E = TypeVar("E", bound=Event)


class Heard:
    """Starts the source and waits until it has said whether it works. Who makes one stops its source."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.events: list[Event] = []
        clock = SystemClock()
        self.clock = SessionClock(clock, started=clock.read())
        source.start(self.events.append, self.clock)
        wait_until(lambda: self.events, what="the source's status")

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def wait_for(self, found: Callable[["Heard"], Any], what: str) -> Any:
        wait_until(lambda: found(self), what=what)
        return found(self)
