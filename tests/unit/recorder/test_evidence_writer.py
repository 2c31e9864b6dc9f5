"""The writer's promises: private, exclusive, acknowledged means on the disk, and every failure survived."""

import errno
import os
import stat
from pathlib import Path

import pytest

from recorder.errors import BugError, StorageError
from recorder.evidence.files import SystemFiles
from recorder.evidence.findings import Code, Status
from recorder.evidence.keys import AuditorKey, Recipients
from recorder.evidence.reader import ChunkKind, RecordingReader
from recorder.evidence.writer import LOCK_FILE, RESERVE_FILE
from tests.evidence_kit import FullDisk, TurnedClock, cast, codes, crash, judged, new_writer, payload, record

FAILING_CALLS = ["make_folder", "open_new", "write", "datasync", "sync_folder", "lock", "reserve", "remove"]


class FailingFiles(SystemFiles):
    """Fails one call of one kind, or all from it on; `partly` writes half of the data first."""

    def __init__(self, call, number, error, *, partly=False, for_good=False):
        self.left = {call: number}
        self.error = error
        self.partly = partly
        self.for_good = for_good
        self.failed = 0
        self.writes_after_failure = []
        self.failed_fd = None

    def _maybe(self, call):
        if call not in self.left:
            return False
        self.left[call] -= 1
        fails = self.left[call] <= 0 if self.for_good else self.left[call] == 0
        self.failed += fails
        return fails

    def _raise(self):
        raise OSError(self.error, os.strerror(self.error))

    def make_folder(self, folder, *, parents):
        if self._maybe("make_folder"):
            self._raise()
        super().make_folder(folder, parents=parents)

    def open_new(self, path):
        if self._maybe("open_new"):
            self._raise()
        return super().open_new(path)

    def write(self, fd, data):
        if self.failed_fd == fd:
            self.writes_after_failure.append(fd)
        if self._maybe("write"):
            self.failed_fd = fd
            if self.partly:
                return super().write(fd, data[: len(data) // 2])
            self._raise()
        return super().write(fd, data)

    def datasync(self, fd):
        if self._maybe("datasync"):
            self.failed_fd = fd
            self._raise()
        super().datasync(fd)

    def close(self, fd):
        if self.failed_fd == fd:
            self.failed_fd = None
        super().close(fd)

    def sync_folder(self, folder):
        if self._maybe("sync_folder"):
            self._raise()
        super().sync_folder(folder)

    def lock(self, path):
        if self._maybe("lock"):
            self._raise()
        return super().lock(path)

    def reserve(self, path, size_bytes):
        if self._maybe("reserve"):
            self._raise()
        super().reserve(path, size_bytes)

    def remove(self, path):
        if self._maybe("remove"):
            self._raise()
        super().remove(path)


def contents(folder):
    reader = RecordingReader.open(folder, keys=cast().keys, devices=cast().devices)
    chunks = [chunk for segment in reader.segments for chunk in reader.chunks(segment.number)]
    return [chunk.body for chunk in chunks if chunk.kind in (ChunkKind.EVENTS, ChunkKind.HEARTBEAT)]


def test_files_and_folders_are_private(tmp_path):
    folder, _ = record(tmp_path / "library")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_a_session_is_never_recorded_over(tmp_path):
    record(tmp_path)
    with pytest.raises(StorageError, match="stands already"):
        new_writer(tmp_path)


def test_a_segment_is_never_written_over(tmp_path):
    writer = new_writer(tmp_path)
    (writer.folder / "0001.seg").write_bytes(b"older")
    with pytest.raises(StorageError):
        writer.start_segment("start")
    assert (writer.folder / "0001.seg").read_bytes() == b"older"
    writer.start_segment("start")
    assert writer.segment == 2
    crash(writer)


def test_the_lock_keeps_a_second_recorder_out(tmp_path):
    writer = new_writer(tmp_path)
    with pytest.raises(BlockingIOError):
        SystemFiles().lock(writer.folder / LOCK_FILE)
    writer.start_segment("start")
    writer.close("asked")
    os.close(SystemFiles().lock(writer.folder / LOCK_FILE))


def test_closing_gives_the_reserve_back_and_a_second_close_does_nothing(tmp_path):
    writer = new_writer(tmp_path)
    assert (writer.folder / RESERVE_FILE).stat().st_size == 4096
    writer.start_segment("start")
    writer.close("asked")
    writer.close("again")
    assert not (writer.folder / RESERVE_FILE).exists()
    with pytest.raises(BugError):
        writer.append(b"\x90")


def test_a_segment_is_wanted_when_it_is_old_or_large_or_dead(tmp_path):
    clock = TurnedClock()
    writer = new_writer(tmp_path, clock=clock)
    assert writer.wants_new_segment
    writer.start_segment("start")
    assert not writer.wants_new_segment
    clock.elapsed_ns += 600 * 10**9
    assert writer.wants_new_segment
    writer.start_segment("rollover")
    assert not writer.wants_new_segment
    for _ in range(5):
        writer.append(bytes(15 * 1024 * 1024))
    assert writer.wants_new_segment
    assert writer.segment_bytes > 64 * 1024 * 1024
    writer.close("asked")


def test_a_receipt_says_where_the_chunk_lies(tmp_path):
    writer = new_writer(tmp_path)
    writer.start_segment("start")
    receipt = writer.append(payload(1))
    assert (writer.folder / "0001.seg").read_bytes()[receipt.offset_bytes :][:4] == b"TCHI"
    assert (writer.folder / "0001.seg").stat().st_size == receipt.offset_bytes + receipt.size_bytes
    assert receipt.size_bytes - len(payload(1)) == 196
    crash(writer)


def test_nothing_readable_and_no_key_lies_on_the_disk(tmp_path, monkeypatch):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from recorder.evidence import seal

    secrets_seen = []
    step, root_key = seal.step, seal.root_key
    signers = []

    class SpiedKey:
        @staticmethod
        def generate():
            key = Ed25519PrivateKey.generate()
            signers.append(key.private_bytes_raw())
            return key

    monkeypatch.setattr("recorder.evidence.live_segment.Ed25519PrivateKey", SpiedKey)

    def spied_step(key):
        secrets_seen.extend([key, seal.message_key(key)])
        return step(key)

    def spied_root_key(given):
        secrets_seen.extend(given.values())
        return root_key(given)

    monkeypatch.setattr(seal, "step", spied_step)
    monkeypatch.setattr(seal, "root_key", spied_root_key)
    folder, bodies = record(tmp_path)
    whole = b"".join(path.read_bytes() for path in folder.iterdir())
    assert len(secrets_seen) > 20
    assert len(signers) == 12
    for secret in [*secrets_seen, *signers, *bodies.values(), b"event"]:
        assert secret not in whole
        assert secret.hex().encode() not in whole


def test_a_header_that_would_be_too_long_is_refused_in_words(tmp_path):
    crowd = [AuditorKey.generate(f"auditor {number}").public for number in range(300)]
    recipients = Recipients.sign(crowd, version=1, root=cast().root)
    writer = new_writer(tmp_path, recipients=recipients)
    with pytest.raises(StorageError, match="fewer people"):
        writer.start_segment("start")
    crash(writer)


def test_half_characters_in_names_do_not_stop_a_recording(tmp_path):
    folder, _ = record(tmp_path, operator="olga\udc80")
    assert judged(folder).exit_status == 0


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("call", FAILING_CALLS)
def test_each_file_call_may_fail_once_and_nothing_acknowledged_is_lost(tmp_path, call, error):
    for number in range(1, 30):
        files = FailingFiles(call, number, error)
        library = tmp_path / str(number)
        acknowledged = _record_through_failures(library, files)
        if not files.failed:
            return
        assert files.writes_after_failure == []
        folder = next(library.glob("*"), None) if library.exists() else None
        if acknowledged is None:
            continue
        assert contents(folder) == acknowledged
        assert judged(folder).status in (Status.SOUND, Status.PARTIAL)
    pytest.fail("the recording never came to its end without a failure")


def _record_through_failures(library, files):
    """What a session does: chunk after chunk, a new segment after a failure. None if it could not even begin."""
    try:
        writer = new_writer(library, files=files)
    except StorageError:
        return None
    acknowledged = []
    waiting = [payload(number) for number in range(8)]
    _start(writer, "start")
    while waiting:
        try:
            if len(waiting) == 4:
                _start(writer, "rollover")
            writer.append(waiting[0])
            acknowledged.append(waiting.pop(0))
        except StorageError:
            _start(writer, "io_error")
    try:
        writer.close("asked")
    except StorageError:
        assert files.failed
    return acknowledged


def _start(writer, reason):
    try:
        writer.start_segment(reason)
    except StorageError:
        writer.start_segment(reason)


@pytest.mark.parametrize("kind", ["write", "datasync"])
def test_a_failed_write_kills_its_segment_and_the_next_one_names_it(tmp_path, kind):
    files = FailingFiles(kind, 4, errno.EIO, partly=kind == "write")
    writer = new_writer(tmp_path, files=files)
    writer.start_segment("start")
    writer.append(payload(1))
    writer.append(payload(2))
    with pytest.raises(StorageError):
        writer.append(payload(3))
    torn = (writer.folder / "0001.seg").read_bytes()
    with pytest.raises(BugError):
        writer.append(payload(3))
    writer.start_segment("rollover")
    writer.append(payload(3))
    writer.close("asked")
    assert (writer.folder / "0001.seg").read_bytes() == torn
    assert (
        b'"reason":"' + (b"disk_full" if kind == "write" else b"io_error") in (writer.folder / "0002.seg").read_bytes()
    )
    assert contents(writer.folder) == [payload(1), payload(2), payload(3)]
    verdict = judged(writer.folder)
    assert verdict.status is Status.PARTIAL
    assert (Code.TORN_TAIL if kind == "write" else Code.UNACKNOWLEDGED) in codes(verdict)


def test_what_a_failed_write_left_cannot_be_exchanged_for_something_else(tmp_path):
    files = FailingFiles("write", 4, errno.EIO, partly=True)
    writer = new_writer(tmp_path, files=files)
    writer.start_segment("start")
    writer.append(payload(1))
    writer.append(payload(2))
    with pytest.raises(StorageError):
        writer.append(payload(3))
    writer.start_segment("io_error")
    writer.close("asked")
    path = writer.folder / "0001.seg"
    data = path.read_bytes()
    path.write_bytes(data[:1100])
    assert judged(writer.folder).status is Status.ALTERED


def test_on_a_full_disk_the_reserve_pays_for_a_signed_end(tmp_path):
    files = FullDisk()
    writer = new_writer(tmp_path, files=files)
    writer.start_segment("start")
    writer.append(payload(1))
    files.is_full = True
    with pytest.raises(StorageError, match="full"):
        writer.append(payload(2))
    with pytest.raises(StorageError, match="full"):
        writer.start_segment("disk_full")
    writer.close("storage_failed")
    reader = RecordingReader.open(writer.folder, keys=cast().keys, devices=cast().devices)
    assert reader.is_closed
    assert not reader.is_being_recorded
    assert contents(writer.folder) == [payload(1)]
    assert Code.SEGMENT_ABANDONED in codes(judged(writer.folder))
    assert judged(writer.folder).status is Status.PARTIAL


def test_a_disk_that_stays_full_is_said_in_one_sentence_and_leaves_what_was_acknowledged(tmp_path):
    files = FailingFiles("write", 3, errno.ENOSPC, for_good=True)
    writer = new_writer(tmp_path, files=files)
    writer.start_segment("start")
    writer.append(payload(1))
    with pytest.raises(StorageError):
        writer.append(payload(2))
    with pytest.raises(StorageError, match="full"):
        writer.close("storage_failed")
    assert contents(writer.folder) == [payload(1)]
    assert judged(writer.folder).status is Status.PARTIAL


@pytest.mark.parametrize(
    ("error", "words"),
    [(errno.EROFS, "may not be written"), (errno.EACCES, "may not be written"), (errno.ENOTDIR, "is not there")],
)
def test_a_library_that_cannot_be_written_is_said_in_words(tmp_path, error, words):
    with pytest.raises(StorageError, match=words):
        new_writer(tmp_path, files=FailingFiles("make_folder", 2, error))


def test_a_folder_taken_away_while_recording_is_a_storage_failure(tmp_path):
    writer = new_writer(tmp_path)
    writer.start_segment("start")
    for path in writer.folder.iterdir():
        path.unlink()
    writer.folder.rmdir()
    with pytest.raises(StorageError):
        writer.start_segment("rollover")
    with pytest.raises(StorageError):
        writer.close("asked")


def test_the_reserve_of_a_killed_recorder_is_given_back_at_the_next_start(tmp_path):
    killed = new_writer(tmp_path, session_id="killed")
    killed.start_segment("start")
    living = new_writer(tmp_path, session_id="living")
    crash(killed)
    before = (killed.folder / "0001.seg").read_bytes()
    new = new_writer(tmp_path, session_id="new")
    assert not (killed.folder / RESERVE_FILE).exists()
    assert (living.folder / RESERVE_FILE).exists()
    assert (killed.folder / "0001.seg").read_bytes() == before
    crash(living)
    crash(new)


@pytest.mark.parametrize("call", ["lock", "reserve", "sync_folder"])
def test_a_recording_that_could_not_be_made_leaves_nothing_behind(tmp_path, call):
    open_files = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(StorageError):
        new_writer(tmp_path, files=FailingFiles(call, 1, errno.ENOSPC))
    assert list(tmp_path.iterdir()) == []
    assert len(list(Path("/proc/self/fd").iterdir())) == open_files
    crash(new_writer(tmp_path))
