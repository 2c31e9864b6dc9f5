"""What the keys of the review do: a method for each shortcut, named as in `keys.py`."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from player.review.entries import Judged

if TYPE_CHECKING:
    from player.ui.window import PlayerWindow


class ReviewCommands(QObject):
    """Its methods without underscore are commands of `keys.py`."""

    def __init__(self, window: "PlayerWindow") -> None:
        super().__init__(window)
        self._window, self._review = window, window.review

    def show_review(self) -> None:
        """The review of this recording."""
        self._show_side()
        self._window.side.show_page(self._review.view)

    def show_queue(self) -> None:
        """What to review next."""
        self._show_side()
        self._window.side.show_page(self._review.queue_view)
        self._review.queue_view.view.setFocus()

    def add_note(self) -> None:
        """A note at this moment."""
        self.show_review()
        self._review.begin_note()

    def bookmark(self) -> None:
        """Mark this moment."""
        self._review.bookmark()

    def verdict_cleared(self) -> None:
        """Nothing is wrong with this recording."""
        self._judge(Judged.CLEARED)

    def verdict_follow_up(self) -> None:
        """Something has still to be found out."""
        self._judge(Judged.FOLLOW_UP)

    def verdict_violation(self) -> None:
        """Something was done that may not be."""
        self._judge(Judged.VIOLATION)

    def confirm_watched(self) -> None:
        """What went by was seen."""
        self._review.confirm_watched()

    def undo(self) -> None:
        """Take back what was entered last."""
        self._review.undo()

    def redo(self) -> None:
        """Enter again what was taken back."""
        self._review.redo()

    def _judge(self, judged: Judged) -> None:
        self.show_review()
        self._review.judge(judged)

    def _show_side(self) -> None:
        self._window.panel_of(self._window.side).show()
