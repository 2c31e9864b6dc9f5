"""The tools of the picture: region, magnifier, typed keys, compare, copy, save; a menu where it is narrow."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from player.magnifier import Follow, Magnifier
from resources.ui.look import Look
from resources.ui.widgets import icon_button, name_control, text_button

CHECKABLE = ("region", "magnifier", "overlay", "compare")
TOOLS = (*CHECKABLE, "copy", "save")


class ScreenTools(QWidget):
    """Asks by `asked(name)` for what was pressed; what holds is told to it."""

    asked = Signal(str)
    whole_asked = Signal()

    def __init__(self, *, look: Look) -> None:
        super().__init__()
        self._look = look
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self.whole = text_button(look, "", "", icon="close")
        self.whole.clicked.connect(self.whole_asked)
        row.addWidget(self.whole)
        self.buttons: dict[str, QToolButton] = {}
        for name in TOOLS:
            self.buttons[name] = self._button(name)
            row.addWidget(self.buttons[name])
        self.more = icon_button(look, "more", look.words("view.more"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(self._menu())
        row.addWidget(self.more)
        self.fold(is_folded=False)
        self.show_region("")

    def fold(self, *, is_folded: bool) -> None:
        """A menu in place of the buttons, or the buttons."""
        for button in self.buttons.values():
            button.setVisible(not is_folded)
        self.more.setVisible(is_folded)

    def show_region(self, size: str, tip: str = "") -> None:
        """A region of this size is kept in sight; "": none is."""
        self.whole.setText(f" {size}")
        self.whole.setVisible(bool(size))
        name_control(self.whole, tip)

    def show_magnifier(self, magnifier: Magnifier) -> None:
        """It magnifies like this."""
        key = {Follow.NOTHING: "view.magnifier", Follow.MOUSE: "view.magnifier_mouse"}
        words = self._look.words(key.get(magnifier.follow, "view.magnifier_recorded"), factor=magnifier.factor)
        name_control(self.buttons["magnifier"], words)
        self.check("magnifier", is_on=magnifier.is_on)

    def check(self, name: str, *, is_on: bool) -> None:
        """This tool is in use, or not."""
        self.buttons[name].setChecked(is_on)
        self._actions[name].setChecked(is_on)

    def _button(self, name: str) -> QToolButton:
        words = self._look.words(f"view.{name}", factor=Magnifier().factor)
        button = icon_button(self._look, name, words, checkable=name in CHECKABLE)
        button.clicked.connect(lambda: self.asked.emit(name))
        return button

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        self._actions = {}
        for name, button in self.buttons.items():
            action = menu.addAction(self._look.icon(name), button.toolTip())
            action.setCheckable(name in CHECKABLE)
            action.triggered.connect(lambda _checked=False, name=name: self.asked.emit(name))
            self._actions[name] = action
        return menu
