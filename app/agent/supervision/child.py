"""The recorder's half of the watch: say how it does, hear what the resident asks, start it again when it is gone."""

import contextlib
import queue
import socket
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import msgspec

from app.agent.supervision.memory_kills import KILLED_FOR_MEMORY, MemoryKills
from app.agent.supervision.messages import (
    AdoptedBy,
    Begin,
    Ended,
    FromResident,
    Heartbeat,
    Message,
    Refused,
    Started,
)
from app.agent.supervision.other_process import ResidentProcess, resident_at, start_resident
from app.agent.supervision.peer import Peer
from app.agent.supervision.pulse import STRUCK, Backoff, Pulse
from recorder.clock import NS_PER_S, Clock, until_round_s

DYING_S = 3.0
STARTING_S = 20.0  # a window takes its time
# A logout takes the display, the resident and this process away in whatever order: not every end of it is an attack.
LOGOUT_WINDOW_S = 0.7
LAST_WORDS_S = 3.0


@dataclass(frozen=True, slots=True)
class ResidentLost:
    """The resident is no more, or does not answer: why in words, which process it was, and if it was an attack."""

    detail: str
    pid: int
    is_attack: bool = True


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Who is called, from the thread of the watch."""

    health: Callable[[], Message]
    asked: Callable[[FromResident], None]
    lost: Callable[[ResidentLost], bool]
    gone: Callable[[], None] = lambda: None
    again: Callable[[], Iterable[Message]] = tuple


class ResidentWatch:
    """Watches the resident from the recorder's side; restarts it unless it is told not to.

    `callbacks.health` gives the heartbeat, `asked` hears what the resident says besides, and `lost` hears that it is
    gone and says whether another is to be started (False: the recording is about to end anyway). `gone` hears that
    first, before it is known whether that is a logout, and returns at once. `again` gives what another resident has to
    be told besides.
    """

    def __init__(self, connection: socket.socket, begin: Begin, *, clock: Clock, callbacks: Callbacks) -> None:
        self._begin = begin
        self._clock = clock
        self._callbacks = callbacks
        self._news: queue.SimpleQueue[tuple[ResidentProcess, FromResident | None] | None] = queue.SimpleQueue()
        self._started: Started | None = None
        self._lasting: dict[type[Message], Message] = {}
        self._started_ns = self._now_ns()
        self._says_ns = 0
        self._has_answered = True
        self._pulse = Pulse(self._started_ns)
        self._backoff, self._struck = Backoff(), Backoff(STRUCK)
        self._stopping = threading.Event()
        self._resident: ResidentProcess | None = None
        self._resident = resident_at(connection, Peer(pid=begin.resident_pid), self.hear)
        self._memory = MemoryKills()
        self._memory.follow(begin.resident_pid)
        self._thread = threading.Thread(target=self._run, name="resident watch", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self, last: Ended | Refused | None) -> None:
        """Say the last word, and end."""
        self._stopping.set()
        self._news.put(None)
        self._thread.join()
        resident = self._resident
        if resident is not None:
            if last is not None:
                resident.say(last)
            resident.channel.finish(LAST_WORDS_S)
        self._memory.close()

    def hear(self, sender: ResidentProcess, message: FromResident | None) -> None:
        """Take in what a resident said; from any thread. That it lives wakes nobody."""
        if isinstance(message, Heartbeat) and sender is self._resident:
            self._hear_it_live()
        else:
            self._news.put((sender, message))

    def say(self, message: Message, *, losable: bool = False) -> None:
        """Say it to the resident, if there is one."""
        resident = self._resident
        if resident is not None:
            resident.say(message, losable=losable)

    @property
    def has_resident(self) -> bool:
        """Whether there is one now that could answer."""
        return self._resident is not None

    def say_started(self, started: Started) -> None:
        """It records now; every resident to come is told so too, but not of the gap before: this one told of that."""
        self._started = msgspec.structs.replace(started, lost_ns=0)
        self.say(started)

    def say_lasting(self, message: Message) -> None:
        """Say what holds until another message of its kind; every resident to come is told so too."""
        self._lasting[type(message)] = message
        self.say(message)

    # --- the thread ---------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping.is_set():
            due_ns = self._due_ns()
            self._pulse.look_at(due_ns)
            self._take_news(until_ns=due_ns)
            self._say_alive()
            if self._resident is not None:
                self._look(self._resident)

    def _due_ns(self) -> int:
        """When there is something to do even if the resident says nothing."""
        if self._resident is None:
            return self._says_ns
        return min(self._says_ns, self._pulse.heard_ns + int(self._silent_after_s * NS_PER_S) + 1)

    @property
    def _silent_after_s(self) -> float:
        return self._begin.silent_after_s if self._has_answered else STARTING_S

    def _now_ns(self) -> int:
        return self._clock.read().monotonic_ns

    def _take_news(self, *, until_ns: int) -> None:
        """Take in what is said, waiting for the first until this moment; None: it is over."""
        try:
            news = self._news.get(timeout=max(0, until_ns - self._now_ns()) / NS_PER_S)
            while news is not None:
                self._take(*news)
                news = self._news.get_nowait()
        except queue.Empty:
            return

    def _take(self, sender: ResidentProcess, message: FromResident | None) -> None:
        if sender is not self._resident:
            return
        if message is None:
            self._lose(sender, "was killed, or ended", is_gone=True)
            return
        self._hear_it_live()
        if not isinstance(message, Heartbeat | AdoptedBy | Begin):
            self._callbacks.asked(message)

    def _hear_it_live(self) -> None:
        self._pulse.hear(self._now_ns())
        self._has_answered = True

    def _say_alive(self) -> None:
        now_ns = self._now_ns()
        if now_ns >= self._says_ns:
            self._says_ns = now_ns + int(until_round_s(self._begin.heartbeat_s, now_ns) * NS_PER_S)
            self.say(self._callbacks.health())
            self._memory.look(now_ns)

    def _look(self, resident: ResidentProcess) -> None:
        silence_ns = self._pulse.silence_ns(self._now_ns())
        if silence_ns > int(self._silent_after_s * NS_PER_S):
            seconds = f"{silence_ns / NS_PER_S:.1f}"
            is_held = resident.peer.state() in ("T", "t")
            self._lose(resident, f"was stopped for {seconds} s" if is_held else f"did not answer for {seconds} s")

    def _lose(self, resident: ResidentProcess, how: str, *, is_gone: bool = False) -> None:
        self._resident = None
        self._callbacks.gone()
        lived_s = (self._now_ns() - self._started_ns) / NS_PER_S if self._has_answered else 0.0
        pid = resident.peer.pid
        resident.end(DYING_S)
        is_for_memory = is_gone and self._memory.excuse(resident.peer.status, self._now_ns())
        if self._stopping.wait(LOGOUT_WINDOW_S):
            return
        words = f"The resident agent (process {pid}) {how}."
        words = f"{words} {KILLED_FOR_MEMORY}" if is_for_memory else words
        if not self._callbacks.lost(ResidentLost(words, pid, is_attack=not is_for_memory)):
            return
        status = resident.peer.status
        is_own = status is not None and status >= 0  # it failed by itself, and may again
        while not self._stopping.wait((self._backoff if is_own else self._struck).delay_s(lived_s)):
            lived_s = 0.0
            with contextlib.suppress(OSError):  # no process to be had now: later
                self._start_another()
                return

    def _start_another(self) -> None:
        self._started_ns = self._now_ns()
        self._pulse, self._has_answered = Pulse(self._started_ns), False
        resident = start_resident(self._begin.resident, self.hear)
        self._memory.follow(resident.peer.pid)
        if self._started is not None:
            resident.say(self._started)
        for message in (*self._lasting.values(), *self._callbacks.again()):
            resident.say(message)
        self._resident = resident  # from here on other threads say to it what is new
