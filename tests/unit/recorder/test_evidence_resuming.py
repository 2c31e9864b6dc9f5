"""A recording whose recorder was killed goes on in a new segment; whatever was left is named and never touched."""

import dataclasses

import pytest

from recorder.errors import StorageError, UnreadableError
from recorder.evidence.findings import Code, Status
from recorder.evidence.keys import DeviceKey
from recorder.evidence.reader import ChunkKind, RecordingReader
from recorder.evidence.summary import RecordingState, summarize
from recorder.evidence.writer import RecordingWriter
from tests.evidence_kit import LIMITS, TurnedClock, cast, codes, crash, judged, new_writer, offsets, payload
from tests.recordings import BreakableFiles

BOOT = "5a1e1b3c-0000-4000-8000-000000000001"


def left_by_force(library, *, chunks=4, segments=1, clock=None):
    writer = new_writer(library, boot_id=BOOT, clock=clock)
    for _ in range(segments):
        writer.start_segment("start")
        for number in range(chunks):
            writer.append(payload(number))
    crash(writer)
    return writer


def resumed(folder, *, clock=None, boot_id=BOOT, acknowledged=None, device=None, files=None):
    later = clock or TurnedClock()
    if clock is None:
        later.elapsed_ns = 100 * 10**9
    return RecordingWriter.resume(
        folder,
        device=device or cast().device,
        recipients=cast().recipients,
        clock=later,
        boot_id=boot_id,
        acknowledged=acknowledged,
        limits=LIMITS,
        files=files,
    )


def gone_on(writer, *, reason="recorder_died", chunks=2):
    writer.start_segment(reason)
    for number in range(chunks):
        writer.append(payload(100 + number))
    writer.close("asked")


def bodies(folder):
    reader = RecordingReader.open(folder, keys=cast().keys, devices=cast().devices)
    found = [
        chunk.body
        for segment in reader.segments
        for chunk in reader.chunks(segment.number)
        if chunk.kind is ChunkKind.EVENTS
    ]
    assert not reader.findings
    return found


def test_the_same_recording_goes_on_in_a_segment_that_says_why(tmp_path):
    left = left_by_force(tmp_path)
    before = (left.folder / "0001.seg").read_bytes()
    writer = resumed(left.folder)
    assert writer.header == left.header
    assert writer.interrupted.chunk is not None
    gone_on(writer)
    assert (left.folder / "0001.seg").read_bytes() == before
    verdict = judged(left.folder)
    assert verdict.status is Status.PARTIAL
    assert codes(verdict) == [Code.OPEN_NO_END, Code.HEARTBEAT_GAP]
    assert bodies(left.folder) == [*map(payload, range(4)), payload(100), payload(101)]
    reader = RecordingReader.open(left.folder, keys=cast().keys, devices=cast().devices)
    assert [info.is_resumed for info in reader.segments] == [False, True]
    assert summarize(left.folder, cast().devices).state is RecordingState.CLOSED


@pytest.mark.parametrize("cut_bytes", [1, 100, 200])
def test_a_torn_tail_is_reported_and_left_as_it_is(tmp_path, cut_bytes):
    left = left_by_force(tmp_path)
    path = left.folder / "0001.seg"
    path.write_bytes(path.read_bytes()[:-cut_bytes])
    torn = path.read_bytes()
    gone_on(resumed(left.folder))
    assert path.read_bytes() == torn
    verdict = judged(left.folder)
    assert verdict.status is Status.PARTIAL
    assert {Code.TORN_TAIL, Code.OPEN_NO_END} <= set(codes(verdict))
    assert bodies(left.folder) == [*map(payload, range(3)), payload(100), payload(101)]


@pytest.mark.parametrize("size_bytes", [0, 40])
def test_a_segment_that_was_never_begun_is_given_up_by_name(tmp_path, size_bytes):
    left = left_by_force(tmp_path)
    path = left.folder / "0002.seg"
    path.write_bytes((left.folder / "0001.seg").read_bytes()[:size_bytes])
    gone_on(resumed(left.folder))
    assert (left.folder / "0003.seg").exists()
    verdict = judged(left.folder)
    assert verdict.status is Status.PARTIAL
    assert Code.SEGMENT_ABANDONED in codes(verdict)


def test_one_killed_again_before_it_sealed_anything_is_lost_from_the_last_chunk_on(tmp_path):
    left = left_by_force(tmp_path)
    again = resumed(left.folder)
    again.start_segment("recorder_died")
    crash(again)
    clock = TurnedClock()
    clock.elapsed_ns = 200 * 10**9
    last = resumed(left.folder, clock=clock)
    reader = RecordingReader.open(left.folder, keys=cast().keys, devices=cast().devices)
    assert last.interrupted.chunk == reader.marks(1)[-1].instant
    gone_on(last, reason="recorder_frozen")
    verdict = judged(left.folder)
    assert verdict.status is Status.PARTIAL
    assert codes(verdict).count(Code.OPEN_NO_END) == 2


