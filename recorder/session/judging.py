"""Judges a session while it is recorded: what comes into the queue is judged beside it, alerts go into the queue."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from recorder.clock import NS_PER_S, SessionClock
from recorder.detect.counted import Counted
from recorder.detect.faults import Fault
from recorder.detect.judge import Judge
from recorder.events import (
    Alert,
    Event,
    Gap,
    GapReason,
    Patch,
    PointerMoved,
    PointerShape,
    Snapshot,
    SourceStatus,
)

SOURCE = "rules"
# Threads report what they saw a few milliseconds after it happened: the order is fixed after that.
HOLD_BACK_NS = 60_000_000
PERIOD_NS = 50_000_000
LOOK_S = 5.0
END_LIMIT_S = 15.0
LATE_NS = 30 * NS_PER_S  # what rules take that lie where nothing answers, as on a share that is gone
NOT_READ = "The rules could not be read yet; what happens is judged once they are."
LEFT_UNJUDGED = "What happened was not judged before the recording ended."
EVENTS_LIMIT = 200_000
MOST_FAULTS_TOLD = 20
_NOT_JUDGED = (Patch, Snapshot, PointerMoved, PointerShape, Alert)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A judge with its rules: how many of them may alert, what is wrong with the others, what else there is to say."""

    judge: Judge
    rule_count: int
    faults: Sequence[Fault] = ()
    sentences: Sequence[str] = ()


