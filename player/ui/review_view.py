"""The review of the open recording: its state, this person's verdict, what was seen, and the notes."""

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QButtonGroup, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from player.persons import Person, Standing
from player.review.coverage import coverage_of, seen_ranges
from player.review.entries import Judged
from player.review.ranges import length_ns, merged, without
from player.review.state import GivenNote, Review, ReviewState
from player.review.watching import Seen
from player.timeline import time_text
from player.ui.coverage_bar import CoverageBar
from player.ui.library_view import items_view
from player.ui.review_delegates import NoteDelegate, note_tip
from player.ui.review_models import NotesModel, words_of
from player.ui.review_signs import STATE_ICONS, state_colour
from player.ui.tall_part import TallPart
from player.ui.verdict_list import VerdictList
from recorder.clock import NS_PER_S
from resources.ui.inert import plain_tip, visible
from resources.ui.look import Look
from resources.ui.widgets import key_text, name_control, panel, plain_label, rule, text_button

CHOICES = ((Judged.CLEARED, "Ctrl+1"), (Judged.FOLLOW_UP, "Ctrl+2"), (Judged.VIOLATION, "Ctrl+3"))
_STATES = {
    Judged.CLEARED: ReviewState.CLEARED,
    Judged.FOLLOW_UP: ReviewState.FOLLOW_UP,
    Judged.VIOLATION: ReviewState.VIOLATION,
}
_TONES = {Judged.CLEARED: "good", Judged.FOLLOW_UP: "warn", Judged.VIOLATION: "bad"}
MARGIN_PX = 16
NOTES_PX = 112  # two of them are always seen
PROBLEMS_SHOWN, PROBLEMS_IN_TIP = 3, 40


