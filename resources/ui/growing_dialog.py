"""A dialog that grows when more is said in it: nothing that was in it before is squeezed."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QDialog


class GrowingDialog(QDialog):
    """Lines that wrap need a height that Qt does not ask of a window by itself."""

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
