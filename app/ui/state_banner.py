"""The state of the recording at the window's head: a colour, a sign and words."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from app.resident.standing import Standing
from app.ui.state_icon import state_pixmap
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.widgets import plain_label, restyle

SIGN_PX = 36


class StateBanner(QFrame):
    """Told whenever the state may have changed."""

    def __init__(self, *, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setProperty("part", "verdict")
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 14, 20, 14)
        row.setSpacing(14)
        self.sign = plain_label()
        self.sign.setFixedSize(SIGN_PX, SIGN_PX)
        self.title = plain_label(part="verdict_title")
        self.text = plain_label(part="verdict_text", wraps=True)
        self.since = plain_label(part="dim")
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(self.title)
        column.addWidget(self.text)
        row.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)
        row.addWidget(self.since, 0, Qt.AlignmentFlag.AlignTop)

    def tell(self, standing: Standing, tone: str, title: str, text: str, since: str) -> None:
        """Show this state."""
        restyle(self, "tone", tone)
        self.sign.setPixmap(state_pixmap(self._look, standing, tone, SIGN_PX, ratio=self.devicePixelRatioF()))
        self.title.setText(title)
        self.text.setText(visible(text))
        self.since.setText(since)
