"""The recorder's side of the outbox: alerts go onto the disk from a thread of its own, so that judging never waits."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from app.channels.message import AlertMessage
from app.channels.opening import channels_for
from app.channels.outbox import Outbox
from recorder.clock import Clock
from recorder.errors import StorageError
from recorder.policy.sections import ChannelPolicy

TRY_AGAIN_S = 2.0
END_S = 5.0
MOST_WAITING = 10_000  # each stands in the recording as well

Tell = Callable[[str], None]


class Outlet:
    """Puts alerts into the outbox. `tell` hears when they cannot be kept, and when they can again."""

    def __init__(self, path: Path, policies: Sequence[ChannelPolicy], *, clock: Clock, tell: Tell) -> None:
        self._path = path
        self._policies = policies
        self._clock = clock
        self._tell = tell
        self._waiting: deque[tuple[AlertMessage, Sequence[str], int]] = deque()
        self._changed = threading.Condition()
        self._ending = False
        self._is_kept_out = False
        self._outbox: Outbox | None = None
        self._thread = threading.Thread(target=self._run, name="alert outlet", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def put(self, message: AlertMessage) -> None:
        """Take an alert; from any thread, at once."""
        channels = channels_for(message.severity, self._policies)
        if not channels:
            return
        one = (message, channels, self._clock.read().wall_ns)
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
        if self._waiting:
            self._tell(f"{len(self._waiting)} alerts could not be queued for the channels; they are in the recording.")

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ending)
                if not self._waiting:
                    break
                is_ending = self._ending
            if not self._keep_first():
                if is_ending:
                    break
                with self._changed:
                    self._changed.wait_for(lambda: self._ending, TRY_AGAIN_S)
        if self._outbox is not None:
            self._outbox.close()

    def _keep_first(self) -> bool:
        message, channels, wall_ns = self._waiting[0]
        try:
            if self._outbox is None:
                self._outbox = Outbox(self._path, tell=self._tell)
            self._outbox.put(message, channels, wall_ns=wall_ns)
        except StorageError as error:
            if not self._is_kept_out:
                self._tell(str(error))
            self._is_kept_out = True
            return False
        self._waiting.popleft()
        if self._is_kept_out:
            self._tell("Alerts are queued for the channels again.")
            self._is_kept_out = False
        return True
