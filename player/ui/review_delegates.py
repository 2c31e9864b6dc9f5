"""Paint the notes of a review and the lines of the queue."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from player.persons import Standing
from player.review.reasons import Reason
from player.review.state import GivenNote, GivenVerdict
from player.timeline import time_text
from player.ui.list_delegates import ItemDelegate
from player.ui.list_models import ITEM_ROLE, local_time
from player.ui.review_models import QueueHead, QueueMore, QueueReason, words_of
from player.ui.review_signs import STATE_ICONS, reason_words, state_colour
from resources.ui.inert import visible
from resources.ui.painting import paint_text
from resources.words import Words

Index = QModelIndex | QPersistentModelIndex

_GRAVE = frozenset({"altered", "alert_critical", "alert_high"})
_MILD = frozenset({"not_verified", "alert_low", "alert_informational", "off_hours"})
_REASON_ICONS = {
    "altered": "verdict_altered",
    "not_sound": "verdict_partial",
    "not_verified": "verdict_unknown",
    "gap": "kind_gap",
    "privileged": "key",
    "off_hours": "kind_clock",
}


class NoteDelegate(ItemDelegate):
    """A note: its words; when, and whose it is."""

    def paint_item(self, painter: QPainter, area: QRect, item: object, colour: str, dim: str) -> None:
        """As the base class asks it."""
        if not isinstance(item, GivenNote):
            return
        words = self.look.words
        is_stranger = item.standing is Standing.STRANGER
        tone = self.look.colours.warn if is_stranger else self.look.colours.accent
        self.paint_icon(painter, area.left() + 16, area.top() + 17, "bookmark", tone)
        room = area.adjusted(42, 0, -12, 0)
        upper = QRect(room.left(), room.top() + 7, room.width(), 20)
        text = words_of(item)
        shown, ink = (visible(text), colour) if text else (words("review.bookmark"), dim)
        paint_text(painter, upper, shown, font=self.font, colour=ink)
        lower = QRect(room.left(), room.top() + 27, room.width(), 18)
        paint_text(painter, lower, self._when_and_who(item), font=self.small, colour=dim)

    def _when_and_who(self, note: GivenNote) -> str:
        return "  ·  ".join((_when(note, milliseconds=note.content.end_ns is None), who_text(self.look.words, note)))


def note_tip(words: Words, note: GivenNote) -> str:
    """All of a note: what the list has no room for as well."""
    made = words("review.made", time=_clock(note.made_wall_ns))
    edited = "" if note.edited_wall_ns is None else words("review.edited", time=_clock(note.edited_wall_ns))
    lines = (visible(words_of(note)), _when(note, milliseconds=True), who_text(words, note), made, edited)
    return "\n".join(line for line in lines if line)


def who_text(words: Words, given: GivenNote | GivenVerdict) -> str:
    """Whose it is: by the name that is used here, or as a stranger."""
    name = visible(given.person.name)
    return words("review.stranger", name=name) if given.standing is Standing.STRANGER else name


def _when(note: GivenNote, *, milliseconds: bool) -> str:
    start = time_text(note.content.at_ns, milliseconds=milliseconds)
    end_ns = note.content.end_ns
    return start if end_ns is None else f"{start} – {time_text(end_ns, milliseconds=milliseconds)}"


def _clock(wall_ns: int) -> str:
    return f"{local_time(wall_ns, 0):%Y-%m-%d %H:%M} UTC"


class QueueDelegate(ItemDelegate):
    """A recording of the queue, its reasons below it."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """As Qt asks it."""
        return QSize(80, 54 if isinstance(index.data(ITEM_ROLE), QueueHead) else 28)

    def paint_item(self, painter: QPainter, area: QRect, item: object, colour: str, dim: str) -> None:
        """As the base class asks it."""
        match item:
            case QueueHead():
                self._paint_head(painter, area, item, colour, dim)
            case QueueReason(_, reason):
                self._paint_reason(painter, area, reason, colour, dim)
            case QueueMore(_, count):
                text = self.look.words("queue.more", count=count) if count else self.look.words("queue.nothing")
                paint_text(painter, area.adjusted(42, 0, -12, 0), text, font=self.small, colour=dim)

    def _paint_head(self, painter: QPainter, area: QRect, item: QueueHead, colour: str, dim: str) -> None:
        known, words = item.queued.entry.known, self.look.words
        state = item.queued.state
        icon, tone = STATE_ICONS[state], state_colour(self.look, state)
        self.paint_icon(painter, area.right() - 12 - 16, area.top() + 21, icon, tone)
        who = item.queued.entry.session_id if known is None else f"{known.operator} @ {known.host}"
        room = area.adjusted(16, 4, -40, 0)
        upper = QRect(room.left(), room.top() + 7, room.width(), 20)
        paint_text(painter, upper, f"{item.place}.  {visible(who)}", font=self.strong, colour=colour)
        parts = [words(f"review.state_{state.value}")]
        if known is not None:
            parts.insert(0, f"{local_time(known.started_wall_ns, known.utc_offset_s):%Y-%m-%d %H:%M}")
            parts.append(visible(known.purpose))
        lower = QRect(room.left(), room.top() + 27, area.width() - 32, 18)
        paint_text(painter, lower, "  ·  ".join(part for part in parts if part), font=self.small, colour=dim)

    def _paint_reason(self, painter: QPainter, area: QRect, reason: Reason, colour: str, dim: str) -> None:
        colours = self.look.colours
        tone = colours.bad if reason.kind in _GRAVE else dim if reason.kind in _MILD else colours.warn
        icon = _REASON_ICONS.get(reason.kind, "kind_alert")
        self.paint_icon(painter, area.left() + 18, area.center().y(), icon, tone)
        room = area.adjusted(42, 0, -12, 0)
        when = "" if reason.at_ns is None else time_text(reason.at_ns, milliseconds=False)
        width = paint_text(painter, room, when, font=self.small, colour=dim)
        rest = room.adjusted(width + 10 if when else 0, 0, 0, 0)
        paint_text(painter, rest, visible(reason_words(reason, self.look.words)), font=self.font, colour=colour)
