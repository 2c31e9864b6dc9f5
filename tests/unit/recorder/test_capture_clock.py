"""Steps of the wall clock, sleep of the machine and standstills of the recorder are told."""

import threading

import pytest

from recorder.capture.clock_watch import ClockWatch
from recorder.clock import Instant, SessionClock, until_round_s
from recorder.events import Event, Gap, GapReason, SourceStatus, WallClockChanged

S = 1_000_000_000


class _TurnedClock:
    """A machine's clocks that the test turns at every reading."""

    def __init__(self, *instants: tuple[float, float, float]) -> None:
        self._instants = [Instant(*(int(seconds * S) for seconds in one)) for one in instants]
        self.all_read = threading.Event()

    def boot_ns(self) -> int:
        return self._instants[0].boot_ns

    def read(self) -> Instant:
        if len(self._instants) == 1:
            self.all_read.set()
            return self._instants[0]
        return self._instants.pop(0)


def _watched(*instants: tuple[float, float, float]) -> list[Event]:
    clock = _TurnedClock(*instants, instants[-1])
    events: list[Event] = []
    watch = ClockWatch(tick_s=0.001)
    watch.start(events.append, SessionClock(clock, started=Instant(0, 0, 0)))
    assert clock.all_read.wait(10)
    watch.stop()
    return [event for event in events if not isinstance(event, SourceStatus)]


@pytest.mark.parametrize("step_s", [86_400.0, -86_400.0, 3600.0, 0.2, 60 * 60 * 24 * 365 * 50])
def test_a_step_of_the_wall_clock_is_told(step_s):
    events = _watched((0, 0, 1000), (1, 1, 1001), (2, 2, 1002 + step_s), (3, 3, 1003 + step_s))
    assert events == [WallClockChanged(2 * S, int((1002 + step_s) * S), int((1002 + step_s) * S) - 1002 * S)]


def test_slow_corrections_are_told_once_they_add_up():
    events = _watched(*((n, n, 1000 + n * 1.01) for n in range(150)))
    assert [type(event) for event in events] == [WallClockChanged]


def test_a_night_asleep_is_a_gap():
    events = _watched((0, 0, 0), (1, 1, 1), (2, 2 + 8 * 3600, 2 + 8 * 3600))
    assert isinstance(events[0], Gap)
    gap = events[0]
    assert (gap.at_ns, gap.end_ns, gap.what, gap.reason) == (S, (2 + 8 * 3600) * S, "everything", GapReason.SUSPENDED)
    assert len(events) == 1


def test_a_recorder_that_stood_still_leaves_a_gap():
    events = _watched((0, 0, 0), (1, 1, 1), (62, 62, 62))
    assert isinstance(events[0], Gap)
    assert (events[0].at_ns, events[0].end_ns, events[0].reason) == (S, 62 * S, GapReason.STALLED)


@pytest.mark.parametrize(("every_s", "now_s", "expected_s"), [(1.0, 5.25, 0.75), (2.0, 5.25, 0.75), (5.0, 5.0, 5.0)])
def test_whoever_looks_every_so_often_looks_together_with_the_others(every_s, now_s, expected_s):
    assert until_round_s(every_s, int(now_s * S)) == expected_s
