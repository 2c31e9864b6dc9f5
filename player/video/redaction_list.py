"""The redactions that a person is putting together, with undo: what was before every step is kept."""

from pathlib import Path

from player.video.redaction import Redaction, Redactions, load_redactions, save_redactions


class RedactionList:
    """Every step gives a new tuple; `undo` and `redo` go between them."""

    def __init__(self) -> None:
        self._steps: list[Redactions] = [()]
        self._place = 0

    @property
    def items(self) -> Redactions:
        """As the list is now."""
        return self._steps[self._place]

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return self._place > 0

    @property
    def can_redo(self) -> bool:
        """Whether a step was taken back."""
        return self._place + 1 < len(self._steps)

    def undo(self) -> None:
        """As it was before the last step."""
        self._place -= self.can_undo

    def redo(self) -> None:
        """Take the step again."""
        self._place += self.can_redo

    def add(self, one: Redaction) -> None:
        """One more, at the end."""
        self._step((*self.items, one))

    def change(self, place: int, one: Redaction) -> None:
        """This one instead."""
        if self.items[place] != one:
            self._step((*self.items[:place], one, *self.items[place + 1 :]))

    def remove(self, place: int) -> None:
        """Without this one."""
        self._step((*self.items[:place], *self.items[place + 1 :]))

    def load(self, path: Path) -> None:
        """Those of a file instead; this too can be undone.

        Raises:
            RedactionError: it is not there, or not a list of redactions.
        """
        self._step(load_redactions(path))

    def save(self, path: Path) -> None:
        """Write them to a file.

        Raises:
            StorageError: it cannot be written.
        """
        save_redactions(path, self.items)

    def clear(self) -> None:
        """Begin anew: another recording."""
        self._steps, self._place = [()], 0

    def _step(self, items: Redactions) -> None:
        self._steps = [*self._steps[: self._place + 1], items]
        self._place += 1
