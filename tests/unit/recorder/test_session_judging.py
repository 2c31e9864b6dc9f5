"""The judge beside the queue: quick, in order, never in the way, and never silently out of work."""

import threading

import pytest

from recorder.agent_events import EvasionSign
from recorder.clock import SessionClock, SystemClock
from recorder.detect.faults import Fault
from recorder.detect.judge import Judge
from recorder.detect.loading import load_text
from recorder.events import Alert, Gap, GapReason, Key, PointerMoved, SourceStatus, Window, WindowActive
from recorder.policy.sections import RulesPolicy
from recorder.session import judging
from recorder.session.event_queue import EventQueue
from recorder.session.judging import MOST_FAULTS_TOLD, Judging, Prepared
from tests.xserver import wait_until

RULES = b"""
title: Halted
name: halted
level: high
logsource: {category: command}
detection: {a: {CommandLine|contains: halt}, condition: a}
---
title: Secret
name: secret
level: low
logsource: {category: text}
detection: {a: {Text|contains: secret}, b: {Text|contains: allowed}, condition: a and not b}
"""
TERMINAL = Window(1, "root@web1", "xterm", 10, "/usr/bin/xterm")


class Session:
    """A queue with a judge beside it, as the recorder puts them together."""

    def __init__(self, *, faults=(), prepare=None, **options):
        loaded = load_text(RULES, "x")
        judge = Judge(loaded.rules, RulesPolicy())
        self.heard: list = []
        self.clock = SessionClock(SystemClock(), started=SystemClock().read())
        self.judging = Judging(
            prepare or (lambda: Prepared(judge, loaded.judging, faults)), on_alert=self.heard.append, **options
        )
        self.queue = EventQueue(tap=self.judging.take)
        self.judging.start(self.queue.put, self.clock)
        self.drained = []

    def put(self, *events):
        for event in events:
            self.queue.put(event)

    def of(self, kind):
        self.drained += self.queue.drain()
        return [event for event in self.drained if isinstance(event, kind)]

    def enter(self, line, at_ns):
        self.put(WindowActive(at_ns, TERMINAL), *(Key(at_ns + 1 + place, one) for place, one in enumerate(line)))
        self.put(Key(at_ns + len(line) + 1, "\r", "enter"))


@pytest.fixture
def session():
    made = []

    def make(**options):
        made.append(Session(**options))
        return made[-1]

    yield make
    for one in made:
        one.judging.stop()


def test_an_alert_stands_in_the_queue_within_300_ms_of_its_event(session):
    one = session()
    wait_until(lambda: one.of(SourceStatus), what="it says what judges")
    one.enter("halt", one.clock.now_ns())
    wait_until(lambda: one.of(Alert), what="an alert")
    (alert,) = one.of(Alert)
    assert alert.at_ns - alert.rows[0].at_ns < 300_000_000
    assert one.heard == [alert]


def test_it_says_how_many_rules_judge_and_which_were_left_out(session):
    faults = [Fault("x.yml", number, "It is wrong.") for number in range(MOST_FAULTS_TOLD + 5)]
    one = session(faults=faults)
    wait_until(lambda: len(one.of(SourceStatus)) == MOST_FAULTS_TOLD + 2, what="all it has to say")
    first, second, *_, last = one.of(SourceStatus)
    assert (first.working, first.detail) == (True, "2 rules judge")
    assert (second.working, second.detail) == (False, "A rule was left out: x.yml:0: It is wrong.")
    assert last.detail == "5 more faults in rules are not told."


def test_what_threads_report_late_is_judged_in_its_order(session):
    one = session()
    at_ns = one.clock.now_ns()
    late = [WindowActive(at_ns, TERMINAL), Key(at_ns + 1, "h"), Key(at_ns + 2, "a"), Key(at_ns + 3, "l")]
    one.put(Key(at_ns + 4, "t"), Key(at_ns + 5, "\r", "enter"), *late)
    wait_until(lambda: one.of(Alert), what="an alert")
    assert one.of(Alert)[0].rows[0].text == "halt"


