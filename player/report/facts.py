"""What a report on one recording tells, put together from the recording and the verdict on it."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2

from player.account import Account
from player.decoder import read_shown
from player.drawing import Canvas, desktop_of, draw_desktop, draw_pointer, place
from player.library import SEGMENTS
from player.recording import OpenRecording
from player.report.applications import ApplicationTime, times_in_applications, total_ns
from player.source import SessionFacts, Span
from player.video.burning import blacken
from player.video.redaction import Redactions, redacted_picture, redacted_rows, redactions_at
from recorder.agent_events import PolicyInForce
from recorder.command_rows import Command, commands
from recorder.errors import BugError, StorageError
from recorder.evidence.findings import Verdict
from recorder.logrow import LogRow

MOST_PICTURES = 40
PICTURE_WIDTH_PX, PICTURE_HEIGHT_PX = 1280, 800
NOT_RECORDED = frozenset({"gap", "altered", "missing", "unreadable"})
_READ_BYTES = 1 << 20

Progress = Callable[[float], None]  # how much of it is done, 0 to 1; raises if the report is not wanted any more
READING = 0.6  # of the work is reading the recording


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """A file of the recording, so that the report says of which bytes it speaks."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class AlertTold:
    """An alert, and the whole desktop at that moment as PNG; None: there is no sound picture, or there are too many."""

    row: LogRow
    picture_png: bytes | None


