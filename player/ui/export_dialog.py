"""The export dialog: what, as which file, with which options; then how far it is, and where it lies."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from player.moments import time_text
from player.scan import ScanProgress
from player.ui.file_choice import FileChoice
from player.ui.range_choice import RangeChoice
from player.ui.writing_dialog import WritingDialog
from player.video.export import Progress
from player.video.order import Done
from resources.ui.inert import visible
from resources.ui.look import Look

FORMS = (".webm", ".mp4")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the dialog says is wanted; `end_ns` None: to the end."""

    path: Path
    start_ns: int
    end_ns: int | None
    skip_idle: bool
    clock: bool
    subtitles: bool
    log: bool


class ExportDialog(WritingDialog):
    """`wanted` is None while something in it is not right."""

    def __init__(self, *, look: Look, parent: QWidget | None = None) -> None:
        super().__init__("export", look=look, parent=parent)
        words = look.words
        self.range = RangeChoice(look=look)
        forms = [(form, words(f"export.form_{form[1:]}")) for form in FORMS]
        self.file = FileChoice(forms, words("export.title"), look=look)
        self.whole, self.part, self.begin, self.end = (
            self.range.whole,
            self.range.part,
            self.range.begin,
            self.range.end,
        )
        self.path, self.forms = self.file.path, self.file.forms
        self.add_part("what", self.range)
        self.add_part("file", self.file)
        self.add_part("with", self._options())
        self.add_part("black", self.made_black())
        for part in (self.range, self.file):
            part.changed.connect(self.tell_change)
        self.show_idle()

    # --- what it is told ----------------------------------------------------------------------------------------------

    def show_recording(self, about: str, duration_ns: int, path: Path) -> None:
        """Of this recording."""
        self.range.show_length(duration_ns)
        self.show_proposed(about, path)

    def show_range(self, start_ns: int, end_ns: int) -> None:
        """This range was selected."""
        self.range.show_range(start_ns, end_ns)

    def show_estimate(self, text: str, notes: str, *, tone: str = "") -> None:
        """How long the video will be, and what must be known of it."""
        self.estimate.setText(text)
        self.show_notes(notes, tone=tone)

    def show_progress(self, now: ScanProgress | Progress) -> None:
        """How far it is; the recording is read through first."""
        words = self._look.words
        if isinstance(now, ScanProgress):
            self.show_share(None, words("export.reading", reached=time_text(now.reached_ns, milliseconds=False)))
            return
        left = "" if now.eta_s is None else words("export.left", time=_seconds(now.eta_s))
        size = "" if now.expected_bytes is None else words("export.size", size=megabytes(now.expected_bytes))
        self.show_share(now.share, "  ·  ".join(part for part in (f"{now.share:.0%}", left, size) if part))

    def show_done(self, done: Done) -> None:
        """It is written."""
        words, video = self._look.words, done.video
        length = time_text(video.duration_ns, milliseconds=False)
        names = ", ".join(path.name for path in done.order.files)
        text = words("export.done", names=visible(names), length=length, size=megabytes(video.size_bytes))
        if video.is_live:
            text += " " + words("export.was_live", end=time_text(video.end_ns, milliseconds=False))
        self.show_written(text)

    @property
    def wanted(self) -> Wanted | None:
        """What is asked for; None if a time or the name cannot be meant."""
        start_ns, end_ns = self.range_ns
        path = self.file.chosen
        if path is None or start_ns is None:
            return None
        return Wanted(
            path,
            start_ns,
            end_ns,
            self.skip_idle.isChecked(),
            self.clock.isChecked(),
            self.subtitles.isChecked(),
            self.log.isChecked(),
        )

    @property
    def range_ns(self) -> tuple[int | None, int | None]:
        """From and to; a beginning of None: a time that cannot be read. An end of None: to the end."""
        return self.range.range_ns

    # --- inside -------------------------------------------------------------------------------------------------------

    def _options(self) -> QVBoxLayout:
        words, box = self._look.words, QVBoxLayout()
        box.setSpacing(6)
        self.skip_idle, self.clock, self.subtitles, self.log = (
            QCheckBox(words(f"export.{name}")) for name in ("skip_idle", "clock", "subtitles", "log")
        )
        self.clock.setChecked(True)
        self.subtitles.setChecked(True)
        self.skip_idle.toggled.connect(self._force_clock)
        for option in (self.skip_idle, self.clock, self.subtitles, self.log):
            option.toggled.connect(self.tell_change)
            box.addWidget(option)
        return box

    def _force_clock(self, skips: bool) -> None:
        """Where idle time is cut, the clock must be in sight: the video's own is not the session's any more."""
        self.clock.setEnabled(not skips)
        if skips:
            self.clock.setChecked(True)


def megabytes(size_bytes: int) -> str:
    """A size as it is shown."""
    return f"{size_bytes / 1e6:.1f} MB"


def _seconds(seconds: float) -> str:
    minutes, second = divmod(round(seconds), 60)
    return f"{minutes}:{second:02}"
