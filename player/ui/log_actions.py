"""What can be done with rows of the operation log: copy, export, narrow to what is like them; by menu and by key."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QObject, QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from player.row_filter import EVERYTHING
from player.timeline import time_text
from player.ui.keys import LOG_SHORTCUTS
from player.ui.log_columns import Column
from player.ui.log_menus import add_named, row_filters
from player.ui.log_output import MOST_COPIED, Exported, LogOutput, RowsFileDialog
from recorder.logrow import LogRow
from resources.ui.inert import plain_tip, visible
from resources.ui.look import Look
from resources.ui.widgets import key_text, plain_label, text_button

if TYPE_CHECKING:
    from player.ui.log_view import LogView


class LogActions(QObject):
    """Makes the keys of `LOG_SHORTCUTS` work in the log, and its rows' menu."""

    def __init__(self, log: "LogView", *, look: Look, output: LogOutput) -> None:
        super().__init__(log)
        self._log, self._look, self._output = log, look, output
        for shortcut in LOG_SHORTCUTS:
            for key in shortcut.keys:
                made = QShortcut(QKeySequence(key), log)
                made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                made.activated.connect(getattr(self, shortcut.name))

    def show_row_menu(self, place: QPoint) -> None:
        """The menu of the current row, there on the screen."""
        index = self._log.view.currentIndex()
        if index.isValid():
            menu = self.row_menu(index)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(place)

    def row_menu(self, index: QModelIndex) -> QMenu:
        """What can be done with this row, and with the cell that is meant."""
        log, words = self._log, self._look.words
        texts, row, column = log.model.texts, log.model.row_at(index.row()), Column(index.column())
        menu = QMenu(log)
        add_named(menu, words("log_row.seek", time=time_text(row.at_ns)), lambda: log.moment_chosen.emit(row.at_ns))
        add_named(menu, words("log_row.bookmark"), lambda: log.bookmark_requested.emit(row.at_ns))
        menu.addSeparator()
        add_named(menu, words("log_row.copy"), self.copy_rows, key=key_of("copy_rows"))
        add_named(menu, words("log_row.copy_table"), self.copy_table, key=key_of("copy_table"))
        value = words("log_row.copy_value", column=texts.head(column))
        add_named(menu, value, lambda: self._output.copy_value(row, column, texts))
        menu.addSeparator()
        for text, wanted in row_filters(row, log.wanted, texts):
            add_named(menu, text, partial(log.narrow, wanted))
        menu.addSeparator()
        add_named(menu, words("log_out.export"), self.export_rows, key=key_of("export_rows"))
        return menu

    def copy_rows(self) -> None:
        """The selected rows as lines."""
        if rows := self._rows_to_copy():
            self._output.copy_lines(rows)

    def copy_table(self) -> None:
        """The selected rows, with the columns that are shown."""
        if rows := self._rows_to_copy():
            self._output.copy_table(rows, self._log.view.shown_columns(), self._log.model.texts)

    def only_application(self) -> None:
        """Only rows of the current row's application."""
        self._narrow_like_row(0)

    def only_kind(self) -> None:
        """Only rows of the current row's kind."""
        self._narrow_like_row(1)

    def only_window(self) -> None:
        """Only rows of the current row's window."""
        self._narrow_like_row(2)

    def toggle_grouping(self) -> None:
        """Group by window, or do not."""
        self._log.group_button.toggle()

    def clear_filters(self) -> None:
        """Show all rows."""
        self._log.narrow(EVERYTHING)

    def export_rows(self) -> None:
        """Ask for a file, and write the rows that are shown (those in folded groups too) into it."""
        log = self._log
        if not log.model.rows:
            return
        path = RowsFileDialog.ask(look=self._look, parent=log)
        if path is not None:
            self._output.export(path, log.model.rows, log.places, log.model.texts.wall_ns)

    def _narrow_like_row(self, which: int) -> None:
        log, index = self._log, self._log.view.currentIndex()
        if index.isValid():
            log.narrow(row_filters(log.model.row_at(index.row()), log.wanted, log.model.texts)[which][1])

    def _rows_to_copy(self) -> list[LogRow]:
        places = self._log.view.selected_places()
        if len(places) > MOST_COPIED:
            self._output.failed.emit(self._look.words("log_out.too_many", most=f"{MOST_COPIED:,}"))
            return []
        return [self._log.model.rows[place] for place in places.tolist()]


class OutputRow(QWidget):
    """Says what goes out of the log and what went; while a file is written, it can be left off."""

    def __init__(self, *, look: Look, output: LogOutput) -> None:
        super().__init__()
        words = look.words
        self._words, self._output = words, output
        self.label = plain_label(part="dim", wraps=True)
        self.label.setContentsMargins(12, 0, 0, 6)
        self.cancel = text_button(look, words("log_out.cancel"), words("log_out.cancel"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 8, 0)
        row.addWidget(self.label, 1)
        row.addWidget(self.cancel)
        self.cancel.clicked.connect(self._leave_off)
        output.progressed.connect(lambda share: self.say(words("log_out.progress", percent=f"{100 * share:.0f}")))
        output.failed.connect(lambda sentence: self.say(words.said(sentence)))
        output.copied.connect(lambda count: self.say(words("log_out.copied", count=f"{count:,}")))
        output.exported.connect(self._exported)
        self.say("")

    def say(self, text: str, *, tip: Path | None = None) -> None:
        """Show this; nothing if it is empty."""
        self.label.setText(text)
        self.label.setToolTip("" if tip is None else plain_tip(visible(str(tip))))
        self.cancel.setVisible(self._output.is_exporting)
        self.setVisible(bool(text))

    def _exported(self, exported: Exported) -> None:
        name = visible(exported.path.name)
        self.say(self._words("log_out.done", count=f"{exported.count:,}", name=name), tip=exported.path)

    def _leave_off(self) -> None:
        self._output.cancel()
        self.say(self._words("log_out.cancelled"))


def key_of(name: str) -> str:
    """The key of what is done so."""
    return next(key_text(shortcut.keys[0]) for shortcut in LOG_SHORTCUTS if shortcut.name == name)
