"""Paint the rows of the short lists: recordings, what was found, findings."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QWidget

from player.review.state import ReviewState
from player.timeline import time_text
from player.ui.access import Entry, EntryState, Hit, Level, Problem
from player.ui.list_models import ITEM_ROLE, Heading, local_time
from player.ui.log_delegate import icon_of
from player.ui.review_signs import STATE_ICONS, state_colour
from player.ui.verdict_banner import ICONS, tone_colour
from resources.ui.inert import visible
from resources.ui.look import SMALL_PX, Look, text_font
from resources.ui.painting import RowDelegate, paint_found, paint_text

Index = QModelIndex | QPersistentModelIndex
HEADING_PX = 32


class ItemDelegate(RowDelegate):
    """Two lines for an item, one for a heading."""

    height_px = 52

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(look, parent)
        self.font, self.small, self.strong = text_font(), text_font(SMALL_PX), text_font(strong=True)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """As Qt asks it."""
        is_heading = isinstance(index.data(ITEM_ROLE), Heading)
        return QSize(80, HEADING_PX if is_heading else self.height_px)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """As Qt asks it."""
        item = index.data(ITEM_ROLE)
        painter.save()
        area = QRect(option.rect)
        if isinstance(item, Heading):
            place = area.adjusted(16, 6, -12, 0)
            paint_text(painter, place, visible(item.text), font=text_font(SMALL_PX, strong=True), colour=self._dim())
        else:
            colour = self.paint_ground(painter, option, is_current=self.is_current(item))
            chosen = bool(option.state & QStyle.StateFlag.State_Selected)
            self.paint_item(painter, area, item, colour, colour if chosen else self._dim())
        painter.restore()

    def is_current(self, item: object) -> bool:
        """Whether this item is what the window shows now."""
        return False

    def paint_item(self, painter: QPainter, area: QRect, item: object, colour: str, dim: str) -> None:
        """The two lines."""
        raise NotImplementedError

    def _dim(self) -> str:
        return self.look.colours.text_dim


class EntryDelegate(ItemDelegate):
    """A recording: who and where, verdict; when, how long and why."""

    open_entry: Entry | None = None
    has_days = True  # the list's headings say the day

    def is_current(self, item: object) -> bool:
        """The recording that is open."""
        return isinstance(item, Entry) and self.open_entry is not None and item.folder == self.open_entry.folder

    def paint_item(self, painter: QPainter, area: QRect, item: object, colour: str, dim: str) -> None:
        """As the base class asks it."""
        if not isinstance(item, Entry):
            return
        icon, tone = self._sign(item)
        self.paint_icon(painter, area.right() - 12 - 16, area.top() + 17, icon, tone)
        alert = self._alert_colour(item)
        if alert:
            self.paint_icon(painter, area.right() - 12 - 16 - 22, area.top() + 17, "kind_alert", alert)
        room = area.adjusted(16, 0, -62 if alert else -40, 0)
        who = visible(" @ ".join(part for part in (item.operator, item.host) if part)) or visible(item.folder.name)
        upper = QRect(room.left(), room.top() + 7, room.width(), 20)
        paint_text(painter, upper, who, font=self.strong, colour=colour)
        review = _review_of(item)
        if review is not None:
            tone = state_colour(self.look, review)
            self.paint_icon(painter, area.right() - 12 - 16, area.top() + 36, STATE_ICONS[review], tone)
        lower = QRect(room.left(), room.top() + 27, area.width() - (56 if review is not None else 32), 18)
        paint_text(painter, lower, self._when_and_why(item), font=self.small, colour=dim)

    def _alert_colour(self, entry: Entry) -> str:
        """The gravest alert's; "" where there is none that matters."""
        colours, grave = self.look.colours, {severity for severity, count in entry.alerts or () if count}
        if grave & {"high", "critical"}:
            return colours.bad
        return colours.warn if grave & {"low", "medium"} else ""

    def _sign(self, entry: Entry) -> tuple[str, str]:
        colours = self.look.colours
        if entry.state is EntryState.RECORDING:
            return "live", colours.bad
        if entry.state is EntryState.UNREADABLE:
            return "error", colours.bad
        if entry.state is EntryState.EXPIRED:
            return "kind_clock", colours.text_faint
        is_cut = entry.state is EntryState.INTERRUPTED and entry.level in (Level.UNCHECKED, Level.SOUND)
        level = Level.PARTIAL if is_cut else entry.level
        return ICONS[level], tone_colour(self.look, level)

    def _when_and_why(self, entry: Entry) -> str:
        if entry.state is EntryState.UNREADABLE:
            words = self.look.words  # its name stands above: the reason comes first, where there is room for it
            return visible(words.said(entry.problem.replace(str(entry.folder), words("library.this"), 1)))
        parts = []
        if entry.started_wall_ns is not None:
            pattern = "%H:%M" if self.has_days else "%Y-%m-%d %H:%M"
            parts.append(local_time(entry.started_wall_ns, entry.utc_offset_s).strftime(pattern))
        if entry.state is EntryState.RECORDING:
            parts.append(self.look.words("library.recording"))
        elif entry.state is EntryState.EXPIRED:
            parts.append(self.look.words("library.expired"))
        elif entry.duration_ns is not None:
            parts.append(time_text(entry.duration_ns, milliseconds=False))
        if entry.purpose:
            parts.append(visible(entry.purpose))
        return "  ·  ".join(parts)


