"""The dialog of evidence packages: what goes in; then how far it is, where it lies, and what checking it again said."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QButtonGroup, QCheckBox, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from player.package.checking import CheckedPackage
from player.package.making import Package, Stage
from player.ui.checked_view import CheckedView
from player.ui.export_dialog import megabytes
from player.ui.file_choice import FileChoice
from player.ui.language_choice import language_choice, language_row
from player.ui.range_choice import RangeChoice
from player.ui.writing_dialog import WritingDialog
from resources.ui.inert import visible
from resources.ui.look import Look

SUFFIX = ".zip"
VIDEOS = {"webm": ".webm", "mp4": ".mp4", "none": None}
STAGES = ("copying", "verifying", "reading", "video", "report", "extras", "hashing", "packing", "checking")


@dataclass(frozen=True, slots=True)
class PackageWanted:
    """What the dialog says is wanted; `end_ns` None: to the end. `video`: a suffix, None: no video."""

    path: Path
    start_ns: int
    end_ns: int | None
    video: str | None
    skip_idle: bool
    with_recording: bool
    language: str


class PackageDialog(WritingDialog):
    """`wanted` is None while something in it is not right."""

    def __init__(self, *, look: Look, parent: QWidget | None = None) -> None:
        super().__init__("package_out", look=look, parent=parent)
        words = look.words
        self.range = RangeChoice(look=look)
        self.file = FileChoice([(SUFFIX, SUFFIX)], words("package_out.title"), look=look)
        self.language = language_choice(look, words("package_out.language"))
        self.add_part("what", self.range)
        self.add_part("file", self.file)
        self.add_part("video", self._videos())
        self.add_part("with", self._options())
        self.add_part("language", language_row(self.language))
        self.add_part("black", self.made_black())
        self.estimate.setText(words("package_out.intro"))
        self.checked = CheckedView(look=look)
        self.add_below(self.checked)
        for part in (self.range, self.file):
            part.changed.connect(self.tell_change)
        self.show_idle()

    # --- what it is told ----------------------------------------------------------------------------------------------

    def show_recording(self, about: str, duration_ns: int, path: Path) -> None:
        """Of this recording."""
        self.range.show_length(duration_ns)
        self.show_proposed(about, path)

    def show_stage(self, now: Stage) -> None:
        """How far it is."""
        words = self._look.words
        stages = [one for one in STAGES if one != "video" or self.video is not None]
        number = stages.index(now.key) if now.key in stages else 0
        text = words(
            "package_out.step", step=number + 1, steps=len(stages), stage=words(f"package_out.stage_{now.key}")
        )
        self.show_share((number + now.share) / len(stages), text)

    def show_made(self, made: Package, checked: CheckedPackage | None, problem: str) -> None:
        """It is written, and was checked again; or not, for this reason."""
        words = self._look.words
        text = words(
            "package_out.made", path=visible(str(made.path)), files=made.files, size=megabytes(made.size_bytes)
        )
        if made.is_live:
            text += " " + words("package_out.was_live")
        if problem:
            text += "\n" + words("package_out.not_checked", why=visible(words.said(problem)))
        self.show_written(text)
        self.checked.show_checked(checked)

    def show_idle(self) -> None:
        """As its form wants it."""
        super().show_idle()
        self.checked.show_checked(None)

    # --- as its form wants it -----------------------------------------------------------------------------------------

    @property
    def video(self) -> str | None:
        """The suffix of the video that is wanted; None: none is."""
        return next((VIDEOS[name] for name, button in self.videos.items() if button.isChecked()), None)

    @property
    def wanted(self) -> PackageWanted | None:
        """What is asked for; None if a time or the name cannot be meant."""
        start_ns, end_ns = self.range.range_ns
        path = self.file.chosen
        if path is None or start_ns is None:
            return None
        return PackageWanted(
            path,
            start_ns,
            end_ns,
            self.video,
            self.skip_idle.isChecked() and self.video is not None,
            self.with_recording.isChecked(),
            str(self.language.currentData()),
        )

    def begin_writing(self) -> None:
        """As its form wants it."""
        self.checked.show_checked(None)
        super().begin_writing()

    def tell_change(self, *changed: object) -> None:
        """As its form wants it."""
        self.skip_idle.setEnabled(self.video is not None)
        super().tell_change(*changed)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _videos(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        group = QButtonGroup(self)
        self.videos = {name: QRadioButton(self._look.words(f"package_out.video_{name}")) for name in VIDEOS}
        for button in self.videos.values():
            group.addButton(button)
            button.toggled.connect(self.tell_change)
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _options(self) -> QVBoxLayout:
        words, box = self._look.words, QVBoxLayout()
        box.setSpacing(6)
        self.with_recording, self.skip_idle = (
            QCheckBox(words(f"package_out.{name}")) for name in ("recording", "skip_idle")
        )
        self.with_recording.setChecked(True)
        self.videos["webm"].setChecked(True)
        for option in (self.with_recording, self.skip_idle):
            option.toggled.connect(self.tell_change)
            box.addWidget(option)
        return box
