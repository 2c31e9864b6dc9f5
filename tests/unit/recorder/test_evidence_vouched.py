"""An ended segment is proven at once by its device's signature at the end, and by nothing less."""

import msgspec
import numpy as np
import pytest

from recorder.evidence import chain
from recorder.evidence.keys import DeviceKey
from recorder.evidence.scan import SegmentScan
from recorder.evidence.segment_file import SegmentFile
from recorder.format.header import pack, unpack_segment_end
from recorder.format.record import HEADER_BYTES, pack_record
from tests import recordings
from tests.recordings import Desk


@pytest.fixture
def path(tmp_path):
    desk = Desk(tmp_path)
    recordings.work(desk, 8)
    return desk.close().folder / "0001.seg"


def begun(path):
    scan = SegmentScan(path, 1)
    with SegmentFile(path) as file:
        scan.step(file)
    return scan


def vouched(path):
    scan = begun(path)
    with SegmentFile(path) as file:
        scan.take_vouched(file)
    return scan


def test_it_finds_what_a_look_at_every_signature_finds(path):
    slow = begun(path)
    with SegmentFile(path) as file:
        slow.advance(file)
    quick = vouched(path)
    assert quick.entries == slow.entries
    assert quick.end == slow.end is not None
    assert quick.damages == []
    with SegmentFile(path) as file:
        assert quick.tail(file) is None


@pytest.mark.parametrize("block_bytes", [112, 300, 1000, 5000])
def test_it_finds_the_same_however_much_of_the_file_it_reads_at_once(path, monkeypatch, block_bytes):
    whole = vouched(path)
    assert max(entry.size_bytes for entry in whole.entries) > 300
    monkeypatch.setattr(chain, "_BLOCK_BYTES", block_bytes)
    assert vouched(path).entries == whole.entries


def test_it_goes_on_from_where_the_slow_look_stopped(path):
    whole = vouched(path)
    scan = begun(path)
    with SegmentFile(path) as file:
        scan.step(file)
        scan.step(file)
        scan.take_vouched(file)
    assert scan.entries == whole.entries


def test_a_change_anywhere_and_nothing_is_taken(path):
    good = path.read_bytes()
    first_bytes = begun(path).entries[0].size_bytes
    for offset in np.random.default_rng(2).integers(first_bytes, len(good), 60).tolist():
        path.write_bytes(good)
        recordings.flip(path, offset)
        assert len(vouched(path).entries) == 1, f"flip at {offset}"


def test_a_segment_that_was_not_ended_is_looked_at_record_by_record(path):
    last = vouched(path).entries[-1]
    path.write_bytes(path.read_bytes()[: last.offset_bytes])
    scan = vouched(path)
    assert len(scan.entries) == 1
    assert not scan.is_stopped


def test_an_end_that_another_device_signed_vouches_for_nothing(path):
    last = vouched(path).entries[-1]
    content = path.read_bytes()
    record = content[last.offset_bytes :]
    with SegmentFile(path) as file:
        end = unpack_segment_end(file.record_at(last.offset_bytes).body)
    forged = msgspec.structs.replace(end, device_signature=DeviceKey.generate().sign(b"anything").hex())
    path.write_bytes(content[: last.offset_bytes] + pack_record(record[:HEADER_BYTES], pack(forged), bytes(64)))
    assert len(vouched(path).entries) == 1