class ReviewView(QWidget):
    """Shows a review; everything a person does with it is asked for by signals."""

    moment_chosen = Signal(object)  # at_ns
    note_entered = Signal(str)
    note_edited = Signal(object, str)  # GivenNote, the new words
    note_removed = Signal(object)  # GivenNote
    verdict_chosen = Signal(object, str)  # Judged, the comment
    watched_confirmed = Signal()

    def __init__(self, *, look: Look) -> None:
        super().__init__()
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._look = look
        self._review: Review | None = None
        self._seen = Seen()
        self._duration_ns = 0
        self._me: Person | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.message = plain_label(part="dim", wraps=True)
        self.message.setContentsMargins(MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX)
        column.addWidget(self.message)
        self.body, inner = panel()
        upper, parts = panel()
        for part in (self._state_part(), self._verdict_part(), rule(), self._coverage_part()):
            parts.addWidget(part)
        self.upper = TallPart(upper)
        for part in (self.upper, rule(), self._note_part()):
            inner.addWidget(part)
        inner.addWidget(self._list_part(), 1)
        column.addWidget(self.body, 1)
        column.addStretch(0)
        self.show_nothing()

    # --- what it is told ----------------------------------------------------------------------------------------------

    def show_nothing(self, sentence: str = "") -> None:
        """No recording is open, or its review cannot be read."""
        self._review = None
        self.body.hide()
        self.message.setText(visible(self._look.words.said(sentence)) or self._look.words("review.none_open"))
        self.message.show()
        self.model.show(())

    def show_review(self, review: Review, me: Person | None, duration_ns: int) -> None:
        """This is known of it; `me` is this person, if they have signed anything yet."""
        self._review, self._me, self._duration_ns = review, me, duration_ns
        self.message.hide()
        self.body.show()
        self._show_state(review)
        mine = review.verdict_of(me) if me is not None else None
        for judged, button in self._buttons.items():
            button.setChecked(mine is not None and mine.verdict is judged)
        self._show_notes(review)
        self._show_coverage()

    def show_seen(self, seen: Seen, duration_ns: int) -> None:
        """So much went by and is not confirmed."""
        self._seen, self._duration_ns = seen, duration_ns
        self._show_coverage()

    def show_place(self, start_ns: int, end_ns: int | None) -> None:
        """A note would be of this moment or range."""
        place = time_text(start_ns) + ("" if end_ns is None else f" – {time_text(end_ns)}")
        self.place.setText(place)

    def show_trouble(self, sentence: str) -> None:
        """Something could not be written; "": nothing is wrong any more."""
        self._trouble.setText(visible(self._look.words.said(sentence)))
        self._trouble.setVisible(bool(sentence))

    def begin_note(self) -> None:
        """Into the line for a note."""
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # --- parts --------------------------------------------------------------------------------------------------------

    def _state_part(self) -> QWidget:
        part, column = panel()
        column.setContentsMargins(MARGIN_PX, 14, MARGIN_PX, 4)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(8)
        self._icon, self.state = plain_label(), plain_label(part="title")
        head.addWidget(self._icon)
        head.addWidget(self.state, 1)
        column.addLayout(head)
        self.verdicts = VerdictList(look=self._look)
        column.addWidget(self.verdicts)
        self._notice = QFrame()
        self._notice.setProperty("part", "notice")
        inner = QVBoxLayout(self._notice)
        inner.setContentsMargins(12, 8, 12, 8)
        self.problems = plain_label(wraps=True, selectable=True)
        inner.addWidget(self.problems)
        column.addWidget(self._notice)
        self.notices = plain_label(part="dim", wraps=True)
        column.addWidget(self.notices)
        return part

    def _verdict_part(self) -> QWidget:
        words = self._look.words
        part, column = panel()
        column.setContentsMargins(MARGIN_PX, 6, MARGIN_PX, 12)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(6)
        self._group = QButtonGroup(self)
        self._group.setExclusive(False)
        self._buttons = {}
        for judged, key in CHOICES:
            state = _STATES[judged]
            tip = words(f"review.{judged.value}_tip", keys=key_text(key))
            button = text_button(
                self._look, words(f"review.{judged.value}"), tip, icon=STATE_ICONS[state], part="verdict"
            )
            button.setProperty("tone", _TONES[judged])
            button.setIcon(self._look.icon(STATE_ICONS[state], tone=_TONES[judged]))
            button.setCheckable(True)
            button.clicked.connect(lambda _on=False, judged=judged: self.choose(judged))
            self._buttons[judged] = button
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        self.comment = QLineEdit()
        self.comment.setMaxLength(2000)
        self.comment.setPlaceholderText(words("review.comment"))
        self.comment.setAccessibleName(words("review.comment"))
        column.addWidget(self.comment)
        return part

    def _coverage_part(self) -> QWidget:
        words = self._look.words
        part, column = panel()
        column.setContentsMargins(MARGIN_PX, 12, MARGIN_PX, 12)
        column.setSpacing(8)
        self.coverage = plain_label(wraps=True)
        self.bar = CoverageBar(look=self._look)
        column.addWidget(self.coverage)
        column.addWidget(self.bar)
        row = QHBoxLayout()
        self.waiting = plain_label(part="dim", wraps=True)
        tip = words("review.confirm_tip", keys=key_text("Shift+R"))
        self.confirm = text_button(self._look, words("review.confirm"), tip, part="live")
        self.confirm.clicked.connect(lambda _on=False: self.watched_confirmed.emit())
        row.addWidget(self.waiting, 1)
        row.addWidget(self.confirm, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(row)
        return part

    def _note_part(self) -> QWidget:
        words = self._look.words
        part, column = panel()
        column.setContentsMargins(MARGIN_PX, 12, MARGIN_PX, 8)
        column.setSpacing(6)
        self.place = plain_label(part="dim")
        self.line = QLineEdit()
        self.line.setMaxLength(5000)
        self.line.setPlaceholderText(words("review.note_here", keys=key_text("T")))
        name_control(self.line, words("review.note_tip"))
        self.line.returnPressed.connect(self._enter)
        self._trouble = plain_label(part="error", wraps=True)
        self._trouble.hide()
        for one in (self._trouble, self.place, self.line):
            column.addWidget(one)
        return part

    def _list_part(self) -> QWidget:
        words = self._look.words
        self.model = NotesModel(
            lambda note: words_of(note) or words("review.bookmark"), self, tip_of=lambda note: note_tip(words, note)
        )
        self.model.edited.connect(self.note_edited)
        self.view = items_view()
        self.view.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.view.setMinimumHeight(NOTES_PX)
        name_control(self.view, self._look.words("review.notes"))
        self.view.setToolTip("")
        self.view.setItemDelegate(NoteDelegate(self._look, self.view))
        self.view.setModel(self.model)
        self.view.clicked.connect(self._go)
        self.view.activated.connect(self._go)
        remove = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.view)
        remove.setContext(Qt.ShortcutContext.WidgetShortcut)
        remove.activated.connect(self._remove)
        return self.view

    # --- showing ------------------------------------------------------------------------------------------------------

    def _show_state(self, review: Review) -> None:
        words, state = self._look.words, review.state
        colour = state_colour(self._look, state)
        self._icon.setPixmap(self._look.pixmap(STATE_ICONS[state], colour, ratio=self.devicePixelRatioF()))
        self.state.setText(words(f"review.state_{state.value}"))
        self.verdicts.show_verdicts(review.verdicts, self._duration_ns)
        said = [visible(words.said(one)) for one in review.problems]
        more = [words("review.more_problems", count=len(said) - PROBLEMS_SHOWN)] if len(said) > PROBLEMS_SHOWN else []
        self.problems.setText("\n".join((*said[:PROBLEMS_SHOWN], *more)))
        self.problems.setToolTip(plain_tip("\n".join(said[:PROBLEMS_IN_TIP])) if more else "")
        self._notice.setVisible(bool(review.problems))
        self.notices.setText("\n".join(visible(words.said(one)) for one in review.notices))
        self.notices.setVisible(bool(review.notices))

    def _show_notes(self, review: Review) -> None:
        number, place = self.view.currentIndex().row(), self.view.verticalScrollBar().value()
        self.model.show(review.notes)
        if 0 <= number < len(review.notes):
            self.view.setCurrentIndex(self.model.index(number))
        self.view.verticalScrollBar().setValue(place)

    def _show_coverage(self) -> None:
        words, review = self._look.words, self._review
        one = coverage_of(review, self._duration_ns)
        share = 0 if one.share is None else int(one.share * 100)
        whole = time_text(self._duration_ns, milliseconds=False)
        watched = time_text(one.watched_ns, milliseconds=False)
        if one.idle_ns:
            idle = time_text(one.idle_ns, milliseconds=False)
            self.coverage.setText(words("review.coverage_idle", share=share, whole=whole, watched=watched, idle=idle))
        else:
            self.coverage.setText(words("review.coverage", share=share, whole=whole, watched=watched))
        confirmed = seen_ranges(review, self._duration_ns)
        fresh = without(merged((*self._seen.ranges, *self._seen.idle)), confirmed)
        self.bar.show_ranges(confirmed, fresh, self._duration_ns)
        self.bar.setAccessibleName(self.coverage.text())
        waits = length_ns(fresh) >= NS_PER_S
        time = time_text(length_ns(fresh), milliseconds=False)
        self.waiting.setText(words("review.waiting", time=time) if waits else words("review.nothing_waits"))
        self.confirm.setVisible(waits)

    # --- what a person does -------------------------------------------------------------------------------------------

    def choose(self, judged: Judged) -> None:
        """Conclude so; the verdict that holds already is taken back."""
        if self._review is None:
            return
        mine = self._review.verdict_of(self._me) if self._me is not None else None
        is_again = mine is not None and mine.verdict is judged and not self.comment.text().strip()
        for one, button in self._buttons.items():
            button.setChecked(mine is not None and mine.verdict is one)  # until it is written
        self.verdict_chosen.emit(Judged.WITHDRAWN if is_again else judged, self.comment.text().strip())

    def _enter(self) -> None:
        if self._review is not None and self.line.text().strip():
            self.note_entered.emit(self.line.text().strip())

    def _go(self, index: QModelIndex) -> None:
        item = self.model.item_at(index.row())
        if isinstance(item, GivenNote):
            self.moment_chosen.emit(item.content.at_ns)

    def _remove(self) -> None:
        index = self.view.currentIndex()
        item = self.model.item_at(index.row()) if index.isValid() else None
        if isinstance(item, GivenNote) and item.standing is Standing.ME:
            self.note_removed.emit(item)

    def sizeHint(self) -> QSize:
        """As Qt asks it."""
        return QSize(380, 600)
