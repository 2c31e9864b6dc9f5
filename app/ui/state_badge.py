"""What the indicator says, on what covers the indicator."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from app.ui.state_icon import state_pixmap
from app.ui.state_told import StateTold
from resources.ui.look import Look
from resources.ui.widgets import name_control, plain_label

SIGN_PX = 20


class StateBadge(QFrame):
    """A sign and a word or two, kept at the upper right of what it stands on."""

    def __init__(self, state: StateTold, *, look: Look, on: QWidget, margin_px: int) -> None:
        super().__init__(on)
        self._state, self._look, self._on, self._margin_px = state, look, on, margin_px
        self.setProperty("part", "indicator")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 5, 10, 5)
        row.setSpacing(8)
        self._sign, self.word = plain_label(), plain_label(part="indicator_word")
        self._sign.setFixedSize(SIGN_PX, SIGN_PX)
        row.addWidget(self._sign)
        row.addWidget(self.word)
        state.changed.connect(self._show_it)
        self._show_it()

    def stand(self) -> None:
        """What it stands on has another size, or it has."""
        self.adjustSize()
        self.move(self._on.width() - self.width() - self._margin_px, self._margin_px)
        self.raise_()

    def _show_it(self) -> None:
        told = self._state.now
        self.setVisible(told is not None)
        if told is None:
            return
        ratio = self.devicePixelRatioF()
        self._sign.setPixmap(state_pixmap(self._look, told.standing, told.tone, SIGN_PX, ratio=ratio))
        self.word.setText(told.title)
        name_control(self, told.title)
        self.stand()
