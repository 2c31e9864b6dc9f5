"""Ending what may hang in an outside thing that does not answer: all at once, with a limit, and a gap for who hangs."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence

from recorder.capture.source import GAVE_NO_ANSWER, Emit, Source
from recorder.clock import SessionClock
from recorder.events import Event, Gap, GapReason

SOURCES_LIMIT_S = 5.0  # longer than a source takes that is cut off from what it hangs in
CLOSE_LIMIT_S = 1.0

log = logging.getLogger(__name__)


class HeardSource:
    """A source as the recorder hears it: it is known which event of it is on its way, should it never arrive."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._on_its_way: Event | None = None

    def start(self, emit: Emit, clock: SessionClock) -> None:
        """Begin to emit events."""

        def heard(event: Event) -> None:
            self._on_its_way = event
            emit(event)
            self._on_its_way = None

        self.source.start(heard, clock)

    def lost_since_ns(self, asked_ns: int) -> int:
        """From when on nothing of it is known, if it was asked to end then and did not."""
        stuck = self._on_its_way
        return asked_ns if stuck is None else min(asked_ns, stuck.at_ns)


def stop_all(sources: Sequence[HeardSource], clock: SessionClock) -> list[Gap]:
    """Stop them together; the gaps of those that had not ended after `SOURCES_LIMIT_S`, and are left behind."""
    asked_ns, names = clock.now_ns(), [heard.source.name for heard in sources]
    ended = all_within(SOURCES_LIMIT_S, [heard.source.stop for heard in sources], names)
    now_ns = clock.now_ns()
    return [
        Gap(heard.lost_since_ns(asked_ns), now_ns, heard.source.name, GapReason.STALLED, GAVE_NO_ANSWER)
        for heard, has_ended in zip(sources, ended, strict=True)
        if not has_ended
    ]


def within(limit_s: float, work: Callable[[], object], name: str = "let go") -> bool:
    """Do it; False if it was not done within the limit, and is left to itself."""
    return all_within(limit_s, [work], [name])[0]


def all_within(limit_s: float, works: Iterable[Callable[[], object]], names: Iterable[str]) -> list[bool]:
    """Do all at once; of each whether it was done within the limit. Raises what one of them raised."""
    errors: list[Exception] = []

    def done(work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:  # the thread's top: it is raised again below
            log.debug("could not be ended", exc_info=True)
            errors.append(error)

    threads = [
        threading.Thread(target=done, args=(work,), name=f"ends {name}", daemon=True)
        for work, name in zip(works, names, strict=True)
    ]
    for thread in threads:
        thread.start()
    until_s = time.monotonic() + limit_s
    for thread in threads:
        thread.join(max(0.0, until_s - time.monotonic()))
    if errors:
        raise errors[0]
    return [not thread.is_alive() for thread in threads]
