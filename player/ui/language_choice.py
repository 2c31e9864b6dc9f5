"""In which language something is written for others."""

from PySide6.QtWidgets import QComboBox, QHBoxLayout

from resources.ui.look import Look
from resources.words import LANGUAGES

LANGUAGE_NAMES = {"en": "English", "ja": "日本語"}


def language_choice(look: Look, name: str) -> QComboBox:
    """A list of the languages; the window's own is chosen."""
    box = QComboBox()
    box.setAccessibleName(name)
    for language in LANGUAGES:
        box.addItem(LANGUAGE_NAMES[language], language)
    box.setCurrentIndex(box.findData(look.words.language))
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    return box


def language_row(box: QComboBox) -> QHBoxLayout:
    """The list as a row of a form, no wider than it needs to be."""
    row = QHBoxLayout()
    row.addWidget(box)
    row.addStretch(1)
    return row