def test_what_has_come_is_judged_when_it_stops(session):
    one = session()
    one.enter("halt", one.clock.now_ns())
    one.judging.stop()
    assert [alert.title for alert in one.of(Alert)] == ["Halted"]


def test_text_that_waits_for_its_end_is_judged_when_nothing_else_happens(session, monkeypatch):
    turns = []
    turn = Judging._turn

    def counted(*given, **named):
        turns.append(given)
        turn(*given, **named)

    monkeypatch.setattr(Judging, "_turn", counted)
    one = session()
    wait_until(lambda: one.of(SourceStatus), what="it says what judges")
    at_ns = one.clock.now_ns()
    one.put(WindowActive(at_ns, TERMINAL), *(Key(at_ns + 1 + place, one) for place, one in enumerate("secret")))
    wait_until(lambda: one.of(Alert), what="an alert")
    assert [alert.title for alert in one.of(Alert)] == ["Secret"]
    assert len(turns) <= 4, "it sleeps until the text counts as ended"


def test_what_it_cannot_take_is_a_gap(session):
    gate = threading.Event()
    loaded = load_text(RULES, "x")

    def prepare():
        gate.wait()
        return Prepared(Judge(loaded.rules, RulesPolicy()), loaded.judging)

    one = session(prepare=prepare, events_limit=10)
    one.put(*(EvasionSign(number, "tunnel", "") for number in range(25)))
    gate.set()
    wait_until(lambda: one.of(Gap), what="the gap")
    (gap,) = one.of(Gap)
    assert (gap.what, gap.at_ns, gap.end_ns) == ("rules", 10, 24)
    assert gap.detail == "15 events came faster than they could be judged."
    assert len(one.of(EvasionSign)) == 25  # they are recorded all the same


def test_rules_that_cannot_be_read_are_said_and_keep_no_recording_from_its_end(session, monkeypatch):
    monkeypatch.setattr(judging, "LATE_NS", 0)
    monkeypatch.setattr(judging, "END_LIMIT_S", 0.1)
    gate = threading.Event()
    loaded = load_text(RULES, "x")

    def prepare():
        gate.wait()
        return Prepared(Judge(loaded.rules, RulesPolicy()), loaded.judging)

    one = session(prepare=prepare)
    first_ns = one.clock.now_ns()
    one.enter("halt", first_ns)
    one.judging.stop()
    (status,), (gap,) = one.of(SourceStatus), one.of(Gap)
    assert (status.source, status.working, status.detail) == ("rules", False, judging.NOT_READ)
    assert (gap.what, gap.reason, gap.detail) == ("rules", GapReason.STALLED, judging.LEFT_UNJUDGED)
    assert gap.at_ns == first_ns
    gate.set()
    wait_until(lambda: not one.judging._thread.is_alive(), what="the judge to end by itself")
    assert one.of(Alert) == []
    assert one.heard == [], "nobody carries out the response of a session that is over"


def test_a_fault_in_the_judge_is_said_and_keeps_nothing_from_being_recorded(session):
    def prepare():
        msg = "a fault of ours"
        raise RuntimeError(msg)

    one = session(prepare=prepare)
    wait_until(lambda: one.of(SourceStatus), what="it says what judges")
    (status,) = one.of(SourceStatus)
    assert not status.working
    assert "Nothing is judged any more" in status.detail
    assert "a fault of ours" in status.detail
    one.put(Key(1, "x"))
    assert len(one.of(Key)) == 1


def test_the_pointer_does_not_wake_it(session):
    one = session()
    wait_until(lambda: one.of(SourceStatus), what="it says what judges")
    one.put(*(PointerMoved(number, 1, 1) for number in range(100)))
    assert not one.judging._inbox


def test_what_another_judge_judged_goes_on_to_the_judge_and_makes_no_alert_by_itself(session):
    one = session()
    at_ns = one.clock.now_ns()
    one.queue.put(WindowActive(at_ns, TERMINAL))
    for place, letter in enumerate("halt"):
        one.queue.put(Key(at_ns + 1 + place, letter))
    one.queue.put(Key(at_ns + 5, "\r", "enter"), is_judged=True)
    one.enter("halt", at_ns + 6)
    one.judging.stop()
    assert len(one.of(Alert)) == 1
