"""The questions before content is shown, on this window."""

from PySide6.QtWidgets import QWidget

from player.ui.asking import ReasonWanted, SecondAnswer, SecondWanted
from player.ui.reason_dialog import ReasonDialog
from player.ui.second_dialog import SecondDialog
from player.ui.typing_rest import TypingRest
from resources.ui.look import Look


class Admission:
    """Shows the two dialogs over a window, once nobody types there."""

    def __init__(self, window: QWidget, *, look: Look, typing: TypingRest) -> None:
        self._window = window
        self._look = look
        self._typing = typing

    def ask_reason(self, wanted: ReasonWanted) -> str | None:
        """Why; None: they gave up."""
        return ReasonDialog.ask(wanted, look=self._look, parent=self._window) if self._typing.wait() else None

    def ask_second(self, wanted: SecondWanted) -> SecondAnswer | None:
        """What is known of the second person; None: there is nobody."""
        return SecondDialog.ask(wanted, look=self._look, parent=self._window) if self._typing.wait() else None
