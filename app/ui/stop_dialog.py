"""Asks whether the operator really ends the recording."""

from PySide6.QtWidgets import QDialog, QPushButton, QVBoxLayout, QWidget

from resources.ui.look import Look
from resources.ui.question_parts import answer_buttons, head_line
from resources.ui.widgets import plain_label


class StopDialog(QDialog):
    """Going on is the answer of Enter."""

    def __init__(self, *, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        words = look.words
        self.setWindowTitle(words("agent_window.stop_title"))
        self.setMinimumWidth(460)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 20)
        column.setSpacing(12)
        column.addLayout(head_line(look, "state_recording", words("agent_window.stop_title"), self))
        column.addWidget(plain_label(words("agent_window.stop_text"), wraps=True))
        buttons, self.ends = answer_buttons(self, words("agent_window.stop_yes"), words("agent_window.stop_no"))
        column.addSpacing(8)
        column.addWidget(buttons)
        goes_on = next(one for one in self.findChildren(QPushButton) if one is not self.ends)
        self.ends.setDefault(False)
        goes_on.setDefault(True)
        goes_on.setFocus()
