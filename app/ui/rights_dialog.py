"""What is recorded, and the operator's rights: a page made from the policy that is in force."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.resident.telling import kept_for, not_recorded, policy_told, recorded, signer_told
from app.ui.facts_grid import facts_grid
from recorder.policy.agent_policy import AgentPolicy
from resources.ui.growing_dialog import FRAME_PX
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.widgets import plain_label

WIDTH_PX = 640
FOOT_PX = 28  # above and below the button


class RightsDialog(QDialog):
    """Does not hold up anything; the desktop can be used beside it."""

    def __init__(self, policy: AgentPolicy, root: bytes, *, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        words = look.words
        self.setWindowTitle(words("agent_rights.title"))
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(28, 24, 28, 12)
        self._column.setSpacing(6)
        self._write(policy, root, look)
        self._column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inside)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 16)
        outer.addWidget(area, 1)
        foot = self._foot(words("agent_rights.close"))
        outer.addLayout(foot)
        needed_px = self._column.totalHeightForWidth(WIDTH_PX) + foot.sizeHint().height() + FOOT_PX
        room_px = self.screen().availableGeometry().height() - FRAME_PX
        self.resize(WIDTH_PX, min(needed_px, room_px))
        area.setFocus()

    def _write(self, policy: AgentPolicy, root: bytes, look: Look) -> None:
        words = look.words
        self._column.addWidget(plain_label(words("agent_rights.title"), part="huge", wraps=True))
        self._say(words("agent_rights.lead"), part="dim")
        for sentence in (policy_told(policy, words), signer_told(policy, root, words)):
            self._say(sentence, part="dim")
        self._section(words("agent_notice.recorded"))
        self._column.addLayout(facts_grid(recorded(policy, words), "accent", look=look))
        self._section(words("agent_notice.not_recorded"))
        self._column.addLayout(facts_grid(not_recorded(policy, words), "good", look=look))
        self._section(words("agent_rights.who"), words("agent_rights.who_text"))
        self._section(words("agent_rights.see"), words("agent_rights.see_text"), self._whom_to_ask(policy, look))
        self._section(words("agent_rights.keeping"), kept_for(policy, words))
        stop = "agent_rights.may_stop" if policy.supervision.operator_may_stop else "agent_rights.may_not_stop"
        self._section(words("agent_rights.may"), words("agent_rights.may_text"), words(stop))
        self._say(words("agent_rights.manual"), part="dim")

    def _foot(self, text: str) -> QVBoxLayout:
        close = QPushButton(text)
        close.setDefault(True)
        close.clicked.connect(self.accept)
        row = QVBoxLayout()
        row.setContentsMargins(28, 0, 28, 0)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        return row

    def _section(self, title: str, *sentences: str) -> None:
        self._column.addSpacing(10)
        self._column.addWidget(plain_label(title, part="section"))
        for sentence in sentences:
            self._say(sentence)

    def _say(self, text: str, *, part: str = "") -> None:
        self._column.addWidget(plain_label(visible(text), part=part, wraps=True, selectable=True))

    @staticmethod
    def _whom_to_ask(policy: AgentPolicy, look: Look) -> str:
        contact = policy.notice.contact
        return look.words("agent_rights.contact", contact=contact) if contact else look.words("agent_rights.no_contact")
