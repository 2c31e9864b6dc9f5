"""Past a damaged record: what further on is vouched for by a digest that the device signed.

Each record's key is named by the one before, so damage cuts the chain of keys. The chain of digests runs the other way:
from the end record (signed by the device too) or from the next segment's header (which names this one's last digest)
back to the damage. What hangs on it is sound; the rest is not proven, and is not used.
"""

from dataclasses import dataclass

from recorder.evidence.chain import Entry, entry_of
from recorder.evidence.findings import Code
from recorder.evidence.seal import end_statement
from recorder.evidence.segment_file import IncompleteRecordError, SegmentFile
from recorder.evidence.signature import is_signed_by
from recorder.format.header import SegmentEnd, unpack_segment_end, unsigned_end
from recorder.format.record import HEADER_BYTES, DamagedRecordError, Record, RecordType

# A hostile file can hold a damaged head every few bytes, each asking for megabytes to be looked at.
_MOST_DAMAGES = 100
# And name a number that to reach takes for ever: its key is found by counting up to it.
MOST_RECORDS = 1 << 20


@dataclass(frozen=True, slots=True)
class Damaged:
    """A place where a sound record should be, and is not; `sequence` is the one that should be there, if known."""

    code: str
    sequence: int | None
    offset_bytes: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that is undamaged in itself; whether it belongs here is another question."""

    entry: Entry
    previous_digest: bytes
    end: SegmentEnd | None
    end_body: bytes = b""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was found after the damage."""

    sound: list[Entry]
    damages: list[Damaged]
    end: SegmentEnd | None


def recover(
    file: SegmentFile,
    lost: Damaged,
    *,
    device: bytes,
    segment_digest: bytes,
    last_sequence: int,
    tip: bytes | None,
) -> Recovered:
    """Look at the file from the damage on."""
    candidates, damages = _candidates(file, lost)
    by_digest = {candidate.entry.digest: candidate for candidate in candidates}
    ends = [one for one in candidates if _is_signed_end(file, one, device=device, segment_digest=segment_digest)]
    sound: dict[int, Candidate] = {}
    for digest in [tip, *(end.entry.digest for end in ends)]:
        while digest is not None and (candidate := by_digest.get(digest)) is not None:
            sequence = candidate.entry.sequence
            if not last_sequence < sequence < MOST_RECORDS or sequence in sound:
                break
            sound[sequence] = candidate
            digest = candidate.previous_digest
    unproven = [one.entry for one in candidates if one.entry.sequence > last_sequence]
    unproven = [one for one in unproven if one.sequence not in sound and one.offset_bytes != lost.offset_bytes]
    if unproven:
        damages.append(_unproven(unproven))
    end = next((one.end for one in ends if sound.get(one.entry.sequence) is one), None)
    return Recovered(sound=[sound[sequence].entry for sequence in sorted(sound)], damages=damages, end=end)


def _candidates(file: SegmentFile, lost: Damaged) -> tuple[list[Candidate], list[Damaged]]:
    candidates: list[Candidate] = []
    damages = [lost]
    offset: int | None = lost.offset_bytes
    while offset is not None and len(damages) <= _MOST_DAMAGES:
        try:
            record = file.record_at(offset)
        except (IncompleteRecordError, DamagedRecordError) as damage:
            if offset != lost.offset_bytes and isinstance(damage, DamagedRecordError):
                damages.append(Damaged(str(damage.code), None, offset, str(damage)))
            offset = file.next_header(offset + 1)
            continue
        candidates.append(_candidate(offset, record))
        offset += record.header.record_bytes
        if offset >= file.size_bytes:
            break
    return candidates, damages


def _candidate(offset: int, record: Record) -> Candidate:
    header = record.header
    end, end_body = None, b""
    if header.kind is RecordType.END:
        try:
            end, end_body = unpack_segment_end(record.body), bytes(record.body)
        except DamagedRecordError:
            end = None
    return Candidate(entry_of(record, offset), header.previous_digest, end, end_body)


def _is_signed_end(file: SegmentFile, candidate: Candidate, *, device: bytes, segment_digest: bytes) -> bool:
    if candidate.end is None or candidate.end.records != candidate.entry.sequence:
        return False
    header_bytes = file.read(candidate.entry.offset_bytes, HEADER_BYTES)
    return is_end_signed(candidate.end_body, header_bytes, device=device, segment_digest=segment_digest)


def is_end_signed(body: bytes | memoryview, header_bytes: bytes, *, device: bytes, segment_digest: bytes) -> bool:
    """Whether the device signed this sound body of an end record of this segment."""
    try:
        signature = bytes.fromhex(unpack_segment_end(body).device_signature)
    except ValueError:
        return False
    statement = end_statement(segment_digest=segment_digest, header_bytes=header_bytes, unsigned=unsigned_end(body))
    return is_signed_by(device, signature, statement)


def _unproven(records: list[Entry]) -> Damaged:
    first, last = records[0], records[-1]
    sentence = (
        f"{len(records)} whole records ({first.sequence} to {last.sequence}) come after a damaged one, and nothing "
        "signed vouches for them."
    )
    return Damaged(Code.UNPROVEN, first.sequence, first.offset_bytes, sentence)
