"""Importing a recording: how far it is, and what came of it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QProgressBar, QPushButton, QWidget

from player.importing import Imported, ImportProgress
from player.ui.access import Level
from recorder.evidence.findings import Status
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.scrolling_dialog import ScrollingDialog
from resources.ui.widgets import plain_label

MB = 1_000_000
STEPS = 1000
_OF_FOLDER = {"copying": (0.0, 0.5), "verifying": (0.5, 1.0)}  # from which part of the bar to which each step takes
_OF_PACKAGE = {"checking": (0.0, 0.4), "copying": (0.4, 0.7), "verifying": (0.7, 1.0)}
_WORTH = {
    Status.SOUND: Level.SOUND,
    Status.PARTIAL: Level.PARTIAL,
    Status.ALTERED: Level.ALTERED,
    Status.CANNOT_JUDGE: Level.CANNOT_JUDGE,
    Status.READ_FAILED: Level.READ_FAILED,
}


class ImportDialog(ScrollingDialog):
    """Open while it goes on; closing it ends the import, and nothing of it is left."""

    ended_early = Signal()
    open_requested = Signal()

    def __init__(self, name: str, *, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        words = look.words
        self._is_done = False
        self._is_package = False
        self.setWindowTitle(words("import.title"))
        self.setMinimumWidth(460)
        self.title = plain_label(words("import.title"), part="big")
        self.text = plain_label(visible(name), wraps=True)
        self.bar = QProgressBar()
        self.bar.setRange(0, STEPS)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setAccessibleName(words("import.title"))
        self.step = plain_label(part="dim", wraps=True)
        for part in (self.title, self.text, self.bar, self.step):
            self.column.addWidget(part)
        self.column.addStretch(1)
        self._add_buttons()

    def _add_buttons(self) -> None:
        words = self._look.words
        self.foot.addStretch(1)
        self.open_button = QPushButton(words("import.open"))
        self.open_button.setDefault(True)
        self.open_button.clicked.connect(self._open)
        self.open_button.hide()
        self.close_button = QPushButton(words("import.cancel"))
        self.close_button.setAutoDefault(False)
        self.close_button.clicked.connect(self.close)
        self.foot.addWidget(self.open_button)
        self.foot.addWidget(self.close_button)

    def show_progress(self, progress: ImportProgress) -> None:
        """This is how far it is."""
        share = progress.done_bytes / max(1, progress.total_bytes)
        self._is_package |= progress.step == "checking"
        start, end = (_OF_PACKAGE if self._is_package else _OF_FOLDER)[progress.step]
        self.bar.setValue(round((start + share * (end - start)) * STEPS))
        done, total = (f"{size / MB:,.1f}" for size in (progress.done_bytes, progress.total_bytes))
        self.step.setText(self._look.words(f"import.{progress.step}", done=done, total=total))

    def show_done(self, imported: Imported) -> None:
        """It is in the library."""
        words = self._look.words
        self._end(words("import.was_there" if imported.was_there else "import.done"))
        verdict = words(f"verdict.{_WORTH[imported.verdict.status].value}")
        said = [words("import.worth", verdict=verdict), *(words.said(notice) for notice in imported.notices)]
        self.step.setText("\n".join(visible(one) for one in said))
        self.bar.setValue(STEPS)
        self.open_button.show()
        self.open_button.setFocus()

    def show_failure(self, sentence: str) -> None:
        """It is not, for this reason."""
        self._end(self._look.words("import.failed"))
        self.bar.hide()
        self.step.hide()
        self.text.setText(visible(self._look.words.said(sentence)))

    def closeEvent(self, event: QCloseEvent) -> None:
        """As Qt asks it."""
        if not self._is_done:
            self._is_done = True
            self.ended_early.emit()
        event.accept()
        self.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc is the button."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def _end(self, title: str) -> None:
        self._is_done = True
        self.title.setText(title)
        self.close_button.setText(self._look.words("import.close"))

    def _open(self) -> None:
        self.open_requested.emit()
        self.close()
