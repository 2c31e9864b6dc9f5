"""Follow a segment's digests from record to record: all that a signature at its end vouches for, in one pass.

A seek waits for it. `SegmentFile.record_at` finds the same of each record, and says what is wrong with one that is
none, in twice the time.
"""

import hashlib
import zlib
from dataclasses import dataclass

from recorder.clock import Instant
from recorder.evidence.segment_file import SegmentFile
from recorder.format.record import (
    CRC_BYTES,
    DIGEST_CONTEXT,
    HEADER_BYTES,
    MAGIC,
    MAJOR,
    OVERHEAD_BYTES,
    TRAILER_BYTES,
    Record,
    RecordType,
    crc_at,
    fixed_at,
    most_body_bytes,
)

_BLOCK_BYTES = 1 << 18
_FIXED_BYTES = HEADER_BYTES - CRC_BYTES
_LIMITS_BYTES = {kind: most_body_bytes(kind) for kind in (RecordType.EVENTS, RecordType.HEARTBEAT, RecordType.END)}
_KINDS = {int(kind): kind for kind in _LIMITS_BYTES}


@dataclass(frozen=True, slots=True)
class Entry:
    """A sound record: where it lies, and the digest that it must still have when it is read again."""

    offset_bytes: int
    size_bytes: int
    sequence: int
    kind: RecordType | None
    instant: Instant
    digest: bytes


def entry_of(record: Record, offset_bytes: int) -> Entry:
    """Of a sound record that lies there."""
    header = record.header
    return Entry(offset_bytes, header.record_bytes, header.sequence, header.kind, header.instant, record.digest)


def follow(file: SegmentFile, offset_bytes: int, sequence: int, digest: bytes, key: bytes) -> tuple[list[Entry], bytes]:
    """The records from here to the segment's end, and the key that the one before the end names; none if any is amiss.

    Each is whole, and follows the one before it by its number and by its digest. No signature is looked at; `digest`
    and `key` are what the record before names.
    """
    entries: list[Entry] = []
    context = hashlib.sha256(DIGEST_CONTEXT)
    block, block_at, at = b"", offset_bytes, 0
    while True:
        if len(block) - at < HEADER_BYTES:
            block, block_at, at = file.read(block_at + at, _BLOCK_BYTES), block_at + at, 0
            if len(block) < HEADER_BYTES:
                return [], key
        magic, major, _, kind_number, _, body_bytes, number, previous, next_key, *clocks = fixed_at(block, at)
        kind, size = _KINDS.get(kind_number), body_bytes + OVERHEAD_BYTES
        if kind is None or (magic, major, number, previous) != (MAGIC, MAJOR, sequence, digest):
            return [], key
        if body_bytes > _LIMITS_BYTES[kind]:
            return [], key
        if len(block) - at < size:
            block, block_at, at = file.read(block_at + at, max(size, _BLOCK_BYTES)), block_at + at, 0
        view = memoryview(block)[at : at + size]
        if len(view) < size or not _is_undamaged(view):
            return [], key
        content = context.copy()
        content.update(view[:-TRAILER_BYTES])
        digest = content.digest()
        entries.append(Entry(block_at + at, size, sequence, kind, Instant(*clocks), digest))
        if kind is RecordType.END:
            return entries, key
        at, sequence, key = at + size, sequence + 1, next_key


def _is_undamaged(record: memoryview) -> bool:
    is_head_whole = zlib.crc32(record[:_FIXED_BYTES]) == crc_at(record, _FIXED_BYTES)
    end = len(record) - CRC_BYTES
    return is_head_whole and zlib.crc32(record[:end]) == crc_at(record, end)
