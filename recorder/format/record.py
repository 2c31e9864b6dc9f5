"""One record of a segment in bytes: a fixed header, a body, a signature; every limit is checked before allocating.

    header   112 bytes   see `RecordHeader`; the last four are a CRC over the 108 before them
    body     as long as the header says
    sig       64 bytes   Ed25519 over `record_digest`
    crc        4 bytes   CRC-32 over everything before it, to tell damage from forgery; no security in it

All numbers are big endian. The first 112 bytes of a segment keep this layout in every version to come, so that a newer
one can be refused in words. `docs/recording-format.md` is the whole format for third parties.
"""

import hashlib
import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

from recorder.clock import Instant
from recorder.errors import WorldError

MAGIC = b"TCHI"
MAJOR = 1
MINOR = 0

HEADER_BYTES = 112
SIGNATURE_BYTES = 64
CRC_BYTES = 4
TRAILER_BYTES = SIGNATURE_BYTES + CRC_BYTES
OVERHEAD_BYTES = HEADER_BYTES + TRAILER_BYTES
DIGEST_BYTES = 32
KEY_BYTES = 32

MAX_HEADER_BODY_BYTES = 64 * 1024
MAX_END_BODY_BYTES = 4 * 1024
MAX_BODY_BYTES = 16 * 1024 * 1024

NO_DIGEST = bytes(DIGEST_BYTES)
NO_KEY = bytes(KEY_BYTES)

_FIXED = struct.Struct(">4sBBBBIQ32s32sQQQ")
_CRC = struct.Struct(">I")
DIGEST_CONTEXT = b"tachiai/record/1\x00"


class RecordType(IntEnum):
    """What a record is."""

    HEADER = 1
    EVENTS = 2
    HEARTBEAT = 3
    END = 4


class Damage(StrEnum):
    """What is wrong with bytes that should be a record: stable names, `verify` shows them."""

    BAD_MAGIC = "BAD_MAGIC"
    HEADER_CRC = "HEADER_CRC"
    LENGTH_LIMIT = "LENGTH_LIMIT"
    CRC_MISMATCH = "CRC_MISMATCH"
    NEWER_VERSION = "NEWER_VERSION"
    HEADER_PARSE = "HEADER_PARSE"
    END_PARSE = "END_PARSE"


_KNOWN_TYPES = {int(kind): kind for kind in RecordType}


