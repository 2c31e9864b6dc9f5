"""The export dialog: what, as which file, with which options; then how far it is, and where it lies."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QDesktopServices
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from player.moments import read_time_text, time_text
from player.scan import ScanProgress
from player.ui.inert import visible
from player.ui.look import Look
from player.ui.widgets import plain_label, restyle, rule
from player.video.export import Progress
from player.video.order import Done

FORMS = (".webm", ".mp4")
LEAST_WIDTH_PX = 560


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


class ExportDialog(QDialog):
    """Stays open beside the window; it only asks and shows. `wanted` is None while something in it is not right."""

    started = Signal(object)  # Wanted
    cancel_requested = Signal()
    redactions_requested = Signal()
    changed = Signal()

    def __init__(self, *, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._duration_ns = 0
        self._is_running = False
        self.setWindowTitle(look.words("export.title"))
        self.setMinimumWidth(LEAST_WIDTH_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(plain_label(look.words("export.title"), part="big"))
        self._about = plain_label("", part="dim", wraps=True)
        column.addWidget(self._about)
        column.addWidget(self._made_form())
        column.addWidget(rule())
        self._add_answers(column)
        column.addStretch(1)
        column.addLayout(self._buttons())
        self.show_idle()

    # --- putting together ---------------------------------------------------------------------------------------------

    def _made_form(self) -> QWidget:
        look = self._look
        self._form = QWidget()
        grid = QGridLayout(self._form)
        grid.setContentsMargins(0, 4, 0, 4)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(1, 1)
        for row, (name, part) in enumerate(
            (("what", self._range()), ("file", self._file()), ("with", self._options()), ("black", self._black()))
        ):
            label = plain_label(look.words(f"export.{name}"), part="heading")
            label.setContentsMargins(0, 4, 0, 0)  # level with the first line beside it
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addLayout(part, row, 1)
        return self._form

    def _add_answers(self, column: QVBoxLayout) -> None:
        self.estimate = plain_label("", wraps=True)
        self.notes = plain_label("", part="dim", wraps=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.setAccessibleName(self._look.words("export.progress"))
        self.said = plain_label("", wraps=True, selectable=True)
        for widget in (self.estimate, self.notes, self.bar, self.said):
            column.addWidget(widget)

    def _range(self) -> QVBoxLayout:
        words, box = self._look.words, QVBoxLayout()
        box.setSpacing(6)
        self.whole, self.part = QRadioButton(words("export.whole")), QRadioButton(words("export.range"))
        group = QButtonGroup(self)
        for button in (self.whole, self.part):
            group.addButton(button)
        self.whole.setChecked(True)
        self.begin, self.end = QLineEdit(), QLineEdit()
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.part)
        for line, name in ((self.begin, "from"), (self.end, "to")):
            line.setAccessibleName(words(f"export.{name}"))
            line.setToolTip(words("export.time_tip"))
            line.setFixedWidth(118)
            line.textEdited.connect(lambda _text: self.part.setChecked(True))
            line.textChanged.connect(self._changed)
        row.addWidget(self.begin)
        row.addWidget(plain_label("–", part="dim"))
        row.addWidget(self.end)
        row.addStretch(1)
        self.whole.toggled.connect(self._changed)
        box.addWidget(self.whole)
        box.addLayout(row)
        return box

    def _file(self) -> QVBoxLayout:
        words, box, row, forms = self._look.words, QVBoxLayout(), QHBoxLayout(), QHBoxLayout()
        box.setSpacing(6)
        self.path = QLineEdit()
        self.path.setAccessibleName(words("export.file"))
        self.path.textChanged.connect(self._changed)
        self.browse = QPushButton(words("export.browse"))
        self.browse.clicked.connect(self._browse)
        row.addWidget(self.path, 1)
        row.addWidget(self.browse)
        self.forms: dict[str, QRadioButton] = {}
        group = QButtonGroup(self)
        for suffix in FORMS:
            button = QRadioButton(words(f"export.form_{suffix[1:]}"))
            group.addButton(button)
            button.clicked.connect(lambda _checked=False, suffix=suffix: self._choose_form(suffix))
            self.forms[suffix] = button
            forms.addWidget(button)
        forms.addStretch(1)
        box.addLayout(row)
        box.addLayout(forms)
        return box

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
            option.toggled.connect(self._changed)
            box.addWidget(option)
        return box

    def _black(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self._redactions = plain_label("")
        self.edit_redactions = QPushButton(self._look.words("export.edit_black"))
        self.edit_redactions.clicked.connect(self.redactions_requested)
        row.addWidget(self._redactions, 1)
        row.addWidget(self.edit_redactions)
        return row

    def _buttons(self) -> QHBoxLayout:
        words, row = self._look.words, QHBoxLayout()
        row.setSpacing(8)
        self.show_folder = QPushButton(words("export.show_folder"))
        self.show_folder.clicked.connect(self._show_folder)
        self.close_button = QPushButton(words("export.close"))
        self.close_button.clicked.connect(self.close)
        self.go = QPushButton(words("export.go"))
        self.go.setDefault(True)
        self.go.clicked.connect(self._go)
        row.addWidget(self.show_folder)
        row.addStretch(1)
        row.addWidget(self.close_button)
        row.addWidget(self.go)
        return row

    # --- what it is told ----------------------------------------------------------------------------------------------

    def show_recording(self, about: str, duration_ns: int, path: Path) -> None:
        """Of this recording."""
        self._about.setText(visible(about))
        self._duration_ns = duration_ns
        self.whole.setText(self._look.words("export.whole_of", length=time_text(duration_ns, milliseconds=False)))
        self.path.setText(str(path))
        if not self.part.isChecked():
            self.begin.setText(time_text(0))
            self.end.setText(time_text(duration_ns))
        self.show_idle()

    def show_range(self, start_ns: int, end_ns: int) -> None:
        """This range was selected."""
        self.begin.setText(time_text(start_ns))
        self.end.setText(time_text(end_ns))
        self.part.setChecked(True)

    def show_redactions(self, count: int) -> None:
        """So many areas and texts will be black in the copy."""
        words = self._look.words
        self._redactions.setText(words("export.black_some", count=count) if count else words("export.black_none"))

    def show_estimate(self, text: str, notes: str, *, tone: str = "") -> None:
        """How long the video will be, and what must be known of it."""
        self.estimate.setText(text)
        self.notes.setText(visible(notes))
        self.notes.setVisible(bool(notes))
        restyle(self.notes, "part", "error" if tone == "bad" else "dim")

    def show_idle(self) -> None:
        """Nothing is being written."""
        self._set_running(is_running=False)
        self.bar.hide()
        self.said.hide()
        self.show_folder.hide()

    def show_reading(self, now: ScanProgress) -> None:
        """The recording is read through first."""
        reached = time_text(now.reached_ns, milliseconds=False)
        self._say(self._look.words("export.reading", reached=reached))
        self.bar.setRange(0, 0)

    def show_progress(self, now: Progress) -> None:
        """How far it is."""
        words = self._look.words
        self.bar.setRange(0, 1000)
        self.bar.setValue(round(now.share * 1000))
        left = "" if now.eta_s is None else words("export.left", time=_seconds(now.eta_s))
        size = "" if now.expected_bytes is None else words("export.size", size=_megabytes(now.expected_bytes))
        self._say("  ·  ".join(part for part in (f"{now.share:.0%}", left, size) if part))

    def show_done(self, done: Done) -> None:
        """It is written."""
        words, video = self._look.words, done.video
        self._set_running(is_running=False)
        self.bar.hide()
        length = time_text(video.duration_ns, milliseconds=False)
        names = ", ".join(path.name for path in done.order.files)
        text = words("export.done", names=visible(names), length=length, size=_megabytes(video.size_bytes))
        if video.is_live:
            text += " " + words("export.was_live", end=time_text(video.end_ns, milliseconds=False))
        self._say(text)
        self.show_folder.show()
        self.show_folder.setFocus()

    def show_failure(self, sentence: str) -> None:
        """It could not be written; nothing half written is left."""
        self._set_running(is_running=False)
        self.bar.hide()
        self._say(visible(self._look.words.said(sentence)), part="error")

    def show_cancelled(self) -> None:
        """It was cancelled."""
        self._set_running(is_running=False)
        self.bar.hide()
        self._say(self._look.words("export.cancelled"))

    @property
    def wanted(self) -> Wanted | None:
        """What is asked for; None if a time or the name cannot be meant."""
        start_ns, end_ns = self.range_ns
        text = self.path.text().strip()
        if not text or Path(text).suffix.lower() not in FORMS or start_ns is None or (end_ns or 1) <= start_ns:
            return None
        return Wanted(
            Path(text),
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
        if self.whole.isChecked():
            return 0, None
        begin, end = read_time_text(self.begin.text()), read_time_text(self.end.text())
        return (None, None) if begin is None or end is None or begin >= end else (begin, end)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _go(self) -> None:
        if self._is_running:
            self.cancel_requested.emit()
        elif (wanted := self.wanted) is not None:
            self._set_running(is_running=True)
            self.bar.setRange(0, 0)
            self.bar.show()
            self.show_folder.hide()
            self._say(self._look.words("export.starting"))
            self.started.emit(wanted)

    def _set_running(self, *, is_running: bool) -> None:
        self._is_running = is_running
        self._form.setEnabled(not is_running)
        self.go.setText(self._look.words("export.stop" if is_running else "export.go"))
        self.go.setEnabled(is_running or self.wanted is not None)

    def _changed(self, *_changed: object) -> None:
        suffix = Path(self.path.text().strip()).suffix.lower()
        for form, button in self.forms.items():
            button.setChecked(form == suffix)
        start_ns, _ = self.range_ns
        for line in (self.begin, self.end):
            restyle(line, "problem", "yes" if start_ns is None else "")
        if not self._is_running:
            self.go.setEnabled(self.wanted is not None)
        self.changed.emit()

    def _force_clock(self, skips: bool) -> None:
        """Where idle time is cut, the clock must be in sight: the video's own is not the session's any more."""
        self.clock.setEnabled(not skips)
        if skips:
            self.clock.setChecked(True)

    def _choose_form(self, suffix: str) -> None:
        text = self.path.text().strip()
        if text:
            self.path.setText(str(Path(text).with_suffix(suffix)))

    def _browse(self) -> None:
        chosen = SaveVideoDialog.ask(self._look.words("export.title"), Path(self.path.text()), parent=self)
        if chosen is not None:
            self.path.setText(str(chosen))

    def _show_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(self.path.text()).absolute().parent)))

    def _say(self, text: str, *, part: str = "") -> None:
        restyle(self.said, "part", part)
        self.said.setText(text)
        self.said.show()

    def closeEvent(self, event: QCloseEvent) -> None:
        """The export goes on; opening the dialog again shows how far it is."""
        event.accept()


class SaveVideoDialog:
    """Asks where the video is to lie."""

    @classmethod
    def ask(cls, title: str, start: Path, *, parent: QWidget | None) -> Path | None:
        """The file; None if the person gave up."""
        chosen, _ = QFileDialog.getSaveFileName(parent, title, str(start), "Video (*.webm *.mp4)")
        if not chosen:
            return None
        path = Path(chosen)
        return path if path.suffix.lower() in FORMS else path.with_name(path.name + (start.suffix or FORMS[0]))


def _seconds(seconds: float) -> str:
    minutes, second = divmod(round(seconds), 60)
    return f"{minutes}:{second:02}"


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB"
