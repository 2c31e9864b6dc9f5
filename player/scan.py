"""Read a whole recording from its start, piece by piece: its changes, its rows and spans, for the window to fill in."""

from collections.abc import Iterator
from dataclasses import dataclass

from player.account import AccountReader
from player.changes import ChangeColumns
from player.row_list import RowList
from player.span_log import SpanLog
from recorder.agent_events import PolicyInForce
from recorder.errors import UnreadableError
from recorder.events import Event, Patch, WallClockChanged
from recorder.evidence.findings import Finding, Severity
from recorder.evidence.reader import Chunk, ChunkKind, RecordingReader
from recorder.format.payload import decode_events
from recorder.oplog import LogRow, OperationLog


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """How far a recording is read: up to which moment of how many, and whether all that is there is read."""

    reached_ns: int
    duration_ns: int
    is_complete: bool


class Scan:
    """Reads chunk after chunk in order. `step` reads one; what it fills grows and is safe to read beside it."""

    def __init__(self, reader: RecordingReader, *, started_boot_ns: int) -> None:
        self.changes = ChangeColumns()
        self.rows = RowList()
        self.spans = SpanLog()
        self.account = AccountReader()
        self.policies: list[PolicyInForce] = []
        self.wall_marks: list[tuple[int, int]] = []
        self.reached_ns = 0
        self.is_complete = False
        self._reader = reader
        self._started_boot_ns = started_boot_ns
        self._log = OperationLog()
        self._segment: int | None = None
        self._last_sequence = -1
        self._chunks: Iterator[Chunk] | None = None
        self._is_last_look = False
        self._is_between_segments = False
        self._rows: list[LogRow] = []

    def step(self) -> bool:
        """Read one chunk more; False if there is none now. `look_again` when the recording has grown."""
        while not self.is_complete:
            if self._chunks is None and not self._open_chunks():
                self._finish()
                return False
            chunks, self._chunks = self._chunks, None  # one that failed has ended, which is not the segment's end
            chunk = next(chunks, None) if chunks is not None else None
            if chunk is not None:
                self._chunks = chunks
                self._take(chunk)
                return True
            if not self._next_segment():
                self._finish()
        return False

    def look_again(self) -> None:
        """There is more to read."""
        self.is_complete = False

    def publish(self) -> None:
        """Show the rows found since the last time. Apart from `step`, since a thousand chunks may follow at once."""
        rows, self._rows = self._rows, []
        self.rows.settle(rows, self._log.pending_rows())

    # --- segments -----------------------------------------------------------------------------------------------------

    def _open_chunks(self) -> bool:
        if self._segment is None:
            first = next(iter(self._reader.segments), None)
            if first is None:
                return False
            self._segment = first.number
            if first.follows > 0:
                self._lose(0, "missing", "The first segments of the recording are missing.")
        self._chunks = iter(self._reader.chunks(self._segment, after_sequence=self._last_sequence))
        return True

    def _next_segment(self) -> bool:
        """Go on to the next segment, once this one was looked at after the next one was there."""
        following = [info for info in self._reader.segments if self._segment is None or info.number > self._segment]
        if not following:
            return False
        if not self._is_last_look:
            self._is_last_look = True
            return True
        self._is_last_look = False
        self._judge_end()
        if self._segment is not None and following[0].follows > self._segment:
            self._lose(self.reached_ns, "missing", "A segment of the recording is missing.")
        self._segment, self._last_sequence = following[0].number, -1
        self._is_between_segments = True
        return True

    def _judge_end(self) -> None:
        """What the end of a segment lacks may be an alteration; a torn tail loses at most what was not acknowledged."""
        for finding in self._findings(after=self._last_sequence):
            is_at_end = finding.end_ns is None or finding.end_ns >= self.reached_ns
            if finding.severity is Severity.ALTERED and is_at_end:
                self._lose(self.reached_ns, "altered", finding.sentence)
                return

    def _lose(self, at_ns: int, kind: str, reason: str) -> None:
        """Something is missing from here on: nothing is shown, and no text is joined, over that place."""
        self.spans.lose(at_ns, kind, reason)
        self._rows.extend(self._log.lose())

    def _finish(self) -> None:
        if not self._reader.is_being_recorded:
            self._judge_end()
            self._rows.extend(self._log.finish())
        self.is_complete = True
        self.publish()

    def _findings(self, *, after: int) -> list[Finding]:
        return [
            finding
            for finding in self._reader.findings
            if finding.segment == self._segment and (finding.sequence is None or finding.sequence > after)
        ]

    # --- chunks -------------------------------------------------------------------------------------------------------

    def _take(self, chunk: Chunk) -> None:
        at_ns = chunk.instant.boot_ns - self._started_boot_ns
        if self._is_between_segments:
            self.account.take_silence(self.reached_ns, at_ns)
            self._is_between_segments = False
        if chunk.sequence != self._last_sequence + 1:
            found = self._findings(after=self._last_sequence)
            reason = found[0].sentence if found else "Chunks are missing here."
            self._lose(self.reached_ns, "altered", reason)
        self._last_sequence = chunk.sequence
        if chunk.kind is ChunkKind.EVENTS:
            self._take_events(chunk)
        self.reached_ns = max(self.reached_ns, at_ns)
        self.spans.find_again(at_ns)

    def _take_events(self, chunk: Chunk) -> None:
        try:
            events = decode_events(chunk.body)
        except UnreadableError as error:
            self._lose(self.reached_ns, "missing", str(error))
            return
        for event in events:
            self._take_event(event)

    def _take_event(self, event: Event) -> None:
        if isinstance(event, Patch):
            self.changes.append(event.at_ns, event.screen, event.changed_px)
        elif isinstance(event, WallClockChanged):
            self.wall_marks.append((event.at_ns, event.wall_ns))
        elif isinstance(event, PolicyInForce):
            self.policies.append(event)
        self.spans.feed(event)
        self.account.feed(event)
        self._rows.extend(self._log.feed(event))
