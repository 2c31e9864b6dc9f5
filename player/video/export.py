"""Write an ordinary video of a recording. It is for watching; it is not sealed, and proves nothing.

All screens as they stood on the desktop, pointer and clicks drawn, and the video's clock is the session's, but for what
was asked to be cut. A file that is there already is replaced whole at the end, or stays as it is.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from player import drawing
from player.drawing import Canvas, Pixels
from player.outfile import partial_file, refuse_no_file
from player.source import Source, Span
from player.timeline import change_times, idle_spans, operator_times, time_text
from player.video.behind import Behind
from player.video.hiding import refuse_what_hides_nothing
from player.video.plan import Cut, Moments, Times, Timetable, dull_ranges, moments, timetable
from player.video.redaction import Redaction, Redactions
from player.video.scene import GRAVE, HIDING, Scene
from player.video.words import VideoWords
from player.video.writers import ExportError, Form, Means, VideoWriter, means_for
from recorder.clock import NS_PER_S

LONGEST_SIDE_PX = 8192  # of a video; the encoders' own limits lie a little above
MOVING_FPS = 10.0  # at which the pointer and clicks move, if nothing else is asked
LONGEST_FRAME_NS = 5 * NS_PER_S  # players that seek look for a picture nearby
_TELL_EVERY_NS = NS_PER_S // 4
_LOOK_COSTS = 0.03  # of what a new picture costs


@dataclass(frozen=True, slots=True)
class Choice:
    """What of a recording is exported, and how it looks. Without `end_ns`, to the end as it is now.

    `fps`: the most pictures a second; None: every change of a picture at its own moment. `clock`: a strip with clock,
    recording and operator under the picture; with `skip_idle` it is always there, since the video's own clock is not
    the session's any more.
    """

    start_ns: int = 0
    end_ns: int | None = None
    fps: float | None = None
    skip_idle: bool = False
    clock: bool = False
    redactions: Redactions = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an export is, from 0 to 1 of its work. What cannot be told yet is None."""

    share: float
    done_ns: int
    total_ns: int
    frames: int
    eta_s: float | None
    size_bytes: int
    expected_bytes: int | None


@dataclass(frozen=True, slots=True)
class Video:
    """A video that was written. `stopped`: it was stopped on request, and no file was left.

    `start_ns` and `end_ns` are the session's; `unsound` are the stretches of it that were altered, missing or not
    recorded, and are cards in the video. `is_live`: the session went on, and is exported up to `end_ns`.
    """

    path: Path
    frames: int
    width_px: int
    height_px: int
    codec: str
    written_by: str
    start_ns: int
    end_ns: int
    duration_ns: int
    size_bytes: int
    is_live: bool
    cuts: tuple[Cut, ...]
    unsound: tuple[Span, ...]
    redactions: tuple[Redaction, ...]
    stopped: bool = False


def table_of(recording: Source, choice: Choice, *, step_ns: int) -> Timetable:
    """Which stretches are shown, and when.

    Raises:
        ExportError: the range lies outside of the recording.
        RedactionError: a redaction would hide nothing.
    """
    refuse_what_hides_nothing(recording, choice.redactions)
    reach_ns = recording.duration_ns
    end_ns = reach_ns if choice.end_ns is None else min(choice.end_ns, reach_ns)
    if choice.start_ns > end_ns or (choice.start_ns == end_ns and reach_ns > 0):
        msg = (
            f"There is nothing to export between {time_text(choice.start_ns)} and {time_text(end_ns)}: the recording "
            f"reaches to {time_text(reach_ns)}. Choose another range."
        )
        raise ExportError(msg)
    cut: list[tuple[int, int]] = []
    if choice.skip_idle:
        told = [span for span in recording.spans() if span.kind in HIDING]
        dark = [span for span in told if _is_dark(recording, span)]
        idle = idle_spans(change_times(recording.changes()), operator_times(recording.rows()), reach_ns)
        cut = list(dull_ranges(idle, told, dark=dark))
    return timetable(choice.start_ns, end_ns, cut, step_ns=step_ns)


def _is_dark(recording: Source, span: Span) -> bool:
    """Whether no screen has a picture in the middle of the span: a gap may be of the keyboard alone."""
    if span.kind in GRAVE:
        return True
    at_ns = (span.start_ns + span.end_ns) // 2
    return all(recording.picture_at(one.number, at_ns) is None for one in recording.screens_at(at_ns))


def export_video(
    recording: Source,
    path: Path,
    choice: Choice | None = None,
    *,
    words: VideoWords | None = None,
    means: Means | None = None,
    progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    now_ns: Callable[[], int] = time.monotonic_ns,
) -> Video:
    """Write the video. The recording should have been read through: cards, clicks and cuts follow from all of it.

    Raises:
        ExportError: its suffix is not one that can be written, the range is empty, or no screen is recorded in it.
        StorageError: the file cannot be written whole, or the recording cannot be read any more.
    """
    choice = choice or Choice()
    means = means or means_for(path, choice.fps)
    refuse_no_file(path)
    is_live = recording.is_live
    table = table_of(recording, choice, step_ns=means.step_ns)
    start_ns, end_ns = table.start_ns, table.end_ns
    scene = Scene(
        recording,
        _canvas(recording, start_ns, end_ns),
        table,
        redactions=choice.redactions,
        words=words or VideoWords(),
        has_strip=choice.clock or choice.skip_idle,
    )
    plan = moments(table, _content_times(recording, choice), tick_ns=_tick_ns(choice), longest_ns=LONGEST_FRAME_NS)
    form = Form(scene.canvas, choice.fps, _about(recording, start_ns, end_ns, choice), path)
    video = _video(path, means, scene.canvas, table, choice, is_live=is_live)
    try:
        with partial_file(path) as partial:
            with means.writing(partial, form) as inner:
                report = _Report(progress, now_ns, plan, table.duration_ns, partial)
                _write_all(scene, plan, inner, table.duration_ns, report, should_stop)
            video = replace(video, frames=inner.frames, codec=inner.codec, size_bytes=partial.stat().st_size)
            report.finish(video)
    except _StoppedError:
        return replace(video, stopped=True)
    return replace(video, unsound=_unsound(recording, table))


