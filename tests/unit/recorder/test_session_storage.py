"""What a recording does when the room for it runs out: states, what the policy says of each, and a full disk."""

import errno
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.agent_events import Covered, StorageState
from recorder.capture.fake import FakeScreen
from recorder.clock import SessionClock, SystemClock
from recorder.events import EndReason, Event, Gap, Key, Patch, SessionEnded, SessionStarted, SourceStatus
from recorder.evidence.findings import Status
from recorder.evidence.key_folder import ensure_local_keys, trusted_devices
from recorder.evidence.verify import verify
from recorder.evidence.writer import Limits, RecordingWriter, SessionHeader
from recorder.geometry import Rect
from recorder.policy.sections import StorageAction, StoragePolicy
from recorder.session.recorder import Recorder
from recorder.session.storage import MB, Room, StorageLevel, action_at, level_of
from tests.xserver import wait_until

POLICY = StoragePolicy(low_mb=12, reserve_mb=8, full_mb=4)
SIZE_MB = 20
RED, GREEN, BLUE = (0, 0, 255, 0), (0, 255, 0, 0), (255, 0, 0, 0)


class Reading:
    def __init__(self) -> None:
        self.events: list[Event] = []

    def events_sealed(self, events: Sequence[Event]) -> None:
        self.events += events

    def of(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


class SmallDisk:
    """A file system of twenty megabytes; a real one where one can be mounted, else a quota that is measured."""

    def __init__(self, folder: Path, *, is_real: bool) -> None:
        self.folder = folder
        self.is_real = is_real
        self.broken: OSError | None = None
        self._filler = folder / "filler"

    def room(self) -> int:
        if self.broken is not None:
            raise self.broken
        if self.is_real:
            return Room(self.folder)()
        return SIZE_MB * MB - sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())

    def leave(self, free_mb: float) -> None:
        """Take, or give back, until so much is free; at no moment is there more than before or after."""
        has = self._filler.stat().st_size if self._filler.exists() else 0
        wanted = max(0, has + self.room() - round(free_mb * MB))
        with self._filler.open("ab") as filler:
            filler.truncate(min(has, wanted))
            filler.write(bytes(max(0, wanted - has)))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB * MB}", "tachiai-test", str(folder)]
    is_real = subprocess.run(command, capture_output=True, check=False).returncode == 0
    yield SmallDisk(folder, is_real=is_real)
    if is_real:
        subprocess.run(["umount", "-l", str(folder)], check=True)


class Session:
    """A recorder on a small disk, which looks at it ten times a second."""

    def __init__(self, disk: SmallDisk, keys: Path, policy: StoragePolicy) -> None:
        local = ensure_local_keys(keys)
        clock = SystemClock()
        started = clock.read()
        self.devices = trusted_devices(keys)
        self.disk = disk
        self.writer = RecordingWriter.create(
            disk.folder,
            SessionHeader("session", "ann", "host", "test", started, 0, "test"),
            device=local.device,
            recipients=local.recipients,
            clock=clock,
            limits=Limits(reserve_bytes=65536),
        )
        self.writer.start_segment("start")
        self.screen, self.reading = FakeScreen(), Reading()
        self.recorder = Recorder(
            writer=self.writer,
            clock=SessionClock(clock, started=started),
            screen_source=self.screen,
            sources=(),
            opening=[SessionStarted(0, "session", "ann", "host", "test", started.wall_ns, 0, "test", "fake", "text")],
            frames_per_s=30,
            listeners=[self.reading],
            storage=policy,
            measure=disk.room,
        )
        self.recorder.start()
        wait_until(lambda: self.reading.of(StorageState) and self.reading.of(Patch), what="it to record")

    def states(self) -> list[tuple[str, str]]:
        return [(one.state, one.action) for one in self.reading.of(StorageState)]

    def wait_for(self, level: str) -> None:
        wait_until(lambda: self.states()[-1][0] == level, what=f"the storage to be {level}")


