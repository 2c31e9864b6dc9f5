"""What `verify` says of every way to damage, cut, exchange or forge a recording; both verifiers must agree."""

import itertools
import random
import shutil
import struct
import zlib

import pytest

from recorder.evidence.findings import Code, Status
from recorder.evidence.keys import DeviceKey, DeviceTrust
from recorder.format.record import pack_record, record_digest
from tests.evidence_kit import (
    cast,
    codes,
    copied,
    judged,
    new_writer,
    offsets,
    record,
    with_repaired_checksums,
)

TORN = {Code.TORN_TAIL, Code.TORN_TAIL_ZEROS}


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    return record(tmp_path_factory.mktemp("closed"))[0]


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory):
    return record(tmp_path_factory.mktemp("interrupted"), close=False)[0]


@pytest.fixture
def sound(closed, tmp_path):
    return copied(closed, tmp_path / "copy")


@pytest.fixture
def open_ended(interrupted, tmp_path):
    return copied(interrupted, tmp_path / "copy")


def test_a_closed_recording_is_sound(closed):
    verdict = judged(closed)
    assert verdict.status is Status.SOUND
    assert (verdict.exit_status, verdict.segments, verdict.chunks) == (0, 2, 10)
    assert codes(verdict) == []


def test_a_recording_without_an_end_is_partial(interrupted):
    verdict = judged(interrupted)
    assert codes(verdict) == [Code.OPEN_NO_END]
    assert verdict.exit_status == 1


def test_a_recording_in_progress_is_partial_and_says_so(tmp_path):
    writer = new_writer(tmp_path)
    writer.start_segment("start")
    writer.append(b"\x90")
    verdict = judged(writer.folder)
    assert codes(verdict) == [Code.OPEN_NO_END]
    assert "still being recorded" in verdict.findings[1].sentence
    writer.close("asked")
    assert judged(writer.folder).exit_status == 0


def test_cut_at_every_byte_of_the_last_three_records_it_is_partial(open_ended):
    path = open_ended / "0002.seg"
    *_, third, _, _, end = offsets(path)
    whole = path.read_bytes()
    boundaries = set(offsets(path))
    for length in range(end, third - 1, -1):
        with path.open("r+b") as file:
            file.truncate(length)
        verdict = judged(open_ended)
        expected = [Code.OPEN_NO_END] if length in boundaries else [Code.OPEN_NO_END, Code.TORN_TAIL]
        assert sorted(codes(verdict)) == expected, length
    assert path.read_bytes() == whole[:third]


def test_a_segment_that_another_follows_cannot_be_cut_anywhere(sound):
    path = sound / "0001.seg"
    whole = path.read_bytes()
    for length in [0, *range(1, len(whole), 41), *offsets(path)[1:-1]]:
        path.write_bytes(whole[:length])
        assert judged(sound).status is Status.ALTERED, length


def test_a_closed_recording_cut_anywhere_is_never_sound(sound):
    path = sound / "0002.seg"
    whole = path.read_bytes()
    for length in range(0, len(whole), 29):
        path.write_bytes(whole[:length])
        assert judged(sound).status is Status.PARTIAL, length


def test_zeros_at_the_end_are_a_power_cut(open_ended):
    path = open_ended / "0002.seg"
    last, end = offsets(path)[-2:]
    whole = path.read_bytes()
    for kept in (last, last + 1, last + 50, last + 112, end - 68, end - 30, end - 4):
        path.write_bytes(whole[:kept] + bytes(end - kept + 500))
        verdict = judged(open_ended)
        assert sorted(codes(verdict)) == [Code.OPEN_NO_END, Code.TORN_TAIL_ZEROS], kept


