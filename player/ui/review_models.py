"""The notes of a review and the lines of the queue as Qt models."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal

from player.persons import Standing
from player.review.queue import Queued
from player.review.reasons import Reason
from player.review.state import GivenNote
from player.ui.list_models import Index, ItemsModel

REASONS_SHOWN = 5


def words_of(note: GivenNote) -> str:
    """A note as it is typed: its words, and its tags with a # each."""
    tags = [tag for tag in note.content.tags if f"#{tag}" not in note.content.text.split()]
    return " ".join(part for part in (note.content.text, *(f"#{tag}" for tag in tags)) if part)


def tags_in(text: str) -> tuple[str, ...]:
    """The words with a # before them."""
    found = (word[1:65].rstrip(".,;:!?、。") for word in text.split() if word.startswith("#"))
    return tuple(dict.fromkeys(tag for tag in found if tag))[:32]


class NotesModel(ItemsModel[GivenNote]):
    """Notes in order of time; those of this person can be edited in place."""

    edited = Signal(object, str)  # GivenNote, the new words

    def flags(self, index: Index) -> Qt.ItemFlag:
        """As Qt asks it."""
        item = self.item_at(index.row()) if index.isValid() else None
        is_mine = isinstance(item, GivenNote) and item.standing is Standing.ME
        return super().flags(index) | (Qt.ItemFlag.ItemIsEditable if is_mine else Qt.ItemFlag.NoItemFlags)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """As Qt asks it."""
        if role == Qt.ItemDataRole.EditRole and index.isValid():
            item = self.item_at(index.row())
            return words_of(item) if isinstance(item, GivenNote) else None
        return super().data(index, role)

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """What was typed in place is asked for; it is shown once it is written."""
        item = self.item_at(index.row()) if index.isValid() else None
        if role != Qt.ItemDataRole.EditRole or not isinstance(item, GivenNote) or str(value) == words_of(item):
            return False
        self.edited.emit(item, str(value))
        return True


@dataclass(frozen=True, slots=True)
class QueueHead:
    """A recording of the queue."""

    queued: Queued
    place: int


@dataclass(frozen=True, slots=True)
class QueueReason:
    """One of its reasons."""

    queued: Queued
    reason: Reason


@dataclass(frozen=True, slots=True)
class QueueMore:
    """There are so many reasons more, and choosing it shows them; 0: there is none at all."""

    queued: Queued
    count: int


QueueLine = QueueHead | QueueReason | QueueMore


def queue_lines(queue: Sequence[Queued], unfolded: frozenset[str]) -> tuple[QueueLine, ...]:
    """Each recording with its first reasons below it, or with all of them."""
    lines: list[QueueLine] = []
    for place, queued in enumerate(queue, start=1):
        lines.append(QueueHead(queued, place))
        is_whole = queued.entry.session_id in unfolded or len(queued.reasons) <= REASONS_SHOWN + 1
        shown = queued.reasons if is_whole else queued.reasons[:REASONS_SHOWN]
        lines += [QueueReason(queued, reason) for reason in shown]
        if len(shown) < len(queued.reasons) or not queued.reasons:
            lines.append(QueueMore(queued, len(queued.reasons) - len(shown)))
    return tuple(lines)