def _review_of(entry: Entry) -> ReviewState | None:
    return next((state for state in ReviewState if state.value == entry.review), None)


class HitDelegate(ItemDelegate):
    """A place that was found: the text, and when (and where, if in another recording)."""

    def paint_item(self, painter: QPainter, area: QRect, item: object, colour: str, dim: str) -> None:
        """As the base class asks it."""
        if not isinstance(item, Hit):
            return
        self.paint_icon(painter, area.left() + 16, area.top() + 17, icon_of(item.kind), dim)
        clock = "" if item.wall_ns is None else f"{local_time(item.wall_ns, item.utc_offset_s):%Y-%m-%d %H:%M:%S}"
        second = "  ·  ".join(part for part in (time_text(item.at_ns), clock, visible(item.title)) if part)
        room = area.adjusted(42, 0, -12, 0)
        start, end = item.found or (0, 0)
        parts = visible(item.text[:start]), visible(item.text[start:end]), visible(item.text[end : end + 500])
        upper = QRect(room.left(), room.top() + 7, room.width(), 20)
        paint_found(painter, upper, parts, fonts=(self.font, self.strong), colours=(colour, self.look.colours.hit))
        lower = QRect(room.left(), room.top() + 27, room.width(), 18)
        paint_text(painter, lower, second, font=self.small, colour=dim)


class ProblemDelegate(ItemDelegate):
    """A finding of `verify`: the sentence over up to three lines, and where."""

    height_px = 112

    def paint_item(self, painter: QPainter, area: QRect, item: object, colour: str, dim: str) -> None:
        """As the base class asks it."""
        if not isinstance(item, Problem):
            return
        level = Level.ALTERED if item.is_grave else Level.PARTIAL
        self.paint_icon(painter, area.left() + 16, area.top() + 20, ICONS[level], tone_colour(self.look, level))
        room = area.adjusted(42, 10, -12, -10)
        painter.setFont(self.font)
        painter.setPen(QColor(colour))
        sentence = QRect(room.left(), room.top(), room.width(), 54)
        text = visible(self.look.words.said(item.sentence)[:400])
        painter.drawText(sentence, int(Qt.TextFlag.TextWordWrap), text)
        written = painter.boundingRect(sentence, int(Qt.TextFlag.TextWordWrap), text).intersected(sentence)
        for number, line in enumerate((self._when(item), self._where(item))):
            place = QRect(room.left(), written.bottom() + 4 + 18 * number, room.width(), 18)
            paint_text(painter, place, line, font=self.small, colour=dim)

    def _when(self, problem: Problem) -> str:
        if problem.at_ns is None:
            return problem.code
        is_long = problem.end_ns is not None and problem.end_ns > problem.at_ns
        end = f" – {time_text(problem.end_ns)}" if is_long and problem.end_ns is not None else ""
        return f"{time_text(problem.at_ns)}{end}  ·  {problem.code}"

    def _where(self, problem: Problem) -> str:
        words = self.look.words
        places = (("segment", problem.segment), ("chunk", problem.sequence), ("byte", problem.offset_bytes))
        return "  ·  ".join(words(f"findings.{name}", number=number) for name, number in places if number is not None)