class Judging:
    """A thread of its own, in which `prepare` makes the judge while what happens waits.

    `take` is called for every event that comes into the queue, from any thread, and is quick; what another judge judged
    already is taken for counts and sequences alone. `on_alert` hears of each alert as it is put into the queue, in this
    thread: whoever carries out its response; `on_counted` of what counts and sequences took in. What could not be
    judged, since more came than there was time for, or the rules could not be read, is a gap of "rules".
    """

    def __init__(
        self,
        prepare: Callable[[], Prepared],
        *,
        on_alert: Callable[[Alert], None] | None = None,
        on_counted: Callable[[Sequence[Counted]], None] | None = None,
        events_limit: int = EVENTS_LIMIT,
    ) -> None:
        self._prepare = prepare
        self._on_alert = on_alert
        self._on_counted = on_counted
        self._events_limit = events_limit
        self._inbox: deque[tuple[Event, bool]] = deque()
        self._held: list[tuple[Event, bool]] = []
        self._condition = threading.Condition()
        self._stopping = False
        self._turned_at_ns = 0
        self._has_failed = self._is_left_behind = False
        self._is_late_from_ns: int | None = None  # None: the rules are read, or it was said that they are not
        self._dropped: tuple[int, int, int] | None = None
        self._forgotten_told = 0
        self._put: Callable[[Event], None] | None = None
        self._clock: SessionClock | None = None
        self._thread = threading.Thread(target=self._run, name="judge", daemon=True)

    def start(self, put: Callable[[Event], None], clock: SessionClock) -> None:
        """Begin; alerts go to `put`."""
        self._put, self._clock = put, clock
        self._is_late_from_ns = clock.now_ns() + LATE_NS
        self._thread.start()

    def take(self, event: Event, is_judged: bool = False) -> None:
        """One event that happened; returns at once."""
        if isinstance(event, _NOT_JUDGED) or (isinstance(event, SourceStatus) and event.source == SOURCE):
            return
        with self._condition:
            if self._has_failed:
                return
            if len(self._inbox) >= self._events_limit:
                count, from_ns, to_ns = self._dropped or (0, event.at_ns, event.at_ns)
                self._dropped = (count + 1, from_ns, max(to_ns, event.at_ns))
                return
            self._inbox.append((event, is_judged))
            if len(self._inbox) == 1:
                self._condition.notify_all()
            is_late = self._is_late_from_ns is not None and event.at_ns >= self._is_late_from_ns
            if is_late:
                self._is_late_from_ns = None
        if is_late:
            self._say(SourceStatus(self._now_ns(), SOURCE, working=False, detail=NOT_READ))

    def stop(self) -> None:
        """Judge what has come so far, and end; what is not judged in time is a gap."""
        with self._condition:
            self._stopping = True
            self._condition.notify_all()
        if self._thread.ident is None:
            return
        self._thread.join(END_LIMIT_S)
        if self._thread.is_alive():
            self._leave_behind()

    def _leave_behind(self) -> None:
        with self._condition:
            left_ns = [event.at_ns for event, _ in (*self._held, *self._inbox)]
            dropped_ns = [] if self._dropped is None else [self._dropped[1]]
        now_ns = self._now_ns()
        since_ns = min((*left_ns, *dropped_ns), default=now_ns)
        self._say(Gap(since_ns, now_ns, SOURCE, GapReason.STALLED, LEFT_UNJUDGED))
        self._is_left_behind = True

    # --- in its thread ------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            judge = self._begin(self._prepare())
            while not self._wait(judge):
                self._turn(judge, before_ns=self._now_ns() - HOLD_BACK_NS)
            self._turn(judge, before_ns=None)
            self._emit(judge.finish(self._now_ns()))
        except Exception as error:
            log.debug("judge ended", exc_info=True)
            with self._condition:
                self._has_failed = True
                self._inbox.clear()
            detail = f"Nothing is judged any more, by a fault in the judge: {type(error).__name__}: {error}"
            self._say(SourceStatus(self._now_ns(), SOURCE, working=False, detail=detail))

    def _begin(self, prepared: Prepared) -> Judge:
        """Say what judges, and what does not."""
        with self._condition:
            self._is_late_from_ns = None
        words = "1 rule judges" if prepared.rule_count == 1 else f"{prepared.rule_count} rules judge"
        self._say(SourceStatus(self._now_ns(), SOURCE, working=True, detail=words))
        for fault in prepared.faults[:MOST_FAULTS_TOLD]:
            detail = f"A rule was left out: {fault}"
            self._say(SourceStatus(self._now_ns(), SOURCE, working=False, detail=detail))
        if (more := len(prepared.faults) - MOST_FAULTS_TOLD) > 0:
            detail = f"{more} more faults in rules are not told."
            self._say(SourceStatus(self._now_ns(), SOURCE, working=False, detail=detail))
        for sentence in prepared.sentences:
            self._say(SourceStatus(self._now_ns(), SOURCE, working=True, detail=sentence))
        return prepared.judge

    def _wait(self, judge: Judge) -> bool:
        """Wait until there is something to do; True if it is to end."""
        with self._condition:
            if not self._held and not self._inbox:
                self._condition.wait_for(lambda: self._stopping or self._inbox, self._rest_s(judge))
            if self._held or self._inbox:
                self._condition.wait_for(lambda: self._stopping, self._ripens_s())
            return self._stopping

    def _rest_s(self, judge: Judge) -> float | None:
        """How long there is nothing to do if nothing more comes."""
        most_s = LOOK_S if judge.is_burst_open else None
        due_ns = judge.look_due_ns
        if due_ns is None:
            return most_s
        return min(LOOK_S, max(0.0, (due_ns - self._now_ns()) / NS_PER_S))  # a time from the future is a wrong one

    def _ripens_s(self) -> float:
        """Until the order of the first that came is fixed; turns have a period between them, however much comes."""
        first, _ = self._held[0] if self._held else self._inbox[0]
        ripe_ns = max(first.at_ns + HOLD_BACK_NS, self._turned_at_ns + PERIOD_NS)
        return min(HOLD_BACK_NS, max(0, ripe_ns - self._now_ns())) / NS_PER_S

    def _turn(self, judge: Judge, *, before_ns: int | None) -> None:
        with self._condition:
            self._held.extend(self._inbox)
            self._inbox.clear()
            dropped, self._dropped = self._dropped, None
        self._held.sort(key=lambda held: held[0].at_ns)
        now_ns = self._turned_at_ns = self._now_ns()
        count = len(self._held)
        if before_ns is not None:  # what comes from the future has a wrong time, and waits for nothing
            count = next((at for at, (event, _) in enumerate(self._held) if before_ns < event.at_ns <= now_ns), count)
        ready, self._held = self._held[:count], self._held[count:]
        for event, is_judged in ready:
            self._emit(judge.judge(event, now_ns=self._now_ns(), is_judged=is_judged))
        self._emit(judge.look(now_ns))
        if self._on_counted is not None and (counted := judge.newly_counted()):
            self._on_counted(counted)
        self._say_what_was_lost(judge, dropped)

    def _emit(self, alerts: Sequence[Alert]) -> None:
        for alert in alerts:
            self._say(alert)
            if self._on_alert is not None and not self._is_left_behind:
                self._on_alert(alert)

    def _say_what_was_lost(self, judge: Judge, dropped: tuple[int, int, int] | None) -> None:
        if dropped is not None:
            count, from_ns, to_ns = dropped
            detail = f"{count} events came faster than they could be judged."
            self._say(Gap(from_ns, to_ns, SOURCE, GapReason.EVENTS_DROPPED, detail))
        forgotten = judge.forgotten()
        total = sum(count for _, count in forgotten)
        if total > self._forgotten_told:
            self._forgotten_told = max(total, 2 * self._forgotten_told)  # said the first time, and at each doubling
            titles = ", ".join(f"{rule.title} ({count})" for rule, count in forgotten)
            detail = f"More groups than can be remembered; the oldest were given up, of: {titles}"
            self._say(SourceStatus(self._now_ns(), SOURCE, working=True, detail=detail))

    def _say(self, event: Event) -> None:
        assert self._put is not None
        if not self._is_left_behind:
            self._put(event)

    def _now_ns(self) -> int:
        assert self._clock is not None
        return self._clock.now_ns()
