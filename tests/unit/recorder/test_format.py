"""The bytes of a record, and the JSON of headers: whole or refused, never half read."""

import json
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from recorder.clock import Instant
from recorder.errors import WorldError
from recorder.evidence.findings import Status
from recorder.evidence.reader import RecordingReader
from recorder.format.header import SegmentEnd, canonical, pack, unpack_segment_end, unpack_segment_header
from recorder.format.record import (
    HEADER_BYTES,
    MAX_BODY_BYTES,
    Damage,
    DamagedRecordError,
    NewerFormatError,
    RecordHeader,
    RecordType,
    pack_header,
    pack_record,
    record_digest,
    unpack_header,
    unpack_record,
)
from tests.evidence_kit import cast, copied, independent, judged, offsets, record, with_repaired_checksums

HEADER = RecordHeader(
    type=RecordType.EVENTS,
    body_bytes=5,
    sequence=7,
    previous_digest=bytes(range(32)),
    next_key=bytes(range(32, 64)),
    instant=Instant(monotonic_ns=1, boot_ns=2, wall_ns=3),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return record(tmp_path_factory.mktemp("recording"), segments=1, chunks=2)[0]


@pytest.fixture(scope="module")
def header_body(folder):
    data = (folder / "0001.seg").read_bytes()
    return data[HEADER_BYTES : HEADER_BYTES + unpack_header(data[:HEADER_BYTES]).body_bytes]


def code_of(call, *arguments):
    with pytest.raises(DamagedRecordError) as caught:
        call(*arguments)
    assert str(caught.value)
    return caught.value.code


def test_a_header_comes_back_as_it_was():
    data = pack_header(HEADER)
    assert len(data) == HEADER_BYTES
    assert unpack_header(data) == HEADER


def test_the_layout_is_the_documented_one():
    data = pack_header(HEADER)
    assert data[:8] == b"TCHI\x01\x00\x02\x00"
    assert data[8:12] == b"\0\0\0\x05"
    assert data[12:20] == b"\0\0\0\0\0\0\0\x07"
    assert data[20:52] == bytes(range(32))
    assert data[52:84] == bytes(range(32, 64))
    assert data[84:108] == b"".join(number.to_bytes(8, "big") for number in (1, 2, 3))


def test_a_record_comes_back_as_it_was():
    head = pack_header(HEADER)
    data = pack_record(head, b"hello", bytes(64))
    found = unpack_record(HEADER, data)
    assert (bytes(found.body), found.signature, found.digest) == (b"hello", bytes(64), record_digest(head, b"hello"))
    assert len(data) == HEADER.record_bytes


@pytest.mark.parametrize("place", range(HEADER_BYTES))
def test_a_changed_byte_of_a_header_is_seen(place):
    data = bytearray(pack_header(HEADER))
    data[place] ^= 0x10
    assert code_of(unpack_header, bytes(data)) == (Damage.BAD_MAGIC if place < 4 else Damage.HEADER_CRC)


@pytest.mark.parametrize(
    ("kind", "most"),
    [(RecordType.HEADER, 65536), (RecordType.END, 4096), (RecordType.EVENTS, MAX_BODY_BYTES), (77, MAX_BODY_BYTES)],
)
def test_a_length_above_the_kinds_limit_is_refused(kind, most):
    def sized(count):
        return pack_header(RecordHeader(kind, count, 0, bytes(32), bytes(32), HEADER.instant))

    assert unpack_header(sized(most)).body_bytes == most
    assert code_of(unpack_header, sized(most + 1)) == Damage.LENGTH_LIMIT


def test_a_newer_major_version_is_refused_in_words_and_a_newer_minor_one_is_read():
    newer = pack_header(RecordHeader(2, 0, 0, bytes(32), bytes(32), HEADER.instant, major=2))
    with pytest.raises(NewerFormatError, match="update Tachiai"):
        unpack_header(newer)
    minor = pack_header(RecordHeader(2, 0, 0, bytes(32), bytes(32), HEADER.instant, minor=9))
    assert unpack_header(minor).minor == 9


def test_a_kind_of_record_that_is_not_known_has_no_name():
    assert RecordHeader(77, 0, 0, bytes(32), bytes(32), HEADER.instant).kind is None


def test_a_header_comes_back_and_is_written_one_way_only(header_body):
    header = unpack_segment_header(header_body)
    assert pack(header) == header_body
    spaced = json.dumps(json.loads(header_body)).encode()
    assert code_of(unpack_segment_header, spaced) == Damage.HEADER_PARSE


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"a":1,"a":1}',
        b"[" * 60_000,
        b'{"a":1e999}',
        b'{"a":NaN}',
        b"1" * 60_000,
        b'"\\ud800"',
        b"null",
    ],
)
def test_what_is_no_header_is_refused_and_never_crashes(body):
    assert code_of(unpack_segment_header, body) == Damage.HEADER_PARSE
    assert code_of(unpack_segment_end, body) == Damage.END_PARSE
    with pytest.raises(independent().DamagedError):
        independent().parse_header(body)


