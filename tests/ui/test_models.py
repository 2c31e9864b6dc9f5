"""Every model keeps Qt's rules, and shows what it was given."""

from array import array
from datetime import date
from pathlib import Path

import pytest

from player.ui.access import Entry, EntryState
from player.ui.list_models import Heading, ItemsModel, by_day, holds
from player.ui.log_model import LogModel
from tests.fakes import STARTED_WALL_NS, TOKYO_S, S, row

ROWS = [row(second, "text", f"line {second}") for second in range(10)]


def texts(model):
    return [model.row_at(line).text for line in range(model.rowCount())]


def test_the_log_model_keeps_qts_rules_while_it_is_shown_grows_and_shrinks(qtmodeltester):
    model = LogModel()
    model.show(ROWS[:4])
    qtmodeltester.check(model)
    model.go_on(ROWS[:8], first=4)
    assert texts(model) == [r.text for r in ROWS[:8]]
    model.go_on(ROWS[:6], first=5)
    assert texts(model) == [r.text for r in ROWS[:6]]
    qtmodeltester.check(model)


def test_rows_that_were_still_being_typed_are_replaced_in_place(qtbot):
    model = LogModel()
    model.show([*ROWS[:2], row(2, "text", "whoa")])
    with qtbot.waitSignal(model.dataChanged):
        model.go_on([*ROWS[:2], row(2, "text", "whoami")], first=2)
    assert texts(model) == ["line 0", "line 1", "whoami"]


def test_a_filtered_log_goes_on_filtered(qtmodeltester):
    model = LogModel()
    model.show(ROWS[:6], array("q", [0, 2, 5]))
    model.go_on(ROWS, first=4, places=array("q", [6, 8]))
    assert texts(model) == ["line 0", "line 2", "line 6", "line 8"]
    qtmodeltester.check(model)


def test_the_line_of_a_moment_is_the_last_that_began_by_then():
    model = LogModel()
    model.show(ROWS)
    assert model.line_at(int(3.5 * S)) == 3
    assert model.line_at(99 * S) == 9
    assert model.line_at(-1) is None


def entry(name, *, wall_s=0, operator="k.tanaka", **more):
    return Entry(
        Path(name), operator, "db-1", "Change 4711", STARTED_WALL_NS + wall_s * S, TOKYO_S, S, EntryState.CLOSED, **more
    )


def test_recordings_stand_under_the_day_of_their_own_place_newest_first():
    lines = by_day(
        [entry("old", wall_s=-86_400), entry("new"), entry("newer", wall_s=60)],
        day_text=date.isoformat,
        no_day="unknown",
    )
    assert [line.text if isinstance(line, Heading) else line.folder.name for line in lines] == [
        "2026-09-10",
        "newer",
        "new",
        "2026-09-09",
        "old",
    ]


def test_recordings_without_a_time_are_not_hidden():
    broken = Entry(Path("b"), None, None, None, None, 0, None, EntryState.UNREADABLE, problem="no header")
    assert by_day([broken], day_text=str, no_day="unknown") == [Heading("unknown"), broken]


@pytest.mark.parametrize("needle", ["TANAKA", "db-1 4711", "2026-09-10", ""])
def test_every_word_of_the_filter_may_be_anywhere(needle):
    assert holds(entry("one"), needle)


def test_a_word_that_is_nowhere_hides_the_recording():
    assert not holds(entry("one"), "tanaka osaka")


def test_items_model_keeps_qts_rules_and_headings_cannot_be_chosen(qtmodeltester):
    model = ItemsModel(str)
    model.show([Heading("Today"), "a", "b"])
    qtmodeltester.check(model)
    from PySide6.QtCore import Qt

    assert not model.flags(model.index(0)) & Qt.ItemFlag.ItemIsSelectable
    assert model.flags(model.index(1)) & Qt.ItemFlag.ItemIsSelectable
