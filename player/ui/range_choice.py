"""Of what something is written: the whole recording, or from here to there."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from player.moments import read_time_text, time_text
from resources.ui.look import Look
from resources.ui.widgets import plain_label, restyle

TIME_PX = 118


class RangeChoice(QWidget):
    """Two choices, and the times of the second."""

    changed = Signal()

    def __init__(self, *, look: Look) -> None:
        super().__init__()
        self._look = look
        words, box = look.words, QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        self.whole, self.part = QRadioButton(words("export.whole")), QRadioButton(words("export.range"))
        group = QButtonGroup(self)
        for button in (self.whole, self.part):
            group.addButton(button)
        self.whole.setChecked(True)
        self.begin, self.end = QLineEdit(), QLineEdit()
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.part)
        for line, name in ((self.begin, "from"), (self.end, "to")):
            line.setAccessibleName(words(f"export.{name}"))
            line.setToolTip(words("export.time_tip"))
            line.setFixedWidth(TIME_PX)
            line.textEdited.connect(lambda _text: self.part.setChecked(True))
            line.textChanged.connect(self._look_at_it)
        row.addWidget(self.begin)
        row.addWidget(plain_label("–", part="dim"))
        row.addWidget(self.end)
        row.addStretch(1)
        self.whole.toggled.connect(self._look_at_it)
        box.addWidget(self.whole)
        box.addLayout(row)

    @property
    def range_ns(self) -> tuple[int | None, int | None]:
        """From and to; a beginning of None: a time that cannot be read. An end of None: to the end."""
        if self.whole.isChecked():
            return 0, None
        begin, end = read_time_text(self.begin.text()), read_time_text(self.end.text())
        return (None, None) if begin is None or end is None or begin >= end else (begin, end)

    def show_length(self, duration_ns: int) -> None:
        """The recording is so long."""
        self.whole.setText(self._look.words("export.whole_of", length=time_text(duration_ns, milliseconds=False)))
        if not self.part.isChecked():
            self.begin.setText(time_text(0))
            self.end.setText(time_text(duration_ns))

    def show_range(self, start_ns: int, end_ns: int) -> None:
        """This range was selected."""
        self.begin.setText(time_text(start_ns))
        self.end.setText(time_text(end_ns))
        self.part.setChecked(True)

    def _look_at_it(self, *_changed: object) -> None:
        start_ns, _ = self.range_ns
        for line in (self.begin, self.end):
            restyle(line, "problem", "yes" if start_ns is None else "")
        self.changed.emit()
