"""A session from what happens to what is sealed: order, segments, gaps, endings."""

import errno
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recorder.agent_events import Covered
from recorder.capture.fake import FakeScreen, FakeSource
from recorder.capture.screen import CONNECTION_CUT, DISPLAY_GONE
from recorder.capture.source import Source
from recorder.clock import SessionClock, SystemClock
from recorder.codec.decoder import ScreenDecoder
from recorder.events import (
    EndReason,
    Event,
    Gap,
    GapReason,
    Key,
    Patch,
    Screen,
    ScreensChanged,
    SessionEnded,
    SessionStarted,
    Snapshot,
    SourceStatus,
    StateRestated,
)
from recorder.evidence.files import SystemFiles
from recorder.evidence.key_folder import ensure_local_keys, load_key_ring, trusted_devices
from recorder.evidence.reader import RecordingReader
from recorder.evidence.writer import Limits, RecordingWriter, SessionHeader
from recorder.format.payload import decode_events
from recorder.geometry import Rect
from recorder.session.recorder import Recorder
from tests.xserver import wait_until

RED, GREEN, BLUE = (0, 0, 255, 0), (0, 255, 0, 0), (255, 0, 0, 0)


class Reading:
    """Reads along, as the plain log does."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def events_sealed(self, events: Sequence[Event]) -> None:
        self.events += events

    def of(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    def picture(self, screen: int = 0) -> np.ndarray:
        """What a decoder shows that was given every patch, a new one at each full picture."""
        decoder = None
        for event in self.events:
            if isinstance(event, (Patch, Snapshot)) and event.screen == screen:
                if isinstance(event, Patch) and event.kind == "full":
                    decoder = ScreenDecoder()
                assert decoder is not None
                decoder.apply(event)
        assert decoder is not None
        return decoder.picture


class FailingFiles(SystemFiles):
    """A disk whose writes can be made to fail."""

    def __init__(self) -> None:
        self.failures: list[int] = []
        self.fails_forever: int | None = None

    def write(self, fd: int, data: bytes) -> int:
        if self.fails_forever is not None:
            raise OSError(self.fails_forever, "on purpose")
        if self.failures:
            raise OSError(self.failures.pop(), "on purpose")
        return super().write(fd, data)


class Session:
    def __init__(
        self,
        folder: Path,
        *,
        limits: Limits | None = None,
        screen: FakeScreen | None = None,
        sources: Sequence[Source] = (),
    ) -> None:
        keys = ensure_local_keys(folder / "keys")
        clock = SystemClock()
        started = clock.read()
        header = SessionHeader("session", "ann", "host", "test", started, 0, "test")
        self.files = FailingFiles()
        self.writer = RecordingWriter.create(
            folder / "library",
            header,
            device=keys.device,
            recipients=keys.recipients,
            clock=clock,
            limits=limits or Limits(reserve_bytes=4096),
            files=self.files,
        )
        self.writer.start_segment("start")
        self.screen = screen or FakeScreen()
        self.source = FakeSource()
        self.reading = Reading()
        self.recorder = Recorder(
            writer=self.writer,
            clock=SessionClock(clock, started=started),
            screen_source=self.screen,
            sources=[self.source, *sources],
            opening=[SessionStarted(0, "session", "ann", "host", "test", started.wall_ns, 0, "test", "fake", "text")],
            frames_per_s=30,
            listeners=[self.reading],
        )

    def wait_for_more_than(self, events: int) -> None:
        wait_until(lambda: len(self.reading.events) > events, what="it to be sealed")

    def wait_sealed(self, condition: Callable[[Event], object]) -> None:
        wait_until(lambda: any(condition(event) for event in list(self.reading.events)), what="an event to be sealed")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    session = Session(tmp_path)
    session.recorder.start()
    session.wait_sealed(lambda event: isinstance(event, Patch))
    yield session


def opened(session: Session) -> RecordingReader:
    folder = session.writer.folder
    keys = folder.parent.parent / "keys"
    return RecordingReader.open(folder, keys=load_key_ring(keys), devices=trusted_devices(keys))


def all_sealed(session: Session) -> list[Event]:
    reader = opened(session)
    chunks = [chunk for info in reader.segments for chunk in reader.chunks(info.number)]
    return [event for chunk in chunks for event in decode_events(chunk.body)]


def segments(session: Session) -> list[str]:
    return sorted(path.name for path in session.writer.folder.glob("*.seg"))


def test_a_recording_opens_with_the_session_the_screens_and_a_full_picture(session: Session) -> None:
    session.recorder.finish()
    kinds = [type(event) for event in session.reading.events]
    assert kinds[0] is SessionStarted
    assert kinds.index(ScreensChanged) < kinds.index(Patch)
    assert session.reading.of(Patch)[0].kind == "full"


def test_what_is_on_the_screen_when_it_stops_is_recorded(session: Session) -> None:
    session.screen.draw(Rect(10, 10, 100, 50), RED)
    ending = session.recorder.finish()
    assert ending.reason is EndReason.ASKED
    assert np.array_equal(session.reading.picture(), session.screen.picture(0)[..., :3])


def test_a_key_reported_late_stands_before_the_frame_that_it_caused(session: Session) -> None:
    pressed_ns = session.source.now_ns()
    session.screen.draw(Rect(0, 0, 50, 50), GREEN)
    session.source.emit(Key(pressed_ns, "x"))
    session.recorder.finish()
    events = session.reading.events
    key = next(at for at, event in enumerate(events) if isinstance(event, Key))
    frame = next(at for at, event in enumerate(events) if isinstance(event, Patch) and event.kind == "change")
    assert key < frame
    times = [event.at_ns for event in events if not isinstance(event, Covered)]  # which are told when they are over
    assert times == sorted(times)


def test_everything_that_was_emitted_is_sealed(session: Session) -> None:
    for number in range(5_000):
        session.source.emit(Key(session.source.now_ns(), chr(0x3042 + number % 80)))
    session.recorder.finish()
    assert len(session.reading.of(Key)) == 5_000


def test_a_full_segment_is_followed_by_one_that_stands_alone(tmp_path: Path) -> None:
    session = Session(tmp_path, limits=Limits(segment_bytes=2_000, reserve_bytes=4096))
    session.recorder.start()
    session.wait_sealed(lambda event: isinstance(event, Patch))
    random = np.random.default_rng(3)
    while len(segments(session)) < 3:
        session.screen.draw(Rect(0, 0, 64, 64), random.integers(0, 255, (64, 64, 4), np.uint8))
        before = len(session.reading.events)
        session.wait_for_more_than(before)
    session.recorder.finish()
    restated = session.reading.of(StateRestated)
    assert restated
    assert restated[0].screens == session.screen.screens()
    after = session.reading.events.index(restated[0])
    next_patch = next(event for event in session.reading.events[after:] if isinstance(event, Patch))
    assert next_patch.kind == "full"
    assert np.array_equal(session.reading.picture(), session.screen.picture(0)[..., :3])


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_a_write_that_fails_once_costs_pictures_of_that_moment_and_nothing_else(session: Session, number: int) -> None:
    session.files.failures.append(number)
    session.source.emit(Key(session.source.now_ns(), "q"))
    session.wait_sealed(lambda event: isinstance(event, Gap))
    session.screen.draw(Rect(5, 5, 40, 40), BLUE)
    ending = session.recorder.finish()
    assert ending.reason is EndReason.ASKED
    assert [event.text for event in session.reading.of(Key)] == ["q"]
    gap = session.reading.of(Gap)[0]
    assert (gap.what, gap.reason) == ("screen", GapReason.STORAGE_FAILED)
    assert gap.at_ns < gap.end_ns
    assert len(segments(session)) == 2
    assert np.array_equal(session.reading.picture(), session.screen.picture(0)[..., :3])


@pytest.mark.parametrize(
    ("number", "reason"), [(errno.EIO, EndReason.STORAGE_FAILED), (errno.ENOSPC, EndReason.STORAGE_FULL)]
)
def test_storage_that_stays_broken_ends_the_recording_and_says_so(
    session: Session, number: int, reason: EndReason
) -> None:
    session.files.fails_forever = number
    session.source.emit(Key(session.source.now_ns(), "q"))
    assert session.recorder.ended.wait(20)
    ending = session.recorder.finish()
    assert ending.reason in (reason, EndReason.STORAGE_FAILED)  # where not even the reserve's room can be written
    assert ending.error is not None


def test_a_recording_that_is_removed_while_it_is_made_ends_as_failed_and_not_as_sealed(session: Session) -> None:
    shutil.rmtree(session.writer.folder)
    session.source.emit(Key(session.source.now_ns(), "q"))
    assert session.recorder.ended.wait(20)
    assert session.recorder.finish().reason is EndReason.STORAGE_FAILED


def test_what_follows_a_segment_that_is_removed_while_it_is_made_goes_into_another(session: Session) -> None:
    (session.writer.folder / "0001.seg").unlink()
    session.source.emit(Key(session.source.now_ns(), "q"))
    session.wait_sealed(lambda event: isinstance(event, Key))
    assert session.recorder.finish().reason is EndReason.ASKED
    assert segments(session) == ["0002.seg"]
    assert [event.text for event in all_sealed(session) if isinstance(event, Key)] == ["q"]
    assert [gap.reason for gap in session.reading.of(Gap)] == [GapReason.STORAGE_FAILED]


def test_the_reserve_holds_the_last_words_of_a_recording_on_a_full_disk(session: Session) -> None:
    session.files.fails_forever = errno.ENOSPC
    session.source.emit(Key(session.source.now_ns(), "q"))
    assert session.recorder.ended.wait(20)
    session.files.fails_forever = None  # as if the reserve's room was all there is
    assert session.recorder.finish().reason is EndReason.STORAGE_FULL
    last = all_sealed(session)
    assert isinstance(last[-1], SessionEnded)
    assert last[-1].reason == EndReason.STORAGE_FULL
    gap = next(event for event in last if isinstance(event, Gap))
    assert (gap.what, gap.reason, gap.end_ns) == ("everything", GapReason.STORAGE_FULL, last[-1].at_ns)
    assert opened(session).is_closed


def test_nothing_that_a_full_disk_took_is_told_as_recorded(session: Session) -> None:
    typed: list[int] = []
    while not session.recorder.ended.wait(0.02):
        typed.append(session.recorder.now_ns)
        session.source.emit(Key(typed[-1], "q"))
        if len(session.reading.of(Key)) > 5:
            session.files.fails_forever = errno.ENOSPC
    session.files.fails_forever = None
    session.recorder.finish()
    events = all_sealed(session)
    sealed = {event.at_ns for event in events if isinstance(event, Key)}
    lost = [at_ns for at_ns in typed if at_ns not in sealed]
    (gap,) = [event for event in events if isinstance(event, Gap) and event.what == "everything"]
    assert lost
    assert gap.at_ns <= lost[0]
    assert max(sealed) <= gap.at_ns


def test_failed_grabs_are_a_gap_with_their_length_and_nothing_is_lost_after_it(session: Session) -> None:
    session.screen.fail_grabs(2)
    session.screen.draw(Rect(0, 0, 30, 30), RED)
    session.wait_sealed(lambda event: isinstance(event, Gap))
    session.recorder.finish()
    gap = session.reading.of(Gap)[0]
    assert (gap.what, gap.reason) == ("screen", GapReason.GRAB_FAILED)
    assert gap.end_ns > gap.at_ns
    broken = [event for event in session.reading.of(SourceStatus) if event.source == "screen" and not event.working]
    assert broken
    assert np.array_equal(session.reading.picture(), session.screen.picture(0)[..., :3])


def test_a_lost_display_ends_the_recording_with_that_reason(session: Session) -> None:
    session.screen.lose()
    assert session.recorder.ended.wait(10)
    assert session.recorder.finish().reason is EndReason.DISPLAY_LOST


def test_what_every_source_says_of_a_lost_display_is_one_gap_of_everything_to_the_end(session: Session) -> None:
    gone_ns = session.recorder.now_ns
    said = [SourceStatus(gone_ns, "keyboard", working=False, detail=DISPLAY_GONE)]
    source = threading.Thread(
        target=lambda: [
            session.source.emit(event)
            for event in (*said, Gap(gone_ns, gone_ns, "keyboard", GapReason.INPUT_LOST, DISPLAY_GONE))
        ]
    )
    session.screen.vanish()
    source.start()  # it learns of it before the screen does
    session.screen.lose()
    assert session.recorder.ended.wait(10)
    source.join(10)
    session.recorder.finish()
    ended = session.reading.of(SessionEnded)[0]
    (gap,) = session.reading.of(Gap)
    assert (gap.at_ns, gap.end_ns, gap.what) == (gone_ns, ended.at_ns, "everything")
    assert gap.reason == GapReason.DISPLAY_LOST
    assert not [event for event in session.reading.of(SourceStatus) if not event.working]
    told = [(one.at_ns, one.end_ns, one.coverage, one.reason) for one in session.reading.of(Covered)]
    assert told == [(0, gone_ns, "recorded", ""), (gone_ns, ended.at_ns, "gap", "display_lost")]


def test_a_source_that_alone_loses_the_display_is_a_gap_of_its_own(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recorder.session.recorder.DISPLAY_GONE_S", 0.05)
    session.source.emit(Gap(5, 6, "keyboard", GapReason.INPUT_LOST, DISPLAY_GONE))
    session.recorder.finish()
    assert [(gap.what, gap.reason, gap.detail) for gap in session.reading.of(Gap)] == [
        ("keyboard", "input_lost", CONNECTION_CUT)
    ]


def test_new_screens_are_recorded_in_full_and_the_kept_one_goes_on(session: Session) -> None:
    two = (Screen(0, "fake", Rect(0, 0, 640, 480)), Screen(1, "other", Rect(640, 0, 320, 200)))
    session.screen.change_layout(two)
    session.screen.draw(Rect(630, 10, 60, 60), GREEN)
    session.wait_sealed(lambda event: isinstance(event, Patch) and event.screen == 1)
    session.recorder.finish()
    for number in (0, 1):
        assert np.array_equal(session.reading.picture(number), session.screen.picture(number)[..., :3])
    assert session.reading.of(ScreensChanged)[-1].screens == two


def test_it_leaves_no_thread_behind(session: Session) -> None:
    session.recorder.finish()
    assert not [thread for thread in threading.enumerate() if thread.name in ("sealer", "screen recorder")]


def test_the_account_of_the_session_is_sealed_before_its_end_and_is_as_long_as_the_session(tmp_path: Path) -> None:
    session = Session(tmp_path)
    session.recorder.start()
    session.wait_for_more_than(2)
    session.source.emit(Gap(10, 2_000, "everything", GapReason.STALLED))
    session.recorder.finish()
    told = session.reading.of(Covered)
    ended = session.reading.events[-1]
    assert isinstance(ended, SessionEnded)
    assert [(one.at_ns, one.end_ns, one.coverage) for one in told] == [
        (0, 10, "recorded"),
        (10, 2_000, "gap"),
        (2_000, ended.at_ns, "recorded"),
    ]
