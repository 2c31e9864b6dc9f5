"""The window's menu."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import SignalInstance
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from player.ui.look import Look
from player.ui.settings import Settings

if TYPE_CHECKING:
    from player.ui.window import PlayerWindow

APPEARANCES = ("system", "dark", "light")
LANGUAGE_NAMES = {"en": "English", "ja": "日本語"}


def main_menu(window: "PlayerWindow", *, look: Look, settings: Settings) -> QMenu:
    """Commands that have no button of their own, and the settings."""
    words, menu, commands = look.words, QMenu(window), window.commands
    menu.addAction(look.icon("open"), words("menu.open")).triggered.connect(commands.open_folder)
    menu.addAction(look.icon("import"), words("libraries.import")).triggered.connect(commands.import_recording)
    menu.addAction(look.icon("link"), words("menu.copy_link")).triggered.connect(commands.copy_link)
    menu.addAction(look.icon("verdict_sound"), words("menu.verify")).triggered.connect(commands.verify_again)
    menu.addAction(look.icon("export"), words("menu.export")).triggered.connect(lambda: commands.command("export")())
    menu.addAction(look.icon("redact"), words("menu.redact")).triggered.connect(lambda: commands.command("redact")())
    menu.addSeparator()
    menu.addAction(look.icon("full_screen"), words("menu.full_screen")).triggered.connect(commands.full_screen)
    menu.addAction(look.icon("keyboard"), words("menu.keys")).triggered.connect(commands.show_keys)
    menu.addSeparator()
    names = {name: words(f"menu.{name}") for name in APPEARANCES}
    chosen = str(settings.value("appearance", "system"))
    for setting, values, now in (("appearance", names, chosen), ("language", LANGUAGE_NAMES, words.language)):
        _choices(menu, look, setting, values, now).connect(partial(_choose, window, settings, setting))
    return menu


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
