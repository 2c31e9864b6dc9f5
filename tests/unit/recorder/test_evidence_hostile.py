"""Recordings made to deceive, to crash or to stall whoever reads them; both verifiers must agree on each."""

import json
import os
import shutil
import struct
import time
import zlib

import pytest

from recorder.evidence import seal
from recorder.evidence.files import SystemFiles
from recorder.evidence.findings import Code, Status
from recorder.evidence.reader import ChunkKind, RecordingReader
from recorder.evidence.verify import verify
from recorder.format.header import NO_SIGNATURE, canonical, unpack_segment_header
from recorder.format.record import (
    NO_KEY,
    DamagedRecordError,
    RecordHeader,
    RecordType,
    pack_header,
    pack_record,
    record_digest,
)
from tests.evidence_kit import (
    START,
    cast,
    codes,
    copied,
    judged,
    new_writer,
    offsets,
    payload,
    record,
    with_repaired_checksums,
)


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    return record(tmp_path_factory.mktemp("closed"), segments=3)[0]


@pytest.fixture
def sound(closed, tmp_path):
    return copied(closed, tmp_path / "copy")


def opened(folder):
    return RecordingReader.open(folder, keys=cast().keys, devices=cast().devices)


def signed(kind, body, sequence, previous, *, next_key=NO_KEY):
    head = pack_header(RecordHeader(kind, len(body), sequence, previous, next_key, START))
    digest = record_digest(head, body)
    return pack_record(head, body, cast().device.sign(digest)), digest


def signed_end(segment_digest, previous, sequence, **more):
    """An end whose one-time key is the device's own, which spares a test from making another."""
    body = canonical({"device_signature": NO_SIGNATURE, "final": True, "reason": "asked", "records": sequence} | more)
    head = pack_header(RecordHeader(RecordType.END, len(body), sequence, previous, NO_KEY, START))
    statement = seal.end_statement(segment_digest=segment_digest, header_bytes=head, unsigned=body)
    body = body.replace(NO_SIGNATURE.encode(), cast().device.sign(statement).hex().encode())
    return pack_record(head, body, cast().device.sign(record_digest(head, body)))


def with_header(path, change):
    """The segment with its header changed by `change` and signed again by the device itself."""
    data, starts = path.read_bytes(), offsets(path)
    header = json.loads(data[112 : starts[1] - 68])
    change(header)
    body = json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    head = bytearray(data[:112])
    head[8:12] = struct.pack(">I", len(body))
    head[108:112] = struct.pack(">I", zlib.crc32(head[:108]))
    record_bytes = pack_record(bytes(head), body, cast().device.sign(record_digest(bytes(head), body)))
    path.write_bytes(record_bytes + data[starts[1] :])
    return body


HOSTILE_NUMBERS = [
    ("started", {"boot_ns": -(10**400), "monotonic_ns": 0, "wall_ns": 0}),
    ("started", {"boot_ns": 2**63, "monotonic_ns": 0, "wall_ns": 0}),
    ("heartbeat_ns", 0),
    ("utc_offset_s", 10**9),
    ("segment", -1),
    ("segment", 2**40),
    ("previous", {"segment": 1, "records": 3, "tip": "not hexadecimal"}),
    ("previous", {"segment": -5, "records": 3, "tip": "00" * 32}),
    ("device", "ab " * 21 + "a"),
    ("later", 1.5),
    ("later", float("inf")),
]


@pytest.mark.parametrize(("key", "value"), HOSTILE_NUMBERS)
def test_a_header_with_an_impossible_value_is_refused_though_it_is_signed(sound, key, value):
    body = with_header(sound / "0002.seg", lambda header: header.update({key: value}))
    with pytest.raises(DamagedRecordError):
        unpack_segment_header(body)
    verdict = judged(sound)
    assert "HEADER_PARSE" in codes(verdict)
    assert verdict.status is Status.ALTERED


def test_a_key_that_a_later_version_adds_to_header_and_end_is_no_alteration(tmp_path):
    folder, _ = record(tmp_path, segments=1)
    path = folder / "0001.seg"
    header = json.loads(path.read_bytes()[112 : offsets(path)[1] - 68])
    body = canonical(header | {"later": "words"})
    first, digest = signed(RecordType.HEADER, body, 0, bytes(32), next_key=cast().device.public_bytes)
    path.write_bytes(first + signed_end(digest, digest, 1, later=[1, "words"]))
    assert judged(folder).status is Status.SOUND
    reader = opened(folder)
    assert [chunk.kind for chunk in reader.chunks(1)] == [ChunkKind.HEADER, ChunkKind.END]
    assert reader.is_closed


def test_digits_of_other_scripts_do_not_name_a_segment(sound):
    for name in ("\uff10\uff10\uff10\uff11.seg", "\u0660\u0660\u0660\u0661.seg", "00001.seg", "1.seg", "0001.SEG"):
        (sound / name).write_bytes(b"anything")
    assert judged(sound).status is Status.SOUND


def test_a_recording_in_the_place_of_another_is_seen(closed, tmp_path):
    assert judged(copied(closed, tmp_path / "evidence 7")).status is Status.SOUND
    verdict = judged(copied(closed, tmp_path / "20270115T080000Z-deadbeef"))
    assert codes(verdict) == [Code.WRONG_NAME]
    assert verdict.status is Status.ALTERED


