"""The settings of the recording, and why they cannot be changed here; below them those that can."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QWidget

from app.resident.telling import settings_told
from app.ui.notice_card import LANGUAGE_NAMES
from recorder.policy.agent_policy import AgentPolicy
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.settings import Settings
from resources.ui.widgets import plain_label
from resources.words import LANGUAGES

APPEARANCES = ("system", "dark", "light")
BESIDE = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter  # as high as its word, whatever the row


class SettingsList(QWidget):
    """Name, value, and who says so."""

    chosen = Signal(str, str)  # "language" or "appearance", and which

    def __init__(self, policy: AgentPolicy, settings: Settings, *, look: Look) -> None:
        super().__init__()
        self._look, self._settings = look, settings
        words = look.words
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        self.whys: dict[str, QLabel] = {}
        for line, told in enumerate(settings_told(policy, words)):
            grid.addWidget(plain_label(told.name, part="dim"), line, 0)
            grid.addWidget(plain_label(visible(told.value), wraps=True), line, 1)
            why = words("agent_policy.fixed") if told.is_fixed else words("agent_policy.default")
            self.whys[told.key] = plain_label(why, part="chip")
            self.whys[told.key].setProperty("tone", "fixed" if told.is_fixed else "")
            grid.addWidget(self.whys[told.key], line, 2, BESIDE)
        line = len(self.whys)
        self.languages = self._choice("language", [(one, LANGUAGE_NAMES[one]) for one in LANGUAGES])
        self.appearances = self._choice("appearance", [(one, words(f"menu.{one}")) for one in APPEARANCES])
        self.languages.setCurrentIndex(self.languages.findData(words.language))
        self.appearances.setCurrentIndex(self.appearances.findData(str(settings.value("appearance", "system"))))
        for name, box in (("language", self.languages), ("appearance", self.appearances)):
            grid.addWidget(plain_label(words(f"agent_setting.{name}"), part="dim"), line, 0)
            grid.addWidget(box, line, 1, Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(plain_label(words("agent_policy.yours"), part="chip"), line, 2, BESIDE)
            line += 1

    def _choice(self, name: str, values: list[tuple[str, str]]) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(self._look.words(f"agent_setting.{name}"))
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        for value, text in values:
            box.addItem(text, value)
        box.activated.connect(lambda place: self.chosen.emit(name, str(box.itemData(place))))
        return box
