"""Ties the review of the open recording, and the queue, to the window."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from player.persons import Person, Persons
from player.playback import Moment
from player.review import undo
from player.review.drafts import keep_draft, read_draft
from player.review.entries import Act, Content, Edit, Judged, Note, Remove, Verdict, kind_of
from player.review.queue import Queued
from player.review.state import GivenNote, Review, read_review
from player.review.watching import Seen, WatchLog
from player.review.writing import write_entries
from player.ui.access import Access
from player.ui.background import Line
from player.ui.bookmarks import bookmarks_of
from player.ui.outbox import Outbox
from player.ui.queue_view import QueueView
from player.ui.reading import News
from player.ui.review_models import tags_in
from player.ui.review_view import ReviewView
from recorder.errors import WorldError
from resources.ui.signals import HomeCarrier

if TYPE_CHECKING:
    from player.ui.window import PlayerWindow

TELL_SEEN_EVERY_NS = 500_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of a review after reading or writing; `numbers` of what was written."""

    review: Review
    me: Person | None
    numbers: tuple[int, ...] = ()
    notice: str = ""


class ReviewController(QObject):
    """Made by the window; `stop` writes what is still to be written."""

    answered = Signal()

    def __init__(self, window: "PlayerWindow") -> None:
        super().__init__(window)
        self._window, self._desk = window, window.desk
        self.view, self.queue_view = ReviewView(look=window.look), QueueView(look=window.look)
        self._home = HomeCarrier(self)
        self._outbox = Outbox("reviewing", home=self._home.carry)
        self._line = Line("queueing", home=self._home.carry)
        self._undo = undo.UndoStack()
        self._folder: Path | None = None
        self._answer: Answer | None = None
        self._watch = WatchLog()
        self._news: News | None = None
        self._told_ns = 0
        self._place: tuple[int, int | None] = (0, None)
        self._is_queueing = False
        self._connect()

    @property
    def is_settled(self) -> bool:
        """Whether everything asked has been answered."""
        return self._outbox.is_settled and not self._is_queueing

    @property
    def seen(self) -> Seen:
        """What went by and is not confirmed."""
        return self._watch.seen

    def stop(self) -> None:
        """Keep what was watched, write what waits, and end the threads."""
        self._keep_draft()
        self._line.stop()
        self._outbox.stop()
        self._home.shut()

    def _connect(self) -> None:
        desk, view = self._desk, self.view
        desk.opened.connect(lambda _facts, news: self._opened(news))
        desk.closed.connect(self._closed)
        desk.open_failed.connect(lambda _request, _sentence: view.show_nothing())
        desk.news.connect(self._came)
        desk.moved.connect(self._moved)
        desk.library_changed.connect(lambda _folder: self.queue_view.show_nothing())
        self._window.log.bookmark_requested.connect(self.bookmark_at)
        self._window.timeline.range_selected.connect(lambda _start_ns, _end_ns: self._range_selected())
        view.moment_chosen.connect(desk.seek)
        view.note_entered.connect(self._enter_note)
        view.note_edited.connect(self._edit)
        view.note_removed.connect(self._remove)
        view.verdict_chosen.connect(self._judge)
        view.watched_confirmed.connect(self.confirm_watched)
        self.queue_view.reload_requested.connect(self.make_queue)
        self.queue_view.chosen.connect(lambda folder, at_ns: desk.open(folder, at_ns=at_ns))

    # --- from the desk ------------------------------------------------------------------------------------------------

    def _opened(self, news: News) -> None:
        folder = self._folder = self._desk.folder
        self._news, self._answer, self._watch = news, None, WatchLog()
        self._undo.clear()
        self.view.show_trouble("")
        if folder is not None:
            self._outbox.put(
                lambda: (_read(folder), read_draft(folder.name)),
                then=lambda found: self._came_first(folder, *found),
                failed=lambda error: self._could_not_read(folder, error),
            )

    def _closed(self) -> None:
        self._keep_draft()
        self._folder, self._news, self._answer, self._watch = None, None, None, WatchLog()
        self.view.show_nothing()
        self._window.timeline.show_bookmarks(())

    def _came(self, news: News) -> None:
        self._news = news

    def _came_first(self, folder: Path, answer: Answer, draft: Seen) -> None:
        if folder == self._folder:
            self._watch.add(draft)
            self._show(folder, answer)
            self.view.show_seen(self._watch.seen, self._duration_ns())
        self.answered.emit()

    def _could_not_read(self, folder: Path, error: WorldError) -> None:
        if folder == self._folder:
            self.view.show_nothing(str(error))
        self.answered.emit()

    def _moved(self, moment: Moment) -> None:
        news = self._news
        if news is None:
            return
        now_ns = self._desk.now_ns()
        known_ns = news.duration_ns if news.is_complete else news.reached_ns
        self._watch.take(
            moment, now_ns=now_ns, change_times_ns=news.change_times_ns, known_ns=known_ns, is_seen=self._is_seen()
        )
        if not self.view.line.hasFocus():  # a note is of the moment at which it was begun
            self._place = self._here(moment.position_ns)
            self.view.show_place(*self._place)
        is_due = moment.rate == 0 or now_ns - self._told_ns >= TELL_SEEN_EVERY_NS
        if is_due and self.view.isVisible():
            self._told_ns = now_ns
            self.view.show_seen(self._watch.seen, self._duration_ns())

    def _range_selected(self) -> None:
        """A note is of the range as soon as there is one, not only once the moment moves."""
        if self._news is not None and not self.view.line.hasFocus():
            self._place = self._here(self._desk.playback.position_ns)
            self.view.show_place(*self._place)

    def _is_seen(self) -> bool:
        """Whether the whole picture is before the person: the window is there, and no monitor is left out."""
        window = self._window
        return window.isVisible() and not window.isMinimized() and window.stage.view.only is None

    def _here(self, position_ns: int) -> tuple[int, int | None]:
        """The range that is selected, else this moment."""
        chosen = self._window.timeline.selected_range
        return (position_ns, None) if chosen is None else (chosen.start_ns, chosen.end_ns)

    def _duration_ns(self) -> int:
        return self._news.duration_ns if self._news is not None else 0

    def _keep_draft(self) -> None:
        folder, seen = self._folder, self._watch.seen
        if folder is not None and self._answer is not None:
            self._outbox.put(
                lambda: keep_draft(folder.name, seen),
                then=lambda _nothing: self.answered.emit(),
                failed=lambda _error: self.answered.emit(),  # it was never confirmed, and counts nowhere
            )

    # --- what a person does -------------------------------------------------------------------------------------------

    def begin_note(self) -> None:
        """A note of this moment, or of the range that is chosen."""
        self._place = self._here(self._desk.playback.position_ns)
        self.view.show_place(*self._place)
        self.view.begin_note()

    def bookmark(self) -> None:
        """Mark this moment, or the range that is chosen, without words."""
        at_ns, end_ns = self._here(self._desk.playback.position_ns)
        self._add(Content(at_ns, end_ns, ""))

    def bookmark_at(self, at_ns: int) -> None:
        """Mark that moment, whatever is shown or chosen, without words."""
        self._add(Content(at_ns, None, ""))

    def judge(self, judged: Judged) -> None:
        """Conclude so, as if the button had been pressed."""
        self.view.choose(judged)

    def confirm_watched(self) -> None:
        """Sign that what went by was seen."""
        seen = self._watch.seen
        if self._answer is None or not seen.length_ns:
            return
        folder = self._folder

        def forget(_answer: Answer) -> None:
            if folder == self._folder:
                self._watch.forget(seen)
                self.view.show_seen(self._watch.seen, self._duration_ns())

        self._write([seen.act()], then=forget)

    def undo(self) -> None:
        """Take back what was entered last."""
        self._write_one(self._undo.undo())

    def redo(self) -> None:
        """Enter again what was taken back."""
        self._write_one(self._undo.redo())

    def make_queue(self) -> None:
        """Look at the whole library for what to review next."""
        access, ask = self._desk.access, self._desk.ask_passphrase
        self._is_queueing = True
        self.queue_view.show_progress(0, 0)

        def work(keep_on: Callable[[], None]) -> Sequence[Queued]:
            def progress(done: int, total: int) -> None:
                keep_on()
                self._home.carry(lambda: self.queue_view.show_progress(done, total))

            return access.review_queue(ask, progress)

        self._line.ask(work, then=self._queued, failed=self._not_queued)

    def _queued(self, queue: Sequence[Queued]) -> None:
        self._is_queueing = False
        self.queue_view.show_queue(queue)
        self.answered.emit()

    def _not_queued(self, error: WorldError) -> None:
        self._is_queueing = False
        self.queue_view.show_problem(str(error))
        self.answered.emit()

    # --- writing ------------------------------------------------------------------------------------------------------

    def _enter_note(self, text: str) -> None:
        at_ns, end_ns = self._place
        self.view.line.clear()
        self._add(Content(at_ns, end_ns, text, tags_in(text)), typed=text)
        self._window.stage.view.setFocus()

    def _add(self, content: Content, *, typed: str = "") -> None:
        if self._answer is None:
            return

        def keep(text: str) -> None:
            if text and not self.view.line.text():
                self.view.line.setText(text)  # it could not be written: nothing that was typed is lost

        self._write(
            [Note(content)],
            then=lambda answer: self._undo.push(undo.added(answer.numbers[0], content)),
            failed=lambda: keep(typed),
        )

    def _edit(self, note: GivenNote, text: str) -> None:
        after = Content(note.content.at_ns, note.content.end_ns, text[:5000], tags_in(text))
        step = undo.edited(note.number, note.content, after)
        self._write([Edit(note.number, after)], then=lambda _answer: self._undo.push(step))

    def _remove(self, note: GivenNote) -> None:
        step = undo.removed(note.number, note.content)
        self._write([Remove(note.number)], then=lambda _answer: self._undo.push(step))

    def _judge(self, judged: Judged, comment: str) -> None:
        answer = self._answer
        if answer is None:
            return
        mine = answer.review.verdict_of(answer.me) if answer.me is not None else None
        before = None if mine is None else Verdict(mine.verdict, mine.comment, mine.reached_ns)
        act = Verdict(judged, comment, self._duration_ns())

        def written(_answer: Answer) -> None:
            self.view.comment.clear()
            self._undo.push(undo.judged(before, act))

        self._write([act], then=written)

    def _write_one(self, act: Act | None) -> None:
        if act is not None:
            self._write([act], then=lambda _answer: None)

    def _write(
        self,
        acts: Sequence[Act],
        *,
        then: Callable[[Answer], None],
        failed: Callable[[], None] = lambda: None,
    ) -> None:
        folder = self._folder
        if folder is None:
            return

        def done(answer: Answer) -> None:
            if folder == self._folder:
                is_new_state = self._answer is None or self._answer.review.state is not answer.review.state
                then(answer)
                self._show(folder, answer)
                if is_new_state:
                    self._tell_library()
                self.view.show_trouble(answer.notice)
            self.answered.emit()

        def not_done(error: WorldError) -> None:
            if folder == self._folder:
                failed()
                self.view.show_trouble(str(error))
            self.answered.emit()

        access = self._desk.access
        self._outbox.put(lambda: _written(access, folder, acts), then=done, failed=not_done)

    def _tell_library(self) -> None:
        """The list shows how far a recording is reviewed, and the queue what is left."""
        self._desk.list_library()
        if self.queue_view.was_made:
            self.make_queue()

    def _show(self, folder: Path, answer: Answer) -> None:
        if folder != self._folder:
            return
        self._answer = answer
        self.view.show_review(answer.review, answer.me, self._duration_ns())
        self._window.timeline.show_bookmarks(bookmarks_of(answer.review.notes, self._window.look.words))


def _read(folder: Path) -> Answer:
    persons = Persons.load()
    return Answer(read_review(folder, persons), persons.me)


def _written(access: Access, folder: Path, acts: Sequence[Act]) -> Answer:
    access.reviewed(folder, [kind_of(act) for act in acts])
    written = write_entries(folder, acts)
    answer = _read(folder)
    return Answer(answer.review, answer.me, written.numbers, written.notice)
