"""What grows when more is said in it: Qt asks no window and nothing that is centred how high wrapped lines are."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QWidget

_ASKED_AT = (QEvent.Type.LayoutRequest, QEvent.Type.Show, QEvent.Type.Resize)


def grow(widget: QWidget, event: QEvent) -> None:
    """Called with every event of the widget, after it: nothing that was in it before is squeezed."""
    layout = widget.layout() if event.type() in _ASKED_AT else None
    if layout is not None:
        widget.setMinimumHeight(layout.totalHeightForWidth(widget.width()))
