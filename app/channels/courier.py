"""Sends what waits in the outbox: a thread for each channel, so that a server that hangs holds up nobody else."""

import enum
import random
import threading
from collections.abc import Iterator, Mapping, Sequence

from app.channels.outbox import Outbox, Waiting
from app.channels.sending import (
    BadAnswerError,
    Channel,
    ChannelForSeveral,
    MessageRefusedError,
    PartlyTakenError,
    ServerAwayError,
    TimeLimit,
)
from recorder.clock import NS_PER_S, Clock
from recorder.errors import StorageError

LOOK_EVERY_S = 1.0  # the recorder puts it there without a word
FIRST_PAUSE_S = 2.0
LONGEST_PAUSE_S = 900.0
GRACE_S = 2.5  # for what is on its way: cut off it may have been taken, and is sent again
STOP_S = 3.0
MOST_AT_ONCE = 200
TRIES_BEFORE_PASSED = 3  # of one message, before later ones pass it
MOST_BAD_ANSWERS = 10  # in one round: then it is the server after all
PASSED_PAUSE_S = 900.0
REFUSED_PAUSE_S = 27_000.0


class _Outcome(enum.Enum):
    """How an attempt ended."""

    DELIVERED = enum.auto()
    REFUSED = enum.auto()
    BAD = enum.auto()
    AWAY = enum.auto()


