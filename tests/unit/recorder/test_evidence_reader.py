"""The reader: only what is signed, in order, growing or finished, with the right keys."""

import time

import pytest

from recorder.errors import KeyMissingError, StorageError, UnreadableError
from recorder.evidence import seal
from recorder.evidence.findings import Code
from recorder.evidence.keys import AuditorKey, DeviceTrust, KeyRing
from recorder.evidence.reader import NO_EVENTS, ChunkKind, RecordingReader
from recorder.evidence.summary import RecordingState, summarize
from recorder.format.header import NO_SIGNATURE, SegmentEnd, pack
from recorder.format.record import (
    HEADER_BYTES,
    NO_KEY,
    RecordHeader,
    RecordType,
    pack_header,
    pack_record,
    record_digest,
)
from tests import recordings
from tests.evidence_kit import (
    START,
    TurnedClock,
    cast,
    crash,
    judged,
    new_writer,
    offsets,
    payload,
    record,
    with_repaired_checksums,
)
from tests.recordings import Desk


def opened(folder, keys=None):
    return RecordingReader.open(folder, keys=keys or cast().keys, devices=cast().devices)


def bodies_of(reader):
    return {
        (chunk.segment, chunk.sequence): chunk.body
        for segment in reader.segments
        for chunk in reader.chunks(segment.number)
        if chunk.kind in (ChunkKind.EVENTS, ChunkKind.HEARTBEAT)
    }


def test_what_was_sealed_comes_back_in_order(tmp_path):
    folder, bodies = record(tmp_path, segments=3)
    reader = opened(folder)
    assert bodies_of(reader) == bodies
    assert list(bodies_of(reader)) == sorted(bodies)
    assert reader.findings == ()
    assert reader.is_closed
    assert not reader.is_being_recorded
    assert reader.header.operator == "olga"
    assert reader.header.started == START


def test_header_and_end_are_chunks_without_events(tmp_path):
    folder, _ = record(tmp_path, segments=1)
    chunks = list(opened(folder).chunks(1))
    assert chunks[0].kind is ChunkKind.HEADER
    assert chunks[-1].kind is ChunkKind.END
    assert chunks[0].body == chunks[-1].body == NO_EVENTS
    assert [chunk.kind for chunk in chunks].count(ChunkKind.HEARTBEAT) == 1


