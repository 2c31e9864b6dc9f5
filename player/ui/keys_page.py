"""The page of keys: every one of `keys.py`, under its heading, with a box to find one."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from player.ui.keys import GROUPS, LOG_SHORTCUTS, SHORTCUTS, Shortcut
from recorder.store.folding import fold
from resources.ui.look import Look
from resources.ui.widgets import filter_box, key_text, plain_label
from resources.words import Words

KEYS_PX = 150


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key as it is listed: what it does, and how this system writes it."""

    group: str
    says: str
    keys: tuple[str, ...]


def key_lines(words: Words, shortcuts: Sequence[Shortcut] = (*SHORTCUTS, *LOG_SHORTCUTS)) -> list[KeyLine]:
    """All keys, in the order of the groups and within them as they are declared."""
    ordered = sorted(shortcuts, key=lambda one: GROUPS.index(one.group))
    return [KeyLine(one.group, words(f"keys.{one.name}"), tuple(map(key_text, one.keys))) for one in ordered]


def found_lines(lines: Sequence[KeyLine], looked_for: str) -> list[KeyLine]:
    """Those in which every word that is looked for stands, in what they do or in the key."""
    parts = fold(looked_for).split()
    return [line for line in lines if all(part in fold(" ".join((line.says, *line.keys))) for part in parts)]


class KeysDialog(QDialog):
    """The list of keys."""

    def __init__(self, *, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        words = look.words
        self._words = words
        self._lines = key_lines(words)
        self.setWindowTitle(words("keys.title"))
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 24, 28, 20)
        column.setSpacing(14)
        column.addWidget(plain_label(words("keys.title"), part="big"))
        self.box = filter_box(look, words("keys.filter"))
        column.addWidget(self.box)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setAccessibleName(words("keys.title"))
        column.addWidget(self.area, 1)
        buttons = QDialogButtonBox()
        close = buttons.addButton(words("keys.close"), QDialogButtonBox.ButtonRole.RejectRole)
        close.setAutoDefault(False)  # Enter in the box is not meant for it
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.box.textChanged.connect(self._show)
        self._show("")
        self.resize(self.sizeHint())

    @classmethod
    def show_keys(cls, *, look: Look, parent: QWidget | None) -> None:
        """Show it until it is closed."""
        dialog = cls(look=look, parent=parent)
        dialog.exec()
        dialog.deleteLater()

    def sizeHint(self) -> QSize:
        """As Qt asks it."""
        return QSize(860, 680)

    def shown_lines(self) -> list[KeyLine]:
        """What is listed now."""
        return found_lines(self._lines, self.box.text())

    def _show(self, _looked_for: str) -> None:
        page = QWidget()
        sides = QHBoxLayout(page)
        sides.setContentsMargins(0, 0, 12, 0)
        sides.setSpacing(40)
        lines = self.shown_lines()
        groups = [[line for line in lines if line.group == group] for group in GROUPS]
        for side in _halves([group for group in groups if group]):
            column = QVBoxLayout()
            column.setSpacing(18)
            for group in side:
                column.addLayout(self._group(group))
            column.addStretch(1)
            sides.addLayout(column, 1)
        if not lines:
            sides.addWidget(plain_label(self._words("keys.none"), part="dim"), 0, Qt.AlignmentFlag.AlignTop)
        self.area.setWidget(page)

    def _group(self, lines: Sequence[KeyLine]) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(plain_label(self._words(f"keys.group_{lines[0].group}"), part="heading"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnMinimumWidth(0, KEYS_PX)
        grid.setColumnStretch(1, 1)
        for row, line in enumerate(lines):
            keys = QHBoxLayout()
            keys.setSpacing(4)
            for key in line.keys:
                keys.addWidget(
                    plain_label(key, part="key"), 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
                )
            keys.addStretch(1)
            grid.addLayout(keys, row, 0)
            grid.addWidget(plain_label(line.says, wraps=True), row, 1)
        column.addLayout(grid)
        return column


def _halves(groups: list[list[KeyLine]]) -> list[list[list[KeyLine]]]:
    """The groups in two columns of about the same length, in their order."""
    total, before = sum(len(group) + 2 for group in groups), 0
    sides: list[list[list[KeyLine]]] = [[], []]
    for group in groups:
        sides[0 if not sides[1] and before + (len(group) + 2) / 2 <= total / 2 else 1].append(group)
        before += len(group) + 2
    return [side for side in sides if side]
