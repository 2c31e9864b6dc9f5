"""A recording whose pictures stand still says so, and ends all the same."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from recorder.capture.fake import FakeScreen, FakeSource
from recorder.capture.screen import Damage, Pixels
from recorder.clock import SessionClock, SystemClock
from recorder.events import EndReason, Event, Gap, GapReason, Key, Patch, SourceStatus
from recorder.geometry import Rect
from recorder.session import picture_watch, screen_recorder, stopping
from recorder.session.event_queue import EventQueue
from recorder.session.pulse import LATE_LOOKS, Pulse
from recorder.session.stopping import HeardSource, all_within, stop_all
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


class HeldScreen(FakeScreen):
    """A display that some program holds: it says that something was drawn, and gives no picture of it."""

    def __init__(self) -> None:
        super().__init__()
        self.is_free = threading.Event()
        self.is_free.set()
        self.is_asked = threading.Event()

    def grab(self, screen: int, area: Rect) -> Pixels:
        self.is_asked.set()
        self.is_free.wait()
        return super().grab(screen, area)


@pytest.fixture
def hanging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setattr(picture_watch, "Pulse", partial(Pulse, ask_every_s=0.05, answer_s=0.3))
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
    told = SourceStatus(0, "screen", working=False, detail=picture_watch.STANDS_STILL)

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
    assert (gap.what, gap.reason, gap.detail) == ("screen", GapReason.STALLED, picture_watch.STANDS_STILL)
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


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setattr(picture_watch, "PATIENCE_NS", 100_000_000)
    monkeypatch.setattr(screen_recorder, "END_LIMIT_S", 0.6)
    session = Session(tmp_path, screen=HeldScreen())
    session.recorder.start()
    session.wait_sealed(lambda event: isinstance(event, Patch))
    return session


def _hold_and_draw(session: Session) -> HeldScreen:
    screen = session.screen
    assert isinstance(screen, HeldScreen)
    screen.is_free.clear()
    screen.is_asked.clear()
    screen.draw(Rect(0, 0, 30, 30), RED)
    assert screen.is_asked.wait(10)
    return screen


def test_what_was_drawn_while_a_program_held_the_display_is_a_gap_up_to_the_next_picture(held):
    asked_ns = held.recorder.now_ns
    screen = _hold_and_draw(held)
    threading.Event().wait(0.5)  # how long it is held is what is tried
    screen.is_free.set()
    held.wait_sealed(lambda event: isinstance(event, Gap))
    held.recorder.finish()
    (gap,) = held.reading.of(Gap)
    assert (gap.what, gap.reason, gap.detail) == ("screen", GapReason.STALLED, picture_watch.CAME_LATE)
    assert gap.end_ns - gap.at_ns >= 500_000_000
    assert gap.at_ns >= asked_ns
    assert (held.reading.picture()[:30, :30] == RED[:3]).all()


def test_a_display_that_is_held_when_the_recording_ends_is_a_gap_since_it_was_asked(held):
    asked_ns = held.recorder.now_ns
    screen = _hold_and_draw(held)
    held.recorder.finish()
    (gap,) = held.reading.of(Gap)
    assert (gap.what, gap.reason) == ("screen", GapReason.STALLED)
    assert gap.at_ns >= asked_ns
    assert gap.end_ns - gap.at_ns >= 600_000_000
    screen.is_free.set()


def test_pictures_that_had_to_wait_for_the_disk_are_not_laid_to_the_display(held, monkeypatch):
    full = picture_watch.PATIENCE_NS * 3
    until_ns = held.recorder.now_ns + full
    congested = property(lambda _: held.recorder.now_ns < until_ns)
    monkeypatch.setattr(EventQueue, "is_congested", congested)
    held.screen.draw(Rect(0, 0, 30, 30), RED)
    held.wait_sealed(lambda event: isinstance(event, Gap))
    held.screen.draw(Rect(30, 0, 30, 30), RED)
    held.recorder.finish()
    gap = held.reading.of(Gap)[0]
    assert (gap.what, gap.reason, gap.detail) == ("screen", GapReason.STALLED, picture_watch.NOT_WRITTEN)
    assert (held.reading.picture()[:30, :60] == RED[:3]).all()


def test_a_picture_in_time_is_no_gap(held):
    for number in range(3):
        held.screen.draw(Rect(0, 0, 30 + number, 30), RED)
        threading.Event().wait(0.05)
    held.recorder.finish()
    assert held.reading.of(Gap) == []


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


class HangingSource(FakeSource):
    """A source that does not end before it is let go."""

    def __init__(self) -> None:
        super().__init__("hanging")
        self.is_free = threading.Event()

    def stop(self) -> None:
        self.is_free.wait()


def test_a_source_that_does_not_end_is_left_behind_with_a_gap_and_what_others_told_is_sealed(tmp_path, monkeypatch):
    monkeypatch.setattr(stopping, "SOURCES_LIMIT_S", 0.3)
    hanging = HangingSource()
    session = Session(tmp_path, sources=[hanging])
    session.recorder.start()
    session.wait_sealed(lambda event: isinstance(event, Patch))
    session.source.emit(Key(session.source.now_ns(), "x"))
    endings = []
    ended = threading.Thread(target=lambda: endings.append(session.recorder.finish()), daemon=True)
    asked_ns = session.recorder.now_ns
    ended.start()
    ended.join(10)
    hanging.is_free.set()
    assert [ending.reason for ending in endings] == [EndReason.ASKED]
    (gap,) = session.reading.of(Gap)
    assert (gap.what, gap.reason) == ("hanging", GapReason.STALLED)
    assert gap.at_ns >= asked_ns
    assert gap.end_ns - gap.at_ns >= 300_000_000
    assert [key.text for key in session.reading.of(Key)] == ["x"]


def test_the_gap_of_a_source_that_hangs_begins_with_what_never_arrived(monkeypatch):
    monkeypatch.setattr(stopping, "SOURCES_LIMIT_S", 0.2)
    is_free, is_stuck = threading.Event(), threading.Event()

    def emit(event: Event) -> None:
        if isinstance(event, Key):
            is_stuck.set()
            is_free.wait()

    source, clock = FakeSource(), SystemClock()
    heard, session_clock = HeardSource(source), SessionClock(clock, started=clock.read())
    heard.start(emit, session_clock)
    pressed_ns = session_clock.now_ns()
    threading.Thread(target=source.emit, args=(Key(pressed_ns, "x"),), daemon=True).start()
    assert is_stuck.wait(10)
    (gap,) = stop_all([heard], session_clock)
    is_free.set()
    assert (gap.what, gap.at_ns) == ("fake", pressed_ns)
    assert gap.end_ns - gap.at_ns >= 200_000_000


def test_a_fault_while_something_is_ended_is_raised():
    def fail() -> None:
        raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        all_within(10, [fail, lambda: None], ["one", "other"])
