"""The window's menu."""

from typing import TYPE_CHECKING

from PySide6.QtGui import QActionGroup
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
    menu.addSeparator()
    menu.addAction(look.icon("full_screen"), words("menu.full_screen")).triggered.connect(commands.full_screen)
    menu.addAction(look.icon("keyboard"), words("menu.keys")).triggered.connect(commands.show_keys)
    menu.addSeparator()
    names = {name: words(f"menu.{name}") for name in APPEARANCES}
    chosen = str(settings.value("appearance", "system"))
    _choices(menu, look, "appearance", names, chosen, settings)
    _choices(menu, look, "language", LANGUAGE_NAMES, words.language, settings)
    return menu


def _choices(menu: QMenu, look: Look, setting: str, names: dict[str, str], chosen: str, settings: Settings) -> None:
    words = look.words
    sub = menu.addMenu(look.icon(setting), words(f"menu.{setting}"))
    group = QActionGroup(sub)
    for value, name in names.items():
        action = sub.addAction(name)
        action.setCheckable(True)
        action.setChecked(value == chosen)
        action.setActionGroup(group)
        action.triggered.connect(lambda _checked=False, value=value: settings.setValue(setting, value))
    sub.addSeparator()
    sub.addAction(words("menu.restart")).setEnabled(False)
