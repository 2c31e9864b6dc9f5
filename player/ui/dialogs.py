"""Questions to the person; each is a classmethod that returns a value, so that a test replaces one call."""

from pathlib import Path

from PySide6.QtWidgets import QDialog, QFileDialog, QLineEdit, QVBoxLayout, QWidget

from resources.ui.look import Look
from resources.ui.question_parts import answer_buttons, head_line
from resources.ui.widgets import plain_label


class PassphraseDialog(QDialog):
    """Asks for the passphrase of a key."""

    def __init__(self, sentence: str, *, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        words = look.words
        self.setWindowTitle(words("passphrase.title"))
        self.setMinimumWidth(440)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 20)
        column.setSpacing(12)
        column.addLayout(head_line(look, "key", words("passphrase.title"), self))
        column.addWidget(plain_label(sentence, wraps=True))
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setPlaceholderText(words("passphrase.line"))
        self.line.setAccessibleName(words("passphrase.line"))
        column.addWidget(self.line)
        buttons, _ = answer_buttons(self, words("passphrase.open"), words("passphrase.cancel"))
        column.addSpacing(8)
        column.addWidget(buttons)

    @classmethod
    def ask(cls, sentence: str, *, look: Look, parent: QWidget | None) -> str | None:
        """What was typed; None if the person gave up."""
        dialog = cls(sentence, look=look, parent=parent)
        is_given = dialog.exec() == QDialog.DialogCode.Accepted
        text = dialog.line.text()
        dialog.deleteLater()
        return text if is_given else None


class NameDialog(QDialog):
    """Asks for a name."""

    def __init__(self, title: str, text: str, *, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        words = look.words
        self.setWindowTitle(title)
        self.setMinimumWidth(440)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 20)
        column.setSpacing(12)
        column.addWidget(plain_label(title, part="big"))
        column.addWidget(plain_label(text, part="dim", wraps=True))
        self.line = QLineEdit()
        self.line.setAccessibleName(title)
        column.addWidget(self.line)
        buttons, self.accept_button = answer_buttons(self, words("saved.keep"), words("saved.cancel"))
        self.accept_button.setEnabled(False)
        self.line.textChanged.connect(lambda name: self.accept_button.setEnabled(bool(name.strip())))
        column.addSpacing(8)
        column.addWidget(buttons)

    @classmethod
    def ask(cls, title: str, text: str, *, look: Look, parent: QWidget | None) -> str | None:
        """The name, which is not empty; None if the person gave up."""
        dialog = cls(title, text, look=look, parent=parent)
        is_given = dialog.exec() == QDialog.DialogCode.Accepted
        name = dialog.line.text().strip()
        dialog.deleteLater()
        return name if is_given and name else None


class FolderDialog:
    """Asks which folder to open."""

    @classmethod
    def ask(cls, title: str, start: Path, *, parent: QWidget | None) -> Path | None:
        """The folder; None if the person gave up."""
        chosen = QFileDialog.getExistingDirectory(parent, title, str(start))
        return Path(chosen) if chosen else None


class PackageDialog:
    """Asks which evidence package to take in."""

    @classmethod
    def ask(cls, title: str, start: Path, *, parent: QWidget | None) -> Path | None:
        """The file; None if the person gave up."""
        chosen, _ = QFileDialog.getOpenFileName(parent, title, str(start), "ZIP (*.zip)")
        return Path(chosen) if chosen else None


class SaveDialog:
    """Asks under which name to save a picture."""

    @classmethod
    def ask(cls, title: str, start: Path, *, parent: QWidget | None) -> Path | None:
        """The file, which ends in .png; None if the person gave up."""
        chosen, _ = QFileDialog.getSaveFileName(parent, title, str(start), "PNG (*.png)")
        if not chosen:
            return None
        path = Path(chosen)
        return path if path.suffix.lower() == ".png" else path.with_name(f"{path.name}.png")
