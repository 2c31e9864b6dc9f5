"""The controls for facets: a form that opens below its button; what is chosen holds at once."""

from collections.abc import Iterable
from datetime import date

from PySide6.QtCore import QDate, QPoint, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from player.facets import Facets
from player.ui.access import Entry
from player.ui.day_box import NO_DAY, DayBox
from player.ui.facet_words import LENGTHS_S, choices, length_text
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.widgets import plain_label

NAMES = ("operator", "host", "application")
CHOICES = ("verdict", "alert", "review")
WIDTH_PX = 340
_MOST_NAMES = 500


class FacetPopover(QFrame):
    """Closes by Esc or a click beside it."""

    changed = Signal(object)  # Facets
    save_requested = Signal()

    def __init__(self, *, look: Look, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._look = look
        words = look.words
        self.setProperty("part", "popover")
        self.setFixedWidth(WIDTH_PX)
        self._facets = Facets()
        self._focused_before: QWidget | None = None
        self.names = {name: self._name_box(name) for name in NAMES}
        self.from_day, self.to_day = self._day_box(), self._day_box()
        self.length = self._length_box()
        self.choices = {name: self._choice_box(name) for name in CHOICES}
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(12)
        column.addWidget(plain_label(words("facet.title"), part="title"))
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows: list[tuple[str, QWidget]] = [(name, self.names[name]) for name in NAMES]
        rows += [("from_date", self.from_day), ("to_date", self.to_day), ("length", self.length)]
        rows += [(name, self.choices[name]) for name in CHOICES]
        for name, box in rows:
            label = QLabel(words(f"facet.{name}"))
            label.setProperty("part", "dim")
            label.setBuddy(box)
            form.addRow(label, box)
            box.setAccessibleName(words(f"facet.{name}"))
        column.addLayout(form)
        column.addLayout(self._buttons())

    def show_below(self, button: QWidget, facets: Facets, entries: Iterable[Entry]) -> None:
        """Open with what is asked now, offering the names that there are."""
        listed = list(entries)
        known = {
            "operator": {entry.operator for entry in listed if entry.operator},
            "host": {entry.host for entry in listed if entry.host},
            "application": {name for entry in listed for name in entry.applications or ()},
        }
        for name, box in self.names.items():
            with QSignalBlocker(box):
                box.clear()
                box.addItems([visible(one) for one in sorted(known[name])[:_MOST_NAMES]])
        self.show_facets(facets)
        self.adjustSize()
        self.move(button.mapToGlobal(QPoint(button.width() - self.width(), button.height() + 4)))
        self._keep_on_screen(button)
        self._focused_before = button.window().focusWidget()
        self.show()
        self.names["operator"].setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        """The keys go on where they were; as Qt asks it."""
        super().hideEvent(event)
        QTimer.singleShot(0, self, self._give_focus_back)  # once Qt is done with hiding

    def _give_focus_back(self) -> None:
        focused = QApplication.focusWidget()
        if focused is not None and self.isAncestorOf(focused):
            focused.clearFocus()
        if self._focused_before is not None:
            self._focused_before.window().activateWindow()
            self._focused_before.setFocus()

    def show_facets(self, facets: Facets) -> None:
        """These are asked now."""
        self._facets = facets
        boxes = (*self.names.values(), self.from_day, self.to_day, self.length, *self.choices.values())
        blocked = [QSignalBlocker(box) for box in boxes]
        for name, box in self.names.items():
            box.setEditText(getattr(facets, name))
        for day_box, day in ((self.from_day, facets.from_date), (self.to_day, facets.to_date)):
            day_box.setDate(NO_DAY if day is None else QDate(day.year, day.month, day.day))
        self._show_length(facets)
        for name, box in self.choices.items():
            box.setCurrentIndex(max(0, box.findData(getattr(facets, name))))
        for one in blocked:
            one.unblock()

    # --- making -------------------------------------------------------------------------------------------------------

    def _name_box(self, name: str) -> QComboBox:
        box = QComboBox()
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        box.setMaxVisibleItems(12)
        box.setMinimumContentsLength(8)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        line = box.lineEdit()
        if line is not None:
            line.setPlaceholderText(self._look.words(f"facet.{name}_hint"))
        box.editTextChanged.connect(self._ask)
        return box

    def _day_box(self) -> DayBox:
        box = DayBox(self._look.words("facet.any"))
        box.dateChanged.connect(self._ask)
        return box

    def _length_box(self) -> QComboBox:
        box, words = QComboBox(), self._look.words
        box.addItem(words("facet.any"), (None, None))
        for seconds in LENGTHS_S:
            box.addItem(words("facet.longer", length=length_text(seconds, words)), (seconds, None))
        for seconds in LENGTHS_S:
            box.addItem(words("facet.shorter", length=length_text(seconds, words)), (None, seconds))
        box.setMaxVisibleItems(12)
        box.currentIndexChanged.connect(self._ask)
        return box

    def _choice_box(self, name: str) -> QComboBox:
        box = QComboBox()
        for value, text in choices(name, self._look.words):
            box.addItem(text, value)
        box.currentIndexChanged.connect(self._ask)
        return box

    def _buttons(self) -> QHBoxLayout:
        words, row = self._look.words, QHBoxLayout()
        row.setSpacing(8)
        self.clear_button = QPushButton(words("facet.clear"))
        self.clear_button.clicked.connect(self._clear)
        self.save_button = QPushButton(words("facet.save"))
        self.save_button.clicked.connect(self._save)
        row.addWidget(self.clear_button)
        row.addStretch(1)
        row.addWidget(self.save_button)
        return row

    # --- asking -------------------------------------------------------------------------------------------------------

    def _show_length(self, facets: Facets) -> None:
        wanted = (facets.longer_than_s, facets.shorter_than_s)
        found = next((at for at in range(self.length.count()) if tuple(self.length.itemData(at)) == wanted), None)
        if found is None:  # a saved search, or one of another version, may ask for any length
            words = self._look.words
            parts = [("longer", facets.longer_than_s), ("shorter", facets.shorter_than_s)]
            texts = [words(f"facet.{name}", length=length_text(s, words)) for name, s in parts if s is not None]
            self.length.addItem(" · ".join(texts), wanted)
            found = self.length.count() - 1
        self.length.setCurrentIndex(found)

    def _ask(self, *_changed: object) -> None:
        longer, shorter = self.length.currentData()
        asked = Facets(
            operator=self.names["operator"].currentText().strip(),
            host=self.names["host"].currentText().strip(),
            application=self.names["application"].currentText().strip(),
            from_date=_day(self.from_day),
            to_date=_day(self.to_day),
            longer_than_s=longer,
            shorter_than_s=shorter,
            verdict=self.choices["verdict"].currentData(),
            alert=self.choices["alert"].currentData(),
            review=self.choices["review"].currentData(),
        )
        if asked != self._facets:
            self._facets = asked
            self.changed.emit(asked)

    def _clear(self) -> None:
        self.show_facets(Facets())
        self.changed.emit(Facets())

    def _save(self) -> None:
        self.hide()
        self.save_requested.emit()

    def _keep_on_screen(self, button: QWidget) -> None:
        room = button.screen().availableGeometry()
        left = min(max(self.x(), room.left() + 4), room.right() - self.width() - 4)
        top = min(self.y(), max(room.top() + 4, room.bottom() - self.sizeHint().height() - 4))
        self.move(left, top)


def _day(box: DayBox) -> date | None:
    day = box.date()
    return None if day == NO_DAY else date(day.year(), day.month(), day.day())
