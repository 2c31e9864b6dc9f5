"""The window's menu."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import SignalInstance
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from player.ui.give_out_menu import GiveOutMenu, with_key
from player.ui.language_choice import LANGUAGE_NAMES
from resources.ui.look import Look
from resources.ui.settings import Settings

if TYPE_CHECKING:
    from player.ui.window import PlayerWindow

APPEARANCES = ("system", "dark", "light")


ENTRIES = (  # icon, words, command
    ("open", "menu.open", "open_folder"),
    ("import", "libraries.import", "import_recording"),
    ("link", "menu.copy_link", "copy_link"),
    ("verdict_sound", "menu.verify", "verify_again"),
)
LATER_ENTRIES = (("full_screen", "menu.full_screen", "full_screen"), ("keyboard", "menu.keys", "show_keys"))


def main_menu(window: "PlayerWindow", *, look: Look, settings: Settings, give_out: GiveOutMenu) -> QMenu:
    """Commands that have no button of their own, and the settings."""
    words, menu = look.words, QMenu(window)
    _entries(window, menu, look, ENTRIES)
    menu.addSeparator()
    menu.addMenu(give_out).setText(words("give_out.title"))
    menu.addSeparator()
    _entries(window, menu, look, LATER_ENTRIES)
    menu.addSeparator()
    names = {name: words(f"menu.{name}") for name in APPEARANCES}
    chosen = str(settings.value("appearance", "system"))
    for setting, values, now in (("appearance", names, chosen), ("language", LANGUAGE_NAMES, words.language)):
        _choices(menu, look, setting, values, now).connect(partial(_choose, window, settings, setting))
    return menu


def _entries(window: "PlayerWindow", menu: QMenu, look: Look, entries: tuple[tuple[str, str, str], ...]) -> None:
    for icon, word, name in entries:
        action = menu.addAction(look.icon(icon), with_key(look.words(word), name))
        action.triggered.connect(lambda _checked=False, name=name: window.commands.command(name)())


def _choices(menu: QMenu, look: Look, setting: str, names: dict[str, str], chosen: str) -> SignalInstance:
    """A menu of what can be chosen; the signal tells which action was."""
    sub = menu.addMenu(look.icon(setting), look.words(f"menu.{setting}"))
    group = QActionGroup(sub)
    for value, name in names.items():
        action = sub.addAction(name)
        action.setCheckable(True)
        action.setChecked(value == chosen)
        action.setData(value)
        action.setActionGroup(group)
    return group.triggered


def _choose(window: "PlayerWindow", settings: Settings, setting: str, action: QAction) -> None:
    settings.setValue(setting, action.data())
    window.setting_chosen.emit(setting)
