"""`export`: a recording, or a part of it, as ordinary files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from player.commands.desk import Desk, ProgressLine
from player.commands.moments import clock_text
from player.commands.soundness import note_what_is_not_sound
from player.export import export_log, export_subtitles
from player.ledger.entry import Kind
from player.ledger.gate import Doing
from player.moments import in_s
from player.outfile import refuse_no_file
from player.recording import OpenRecording
from player.video.export import Choice, Progress, Video, export_video, table_of
from player.video.plan import Timetable
from player.video.redaction import load_redactions, redaction_object
from player.video.writers import Means, means_for
from recorder.allocator import keep_freed_memory
from recorder.clock import NS_PER_MS
from recorder.logrow import counted_words

Out = Path | Literal["-"]


@dataclass(frozen=True, slots=True)
class Files:
    """What is to be written, and where to."""

    video: Path | None
    subtitles: Out | None
    log: Out | None


def usage_problem(files: Files, *, from_ns: int | None, to_ns: int | None, as_json: bool) -> str:
    """What is wrong with what was asked; "" if nothing is."""
    given = [file for file in (files.video, files.subtitles, files.log) if file is not None]
    if not given or len(set(given)) < len(given):
        return "export needs --video, --subtitles or --log, each to a place of its own."
    if as_json and "-" in given:
        return "--json goes to standard output, so nothing else can: name a file instead of -."
    if from_ns is not None and to_ns is not None and from_ns >= to_ns:
        return "--from is not before --to, so there is nothing between them."
    return ""


def run_export(
    desk: Desk,
    recording: str,
    files: Files,
    *,
    from_ns: int,
    to_ns: int | None,
    fps: float | None,
    skip_idle: bool,
    clock: bool,
    redact: Path | None,
    as_json: bool,
) -> int:
    """Write what was asked for; nothing is begun if one of the files cannot be."""
    for path in (files.video, files.subtitles, files.log):
        if isinstance(path, Path):
            refuse_no_file(path)
    keep_freed_memory()  # a video takes and frees a picture for every change
    redactions = () if redact is None else load_redactions(redact)
    choice = Choice(from_ns, to_ns, fps, skip_idle, clock, redactions)
    means = None if files.video is None else means_for(files.video, fps)
    folder = desk.library.find(recording)
    source = desk.play(folder, _doing(files, choice, redact))
    try:
        _Export(desk, source, files, choice, means, as_json=as_json).run()
        note_what_is_not_sound(desk, folder)
    finally:
        source.close()
    return 0


def _doing(files: Files, choice: Choice, redact: Path | None) -> Doing:
    """As the ledger tells it."""
    wanted = {"video": files.video, "subtitles": files.subtitles, "log": files.log, "redacted_by": redact}
    about = {what: str(path) for what, path in wanted.items() if path is not None}
    is_log_only = (files.video, files.subtitles) == (None, None)
    extent = {"from_ns": choice.start_ns, "to_ns": choice.end_ns}
    return Doing(Kind.LOG_EXPORT if is_log_only else Kind.EXPORT, about | extent)


class _Export:
    """The quick files first, so that they are there even if the video is stopped."""

    def __init__(
        self, desk: Desk, source: OpenRecording, files: Files, choice: Choice, means: Means | None, *, as_json: bool
    ) -> None:
        self._desk = desk
        self._source = source
        self._files = files
        self._choice = choice
        self._means = means
        self._as_json = as_json
        self._line = ProgressLine(desk.notes)

    def run(self) -> None:
        try:
            self._source.scan_all(
                lambda now: self._line.show(f"reading {clock_text(now.reached_ns)} of {clock_text(now.duration_ns)} …")
            )
            if self._source.is_live:
                end = clock_text(self._source.duration_ns)
                self._desk.note(f"It is still being recorded: exported up to {end}, as it is now.")
            table = table_of(self._source, self._choice, step_ns=self._means.step_ns if self._means else NS_PER_MS)
            if self._files.log is not None:
                count = export_log(self._source, self._files.log, table=table, redactions=self._choice.redactions)
                self._tell(
                    "log", self._files.log, f"{counted_words(count, 'row')} of the operation log.", {"rows": count}
                )
            if self._files.subtitles is not None:
                self._write_subtitles(self._files.subtitles, table)
            if self._files.video is not None:
                self._write_video(self._files.video)
        finally:
            self._line.clear()

    def _write_subtitles(self, path: Out, table: Timetable) -> None:
        count = export_subtitles(self._source, path, table=table, redactions=self._choice.redactions)
        self._tell("subtitles", path, f"{counted_words(count, 'subtitle')}.", {"cues": count})

    def _write_video(self, path: Path) -> None:
        made = export_video(self._source, path, self._choice, means=self._means, progress=self._progress())
        self._line.clear()
        self._tell("video", path, video_sentence(made), video_object(made))

    def _progress(self) -> Callable[[Progress], None]:
        def show(now: Progress) -> None:
            rest = "" if now.eta_s is None else f", {now.eta_s:.0f} s left"
            size = "" if now.expected_bytes is None else f", about {now.expected_bytes / 1e6:.1f} MB"
            self._line.show(f"writing the video: {now.share:.0%}{rest}{size}")

        return self._say_progress if self._as_json else show

    def _say_progress(self, now: Progress) -> None:
        self._desk.tell_json({"type": "progress", **progress_object(now)})

    def _tell(self, what: str, path: Out, sentence: str, thing: Mapping[str, object]) -> None:
        if self._as_json:
            self._desk.tell_json({"type": what, "path": str(path), **thing})
        else:
            self._desk.note(f"{path}: {sentence}")


def video_sentence(made: Video) -> str:
    """What was written, for a person."""
    cut_ns = sum(cut.end_ns - cut.start_ns for cut in made.cuts)
    parts = [
        f"{clock_text(made.duration_ns)} long",
        f"{counted_words(made.frames, 'picture')}, {made.width_px}×{made.height_px}",
        f"{made.size_bytes / 1e6:.1f} MB",
        f"{made.codec} by {made.written_by}",
    ]
    parts += [f"{clock_text(cut_ns)} cut out in {counted_words(len(made.cuts), 'place')}"] if made.cuts else []
    parts += [counted_words(len(made.redactions), "redaction")] if made.redactions else []
    return ", ".join(parts) + "; not sealed."


def video_object(made: Video) -> dict[str, object]:
    """What was written, for a program."""
    return {
        "frames": made.frames,
        "width_px": made.width_px,
        "height_px": made.height_px,
        "codec": made.codec,
        "written_by": made.written_by,
        "from_s": in_s(made.start_ns),
        "to_s": in_s(made.end_ns),
        "duration_s": in_s(made.duration_ns),
        "size_bytes": made.size_bytes,
        "is_live": made.is_live,
        "cuts": [
            {"from_s": in_s(cut.start_ns), "to_s": in_s(cut.end_ns), "video_s": in_s(cut.video_ns)} for cut in made.cuts
        ],
        "unsound": [
            {"kind": one.kind, "from_s": in_s(one.start_ns), "to_s": in_s(one.end_ns), "reason": one.reason}
            for one in made.unsound
        ],
        "redactions": [redaction_object(one) for one in made.redactions],
    }


def progress_object(now: Progress) -> dict[str, object]:
    """How far it is, for a program."""
    return {
        "share": round(now.share, 4),
        "done_s": in_s(now.done_ns),
        "total_s": in_s(now.total_ns),
        "frames": now.frames,
        "eta_s": None if now.eta_s is None else round(now.eta_s, 1),
        "size_bytes": now.size_bytes,
        "expected_bytes": now.expected_bytes,
    }
