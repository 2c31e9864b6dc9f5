"""Sends what waits in the outbox: a thread for each channel, so that a server that hangs holds up nobody else."""

import random
import threading
from collections.abc import Mapping, Sequence

from app.channels.outbox import Outbox, Waiting
from app.channels.sending import Channel, MessageRefusedError, ServerAwayError, TimeLimit
from recorder.clock import NS_PER_S, Clock
from recorder.errors import StorageError

LOOK_EVERY_S = 1.0  # the recorder puts it there without a word
FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 900.0
STOP_S = 3.0
MOST_AT_ONCE = 200


class Courier:
    """All channels of an agent."""

    def __init__(self, outbox: Outbox, channels: Mapping[str, Channel], *, clock: Clock) -> None:
        self._rounds = [_Round(outbox, name, channel, clock) for name, channel in channels.items()]

    def start(self) -> None:
        """Begin to send."""
        for one in self._rounds:
            one.thread.start()

    def stop(self) -> None:
        """End; a message that is on its way is cut off and sent again at the next start."""
        for one in self._rounds:
            one.end()
        for one in self._rounds:
            if one.thread.is_alive():
                one.thread.join(STOP_S)  # only looking up a name cannot be cut


class _Round:
    """One channel's thread."""

    def __init__(self, outbox: Outbox, name: str, channel: Channel, clock: Clock) -> None:
        self.thread = threading.Thread(target=self._run, name=f"channel {name}", daemon=True)
        self._outbox = outbox
        self._name = name
        self._channel = channel
        self._clock = clock
        self._changed = threading.Condition()
        self._ending = False
        self._limit: TimeLimit | None = None
        self._failures = 0
        self._refused: dict[int, tuple[int, int]] = {}  # by number: when it may be tried again, and how often it was

    def end(self) -> None:
        with self._changed:
            self._ending = True
            self._changed.notify()
            limit = self._limit
        if limit is not None:
            limit.cut()

    def _run(self) -> None:
        while not self._is_ending():
            try:
                is_away = not self._go_round()
            except StorageError:
                is_away = True  # the outbox cannot be used now: `channels status` says why
            self._failures = self._failures + 1 if is_away else 0
            self._pause(is_away=is_away)

    def _pause(self, *, is_away: bool) -> None:
        """Until it is time to look again; behind a server that is away, longer each time."""
        with self._changed:
            self._changed.wait_for(lambda: self._ending, _pause_s(self._failures) if is_away else LOOK_EVERY_S)

    def _go_round(self) -> bool:
        """Send everything that waits and may be tried; False if the server is away."""
        after = 0
        while waiting := self._outbox.waiting(self._name, after=after, at_most=MOST_AT_ONCE):
            after = waiting[-1].number
            due = [one for one in waiting if self._is_due(one)]
            for start in range(0, len(due), self._channel.most_at_once):
                if self._is_ending():
                    return True
                if not self._send(due[start : start + self._channel.most_at_once]):
                    return False
        return True

    def _send(self, batch: Sequence[Waiting]) -> bool:
        limit = TimeLimit()
        with self._changed:
            self._limit = limit
        try:
            with limit.running():
                self._channel.send([one.message for one in batch], limit)
        except MessageRefusedError as error:
            self._outbox.set_failed(batch, str(error))
            for one in batch:
                self._put_off(one)
            return True
        except ServerAwayError as error:
            if not self._is_ending():
                self._outbox.set_failed(batch, str(error))
            return False
        finally:
            with self._changed:
                self._limit = None
        self._outbox.set_delivered(self._name, batch, wall_ns=self._clock.read().wall_ns)
        for one in batch:
            self._refused.pop(one.number, None)
        return True

    def _is_due(self, one: Waiting) -> bool:
        at_ns, _ = self._refused.get(one.number, (0, 0))
        return self._clock.read().boot_ns >= at_ns

    def _put_off(self, one: Waiting) -> None:
        _, tries = self._refused.get(one.number, (0, 0))
        pause_ns = int(_pause_s(tries + 1) * 30 * NS_PER_S)  # it is the message that is not wanted
        self._refused[one.number] = (self._clock.read().boot_ns + pause_ns, tries + 1)

    def _is_ending(self) -> bool:
        with self._changed:
            return self._ending


def _pause_s(failures: int) -> float:
    """Twice as long each time, and never for all machines alike when a server comes back."""
    longest: float = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(failures - 1, 20))
    return longest * random.uniform(0.5, 1.0)
