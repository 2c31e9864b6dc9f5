"""The machine's clock set, and the machine asleep, while it is recorded: rows that say so, and only true lengths."""

from pathlib import Path

import pytest

from player.recording import OpenRecording
from recorder.capture.clock_watch import ClockWatch
from recorder.capture.fake import FakeScreen
from recorder.clock import Instant, SessionClock, SystemClock
from recorder.evidence.writer import Limits, RecordingWriter, SessionHeader
from recorder.session.recorder import Recorder
from tests.evidence_kit import cast
from tests.xserver import wait_until

S = 1_000_000_000


class SetClock:
    """The machine's clocks, which a person may set and the machine may sleep through."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self.set_by_ns = 0
        self.slept_ns = 0

    def boot_ns(self) -> int:
        return self._clock.boot_ns() + self.slept_ns

    def read(self) -> Instant:
        now = self._clock.read()
        return Instant(now.monotonic_ns, now.boot_ns + self.slept_ns, now.wall_ns + self.slept_ns + self.set_by_ns)


class Session:
    def __init__(self, library: Path) -> None:
        self.clock = SetClock()
        started = self.clock.read()
        self.writer = RecordingWriter.create(
            library,
            SessionHeader("session", "ann", "host", "test", started, 0, "test"),
            device=cast().device,
            recipients=cast().recipients,
            clock=self.clock,
            limits=Limits(reserve_bytes=4096),
        )
        self.writer.start_segment("start")
        self.session_clock = SessionClock(self.clock, started=started)
        self.recorder = Recorder(
            writer=self.writer,
            clock=self.session_clock,
            screen_source=FakeScreen(),
            sources=(ClockWatch(tick_s=0.05),),
            opening=(),
            frames_per_s=20,
            listeners=(self,),
        )
        self.told = 0
        self.recorder.start()

    def events_sealed(self, events: object) -> None:
        self.told += "WallClockChanged(" in str(events) or "reason='suspended'" in str(events)

    def rows(self) -> OpenRecording:
        self.recorder.finish()
        recording = OpenRecording.open(self.writer.folder, keys=cast().keys, devices=cast().devices)
        recording.scan_all()
        return recording


@pytest.fixture
def session(tmp_path: Path) -> Session:
    session = Session(tmp_path)
    wait_until(lambda: session.recorder.progress.chunks, what="the first chunk")
    return session


@pytest.mark.parametrize(("hours", "words"), [(1, "forward by 1 h 0 min"), (-3, "back by 3 h 0 min")])
def test_a_clock_that_is_set_is_a_row_and_changes_no_length(session: Session, hours: int, words: str) -> None:
    at_ns = session.session_clock.now_ns()
    session.clock.set_by_ns = hours * 3600 * S
    wait_until(lambda: session.told, what="the change to be sealed")
    recording = session.rows()
    (row,) = [row for row in recording.rows() if row.kind == "clock"]
    assert row.text == f"The clock was set {words}"
    assert abs(row.at_ns - at_ns) < S
    assert recording.duration_ns < 60 * S
    assert [span for span in recording.spans() if span.kind == "gap"] == []
    shown_ns = recording.wall_ns_at(recording.duration_ns) - recording.facts.started_wall_ns
    assert abs(shown_ns - hours * 3600 * S) < 60 * S


def test_a_machine_that_slept_is_a_gap_of_that_length(session: Session) -> None:
    at_ns = session.session_clock.now_ns()
    session.clock.slept_ns = 600 * S
    wait_until(lambda: session.told, what="the sleep to be sealed")
    recording = session.rows()
    (gap,) = [row for row in recording.rows() if row.kind == "gap"]
    assert "suspended" in gap.detail
    assert abs(gap.at_ns - at_ns) < S
    assert abs(gap.end_ns - gap.at_ns - 600 * S) < S
