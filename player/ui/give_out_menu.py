"""The menu of what is made of a recording for others; disabled, with the reason, while none is open."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from player.ui.keys import SHORTCUTS
from resources.ui.look import Look
from resources.ui.widgets import key_text

if TYPE_CHECKING:
    from player.ui.window import PlayerWindow

OF_A_RECORDING = (
    ("package", "make_package", "package"),
    ("report", "write_report", "report"),
    ("export", "export", "export"),
    ("redact", "redact", "redact"),
)


class GiveOutMenu(QMenu):
    """Evidence package, report, video, redactions; and checking a package, for which nothing need be open."""

    def __init__(self, window: "PlayerWindow", *, look: Look) -> None:
        super().__init__(window)
        self._look = look
        self.setToolTipsVisible(True)
        self._reason = self.addAction(look.words("give_out.nothing_open"))
        self._reason.setEnabled(False)
        self._of_a_recording = [add_command(self, window, look, *one) for one in OF_A_RECORDING]
        self.addSeparator()
        add_command(self, window, look, "check", "check_package", "verdict_sound")
        self.show_open(is_open=False)

    def show_open(self, *, is_open: bool) -> None:
        """Whether there is a recording to make something of."""
        self._reason.setVisible(not is_open)
        for action in self._of_a_recording:
            action.setEnabled(is_open)
            action.setToolTip("" if is_open else self._look.words("give_out.nothing_open"))


def add_command(menu: QMenu, window: "PlayerWindow", look: Look, word: str, name: str, icon: str) -> QAction:
    """An entry that does this command, with its key beside it."""
    action = menu.addAction(look.icon(icon), with_key(look.words(f"give_out.{word}"), name))
    action.triggered.connect(lambda _checked=False: window.commands.command(name)())
    return action


def with_key(text: str, name: str) -> str:
    """What a menu says, with the command's first key on its right."""
    keys: Sequence[str] = next((one.keys for one in SHORTCUTS if one.name == name), ())
    return f"{text}\t{key_text(keys[0])}" if keys else text
