"""One segment while it is being written: its file, and the keys of its next record, which lie nowhere else."""

import errno
import os
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from recorder.clock import Instant
from recorder.errors import BugError
from recorder.evidence import seal
from recorder.evidence.files import Files
from recorder.evidence.keys import DeviceKey
from recorder.format.header import NO_SIGNATURE, PreviousSegment, SegmentEnd, pack
from recorder.format.record import (
    NO_DIGEST,
    NO_KEY,
    RecordHeader,
    RecordType,
    pack_header,
    pack_record,
    record_digest,
)


@dataclass(frozen=True, slots=True)
class ChunkReceipt:
    """A chunk that is on the disk."""

    segment: int
    sequence: int
    offset_bytes: int
    size_bytes: int
    instant: Instant


class LiveSegment:
    """One segment while it is being written. Any `OSError` out of it means that it is dead."""

    def __init__(self, path: Path, number: int, files: Files) -> None:
        self.path = path
        self.size_bytes = 0
        self.started_boot_ns = 0
        self._number = number
        self._files = files
        self._fd: int | None = None
        self._sequence = 0
        self._digest = NO_DIGEST
        self._header_digest = NO_DIGEST
        self._signer: Ed25519PrivateKey | None = None
        self._chain_key = b""

    def open(self) -> None:
        """Make its file."""
        self._fd = self._files.open_new(self.path)

    def begin(self, body: bytes, root: bytes, instant: Instant, device: DeviceKey) -> None:
        """Write its header, signed by the device."""
        following = Ed25519PrivateKey.generate()
        header = self._header(RecordType.HEADER, len(body), instant, following.public_key().public_bytes_raw())
        digest = record_digest(header, body)
        self._put(pack_record(header, body, device.sign(digest)))
        self._advance(digest, following)
        self._header_digest = digest
        self._chain_key = root
        self.started_boot_ns = instant.boot_ns

    def append(self, kind: RecordType, events: bytes, instant: Instant) -> ChunkReceipt:
        """Seal one chunk and put it on the disk."""
        following = Ed25519PrivateKey.generate()
        public = following.public_key().public_bytes_raw()
        header = self._header(kind, len(events) + seal.TAG_BYTES, instant, public)
        body = seal.seal_body(self._chain_key, header, events)
        self._chain_key = seal.step(self._chain_key)  # before the write: whatever fails in it, no key is used twice
        digest = record_digest(header, body)
        record = pack_record(header, body, self._current_signer().sign(digest))
        offset_bytes, sequence = self.size_bytes, self._sequence
        self._put(record)
        self._advance(digest, following)
        return ChunkReceipt(self._number, sequence, offset_bytes, len(record), instant)

    def end(self, reason: str, instant: Instant, device: DeviceKey, *, final: bool) -> None:
        """Write its end, signed by the device too."""
        unsigned = SegmentEnd(reason, final, records=self._sequence, device_signature=NO_SIGNATURE)
        header = self._header(RecordType.END, len(pack(unsigned)), instant, NO_KEY)
        statement = seal.end_statement(segment_digest=self._header_digest, header_bytes=header, unsigned=pack(unsigned))
        body = pack(msgspec.structs.replace(unsigned, device_signature=device.sign(statement).hex()))
        digest = record_digest(header, body)
        self._put(pack_record(header, body, self._current_signer().sign(digest)))
        self._advance(digest, None)

    def tip(self) -> PreviousSegment:
        """What the next segment says about this one."""
        return PreviousSegment(segment=self._number, records=self._sequence, tip=self._digest.hex())

    def abandon(self) -> None:
        """Forget the keys and let go of the file; it is never written again."""
        self._signer, self._chain_key = None, b""
        fd, self._fd = self._fd, None
        if fd is not None:
            self._files.close(fd)

    def _header(self, kind: RecordType, body_bytes: int, instant: Instant, next_key: bytes) -> bytes:
        return pack_header(
            RecordHeader(
                type=kind,
                body_bytes=body_bytes,
                sequence=self._sequence,
                previous_digest=self._digest,
                next_key=next_key,
                instant=instant,
            )
        )

    def _put(self, record: bytes) -> None:
        if self._fd is None:
            msg = "write to a segment that is not open"
            raise BugError(msg)
        written = self._files.write(self._fd, record)
        if written != len(record):
            # The system says why only at the next write, and there is none: room ran out, as far as is known.
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._files.datasync(self._fd)
        self.size_bytes += len(record)

    def _advance(self, digest: bytes, following: Ed25519PrivateKey | None) -> None:
        self._digest = digest
        self._signer = following
        self._sequence += 1

    def _current_signer(self) -> Ed25519PrivateKey:
        if self._signer is None:
            msg = "a record after the end"
            raise BugError(msg)
        return self._signer
