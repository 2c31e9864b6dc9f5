"""A recording whose pictures stand still says so, and ends all the same."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from recorder.capture.fake import FakeScreen
from recorder.capture.screen import Damage
from recorder.events import Gap, GapReason, SourceStatus
from recorder.geometry import Rect
from recorder.session import screen_recorder
from recorder.session.pulse import LATE_LOOKS, Pulse
from tests.unit.recorder.test_session_recording import RED, Session
from tests.xserver import wait_until


class HangingScreen(FakeScreen):
    """A display that does not answer as long as it hangs."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = threading.Event()
        self.answers.set()

    def wait(self, timeout_s: float | None, gather: Callable[[], None] | None = None) -> Damage:
        self.answers.wait()
        return super().wait(timeout_s, gather)


@pytest.fixture
def hanging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setattr(screen_recorder, "Pulse", partial(Pulse, ask_every_s=0.05, answer_s=0.3))
    monkeypatch.setattr(screen_recorder, "END_LIMIT_S", 0.2)
    session = Session(tmp_path, screen=HangingScreen())
    session.recorder.start()
    session.wait_sealed(lambda event: isinstance(event, SourceStatus))
    return session


def _hang(session: Session) -> HangingScreen:
    """Until the recorder says so; it is kept turning, as by what else happens."""
    screen = session.screen
    assert isinstance(screen, HangingScreen)
    screen.answers.clear()
    told = SourceStatus(0, "screen", working=False, detail=screen_recorder.STANDS_STILL)

    def is_told() -> bool:
        session.recorder.emit(SourceStatus(session.recorder.now_ns, "other", working=True, detail="It goes on."))
        return any(
            isinstance(event, SourceStatus) and (event.source, event.detail) == (told.source, told.detail)
            for event in list(session.reading.events)
        )

    wait_until(is_told, what="the recorder to say that the screen stands still")
    return screen


def test_pictures_that_come_no_more_are_told_and_a_gap_once_they_come_again(hanging):
    screen = _hang(hanging)
    screen.draw(Rect(0, 0, 30, 30), RED)
    screen.answers.set()
    hanging.wait_sealed(lambda event: isinstance(event, Gap))
    hanging.recorder.finish()
    (gap,) = hanging.reading.of(Gap)
    assert (gap.what, gap.reason, gap.detail) == ("screen", GapReason.STALLED, screen_recorder.STANDS_STILL)
    assert gap.end_ns - gap.at_ns >= 300_000_000
    told = [event.working for event in hanging.reading.of(SourceStatus) if event.source == "screen"]
    assert told == [False, True]
    assert (hanging.reading.picture()[:30, :30] == RED[:3]).all()


def test_a_recording_whose_screen_never_answers_again_ends_with_that_gap(hanging):
    screen = _hang(hanging)
    hanging.recorder.finish()
    (gap,) = hanging.reading.of(Gap)
    assert (gap.what, gap.reason) == ("screen", GapReason.STALLED)
    assert gap.end_ns - gap.at_ns >= 500_000_000
    screen.answers.set()


def test_one_that_waits_is_woken_and_so_seen_to_turn():
    woken: list[int] = []
    pulse = Pulse(lambda: woken.append(1), ask_every_s=0.0, answer_s=0.0)
    for number in range(5):
        assert pulse.look(number) is None
        assert pulse.beat() is None
    assert len(woken) == 5


def test_one_that_was_late_because_all_stood_still_is_asked_again_before_it_is_told():
    pulse = Pulse(lambda: None, ask_every_s=0.0, answer_s=0.0)
    assert [pulse.look(10 + number) for number in range(LATE_LOOKS + 2)] == [*[None] * LATE_LOOKS, 10, None]
    assert pulse.beat() == 10
    assert pulse.beat() is None
