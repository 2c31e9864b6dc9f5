"""The form of every dialog that writes something of a recording: what it asks, how far it is, and where it lies."""

from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QDesktopServices
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLayout,
    QProgressBar,
    QPushButton,
    QWidget,
)

from player.ui.file_choice import FileChoice
from player.ui.writing import Writing
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.scrolling_dialog import ScrollingDialog
from resources.ui.widgets import plain_label, restyle, rule

LEAST_WIDTH_PX = 560
STEPS = 1000


class WritingDialog(ScrollingDialog):
    """Stays open beside the window; it only asks and shows. Whoever inherits says what is wanted."""

    started = Signal(object)  # what is wanted
    cancel_requested = Signal()
    redactions_requested = Signal()
    changed = Signal()
    file: FileChoice  # made by whoever inherits

    def __init__(self, name: str, *, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._look = name, look
        self._is_running = False
        words = look.words
        self.setWindowTitle(words(f"{name}.title"))
        self.setMinimumWidth(LEAST_WIDTH_PX)
        self.column.addWidget(plain_label(words(f"{name}.title"), part="big"))
        self._about = plain_label("", part="dim", wraps=True)
        self.column.addWidget(self._about)
        self._form = QWidget()
        self._grid = QGridLayout(self._form)
        self._grid.setContentsMargins(0, 4, 0, 4)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(10)
        self._grid.setColumnStretch(1, 1)
        self.column.addWidget(self._form)
        self.column.addWidget(rule())
        self._add_answers()
        self.column.addStretch(1)
        self._add_buttons()

    # --- for whoever inherits -----------------------------------------------------------------------------------------

    @property
    def wanted(self) -> object | None:
        """What is asked for; None if something in the form cannot be meant."""
        raise NotImplementedError

    @property
    def is_ready(self) -> bool:
        """Whether what is asked for can be meant."""
        return self.wanted is not None

    def begin_writing(self) -> None:
        """Say what is wanted."""
        self.started.emit(self.wanted)

    def tell_change(self, *_changed: object) -> None:
        """Something in the form is otherwise."""
        self.look_whether_ready()
        self.changed.emit()

    def add_part(self, name: str, part: QWidget | QLayout) -> None:
        """A row of the form: what it is called, and the controls."""
        row = self._grid.rowCount()
        label = plain_label(self._look.words(f"{self._name}.{name}"), part="heading")
        label.setContentsMargins(0, 4, 0, 0)  # level with the first line beside it
        self._grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        if isinstance(part, QWidget):
            self._grid.addWidget(part, row, 1)
        else:
            self._grid.addLayout(part, row, 1)

    def add_below(self, widget: QWidget) -> None:
        """Something under what is said, above the buttons."""
        self.column.insertWidget(self.column.count() - 1, widget)

    def made_black(self) -> QHBoxLayout:
        """How much is blacked out in the copy, and the way to it."""
        row = QHBoxLayout()
        self._redactions = plain_label("")
        self.edit_redactions = QPushButton(self._look.words("export.edit_black"))
        self.edit_redactions.setAutoDefault(False)
        self.edit_redactions.clicked.connect(self.redactions_requested)
        row.addWidget(self._redactions, 1)
        row.addWidget(self.edit_redactions)
        return row

    # --- what it is told ----------------------------------------------------------------------------------------------

    def follow(self, writing: Writing) -> None:
        """Cancel this, and say how it ends; what it tells on the way and what comes of it differs."""
        self.cancel_requested.connect(writing.cancel)
        writing.failed.connect(self.show_failure)
        writing.cancelled.connect(self.show_cancelled)

    def show_proposed(self, about: str, path: Path) -> None:
        """Of this recording, as this file."""
        self._about.setText(visible(about))
        self.file.path.setText(str(path))
        self.show_idle()

    def show_redactions(self, count: int) -> None:
        """So many areas and texts will be black in the copy."""
        words = self._look.words
        self._redactions.setText(words("export.black_some", count=count) if count else words("export.black_none"))

    def show_notes(self, *notes: str, tone: str = "") -> None:
        """What must be known beforehand, a line each."""
        self.notes.setText("\n".join(visible(note) for note in notes if note))
        self.notes.setVisible(bool(self.notes.text()))
        restyle(self.notes, "part", "error" if tone == "bad" else "dim")

    def show_idle(self) -> None:
        """Nothing is being written."""
        self.set_running(is_running=False)
        self.said.hide()
        self.show_folder.hide()
        self.upper.keep_in_sight(None)

    def show_share(self, share: float | None, text: str) -> None:
        """How far it is, 0 to 1; None: nobody can tell."""
        self.bar.setRange(0, 0 if share is None else STEPS)
        self.bar.setValue(0 if share is None else round(share * STEPS))
        self.say(text)

    def show_written(self, text: str) -> None:
        """It is written, and this is said of it."""
        self.set_running(is_running=False)
        self.say(text)
        self.show_folder.show()
        self.show_folder.setFocus()

    def show_failure(self, sentence: str) -> None:
        """It could not be written; nothing half written is left."""
        self.set_running(is_running=False)
        self.say(visible(self._look.words.said(sentence)), part="error")

    def show_cancelled(self) -> None:
        """It was cancelled."""
        self.set_running(is_running=False)
        self.say(self._look.words("export.cancelled"))

    def say(self, text: str, *, part: str = "") -> None:
        """Say this below the progress."""
        restyle(self.said, "part", part)
        self.said.setText(text)
        self.said.show()
        self.upper.keep_in_sight(self.said)

    def set_running(self, *, is_running: bool) -> None:
        """While it is written nothing can be changed, and the button cancels: by its key, not by one Enter too many."""
        self._is_running = is_running
        self._form.setEnabled(not is_running)
        self.bar.setVisible(is_running)
        self.go.setText(self._look.words("export.stop" if is_running else f"{self._name}.go"))
        self.go.setDefault(not is_running)
        if is_running:
            self.setFocus()
        self.look_whether_ready()

    def look_whether_ready(self) -> None:
        """What cannot be meant cannot be started."""
        self.go.setEnabled(self._is_running or self.is_ready)

    def closeEvent(self, event: QCloseEvent) -> None:
        """What is written goes on; opening the dialog again shows how far it is."""
        event.accept()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _add_answers(self) -> None:
        self.estimate = plain_label("", wraps=True)
        self.notes = plain_label("", part="dim", wraps=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, STEPS)
        self.bar.setAccessibleName(self._look.words("export.progress"))
        self.said = plain_label("", wraps=True, selectable=True)
        for widget in (self.estimate, self.notes, self.bar, self.said):
            self.column.addWidget(widget)

    def _add_buttons(self) -> None:
        words = self._look.words
        self.show_folder = QPushButton(words("export.show_folder"))
        self.show_folder.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.file.folder))))
        self.close_button = QPushButton(words("export.close"))
        self.close_button.clicked.connect(self.close)
        self.go = QPushButton(words(f"{self._name}.go"))
        for other in (self.show_folder, self.close_button):
            other.setAutoDefault(False)  # else the first of them looks like what is to be done
        self.go.setDefault(True)
        self.go.clicked.connect(self._go)
        self.foot.addWidget(self.show_folder)
        self.foot.addStretch(1)
        self.foot.addWidget(self.close_button)
        self.foot.addWidget(self.go)

    def _go(self) -> None:
        if self._is_running:
            self.cancel_requested.emit()
        elif self.is_ready:
            self.set_running(is_running=True)
            self.show_folder.hide()
            self.show_share(None, self._look.words("export.starting"))
            self.begin_writing()
