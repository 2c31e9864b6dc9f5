"""What happened in the resident's sight: into the recording once there is one; word is sent back when it is sealed."""

import threading
from collections.abc import Callable, Sequence

import msgspec

from app.agent.supervision.messages import Message, Seen, Witnessed, WitnessKept
from recorder.agent_events import NoticeAcknowledged
from recorder.events import Alert, Event

Put = Callable[[Event, bool], None]  # the event, and whether it was judged already


class WitnessBook:
    """Puts what is said into the recording, each once; reads along as the sealer's listener, and says what is kept."""

    def __init__(self, say: Callable[[Message], None]) -> None:
        self._say = say
        self._gate = threading.Lock()
        self._waiting: list[Witnessed] = []
        self._known: set[int] = set()
        self._numbers: dict[Event, list[int]] = {}
        self._put: Put | None = None
        self._started_boot_ns = 0

    def take(self, message: Witnessed) -> None:
        """The resident says it, perhaps again."""
        with self._gate:
            if message.number in self._known:
                return
            self._known.add(message.number)
            if self._put is None:
                self._waiting.append(message)
                return
        self._write(message)

    def begin(self, put: Put, *, started_boot_ns: int) -> None:
        """There is a recording now."""
        with self._gate:
            self._put, self._started_boot_ns = put, started_boot_ns
            waiting, self._waiting = self._waiting, []
        for message in waiting:
            self._write(message)

    def events_sealed(self, events: Sequence[Event]) -> None:
        """These are on the disk."""
        with self._gate:
            if not self._numbers:
                return
            kept = tuple(
                number for event in events if isinstance(event, Seen) for number in self._numbers.pop(event, ())
            )
        if kept:
            self._say(WitnessKept(kept))

    def _write(self, message: Witnessed) -> None:
        event = in_session(message.event, self._started_boot_ns)
        with self._gate:
            self._numbers.setdefault(event, []).append(message.number)
            put = self._put
        assert put is not None
        put(event, message.is_judged)


def in_session(event: Seen, started_boot_ns: int) -> Seen:
    """With its times counted from the start of the session instead of the machine's."""

    def told(boot_ns: int) -> int:
        return max(0, boot_ns - started_boot_ns)

    at_ns = told(event.at_ns)
    if isinstance(event, NoticeAcknowledged):
        return msgspec.structs.replace(event, at_ns=at_ns, shown_at_ns=told(event.shown_at_ns))
    if isinstance(event, Alert):
        rows = tuple(msgspec.structs.replace(row, at_ns=told(row.at_ns)) for row in event.rows)
        return msgspec.structs.replace(event, at_ns=at_ns, rows=rows)
    return msgspec.structs.replace(event, at_ns=at_ns)