def test_a_key_that_stands_twice_is_refused(header_body):
    doubled = header_body.replace(b'"host":"db1"', b'"host":"db1","host":"db1"')
    assert code_of(unpack_segment_header, doubled) == Damage.HEADER_PARSE
    with pytest.raises(independent().DamagedError):
        independent().parse_header(doubled)


def test_a_later_minor_version_may_say_more(header_body):
    more = canonical(json.loads(header_body) | {"zone": "Asia/Tokyo"})
    assert unpack_segment_header(more).operator == "olga"
    assert independent().parse_header(more)["operator"] == "olga"


def test_an_end_comes_back_as_it_was():
    end = SegmentEnd(reason="asked", final=True, records=4, device_signature="00" * 64)
    assert unpack_segment_end(pack(end)) == end


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(changes=st.dictionaries(st.sampled_from(["segment", "started", "previous", "wraps", "device", "host"]), JSON))
@example(changes={"previous": {"segment": -5, "records": 0, "tip": ""}})
def test_headers_with_odd_values_are_read_or_refused_alike_by_both_verifiers(header_body, changes):
    body = canonical(json.loads(header_body) | changes)
    try:
        unpack_segment_header(body)
        is_taken = True
    except DamagedRecordError:
        is_taken = False
    try:
        independent().parse_header(body)
        is_taken_too = True
    except independent().DamagedError:
        is_taken_too = False
    assert is_taken == is_taken_too


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=400) | st.binary(max_size=300).map(lambda tail: b"TCHI" + tail))
def test_any_bytes_as_a_segment_get_a_verdict(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("any")
    (folder / "0001.seg").write_bytes(data)
    assert judged(folder).status in (Status.CANNOT_JUDGE, Status.ALTERED)


@st.composite
def edits(draw):
    """Cuts, insertions and overwrites of a file, some with their checksums made right."""
    return draw(
        st.lists(
            st.tuples(
                st.sampled_from(["cut", "insert", "overwrite", "repeat", "forge"]),
                st.integers(0, 5000),
                st.binary(min_size=1, max_size=40),
            ),
            min_size=1,
            max_size=4,
        )
    )


@settings(max_examples=150, deadline=None)
@given(edits=edits())
def test_any_editing_of_a_recording_is_seen_by_both_verifiers_and_read_without_a_crash(folder, tmp_path_factory, edits):
    changed = copied(folder, tmp_path_factory.mktemp("edited") / "copy")
    path = changed / "0001.seg"
    whole, starts = path.read_bytes(), offsets(path)
    data = whole
    for kind, where, piece in edits:
        data = edited(data, kind, where, piece, starts)
    path.write_bytes(data)
    verdict = judged(changed)
    assert (verdict.status is Status.SOUND) == (data == whole)
    try:
        reader = RecordingReader.open(changed, keys=cast().keys, devices=cast().devices)
    except WorldError as error:
        assert str(error)
        return
    untouched = [
        chunk.body for chunk in RecordingReader.open(folder, keys=cast().keys, devices=cast().devices).chunks(1)
    ]
    assert all(chunk.body in untouched for chunk in reader.chunks(1))


def edited(data, kind, where, piece, starts):
    where %= len(data) + 1
    match kind:
        case "cut":
            return data[:where] + data[where + len(piece) :]
        case "insert":
            return data[:where] + piece + data[where:]
        case "overwrite":
            return data[:where] + piece + data[where + len(piece) :]
        case "repeat":
            return data[:where] + data[max(0, where - 300) : where] + data[where:]
        case _:
            start, end = starts[where % (len(starts) - 1)], starts[where % (len(starts) - 1) + 1]
            if len(data) < end:
                return data
            place = start + where % (end - start)
            return with_repaired_checksums(data[:place] + piece[:1] + data[place + 1 :], start, end)


def test_a_hostile_length_takes_no_memory(tmp_path):
    head = pack_header(RecordHeader(2, MAX_BODY_BYTES, 0, bytes(32), bytes(32), HEADER.instant))
    (tmp_path / "0001.seg").write_bytes(head * 2000)
    tracemalloc.start()
    judged(tmp_path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 * 1024 * 1024
