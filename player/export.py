"""Hand out a recording in ordinary forms: a video, subtitles, the operation log as JSON lines.

What is handed out is for reading and watching; it is not sealed, and proves nothing. A file that is there already is
replaced whole, or stays as it is.
"""

import html
import json
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import cv2

from player import drawing
from player.decoder import Shown, read_shown
from player.drawing import Canvas, Pixels
from player.outfile import partial_file, refuse_no_file, write_whole
from player.row_object import row_object
from player.source import Pointer, Source
from recorder.errors import StorageError, WorldError
from recorder.oplog import LogRow
from recorder.streams import quiet_libraries, write_to_stdout

NS_PER_S = 1_000_000_000
# mp4v before avc1: OpenCV's own FFmpeg has no H.264 encoder, and asking for one writes errors to the terminal.
CODECS = {".webm": ("VP80", "VP90"), ".mp4": ("mp4v", "avc1"), ".avi": ("MJPG",)}
CLICK_SHOWN_NS = 400_000_000
LONGEST_SIDE_PX = 8192  # of a video; the encoders' own limits lie a little above
SHORTEST_CUE_NS = 2 * NS_PER_S


class ExportError(WorldError):
    """There is nothing to export, or not in this form."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an export is. `eta_s` is None until it can be told."""

    done_ns: int
    total_ns: int
    frames: int
    eta_s: float | None


@dataclass(frozen=True, slots=True)
class Video:
    """A video that was written. `stopped`: it was stopped on request, and no file was left."""

    path: Path
    frames: int
    width_px: int
    height_px: int
    codec: str
    stopped: bool = False


def export_video(
    recording: Source,
    path: Path,
    *,
    fps: float = 10.0,
    start_ns: int = 0,
    end_ns: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    now_ns: Callable[[], int] = time.monotonic_ns,
) -> Video:
    """Write an ordinary video: all screens as they stood on the desktop, pointer and clicks drawn, its seconds true.

    The first layout decides the size; a later one is fitted into it, with bars. What was not recorded is a panel that
    says so. Clicks are drawn from `recording.rows()`, so these should be complete.

    Raises:
        ExportError: the suffix is not one of `CODECS`, or no screen is recorded.
        StorageError: the file cannot be written whole.
    """
    require_video_path(path)
    refuse_no_file(path)
    end_ns = recording.duration_ns if end_ns is None else min(end_ns, recording.duration_ns)
    canvas = _canvas(recording, start_ns, end_ns)
    report = _Report(progress, now_ns, total_ns=max(0, end_ns - start_ns))
    frames = _frames(recording, canvas, fps=fps, start_ns=start_ns, end_ns=end_ns)
    video = Video(path, 0, canvas.width_px, canvas.height_px, "")
    try:
        with partial_file(path) as partial:
            with _video_writer(partial, canvas, fps=fps) as (writer, codec):
                for frame in frames:
                    if should_stop():
                        raise _StoppedError
                    writer.write(frame)
                    video = replace(video, frames=video.frames + 1, codec=codec)
                    report.frame(video.frames, round(video.frames * NS_PER_S / fps))
            _require_frames(partial, path, video.frames)
    except _StoppedError:
        return replace(video, stopped=True)
    return video


class _StoppedError(Exception):
    """Leaves the partial file's block as an error does, so that nothing of it is kept."""


def require_video_path(path: Path) -> None:
    """Refuse a video in a form that cannot be written."""
    if path.suffix.lower() not in CODECS:
        msg = f"A video must end in {', '.join(CODECS)}: {path} does not."
        raise ExportError(msg)


