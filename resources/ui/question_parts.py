"""What every question to the person is built from: the line at its head, and the two answers at its foot."""

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QPushButton

from resources.ui.look import Look
from resources.ui.widgets import plain_label

# As every other dialog has it, on whatever desktop: what accepts stands last.
ACCEPTING_LAST = QDialogButtonBox.ButtonLayout.GnomeLayout.value


def head_line(look: Look, icon: str, title: str, dialog: QDialog) -> QHBoxLayout:
    """The icon and the question at a dialog's head."""
    head = QHBoxLayout()
    head.setSpacing(12)
    picture = plain_label()
    picture.setPixmap(look.pixmap(icon, look.colours.accent, size_px=24, ratio=dialog.devicePixelRatioF()))
    head.addWidget(picture)
    head.addWidget(plain_label(title, part="big"), 1)
    return head


def answer_buttons(dialog: QDialog, accept: str, reject: str) -> tuple[QDialogButtonBox, QPushButton]:
    """The two answers that end a dialog, named so; and of them the one that accepts."""
    buttons = QDialogButtonBox()
    accepting = buttons.addButton(accept, QDialogButtonBox.ButtonRole.AcceptRole)
    buttons.addButton(reject, QDialogButtonBox.ButtonRole.RejectRole)
    buttons.setStyleSheet(f"QDialogButtonBox {{ button-layout: {ACCEPTING_LAST} }}")
    buttons.setParent(dialog)  # after its style, which would not order them else
    accepting.setDefault(True)  # inside of the dialog, or that would choose Enter's button itself
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    return buttons, accepting
