"""What the resident saw while no recorder could: into the recording once there is one; word is sent back then."""

import threading
from collections.abc import Callable, Sequence

import msgspec

from app.agent.supervision.messages import Message, Witnessed, WitnessKept
from recorder.agent_events import EvasionSign
from recorder.events import Alert, Event


class WitnessBook:
    """Puts what is said into the recording, each once; reads along as the sealer's listener, and says what is kept."""

    def __init__(self, say: Callable[[Message], None]) -> None:
        self._say = say
        self._gate = threading.Lock()
        self._waiting: list[Witnessed] = []
        self._known: set[int] = set()
        self._numbers: dict[Event, int] = {}
        self._put: Callable[[Event], None] | None = None
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

    def begin(self, put: Callable[[Event], None], *, started_boot_ns: int) -> None:
        """There is a recording now; `put` takes what was judged already."""
        with self._gate:
            self._put, self._started_boot_ns = put, started_boot_ns
            waiting, self._waiting = self._waiting, []
        for message in waiting:
            self._write(message)

    def events_sealed(self, events: Sequence[Event]) -> None:
        """These are on the disk."""
        with self._gate:
            numbers = [self._numbers.pop(event, 0) for event in events if isinstance(event, EvasionSign | Alert)]
        kept = tuple(number for number in numbers if number)
        if kept:
            self._say(WitnessKept(kept))

    def _write(self, message: Witnessed) -> None:
        event = in_session(message.event, self._started_boot_ns)
        with self._gate:
            self._numbers[event] = message.number
            put = self._put
        assert put is not None
        put(event)


def in_session(event: EvasionSign | Alert, started_boot_ns: int) -> EvasionSign | Alert:
    """With its times counted from the start of the session instead of the machine's."""
    at_ns = max(0, event.at_ns - started_boot_ns)
    if isinstance(event, EvasionSign):
        return msgspec.structs.replace(event, at_ns=at_ns)
    rows = tuple(msgspec.structs.replace(row, at_ns=max(0, row.at_ns - started_boot_ns)) for row in event.rows)
    return msgspec.structs.replace(event, at_ns=at_ns, rows=rows)
