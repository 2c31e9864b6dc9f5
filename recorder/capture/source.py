"""What makes events: a source, and the thread that most sources run on."""

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol

from recorder.clock import SessionClock, until_round_s
from recorder.errors import BugError, WorldError
from recorder.events import Event, Gap, GapReason, SourceStatus

Emit = Callable[[Event], None]  # thread-safe, never blocks

JOIN_LIMIT_S = 2.0
GAVE_NO_ANSWER = (
    "What it listens to gave no answer when it was to end, as a display that a program holds or that was stopped; "
    "what happened since is not known."
)

log = logging.getLogger(__name__)


class Source(Protocol):
    """Something outside that makes events from `start` to `stop`.

    `start` returns at once or soon; what cannot be heard is said by `SourceStatus(working=False)` and a `Gap`, never by
    silence. After `stop` has returned nothing more is emitted.
    """

    name: str

    def start(self, emit: Emit, clock: SessionClock) -> None:
        """Begin to emit events, from a thread of the source's own."""
        ...

    def stop(self) -> None:
        """End; returns when the thread has."""
        ...


class ThreadSource(ABC):
    """A source on a thread of its own, which says so when it begins, and when and why it ends too early.

    A subclass opens what it listens to in `_open`, which says in a sentence how well it hears, works in `_run` until
    `_stopping` is set, lets go in `_close`, and ends a wait at once in `_interrupt`. Only `_interrupt` and `_abort`
    are called from another thread.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._stopping = threading.Event()
        self._gate = threading.Lock()
        self._emit_outside: Emit | None = None
        self._clock_given: SessionClock | None = None
        self._thread: threading.Thread | None = None
        self._asks_since_ns: int | None = (
            None  # since when it takes in what came, for which it may ask an outside thing
        )

    def start(self, emit: Emit, clock: SessionClock) -> None:
        """Begin to emit events. A source starts once."""
        if self._thread is not None:
            msg = f"the source {self.name!r} was started twice"
            raise BugError(msg)
        self._emit_outside, self._clock_given = emit, clock
        self._thread = threading.Thread(target=self._main, name=f"source {self.name}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End and join; one that hangs in its outside thing is cut off from it."""
        self._stopping.set()
        if self._thread is not None and self._thread.is_alive():
            self._interrupt()
            self._thread.join(JOIN_LIMIT_S)
            if self._thread.is_alive():
                self._cut_off_and_say(self._thread)
        with self._gate:
            self._emit_outside = None

    def _cut_off_and_say(self, thread: threading.Thread) -> None:
        now_ns, asks_since_ns = self._clock.now_ns(), self._asks_since_ns
        is_cut = self._abort()
        thread.join(JOIN_LIMIT_S)
        if is_cut or thread.is_alive():
            since_ns = now_ns if asks_since_ns is None else asks_since_ns
            self._emit(Gap(since_ns, self._clock.now_ns(), self.name, GapReason.STALLED, GAVE_NO_ANSWER))

    @property
    def _clock(self) -> SessionClock:
        if self._clock_given is None:
            msg = f"the source {self.name!r} was not started"
            raise BugError(msg)
        return self._clock_given

    def _emit(self, event: Event) -> None:
        with self._gate:
            if self._emit_outside is not None:
                self._emit_outside(event)

    def _wait_round(self, every_s: float) -> bool:
        """Wait until all that look so often look again; True if it is to stop."""
        return self._stopping.wait(until_round_s(every_s))

    def _say_works(self, sentence: str) -> None:
        self._emit(SourceStatus(self._clock.now_ns(), self.name, working=True, detail=sentence))

    def _say_broken(self, sentence: str, *, since_ns: int | None = None) -> None:
        now_ns = self._clock.now_ns()
        self._emit(SourceStatus(now_ns, self.name, working=False, detail=sentence))
        start_ns = now_ns if since_ns is None else since_ns
        self._emit(Gap(start_ns, now_ns, self.name, self._gap_reason(), sentence))

    def _gap_reason(self) -> GapReason:
        return GapReason.SOURCE_FAILED

    def _main(self) -> None:
        try:
            self._say_works(self._open())
            self._run()
        except WorldError as error:
            self._say_ended(str(error))
        except OSError as error:
            log.debug("source %s ended", self.name, exc_info=True)
            self._say_ended(f"The system refused what it needs: {error.strerror or error}.")
        except Exception as error:  # the thread's top: a source never dies silently
            log.exception("source %s died", self.name)
            self._say_ended(f"It stopped because of a fault of the recorder: {type(error).__name__}: {error}")
        finally:
            self._close()

    def _say_ended(self, sentence: str) -> None:
        if not self._stopping.is_set():
            self._say_broken(sentence)

    @abstractmethod
    def _open(self) -> str:
        """Begin to listen; the sentence for `SourceStatus`."""

    @abstractmethod
    def _run(self) -> None:
        """Emit until `_stopping` is set."""

    def _close(self) -> None:  # noqa: B027 - letting go of nothing is fine
        """Let go; also called after a failed `_open`."""

    def _interrupt(self) -> None:  # noqa: B027 - waiting on `_stopping` alone needs no more
        """End a wait of `_run` at once."""

    def _abort(self) -> bool:
        """Cut `_run` off from an outside thing that does not answer; False if there is no way to, or nothing to cut."""
        return False