def test_a_segment_with_a_number_far_away_is_one_finding_more_not_ninety_thousand(sound):
    shutil.copy(sound / "0002.seg", sound / "99999.seg")
    verdict = judged(sound)
    assert sorted(codes(verdict)) == [Code.SEGMENT_MISSING, Code.SPLICED]
    assert verdict.status is Status.ALTERED


@pytest.mark.parametrize("make", ["fifo", "folder", "link", "device", "endless", "hole"])
def test_what_is_not_a_segments_file_is_not_waited_for(sound, make):
    path = sound / "0003.seg"
    path.unlink()
    started = time.monotonic()
    if make == "fifo":
        os.mkfifo(path)
    elif make == "folder":
        path.mkdir()
    elif make == "hole":
        with path.open("wb") as file:
            file.truncate(1 << 40)
    else:
        path.symlink_to({"link": sound / "0001.seg", "device": "/dev/zero", "endless": path}[make])
    verdict = judged(sound)
    assert Code.READ_ERROR in codes(verdict)
    assert verdict.exit_status == 4
    assert time.monotonic() - started < 5


def test_heads_that_each_claim_megabytes_are_not_each_read(sound):
    head = pack_header(RecordHeader(RecordType.EVENTS, 16 * 1024 * 1024, 1, bytes(32), NO_KEY, START))
    path = sound / "0003.seg"
    data, starts = path.read_bytes(), offsets(path)
    path.write_bytes(data[: starts[1]] + b"\xff" * 200 + head * 40_000)
    started = time.process_time()
    assert judged(sound).status is Status.ALTERED
    assert time.process_time() - started < 10


def test_a_record_of_an_enormous_number_is_not_counted_up_to(tmp_path):
    """After damage, numbers are what a signed end says: here 2**60, to which a key's number must not be counted."""
    folder, _ = record(tmp_path, segments=1)
    path = folder / "0001.seg"
    data, starts = path.read_bytes(), offsets(path)
    segment_digest = record_digest(data[:112], data[112 : starts[1] - 68])
    far, previous = signed(RecordType.EVENTS, b"x" * 40, 2**60, bytes(32))
    path.write_bytes(data[: starts[1]] + far + signed_end(segment_digest, previous, 2**60 + 1))
    assert judged(folder).status is Status.ALTERED
    assert verify(folder, devices=cast().devices, keys=cast().keys).status is Status.ALTERED
    assert [chunk.kind for chunk in opened(folder).chunks(1)] == [ChunkKind.HEADER]


def test_the_reader_too_sees_a_segment_that_was_cut_before_the_next(sound):
    path = sound / "0001.seg"
    path.write_bytes(path.read_bytes()[: offsets(path)[3]])
    reader = opened(sound)
    list(reader.chunks(1))
    assert [finding.code for finding in reader.findings] == [Code.SEGMENT_LINK_BREAK]
    assert judged(sound).status is Status.ALTERED


def test_the_reader_too_sees_an_older_copy_of_a_segment(tmp_path):
    writer = new_writer(tmp_path)
    writer.start_segment("start")
    writer.append(payload(1))
    older = (writer.folder / "0001.seg").read_bytes()
    writer.append(payload(2))
    writer.start_segment("rollover")
    writer.append(payload(3))
    writer.close("asked")
    (writer.folder / "0001.seg").write_bytes(older)
    assert Code.SEGMENT_LINK_BREAK in codes(judged(writer.folder))
    reader = opened(writer.folder)
    list(reader.chunks(1))
    assert [finding.code for finding in reader.findings] == [Code.SEGMENT_LINK_BREAK]


@pytest.mark.parametrize("added", ["rubbish", "second end"])
def test_the_reader_too_sees_what_follows_an_end(sound, added):
    path = sound / "0003.seg"
    last = path.read_bytes()[offsets(path)[-2] :]
    with path.open("ab") as file:
        file.write(b"rubbish" if added == "rubbish" else last)
    reader = opened(sound)
    list(reader.chunks(3))
    assert [finding.code for finding in reader.findings] == [Code.TRAILING_DATA]
    assert judged(sound).status is Status.ALTERED


def test_a_spoilt_signature_is_an_alteration_even_where_the_end_vouches_for_the_content(sound):
    path = sound / "0001.seg"
    data, starts = bytearray(path.read_bytes()), offsets(path)
    data[starts[3] - 68 : starts[3] - 4] = bytes(64)
    path.write_bytes(with_repaired_checksums(bytes(data), starts[2], starts[3]))
    verdict = judged(sound)
    assert codes(verdict) == [Code.BAD_SIGNATURE]
    assert verdict.status is Status.ALTERED


class ForgetfulFiles(SystemFiles):
    """Fails once in a way that no file system does."""

    def __init__(self):
        self.left = 3
        self.written = []

    def write(self, fd, data):
        self.left -= 1
        self.written.append(data)
        if self.left == 0:
            raise MemoryError
        return super().write(fd, data)


def test_whatever_fails_in_a_write_no_key_is_used_twice(tmp_path):
    files = ForgetfulFiles()
    writer = new_writer(tmp_path, files=files)
    writer.start_segment("start")
    writer.append(payload(1))
    with pytest.raises(MemoryError):
        writer.append(payload(2))
    writer.append(payload(2))
    failed, again = (data[112:-68] for data in files.written[2:4])
    assert len(failed) == len(again)
    keystream = bytes(a ^ b for a, b in zip(failed[:-16], payload(2), strict=True))
    assert bytes(a ^ b for a, b in zip(again[:-16], payload(2), strict=True)) != keystream
