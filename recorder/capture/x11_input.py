"""What the keyboard and the pointer of an X display share: a listener that enqueues, and a thread that takes."""

import queue
from typing import Any, Generic, TypeVar

from recorder.capture.source import ThreadSource
from recorder.capture.x11_connection import X11Connection
from recorder.capture.x11_record import Recording, Wanted, start_listener
from recorder.capture.x11_time import ServerTime
from recorder.errors import CannotRecordError
from recorder.events import GapReason

Received = TypeVar("Received")


class X11Input(ThreadSource, Generic[Received]):
    """Input as the X server records it. The listener's thread only enqueues; this source's own thread does the rest.

    A subclass calls `_connect` and then `_listen` in its `_open`, puts what its `_received` is given into `_records`,
    and takes it out in `_run`: None says that nothing more comes, and `_raise_if_it_failed` whether that was asked for.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._records: queue.SimpleQueue[Received | None] = queue.SimpleQueue()
        self._connection: X11Connection | None = None
        self._listener: Any = None
        self._ended_sentence: str | None = None

    def _connect(self, what: str) -> X11Connection:
        connection = self._connection = X11Connection()
        if not connection.has("RECORD"):
            msg = f"{what} cannot be recorded: this display has no RECORD extension; enable it in the X server."
            raise CannotRecordError(msg)
        self._time = ServerTime(connection, self._clock)
        return connection

    def _listen(self, wanted: Wanted, *, keyboard: bool) -> None:
        self._recording = Recording(wanted, self._received)
        self._listener = start_listener(keyboard=keyboard, recording=self._recording, ended=self._ended)

    def _received(self, category: int, server_ms: int, data: bytes, swapped: bool) -> None:
        raise NotImplementedError

    def _ended(self, sentence: str | None) -> None:
        self._ended_sentence = sentence
        self._records.put(None)

    def _raise_if_it_failed(self) -> None:
        if self._ended_sentence is not None:
            raise CannotRecordError(self._ended_sentence)

    def _interrupt(self) -> None:
        self._records.put(None)

    def _abort(self) -> None:
        if self._connection is not None:
            self._connection.cut()

    def _close(self) -> None:
        if self._listener is not None:
            self._listener.finish()
        if self._connection is not None:
            self._connection.close()

    def _gap_reason(self) -> GapReason:
        return GapReason.INPUT_LOST
