"""A card as high as the lines in it need at its width: Qt asks that of no widget that is centred."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from resources.ui.growing import grow
from resources.ui.widgets import plain_label


class GrowingCard(QFrame):
    """What stands on a cover."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("part", "cover_card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def headed(self, sign: QPixmap, title: str) -> QVBoxLayout:
        """Its column, which begins with a sign and a title."""
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 28, 32, 24)
        column.setSpacing(14)
        head = QHBoxLayout()
        head.setSpacing(14)
        shown = plain_label()
        shown.setPixmap(sign)
        head.addWidget(shown)
        head.addWidget(plain_label(title, part="huge"), 1)
        column.addLayout(head)
        return column

    def event(self, event: QEvent) -> bool:
        """As Qt asks it."""
        answer = super().event(event)
        grow(self, event)
        return answer
