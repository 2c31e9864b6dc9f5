"""Checking an evidence package that came from anywhere: how far it is, and what was found."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QFileDialog, QProgressBar, QPushButton, QWidget

from player.package.checking import CheckedPackage
from player.ui.checked_view import CheckedView
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.scrolling_dialog import ScrollingDialog
from resources.ui.widgets import plain_label, restyle

STEPS = 1000
LEAST_WIDTH_PX = 600


class CheckDialog(ScrollingDialog):
    """Stays open beside the window; closing it cancels."""

    cancel_requested = Signal()
    again_requested = Signal()

    def __init__(self, *, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._is_running = False
        words = look.words
        self.setWindowTitle(words("package_check.title"))
        self.setMinimumWidth(LEAST_WIDTH_PX)
        self.column.addWidget(plain_label(words("package_check.title"), part="big"))
        self.about = plain_label(part="dim", wraps=True, selectable=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, STEPS)
        self.bar.setAccessibleName(words("package_check.title"))
        self.said = plain_label(wraps=True, selectable=True)
        self.checked = CheckedView(look=look)
        for part in (self.about, self.bar, self.said, self.checked):
            self.column.addWidget(part)
        self.column.addStretch(1)
        self.again = QPushButton(words("package_check.again"))
        self.again.setAutoDefault(False)
        self.again.clicked.connect(self.again_requested)
        self.close_button = QPushButton()
        self.close_button.clicked.connect(self._close)
        self.foot.addWidget(self.again)
        self.foot.addStretch(1)
        self.foot.addWidget(self.close_button)

    def show_begun(self, path: Path) -> None:
        """This package is being checked."""
        self.about.setText(visible(str(path)))
        self.checked.show_checked(None)
        self._set_running(is_running=True)
        self.bar.setValue(0)
        self._say(self._look.words("package_check.checking"))

    def show_share(self, share: float) -> None:
        """How far it is, 0 to 1."""
        self.bar.setValue(round(share * STEPS))

    def show_checked(self, checked: CheckedPackage) -> None:
        """This was found."""
        self._set_running(is_running=False)
        self.said.hide()
        self.checked.show_checked(checked)
        self.close_button.setFocus()

    def show_failure(self, sentence: str) -> None:
        """It could not be checked."""
        self._set_running(is_running=False)
        self._say(visible(self._look.words.said(sentence)), part="error")

    def show_cancelled(self) -> None:
        """It was not checked to its end."""
        self._set_running(is_running=False)
        self._say(self._look.words("package_check.cancelled"))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Nobody waits for the answer any more."""
        if self._is_running:
            self.cancel_requested.emit()
        event.accept()

    def reject(self) -> None:
        """Esc does as closing does."""
        self.close()

    def _close(self) -> None:
        if self._is_running:
            self.cancel_requested.emit()
        else:
            self.close()

    def _set_running(self, *, is_running: bool) -> None:
        self._is_running = is_running
        self.bar.setVisible(is_running)
        self.again.setEnabled(not is_running)
        self.close_button.setText(self._look.words(f"package_check.{'cancel' if is_running else 'close'}"))

    def _say(self, text: str, *, part: str = "") -> None:
        restyle(self.said, "part", part)
        self.said.setText(text)
        self.said.show()


class PackageFileDialog:
    """Asks which package to check."""

    @classmethod
    def ask(cls, start: Path, *, look: Look, parent: QWidget | None) -> Path | None:
        """The file; None if the person gave up."""
        words = look.words
        chosen, _ = QFileDialog.getOpenFileName(
            parent, words("package_check.choose"), str(start), words("package_check.filter")
        )
        return Path(chosen) if chosen else None