@dataclass(frozen=True, slots=True)
class ReviewTold:
    """What a reviewer said: `standing` is a word of `player.persons.Standing`. `at_ns` None: of all of the session."""

    person: str
    standing: str
    verdict: str
    wall_ns: int
    note: str = ""
    at_ns: int | None = None
    end_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is told. Times are the session's, of which `wall_ns_at` tells the recorded machine's UTC.

    What happened is told from `start_ns` to `end_ns`; the recording is `duration_ns` long. `made_wall_ns` is this
    machine's clock.
    """

    session: SessionFacts
    folder: Path
    start_ns: int
    end_ns: int
    duration_ns: int
    is_live: bool
    verdict: Verdict
    files: tuple[SegmentFile, ...]
    begun: LogRow | None
    policies: tuple[PolicyInForce, ...]
    applications: tuple[ApplicationTime, ...]
    commands: tuple[Command, ...]
    alerts: tuple[AlertTold, ...]
    not_recorded: tuple[Span, ...]
    not_recorded_ns: int
    idle_ns: int
    locked_ns: int
    account: Account
    reviews: tuple[ReviewTold, ...]
    wall_ns_at: Callable[[int], int]
    made_wall_ns: int
    made_by: str
    program: str

    @property
    def is_whole(self) -> bool:
        """Whether it tells of all that was recorded."""
        return self.start_ns == 0 and self.end_ns == self.duration_ns


def gather(
    recording: OpenRecording,
    folder: Path,
    verdict: Verdict,
    *,
    made_by: str,
    made_wall_ns: int,
    program: str,
    reviews: Iterable[ReviewTold] = (),
    start_ns: int = 0,
    end_ns: int | None = None,
    redactions: Redactions = (),
    progress: Progress = lambda _done: None,
) -> Report:
    """The report's facts; the recording is read through to its present end. Only what overlaps the range is told.

    Texts and pictures are redacted as in an exported copy.

    Raises:
        StorageError: a file cannot be read.
    """
    recording.scan_all(lambda read: progress(READING * read.reached_ns / max(1, read.duration_ns)))
    duration_ns = recording.duration_ns
    end_ns = duration_ns if end_ns is None else min(end_ns, duration_ns)
    rows = redacted_rows(_within(recording.rows(), start_ns, end_ns), redactions)
    spans = [_clipped(span, start_ns, end_ns) for span in recording.spans() if span.start_ns < end_ns]
    spans = [span for span in spans if span.end_ns > span.start_ns]
    dark = tuple(span for span in spans if span.kind in NOT_RECORDED)
    return Report(
        session=recording.facts,
        folder=folder,
        start_ns=start_ns,
        end_ns=end_ns,
        duration_ns=duration_ns,
        is_live=recording.is_live,
        verdict=verdict,
        files=_files(folder),
        begun=_begun(recording, redactions),
        policies=recording.policies(),
        applications=times_in_applications(rows, spans, end_ns),
        commands=tuple(commands(rows)),
        alerts=_alerts(recording, rows, redactions, progress),
        not_recorded=dark,
        not_recorded_ns=_total(dark),
        idle_ns=_total(span for span in spans if span.kind == "idle"),
        locked_ns=_total(span for span in spans if span.kind == "locked"),
        account=recording.account_of(start_ns, end_ns),
        reviews=tuple(reviews),
        wall_ns_at=recording.wall_ns_at,
        made_wall_ns=made_wall_ns,
        made_by=made_by,
        program=program,
    )


def _begun(recording: OpenRecording, redactions: Redactions) -> LogRow | None:
    """The row of its start, which says how it was recorded, whatever part is told."""
    begun = [row for row in recording.rows() if row.kind == "session"][:1]
    return next(iter(redacted_rows(begun, redactions)), None)


def desktop_png(recording: OpenRecording, at_ns: int, redactions: Redactions = ()) -> bytes | None:
    """The whole desktop then as PNG, its pointer drawn, made smaller if it is large; None if nothing sound is there."""
    recording.settle(at_ns)
    shown = read_shown(recording, at_ns)
    if not any(picture is not None for picture in shown.pictures):
        return None
    pictures = (None if one is None else redacted_picture(one, redactions, at_ns) for one in shown.pictures)
    shown = replace(shown, pictures=tuple(pictures))
    desktop = desktop_of(shown.screens)
    scale = min(1.0, PICTURE_WIDTH_PX / desktop.width, PICTURE_HEIGHT_PX / desktop.height)
    canvas = Canvas(max(2, round(desktop.width * scale)), max(2, round(desktop.height * scale)))
    drawn = draw_desktop(shown, canvas)
    placement = place(desktop, canvas)
    if shown.pointer is not None:
        draw_pointer(drawn, shown.pointer, placement)
    for one in redactions_at(redactions, at_ns):  # over the pointer: where it stood can tell what was under it
        for screen in (screen for screen in shown.screens if screen.number == one.screen):
            blacken(drawn, one, screen, placement)
    worked, png = cv2.imencode(".png", drawn)
    if not worked:
        msg = "OpenCV could not encode a picture as PNG"
        raise BugError(msg)
    return png.tobytes()


def _within(rows: Iterable[LogRow], start_ns: int, end_ns: int) -> list[LogRow]:
    """The rows of a range, and the window that was active when it began."""
    every = list(rows)
    before = [row for row in every if row.kind == "window" and row.at_ns < start_ns]
    begun = [replace(before[-1], at_ns=start_ns, end_ns=start_ns)] if before else []
    return begun + [row for row in every if row.end_ns >= start_ns and row.at_ns <= end_ns]


def _clipped(span: Span, start_ns: int, end_ns: int) -> Span:
    return replace(span, start_ns=max(span.start_ns, start_ns), end_ns=min(span.end_ns, end_ns))


def _alerts(
    recording: OpenRecording, rows: Sequence[LogRow], redactions: Redactions, progress: Progress
) -> tuple[AlertTold, ...]:
    found = [row for row in rows if row.kind == "alert"]
    told = []
    for number, row in enumerate(found):
        png = desktop_png(recording, row.at_ns, redactions) if number < MOST_PICTURES else None
        told.append(AlertTold(row, png))
        progress(READING + (1 - READING) * (number + 1) / len(found))
    return tuple(told)


def _total(spans: Iterable[Span]) -> int:
    return total_ns((span.start_ns, span.end_ns) for span in spans)


def _files(folder: Path) -> tuple[SegmentFile, ...]:
    try:
        return tuple(_file(path) for path in sorted(folder.glob(SEGMENTS)))
    except OSError as error:
        msg = f"{folder} cannot be read ({error.strerror or error}). Check that it is still there."
        raise StorageError(msg) from error


def _file(path: Path) -> SegmentFile:
    digest, size_bytes = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_READ_BYTES):
            digest.update(block)
            size_bytes += len(block)
    return SegmentFile(path.name, size_bytes, digest.hexdigest())
