"""Undo and redo of a review: each step knows the entry that takes it back, and the one that does it again."""

from dataclasses import dataclass

from player.review.entries import Act, Content, Edit, Judged, Remove, Verdict


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was entered."""

    back: Act
    again: Act


def added(number: int, content: Content) -> Step:
    """A note was added."""
    return Step(Remove(number), Edit(number, content))


def edited(number: int, before: Content, after: Content) -> Step:
    """A note was edited."""
    return Step(Edit(number, before), Edit(number, after))


def removed(number: int, before: Content) -> Step:
    """A note was removed."""
    return Step(Edit(number, before), Remove(number))


def judged(before: Verdict | None, after: Verdict) -> Step:
    """A verdict was given, or taken back."""
    nothing = Verdict(Judged.WITHDRAWN, "", after.reached_ns)
    return Step(nothing if before is None else before, after)


class UndoStack:
    """The steps that can be taken back, and those that can be done again."""

    def __init__(self) -> None:
        self._done: list[Step] = []
        self._undone: list[Step] = []

    def push(self, step: Step) -> None:
        """This was done just now; what was undone before is not done again after it."""
        self._done.append(step)
        self._undone.clear()

    def undo(self) -> Act | None:
        """The entry that takes the last step back; None if there is none."""
        if not self._done:
            return None
        self._undone.append(self._done.pop())
        return self._undone[-1].back

    def redo(self) -> Act | None:
        """The entry that does again what was undone last."""
        if not self._undone:
            return None
        self._done.append(self._undone.pop())
        return self._done[-1].again

    def clear(self) -> None:
        """Another recording is open."""
        self._done.clear()
        self._undone.clear()
