"""The dialog of reports: as which file and in which language; then how far it is, and where it lies."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QWidget

from player.ui.file_choice import FileChoice
from player.ui.language_choice import language_choice, language_row
from player.ui.writing_dialog import WritingDialog
from resources.ui.inert import visible
from resources.ui.look import Look

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

    def __init__(self, *, look: Look, parent: QWidget | None = None) -> None:
        super().__init__("report_out", look=look, parent=parent)
        words = look.words
        forms = [(form, words(f"report_out.form_{form[1:]}")) for form in FORMS]
        self.file = FileChoice(forms, words("report_out.title"), look=look)
        self.language = language_choice(look, words("report_out.language"))
        self.add_part("file", self.file)
        self.add_part("language", language_row(self.language))
        self.add_part("black", self.made_black())
        self.estimate.setText(words("report_out.intro"))
        self.file.changed.connect(self.tell_change)
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