@pytest.fixture
def begin(disk: SmallDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr("recorder.session.storage.TICK_S", 0.1)
    monkeypatch.setattr("recorder.session.storage.NEAR_TICK_S", 0.1)
    made: list[Session] = []

    def one(policy: StoragePolicy = POLICY) -> Session:
        made.append(Session(disk, tmp_path / "keys", policy))
        return made[-1]

    yield one
    for session in made:
        if not session.recorder.ended.is_set() and not session.reading.of(SessionEnded):
            session.recorder.finish()


# --- states -----------------------------------------------------------------------------------------------------------


def test_a_state_is_entered_at_its_limit_and_left_with_a_tenth_more_room() -> None:
    level = StorageLevel.AMPLE
    seen = []
    for free_mb in (13, 12, 11.9, 12.5, 13.1, 13.2, 7, 8.5, 3.9, 4.1, 4.4, 20):
        level = level_of(round(free_mb * MB), POLICY, level)
        seen.append(str(level))
    expected = "ample ample low low low ample reserve reserve full full reserve ample"
    assert seen == expected.split()


@given(frees=st.lists(st.integers(min_value=0, max_value=30 * MB), max_size=30))
def test_the_state_is_never_better_than_the_room_and_at_most_a_tenth_worse(frees: list[int]) -> None:
    order, level = list(StorageLevel), StorageLevel.AMPLE
    for free in frees:
        level = level_of(free, POLICY, level)
        best, worst = level_of(free, POLICY), level_of(free * 10 // 11, POLICY)
        assert order.index(best) <= order.index(level) <= order.index(worst)


def test_each_state_has_the_action_that_the_policy_says() -> None:
    policy = StoragePolicy(at_low=StorageAction.DROP_RATE, at_reserve=StorageAction.TEXT_ONLY)
    assert [action_at(level, policy) for level in StorageLevel] == [None, "drop_rate", "text_only", "end_session"]


def test_a_quota_leaves_what_the_recordings_together_have_not_taken(tmp_path: Path) -> None:
    for name, size in (("one", 3 * MB), ("mine", 2 * MB)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "0001.seg").write_bytes(bytes(size))
    room = Room(tmp_path / "mine", quota_mb=10)
    assert room() == 5 * MB
    (tmp_path / "mine" / "0002.seg").write_bytes(bytes(6 * MB))
    assert room() == -1 * MB


# --- in a session -----------------------------------------------------------------------------------------------------


def test_the_state_at_the_start_and_every_change_are_sealed_with_what_is_done(begin: Any, disk: SmallDisk) -> None:
    session = begin()
    for free_mb, level in ((10, "low"), (6, "reserve"), (10, "low"), (18, "ample")):
        disk.leave(free_mb)
        session.wait_for(level)
    session.recorder.finish()
    assert session.states() == [
        ("ample", ""),
        ("low", "warn"),
        ("reserve", "drop_rate"),
        ("low", "warn"),
        ("ample", ""),
    ]


def test_with_a_dropped_rate_there_are_fewer_pictures_and_afterwards_as_many_as_before(
    begin: Any, disk: SmallDisk
) -> None:
    session = begin()
    disk.leave(6)
    session.wait_for("reserve")
    assert session.recorder._screen._period_ns == 2_000_000_000
    disk.leave(18)
    session.wait_for("ample")
    assert session.recorder._screen._period_ns == 1_000_000_000 // 30


def test_with_text_only_keys_are_recorded_and_pictures_are_a_gap_until_there_is_room_again(
    begin: Any, disk: SmallDisk
) -> None:
    session = begin(StoragePolicy(low_mb=12, reserve_mb=8, full_mb=1, at_reserve=StorageAction.TEXT_ONLY))
    disk.leave(6)
    session.wait_for("reserve")
    wait_until(lambda: session.recorder._screen._dark_since_ns is not None, what="it to be dark")
    patches = len(session.reading.of(Patch))
    session.screen.draw(Rect(0, 0, 50, 50), GREEN)
    session.recorder.emit(Key(session.recorder.now_ns, "k"))
    session.recorder._screen.begin_segment("rollover")
    wait_until(lambda: session.reading.of(Key) and session.writer.segment == 2, what="the key, in a new segment")
    assert len(session.reading.of(Patch)) == patches
    disk.leave(18)
    session.wait_for("ample")
    wait_until(lambda: session.reading.of(Gap), what="the gap")
    session.recorder.finish()
    [gap] = session.reading.of(Gap)
    assert (gap.what, gap.reason) == ("screen", "text_only")
    assert session.reading.of(Patch)[patches].kind == "full"
    assert "text_only: screen" in {one.reason for one in session.reading.of(Covered)}
    assert verify(session.writer.folder, devices=session.devices, keys=None).status is Status.SOUND


def test_a_session_that_ends_in_the_dark_says_so(begin: Any, disk: SmallDisk) -> None:
    session = begin(StoragePolicy(low_mb=12, reserve_mb=8, full_mb=1, at_reserve=StorageAction.TEXT_ONLY))
    disk.leave(6)
    session.wait_for("reserve")
    wait_until(lambda: session.recorder._screen._dark_since_ns is not None, what="it to be dark")
    session.recorder.finish()
    [gap] = session.reading.of(Gap)
    ended = session.reading.of(SessionEnded)[0]
    assert gap.reason == "text_only"
    assert gap.end_ns <= ended.at_ns


def test_a_full_storage_ends_the_session_and_the_recording_is_closed_and_signed(begin: Any, disk: SmallDisk) -> None:
    session = begin()
    disk.leave(3)
    assert session.recorder.ended.wait(10)
    ending = session.recorder.finish()
    assert ending.reason is EndReason.STORAGE_FULL
    assert "too little room" in ending.detail
    assert session.states()[-1] == ("full", "end_session")
    assert session.reading.of(SessionEnded)[0].reason == "storage_full"
    assert verify(session.writer.folder, devices=session.devices, keys=None).status is Status.SOUND


def test_a_disk_that_is_filled_to_the_last_byte_at_once_still_closes_and_signs_the_recording(
    begin: Any, disk: SmallDisk
) -> None:
    session = begin()
    if disk.is_real:
        disk._filler.write_bytes(b"")
        with disk._filler.open("ab", buffering=0) as filler, pytest.raises(OSError, match="No space"):
            while True:
                filler.write(bytes(4096))
    else:
        disk.leave(0)
    session.screen.draw(Rect(0, 0, 200, 200), BLUE)
    session.recorder.emit(Key(session.recorder.now_ns, "k"))
    assert session.recorder.ended.wait(20)
    ending = session.recorder.finish()
    assert ending.reason in (EndReason.STORAGE_FULL, EndReason.STORAGE_FAILED)
    verdict = verify(session.writer.folder, devices=session.devices, keys=None)
    assert verdict.status in (Status.SOUND, Status.PARTIAL)
    assert "OPEN_NO_END" not in {finding.code for finding in verdict.findings}


def test_a_disk_that_cannot_be_asked_is_said_once_and_the_state_stays(begin: Any, disk: SmallDisk) -> None:
    session = begin()
    disk.broken = OSError(errno.EIO, "Input/output error")

    def said() -> list[bool]:
        return [one.working for one in session.reading.of(SourceStatus) if one.source == "storage"]

    wait_until(lambda: said()[-1] is False, what="it to be said")
    disk.broken = None
    wait_until(lambda: said()[-1] is True, what="that it works again")
    session.recorder.finish()
    assert said() == [True, False, True]
    assert session.states() == [("ample", "")]
