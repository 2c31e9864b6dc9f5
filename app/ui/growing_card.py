"""A card as high as the lines in it need at its width: Qt asks that of no widget that is centred."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QFrame

from resources.ui.growing import grow


class GrowingCard(QFrame):
    """What stands on a cover."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("part", "cover_card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def event(self, event: QEvent) -> bool:
        """As Qt asks it."""
        answer = super().event(event)
        grow(self, event)
        return answer
