"""The right column: the log, what was found, the findings of the verdict; one at a time."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from player.ui.findings_view import FindingsView
from player.ui.log_view import LogView
from player.ui.search_view import SearchView
from resources.ui.look import Look
from resources.ui.widgets import rule


class SidePanel(QWidget):
    """Tabs with the lists below them."""

    def __init__(self, *, look: Look, log: LogView, search: SearchView, findings: FindingsView) -> None:
        super().__init__()
        self.log, self.search, self.findings = log, search, findings
        self._stack = QStackedWidget()
        self._group = QButtonGroup(self)
        self._tabs = tabs = QHBoxLayout()
        tabs.setContentsMargins(4, 0, 4, 0)
        tabs.setSpacing(0)
        tabs.addStretch(1)
        for page, name in ((log, "log"), (search, "search"), (findings, "findings")):
            self.add_page(page, look.words(f"{name}.title"))
        self._group.idClicked.connect(self._stack.setCurrentIndex)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(tabs)
        column.addWidget(rule())
        column.addWidget(self._stack, 1)
        self.show_page(log)

    def add_page(self, page: QWidget, title: str) -> None:
        """One more list, with a tab at the end."""
        tab = QToolButton(self)
        tab.setText(title)
        tab.setProperty("part", "tab")
        tab.setCheckable(True)
        tab.setFixedHeight(38)
        before = self._group.buttons()
        if before:  # tabs follow each other by key too, whatever was made between them
            QWidget.setTabOrder(before[-1], tab)
        self._group.addButton(tab, self._stack.addWidget(page))
        self._tabs.insertWidget(self._tabs.count() - 1, tab)

    @property
    def page(self) -> QWidget | None:
        """The list that is seen."""
        return self._stack.currentWidget()

    def show_page(self, page: QWidget) -> None:
        """Show this list."""
        self._stack.setCurrentWidget(page)
        self._group.button(self._stack.currentIndex()).setChecked(True)

    def sizeHint(self) -> QSize:
        """As Qt asks it."""
        return QSize(380, 600)
