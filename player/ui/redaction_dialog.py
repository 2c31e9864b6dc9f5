"""The list of what will be black in an exported copy: drawn on the picture, edited here, with undo, kept in a file."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from player.moments import read_time_text, time_text
from player.video.redaction import LONGEST_REASON, Redaction, Redactions
from recorder.geometry import Rect
from resources.ui.inert import visible
from resources.ui.look import Look
from resources.ui.widgets import plain_label, restyle

FIELDS = ("screen", "area", "from", "to", "reason")


class RedactionDialog(QDialog):
    """Stays open beside the picture; it only asks and shows."""

    drawing_changed = Signal(bool)
    chosen = Signal(object)  # which of the list, None: none
    edited = Signal(object, object)  # which, the Redaction that it is to be
    removed = Signal(object)  # which
    undo_requested = Signal()
    redo_requested = Signal()
    load_requested = Signal(object)  # Path
    save_requested = Signal(object)  # Path
    closed = Signal()

    def __init__(self, *, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        words = look.words
        self._look = look
        self._items: Redactions = ()
        self.setWindowTitle(words("redact.title"))
        self.setMinimumWidth(520)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(plain_label(words("redact.title"), part="big"))
        column.addWidget(plain_label(words("redact.hint"), part="dim", wraps=True))
        column.addLayout(self._tools())
        column.addWidget(self._list(), 1)
        column.addWidget(self._form())
        self.problem = plain_label("", part="error", wraps=True)
        self.problem.hide()
        column.addWidget(self.problem)
        column.addLayout(self._files())
        for key, asked in ((QKeySequence.StandardKey.Undo, self.undo), (QKeySequence.StandardKey.Redo, self.redo)):
            QShortcut(key, self, asked.click)
        QShortcut(QKeySequence(Qt.Key.Key_Delete), self.list, self.remove.click)
        self.show_items((), can_undo=False, can_redo=False)

    # --- putting together ---------------------------------------------------------------------------------------------

    def _tools(self) -> QHBoxLayout:
        words, row = self._look.words, QHBoxLayout()
        row.setSpacing(8)
        self.draw = QPushButton(words("redact.draw"))
        self.draw.setCheckable(True)
        self.draw.toggled.connect(self.drawing_changed)
        self.undo, self.redo, self.remove = (
            QPushButton(words(f"redact.{name}")) for name in ("undo", "redo", "remove")
        )
        self.undo.clicked.connect(self.undo_requested)
        self.redo.clicked.connect(self.redo_requested)
        self.remove.clicked.connect(lambda: self.removed.emit(self.current))
        row.addWidget(self.draw)
        row.addStretch(1)
        for button in (self.undo, self.redo, self.remove):
            row.addWidget(button)
        for button in (self.draw, self.undo, self.redo, self.remove):
            button.setAutoDefault(False)
        return row

    def _list(self) -> QListWidget:
        self.list = QListWidget()
        self.list.setAccessibleName(self._look.words("redact.list"))
        self.list.setMinimumHeight(120)
        self.list.currentRowChanged.connect(self._choose)
        self.empty = plain_label(self._look.words("redact.empty"), part="dim", wraps=True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        room = QVBoxLayout(self.list)
        room.setContentsMargins(24, 12, 24, 12)
        room.addWidget(self.empty)
        return self.list

    def _form(self) -> QWidget:
        words = self._look.words
        self.form = QWidget()
        grid = QGridLayout(self.form)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        self.fields = {name: QLineEdit() for name in FIELDS}
        self.fields["reason"].setMaxLength(LONGEST_REASON)
        places = {"screen": (0, 0), "area": (0, 2), "from": (1, 0), "to": (1, 2), "reason": (2, 0)}
        for name, line in self.fields.items():
            row, place = places[name]
            grid.addWidget(plain_label(words(f"redact.{name}"), part="dim"), row, place)
            grid.addWidget(line, row, place + 1, 1, 3 if name == "reason" else 1)
            line.setAccessibleName(words(f"redact.{name}"))
            line.setToolTip(words(f"redact.{name}_tip"))
            line.editingFinished.connect(self._edit)
        self.texts = QCheckBox(words("redact.texts"))
        self.texts.clicked.connect(self._edit)
        grid.addWidget(self.texts, 3, 1, 1, 3)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 2)
        return self.form

    def _files(self) -> QHBoxLayout:
        words, row = self._look.words, QHBoxLayout()
        row.setSpacing(8)
        self.load, self.save = QPushButton(words("redact.load")), QPushButton(words("redact.save"))
        close = QPushButton(words("redact.close"))
        self.load.clicked.connect(self._ask_load)
        self.save.clicked.connect(self._ask_save)
        close.clicked.connect(self.close)
        for button in (self.load, self.save, close):
            button.setAutoDefault(False)
        row.addWidget(self.load)
        row.addWidget(self.save)
        row.addStretch(1)
        row.addWidget(close)
        return row

    # --- what it is told ----------------------------------------------------------------------------------------------

    @property
    def current(self) -> int | None:
        """Which of the list is chosen."""
        row = self.list.currentRow()
        return row if 0 <= row < len(self._items) else None

    def show_items(self, items: Redactions, *, can_undo: bool, can_redo: bool, choose: int | None = None) -> None:
        """The list is this now."""
        self._items = items
        wanted = self.list.currentRow() if choose is None else choose
        self.list.blockSignals(True)
        self.list.clear()
        self.list.addItems([self._line(one) for one in items])
        self.list.setCurrentRow(min(max(wanted, 0), len(items) - 1))
        self.list.blockSignals(False)
        self.empty.setVisible(not items)
        self.undo.setEnabled(can_undo)
        self.redo.setEnabled(can_redo)
        self.save.setEnabled(bool(items))
        self._choose(self.list.currentRow())

    def show_problem(self, sentence: str) -> None:
        """Something could not be done; "": it could."""
        self.problem.setText(visible(self._look.words.said(sentence)))
        self.problem.setVisible(bool(sentence))

    # --- inside -------------------------------------------------------------------------------------------------------

    def _line(self, one: Redaction) -> str:
        words = self._look.words
        where = words("redact.no_picture") if one.screen is None else words("redact.on_screen", number=one.screen)
        if one.screen is not None:
            where += "  " + (words("redact.all_of_it") if one.area is None else area_text(one.area))
        times = f"{time_text(one.start_ns)} – {time_text(one.end_ns)}"
        more = "  ·  " + words("redact.with_texts") if one.texts else ""
        return f"{where}  ·  {times}  ·  {visible(one.reason)}{more}"

    def _choose(self, _row: int) -> None:
        place = self.current
        self.form.setEnabled(place is not None)
        self.remove.setEnabled(place is not None)
        one = None if place is None else self._items[place]
        values = ("", "", "", "", "") if one is None else _values(one)
        for line, value in zip(self.fields.values(), values, strict=True):
            line.setText(value)
            restyle(line, "problem", "")
        self.texts.setChecked(one is not None and one.texts)
        self.chosen.emit(place)

    def _edit(self) -> None:
        place = self.current
        if place is None:
            return
        fields = {name: line.text() for name, line in self.fields.items()}
        made = read_redaction(fields, texts=self.texts.isChecked(), was=self._items[place])
        is_wrong = isinstance(made, str)
        for name, line in self.fields.items():
            restyle(line, "problem", "yes" if is_wrong and name == made else "")
        if not isinstance(made, str) and made != self._items[place]:
            self.edited.emit(place, made)

    def _ask_load(self) -> None:
        path = RedactionFileDialog.ask_open(self._look.words("redact.load"), parent=self)
        if path is not None:
            self.load_requested.emit(path)

    def _ask_save(self) -> None:
        path = RedactionFileDialog.ask_save(self._look.words("redact.save"), parent=self)
        if path is not None:
            self.save_requested.emit(path)

    def closeEvent(self, event: QCloseEvent) -> None:
        """The list stays; the picture is shown as it is again."""
        self.draw.setChecked(False)
        self.closed.emit()
        event.accept()

    def reject(self) -> None:
        """Esc ends drawing first."""
        if self.draw.isChecked():
            self.draw.setChecked(False)
        else:
            self.close()


class RedactionFileDialog:
    """Asks for a list's file."""

    @classmethod
    def ask_open(cls, title: str, *, parent: QWidget | None) -> Path | None:
        """The file to read; None if the person gave up."""
        chosen, _ = QFileDialog.getOpenFileName(parent, title, str(Path.home()), "JSON (*.json)")
        return Path(chosen) if chosen else None

    @classmethod
    def ask_save(cls, title: str, *, parent: QWidget | None) -> Path | None:
        """The file to write; None if the person gave up."""
        chosen, _ = QFileDialog.getSaveFileName(parent, title, str(Path.home() / "redactions.json"), "JSON (*.json)")
        return Path(chosen) if chosen else None


