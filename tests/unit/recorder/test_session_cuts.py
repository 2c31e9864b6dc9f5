"""A screen whose connection is cut, or that cannot be read, while its recording begins, goes on and ends."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from recorder.agent_events import EvasionSign
from recorder.capture.fake import FakeScreen
from recorder.capture.screen import CONNECTION_CUT, DISPLAY_GONE, Damage, DisplayLostError, GrabFailedError, Pixels
from recorder.events import EndReason, Gap, GapReason, Patch, Screen, ScreensChanged, SourceStatus
from recorder.geometry import Rect
from recorder.session import screen_recorder
from tests.unit.recorder.test_session_recording import GREEN, RED, Session


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    session = Session(tmp_path)
    session.recorder.start()
    session.wait_sealed(lambda event: isinstance(event, Patch))
    yield session


def test_a_screen_whose_connection_is_cut_though_the_display_is_there_goes_on_after_a_gap_and_a_sign(
    session: Session,
) -> None:
    session.screen.draw(Rect(0, 0, 30, 30), RED)
    session.wait_sealed(lambda event: isinstance(event, Patch))
    session.screen.cut()
    session.wait_sealed(lambda event: isinstance(event, Gap))
    session.screen.draw(Rect(30, 0, 30, 30), GREEN)
    assert session.recorder.finish().reason is EndReason.ASKED
    (gap,), (sign,) = session.reading.of(Gap), session.reading.of(EvasionSign)
    assert (gap.what, gap.reason, gap.detail) == ("screen", GapReason.SOURCE_FAILED, CONNECTION_CUT)
    assert (sign.sign, sign.at_ns) == ("recorder_cut_off", gap.at_ns)
    works = [event.working for event in session.reading.of(SourceStatus) if event.source == "screen"]
    assert works == [False, True]
    assert np.array_equal(session.reading.picture(), session.screen.picture(0)[..., :3])


def test_a_screen_that_is_cut_again_and_again_is_one_gap_until_that_ends(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recorder.capture.cut_pace.FIRST_PAUSE_S", 0.1)
    cuts = 3

    def cut_again(screen: FakeScreen) -> None:
        nonlocal cuts
        FakeScreen.reopen(screen)
        cuts -= 1
        if cuts:
            screen.cut()

    monkeypatch.setattr(session.screen, "reopen", lambda: cut_again(session.screen))
    session.screen.cut()
    session.wait_sealed(lambda event: isinstance(event, Gap))
    session.recorder.finish()
    (gap,) = session.reading.of(Gap)
    assert gap.end_ns - gap.at_ns >= 300_000_000, "the second waited 0.1 s, the third 0.2 s"
    assert len(session.reading.of(EvasionSign)) == 1
    assert cuts == 0


def test_a_screen_whose_new_connection_is_cut_before_it_is_made_is_not_taken_for_a_lost_display(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recorder.capture.cut_pace.FIRST_PAUSE_S", 0.01)
    cuts = 3

    def cut_before(screen: FakeScreen) -> None:
        nonlocal cuts
        cuts -= 1
        if cuts:
            raise DisplayLostError(DISPLAY_GONE)
        FakeScreen.reopen(screen)

    monkeypatch.setattr(session.screen, "reopen", lambda: cut_before(session.screen))
    session.screen.cut()
    session.wait_sealed(lambda event: isinstance(event, Gap))
    assert session.recorder.finish().reason is EndReason.ASKED
    (gap,) = session.reading.of(Gap)
    assert (gap.what, gap.reason, gap.detail) == ("screen", GapReason.SOURCE_FAILED, CONNECTION_CUT)
    assert len(session.reading.of(EvasionSign)) == 1


def test_a_recording_that_ends_while_its_screen_is_cut_again_and_again_ends_nevertheless(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = threading.Semaphore(0)

    def cut_before() -> None:
        tries.release()
        raise DisplayLostError(DISPLAY_GONE)

    monkeypatch.setattr(session.screen, "reopen", cut_before)
    session.screen.cut()
    assert tries.acquire(timeout=10)
    session.recorder.finish()
    (gap,) = [gap for gap in session.reading.of(Gap) if gap.what == "screen"]
    assert gap.detail == CONNECTION_CUT


def test_a_screen_that_is_cut_as_the_recording_ends_is_shown_as_it_is_in_the_end(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw_and_cut() -> None:
        session.screen.draw(Rect(0, 0, 30, 30), RED)
        FakeScreen.reopen(session.screen)

    monkeypatch.setattr(session.screen, "reopen", draw_and_cut)
    monkeypatch.setattr(session.screen, "wake", session.screen.cut)  # as it is woken to end
    session.recorder.finish()
    assert np.array_equal(session.reading.picture(), session.screen.picture(0)[..., :3])


def test_a_screen_that_could_be_read_only_as_the_recording_ended_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session(tmp_path)
    session.screen.fail_grabs(1)
    monkeypatch.setattr(screen_recorder, "RETRY_S", 60.0)
    session.recorder.start()
    session.wait_sealed(lambda event: isinstance(event, SourceStatus) and event.source == "screen")
    session.screen.draw(Rect(0, 0, 30, 30), RED)
    session.recorder.finish()
    assert np.array_equal(session.reading.picture(), session.screen.picture(0)[..., :3])


def test_a_screen_that_could_never_be_read_as_a_whole_leaves_a_gap_and_no_changes_of_no_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session(tmp_path)
    part = Rect(0, 0, 30, 30)

    def grab(screen: int, area: Rect) -> Pixels:
        if area != part:
            session.screen.draw(part, RED)  # so that there is something to record up to the end
            raise GrabFailedError("The screen could not be read (on purpose).")
        return FakeScreen.grab(session.screen, screen, area)

    monkeypatch.setattr(session.screen, "grab", grab)
    session.recorder.start()
    session.wait_sealed(lambda event: isinstance(event, SourceStatus) and event.source == "screen")
    session.recorder.finish()
    assert session.reading.of(Patch) == []
    (gap,) = session.reading.of(Gap)
    assert (gap.what, gap.reason) == ("screen", GapReason.GRAB_FAILED)


def test_a_monitor_that_goes_while_another_one_cannot_be_read_ends_nothing(tmp_path: Path) -> None:
    left, right = Screen(0, "left", Rect(0, 0, 64, 48)), Screen(1, "right", Rect(64, 0, 64, 48))
    session = Session(tmp_path, screen=FakeScreen((left, right)))
    session.screen.fail_grabs(1)
    session.recorder.start()
    session.wait_sealed(lambda event: isinstance(event, SourceStatus) and event.source == "screen")
    session.screen.change_layout((left,))
    session.wait_sealed(lambda event: isinstance(event, Patch))
    assert session.recorder.finish().reason is EndReason.ASKED
    assert [one.screens for one in session.reading.of(ScreensChanged)] == [(left, right), (left,)]


SMALLER = (Screen(0, "fake", Rect(0, 0, 320, 200)),)


def test_a_segment_that_is_to_begin_as_the_monitors_change_begins_with_the_new_ones(session: Session) -> None:
    with session.screen._news:  # so that both are met together
        session.recorder._screen.begin_segment("rollover")
        session.screen.change_layout(SMALLER)
    session.wait_sealed(lambda event: isinstance(event, ScreensChanged) and event.screens == SMALLER)
    assert session.recorder.finish().reason is EndReason.ASKED
    assert np.array_equal(session.reading.picture(), session.screen.picture(0)[..., :3])


def test_monitors_that_change_at_the_very_end_are_recorded_as_they_are_then(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, changes = session.screen.wait, [SMALLER]

    def wait(timeout_s: float | None, gather: Callable[[], None] | None = None) -> Damage:
        if session.recorder._screen._stopping.is_set() and timeout_s == 0 and changes:
            session.screen.change_layout(changes.pop())
        return look(timeout_s, gather)

    monkeypatch.setattr(session.screen, "wait", wait)
    assert session.recorder.finish().reason is EndReason.ASKED
    assert not changes
    assert session.reading.of(ScreensChanged)[-1].screens == SMALLER
    assert np.array_equal(session.reading.picture(), session.screen.picture(0)[..., :3])
