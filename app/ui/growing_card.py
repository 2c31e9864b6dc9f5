"""A card as high as the lines in it need at its width: Qt asks that of no widget that is centred."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QFrame


class GrowingCard(QFrame):
    """What stands on a cover."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("part", "cover_card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def event(self, event: QEvent) -> bool:
        """As Qt asks it."""
        answer = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show, QEvent.Type.Resize):
            self._grow()
        return answer

    def _grow(self) -> None:
        layout = self.layout()
        if layout is not None:
            self.setMinimumHeight(layout.totalHeightForWidth(self.width()))
