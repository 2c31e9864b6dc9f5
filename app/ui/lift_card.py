"""What stands on the cover where no screen lock answered: it says so, and can be lifted after a while."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.resident.news import AlertRaised
from app.ui.answer_dialogs import Countdown
from app.ui.growing_card import GrowingCard
from app.ui.scrolled_body import ScrolledBody
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.widgets import plain_label

LIFTED_AFTER_S = 15
BESIDE_WHY_PX = 300  # what is beside the reason on the card and around that


class LiftCard(GrowingCard):
    """The reason, the truth about the cover, and the button that lifts it."""

    lifted = Signal()

    def __init__(self, alert: AlertRaised, *, look: Look, seconds: int = LIFTED_AFTER_S) -> None:
        super().__init__()
        words = look.words
        self._look = look
        sign = look.pixmap("kind_lock", look.colours.warn, size_px=32)
        column = self.headed(sign, words("agent_response.curtain_title"))
        column.addWidget(self._why(alert))
        column.addWidget(plain_label(words("agent_response.curtain_text", seconds=seconds), part="dim", wraps=True))
        self.lift = QPushButton()
        self.lift.setMinimumHeight(34)
        self.lift.clicked.connect(self.lifted)
        column.addWidget(self.lift, 0, Qt.AlignmentFlag.AlignRight)
        self.countdown = Countdown(seconds, self._second, parent=self)
        self.countdown.start()

    def _why(self, alert: AlertRaised) -> ScrolledBody:
        rules, inside = self._look.words.rules, QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(14)
        column.addWidget(plain_label(visible(rules.title(alert.title)), part="title", wraps=True))
        if alert.reason:
            column.addWidget(plain_label(visible(rules.reason(alert.reason)), wraps=True))
        column.addStretch(1)
        return ScrolledBody(inside, beside_px=BESIDE_WHY_PX)

    def _second(self, left_s: int) -> None:
        words = self._look.words
        self.lift.setEnabled(not left_s)
        self.lift.setText(
            words("agent_response.curtain_lift_wait", seconds=left_s)
            if left_s
            else words("agent_response.curtain_lift")
        )
        if not left_s:
            self.lift.setDefault(True)
            self.lift.setFocus()
