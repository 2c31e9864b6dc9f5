"""A layout that puts things side by side, and goes on in the next line where there is no room."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Things of different widths, like words."""

    def __init__(self, parent: QWidget | None = None, *, apart_px: int = 4) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._apart_px = apart_px

    def addItem(self, item: QLayoutItem) -> None:
        """As Qt asks it."""
        self._items.append(item)

    def count(self) -> int:
        """As Qt asks it."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """As Qt asks it."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """As Qt asks it."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """As Qt asks it."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """As Qt asks it."""
        return True

    def heightForWidth(self, width: int) -> int:
        """As Qt asks it."""
        return self._lay_out(QRect(0, 0, width, 0), moves=False)

    def setGeometry(self, rect: QRect) -> None:
        """As Qt asks it."""
        super().setGeometry(rect)
        self._lay_out(rect, moves=True)

    def sizeHint(self) -> QSize:
        """As Qt asks it."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """As Qt asks it."""
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        margins = self.contentsMargins()
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def _lay_out(self, rect: QRect, *, moves: bool) -> int:
        inner = rect.marginsRemoved(self.contentsMargins())
        left, top, line_px = inner.left(), inner.top(), 0
        for item in self._items:
            size = item.sizeHint().boundedTo(QSize(max(1, inner.width()), 1 << 20))
            if left > inner.left() and left + size.width() > inner.right() + 1:
                left, top, line_px = inner.left(), top + line_px + self._apart_px, 0
            if moves:
                item.setGeometry(QRect(QPoint(left, top), size))
            left += size.width() + self._apart_px
            line_px = max(line_px, size.height())
        return top + line_px - rect.top() + self.contentsMargins().bottom()
