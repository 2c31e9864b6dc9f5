"""How much of the recorded time was reviewed: in all, by reviewer, by recording, for a period."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QColor, QPainter
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListView, QProgressBar, QPushButton, QVBoxLayout, QWidget

from player.review.coverage import Coverage, PersonCoverage, together
from player.review.queue import Covered
from player.timeline import time_text
from player.ui.coverage_bar import CoverageBar
from player.ui.library_view import items_view
from player.ui.list_delegates import ItemDelegate
from player.ui.list_models import Heading, ItemsModel, local_time
from player.ui.period_chooser import PeriodChooser
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.painting import paint_text
from resources.ui.widgets import plain_label
from resources.words import Words

PersonLine = tuple[PersonCoverage, int]  # and the length of all that was recorded
Line = PersonLine | Covered


class CoverageDialog(QDialog):
    """Stays open beside the window: a recording that is chosen in it is opened there."""

    recording_chosen = Signal(object)  # Path
    closed = Signal()

    def __init__(self, *, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._covered: tuple[Covered, ...] = ()
        words = look.words
        self.setWindowTitle(words("coverage.title"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(QSize(620, 620))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(10)
        self.period = PeriodChooser(look=look)
        self.period.changed.connect(self._show)
        self.share = plain_label(part="big")
        self.text = plain_label(part="dim", wraps=True)
        self.bar = CoverageBar(look=look)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(6)
        self.progress.setAccessibleName(words("coverage.title"))
        for part in (self.period, self.share, self.bar, self.progress, self.text):
            column.addWidget(part)
        column.addWidget(self._list(), 1)
        column.addLayout(self._buttons())
        self.show_progress(0, 0)

    def _list(self) -> QListView:
        self.model: ItemsModel[Line] = ItemsModel(self._text_of, self)
        self.view = items_view()
        self.view.setAccessibleName(self._look.words("coverage.title"))
        self.view.setItemDelegate(_CoverageDelegate(self._look, self.view))
        self.view.setModel(self.model)
        self.view.activated.connect(self._choose)
        self.view.clicked.connect(self._choose)
        return self.view

    def _buttons(self) -> QHBoxLayout:
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        close = QPushButton(self._look.words("coverage.close"))
        close.setAutoDefault(False)
        close.clicked.connect(self.close)
        buttons.addWidget(close)
        return buttons

    def show_progress(self, done: int, total: int) -> None:
        """It is being made."""
        words = self._look.words
        self.share.setText(words("coverage.counting"))
        self.progress.setRange(0, total)
        self.progress.setValue(done)
        self.progress.show()
        self.bar.hide()
        self.text.setText(words("queue.looking", done=done + 1, total=total) if total else "")

    def show_covered(self, covered: Sequence[Covered]) -> None:
        """This is what was seen of each recording."""
        self._covered = tuple(covered)
        self.progress.hide()
        self.bar.show()
        self._show()

    def show_problem(self, sentence: str) -> None:
        """It cannot be said."""
        self.progress.hide()
        self.bar.hide()
        self.share.setText(self._look.words("coverage.failed"))
        self.text.setText(visible(self._look.words.said(sentence)))

    def closeEvent(self, event: QCloseEvent) -> None:
        """As Qt asks it."""
        self.closed.emit()
        super().closeEvent(event)

    def _show(self) -> None:
        if self.progress.isVisibleTo(self):
            return  # what is chosen holds once it is counted
        words, period = self._look.words, self.period.period
        about = [one for one in self._covered if period.holds(one.entry.session_id)]
        known = [one for one in about if not one.problem]
        whole = together(one.coverage for one in known)
        self.share.setText(_share_text(whole, words))
        self.bar.show_ranges(((0, whole.seen_ns),) if whole.seen_ns else (), (), whole.whole_ns)
        self.text.setText(_about(whole, len(about) - len(known), words))
        lines: list[Line | Heading] = [Heading(words("coverage.by_person"))] if whole.persons else []
        lines += [(person, whole.whole_ns) for person in whole.persons]
        if about:
            lines.append(Heading(words("coverage.by_recording")))
        by_recording: list[Covered] = sorted(about, key=_least_first)
        lines += by_recording
        self.model.show(lines)

    def _choose(self, index: QModelIndex) -> None:
        item = self.model.item_at(index.row())
        if isinstance(item, Covered):
            self.recording_chosen.emit(item.entry.folder)

    def _text_of(self, line: Line) -> str:
        return "  ·  ".join(_parts(line, self._look.words))


class _CoverageDelegate(ItemDelegate):
    """Who, or which recording; how much; and below it the lengths, or why it is not known."""

    def paint_item(self, painter: QPainter, area: QRect, item: object, colour: str, dim: str) -> None:
        """As the base class asks it."""
        if not isinstance(item, (tuple, Covered)):
            return
        name, share, rest = _parts(item, self.look.words)
        room = area.adjusted(16, 0, -16, 0)
        number = QRect(room.right() - 60, room.top() + 7, 60, 20)
        painter.setFont(self.strong)
        painter.setPen(QColor(colour))
        painter.drawText(number, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), share)
        upper = QRect(room.left(), room.top() + 7, room.width() - 70, 20)
        paint_text(painter, upper, name, font=self.font, colour=colour)
        lower = QRect(room.left(), room.top() + 27, room.width(), 18)
        paint_text(painter, lower, rest, font=self.small, colour=dim)


def _least_first(one: Covered) -> tuple[bool, float, str]:
    return bool(one.problem), one.coverage.share or 0.0, one.entry.session_id


def _parts(line: Line, words: Words) -> tuple[str, str, str]:
    """The name, the share and the rest of a line."""
    if isinstance(line, Covered):
        known, coverage = line.entry.known, line.coverage
        name = line.entry.session_id
        if known is not None:
            began = local_time(known.started_wall_ns, known.utc_offset_s)
            name = f"{known.operator} @ {known.host}  ·  {began:%Y-%m-%d %H:%M}"
        if line.problem:
            return visible(name), "–", visible(words.said(line.problem))
        whole_ns, watched_ns, idle_ns = coverage.whole_ns, coverage.watched_ns, coverage.idle_ns
    else:
        person, whole_ns = line
        name, watched_ns, idle_ns = person.name, person.watched_ns, person.idle_ns
    return visible(name), _percent(watched_ns + idle_ns, whole_ns), _lengths(whole_ns, watched_ns, idle_ns, words)


def _share_text(whole: Coverage, words: Words) -> str:
    if whole.share is None:
        return words("coverage.nothing")
    return words("coverage.share", share=_percent(whole.seen_ns, whole.whole_ns))


def _about(whole: Coverage, unknown: int, words: Words) -> str:
    parts = []
    if whole.share is not None:
        parts.append(_lengths(whole.whole_ns, whole.watched_ns, whole.idle_ns, words))
        parts.append(words("coverage.begun", begun=whole.begun, recordings=whole.recordings))
    if unknown:
        parts.append(words("coverage.unknown", count=unknown))
    return "\n".join(parts)


def _lengths(whole_ns: int, watched_ns: int, idle_ns: int, words: Words) -> str:
    watched, idle, whole = (time_text(ns, milliseconds=False) for ns in (watched_ns, idle_ns, whole_ns))
    return words("coverage.lengths_idle" if idle_ns else "coverage.lengths", watched=watched, idle=idle, whole=whole)


def _percent(part_ns: int, whole_ns: int) -> str:
    """Rounded down: nothing is called whole that is not."""
    return f"{100 * part_ns // whole_ns} %" if whole_ns > 0 else "–"
