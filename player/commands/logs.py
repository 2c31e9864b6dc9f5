"""`log`: the operation log of a recording."""

from collections.abc import Iterator, Sequence

from player.commands.desk import Desk, ProgressLine
from player.commands.moments import clock_text
from player.commands.soundness import note_what_is_not_sound
from player.moments import WallClock
from player.row_object import row_object
from recorder.evidence.reader import ChunkKind, RecordingReader
from recorder.format.payload import decode_events
from recorder.logrow import LogRow
from recorder.oplog import OperationLog

LEAST_WIDTH = 8


def run_log(
    desk: Desk, recording: str, *, kinds: Sequence[str] | None, from_ns: int | None, to_ns: int | None, as_json: bool
) -> int:
    """Print the rows that overlap the range, in order of time."""
    folder = desk.library.find(recording)
    reader = RecordingReader.open(folder, keys=desk.needed_keys(), devices=desk.library.devices)
    wanted = [
        row
        for row in read_rows(desk, reader)
        if (not kinds or row.kind in kinds)
        and (from_ns is None or row.end_ns >= from_ns)
        and (to_ns is None or row.at_ns <= to_ns)
    ]
    wanted.sort(key=lambda row: row.at_ns)  # a gap is known only when it is over
    wall = WallClock(reader.header.started.wall_ns, reader.clock_marks())
    for row in wanted:
        if as_json:
            desk.say_json(row_object(row, wall_ns=wall.at(row.at_ns)))
        else:
            desk.say(row_line(row))
    note_what_is_not_sound(desk, folder)
    return 0


def read_rows(desk: Desk, reader: RecordingReader) -> Iterator[LogRow]:
    """All rows of a recording, as far as it is sound and was written when it was opened."""
    progress = ProgressLine(desk.notes)
    log = OperationLog()
    for info in reader.segments:
        for chunk in reader.chunks(info.number):
            if chunk.kind is ChunkKind.EVENTS:
                for event in decode_events(chunk.body):
                    yield from log.feed(event)
                progress.show(f"reading {clock_text(max(0, reader.at_ns(chunk.instant)))} …")
    progress.clear()
    yield from log.finish()


def row_line(row: LogRow) -> str:
    """A row as a line: time, kind, program, text, and the rest in brackets."""
    application = (row.application or "").ljust(LEAST_WIDTH)
    detail = f"  [{row.detail}]" if row.detail else ""
    return f"{clock_text(row.at_ns):>12}  {row.kind:<9}  {application}  {row.text}{detail}"
