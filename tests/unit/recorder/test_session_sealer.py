"""The sealer alone: what becomes of events when the storage fails at the worst moment, and of events that are odd."""

import errno
import random
import threading

import pytest

from recorder.clock import SessionClock, SystemClock
from recorder.errors import StorageError
from recorder.events import (
    ClipboardChanged,
    Event,
    Gap,
    GapReason,
    Key,
    Patch,
    SessionEnded,
    StateRestated,
)
from recorder.evidence.files import SystemFiles
from recorder.evidence.findings import Code
from recorder.evidence.reader import RecordingReader
from recorder.evidence.writer import Limits, RecordingWriter, SessionHeader
from recorder.format.payload import decode_events
from recorder.session import sealer as sealer_module
from recorder.session.event_queue import EventQueue, SegmentBoundary
from recorder.session.sealer import Sealer
from tests.evidence_kit import cast, judged
from tests.xserver import wait_until


class FailingFiles(SystemFiles):
    """Fails at the calls that a test names, each as often as it says."""

    def __init__(self):
        self.failing = {}

    def fail(self, call, times=1):
        self.failing[call] = times

    def _check(self, call):
        if self.failing.get(call, 0) > 0:
            self.failing[call] -= 1
            raise OSError(errno.EIO, "on purpose")

    def open_new(self, path):
        self._check("open_new")
        return super().open_new(path)

    def write(self, fd, data):
        self._check("end" if b'"device_signature"' in data else "write")
        return super().write(fd, data)

    def datasync(self, fd):
        self._check("datasync")
        super().datasync(fd)


class Bench:
    """A sealer on a real writer, with a stand-in for the recorder of screens: it answers a wish for a boundary."""

    def __init__(self, library, *, limit=1000):
        clock = SystemClock()
        started = clock.read()
        self.clock = SessionClock(clock, started=started)
        self.files = FailingFiles()
        self.queue = EventQueue(events_limit=limit)
        header = SessionHeader("session", "ann", "host", "test", started, 0, "test")
        self.writer = RecordingWriter.create(
            library,
            header,
            device=cast().device,
            recipients=cast().recipients,
            clock=clock,
            limits=Limits(reserve_bytes=4096, heartbeat_ns=10**9),
            files=self.files,
        )
        self.writer.start_segment("start")
        self.asked = []
        self.answers = True
        self.ended = threading.Event()
        self.sealer = Sealer(
            self.writer, self.queue, clock=self.clock, begin_segment=self._begin_segment, on_end=self._on_end
        )

    def _begin_segment(self, reason):
        self.asked.append(reason)
        if self.answers:
            self.cut(reason)

    def _on_end(self, error):
        self.ended.set()

    def cut(self, reason="rollover"):
        self.queue.put(SegmentBoundary(self.clock.now_ns(), reason))
        self.put_full()

    def put_full(self):
        self.queue.put(Patch(self.clock.now_ns(), 0, "full", 8, 8, True, 64, (), b"full"))

    def put(self, text):
        self.queue.put(Key(self.clock.now_ns(), text))

    def sealed(self, chunks):
        wait_until(lambda: self.sealer.progress.chunks >= chunks, what="chunks to be sealed")

    def finish(self):
        """Close; every event of the recording, in its order."""
        self.queue.close()
        self.sealer.join()
        self.sealer.finish(SessionEnded(self.clock.now_ns(), "asked"))
        reader = RecordingReader.open(self.writer.folder, keys=cast().keys, devices=cast().devices)
        chunks = [chunk for segment in reader.segments for chunk in reader.chunks(segment.number)]
        assert not reader.findings
        return [event for chunk in chunks for event in decode_events(chunk.body)]


@pytest.fixture
def bench(tmp_path, monkeypatch):
    monkeypatch.setattr(sealer_module, "CHUNK_PERIOD_S", 0.02)
    monkeypatch.setattr(sealer_module, "STORAGE_RETRY_S", 0.01)
    monkeypatch.setattr(sealer_module, "HOLD_BACK_NS", 0)
    return Bench(tmp_path / "library")


def texts(events):
    return [event.text for event in events if isinstance(event, Key)]


def gaps(events):
    return [(gap.what, gap.reason) for gap in events if isinstance(gap, Gap)]


@pytest.mark.parametrize("call", ["open_new", "write", "datasync", "end"])
def test_storage_that_fails_exactly_at_a_rollover_costs_nothing(bench, call):
    bench.put("a")
    bench.put_full()
    bench.sealer.start()
    bench.sealed(1)
    bench.files.fail(call)
    bench.cut()
    bench.put("b")
    bench.sealed(2)
    events = bench.finish()
    assert texts(events) == ["a", "b"]
    assert gaps(events) == []
    assert sum(isinstance(event, Patch) for event in events) == 2
    assert sum(isinstance(event, StateRestated) for event in events) == 1
    assert judged(bench.writer.folder).exit_status in (0, 1)


def test_storage_that_fails_at_a_rollover_and_stays_so_ends_the_recording(bench):
    bench.sealer.start()
    bench.files.fail("open_new", times=100)
    bench.cut()
    assert bench.ended.wait(10)
    assert isinstance(bench.sealer.failure, StorageError)
    with pytest.raises(StorageError):
        bench.finish()


