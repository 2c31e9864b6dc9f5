"""Walk one segment and tell what in it is sound: each record's signature, before anything in it is used."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recorder.evidence.chain import Entry, entry_of, follow
from recorder.evidence.findings import Code
from recorder.evidence.recovery import Damaged, is_end_signed, recover
from recorder.evidence.segment_file import IncompleteRecordError, SegmentFile
from recorder.evidence.signature import is_signed_by
from recorder.format.header import (
    PreviousSegment,
    SegmentEnd,
    SegmentHeader,
    unpack_segment_end,
    unpack_segment_header,
)
from recorder.format.record import (
    HEADER_BYTES,
    MAGIC,
    NO_DIGEST,
    NO_KEY,
    DamagedRecordError,
    NewerFormatError,
    Record,
    RecordType,
    has_only_its_magic_wrong,
)


@dataclass(frozen=True, slots=True)
class Tail:
    """What lies after the last sound record and is no record: `code` TORN_TAIL, TORN_TAIL_ZEROS, or what it is else."""

    code: str
    offset_bytes: int
    size_bytes: int
    sentence: str


class SegmentScan:
    """What is known of one segment so far. `advance` goes on where the last one stopped."""

    def __init__(self, path: Path, number: int) -> None:
        self.path = path
        self.number = number
        self.header: SegmentHeader | None = None
        self.entries: list[Entry] = []
        self.end: SegmentEnd | None = None
        self.damages: list[Damaged] = []
        self.newer: NewerFormatError | None = None
        self.size_bytes = 0
        self._offset = 0
        self._expected_key = b""
        self._digest = NO_DIGEST
        self._lost: Damaged | None = None
        self._kept = 0

    @property
    def is_stopped(self) -> bool:
        """Whether nothing more can follow: an end, damage, or another format."""
        return self.end is not None or self._lost is not None or self.newer is not None

    @property
    def device_bytes(self) -> bytes:
        """The public key of the device that signed the header; empty while no header is known."""
        return bytes.fromhex(self.header.device) if self.header is not None else b""

    @property
    def is_lost(self) -> bool:
        """Whether a damaged record was met, so that only a signed digest further on can vouch for what follows."""
        return self._lost is not None

    def after(self, sequence: int) -> int:
        """The place in `entries` of the first one after this sequence."""
        return bisect_right(self.entries, sequence, key=lambda entry: entry.sequence)

    def step(self, file: SegmentFile) -> Entry | None:
        """Look at one more record; None if there is none, or it is not whole yet, or it is damaged."""
        self.size_bytes = file.size_bytes
        if self.is_stopped:
            return None
        try:
            record = file.record_at(self._offset)
            self._judge(record)
        except IncompleteRecordError:
            return None
        except NewerFormatError as newer:
            self._refuse(newer)
            return None
        except DamagedRecordError as damage:
            if not file.is_torn_by_zeros(self._offset):
                self._lose(str(damage.code), str(damage))
            return None
        except _UnsoundError as unsound:
            self._lose(unsound.code, str(unsound))
            return None
        return self._accept(record)

    def take_vouched(self, file: SegmentFile) -> None:
        """Take all that is left of an ended segment at once, if the device's signature at its end vouches for it.

        The end names the digest of the record before it, and so on to the header: one signature proves what else takes
        one for each record. Where anything is amiss nothing is taken, and `step` finds out what.

        The end's own one-time signature is looked at as well, and only kinds whose content must decrypt are taken: so
        even the device's key does not let anybody cut a segment and end it anew without being seen here.
        """
        if self.is_stopped or self.header is None:
            return
        entries, key = follow(file, self._offset, len(self.entries), self._digest, self._expected_key)
        end = self._end_after(file, entries, key)
        if end is None:
            return
        self.size_bytes = file.size_bytes
        self.entries += entries
        self._kept = len(self.entries)
        last = entries[-1]
        self._offset, self._digest, self._expected_key = last.offset_bytes + last.size_bytes, last.digest, NO_KEY
        self.end = end

    def _end_after(self, file: SegmentFile, entries: Sequence[Entry], key: bytes) -> SegmentEnd | None:
        """What the last of these records says, if it is signed as an end of this segment and by the key it was to be.

        The content of the others is read again when it is opened: only what proves it is kept.
        """
        if not entries:
            return None
        last = entries[-1]
        try:
            record = file.record_at(last.offset_bytes)
            end = self._signed_end(record)
        except (IncompleteRecordError, DamagedRecordError):
            return None
        is_last = record.digest == last.digest and is_signed_by(key, record.signature, record.digest)
        return end if is_last else None

    def advance(self, file: SegmentFile) -> None:
        """Look at all there is."""
        while self.step(file) is not None:
            pass

    def settle(self, file: SegmentFile, tip: PreviousSegment | None) -> None:
        """After damage, find what is sound further on, vouched for by `tip` (the next segment's word) or by the end."""
        if self._lost is None or self.header is None:
            self.damages = [self._lost] if self._lost is not None else []
            return
        segment_digest = self.entries[0].digest
        found = recover(
            file,
            self._lost,
            device=self.device_bytes,
            segment_digest=segment_digest,
            last_sequence=self.entries[self._kept - 1].sequence,
            tip=bytes.fromhex(tip.tip) if tip is not None else None,
        )
        self.damages = found.damages
        self.entries[self._kept :] = found.sound
        self.end = found.end

    def tail(self, file: SegmentFile) -> Tail | None:
        """What lies after the last sound record; None if nothing does, or the segment is damaged or newer."""
        left = file.size_bytes - self._offset
        if left <= 0 or self._lost is not None or self.newer is not None:
            return None
        if self.end is not None:
            return Tail(Code.TRAILING_DATA, self._offset, left, f"{left} bytes follow the end of the segment.")
        if file.is_torn_by_zeros(self._offset):
            sentence = f"The last write was cut off: {left} bytes, zeros at their end, are not a chunk."
            return Tail(Code.TORN_TAIL_ZEROS, self._offset, left, sentence)
        if (odd := self._odd_tail(file)) is not None:
            return odd
        sentence = f"The last write was cut off: {left} bytes are the beginning of a chunk that was never acknowledged."
        return Tail(Code.TORN_TAIL, self._offset, left, sentence)

    def _odd_tail(self, file: SegmentFile) -> Tail | None:
        left = file.size_bytes - self._offset
        start = file.read(self._offset, len(MAGIC))
        if start != MAGIC[: len(start)]:
            return Tail(Code.TRAILING_DATA, self._offset, left, f"{left} bytes follow that no recorder wrote.")
        try:
            header = file.header_at(self._offset)
        except IncompleteRecordError:
            return None
        if header.sequence != len(self.entries) or header.previous_digest != self._digest:
            return Tail(Code.CHAIN_BREAK, self._offset, left, "The piece at the end is not of this place.")
        return None

    def _judge(self, record: Record) -> None:
        if not self.entries:
            self._judge_first(record)
            return
        header = record.header
        if header.kind is RecordType.HEADER:
            raise _UnsoundError(Code.SECOND_HEADER, "A second header stands in the middle of the segment.")
        if header.sequence != len(self.entries):
            sentence = f"Record {len(self.entries)} should stand here, and record {header.sequence} does."
            raise _UnsoundError(Code.SEQ_GAP, sentence)
        if header.previous_digest != self._digest:
            raise _UnsoundError(Code.CHAIN_BREAK, "This record does not follow the one before it.")
        if not is_signed_by(self._expected_key, record.signature, record.digest):
            raise _UnsoundError(Code.BAD_SIGNATURE, "This record is not signed with the key that the one before names.")
        if header.kind is RecordType.END:
            self._judge_end(record)

    def _judge_end(self, record: Record) -> None:
        self.end = self._signed_end(record)
        if self.end is None:
            raise _UnsoundError(Code.BAD_SIGNATURE, "The end of the segment is not signed by its device.")

    def _signed_end(self, record: Record) -> SegmentEnd | None:
        """What an end record says, if the device signed it as the end of this segment."""
        end = unpack_segment_end(record.body)
        device, segment_digest = self.device_bytes, self.entries[0].digest
        is_signed = is_end_signed(record.body, record.header_bytes, device=device, segment_digest=segment_digest)
        return end if is_signed and end.records == record.header.sequence else None

    def _judge_first(self, record: Record) -> None:
        header = record.header
        if header.kind is not RecordType.HEADER:
            raise _UnsoundError(Code.NO_HEADER, "The segment does not begin with a header.")
        if header.sequence != 0 or header.previous_digest != NO_DIGEST:
            raise _UnsoundError(Code.CHAIN_BREAK, "The header is not numbered as the first record.")
        parsed = unpack_segment_header(record.body)
        if not is_signed_by(bytes.fromhex(parsed.device), record.signature, record.digest):
            raise _UnsoundError(Code.BAD_SIGNATURE, "The header is not signed by the device that it names.")
        self.header = parsed

    def _accept(self, record: Record) -> Entry:
        header = record.header
        entry = entry_of(record, self._offset)
        self.entries.append(entry)
        self._kept = len(self.entries)
        self._offset += header.record_bytes
        self._expected_key = header.next_key
        self._digest = record.digest
        return entry

    def _refuse(self, newer: NewerFormatError) -> None:
        if self.entries:
            self._lose(Code.VERSION_CHANGED, "A record of another format stands in the middle of the segment.")
        else:
            self.newer = newer

    def _lose(self, code: str, sentence: str) -> None:
        self.end = None
        self._lost = Damaged(code=code, sequence=len(self.entries), offset_bytes=self._offset, sentence=sentence)
        self.damages = [self._lost]


class _UnsoundError(Exception):
    def __init__(self, code: Code, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def is_something_else(file: SegmentFile) -> bool:
    """Whether this file, whose first record is damaged, holds no trace of a recording at all."""
    start = file.read(0, HEADER_BYTES)
    return start[:4] != MAGIC and not has_only_its_magic_wrong(start) and file.next_header(0) is None