class Courier:
    """All channels of an agent."""

    def __init__(self, outbox: Outbox, channels: Mapping[str, Channel], *, clock: Clock) -> None:
        self._clock = clock
        self._rounds = [_Round(outbox, name, channel, clock) for name, channel in channels.items()]

    def start(self) -> None:
        """Begin to send."""
        for one in self._rounds:
            one.thread.start()

    def stop(self) -> None:
        """End; a message that is on its way for too long is cut off and sent again at the next start."""
        for one in self._rounds:
            one.end()
        ends_ns = self._clock.read().monotonic_ns + int(GRACE_S * NS_PER_S)
        for one in self._rounds:
            if one.thread.is_alive():
                one.thread.join(max(0, ends_ns - self._clock.read().monotonic_ns) / NS_PER_S)
        for one in self._rounds:
            one.cut()
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
        self._bad: dict[str, int] = {}  # by id: how often the server answered badly to it
        self._is_one_by_one = False  # one of several that went together is to blame, or the server
        self._may_pass = False  # in this round: one was tried often, so bad answers may be that one's fault

    def end(self) -> None:
        """Send nothing more than what is on its way."""
        with self._changed:
            self._ending = True
            self._changed.notify()

    def cut(self) -> None:
        """Not even that."""
        with self._changed:
            limit = self._limit
        if limit is not None:
            limit.cut()

    def _run(self) -> None:
        while not self._is_ending():
            try:
                with self._outbox.sending(self._name) as is_ours:
                    is_away = is_ours and not self._go_round()
            except StorageError:
                is_away = True  # the outbox cannot be used now: `channels status` says why
            self._failures = self._failures + 1 if is_away else 0
            self._pause(is_away=is_away)

    def _pause(self, *, is_away: bool) -> None:
        """Until it is time to look again; behind a server that is away, longer each time."""
        with self._changed:
            self._changed.wait_for(lambda: self._ending, _pause_s(self._failures) if is_away else LOOK_EVERY_S)

    def _go_round(self) -> bool:
        """Send everything that waits and may be tried, what was put aside last; False if the server is away."""
        after, bad, delivered, aside = 0, 0, False, list[Waiting]()
        self._may_pass = False
        while waiting := self._outbox.waiting(self._name, after=after, at_most=MOST_AT_ONCE):
            after = waiting[-1].number
            aside += [one for one in waiting if one.until_wall_ns is not None and self._is_due(one.until_wall_ns)]
            self._may_pass = self._may_pass or any(one.tries for one in waiting)
            for batch in self._batches([one for one in waiting if one.until_wall_ns is None]):
                outcome = _Outcome.AWAY if self._is_ending() else self._send(batch)
                bad += outcome is _Outcome.BAD
                delivered = delivered or outcome is _Outcome.DELIVERED
                if outcome is _Outcome.AWAY:
                    return False
                if bad and not (self._may_pass and bad < MOST_BAD_ANSWERS):
                    return delivered
        for one in aside:
            if self._is_ending() or self._send([one]) is _Outcome.AWAY:
                return False
        self._is_one_by_one = self._is_one_by_one and bool(bad)
        return delivered or not bad

    def _batches(self, due: Sequence[Waiting]) -> Iterator[Sequence[Waiting]]:
        at_once = 1 if self._is_one_by_one else self._channel.most_at_once
        for start in range(0, len(due), at_once):
            yield due[start : start + at_once]

    def _send(self, batch: Sequence[Waiting]) -> _Outcome:
        limit = TimeLimit()
        with self._changed:
            self._limit = limit
        try:
            with limit.running():
                self._channel_for(batch).send([one.message for one in batch], limit)
        except PartlyTakenError as error:
            self._outbox.set_taken(self._name, batch[0], error.takers, wall_ns=self._clock.read().wall_ns)
            self._set_aside(batch, str(error), REFUSED_PAUSE_S if error.is_final else PASSED_PAUSE_S)
            return _Outcome.REFUSED
        except MessageRefusedError as error:
            self._set_aside(batch, str(error), REFUSED_PAUSE_S)
            return _Outcome.REFUSED
        except BadAnswerError as error:
            self._note_bad_answer(batch, str(error))
            return _Outcome.BAD
        except ServerAwayError as error:
            if not self._is_ending():
                self._outbox.set_failed(self._name, batch, str(error))
            return _Outcome.AWAY
        finally:
            with self._changed:
                self._limit = None
        self._outbox.set_delivered(self._name, batch, wall_ns=self._clock.read().wall_ns)
        for one in batch:
            self._bad.pop(one.message.id, None)
        return _Outcome.DELIVERED

    def _channel_for(self, batch: Sequence[Waiting]) -> Channel:
        if not isinstance(self._channel, ChannelForSeveral):
            return self._channel
        (one,) = batch
        takers = self._outbox.takers(self._name, one)
        return self._channel.without(takers) if takers else self._channel

    def _note_bad_answer(self, batch: Sequence[Waiting], problem: str) -> None:
        if len(batch) > 1:
            self._is_one_by_one = True
            self._outbox.set_failed(self._name, batch, problem)
            return
        (one,) = batch
        self._bad[one.message.id] = self._bad.get(one.message.id, 0) + 1
        if self._bad[one.message.id] < TRIES_BEFORE_PASSED and not one.tries:
            self._outbox.set_failed(self._name, batch, problem)
        else:
            self._set_aside(batch, f"{problem} Later alerts pass this one.", PASSED_PAUSE_S)

    def _is_due(self, until_wall_ns: int) -> bool:
        """A clock that was put back holds nothing up for longer than it was to wait."""
        left_ns = until_wall_ns - self._clock.read().wall_ns
        return left_ns <= 0 or left_ns > REFUSED_PAUSE_S * NS_PER_S

    def _set_aside(self, batch: Sequence[Waiting], problem: str, longest_s: float) -> None:
        self._may_pass = True
        for one in batch:
            pause_s = min(longest_s, _pause_s(one.tries + 1) * 30)  # it is the message that is not wanted
            until_wall_ns = self._clock.read().wall_ns + int(pause_s * NS_PER_S)
            self._outbox.set_aside(self._name, one, problem, until_wall_ns=until_wall_ns)

    def _is_ending(self) -> bool:
        with self._changed:
            return self._ending


def _pause_s(failures: int) -> float:
    """Twice as long each time, and never for all machines alike when a server comes back."""
    longest: float = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(failures - 1, 20))
    return longest * random.uniform(0.5, 1.0)
