"""The menus of the operation log: what narrows it, which columns it has, and what can be done with a row."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from player.row_filter import RowFilter
from player.ui.lasting_menu import LastingMenu
from player.ui.log_chips import all_or
from player.ui.log_columns import Column, RowTexts
from player.ui.log_table import LogTable
from recorder.logrow import KINDS, SEVERITIES, LogRow
from resources.ui.inert import visible
from resources.ui.look import Look

MOST_APPLICATIONS = 40
LONGEST_NAME = 60

Applications = tuple[tuple[str, int], ...]


class FilterMenu(LastingMenu):
    """Kinds, applications and severity. What is on is made anew each time it is opened, so it is never behind."""

    def __init__(
        self,
        *,
        look: Look,
        parent: QWidget,
        wanted: Callable[[], RowFilter],
        applications: Callable[[], Applications],
        changed: Callable[[RowFilter], None],
    ) -> None:
        super().__init__(parent)
        words = look.words
        self._look, self._wanted, self._applications, self._changed = look, wanted, applications, changed
        self.kinds = self._below(words("log_filter.kinds"))
        self.applications = self._below(words("log_filter.applications"))
        self.severity = self._below(words("log_filter.least_severity"))
        self.addSeparator()
        self.addAction(words("log_filter.clear")).triggered.connect(lambda _checked=False: changed(RowFilter()))
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """Show what narrows now."""
        self._fill_kinds()
        self._fill_applications()
        self._fill_severity()

    def _below(self, title: str) -> LastingMenu:
        menu = LastingMenu(title, self)
        self.addMenu(menu)
        return menu

    def _fill_kinds(self) -> None:
        self.kinds.clear()
        shown = self._wanted().kinds
        self.kinds.addAction(self._look.words("log.all_kinds")).triggered.connect(
            lambda _checked=False: self._changed(replace(self._wanted(), kinds=None))
        )
        self.kinds.addSeparator()
        for kind in KINDS:
            action = _switch(self.kinds, self._look.words(f"kind.{kind}"), is_on=shown is None or kind in shown)
            action.toggled.connect(lambda is_on, kind=kind: self._switch_kind(kind, is_on=is_on))

    def _switch_kind(self, kind: str, *, is_on: bool) -> None:
        wanted = self._wanted()
        shown = frozenset(KINDS) if wanted.kinds is None else wanted.kinds
        self._changed(replace(wanted, kinds=all_or(shown | {kind} if is_on else shown - {kind})))

    def _fill_applications(self) -> None:
        self.applications.clear()
        words, chosen = self._look.words, self._wanted().applications or frozenset()
        listed = self._applications()
        for name, count in listed[:MOST_APPLICATIONS]:
            text = visible(name[:LONGEST_NAME]) or words("log_filter.no_application")
            action = _switch(
                self.applications, words("log_filter.counted", name=text, count=f"{count:,}"), is_on=name in chosen
            )
            action.toggled.connect(lambda is_on, name=name: self._switch_application(name, is_on=is_on))
        if not listed:
            self.applications.addAction(words("log_filter.no_applications")).setEnabled(False)

    def _switch_application(self, name: str, *, is_on: bool) -> None:
        wanted = self._wanted()
        chosen = wanted.applications or frozenset()
        self._changed(replace(wanted, applications=(chosen | {name} if is_on else chosen - {name}) or None))

    def _fill_severity(self) -> None:
        self.severity.clear()
        words, least = self._look.words, self._wanted().least_severity
        group = QActionGroup(self.severity)
        for severity in (None, *SEVERITIES[1:]):
            name = words("log_filter.any_severity")
            if severity is not None:
                name = words("log_filter.severity", severity=words(f"severity.{severity}"))
            action = _switch(self.severity, name, is_on=severity == least)
            group.addAction(action)
            action.triggered.connect(
                lambda _checked=False, severity=severity: self._changed(
                    replace(self._wanted(), least_severity=severity)
                )
            )


class ColumnsMenu(LastingMenu):
    """Which columns are shown."""

    def __init__(self, title: str, *, look: Look, table: LogTable, parent: QWidget) -> None:
        super().__init__(title, parent)
        self._look, self._table = look, table
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """Show which there are now."""
        self.clear()
        shown = self._table.shown_columns()
        for column in Column:
            action = _switch(self, self._table.rows.texts.head(column), is_on=column in shown)
            action.setEnabled(shown != [column])
            action.toggled.connect(lambda is_on, column=column: self._show(column, is_shown=is_on))
        self.addSeparator()
        reset = self.addAction(self._look.words("log_columns.reset"))
        reset.triggered.connect(lambda _checked=False: self._reset())

    def _show(self, column: Column, *, is_shown: bool) -> None:
        self._table.show_column(column, is_shown=is_shown)

    def _reset(self) -> None:
        self._table.reset_columns()


def row_filters(row: LogRow, wanted: RowFilter, texts: RowTexts) -> list[tuple[str, RowFilter]]:
    """How the log can be narrowed to what is like this row: what the menu says, and the filter then."""
    words, application, window = texts.words, row.application or "", row.window or ""
    name = visible(application[:LONGEST_NAME]) or words("log_filter.no_application")
    title = visible(window[:LONGEST_NAME]) or words("log.no_window")
    return [
        (words("log_row.only_application", name=name), replace(wanted, applications=frozenset({application}))),
        (words("log_row.only_kind", name=texts.kind(row.kind)), replace(wanted, kinds=frozenset({row.kind}))),
        (words("log_row.only_window", name=title), replace(wanted, windows=frozenset({window}))),
    ]


def add_named(menu: QMenu, text: str, act: Callable[[], object], *, key: str = "") -> QAction:
    """An entry; `key` is only said, what makes it work is the window's."""
    action = menu.addAction(text.replace("&", "&&") + (f"\t{key}" if key else ""))
    action.triggered.connect(lambda _checked=False: act())
    return action


def _switch(menu: QMenu, text: str, *, is_on: bool) -> QAction:
    action = menu.addAction(text.replace("&", "&&"))
    action.setCheckable(True)
    action.setChecked(is_on)
    return action
