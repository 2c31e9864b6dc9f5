"""Every model keeps Qt's rules, and shows what it was given."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from player.log_lines import grouped_lines, plain_lines
from player.ui.access import Entry, EntryState
from player.ui.list_models import Heading, ItemsModel, by_day, holds
from player.ui.log_columns import Column, RowTexts
from player.ui.log_model import LogModel
from resources.row_words import RowWords
from resources.words import read_words
from tests.fakes import STARTED_WALL_NS, TOKYO_S, S, row

ROWS = [row(second, "text", f"line {second}") for second in range(10)]


def log_model():
    words = read_words("en")
    return LogModel(RowTexts(words, RowWords(words), lambda at_ns: STARTED_WALL_NS + at_ns, TOKYO_S))


def at(*places):
    return plain_lines(np.array(places, np.int64))


def every(rows):
    return at(*range(len(rows)))


def texts(model):
    return [model.row_at(line).text for line in range(model.rowCount())]


def test_the_log_model_keeps_qts_rules_while_it_is_shown_grows_and_shrinks(qtmodeltester):
    model = log_model()
    model.show(ROWS[:4], every(ROWS[:4]))
    qtmodeltester.check(model)
    model.go_on(ROWS[:8], every(ROWS[:8]), first=4)
    assert texts(model) == [r.text for r in ROWS[:8]]
    model.go_on(ROWS[:6], every(ROWS[:6]), first=5)
    assert texts(model) == [r.text for r in ROWS[:6]]
    qtmodeltester.check(model)


def test_rows_that_were_still_being_typed_are_replaced_in_place(qtbot):
    model = log_model()
    before = [*ROWS[:2], row(2, "text", "whoa")]
    model.show(before, every(before))
    with qtbot.waitSignal(model.dataChanged):
        model.go_on([*ROWS[:2], row(2, "text", "whoami")], every(before), first=2)
    assert texts(model) == ["line 0", "line 1", "whoami"]


def test_a_filtered_log_goes_on_filtered(qtmodeltester):
    model = log_model()
    model.show(ROWS[:6], at(0, 2, 5))
    model.go_on(ROWS, at(0, 2, 6, 8), first=4)
    assert texts(model) == ["line 0", "line 2", "line 6", "line 8"]
    qtmodeltester.check(model)


def test_the_line_of_a_moment_is_the_last_that_began_by_then():
    model = log_model()
    model.show(ROWS, every(ROWS))
    assert model.line_at(int(3.5 * S)) == 3
    assert model.line_at(99 * S) == 9
    assert model.line_at(-1) is None


def test_a_grouped_log_has_heads_and_goes_on_with_them(qtmodeltester):
    model, codes = log_model(), np.array([1, 1, 2, 2, 2], np.int64)
    model.show(ROWS[:4], grouped_lines(np.arange(4), codes[:4]))
    qtmodeltester.check(model)
    heads = [line for line in range(model.rowCount()) if model.group_at(line)]
    assert heads == [0, 3]
    model.go_on(ROWS[:5], grouped_lines(np.arange(5), codes), first=4)
    assert model.rowCount() == 7
    assert model.cell(3, Column.TEXT).endswith("3")
    qtmodeltester.check(model)


def test_every_column_says_what_it_is_for_and_controls_are_inert():
    model = log_model()
    one = row(61, "alert", "a\u202eb", detail="d\n", application="psql", window="w", severity="high")
    one = replace(one, end_ns=one.at_ns + 5 * S)
    model.show([one], at(0))
    assert [model.cell(0, column) for column in Column] == [
        "0:01:01",
        "09:27:41",
        "5.0 s",
        "High",
        "Alerts",
        "psql",
        "w",
        "a⟨U+202E⟩b",
        "d⏎",
    ]


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
