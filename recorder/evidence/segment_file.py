"""A segment's file for reading: records at offsets, never more memory than the format's limits."""

import os
import re
import stat
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Self

from recorder.format.record import (
    CRC_BYTES,
    HEADER_BYTES,
    MAGIC,
    MAX_BODY_BYTES,
    OVERHEAD_BYTES,
    DamagedRecordError,
    Record,
    RecordHeader,
    unpack_header,
    unpack_record,
)

# Nearly a year of one session; more would only be there to exhaust us.
_NAME = re.compile(r"([0-9]{4,5})\.seg")
_BLOCK_BYTES = 1024 * 1024
# Records follow each other: what lies behind one is read with it.
_AHEAD_BYTES = 128 * 1024
# A recorder begins another after 64 MiB; a file with a hole can be as large as it likes, and takes no room.
MOST_FILE_BYTES = 1 << 30
_MOST_TAIL_BYTES = OVERHEAD_BYTES + MAX_BODY_BYTES
_SECTOR_BYTES = 512


class IncompleteRecordError(Exception):
    """The file ends before this record does."""


def segment_files(folder: Path) -> dict[int, Path]:
    """The segments in this folder by their numbers, in order.

    Raises:
        OSError: the folder cannot be read.
    """
    named = ((match, entry) for entry in os.scandir(folder) if (match := _NAME.fullmatch(entry.name)))
    found = {int(match[1]): folder / entry.name for match, entry in named if entry.name == f"{int(match[1]):04}.seg"}
    return dict(sorted(found.items()))


class SegmentFile:
    """An open segment. `size_bytes` is its length when it was opened: what came since is seen by opening again."""

    def __init__(self, path: Path) -> None:
        # Not through a link, and never waiting on a pipe that was put in its place.
        self._fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        facts = os.fstat(self._fd)
        if not stat.S_ISREG(facts.st_mode):
            os.close(self._fd)
            msg = "not an ordinary file"
            raise OSError(msg)
        if facts.st_size > MOST_FILE_BYTES:
            os.close(self._fd)
            msg = "larger than any segment"
            raise OSError(msg)
        self.size_bytes = facts.st_size
        self._block = b""
        self._block_at = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._fd)

    def read(self, offset_bytes: int, count: int) -> bytes:
        """These bytes, or fewer where the file ends."""
        return os.pread(self._fd, max(0, min(count, self.size_bytes - offset_bytes)), offset_bytes)

    def read_in_order(self, offset_bytes: int, count: int) -> bytes:
        """The same, for one after the other: these may be bytes that were read, with those before them, a while ago."""
        start = offset_bytes - self._block_at
        if start < 0 or start + count > len(self._block):
            self._block = self.read(offset_bytes, max(count, _AHEAD_BYTES))
            self._block_at, start = offset_bytes, 0
        return self._block[start : start + count]

    def header_at(self, offset_bytes: int) -> RecordHeader:
        """The header there.

        Raises:
            IncompleteRecordError: the file ends within it.
            DamagedRecordError: it is none.
        """
        data = self.read_in_order(offset_bytes, HEADER_BYTES)
        if len(data) < HEADER_BYTES:
            raise IncompleteRecordError
        return unpack_header(data)

    def record_at(self, offset_bytes: int) -> Record:
        """The record there, undamaged; its signature is not looked at.

        Raises:
            IncompleteRecordError: the file ends within it.
            DamagedRecordError: it is none.
        """
        header = self.header_at(offset_bytes)
        if header.record_bytes > self.size_bytes - offset_bytes:  # a hostile file asks for this at every head
            raise IncompleteRecordError
        data = self.read_in_order(offset_bytes, header.record_bytes)
        if len(data) < header.record_bytes:
            raise IncompleteRecordError
        return unpack_record(header, data)

    def walk_headers(self, offset_bytes: int = 0) -> Iterator[tuple[int, RecordHeader]]:
        """The whole records' headers from there on, as they claim to be; ends where one is not."""
        while True:
            try:
                header = self.header_at(offset_bytes)
            except (IncompleteRecordError, DamagedRecordError):
                return
            if offset_bytes + header.record_bytes > self.size_bytes:
                return
            yield offset_bytes, header
            offset_bytes += header.record_bytes

    def next_header(self, offset_bytes: int) -> int | None:
        """Where the next undamaged header begins, at or after this offset; None if there is none."""
        while offset_bytes < self.size_bytes:
            block = self.read(offset_bytes, _BLOCK_BYTES + HEADER_BYTES)
            found = block.find(MAGIC)
            while 0 <= found < _BLOCK_BYTES and found + HEADER_BYTES <= len(block):
                if _is_header(block[found : found + HEADER_BYTES]):
                    return offset_bytes + found
                found = block.find(MAGIC, found + 1)
            offset_bytes += _BLOCK_BYTES
        return None

    def is_zero_from(self, offset_bytes: int) -> bool:
        """Whether there is nothing but zeros from there to the end, and at least one."""
        start = offset_bytes
        while start < self.size_bytes:
            block = self.read(start, _BLOCK_BYTES)
            if not block or block.count(0) != len(block):
                return False
            start += len(block)
        return offset_bytes < self.size_bytes

    def is_torn_by_zeros(self, offset_bytes: int) -> bool:
        """Whether what begins there was cut off by zeros, as a power cut leaves them: at its end, or in whole sectors.

        A power cut can do so to the last write only, so whatever is undamaged further on speaks against it.
        """
        if not 0 < self.size_bytes - offset_bytes <= _MOST_TAIL_BYTES:
            return False
        return self._ends_in_zeros(offset_bytes) or self._lacks_sectors(offset_bytes)

    def _lacks_sectors(self, offset_bytes: int) -> bool:
        tail = self.read(offset_bytes, self.size_bytes)
        try:
            stop = min(len(tail), self.header_at(offset_bytes).record_bytes)
        except (IncompleteRecordError, DamagedRecordError):
            stop = len(tail)
        if tail[stop:].strip(b"\0") or self.next_header(offset_bytes + 1) is not None:
            return False
        edges = range(_SECTOR_BYTES - offset_bytes % _SECTOR_BYTES, stop, _SECTOR_BYTES)
        return any(not tail[start:end].strip(b"\0") for start, end in pairwise((0, *edges, stop)))

    def _ends_in_zeros(self, offset_bytes: int) -> bool:
        start = self.read(offset_bytes, len(MAGIC))
        if MAGIC.startswith(start.rstrip(b"\0")) and self.is_zero_from(offset_bytes + len(start.rstrip(b"\0"))):
            return True
        try:
            header = self.header_at(offset_bytes)
        except IncompleteRecordError:
            return False
        except DamagedRecordError:
            # The header itself was cut: its own check is zero, and all after it.
            return start == MAGIC and self.is_zero_from(offset_bytes + HEADER_BYTES - CRC_BYTES)
        return self.is_zero_from(offset_bytes + header.record_bytes - CRC_BYTES)


def _is_header(data: bytes) -> bool:
    try:
        unpack_header(data)
    except DamagedRecordError:
        return False
    return True
