"""As which file something is written: its name, and its form where there is more than one."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from resources.ui.look import Look


class FileChoice(QWidget):
    """`forms`: suffixes and what they are called; with one there is nothing to choose. `what`: for its dialog."""

    changed = Signal()

    def __init__(self, forms: Sequence[tuple[str, str]], what: str, *, look: Look) -> None:
        super().__init__()
        words, box, row, names = look.words, QVBoxLayout(self), QHBoxLayout(), QHBoxLayout()
        self._what = what
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        self.path = QLineEdit()
        self.path.setAccessibleName(words("export.file"))
        self.path.textChanged.connect(self._look_at_it)
        self.browse = QPushButton(words("export.browse"))
        self.browse.setAutoDefault(False)
        self.browse.clicked.connect(self._browse)
        row.addWidget(self.path, 1)
        row.addWidget(self.browse)
        box.addLayout(row)
        self.forms: dict[str, QRadioButton] = {}
        group = QButtonGroup(self)
        for suffix, name in forms:
            button = QRadioButton(name)
            group.addButton(button)
            button.clicked.connect(lambda _checked=False, suffix=suffix: self._choose_form(suffix))
            self.forms[suffix] = button
            if len(forms) > 1:
                names.addWidget(button)
            else:
                button.setParent(self)
                button.hide()
        names.addStretch(1)
        if len(forms) > 1:
            box.addLayout(names)

    @property
    def chosen(self) -> Path | None:
        """The file; None if there is no name, or one of another form."""
        text = self.path.text().strip()
        return Path(text) if text and Path(text).suffix.lower() in self.forms else None

    @property
    def folder(self) -> Path:
        """Where it would lie."""
        return Path(self.path.text().strip()).absolute().parent

    def _look_at_it(self, *_changed: object) -> None:
        suffix = Path(self.path.text().strip()).suffix.lower()
        for form, button in self.forms.items():
            button.setChecked(form == suffix)
        self.changed.emit()

    def _choose_form(self, suffix: str) -> None:
        text = self.path.text().strip()
        if text:
            self.path.setText(str(Path(text).with_suffix(suffix)))

    def _browse(self) -> None:
        chosen = SaveAsDialog.ask(self._what, Path(self.path.text()), tuple(self.forms), parent=self)
        if chosen is not None:
            self.path.setText(str(chosen))


class SaveAsDialog:
    """Asks where a file is to lie."""

    @classmethod
    def ask(cls, title: str, start: Path, forms: Sequence[str], *, parent: QWidget | None) -> Path | None:
        """The file, with one of these suffixes; None if the person gave up."""
        patterns = " ".join(f"*{form}" for form in forms)
        chosen, _ = QFileDialog.getSaveFileName(parent, title, str(start), f"({patterns})")
        if not chosen:
            return None
        path = Path(chosen)
        return path if path.suffix.lower() in forms else path.with_name(path.name + (start.suffix or forms[0]))
