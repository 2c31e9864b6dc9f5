"""A dialog that grows when more is said in it: nothing that was in it before is squeezed."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QDialog

from resources.ui.growing import grow


class GrowingDialog(QDialog):
    """As high as its lines need."""

    def event(self, event: QEvent) -> bool:
        """As Qt asks it."""
        answer = super().event(event)
        grow(self, event)
        return answer
