"""A button whose menu says in which order recordings are listed."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton

from player.ui.list_orders import Order
from resources.ui.look import Look
from resources.ui.widgets import name_control


class OrderButton(QToolButton):
    """Says what stands first; tells of another choice."""

    chosen = Signal(object)  # Order

    def __init__(self, *, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setIcon(look.icon("sort"))
        self.setIconSize(QSize(16, 16))
        self.setFixedSize(28, 28)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        group = QActionGroup(menu)
        self.choices: dict[Order, QAction] = {}
        for order in Order:
            action = menu.addAction(look.words(f"list_order.{order.value}"))
            action.setCheckable(True)
            action.setActionGroup(group)
            action.triggered.connect(self._emits(order))
            self.choices[order] = action
        self.setMenu(menu)
        self.show_order(Order.NEWEST)

    def show_order(self, order: Order) -> None:
        """This one is chosen."""
        self.choices[order].setChecked(True)
        words = self._look.words
        name_control(self, words("list_order.tip", order=words(f"list_order.{order.value}")))

    def _emits(self, order: Order) -> Callable[[], None]:
        return lambda: self.chosen.emit(order)
