"""`frame` and `export`: a recording as ordinary files."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal, cast

from player.commands.desk import Desk, ProgressLine
from player.commands.moments import clock_text
from player.commands.soundness import note_what_is_not_sound
from player.export import Progress, export_log, export_subtitles, export_video
from player.frame import write_frame
from player.outfile import refuse_no_file
from player.recording import OpenRecording
from recorder.evidence.verify import verify

Out = Path | Literal["-"]


def run_frame(desk: Desk, recording: str, *, at_ns: int, screen: int | None, out: Out) -> int:
    """Write one picture; says what it is unless the picture itself goes to standard output."""
    folder = desk.library.find(recording)
    source = OpenRecording.open(folder, keys=desk.needed_keys(), devices=desk.library.devices)
    try:
        verdict = verify(folder, devices=desk.library.devices, keys=None).status.name.lower()
        taken = write_frame(source, at_ns, screen, out, verdict=verdict)
    finally:
        source.close()
    height, width = taken.pixels.shape[:2]
    if out != "-":
        exact = "pixel by pixel" if taken.exact else "NOT exact: a moving picture that had not come to rest"
        where = f"screen {taken.screens[0]} at {clock_text(at_ns)}, unchanged since {clock_text(taken.since_ns)}"
        desk.note(f"{out}: {where}, {width}×{height}, {exact}; SHA-256 {taken.sha256}.")
        note_what_is_not_sound(desk, folder)
    return 0


def run_export(
    desk: Desk,
    recording: str,
    *,
    video: Path | None,
    fps: float,
    subtitles: Out | None,
    log: Out | None,
) -> int:
    """Write what was asked for; nothing is begun if one of the files cannot be."""
    for path in (video, subtitles, log):
        if isinstance(path, Path):
            refuse_no_file(path)
    folder = desk.library.find(recording)
    source = OpenRecording.open(folder, keys=desk.needed_keys(), devices=desk.library.devices)
    progress = ProgressLine(desk.notes)
    try:
        source.scan_all()
        for write in _writers(source, progress, video, fps, subtitles, log):
            desk.note(write())
        note_what_is_not_sound(desk, folder)
    finally:
        progress.clear()
        source.close()
    return 0


def _writers(
    source: OpenRecording,
    progress: ProgressLine,
    video: Path | None,
    fps: float,
    subtitles: Out | None,
    log: Out | None,
) -> list[Callable[[], str]]:
    """The quick ones first, so that they are there even if the video is stopped."""

    def show(state: Progress) -> None:
        rest = "" if state.eta_s is None else f", {state.eta_s:.0f} s left"
        progress.show(f"writing the video: {100 * state.done_ns // max(1, state.total_ns)} %{rest}")

    def write_log() -> str:
        count = export_log(source, cast("Out", log))
        return f"{log}: {count} rows of the operation log."

    def write_subtitles() -> str:
        count = export_subtitles(source, cast("Out", subtitles))
        return f"{subtitles}: {count} subtitles."

    def write_video() -> str:
        made = export_video(source, cast("Path", video), fps=fps, progress=show)
        progress.clear()
        return f"{video}: {made.frames} frames, {made.width_px}×{made.height_px}, {made.codec}; not sealed."

    asked = ((log, write_log), (subtitles, write_subtitles), (video, write_video))
    return [write for path, write in asked if path is not None]