def area_text(area: Rect) -> str:
    """As it is typed: left, top, width, height."""
    return ", ".join(map(str, area))


def _values(one: Redaction) -> tuple[str, ...]:
    screen = "" if one.screen is None else str(one.screen)
    area = "" if one.area is None else area_text(one.area)
    return screen, area, time_text(one.start_ns), time_text(one.end_ns), one.reason


def read_redaction(texts_of: dict[str, str], *, texts: bool, was: Redaction) -> Redaction | str:
    """What the fields say; the name of the first that cannot be read."""
    screen_text, area_numbers = texts_of["screen"].strip(), _numbers(texts_of["area"])
    start_ns, end_ns = _time(texts_of["from"], was.start_ns), _time(texts_of["to"], was.end_ns)
    reason = visible(texts_of["reason"].strip())
    is_screen = screen_text.isdecimal() and screen_text.isascii() and len(screen_text) < 7
    checks = {
        "screen": is_screen or (not screen_text and texts),
        "area": area_numbers == ()
        or (area_numbers is not None and len(area_numbers) == 4 and min(area_numbers[2:]) > 0),
        "from": start_ns is not None,
        "to": start_ns is not None and end_ns is not None and end_ns >= start_ns,
        "reason": bool(reason),
    }
    wrong = next((name for name, is_right in checks.items() if not is_right), None)
    if wrong is not None or start_ns is None or end_ns is None:
        return wrong or "to"
    area = Rect(*area_numbers) if area_numbers else None
    return Redaction(int(screen_text) if is_screen else None, area, start_ns, end_ns, reason, texts)


def _time(text: str, was_ns: int) -> int | None:
    """What was typed; a time that was left alone stays what it was to the nanosecond, though less of it is shown."""
    return was_ns if text == time_text(was_ns) else read_time_text(text)


def _numbers(text: str) -> tuple[int, ...] | None:
    """Whole numbers with commas; None if something else stands there."""
    pieces = [piece.strip() for piece in text.split(",")] if text.strip() else []
    if not all(piece.isdecimal() and piece.isascii() and len(piece) < 7 for piece in pieces):
        return None
    return tuple(map(int, pieces))