class DamagedRecordError(WorldError):
    """These bytes are not a record that a recorder wrote; `code` is the stable name of what is wrong."""

    exit_status = 2

    def __init__(self, code: Damage, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class NewerFormatError(DamagedRecordError):
    """The record is whole, but of a format that this version does not know."""

    exit_status = 3


@dataclass(frozen=True, slots=True)
class RecordHeader:
    """The fixed part of a record. `type` is a plain number, since a newer minor version may add kinds."""

    type: int
    body_bytes: int
    sequence: int
    previous_digest: bytes
    next_key: bytes
    instant: Instant
    flags: int = 0
    major: int = MAJOR
    minor: int = MINOR

    @property
    def record_bytes(self) -> int:
        """How long the whole record is."""
        return OVERHEAD_BYTES + self.body_bytes

    @property
    def kind(self) -> RecordType | None:
        """What the record is; None for a kind that this version does not know."""
        return _KNOWN_TYPES.get(self.type)


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it was read: whole and undamaged, its signature not yet looked at."""

    header: RecordHeader
    header_bytes: bytes
    body: memoryview
    signature: bytes
    digest: bytes


def pack_header(header: RecordHeader) -> bytes:
    """The 112 bytes of a header."""
    fixed = _FIXED.pack(
        MAGIC,
        header.major,
        header.minor,
        header.type,
        header.flags,
        header.body_bytes,
        header.sequence,
        header.previous_digest,
        header.next_key,
        header.instant.monotonic_ns,
        header.instant.boot_ns,
        header.instant.wall_ns,
    )
    return fixed + _CRC.pack(zlib.crc32(fixed))


def fixed_at(data: bytes, at: int) -> tuple[Any, ...]:
    """What stands in the header that begins here, in its order and unchecked, up to its CRC."""
    return _FIXED.unpack_from(data, at)


def crc_at(data: bytes | memoryview, at: int) -> int:
    """The CRC that stands here."""
    found: int = _CRC.unpack_from(data, at)[0]
    return found


def record_digest(header_bytes: bytes, body: bytes | memoryview) -> bytes:
    """What is signed, and what the next record names as the one before it."""
    digest = hashlib.sha256(DIGEST_CONTEXT)
    digest.update(header_bytes)
    digest.update(body)
    return digest.digest()


def pack_record(header_bytes: bytes, body: bytes, signature: bytes) -> bytes:
    """A whole record, ready for one write."""
    content = b"".join((header_bytes, body, signature))
    return content + _CRC.pack(zlib.crc32(content))


def unpack_header(data: bytes) -> RecordHeader:
    """Read the first 112 bytes of a record.

    Raises:
        NewerFormatError: it is whole, but of another major version.
        DamagedRecordError: BAD_MAGIC, HEADER_CRC or LENGTH_LIMIT.
    """
    if data[:4] != MAGIC:
        raise DamagedRecordError(Damage.BAD_MAGIC, "No record begins here, where one should.")
    if zlib.crc32(data[: HEADER_BYTES - CRC_BYTES]) != _CRC.unpack_from(data, HEADER_BYTES - CRC_BYTES)[0]:
        raise DamagedRecordError(Damage.HEADER_CRC, "The head of this record is damaged.")
    _, major, minor, kind, flags, body_bytes, sequence, previous, next_key, *clocks = _FIXED.unpack_from(data)
    if major != MAJOR:
        sentence = f"This is format {major}.{minor}, and this version reads format {MAJOR}; update Tachiai to judge it."
        raise NewerFormatError(Damage.NEWER_VERSION, sentence)
    if body_bytes > most_body_bytes(kind):
        raise DamagedRecordError(
            Damage.LENGTH_LIMIT, f"This record claims {body_bytes} bytes, more than any record has."
        )
    return RecordHeader(
        type=kind,
        body_bytes=body_bytes,
        sequence=sequence,
        previous_digest=previous,
        next_key=next_key,
        instant=Instant(monotonic_ns=clocks[0], boot_ns=clocks[1], wall_ns=clocks[2]),
        flags=flags,
        major=major,
        minor=minor,
    )


def unpack_record(header: RecordHeader, data: bytes) -> Record:
    """The record whose header was read already; `data` is all of it and nothing more.

    Raises:
        DamagedRecordError: CRC_MISMATCH.
    """
    view = memoryview(data)
    signed_end = HEADER_BYTES + header.body_bytes
    if zlib.crc32(view[:-CRC_BYTES]) != _CRC.unpack_from(data, len(data) - CRC_BYTES)[0]:
        raise DamagedRecordError(Damage.CRC_MISMATCH, "This record's bytes are not those that were written.")
    header_bytes = data[:HEADER_BYTES]
    body = view[HEADER_BYTES:signed_end]
    return Record(
        header=header,
        header_bytes=header_bytes,
        body=body,
        signature=data[signed_end : signed_end + SIGNATURE_BYTES],
        digest=record_digest(header_bytes, body),
    )


def has_only_its_magic_wrong(data: bytes) -> bool:
    """Whether these 112 bytes would be a header if the magic were right: an altered recording, not some other file."""
    fixed = MAGIC + data[4 : HEADER_BYTES - CRC_BYTES]
    return len(data) >= HEADER_BYTES and data[HEADER_BYTES - CRC_BYTES : HEADER_BYTES] == _CRC.pack(zlib.crc32(fixed))


def most_body_bytes(kind: int) -> int:
    """How long the body of a record of this kind may be."""
    if kind == RecordType.HEADER:
        return MAX_HEADER_BODY_BYTES
    if kind == RecordType.END:
        return MAX_END_BODY_BYTES
    return MAX_BODY_BYTES
