"""`log`: the operation log of a recording."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from player.breaks import Breaks
from player.commands.desk import Desk, ProgressLine
from player.commands.moments import clock_text
from player.commands.soundness import note_what_is_not_sound
from player.ledger.entry import Kind
from player.ledger.gate import Doing
from player.ledger.telling import told_filter
from player.moments import WallClock
from player.row_filter import RowFilter, row_matcher
from player.rows_out import RowsFormat, written_rows
from recorder.errors import KeyMissingError
from recorder.events import Event
from recorder.evidence.opening import GroupsLackingError
from recorder.evidence.reader import Chunk, ChunkKind, RecordingReader
from recorder.format.payload import decode_events
from recorder.logrow import LogRow
from recorder.oplog import OperationLog


def run_log(
    desk: Desk, recording: str, *, wanted: RowFilter, from_ns: int | None, to_ns: int | None, form: RowsFormat
) -> int:
    """Print the wanted rows that overlap the range, in order of time."""
    folder = desk.library.find(recording)
    about = {"filter": told_filter(wanted), "from_ns": from_ns, "to_ns": to_ns, "form": str(form.value)}
    reader = desk.read(folder, Doing(Kind.LOG, about))
    is_wanted = row_matcher(wanted)
    closed: list[ClosedSegment] = []
    rows = [
        row
        for row in read_rows(desk, reader, closed)
        if (from_ns is None or row.end_ns >= from_ns) and (to_ns is None or row.at_ns <= to_ns) and is_wanted(row)
    ]
    rows.sort(key=lambda row: row.at_ns)  # a gap is known only when it is over
    wall = WallClock(reader.header.started.wall_ns, reader.clock_marks())
    for line in written_rows(rows, form, wall_ns=wall.at):
        desk.say_exactly(line.removesuffix("\n").removesuffix("\r"))
    note_what_is_not_sound(desk, folder)
    for one in closed:
        desk.note(f"Not shown from {clock_text(one.at_ns)} on: {one.sentence}")
    return KeyMissingError.exit_status if closed else 0


@dataclass(frozen=True, slots=True)
class ClosedSegment:
    """What the keys and the second person do not open: from when on, and why."""

    at_ns: int
    sentence: str


def read_rows(desk: Desk, reader: RecordingReader, closed: list[ClosedSegment]) -> Iterator[LogRow]:
    """All rows of a recording; as `read_events`."""
    log, breaks = OperationLog(), Breaks(lambda: reader.findings)
    for chunk in read_chunks(desk, reader, closed):
        if breaks.before(chunk):
            yield from log.lose()
        for event in _events(chunk):
            yield from log.feed(event)
    yield from log.finish()


def read_events(desk: Desk, reader: RecordingReader, closed: list[ClosedSegment]) -> Iterator[Event]:
    """All events of a recording; as `read_chunks`."""
    for chunk in read_chunks(desk, reader, closed):
        yield from _events(chunk)


def read_chunks(desk: Desk, reader: RecordingReader, closed: list[ClosedSegment]) -> Iterator[Chunk]:
    """All chunks of a recording, as far as it is sound, opens, and was written when it was opened.

    A segment that does not open, where others do, is put into `closed`.

    Raises:
        GroupsLackingError: not one segment opens.
    """
    progress = ProgressLine(desk.notes)
    lacking: GroupsLackingError | None = None
    segments = reader.segments
    for info in segments:
        try:
            for chunk in reader.chunks(info.number):
                yield chunk
                if chunk.kind is ChunkKind.EVENTS:
                    progress.show(f"reading {clock_text(max(0, reader.at_ns(chunk.instant)))} …")
        except GroupsLackingError as error:  # before anything of it is read
            lacking = error
            closed.append(ClosedSegment(max(0, reader.at_ns(info.start)), str(error)))
    progress.clear()
    if lacking is not None and len(closed) == len(segments):
        raise lacking


def _events(chunk: Chunk) -> Sequence[Event]:
    return decode_events(chunk.body) if chunk.kind is ChunkKind.EVENTS else ()
