"""Working with the operation log: narrowing, grouping, choosing columns, copying, exporting."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication

from player.row_filter import RowFilter
from player.ui.log_columns import Column
from player.ui.log_menus import ColumnsMenu
from player.ui.log_output import MOST_COPIED, RowsFileDialog
from tests.fakes import FakeSource, S, row

# Qt's offscreen drawing says so whenever a window is shown.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

ROWS = [
    row(0, "session", "Session of k.tanaka on db-prod-03 started"),
    row(2, "window", "psql – ledger", application="psql", window="psql – ledger"),
    row(3, "text", "drop table entries", application="psql", window="psql – ledger"),
    row(4, "alert", "A table was dropped", application="psql", window="psql – ledger", severity="high"),
    row(6, "window", "Firefox & co", application="firefox", window="Firefox & co"),
    row(7, "text", "=1+1", application="firefox", window="Firefox & co"),
    row(8, "gap", "Not recorded for 1 s: screen", severity="medium"),
    row(9, "text", "select 1", application="psql", window="psql – ledger"),
]


@pytest.fixture
def window(window_on):
    return window_on(FakeSource(rows=ROWS))


@pytest.fixture
def narrow(qtbot):
    """Narrow the log and wait until it is."""

    def to(window, wanted):
        window.log.narrow(wanted)
        settle(qtbot, window)

    return to


def settle(qtbot, window):
    qtbot.waitUntil(lambda: window.log.is_settled)


def texts(window):
    model = window.log.model
    return [model.row_at(line).text for line in range(model.rowCount()) if model.group_at(line) is None]


def select(window, *lines):
    view = window.log.view
    flags = QItemSelectionModel.SelectionFlag
    view.clearSelection()
    for line in lines:
        view.selectionModel().select(view.model().index(line, 0), flags.Select | flags.Rows)
    view.selectionModel().setCurrentIndex(view.model().index(lines[-1], 0), flags.NoUpdate)


def chip_texts(window):
    return [chip.accessibleName() for chip in window.log.chips.chips]


def test_each_filter_is_a_chip_that_takes_it_away(window, narrow, qtbot):
    narrow(
        window,
        RowFilter(
            kinds=frozenset({"text", "alert"}),
            applications=frozenset({"psql"}),
            text="drop",
            least_severity="low",
        ),
    )
    assert texts(window) == ["A table was dropped"]
    assert window.log.filter.text() == "drop"
    assert window.log.count_label.text() == "1 of 8 rows"
    assert chip_texts(window) == [
        "Remove the filter “drop”",
        "Remove the filter Low or graver",
        "Remove the filter Typed text",
        "Remove the filter Alerts",
        "Remove the filter psql",
        "Clear all filters",
    ]
    qtbot.mouseClick(window.log.chips.chips[1], Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert texts(window) == ["drop table entries", "A table was dropped"]
    qtbot.mouseClick(window.log.chips.chips[-1], Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert len(texts(window)) == 8
    assert window.log.filter.text() == ""
    assert window.log.chips.isHidden()


def test_a_few_hidden_kinds_are_told_as_what_is_hidden(window, narrow, qtbot):
    window.log.filter_menu.fill()
    action = next(one for one in window.log.filter_menu.kinds.actions() if one.text() == "Windows")
    action.trigger()
    settle(qtbot, window)
    assert chip_texts(window) == ["Remove the filter not Windows"]
    assert "psql – ledger" not in texts(window)
    qtbot.mouseClick(window.log.chips.chips[0], Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert window.log.wanted.is_empty


def test_applications_are_offered_with_their_rows_once_they_are_counted(window, qtbot):
    settle(qtbot, window)
    window.log.filter_menu.fill()
    offered = [action.text() for action in window.log.filter_menu.applications.actions()]
    assert offered == ["psql  (4)", "No application known  (2)", "firefox  (2)"]
    window.log.filter_menu.applications.actions()[1].trigger()
    settle(qtbot, window)
    assert [one.application for one in map(window.log.model.row_at, range(2))] == [None, None]


def test_severity_keeps_what_is_as_grave_or_graver(window, qtbot):
    window.log.filter_menu.fill()
    window.log.filter_menu.severity.actions()[2].trigger()
    settle(qtbot, window)
    assert texts(window) == ["A table was dropped", "Not recorded for 1 s: screen"]


def test_where_nothing_is_left_there_is_a_way_back(window, narrow, qtbot):
    narrow(window, RowFilter(text="nowhere"))
    assert window.log.empty_label.isVisible()
    assert not window.log.view.isVisible()
    qtbot.mouseClick(window.log.all_button, Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert window.log.view.isVisible()
    assert len(texts(window)) == 8


def test_grouping_puts_a_head_above_each_stretch_in_one_window_which_folds(window, qtbot):
    window.log.view.setFocus()
    qtbot.keyClick(window.log.view, Qt.Key.Key_G, Qt.KeyboardModifier.ShiftModifier)
    settle(qtbot, window)
    model = window.log.model
    heads = [line for line in range(model.rowCount()) if model.group_at(line)]
    assert [model.cell(line, Column.TEXT) for line in heads] == [
        "No window  ·  1",
        "psql — psql – ledger  ·  3",
        "firefox — Firefox & co  ·  2",
        "No window  ·  1",
        "psql — psql – ledger  ·  1",
    ]
    window.log.view.activated.emit(model.index(heads[1], 0))
    settle(qtbot, window)
    assert "drop table entries" not in texts(window)
    assert model.line_at(3 * S) == heads[1]  # the playing position stays on the head of its window


def test_the_grouping_is_remembered(window_on, settings, qtbot):
    window_on(FakeSource(rows=ROWS)).log.group(is_grouped=True)
    again = window_on(FakeSource(rows=ROWS))
    settle(qtbot, again)
    assert again.log.group_button.isChecked()
    assert again.log.model.group_at(0) is not None


def test_what_is_selected_survives_narrowing_and_comes_back(window, narrow):
    select(window, 2, 7)
    narrow(window, RowFilter(kinds=frozenset({"text"})))
    assert [ROWS[place].text for place in window.log.view.selected_places()] == ["drop table entries", "select 1"]
    narrow(window, RowFilter(text="select"))
    assert [ROWS[place].text for place in window.log.view.selected_places()] == ["select 1"]
    narrow(window, RowFilter())
    assert window.log.view.selected_places().tolist() == [2, 7]
    assert window.log.view.currentIndex().row() == 7


def test_what_is_selected_stays_while_a_narrowed_log_grows(window_on, narrow, qtbot):
    source = FakeSource(rows=ROWS, is_live=True, duration_s=10)
    window = window_on(source)
    narrow(window, RowFilter(applications=frozenset({"psql"})))
    select(window, 1)
    source.grow(12, row(11, "text", "reboot", application="psql"), row(11.5, "text", "other"))
    qtbot.waitUntil(lambda: texts(window)[-1] == "reboot")
    assert [ROWS[place].text for place in window.log.view.selected_places()] == ["drop table entries"]


def test_rows_are_copied_as_lines_as_a_table_and_as_one_value(window, qtbot):
    clipboard, actions = QGuiApplication.clipboard(), window.log.actions_on_rows
    window.log.view.setFocus()
    select(window, 2, 5)
    qtbot.keyClick(window.log.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = clipboard.text().splitlines()
    assert [line.split() for line in lines] == [
        ["0:00:03.000", "text", "psql", "drop", "table", "entries"],
        ["0:00:07.000", "text", "firefox", "=1+1"],
    ]
    qtbot.keyClick(
        window.log.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    assert clipboard.text().splitlines() == [
        "Time\tKind\tWhat happened",
        "0:00:03\tTyped text\tdrop table entries",
        "0:00:07\tTyped text\t'=1+1",
    ]
    menu = actions.row_menu(window.log.model.index(5, Column.TEXT))
    next(one for one in menu.actions() if one.text().startswith("Copy this value")).trigger()
    assert clipboard.text() == "=1+1"
    assert window.log.output_row.label.text() == "Copied: 1"


def test_too_many_rows_are_not_copied_but_said(window_on, qtbot):
    window = window_on(FakeSource(rows=[ROWS[0]] * (MOST_COPIED + 1)))
    QGuiApplication.clipboard().setText("before")
    window.log.view.selectAll()
    window.log.actions_on_rows.copy_rows()
    assert QGuiApplication.clipboard().text() == "before"
    assert "20,000" in window.log.output_row.label.text()


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_the_rows_that_are_shown_are_exported(window, narrow, qtbot, tmp_path, monkeypatch, suffix):
    path = tmp_path / f"rows{suffix}"
    monkeypatch.setattr(RowsFileDialog, "ask", lambda **_: path)
    narrow(window, RowFilter(kinds=frozenset({"text"})))
    with qtbot.waitSignal(window.log.rows_exported) as exported:
        window.log.actions_on_rows.export_rows()
    assert (exported.args[0].path, exported.args[0].count) == (path, 3)
    assert window.log.output_row.label.text() == f"3 rows are in rows{suffix}."
    if suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            found = [one["text"] for one in csv.DictReader(file)]
        assert found == ["drop table entries", "'=1+1", "select 1"]
    else:
        found = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]
        assert found == ["drop table entries", "=1+1", "select 1"]


def test_an_export_that_fails_says_why(window, qtbot, monkeypatch):
    monkeypatch.setattr(RowsFileDialog, "ask", lambda **_: Path("/nowhere/at/all.csv"))
    with qtbot.waitSignal(window.log.output.failed):
        window.log.actions_on_rows.export_rows()
    assert "cannot be written" in window.log.output_row.label.text()
    assert not window.log.output_row.cancel.isVisible()


def test_an_export_that_was_cancelled_leaves_nothing(window_on, qtbot, tmp_path, monkeypatch):
    window = window_on(FakeSource(rows=ROWS * 20_000))
    monkeypatch.setattr(RowsFileDialog, "ask", lambda **_: tmp_path / "rows.jsonl")
    with qtbot.waitSignal(window.log.output.progressed):
        window.log.actions_on_rows.export_rows()
    qtbot.mouseClick(window.log.output_row.cancel, Qt.MouseButton.LeftButton)
    assert window.log.output_row.label.text() == "Nothing was exported."
    qtbot.waitUntil(lambda: list(tmp_path.iterdir()) == [])


def test_columns_are_chosen_ordered_and_remembered(window_on, qtbot):
    window = window_on(FakeSource(rows=ROWS))
    menu: ColumnsMenu = window.log.columns_menu
    menu.fill()
    for name in ("Application", "Severity"):
        next(one for one in menu.actions() if one.text() == name).trigger()
    header = window.log.view.horizontalHeader()
    header.moveSection(header.visualIndex(Column.APPLICATION), 0)
    header.resizeSection(Column.APPLICATION, 140)
    order = [Column.APPLICATION, Column.TIME, Column.SEVERITY, Column.KIND, Column.TEXT]
    assert window.log.view.shown_columns() == order
    again = window_on(FakeSource(rows=ROWS))
    assert again.log.view.shown_columns() == order
    assert again.log.view.columnWidth(Column.APPLICATION) == 140
    again.log.view.reset_columns()
    assert again.log.view.shown_columns() == [Column.TIME, Column.KIND, Column.TEXT]


def test_the_last_column_cannot_be_hidden(window):
    view = window.log.view
    for column in Column:
        view.show_column(column, is_shown=False)
    assert len(view.shown_columns()) == 1


def test_a_rows_menu_opens_by_key_and_narrows_to_what_is_like_it(window, qtbot):
    select(window, 5)
    opened: list[QPoint] = []
    window.log.view.menu_requested.disconnect()
    window.log.view.menu_requested.connect(opened.append)
    place = QPoint(1, 1)
    QApplication.sendEvent(
        window.log.view, QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, place, place, Qt.KeyboardModifier(0))
    )
    assert opened != []
    actions = window.log.actions_on_rows
    menu = actions.row_menu(window.log.model.index(5, 0))
    with qtbot.waitSignal(window.log.bookmark_requested) as asked:
        next(one for one in menu.actions() if one.text() == "Bookmark this row").trigger()
    assert asked.args == [ROWS[5].at_ns]
    next(one for one in menu.actions() if one.text() == "Only the window Firefox && co").trigger()
    settle(qtbot, window)
    assert texts(window) == ["Firefox & co", "=1+1"]


def test_another_recording_keeps_no_filter_by_window(window, narrow, qtbot):
    narrow(window, RowFilter(windows=frozenset({"psql – ledger"}), kinds=frozenset({"text"})))
    news = window.log._news
    window.log.show_recording(replace(news, rows=ROWS[:3], settled=3))
    settle(qtbot, window)
    assert window.log.wanted == RowFilter(kinds=frozenset({"text"}))
    assert texts(window) == ["drop table entries"]
