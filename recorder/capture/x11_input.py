"""What the keyboard and the pointer of an X display share: a listener that enqueues, and a thread that takes."""

import contextlib
import queue
from abc import abstractmethod
from typing import Any, NoReturn

from Xlib import error as xerror

from recorder.agent_events import EvasionSign
from recorder.capture.linux_process import executable_of
from recorder.capture.revived import CUT_OFF, SIGN
from recorder.capture.screen import DisplayLostError
from recorder.capture.source import ThreadSource
from recorder.capture.x11_clients import ClientPids
from recorder.capture.x11_connection import X11Connection, lost_in_words
from recorder.capture.x11_record import FROM_CLIENT, Recorded, Recording, start_listener
from recorder.capture.x11_record_context import Wanted
from recorder.capture.x11_time import ServerTime
from recorder.errors import CannotRecordError
from recorder.events import GapReason


class X11Input(ThreadSource):
    """Input as the X server records it. The listener's thread only enqueues; this source's own thread does the rest.

    A subclass calls `_connect` and then `_listen` in its `_open`, and takes what was recorded out of `_records` in
    `_take_all`, until None says that nothing more comes. It gives each request of a client to `_watch`: another program
    that changes what is recorded here ends this source, with a sign of evasion and a gap from that request on.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._records: queue.SimpleQueue[Recorded | None] = queue.SimpleQueue()
        self._connection: X11Connection | None = None
        self._listener: Any = None
        self._ended_sentence: str | None = None
        self._sound_ns = 0
        self._lost_since_ns: int | None = None

    @abstractmethod
    def _take_all(self) -> None:
        """Take what was recorded, until the end."""

    def _connect(self, what: str) -> X11Connection:
        connection = self._connection = X11Connection()
        if not connection.has("RECORD"):
            msg = f"{what} cannot be recorded: this display has no RECORD extension; enable it in the X server."
            raise CannotRecordError(msg)
        self._time = ServerTime(connection, self._clock)
        return connection

    def _listen(self, wanted: Wanted, *, keyboard: bool) -> None:
        assert self._connection is not None, "connected before"
        self._recording = Recording(wanted, self._received, self._connection)
        self._sound_ns = self._clock.now_ns()
        self._listener = start_listener(keyboard=keyboard, recording=self._recording, ended=self._ended)

    def _received(self, category: int, server_ms: int, client: int, data: bytes, swapped: bool) -> None:
        self._records.put(Recorded(self._clock.now_ns(), category, server_ms, client, data, swapped))

    def _ended(self, sentence: str | None) -> None:
        self._ended_sentence = sentence
        self._records.put(None)

    def _run(self) -> None:
        self._check()
        self._take_all()
        if self._ended_sentence == CUT_OFF:
            self._cut_off("it was switched off", self._sound_ns)
        if self._ended_sentence is not None:
            raise CannotRecordError(self._ended_sentence)
        self._asks_since_ns = self._clock.now_ns()
        self._check()

    def _at_ns(self, found: Recorded, server_ms: int) -> int:
        """The session's time of something in what was recorded."""
        self._asks_since_ns = found.arrived_ns
        self._sound_ns = self._time.at_ns_of(server_ms, found.arrived_ns)
        return self._sound_ns

    def _watch(self, found: Recorded) -> None:
        """Raise if this asks the server to record something else for us than we do."""
        how = self._recording.change_asked(found) if found.category == FROM_CLIENT else None
        if how is not None:
            self._cut_off(how, self._at_ns(found, found.server_ms), found.client)

    def _check(self) -> None:
        """Ask the server, at the begin and at the end, whether it records what we asked for."""
        if not self._recording.has_begun:
            return  # it was refused, which is told
        with lost_in_words():
            is_whole = self._recording.is_whole()
        if not is_whole:
            self._cut_off("it is not as it was asked for", self._sound_ns)
        self._sound_ns = self._clock.now_ns()

    def _cut_off(self, how: str, since_ns: int, client: int | None = None) -> NoReturn:
        self._lost_since_ns = since_ns
        pid = None if client is None else self._pid_of(client)
        detail = f"another program changed what the X server records of the {self.name} ({how})"
        self._emit(EvasionSign(since_ns, SIGN, detail, pid, None if pid is None else executable_of(pid)))
        raise CannotRecordError(CUT_OFF)

    def _pid_of(self, client: int) -> int | None:
        """Whose connection that is; None if it is closed already."""
        with contextlib.suppress(xerror.XError, DisplayLostError), lost_in_words():
            return ClientPids(self._connection).of(client) if self._connection is not None else None
        return None

    def _say_ended(self, sentence: str) -> None:
        if self._lost_since_ns is None:
            super()._say_ended(sentence)
        else:  # told at the end too: what came before it is not whole
            self._say_broken(sentence, since_ns=self._lost_since_ns)

    def _interrupt(self) -> None:
        self._records.put(None)

    def _abort(self) -> bool:
        if self._connection is not None:
            self._connection.cut()
        return self._connection is not None

    def _close(self) -> None:
        if self._listener is not None:
            self._listener.finish()
        if self._connection is not None:
            self._connection.close()

    def _gap_reason(self) -> GapReason:
        return GapReason.INPUT_LOST
