"""A source that breaks down is begun anew, and the time between is a gap."""

import threading
from collections.abc import Callable, Iterator

import pytest

from recorder.agent_events import EvasionSign
from recorder.capture.revived import RevivedSource
from recorder.capture.screen import DISPLAY_GONE
from recorder.capture.source import ThreadSource
from recorder.errors import CannotRecordError, WorldError
from recorder.events import Gap, GapReason, SourceStatus
from tests.heard import Heard

FAULT = "It stopped (on purpose)."


class Fragile(ThreadSource):
    """Works until it is told to break."""

    def __init__(self, *, opens: bool = True) -> None:
        super().__init__("fragile")
        self._opens = opens
        self._broken = threading.Event()
        self._why = WorldError(FAULT)

    def break_down(self, why: WorldError | None = None) -> None:
        """End by itself."""
        self._why = why or self._why
        self._broken.set()

    def _open(self) -> str:
        if not self._opens:
            msg = "There is nothing to listen to."
            raise CannotRecordError(msg)
        return "It works."

    def _run(self) -> None:
        while not self._stopping.is_set() and not self._broken.wait(0.01):
            pass
        if self._broken.is_set():
            raise self._why


class Makes:
    """Makes one after the other: the first opens, and those that `opens` says."""

    def __init__(self, opens: Callable[[int], bool] = lambda _number: True) -> None:
        self.made: list[Fragile] = []
        self._opens = opens

    def __call__(self) -> Fragile:
        self.made.append(Fragile(opens=self._opens(len(self.made))))
        return self.made[-1]


@pytest.fixture
def hear() -> Iterator[Callable[[Makes], Heard]]:
    heard: list[Heard] = []

    def begin(make: Makes) -> Heard:
        heard.append(Heard(RevivedSource(make, first_pause_s=0.05)))
        return heard[-1]

    yield begin
    for one in heard:
        one.source.stop()


def test_a_source_that_broke_down_is_begun_anew_and_the_time_between_is_a_gap(hear):
    make = Makes()
    heard = hear(make)
    make.made[0].break_down()
    heard.wait_for(lambda one: len(one.of(SourceStatus)) == 3, "the source that follows")
    worked, broke, works = heard.of(SourceStatus)
    assert [worked.working, broke.working, works.working] == [True, False, True]
    assert broke.detail == FAULT
    assert heard.of(Gap)[-1] == Gap(broke.at_ns, works.at_ns, "fragile", GapReason.SOURCE_FAILED, FAULT)
    assert works.at_ns - broke.at_ns >= 50_000_000


def test_a_source_that_cannot_be_begun_anew_is_tried_again_and_each_time_between_is_a_gap(hear):
    make = Makes(lambda number: number not in (1, 2))
    heard = hear(make)
    make.made[0].break_down()
    heard.wait_for(lambda one: one.of(SourceStatus)[-1].working and len(make.made) == 4, "the fourth source")
    assert [status.working for status in heard.of(SourceStatus)] == [True, False, True]  # said once, not at every trial
    from_ns, until_ns = heard.of(SourceStatus)[1].at_ns, heard.of(SourceStatus)[2].at_ns
    lengthy = [gap for gap in heard.of(Gap) if gap.end_ns > gap.at_ns]
    assert [gap.detail for gap in lengthy] == [FAULT] * 3  # what began it
    assert [lengthy[0].at_ns, *(gap.end_ns for gap in lengthy)] == [*(gap.at_ns for gap in lengthy), until_ns]
    assert lengthy[0].at_ns == from_ns


def test_what_is_still_broken_at_the_end_is_a_gap_up_to_there():
    make = Makes()
    heard = Heard(RevivedSource(make, first_pause_s=60.0))
    make.made[0].break_down()
    heard.wait_for(lambda one: len(one.of(SourceStatus)) == 2, "the breakdown")
    before_ns = heard.clock.now_ns()
    heard.source.stop()
    gap = heard.of(Gap)[-1]
    assert gap.at_ns == heard.of(SourceStatus)[1].at_ns
    assert before_ns <= gap.end_ns <= heard.clock.now_ns()
    assert len(make.made) == 1


def test_a_source_that_never_worked_is_not_tried_again(hear):
    make = Makes(lambda _number: False)
    heard = hear(make)
    heard.wait_for(lambda one: one.of(Gap), "the gap")
    heard.source.stop()
    assert [status.working for status in heard.of(SourceStatus)] == [False]
    assert len(make.made) == 1


def test_a_source_whose_connection_was_cut_is_begun_anew(hear):
    make = Makes()
    heard = hear(make)
    make.made[0].break_down(CannotRecordError(DISPLAY_GONE))
    heard.wait_for(lambda one: one.of(SourceStatus)[-1].working and len(make.made) == 2, "the source that follows")
    assert [gap.detail for gap in heard.of(Gap)] == [DISPLAY_GONE] * 2
    assert [sign.sign for sign in heard.of(EvasionSign)] == ["recorder_cut_off"]
