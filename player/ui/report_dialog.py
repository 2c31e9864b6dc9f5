"""The dialog of reports: as which file and in which language; then how far it is, and where it lies."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from player.ui.file_choice import FileChoice
from player.ui.inert import visible
from player.ui.language_choice import language_choice
from player.ui.look import Look
from player.ui.writing_dialog import WritingDialog

FORMS = (".html", ".pdf")


@dataclass(frozen=True, slots=True)
class ReportWanted:
    """What the dialog says is wanted."""

    path: Path
    language: str


@dataclass(frozen=True, slots=True)
class ReportStage:
    """How far it is: `share`, 0 to 1, of reading the recording, or of printing the pages."""

    is_printing: bool
    share: float


class ReportDialog(WritingDialog):
    """`wanted` is None while the name cannot be meant."""

    started = Signal(object)  # ReportWanted

    def __init__(self, *, look: Look, parent: QWidget | None = None) -> None:
        super().__init__("report_out", look=look, parent=parent)
        words = look.words
        forms = [(form, words(f"report_out.form_{form[1:]}")) for form in FORMS]
        self.file = FileChoice(forms, words("report_out.title"), look=look)
        self.language = language_choice(look, words("report_out.language"))
        speaking = QHBoxLayout()
        speaking.addWidget(self.language)
        speaking.addStretch(1)
        self.add_part("file", self.file)
        self.add_part("language", speaking)
        self.add_part("black", self.made_black())
        self.estimate.setText(words("report_out.intro"))
        self.file.changed.connect(self._changed)
        self.show_idle()

    def show_recording(self, about: str, path: Path) -> None:
        """Of this recording."""
        self.show_about(about)
        self.file.path.setText(str(path))
        self.show_idle()

    def show_stage(self, now: ReportStage) -> None:
        """How far it is."""
        wanted = self.wanted
        prints = wanted is not None and wanted.path.suffix.lower() == ".pdf"
        share = now.share if not prints else 0.5 * (now.share + now.is_printing)
        self.show_share(share, self._look.words(f"report_out.{'printing' if now.is_printing else 'reading'}"))

    def show_made(self, path: Path) -> None:
        """It is written."""
        self.show_written(self._look.words("report_out.made", path=visible(str(path))))

    @property
    def wanted(self) -> ReportWanted | None:
        """What is asked for; None if the name cannot be meant."""
        path = self.file.chosen
        return None if path is None else ReportWanted(path, str(self.language.currentData()))

    @property
    def is_ready(self) -> bool:
        """As its form wants it."""
        return self.wanted is not None

    @property
    def folder(self) -> Path:
        """As its form wants it."""
        return self.file.folder

    def begin_writing(self) -> None:
        """As its form wants it."""
        self.started.emit(self.wanted)

    def _changed(self, *_changed: object) -> None:
        self.look_whether_ready()
        self.changed.emit()
