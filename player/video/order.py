"""An export as it was asked for in one go: the video, and beside it subtitles and log; carried out, or nothing left."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from player.export import export_log, export_subtitles
from player.outfile import refuse_no_file
from player.scan import ScanProgress
from player.source import Source
from player.video.export import Choice, Progress, Video, export_video, table_of
from player.video.words import VideoWords
from player.video.writers import means_for


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be written of the recording in this folder; subtitles and log if a name is given."""

    folder: Path
    video: Path
    choice: Choice
    subtitles: Path | None = None
    log: Path | None = None
    words: VideoWords = field(default_factory=VideoWords)

    @property
    def files(self) -> tuple[Path, ...]:
        """All files that it writes."""
        return tuple(path for path in (self.video, self.subtitles, self.log) if path is not None)

    @property
    def told(self) -> dict[str, object]:
        """As the ledger tells it."""
        files = {"video": self.video, "subtitles": self.subtitles, "log": self.log}
        about: dict[str, object] = {what: str(path) for what, path in files.items() if path is not None}
        choice = self.choice
        about |= {"from_ns": choice.start_ns, "to_ns": choice.end_ns, "redactions": len(choice.redactions)}
        return about


@dataclass(frozen=True, slots=True)
class Done:
    """What an order came to. `spent_ns` is what the video took, `changes` how many changes of a picture it has."""

    order: Order
    video: Video
    spent_ns: int
    changes: int


@runtime_checkable
class _Scanned(Protocol):
    """A recording whose rows and spans come only while it is read through."""

    def scan_step(self) -> ScanProgress:
        """Read some more."""
        ...


def carry_out(
    source: Source,
    order: Order,
    *,
    keep_on: Callable[[], None],
    reading: Callable[[ScanProgress], None],
    progress: Callable[[Progress], None],
    now_ns: Callable[[], int],
) -> Done:
    """Read the recording through and write everything; `keep_on` raises when it is not wanted any more.

    Raises:
        ExportError: there is nothing to export, or not in this form.
        StorageError: a file cannot be written, or the recording cannot be read any more.
    """
    for path in order.files:
        refuse_no_file(path)
    means = means_for(order.video, order.choice.fps)
    while isinstance(source, _Scanned) and not (now := source.scan_step()).is_complete:
        keep_on()
        reading(now)
    table = table_of(source, order.choice, step_ns=means.step_ns)

    def should_stop() -> bool:
        keep_on()
        return False

    began_ns = now_ns()
    video = export_video(
        source,
        order.video,
        order.choice,
        words=order.words,
        means=means,
        progress=progress,
        should_stop=should_stop,
        now_ns=now_ns,
    )
    spent_ns = now_ns() - began_ns
    if order.subtitles is not None:
        export_subtitles(source, order.subtitles, table=table, redactions=order.choice.redactions)
    if order.log is not None:
        export_log(source, order.log, table=table, redactions=order.choice.redactions)
    changes = sum(video.start_ns <= change.at_ns <= video.end_ns for change in source.changes())
    return Done(order, video, spent_ns, changes)
