"""Chooses a period: the last days, chosen days, or everything."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from PySide6.QtCore import QDate, Signal
from PySide6.QtWidgets import QComboBox, QDateEdit, QHBoxLayout, QWidget

from player.review.period import WHOLE, Period, last_days
from resources.ui.look import Look
from resources.ui.widgets import plain_label

DAYS = (7, 30, 90)
CHOSEN, ALL = "chosen", "all"


class PeriodChooser(QWidget):
    """Days are in UTC, as they are in recordings' ids."""

    changed = Signal()

    def __init__(self, *, look: Look, today: Callable[[], date] = lambda: datetime.now(tz=UTC).date()) -> None:
        super().__init__()
        self._today = today
        words = look.words
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.box = QComboBox()
        self.box.setAccessibleName(words("period.name"))
        self.box.addItem(words("period.all"), ALL)
        for count in DAYS:
            self.box.addItem(words("period.last", count=count), count)
        self.box.addItem(words("period.chosen"), CHOSEN)
        first, last = last_days(DAYS[1], today()).from_day or today(), today()
        self.from_day, self.to_day = (self._day_box(day) for day in (first, last))
        self.from_day.setAccessibleName(words("period.from"))
        self.to_day.setAccessibleName(words("period.to"))
        self._between = plain_label("–", part="dim")
        row.addWidget(self.box)
        for part in (self.from_day, self._between, self.to_day):
            row.addWidget(part)
        row.addStretch(1)
        self.box.currentIndexChanged.connect(self._choose)
        self._show_days()

    @property
    def period(self) -> Period:
        """What is chosen."""
        chosen = self.box.currentData()
        if chosen == ALL:
            return WHOLE
        if chosen == CHOSEN:
            return Period(_day(self.from_day), _day(self.to_day))
        return last_days(int(chosen), self._today())

    def choose(self, what: str | int) -> None:
        """Choose so many last days, `CHOSEN` or `ALL`."""
        self.box.setCurrentIndex(self.box.findData(what))

    def _day_box(self, day: date) -> QDateEdit:
        box = QDateEdit(QDate(day.year, day.month, day.day))
        box.setCalendarPopup(True)
        box.setDisplayFormat("yyyy-MM-dd")
        box.dateChanged.connect(lambda _day: self.changed.emit())
        return box

    def _choose(self, _number: int) -> None:
        self._show_days()
        self.changed.emit()

    def _show_days(self) -> None:
        for part in (self.from_day, self._between, self.to_day):
            part.setVisible(self.box.currentData() == CHOSEN)


def _day(box: QDateEdit) -> date:
    day = box.date()
    return date(day.year(), day.month(), day.day())
