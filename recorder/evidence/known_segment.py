"""What a reader knows of one segment: its scan, and what can be said of it without reading all of it."""

from pathlib import Path

from recorder.clock import NS_PER_MS, Instant
from recorder.evidence.findings import Finding
from recorder.evidence.recovery import is_end_signed
from recorder.evidence.scan import SegmentScan
from recorder.evidence.seal import Ratchet
from recorder.evidence.segment_file import IncompleteRecordError, SegmentFile
from recorder.format.header import PreviousSegment, SegmentEnd, unpack_segment_end
from recorder.format.record import (
    MAGIC,
    MAX_END_BODY_BYTES,
    OVERHEAD_BYTES,
    DamagedRecordError,
    Record,
    RecordType,
)

_LONGEST_END_BYTES = OVERHEAD_BYTES + MAX_END_BODY_BYTES
_MARK_STEP_NS = NS_PER_MS


class KnownSegment:
    """One segment of a recording that is open for reading."""

    def __init__(self, path: Path, number: int) -> None:
        self.path = path
        self.number = number
        self.scan = SegmentScan(path, number)
        self.ratchet: Ratchet | None = None
        self.findings: list[Finding] = []
        self.unopened: set[Finding] = set()
        self.settled_for: tuple[PreviousSegment | None, bool] | None = None
        self.size_bytes = -1
        self.end: SegmentEnd | None = None
        self._end_instant: Instant | None = None
        self._walked_bytes = 0
        self._last_claim: Instant | None = None
        self._marks: list[tuple[int, int]] = []

    def look(self) -> bool:
        """See whether it has grown; its header is read and verified as soon as it is there.

        Raises:
            OSError: it cannot be read.
        """
        size_bytes = self.path.stat().st_size
        if size_bytes == self.size_bytes:
            return False
        with SegmentFile(self.path) as file:
            self.size_bytes = file.size_bytes
            if self.scan.header is None:
                self.scan.step(file)
            if self.scan.header is not None:
                self._look_for_end(file)
        return True

    @property
    def is_final(self) -> bool:
        """Whether the recording ends with it."""
        return self.end is not None and self.end.final

    @property
    def start(self) -> Instant | None:
        """When it began, as signed; None while its header is not known."""
        return self.scan.entries[0].instant if self.scan.entries else None

    @property
    def last(self) -> Instant | None:
        """When its last record was made: signed if it is closed, else as the records claim."""
        if self._end_instant is not None:
            return self._end_instant
        self._walk()
        return self._last_claim

    def clock_marks(self) -> list[tuple[int, int]]:
        """Boot and wall clock wherever one moved against the other, as the records claim."""
        self._walk()
        return self._marks

    def _walk(self) -> None:
        if self._walked_bytes >= self.size_bytes:
            return
        with SegmentFile(self.path) as file:
            for offset, header in file.walk_headers(self._walked_bytes):
                self._walked_bytes = offset + header.record_bytes
                self._last_claim = header.instant
                boot_ns, wall_ns = header.instant.boot_ns, header.instant.wall_ns
                if (
                    not self._marks
                    or abs((wall_ns - boot_ns) - (self._marks[-1][1] - self._marks[-1][0])) > _MARK_STEP_NS
                ):
                    self._marks.append((boot_ns, wall_ns))

    def _look_for_end(self, file: SegmentFile) -> None:
        record = last_record(file)
        if record is None or record.header.kind is not RecordType.END:
            return
        try:
            end = unpack_segment_end(record.body)
        except DamagedRecordError:
            return
        device, digest = self.scan.device_bytes, self.scan.entries[0].digest
        if is_end_signed(record.body, record.header_bytes, device=device, segment_digest=digest):
            self.end, self._end_instant = end, record.header.instant


def last_record(file: SegmentFile) -> Record | None:
    """The record that the file ends with, if it is as short as an end is and undamaged."""
    start = max(0, file.size_bytes - _LONGEST_END_BYTES)
    data = file.read(start, _LONGEST_END_BYTES)
    found = data.rfind(MAGIC)
    while found >= 0:
        try:
            record = file.record_at(start + found)
        except (DamagedRecordError, IncompleteRecordError):
            record = None
        if record is not None and start + found + record.header.record_bytes == file.size_bytes:
            return record
        found = data.rfind(MAGIC, 0, found)
    return None
