"""The way into the outbox: alerts go onto the disk from a thread of its own, so that judging never waits.

What the queue does not take soon is kept in files beside it, and put there by whoever comes next. What it took is put
there again if another file has its name: the one before may have been damaged, and what waited in it lost.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from app.channels.late import LateAlert, late_beside
from app.channels.message import AlertMessage
from app.channels.opening import channels_for
from app.channels.outbox import Outbox
from recorder.clock import Clock, until_round_s
from recorder.errors import StorageError
from recorder.policy.sections import ChannelPolicy

TRY_AGAIN_S = 2.0
WAIT_S = 0.5  # for who has the queue locked: then it is kept beside it, before all this is killed
END_S = 5.0
LOOK_S = 20.0  # whether the queue is still the one that alerts were put into
MOST_WAITING = 10_000  # each stands in the recording as well
MOST_REMEMBERED = 1000

Tell = Callable[[str], None]


class Outlet:
    """Puts alerts into the outbox. `tell` hears when they cannot be kept, and when they can again."""

    def __init__(
        self, path: Path, policies: Sequence[ChannelPolicy], *, clock: Clock, tell: Tell, look_s: float = LOOK_S
    ) -> None:
        self._path = path
        self._look_s = look_s
        self._policies = policies
        self._clock = clock
        self._tell = tell
        self._waiting: deque[LateAlert] = deque()
        self._late = late_beside(path)
        self._kept: set[str] = set()  # the ids of those that are in files
        self._queued: deque[LateAlert] = deque(maxlen=MOST_REMEMBERED)
        self._queued_into: object = None
        self._changed = threading.Condition()
        self._ending = False
        self._is_kept_out = False
        self._outbox: Outbox | None = None
        self._thread = threading.Thread(target=self._run, name="alert outlet", daemon=True)

    def start(self) -> None:
        """Begin, with what others could not put there."""
        for alert in self._late.read():
            self._waiting.append(alert)
            self._kept.add(alert.message.id)
        self._thread.start()

    def put(self, message: AlertMessage) -> None:
        """Take an alert; from any thread, at once."""
        channels = channels_for(message.severity, self._policies)
        if not channels:
            return
        one = LateAlert(message, tuple(channels), self._clock.read().wall_ns)
        with self._changed:
            if len(self._waiting) < MOST_WAITING:
                self._waiting.append(one)
            self._changed.notify()

    def close(self) -> None:
        """End, once everything is on the disk or cannot be put there."""
        with self._changed:
            self._ending = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join(END_S)
        with self._changed:
            left = {alert.message.id for alert in self._waiting}
        if lost := len(left - self._kept):
            self._tell(f"Alerts that could not be queued for the channels: {lost}; they are in the recording.")
        if late := len(left & self._kept):
            self._tell(f"Alerts that could not be queued for the channels yet: {late}; the next start does that.")

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._waiting or self._ending, until_round_s(self._look_s) if self._queued else None
                )
                if not self._waiting and self._ending:
                    break
                is_ending = self._ending
            if not self._waiting:
                self._look()
            elif not self._keep_first():
                if is_ending:
                    break
                with self._changed:
                    self._changed.wait_for(lambda: self._ending, TRY_AGAIN_S)
        if self._outbox is not None:
            self._outbox.close()

    def _keep_first(self) -> bool:
        first = self._waiting[0]
        try:
            if self._outbox is None:
                self._outbox = Outbox(self._path, tell=self._tell, wait_s=WAIT_S)
            self._outbox.put(first.message, first.channels, wall_ns=first.wall_ns)
            self._put_again(self._outbox)
        except StorageError as error:
            if not self._is_kept_out:
                self._tell(str(error))
            self._is_kept_out = True
            self._keep_beside()
            return False
        self._waiting.popleft()
        self._queued.append(first)
        if first.message.id in self._kept:
            self._late.drop(first.message)
            self._kept.discard(first.message.id)
        if self._is_kept_out:
            self._tell("Alerts are queued for the channels again.")
            self._is_kept_out = False
        return True

    def _look(self) -> None:
        with suppress(StorageError):  # later; whoever puts there next says so
            if self._outbox is not None:
                self._put_again(self._outbox)

    def _put_again(self, outbox: Outbox) -> None:
        """What is not known to be in the queue that there is now: it takes each once, and none that was delivered."""
        place = outbox.look()
        if place == self._queued_into:
            return
        for alert in self._queued:
            outbox.put(alert.message, alert.channels, wall_ns=alert.wall_ns)
        self._queued_into = place

    def _keep_beside(self) -> None:
        with self._changed:
            unkept = [alert for alert in self._waiting if alert.message.id not in self._kept]
        with suppress(StorageError):  # as little as the queue: it is told already
            for alert in unkept:
                self._late.keep(alert)
                self._kept.add(alert.message.id)