class _Report:
    """Tells how far an export is, a few times a second."""

    def __init__(
        self, progress: Callable[[Progress], None] | None, now_ns: Callable[[], int], *, total_ns: int
    ) -> None:
        self._progress = progress
        self._now_ns = now_ns
        self._total_ns = total_ns
        self._started_ns = self._told_ns = now_ns()

    def frame(self, frames: int, done_ns: int) -> None:
        now_ns = self._now_ns()
        is_last = done_ns >= self._total_ns
        if self._progress is None or (now_ns - self._told_ns < NS_PER_S // 4 and not is_last):
            return
        self._told_ns = now_ns
        spent_s = (now_ns - self._started_ns) / NS_PER_S
        done_ns = min(done_ns, self._total_ns)
        eta_s = spent_s * (self._total_ns - done_ns) / done_ns if done_ns > 0 and spent_s > 0 else None
        self._progress(Progress(done_ns, self._total_ns, frames, eta_s))


# --- the video's pictures ---------------------------------------------------------------------------------------------


def _canvas(recording: Source, start_ns: int, end_ns: int) -> Canvas:
    """As large as the first layout of the range, even in both directions, as the encoders need it."""
    desktop = drawing.desktop_of(recording.screens_at(start_ns))
    if desktop.is_empty:
        first = next((change for change in recording.changes() if start_ns <= change.at_ns <= end_ns), None)
        desktop = drawing.desktop_of(recording.screens_at(first.at_ns) if first is not None else ())
    if desktop.is_empty:
        msg = "No picture is recorded in this time, so there is no video to write. Choose another time."
        raise ExportError(msg)
    shrink = min(1.0, LONGEST_SIDE_PX / max(desktop.width, desktop.height))
    return Canvas(max(2, int(desktop.width * shrink) & ~1), max(2, int(desktop.height * shrink) & ~1))


@dataclass(frozen=True, slots=True)
class _Look:
    """What a frame is drawn from: as long as it is the same, so is the frame."""

    screens: tuple[object, ...]
    pictures: tuple[int | None, ...]
    pointer: Pointer | None
    clicks: tuple[tuple[LogRow, float], ...]


def _frames(recording: Source, canvas: Canvas, *, fps: float, start_ns: int, end_ns: int) -> Iterator[Pixels]:
    """The frames at a constant rate, drawn anew only where something differs."""
    clicks = _Clicks(recording.rows())
    desktop_look: object = None
    look: _Look | None = None
    desktop = frame = None
    for number in range(max(1, -(-(end_ns - start_ns) * round(fps * 1000) // (NS_PER_S * 1000)))):
        at_ns = min(start_ns + round(number * NS_PER_S / fps), end_ns)
        shown = read_shown(recording, at_ns)
        new = _look(shown, clicks.around(at_ns))
        if desktop is None or (new.screens, new.pictures) != desktop_look:
            desktop, desktop_look = drawing.draw_desktop(shown, canvas), (new.screens, new.pictures)
        if frame is None or new != look:
            frame, look = _with_pointer(desktop, shown, new, canvas), new
        yield frame


def _look(shown: Shown, clicks: tuple[tuple[LogRow, float], ...]) -> _Look:
    pictures = tuple(None if picture is None else picture.at_ns for picture in shown.pictures)
    return _Look(shown.screens, pictures, shown.pointer, clicks)


def _with_pointer(desktop: Pixels, shown: Shown, look: _Look, canvas: Canvas) -> Pixels:
    frame = desktop.copy()
    placement = drawing.place(drawing.desktop_of(shown.screens), canvas)
    for click, age in look.clicks:
        drawing.draw_click(frame, click, age, placement)
    if look.pointer is not None:
        drawing.draw_pointer(frame, look.pointer, placement)
    return frame


class _Clicks:
    """The clicks of a recording, found by time."""

    def __init__(self, rows: Sequence[LogRow]) -> None:
        self._rows = [row for row in rows if row.kind == "click"]
        self._times_ns = [row.at_ns for row in self._rows]

    def around(self, at_ns: int) -> tuple[tuple[LogRow, float], ...]:
        """Those to be drawn at this moment, with their age from 0 to 1."""
        first = bisect_left(self._times_ns, at_ns - CLICK_SHOWN_NS + 1)
        last = bisect_right(self._times_ns, at_ns)
        return tuple((row, (at_ns - row.at_ns) / CLICK_SHOWN_NS) for row in self._rows[first:last])


# --- the video's file -------------------------------------------------------------------------------------------------


@contextmanager
def _video_writer(path: Path, canvas: Canvas, *, fps: float) -> Iterator[tuple[cv2.VideoWriter, str]]:
    """A writer with the first codec for this suffix that OpenCV's build offers."""
    size = (canvas.width_px, canvas.height_px)
    for codec in CODECS[path.suffix.lower()]:
        with quiet_libraries():  # of every .webm, OpenCV says that it would rather have another tag
            writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*codec), fps, size)
        if writer.isOpened():
            try:
                yield writer, codec
            finally:
                writer.release()
            return
    msg = f"OpenCV cannot write a {path.suffix} video of {size[0]} by {size[1]} pixels here. Choose another suffix."
    raise StorageError(msg)


def _require_frames(partial: Path, path: Path, count: int) -> None:
    """OpenCV does not say when a write fails, so the file is asked how long it is."""
    capture = cv2.VideoCapture(str(partial), cv2.CAP_FFMPEG)  # noqa: TID251 - reads back what was just written here
    try:
        held = int(capture.get(cv2.CAP_PROP_FRAME_COUNT)) if capture.isOpened() else 0
    finally:
        capture.release()
    if held < count - 1:
        msg = f"{path} could not be written whole: {held} of {count} frames. Check the free space of its folder."
        raise StorageError(msg)


# --- text -------------------------------------------------------------------------------------------------------------


def export_subtitles(recording: Source, path: Path | Literal["-"]) -> int:
    """Write the operation log as WebVTT, to lay over the video; returns how many cues it has."""
    cues = [_cue(row) for row in recording.rows()]
    _write_text("WEBVTT\n\n" + "\n".join(cues), path)
    return len(cues)


def _cue(row: LogRow) -> str:
    end_ns = max(row.end_ns, row.at_ns + SHORTEST_CUE_NS)
    words = f"{row.kind}: {row.text}" + (f" ({row.application})" if row.application else "")
    # A cue ends at an empty line, and "-->" begins another: neither may come from what was typed.
    text = html.escape(" ".join(words.split()), quote=False)
    return f"{_vtt_time(row.at_ns)} --> {_vtt_time(end_ns)}\n{text}\n"


def _vtt_time(at_ns: int) -> str:
    milliseconds = max(at_ns, 0) // 1_000_000
    seconds, milliseconds = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{milliseconds:03}"


def export_log(recording: Source, path: Path | Literal["-"]) -> int:
    """Write the operation log as JSON lines; returns how many."""
    rows = recording.rows()
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
