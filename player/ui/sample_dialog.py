"""Draws a sample of the library that everybody draws alike, and opens what was drawn."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from player.library import SESSION_ID
from player.review.period import Period
from player.review.sample import draw
from player.ui.access import Entry
from player.ui.library_view import items_view
from player.ui.list_delegates import EntryDelegate
from player.ui.list_models import Heading, ItemsModel
from player.ui.period_chooser import PeriodChooser
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.widgets import plain_label

MOST = 100_000
LONGEST_SEED = 200


class SampleDialog(QDialog):
    """Stays open beside the window: a recording that is chosen in it is opened there."""

    wanted = Signal()
    recording_chosen = Signal(object)  # Path
    closed = Signal()

    def __init__(self, *, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._asked: tuple[str, int, Period] | None = None
        self.setWindowTitle(look.words("sample.title"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(QSize(560, 560))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(10)
        column.addWidget(plain_label(look.words("sample.about"), part="dim", wraps=True))
        column.addLayout(self._form())
        self.message = plain_label(part="dim", wraps=True, selectable=True)
        column.addWidget(self.message)
        self.model: ItemsModel[Entry] = ItemsModel(lambda entry: f"{entry.operator} @ {entry.host}", self)
        self.view = items_view()
        self.view.setAccessibleName(look.words("sample.title"))
        delegate = EntryDelegate(look, self.view)
        delegate.has_days = False
        self.view.setItemDelegate(delegate)
        self.view.setModel(self.model)
        self.view.activated.connect(self._choose)
        self.view.clicked.connect(self._choose)
        column.addWidget(self.view, 1)
        column.addLayout(self._buttons())
        self._require_seed()
        self.seed.setFocus()

    def show_library(self, entries: Sequence[Entry], problem: str) -> None:
        """Draw from these, as was asked; `problem`: why something of the library is not among them."""
        if self._asked is None:
            return
        words, (seed, count, period) = self._look.words, self._asked
        by_id = {entry.folder.name: entry for entry in entries if SESSION_ID.fullmatch(entry.folder.name)}
        sample = draw([name for name in by_id if period.holds(name)], seed=seed, count=count)
        unnamed = sum(SESSION_ID.fullmatch(entry.folder.name) is None for entry in entries)
        drawn = words("sample.drawn", count=len(sample.session_ids), population=sample.population)
        digest = words("sample.digest", digest=sample.digest[:16])
        parts = [drawn, digest, words("sample.unnamed", count=unnamed) if unnamed else "", words.said(problem)]
        self.message.setText("\n".join(visible(part) for part in parts if part))
        self.model.show([by_id[name] for name in sample.session_ids])
        self._require_seed()

    def show_problem(self, sentence: str) -> None:
        """The library cannot be read."""
        self.message.setText(visible(self._look.words.said(sentence)))
        self.model.show([])
        self._require_seed()

    def closeEvent(self, event: QCloseEvent) -> None:
        """As Qt asks it."""
        self.closed.emit()
        super().closeEvent(event)

    def _form(self) -> QFormLayout:
        words, form = self._look.words, QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.seed = QLineEdit()
        self.seed.setMaxLength(LONGEST_SEED)
        self.seed.setPlaceholderText(words("sample.seed_hint"))
        self.seed.textChanged.connect(self._require_seed)
        self.count = QSpinBox()
        self.count.setRange(1, MOST)
        self.count.setValue(5)
        self.count.lineEdit().setTextMargins(7, 0, 0, 0)  # a style sheet's padding does not reach it
        self.period = PeriodChooser(look=self._look)
        for name, box in (("seed", self.seed), ("count", self.count), ("period", self.period)):
            label = QLabel(words(f"sample.{name}"))
            label.setProperty("part", "dim")
            label.setBuddy(box)
            box.setAccessibleName(words(f"sample.{name}"))
            form.addRow(label, box)
        return form

    def _buttons(self) -> QHBoxLayout:
        words, buttons = self._look.words, QHBoxLayout()
        self.draw_button = QPushButton(words("sample.draw"))
        self.draw_button.setDefault(True)
        self.draw_button.clicked.connect(self._draw)
        close = QPushButton(words("sample.close"))
        close.setAutoDefault(False)
        close.clicked.connect(self.close)
        buttons.addStretch(1)
        buttons.addWidget(close)
        buttons.addWidget(self.draw_button)
        return buttons

    def _draw(self) -> None:
        self._asked = (self.seed.text(), self.count.value(), self.period.period)
        self.draw_button.setEnabled(False)
        self.message.setText(self._look.words("sample.reading"))
        self.wanted.emit()

    def _require_seed(self) -> None:
        self.draw_button.setEnabled(bool(self.seed.text()))

    def _choose(self, index: QModelIndex) -> None:
        item = self.model.item_at(index.row())
        if not isinstance(item, Heading):
            self.recording_chosen.emit(item.folder)