class _StoppedError(Exception):
    """Leaves the partial file's block as an error does, so that nothing of it is kept."""


def _write_all(
    scene: Scene,
    plan: Moments,
    inner: VideoWriter,
    duration_ns: int,
    report: "_Report",
    should_stop: Callable[[], bool],
) -> None:
    with Behind(inner) as writer:
        for place, picture in _pictures(scene, plan):
            if should_stop():
                raise _StoppedError
            if picture is not None:
                writer.write(picture, int(plan.video_ns[place]))
            report.reached(place, writer.frames)
        writer.finish(duration_ns)


def _pictures(scene: Scene, plan: Moments) -> Iterator[tuple[int, Pixels | None]]:
    """Every moment of the plan, with a picture where it differs from the one before or that stands too long."""
    last, picture, told_ns = None, None, 0
    for place, (at_ns, video_ns, is_content) in enumerate(
        zip(plan.at_ns.tolist(), plan.video_ns.tolist(), plan.is_content.tolist(), strict=True)
    ):
        look = scene.look(at_ns, video_ns, is_content=is_content)
        if picture is None or look != last:
            last, picture = look, scene.draw(look)
        elif video_ns - told_ns < LONGEST_FRAME_NS:
            yield place, None
            continue
        told_ns = video_ns
        yield place, picture


def _video(path: Path, means: Means, canvas: Canvas, table: Timetable, choice: Choice, *, is_live: bool) -> Video:
    return Video(
        path=path,
        frames=0,
        width_px=canvas.width_px,
        height_px=canvas.height_px,
        codec="",
        written_by=means.name,
        start_ns=table.start_ns,
        end_ns=table.end_ns,
        duration_ns=table.duration_ns,
        size_bytes=0,
        is_live=is_live,
        cuts=table.cuts,
        unsound=(),
        redactions=choice.redactions,
    )


def _unsound(recording: Source, table: Timetable) -> tuple[Span, ...]:
    start_ns, end_ns = table.start_ns, table.end_ns
    spans = recording.spans()
    return tuple(one for one in spans if one.kind in HIDING and one.start_ns < end_ns and one.end_ns > start_ns)


def _tick_ns(choice: Choice) -> int:
    return round(NS_PER_S / min(choice.fps or MOVING_FPS, MOVING_FPS))


def _content_times(recording: Source, choice: Choice) -> Times:
    """When a picture, a layout, a gap or a redaction may begin or end."""
    marks = [ns for span in recording.spans() if span.kind in HIDING for ns in (span.start_ns, span.end_ns)]
    marks += [row.at_ns for row in recording.rows() if row.kind == "screen"]
    # A redaction holds at its last moment too.
    marks += [ns for one in choice.redactions for ns in (one.start_ns, one.end_ns + 1)]
    return np.union1d(change_times(recording.changes()), np.array(marks, np.int64))


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


def _about(recording: Source, start_ns: int, end_ns: int, choice: Choice) -> dict[str, str]:
    """What stands in the file itself."""
    facts = recording.facts
    comment = (
        f"{facts.operator} @ {facts.host}, {time_text(start_ns)} to {time_text(end_ns)} of recording "
        f"{facts.session_id}. Made for watching: it is not sealed and proves nothing; the recording does."
    )
    if choice.redactions:
        comment += f" {len(choice.redactions)} redactions."
    return {"title": facts.session_id, "comment": comment}


class _Report:
    """Tells how far an export is, a few times a second; what is left is reckoned from what was done so far."""

    def __init__(
        self,
        progress: Callable[[Progress], None] | None,
        now_ns: Callable[[], int],
        plan: Moments,
        duration_ns: int,
        partial: Path,
    ) -> None:
        self._progress = progress
        self._now_ns = now_ns
        self._video_ns = plan.video_ns
        self._work = np.cumsum(np.where(plan.is_content, 1.0, _LOOK_COSTS))
        self._duration_ns = duration_ns
        self._partial = partial
        self._started_ns = self._told_ns = now_ns()

    def reached(self, place: int, frames: int) -> None:
        """This moment of the plan was looked at."""
        if self._progress is None or (now_ns := self._now_ns()) - self._told_ns < _TELL_EVERY_NS:
            return
        self._told_ns = now_ns
        share = float(self._work[place] / self._work[-1])
        spent_s = (now_ns - self._started_ns) / NS_PER_S
        size_bytes = 0
        with suppress(OSError):  # the share it lies on may be gone: then writing says so
            size_bytes = self._partial.stat().st_size
        expected = round(size_bytes / share) if size_bytes and share > 0.02 else None
        eta_s = spent_s * (1 - share) / share
        done_ns = int(self._video_ns[place])
        self._progress(Progress(share, done_ns, self._duration_ns, frames, eta_s, size_bytes, expected))

    def finish(self, video: Video) -> None:
        """All of it is written."""
        if self._progress is not None:
            size_bytes = video.size_bytes
            self._progress(
                Progress(1.0, video.duration_ns, video.duration_ns, video.frames, 0.0, size_bytes, size_bytes)
            )
