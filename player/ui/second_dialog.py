"""Asks for the second person of a recording that two groups must open: here with their key, or by their response."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QGridLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from player.ui.asking import SecondAnswer, SecondWanted
from resources.ui.growing_dialog import GrowingDialog
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.question_parts import answer_buttons, head_line
from resources.ui.widgets import plain_label

WIDTH_PX = 600
INDENT_PX = 26
SPACING_PX = 12


class FileQuestion:
    """Asks for a file's name."""

    @classmethod
    def existing(cls, title: str, *, parent: QWidget) -> str:
        """A file that is there; empty if the person gave up."""
        return QFileDialog.getOpenFileName(parent, title)[0]

    @classmethod
    def fresh(cls, title: str, name: str, *, parent: QWidget) -> str:
        """A file to write; empty if the person gave up."""
        return QFileDialog.getSaveFileName(parent, title, name)[0]


class SecondDialog(GrowingDialog):
    """Two ways, one of which is chosen; what does not do is said in it, and it is asked again."""

    def __init__(self, wanted: SecondWanted, *, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._wanted = look, wanted
        self._request: Path | None = None
        words = look.words
        self.setWindowTitle(words("second.title"))
        self.setMinimumWidth(WIDTH_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 20)
        column.setSpacing(12)
        column.addLayout(head_line(look, "key", words("second.title"), self))
        column.addWidget(plain_label(words("second.text", who=visible(_who(wanted))), wraps=True))
        self.here = QRadioButton(words("second.here"))
        self.elsewhere = QRadioButton(words("second.elsewhere"))
        self.key, self.passphrase, self.response = QLineEdit(), QLineEdit(), QLineEdit()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        column.addLayout(self._rows())
        self.problem = plain_label(self._said(), part="error" if wanted.problem else "dim", wraps=True)
        self.problem.setVisible(bool(wanted.problem or wanted.news))
        column.addWidget(self.problem)
        buttons, self._accept = answer_buttons(self, words("second.open"), words("second.cancel"))
        column.addWidget(buttons)
        self._begin(wanted)

    @property
    def answer(self) -> SecondAnswer:
        """What the dialog was left with."""
        if self._request is not None:
            return SecondAnswer(request=self._request)
        if self.here.isChecked():
            return SecondAnswer(key=Path(self.key.text().strip()), passphrase=self.passphrase.text())
        return SecondAnswer(response=Path(self.response.text().strip()))

    @classmethod
    def ask(cls, wanted: SecondWanted, *, look: Look, parent: QWidget | None) -> SecondAnswer | None:
        """What was given; None if the person gave up."""
        dialog = cls(wanted, look=look, parent=parent)
        is_given = dialog.exec() == QDialog.DialogCode.Accepted
        answer = dialog.answer
        dialog.passphrase.clear()
        dialog.deleteLater()
        return answer if is_given else None

    def write_request(self) -> None:
        """Ask where to write a request, and leave the dialog with that."""
        words = self._look.words
        name = FileQuestion.fresh(words("second.request"), "open-request.json", parent=self)
        if name:
            self._request = Path(name)
            self.accept()

    def _begin(self, wanted: SecondWanted) -> None:
        for changed in (self.here.toggled, self.key.textChanged, self.response.textChanged):
            changed.connect(self._look_at_it)
        before = wanted.before
        self.key.setText(str(before.key or ""))
        self.response.setText(str(before.response or ""))
        is_elsewhere = bool(wanted.news or before.response or before.request)
        (self.elsewhere if is_elsewhere else self.here).setChecked(True)
        self._look_at_it()
        line = self.response if is_elsewhere else self.passphrase if before.key else self.key
        line.setFocus()
        line.selectAll()

    def _rows(self) -> QGridLayout:
        """Both ways under each other, their lines and buttons in the same columns."""
        words, grid = self._look.words, QGridLayout()
        grid.setColumnMinimumWidth(0, INDENT_PX - SPACING_PX)
        grid.setHorizontalSpacing(SPACING_PX)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(2, 1)
        grid.addWidget(self.here, 0, 0, 1, 4)
        self._row(grid, 1, words("second.key"), self.key, self._button("choose", lambda: self._choose(self.key, "key")))
        self._row(grid, 2, words("second.passphrase"), self.passphrase, None)
        grid.setRowMinimumHeight(3, 8)
        grid.addWidget(self.elsewhere, 4, 0, 1, 4)
        choose = self._button("choose", lambda: self._choose(self.response, "response"))
        self._row(grid, 5, words("second.response"), self.response, choose)
        grid.addWidget(plain_label(words("second.explained"), part="dim", wraps=True), 6, 2)
        grid.addWidget(self._button("write", self.write_request), 6, 3, Qt.AlignmentFlag.AlignTop)
        return grid

    def _button(self, name: str, pressed: Callable[[], None]) -> QPushButton:
        button = QPushButton(self._look.words(f"second.{name}"))
        button.setAutoDefault(False)
        button.clicked.connect(pressed)
        return button

    def _row(self, grid: QGridLayout, row: int, name: str, line: QLineEdit, button: QPushButton | None) -> None:
        label = plain_label(name, part="dim")
        label.setBuddy(line)
        line.setAccessibleName(name)
        grid.addWidget(label, row, 1)
        grid.addWidget(line, row, 2)
        if button is not None:
            grid.addWidget(button, row, 3)

    def _choose(self, line: QLineEdit, name_of: str) -> None:
        name = FileQuestion.existing(self._look.words(f"second.{name_of}"), parent=self)
        if name:
            line.setText(name)

    def _look_at_it(self) -> None:
        is_here = self.here.isChecked()
        for line in (self.key, self.passphrase):
            line.setEnabled(is_here)
        self.response.setEnabled(not is_here)
        self._accept.setEnabled(bool((self.key if is_here else self.response).text().strip()))

    def _said(self) -> str:
        words = self._look.words
        if self._wanted.news:
            return words("second.written", path=self._wanted.news)
        return visible(words.said(self._wanted.problem))


def _who(wanted: SecondWanted) -> str:
    wraps = wanted.lacking.header.wraps
    groups = (
        f"“{group}” ({', '.join(wrap.name for wrap in wraps if wrap.group == group)})"
        for group in wanted.lacking.lacking
    )
    return ", ".join(groups)
