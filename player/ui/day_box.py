"""A day, or none: typing, stepping and the calendar begin with today, not with the year that stands for none."""

from PySide6.QtCore import QDate, QSignalBlocker
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QDateEdit

NO_DAY = QDate(2000, 1, 1)


class DayBox(QDateEdit):
    """Shows `none` where no day is chosen."""

    def __init__(self, none: str) -> None:
        super().__init__()
        self.setCalendarPopup(True)
        self.setDisplayFormat("yyyy-MM-dd")
        self.setMinimumDate(NO_DAY)
        self.setSpecialValueText(none)
        self.setDate(NO_DAY)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The first digit is the year's; as Qt asks it."""
        if self.date() == NO_DAY and event.text().isdigit():
            with QSignalBlocker(self):  # today was not asked for: what is typed is
                self.setDate(QDate.currentDate())
            self.setSelectedSection(QDateEdit.Section.YearSection)
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The calendar opens on this month; as Qt asks it."""
        super().mousePressEvent(event)
        if self.date() == NO_DAY:
            self.calendarWidget().showToday()

    def stepBy(self, steps: int) -> None:
        """From none to today; as Qt asks it."""
        if self.date() == NO_DAY:
            self.setDate(QDate.currentDate())
        else:
            super().stepBy(steps)