def test_segments_have_their_times(tmp_path):
    folder, _ = record(tmp_path, segments=2)
    reader = opened(folder)
    assert [(one.number, one.is_closed) for one in reader.segments] == [(1, True), (2, True)]
    assert [reader.at_ns(one.start) // 10**9 for one in reader.segments] == [1, 8]
    assert [reader.at_ns(one.end) // 10**9 for one in reader.segments] == [7, 14]
    marks = reader.marks(1)
    assert [mark.sequence for mark in marks] == list(range(7))
    assert [mark.offset_bytes for mark in marks] == offsets(folder / "0001.seg")[:-1]


def test_reading_can_go_on_after_a_sequence(tmp_path):
    folder, bodies = record(tmp_path, segments=1)
    reader = opened(folder)
    assert [chunk.sequence for chunk in reader.chunks(1, after_sequence=3)] == [4, 5, 6]
    assert next(reader.chunks(1, after_sequence=1)).body == bodies[1, 2]
    assert list(reader.chunks(1, after_sequence=99)) == []
    assert list(reader.chunks(7)) == []


def test_a_growing_recording_is_followed(tmp_path):
    writer = new_writer(tmp_path)
    writer.start_segment("start")
    reader = opened(writer.folder)
    assert reader.is_being_recorded
    assert not reader.refresh()
    last = 0
    for number in range(6):
        if number == 3:
            writer.start_segment("rollover")
            last = 0
        writer.append(payload(number))
        assert reader.refresh()
        (chunk,) = reader.chunks(writer.segment, after_sequence=last)
        assert chunk.body == payload(number)
        last = chunk.sequence
        assert not reader.refresh()
    writer.close("asked")
    assert reader.refresh()
    assert reader.is_closed
    assert not reader.is_being_recorded
    assert reader.findings == ()


def test_half_a_record_is_no_chunk_until_it_is_whole(tmp_path):
    folder, bodies = record(tmp_path, segments=1)
    path = folder / "0001.seg"
    whole, starts = path.read_bytes(), offsets(path)
    path.write_bytes(whole[: starts[3] + 150])
    reader = opened(folder)
    assert [chunk.sequence for chunk in reader.chunks(1)] == [0, 1, 2]
    path.write_bytes(whole)
    assert reader.refresh()
    assert next(chunk.body for chunk in reader.chunks(1, after_sequence=2)) == bodies[1, 3]
    assert reader.findings == ()


def test_an_altered_record_is_reported_and_never_returned_and_reading_goes_on_after_it(tmp_path):
    folder, bodies = record(tmp_path, segments=2)
    path = folder / "0001.seg"
    data, starts = bytearray(path.read_bytes()), offsets(path)
    data[starts[3] + 130] ^= 1
    for forged in (bytes(data), with_repaired_checksums(bytes(data), starts[3], starts[4])):
        path.write_bytes(forged)
        reader = opened(folder)
        expected = dict(bodies)
        del expected[1, 3]
        assert bodies_of(reader) == expected
        assert [(one.segment, one.sequence, one.at_ns // 10**9, one.end_ns // 10**9) for one in reader.findings] == [
            (1, 3, 3, 5)
        ]


def test_without_anything_signed_behind_it_what_follows_an_altered_record_is_not_returned(tmp_path):
    folder, bodies = record(tmp_path, segments=1, close=False)
    path = folder / "0001.seg"
    data, starts = bytearray(path.read_bytes()), offsets(path)
    data[starts[3] + 130] ^= 1
    path.write_bytes(data)
    reader = opened(folder)
    assert bodies_of(reader) == {place: body for place, body in bodies.items() if place[1] < 3}
    assert [finding.code for finding in reader.findings] == ["CRC_MISMATCH", Code.UNPROVEN]


def test_damage_in_a_growing_segment_is_recovered_when_the_next_one_vouches_for_it(tmp_path):
    writer = new_writer(tmp_path)
    writer.start_segment("start")
    for number in range(4):
        writer.append(payload(number))
    path = writer.folder / "0001.seg"
    starts = offsets(path)
    with path.open("r+b") as file:
        file.seek(starts[2] + 130)
        byte = file.read(1)
        file.seek(starts[2] + 130)
        file.write(bytes([byte[0] ^ 1]))
    reader = opened(writer.folder)
    assert [chunk.sequence for chunk in reader.chunks(1)] == [0, 1]
    writer.start_segment("rollover")
    assert reader.refresh()
    assert [chunk.sequence for chunk in reader.chunks(1)] == [0, 1, 3, 4, 5]
    writer.close("asked")


def test_a_record_changed_after_it_was_verified_is_not_returned(tmp_path):
    folder, _ = record(tmp_path, segments=1)
    reader = opened(folder)
    assert len(reader.marks(1)) == 7
    path = folder / "0001.seg"
    data, starts = bytearray(path.read_bytes()), offsets(path)
    data[starts[2] + 120] ^= 1
    path.write_bytes(data)
    assert [chunk.sequence for chunk in reader.chunks(1)] == [0, 1, 3, 4, 5, 6]
    assert [finding.code for finding in reader.findings] == [Code.CHANGED_SINCE]


def test_a_segment_of_another_recording_is_not_read(tmp_path):
    folder, bodies = record(tmp_path, segments=2)
    other, _ = record(tmp_path, segments=2, session_id="other")
    (folder / "0002.seg").write_bytes((other / "0002.seg").read_bytes())
    reader = opened(folder)
    assert bodies_of(reader) == {place: body for place, body in bodies.items() if place[0] == 1}
    assert list(reader.chunks(2)) == []
    assert [finding.code for finding in reader.findings] == [Code.SPLICED]


def test_a_first_segment_without_a_sound_header_does_not_hide_the_others(tmp_path):
    folder, bodies = record(tmp_path, segments=2)
    data = bytearray((folder / "0001.seg").read_bytes())
    data[200] ^= 1
    (folder / "0001.seg").write_bytes(data)
    reader = opened(folder)
    assert bodies_of(reader) == {place: body for place, body in bodies.items() if place[0] == 2}
    assert list(reader.chunks(1)) == []
    assert [finding.code for finding in reader.findings] == ["CRC_MISMATCH"]


def test_no_key_and_a_wrong_key_are_said_with_who_could_open_it(tmp_path):
    folder, _ = record(tmp_path)
    for keys in (KeyRing(), KeyRing((AuditorKey.generate("mallory"),))):
        with pytest.raises(KeyMissingError, match="akira"):
            RecordingReader.open(folder, keys=keys, devices=cast().devices)


def test_two_groups_need_one_of_each(tmp_path):
    folder, bodies = record(tmp_path, recipients=cast().two_groups)
    for alone, other in ((cast().auditor, "privacy"), (cast().officer, "auditors")):
        with pytest.raises(KeyMissingError, match=other):
            opened(folder, KeyRing((alone,)))
    assert bodies_of(opened(folder, KeyRing((cast().officer, cast().auditor)))) == bodies


def test_an_unknown_device_is_refused_with_its_fingerprint(tmp_path):
    folder, _ = record(tmp_path)
    with pytest.raises(UnreadableError, match=cast().device.fingerprint):
        RecordingReader.open(folder, keys=cast().keys, devices=DeviceTrust({}))


def test_what_cannot_be_opened_is_said_in_words(tmp_path):
    with pytest.raises(StorageError, match="could not be read"):
        opened(tmp_path / "nowhere")
    with pytest.raises(UnreadableError, match="not a recording"):
        opened(tmp_path)
    (tmp_path / "0001.seg").write_bytes(b"")
    with pytest.raises(UnreadableError, match="cannot be opened"):
        opened(tmp_path)
    folder, _ = record(tmp_path / "library", segments=1)
    data = (folder / "0001.seg").read_bytes()
    newer = with_repaired_checksums(data[:4] + b"\x09" + data[5:], 0, offsets(folder / "0001.seg")[1])
    (folder / "0001.seg").write_bytes(newer)
    with pytest.raises(UnreadableError, match="update Tachiai"):
        opened(folder)


def test_clock_marks_follow_the_wall_clock(tmp_path):
    clock = TurnedClock()
    writer = new_writer(tmp_path, clock=clock)
    writer.start_segment("start")
    writer.append(payload(1))
    clock.wall_offset_ns = 3600 * 10**9
    writer.append(payload(2))
    writer.append(payload(3))
    writer.close("asked")
    second = 10**9
    assert opened(writer.folder).clock_marks() == (
        (1 * second, START.wall_ns + 1 * second),
        (3 * second, START.wall_ns + 3603 * second),
    )


def test_a_summary_needs_no_key(tmp_path):
    folder, _ = record(tmp_path)
    closed = summarize(folder, cast().devices)
    assert (closed.state, closed.duration_s, closed.segments, closed.device_known) == ("closed", 14.0, 2, True)
    assert closed.size_bytes == sum(path.stat().st_size for path in folder.glob("*.seg"))
    writer = new_writer(tmp_path, session_id="growing")
    writer.start_segment("start")
    writer.append(payload(1))
    assert summarize(writer.folder, DeviceTrust({})).state is RecordingState.RECORDING
    assert summarize(writer.folder, DeviceTrust({})).device_known is False
    crash(writer)
    interrupted = summarize(writer.folder, cast().devices)
    assert (interrupted.state, interrupted.duration_s) == ("interrupted", 2.0)
    with pytest.raises(UnreadableError):
        summarize(tmp_path)
    with pytest.raises(StorageError):
        summarize(tmp_path / "nowhere")


def test_a_seek_into_a_long_segment_is_quick(tmp_path):
    writer = new_writer(tmp_path)
    writer.start_segment("start")
    body = bytes(16_384)
    for _ in range(600):
        writer.append(body)
    crash(writer)
    reader = opened(writer.folder)
    started = time.process_time()
    first = next(reader.chunks(1, after_sequence=590))
    never_read_s = time.process_time() - started
    started = time.process_time()
    again = next(reader.chunks(1, after_sequence=300))
    verified_s = time.process_time() - started
    assert (first.sequence, again.sequence) == (591, 301)
    # The goals are 150 ms and a few; twice that here, for a machine that does other things too.
    assert never_read_s < 0.3
    assert verified_s < 0.02


def test_the_devices_key_alone_does_not_let_a_segment_be_cut_and_ended_anew(tmp_path):
    folder, _ = record(tmp_path, segments=1)
    path = folder / "0001.seg"
    data, starts = path.read_bytes(), offsets(path)
    cut, segment_digest = starts[4], record_digest(data[:112], data[112 : starts[1] - 68])
    previous = record_digest(data[starts[3] : starts[3] + 112], data[starts[3] + 112 : cut - 68])
    unsigned = SegmentEnd(reason="asked", final=True, records=4, device_signature=NO_SIGNATURE)
    head = pack_header(RecordHeader(RecordType.END, len(pack(unsigned)), 4, previous, NO_KEY, START))
    statement = seal.end_statement(segment_digest=segment_digest, header_bytes=head, unsigned=pack(unsigned))
    body = pack(SegmentEnd("asked", True, 4, cast().device.sign(statement).hex()))
    forged = pack_record(head, body, cast().device.sign(record_digest(head, body)))
    path.write_bytes(data[:cut] + forged)
    reader = opened(folder)
    list(reader.chunks(1))
    assert Code.BAD_SIGNATURE in [finding.code for finding in reader.findings]
    assert judged(folder).exit_status == 2


def test_read_backwards_from_a_moment_stand_the_same_payloads_as_forwards(tmp_path):
    desk = Desk(tmp_path)
    recordings.work(desk, 8)
    made = desk.close()
    reader = RecordingReader.open(made.folder, keys=made.keys, devices=made.devices)
    chunks = [chunk for chunk in reader.chunks(1) if chunk.kind is ChunkKind.EVENTS]
    until = chunks[4].instant.boot_ns
    back = list(reader.events_back(1, until_ns=until))
    assert back == [chunk.body for chunk in chunks if chunk.instant.boot_ns <= until][::-1]
    assert not list(reader.events_back(7, until_ns=until))


def test_what_was_changed_since_it_was_verified_is_not_read_backwards(tmp_path):
    desk = Desk(tmp_path)
    recordings.work(desk, 8)
    made = desk.close()
    reader = RecordingReader.open(made.folder, keys=made.keys, devices=made.devices)
    chunks = [chunk for chunk in reader.chunks(1) if chunk.kind is ChunkKind.EVENTS]
    path = made.folder / "0001.seg"
    data = bytearray(path.read_bytes())
    data[chunks[2].offset_bytes + HEADER_BYTES + 3] ^= 1
    path.write_bytes(data)
    back = list(reader.events_back(1, until_ns=chunks[-1].instant.boot_ns))
    assert back == [chunk.body for chunk in chunks if chunk is not chunks[2]][::-1]
    assert not reader.findings
