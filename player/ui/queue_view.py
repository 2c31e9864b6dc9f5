"""What to review next, and why: recordings with their reasons, each of which leads to its moment."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from player.review.queue import Queued
from player.ui.library_view import items_view
from player.ui.list_models import Heading, ItemsModel
from player.ui.review_delegates import QueueDelegate
from player.ui.review_models import QueueHead, QueueLine, QueueMore, QueueReason, queue_lines
from player.ui.review_signs import reason_words
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.widgets import icon_button, plain_label, rule, text_button


class QueueView(QWidget):
    """Shows the queue it is given."""

    chosen = Signal(object, object)  # the recording's folder, at_ns or None
    reload_requested = Signal()

    def __init__(self, *, look: Look) -> None:
        super().__init__()
        self._look = look
        self._queue: tuple[Queued, ...] = ()
        self._unfolded: frozenset[str] = frozenset()
        self._was_asked = False
        self.model: ItemsModel[QueueLine] = ItemsModel(self._text_of, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        bar = QHBoxLayout()
        bar.setContentsMargins(16, 8, 8, 8)
        self.message = plain_label(part="dim", wraps=True)
        bar.addWidget(self.message, 1)
        bar.addWidget(icon_button(look, "refresh", look.words("queue.reload"), pressed=self.reload_requested.emit))
        column.addLayout(bar)
        column.addLayout(self._library_bar())
        column.addWidget(rule())
        self.view = items_view()
        self.view.setAccessibleName(look.words("queue.title"))
        self.view.setItemDelegate(QueueDelegate(look, self.view))
        self.view.setModel(self.model)
        column.addWidget(self.view, 1)
        self.view.clicked.connect(self._choose)
        self.view.activated.connect(self._choose)
        self.show_progress(0, 0)

    def _library_bar(self) -> QHBoxLayout:
        words, bar = self._look.words, QHBoxLayout()
        bar.setContentsMargins(8, 0, 8, 8)
        bar.setSpacing(4)
        self.coverage_button = text_button(self._look, words("queue.coverage"), words("coverage.title"))
        self.sample_button = text_button(self._look, words("queue.sample"), words("sample.title"))
        bar.addWidget(self.coverage_button)
        bar.addWidget(self.sample_button)
        bar.addStretch(1)
        return bar

    @property
    def queue(self) -> tuple[Queued, ...]:
        """What is shown."""
        return self._queue

    def show_nothing(self) -> None:
        """Another library: its queue is made when it is looked at."""
        self._was_asked = self.isVisible()
        self.show_queue(())
        if self._was_asked:
            self.reload_requested.emit()

    @property
    def was_made(self) -> bool:
        """Whether somebody looked at it."""
        return self._was_asked

    def show_queue(self, queue: Sequence[Queued]) -> None:
        """These wait, in this order."""
        self._queue = tuple(queue)
        words = self._look.words
        self.message.setText(words("queue.waiting", count=len(queue)) if queue else words("queue.empty"))
        self._show_lines()

    def show_progress(self, done: int, total: int) -> None:
        """It is being made."""
        words = self._look.words
        self.message.setText(words("queue.looking", done=done + 1, total=total) if total else words("queue.reading"))

    def show_problem(self, sentence: str) -> None:
        """It cannot be made."""
        self._queue = ()
        self.message.setText(visible(self._look.words.said(sentence)))
        self._show_lines()

    def showEvent(self, event: QShowEvent) -> None:
        """Make the queue when it is looked at for the first time."""
        super().showEvent(event)
        if not self._was_asked:
            self._was_asked = True
            self.reload_requested.emit()

    def _show_lines(self) -> None:
        place = self.view.verticalScrollBar().value()
        self.model.show(queue_lines(self._queue, self._unfolded))
        self.view.verticalScrollBar().setValue(place)

    def _choose(self, index: QModelIndex) -> None:
        match self.model.item_at(index.row()):
            case QueueHead(queued, _):
                self.chosen.emit(queued.entry.folder, None)
            case QueueReason(queued, reason):
                self.chosen.emit(queued.entry.folder, reason.at_ns)
            case QueueMore(queued, _):
                self._unfolded |= {queued.entry.session_id}
                self._show_lines()
            case Heading():
                pass

    def _text_of(self, line: QueueLine) -> str:
        words = self._look.words
        match line:
            case QueueHead(queued, place):
                known = queued.entry.known
                who = queued.entry.session_id if known is None else f"{known.operator} @ {known.host}"
                return f"{place}. {who}, {words(f'review.state_{queued.state.value}')}"
            case QueueReason(_, reason):
                return reason_words(reason, words)
            case QueueMore(_, count):
                return words("queue.more", count=count) if count else words("queue.nothing")
