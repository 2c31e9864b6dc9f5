"""Hand out a recording's operation log in ordinary forms: subtitles, and JSON lines.

What is handed out is for reading and watching; it is not sealed, and proves nothing. A file that is there already is
replaced whole, or stays as it is.
"""

import html
import json
from pathlib import Path
from typing import Literal

from player.outfile import write_whole
from player.row_object import row_object
from player.source import Source
from player.video.plan import Timetable
from player.video.redaction import Redactions, redacted_rows
from recorder.clock import NS_PER_MS, NS_PER_S
from recorder.oplog import LogRow
from recorder.streams import write_to_stdout

SHORTEST_CUE_NS = 2 * NS_PER_S


def export_subtitles(
    recording: Source, path: Path | Literal["-"], *, table: Timetable | None = None, redactions: Redactions = ()
) -> int:
    """Write the operation log as WebVTT, to lay over the video of this timetable; returns how many cues it has."""
    rows = redacted_rows(rows_of(recording, table), redactions)
    timed = sorted((_cue_times(row, table), place) for place, row in enumerate(rows))
    cues = [_cue(rows[place], *times) for times, place in timed]
    _write_text("WEBVTT\n\n" + "\n".join(cues), path)
    return len(cues)


def rows_of(recording: Source, table: Timetable | None) -> list[LogRow]:
    """The rows that overlap the range of the timetable; those of what is cut out in its middle too."""
    if table is None:
        return list(recording.rows())
    start_ns, end_ns = table.start_ns, table.end_ns
    return [row for row in recording.rows() if row.end_ns >= start_ns and row.at_ns <= end_ns]


def _cue_times(row: LogRow, table: Timetable | None) -> tuple[int, int]:
    """On the video's clock. A cue stays long enough to be read."""
    if table is None:
        return row.at_ns, max(row.end_ns, row.at_ns + SHORTEST_CUE_NS)
    start_ns = table.video_ns_at(row.at_ns)
    return start_ns, max(table.video_ns_at(row.end_ns), start_ns + SHORTEST_CUE_NS)


def _cue(row: LogRow, start_ns: int, end_ns: int) -> str:
    words = f"{row.kind}: {row.text}" + (f" ({row.application})" if row.application else "")
    # A cue ends at an empty line, and "-->" begins another: neither may come from what was typed.
    text = html.escape(" ".join(words.split()), quote=False)
    return f"{_vtt_time(start_ns)} --> {_vtt_time(end_ns)}\n{text}\n"


def _vtt_time(at_ns: int) -> str:
    milliseconds = max(at_ns, 0) // NS_PER_MS
    seconds, milliseconds = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{milliseconds:03}"


def export_log(
    recording: Source, path: Path | Literal["-"], *, table: Timetable | None = None, redactions: Redactions = ()
) -> int:
    """Write the operation log (of the range of the timetable) as JSON lines; returns how many."""
    rows = redacted_rows(rows_of(recording, table), redactions)
    lines = [
        json.dumps(row_object(row, wall_ns=recording.wall_ns_at(row.at_ns)), ensure_ascii=False) + "\n" for row in rows
    ]
    _write_text("".join(lines), path)
    return len(lines)


def _write_text(text: str, path: Path | Literal["-"]) -> None:
    content = text.encode("utf-8", errors="replace")
    if path == "-":
        write_to_stdout(content)
    else:
        write_whole(path, content)
