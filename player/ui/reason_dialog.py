"""Asks why a recording is looked at, before anything of it is shown."""

from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit, QVBoxLayout, QWidget

from player.ledger.policy import LONGEST_REASON
from player.ui.asking import ReasonWanted
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.question_parts import answer_buttons, head_line
from resources.ui.widgets import plain_label

WIDTH_PX = 520


class ReasonDialog(QDialog):
    """Choices, a line of one's own, or both, as the policy allows; it cannot be left with a reason that will not do."""

    def __init__(self, wanted: ReasonWanted, *, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wanted, self._look = wanted, look
        words = look.words
        self.setWindowTitle(words("reason.title"))
        self.setMinimumWidth(WIDTH_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 20)
        column.setSpacing(12)
        column.addLayout(head_line(look, "kind_session", words(f"reason.title_{wanted.occasion.value}"), self))
        column.addWidget(plain_label(visible(wanted.recording), part="dim", wraps=True, selectable=True))
        column.addWidget(plain_label(words("reason.text"), wraps=True))
        self.choices, self.line = self._choices(), self._line()
        for widget in (self.choices, self.line):
            if widget is not None:
                column.addWidget(widget)
        self.why_not = plain_label(part="dim", wraps=True)
        self.why_not.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        column.addWidget(self.why_not)
        buttons, self._accept = answer_buttons(self, words("reason.enter"), words("reason.cancel"))
        column.addWidget(buttons)
        self._look_at_it()
        (self.line or self.choices or self).setFocus()

    @property
    def reason(self) -> str:
        """As it would be entered."""
        choice = self.choices.currentText() if self.choices is not None and self.choices.currentIndex() > 0 else ""
        text = self.line.text().strip() if self.line is not None else ""
        return ": ".join(part for part in (choice, text) if part)

    @classmethod
    def ask(cls, wanted: ReasonWanted, *, look: Look, parent: QWidget | None) -> str | None:
        """The reason; None if the person gave up."""
        dialog = cls(wanted, look=look, parent=parent)
        is_given = dialog.exec() == QDialog.DialogCode.Accepted
        reason = dialog.reason
        dialog.deleteLater()
        return reason if is_given else None

    def _choices(self) -> QComboBox | None:
        if not self._wanted.policy.choices:
            return None
        box = QComboBox()
        box.setAccessibleName(self._look.words("reason.choose"))
        box.addItems([self._look.words("reason.choose"), *self._wanted.policy.choices])
        box.currentIndexChanged.connect(self._look_at_it)
        return box

    def _line(self) -> QLineEdit | None:
        if not self._wanted.policy.free_text:
            return None
        line = QLineEdit()
        line.setMaxLength(LONGEST_REASON)
        line.setPlaceholderText(self._look.words("reason.line"))
        line.setAccessibleName(self._look.words("reason.line"))
        line.textChanged.connect(self._look_at_it)
        return line

    def _look_at_it(self) -> None:
        problem = self._wanted.policy.reason_problem(self.reason)
        self._accept.setEnabled(not problem)
        self.why_not.setText(self._look.words.said(problem) if problem else self._look.words("reason.will_do"))