def test_what_a_witness_heard_of_and_is_gone_shows_as_altered(tmp_path):
    clock = TurnedClock()
    writer = new_writer(tmp_path, boot_id=BOOT, clock=clock)
    writer.start_segment("start")
    for number in range(5):
        writer.append(payload(number))
    witnessed = writer.tip
    crash(writer)
    path = writer.folder / "0001.seg"
    path.write_bytes(path.read_bytes()[: offsets(path)[4]])
    clock.elapsed_ns += 10**9
    gone_on(resumed(writer.folder, clock=clock, acknowledged=witnessed))
    verdict = judged(writer.folder)
    assert verdict.status is Status.ALTERED
    assert Code.SEGMENT_LINK_BREAK in codes(verdict)


def test_a_witness_who_heard_less_than_there_is_changes_nothing(tmp_path):
    writer = new_writer(tmp_path, boot_id=BOOT)
    writer.start_segment("start")
    writer.append(payload(0))
    witnessed = writer.tip
    writer.append(payload(1))
    crash(writer)
    gone_on(resumed(writer.folder, acknowledged=witnessed))
    assert judged(writer.folder).status is Status.PARTIAL
    assert bodies(writer.folder)[:2] == [payload(0), payload(1)]


def test_cutting_the_tail_off_after_it_went_on_is_seen(tmp_path):
    left = left_by_force(tmp_path)
    gone_on(resumed(left.folder))
    path = left.folder / "0001.seg"
    path.write_bytes(path.read_bytes()[: offsets(path)[3]])
    assert judged(left.folder).status is Status.ALTERED


def test_only_the_devices_key_makes_a_segment_that_goes_on(tmp_path):
    left = left_by_force(tmp_path)
    with pytest.raises(UnreadableError, match="another session or device"):
        resumed(left.folder, device=DeviceKey.generate())
    forged = new_writer(tmp_path / "elsewhere", boot_id=BOOT)
    forged._device, forged.folder = DeviceKey.generate(), left.folder
    forged._number, forged._previous = 1, left.tip
    forged.start_segment("recorder_died")
    crash(forged)
    assert judged(left.folder).status is Status.ALTERED


@pytest.mark.parametrize(
    ("boot_id", "passed_s", "why"),
    [("another", 100, "started anew"), ("", 100, "started anew"), (BOOT, -1, "started anew")],
)
def test_after_a_restart_of_the_machine_it_does_not_go_on(tmp_path, boot_id, passed_s, why):
    left = left_by_force(tmp_path)
    clock = TurnedClock()
    clock.elapsed_ns = passed_s * 10**9
    with pytest.raises(UnreadableError, match=why):
        resumed(left.folder, boot_id=boot_id, clock=clock)
    assert sorted(path.name for path in left.folder.glob("*.seg")) == ["0001.seg"]


def test_a_closed_or_damaged_recording_does_not_go_on(tmp_path):
    closed = new_writer(tmp_path / "closed", boot_id=BOOT)
    closed.start_segment("start")
    closed.close("asked")
    with pytest.raises(UnreadableError, match="closed"):
        resumed(closed.folder)
    damaged = left_by_force(tmp_path / "damaged")
    path = damaged.folder / "0001.seg"
    data = bytearray(path.read_bytes())
    data[offsets(path)[2] + 130] ^= 1
    path.write_bytes(data)
    with pytest.raises(UnreadableError, match="damaged"):
        resumed(damaged.folder)


def test_while_another_writes_it_nobody_goes_on(tmp_path):
    writer = new_writer(tmp_path, boot_id=BOOT)
    writer.start_segment("start")
    with pytest.raises(StorageError, match="held by another recorder"):
        resumed(writer.folder)
    writer.close("asked")


def test_a_refused_resume_lets_go_of_the_lock(tmp_path):
    left = left_by_force(tmp_path)
    with pytest.raises(UnreadableError):
        resumed(left.folder, boot_id="another")
    resumed(left.folder).close("asked")


def test_a_header_of_another_start_of_the_machine_is_of_another_recording(tmp_path):
    left = left_by_force(tmp_path)
    writer = resumed(left.folder)
    writer._session = dataclasses.replace(writer.header, boot_id="another")
    gone_on(writer)
    verdict = judged(left.folder)
    assert verdict.status is Status.ALTERED
    assert Code.SPLICED in codes(verdict)


def test_what_the_old_recorder_wrote_is_on_the_disk_before_it_is_named(tmp_path):
    left = left_by_force(tmp_path)
    files = BreakableFiles()
    files.is_broken = True
    with pytest.raises(StorageError):
        resumed(left.folder, files=files)