def test_two_thousand_bit_flips_are_all_seen_and_none_is_a_torn_tail(closed, tmp_path):
    folder = copied(closed, tmp_path / "copy")
    chance = random.Random(20270115)
    for name in ("0001.seg", "0002.seg"):
        path = folder / name
        whole = path.read_bytes()
        starts = offsets(path)
        for _ in range(400):
            bit = chance.randrange(len(whole) * 8)
            flipped = bytearray(whole)
            flipped[bit // 8] ^= 1 << bit % 8
            path.write_bytes(flipped)
            verdict = judged(folder)
            assert verdict.status is Status.ALTERED, bit
            assert not TORN & set(codes(verdict)), bit
            start = max(offset for offset in starts if offset <= bit // 8)
            assert start in {finding.offset_bytes for finding in verdict.findings}, bit
        path.write_bytes(whole)


def test_no_flip_in_a_length_is_taken_for_a_torn_tail(open_ended):
    path = open_ended / "0002.seg"
    whole = path.read_bytes()
    for start in offsets(path)[:-1]:
        for bit in range(32):
            flipped = bytearray(whole)
            flipped[start + 8 + bit // 8] ^= 1 << bit % 8
            path.write_bytes(flipped)
            verdict = judged(open_ended)
            assert verdict.status is Status.ALTERED
            assert not TORN & set(codes(verdict))


def test_a_change_with_its_checksums_made_right_again_is_seen(sound):
    path = sound / "0001.seg"
    whole, starts = path.read_bytes(), offsets(path)
    for start, end in itertools.pairwise(starts):
        for place in (start + 6, start + 20, start + 30, start + 60, start + 100, start + 115, end - 20):
            forged = bytearray(whole)
            forged[place] ^= 1
            path.write_bytes(with_repaired_checksums(bytes(forged), start, end))
            assert judged(sound).status is Status.ALTERED, (start, place)


def test_a_claimed_length_above_the_limit_is_refused_without_reading_it(sound):
    path = sound / "0001.seg"
    data, start = bytearray(path.read_bytes()), offsets(path)[2]
    data[start + 8 : start + 12] = struct.pack(">I", 2**32 - 1)
    data[start + 108 : start + 112] = struct.pack(">I", zlib.crc32(data[start : start + 108]))
    path.write_bytes(data)
    assert Code.BAD_SIGNATURE not in codes(judged(sound))
    assert "LENGTH_LIMIT" in codes(judged(sound))


@pytest.mark.parametrize("name", ["0001.seg", "0002.seg"])
def test_a_dropped_record_is_missed(sound, name):
    path = sound / name
    starts, whole = offsets(path), path.read_bytes()
    for start, end in itertools.pairwise(starts[1:-1]):
        path.write_bytes(whole[:start] + whole[end:])
        verdict = judged(sound)
        assert codes(verdict)[0] == Code.SEQ_GAP
        assert verdict.status is Status.ALTERED


def test_swapped_and_repeated_records_are_seen_and_their_content_is_still_vouched_for(sound):
    path = sound / "0001.seg"
    starts, whole = offsets(path), path.read_bytes()
    first, second, third = starts[2:5]
    swapped = whole[:first] + whole[second:third] + whole[first:second] + whole[third:]
    repeated = whole[:second] + whole[first:second] + whole[second:]
    for forged in (swapped, repeated):
        path.write_bytes(forged)
        verdict = judged(sound)
        assert codes(verdict) == [Code.SEQ_GAP]
        assert verdict.chunks == 10


def test_a_record_of_another_recording_is_seen(sound, tmp_path):
    other, _ = record(tmp_path / "other", session_id="other")
    path = sound / "0001.seg"
    starts, whole = offsets(path), path.read_bytes()
    foreign = (other / "0001.seg").read_bytes()
    other_starts = offsets(other / "0001.seg")
    spliced = whole[: starts[3]] + foreign[other_starts[3] : other_starts[4]] + whole[starts[4] :]
    path.write_bytes(spliced)
    assert codes(judged(sound)) == [Code.CHAIN_BREAK]
    path.write_bytes(whole[: starts[3]] + foreign[: other_starts[1]] + whole[starts[3] :])
    assert codes(judged(sound))[0] == Code.SECOND_HEADER


def test_segments_of_two_recordings_do_not_make_one(sound, tmp_path):
    other, _ = record(tmp_path / "other", session_id="other")
    shutil.copy(other / "0002.seg", sound / "0002.seg")
    verdict = judged(sound)
    assert Code.SPLICED in codes(verdict)
    assert verdict.status is Status.ALTERED


def test_a_missing_segment_is_named(tmp_path):
    folder, _ = record(tmp_path, segments=4)
    for number in (1, 2, 3):
        (folder / f"{number:04}.seg").rename(tmp_path / "kept")
        verdict = judged(folder)
        assert [(finding.code, finding.segment) for finding in verdict.findings[1:]] == [(Code.SEGMENT_MISSING, number)]
        assert verdict.status is Status.ALTERED
        (tmp_path / "kept").rename(folder / f"{number:04}.seg")
    (folder / "0004.seg").unlink()
    verdict = judged(folder)
    assert codes(verdict) == [Code.SEGMENT_MISSING]
    assert verdict.status is Status.PARTIAL


def test_swapped_and_renumbered_segments_are_seen(tmp_path):
    folder, _ = record(tmp_path, segments=3)
    first, second = folder / "0001.seg", folder / "0002.seg"
    first.rename(tmp_path / "kept")
    second.rename(first)
    (tmp_path / "kept").rename(second)
    assert codes(judged(folder)).count(Code.SPLICED) == 2
    assert judged(folder).status is Status.ALTERED


def test_a_segment_cut_to_nothing_is_seen(sound):
    (sound / "0001.seg").write_bytes(b"")
    assert Code.EMPTY_SEGMENT in codes(judged(sound))
    assert judged(sound).status is Status.ALTERED


@pytest.mark.parametrize("name", ["0001.seg", "0002.seg"])
def test_bytes_after_the_end_are_seen(sound, name):
    with (sound / name).open("ab") as file:
        file.write(b"TCHI")
    assert codes(judged(sound)) == [Code.TRAILING_DATA]
    assert judged(sound).exit_status == 2


def test_a_segment_after_the_final_end_is_seen(sound):
    shutil.copy(sound / "0002.seg", sound / "0003.seg")
    assert Code.SPLICED in codes(judged(sound))
    (sound / "0003.seg").write_bytes(b"")
    assert judged(sound).status is Status.ALTERED


def test_an_unknown_device_cannot_be_judged(closed):
    verdict = judged(closed, devices=DeviceTrust({}))
    assert codes(verdict) == [Code.UNKNOWN_DEVICE]
    assert verdict.exit_status == 3


def test_a_recording_made_again_by_another_device_is_not_taken(tmp_path, monkeypatch):
    folder, _ = record(tmp_path / "true")
    monkeypatch.setattr(cast(), "device", DeviceKey.generate())
    forged, _ = record(tmp_path / "forged")
    assert judged(forged).exit_status == 3
    shutil.copy(forged / "0002.seg", folder / "0002.seg")
    assert judged(folder).exit_status == 2


def test_a_newer_format_is_refused_in_words(sound):
    for name in ("0001.seg", "0002.seg"):
        data = (sound / name).read_bytes()
        (sound / name).write_bytes(with_repaired_checksums(data[:4] + b"\x02" + data[5:], 0, offsets(sound / name)[1]))
    verdict = judged(sound)
    assert verdict.exit_status == 3
    assert "update Tachiai" in verdict.findings[0].sentence


def test_one_segment_of_a_newer_format_among_others_is_an_alteration(sound):
    path = sound / "0001.seg"
    data = path.read_bytes()
    path.write_bytes(with_repaired_checksums(data[:4] + b"\x02" + data[5:], 0, offsets(path)[1]))
    assert Code.VERSION_CHANGED in codes(judged(sound))
    assert judged(sound).exit_status == 2


def test_what_is_not_a_recording_cannot_be_judged(tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    assert judged(empty).exit_status == 3
    (empty / "0001.seg").write_bytes(b"")
    assert judged(empty).exit_status == 3
    for data in (b"x", b"hello " * 1000, b"TCHI", bytes(500), random.Random(1).randbytes(5000)):
        (empty / "0001.seg").write_bytes(data)
        assert judged(empty).exit_status == 3, data[:10]
    file = tmp_path / "file"
    file.write_bytes(b"x")
    assert judged(file).exit_status == 3


def test_what_cannot_be_read_is_a_failed_reading(sound, tmp_path):
    assert judged(tmp_path / "nowhere").exit_status == 4
    for name in ("0002.seg", "0001.seg"):
        (sound / name).rename(tmp_path / name)
        (sound / name).symlink_to(tmp_path / name)
        assert Code.READ_ERROR in codes(judged(sound))
        assert judged(sound).exit_status == 4


def test_an_old_record_cut_off_and_continued_with_a_key_of_ones_own_is_seen(open_ended):
    """The attack on forward-secure logs: truncate, then go on as if nothing had been."""
    path = open_ended / "0002.seg"
    starts, data = offsets(path), path.read_bytes()
    forger = DeviceKey.generate()
    head, body = bytearray(data[starts[3] : starts[3] + 112]), data[starts[3] + 112 : starts[4] - 68]
    head[52:84] = forger.public_bytes
    head[108:112] = struct.pack(">I", zlib.crc32(head[:108]))
    forged = pack_record(bytes(head), body, forger.sign(record_digest(bytes(head), body)))
    path.write_bytes(data[: starts[3]] + forged)
    assert Code.BAD_SIGNATURE in codes(judged(open_ended))
