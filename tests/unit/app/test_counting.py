"""What a recorder goes on counting with, and that it says so where it cannot."""

from app.agent.counting import Counting
from app.agent.judging import BEGUN_ANEW, Counts, judging
from app.agent.reading_rules import ReadRules
from app.agent.supervision.messages import Begin, CountsSaid
from recorder.clock import SessionClock, SystemClock
from recorder.detect.counted import Counted
from recorder.events import FiredBy, SessionStarted, SourceStatus
from recorder.policy.sections import RulesPolicy

STARTED = SessionStarted(0, "id", "o", "h", "", 0, 0, "p", "x11", "text")
ONE, OTHER = (Counted("many", ("one",), at_ns, 100, (), (), FiredBy(at_ns, "text", "halt")) for at_ns in (1, 2))


def begin(**given):
    return Begin(None, (), 0, 1.0, 2.0, restarts_resident=True, **given)


def told(counts):
    said: list = []
    judge = judging(RulesPolicy(), STARTED, counts=counts, read=lambda: ReadRules((), 0, ()))
    judge.start(said.append, SessionClock(SystemClock(), started=SystemClock().read()))
    judge.stop()
    return [event.detail for event in said if isinstance(event, SourceStatus)]


def test_the_next_recorder_of_a_recording_goes_on_counting_and_so_does_whoever_follows_it():
    said: list[CountsSaid] = []
    counting = Counting(begin(counted=(ONE,), counted_left_out=2), say=said.append)
    assert counting.begin("id", goes_on=True) == Counts((ONE,), 2)
    counting.counted([OTHER])
    assert said == [CountsSaid("id", (OTHER,))]
    assert counting.again() == (CountsSaid("id", (ONE, OTHER), 2),)


def test_another_recording_counts_from_nothing():
    counting = Counting(begin(counted=(ONE,)), say=lambda _: None)
    assert counting.begin("another", goes_on=False) == Counts()
    assert counting.again() == (CountsSaid("another", ()),)


def test_counts_that_begin_anew_in_a_recording_that_goes_on_are_said_to():
    counting = Counting(begin(), say=lambda _: None)
    assert told(counting.begin("id", goes_on=True)) == ["0 rules judge", BEGUN_ANEW]
    assert told(Counts((ONE,), 2)) == [
        "0 rules judge",
        "Counts and sequences of rules go on; 2 of the oldest things that they had taken in were given up.",
    ]
    assert told(Counts((ONE,))) == ["0 rules judge"]