def test_pictures_that_a_failed_write_took_are_a_gap_even_if_no_new_ones_come(bench):
    """The recorder of screens was stopped already, or the display is gone: nobody answers."""
    bench.answers = False
    bench.put("a")
    bench.put_full()
    bench.files.fail("write")
    bench.sealer.start()
    wait_until(lambda: bench.asked == ["io_error"], what="the sealer to ask for pictures")
    events = bench.finish()
    assert texts(events) == ["a"]
    assert gaps(events) == [("screen", GapReason.STORAGE_FAILED)]
    assert isinstance(events[-1], SessionEnded)


def test_a_write_that_fails_again_while_new_pictures_are_awaited_is_one_gap(bench):
    bench.answers = False
    bench.put_full()
    bench.sealer.start()
    bench.sealed(1)
    bench.files.fail("write")
    bench.put("a")
    wait_until(lambda: bench.asked == ["io_error"], what="the sealer to ask for pictures")
    bench.files.fail("datasync")
    bench.put("b")
    wait_until(lambda: len(bench.asked) == 2, what="the sealer to ask again")
    bench.cut("io_error")
    events = bench.finish()
    assert texts(events) == ["a", "b"]
    assert gaps(events) == [("screen", GapReason.STORAGE_FAILED)]


def test_more_than_a_chunk_holds_goes_into_several(bench):
    for number in range(40):
        content = chr(0x61 + number % 26) * 900_000
        bench.queue.put(ClipboardChanged(bench.clock.now_ns(), "clipboard", ("text",), 900_000, None, content))
    bench.put("a")
    bench.sealer.start()
    events = bench.finish()
    assert bench.sealer.failure is None
    assert sum(isinstance(event, ClipboardChanged) for event in events) == 40
    assert texts(events) == ["a"]


NOT_TO_BE_DEFLATED = random.Random(1).randbytes(17 * 1024 * 1024).decode("latin-1")


@pytest.mark.parametrize("text", ["half a character \ud83d", NOT_TO_BE_DEFLATED], ids=["half", "large"])
def test_an_event_that_cannot_be_sealed_is_a_gap_and_ends_nothing(bench, text):
    bench.put("a")
    bench.put(text)
    bench.put("b")
    bench.sealer.start()
    events = bench.finish()
    assert bench.sealer.failure is None
    assert texts(events) == ["a", "b"]
    assert gaps(events) == [("events", GapReason.EVENTS_DROPPED)]


@pytest.mark.parametrize("at_ns", [-(10**18), 10**18, 2**63, 2**80])
def test_an_event_of_a_wrong_time_is_sealed_at_once(bench, at_ns):
    bench.sealer.start()
    bench.queue.put(Key(at_ns, "odd"))
    bench.sealed(1)
    events: list[Event] = bench.finish()
    assert texts(events) == ["odd"] or gaps(events) == [("events", GapReason.EVENTS_DROPPED)]


def test_refused_events_are_counted_and_pictures_begin_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(sealer_module, "CHUNK_PERIOD_S", 0.02)
    bench = Bench(tmp_path / "library", limit=10)
    for number in range(25):
        bench.put(str(number))
    bench.sealer.start()
    wait_until(lambda: bench.asked == ["events_dropped"], what="the sealer to ask for new pictures")
    wait_until(lambda: bench.writer.segment == 2, what="the next segment")
    events = bench.finish()
    assert texts(events) == [str(number) for number in range(10)]
    (gap,) = [event for event in events if isinstance(event, Gap)]
    assert "15 events" in gap.detail


def test_silence_is_signed(tmp_path, monkeypatch):
    monkeypatch.setattr(sealer_module, "HEARTBEAT_S", 0.05)
    bench = Bench(tmp_path / "library")
    bench.sealer.start()
    bench.sealed(4)
    bench.finish()
    verdict = judged(bench.writer.folder)
    assert verdict.chunks >= 4
    assert Code.HEARTBEAT_GAP not in {finding.code for finding in verdict.findings}


def test_a_sealer_with_nothing_to_do_lives_and_one_that_hangs_in_the_storage_stands_still(bench, monkeypatch):
    may_go_on, hangs, datasync = threading.Event(), threading.Event(), bench.files.datasync

    def hang(fd):
        hangs.set()
        assert may_go_on.wait(20)
        datasync(fd)

    bench.sealer.start()
    bench.put("first")
    bench.sealed(1)
    wait_until(lambda: bench.sealer._is_waiting, what="nothing to do")
    before_ns = bench.clock.now_ns()
    assert bench.sealer.turned_at_ns >= before_ns
    monkeypatch.setattr(bench.files, "datasync", hang)
    bench.put("second")
    assert hangs.wait(20)
    turned_ns, since_ns = bench.sealer.turned_at_ns, bench.clock.now_ns()
    wait_until(lambda: bench.clock.now_ns() > since_ns + 50_000_000, what="time to pass")
    assert bench.sealer.turned_at_ns == turned_ns < since_ns
    may_go_on.set()
    assert texts(bench.finish()) == ["first", "second"]
