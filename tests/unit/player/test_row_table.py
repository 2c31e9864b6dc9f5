"""The operation log in columns finds what looking at every row finds, and goes on where it stopped."""

import random
from dataclasses import replace

import numpy as np
import pytest

from player import row_table
from player.log_lines import ALL_OPEN, Folding, Group, grouped_lines, plain_lines, runs, same_lines
from player.row_filter import RowFilter, row_matcher
from player.row_table import RowTable
from recorder.logrow import SEVERITIES
from tests.fakes import row

FILTERS = (
    RowFilter(),
    RowFilter(kinds=frozenset({"text", "alert"})),
    RowFilter(applications=frozenset({"PSQL"})),
    RowFilter(applications=frozenset({""})),
    RowFilter(windows=frozenset({"Ledger"})),
    RowFilter(text="DROP"),
    RowFilter(text="ledger"),
    RowFilter(text="ｄｒｏｐ 表"),
    RowFilter(least_severity="high"),
    RowFilter(kinds=frozenset({"text"}), applications=frozenset({"psql"}), text="drop", least_severity="low"),
    RowFilter(text="nowhere at all"),
)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(row_table, "BLOCK_ROWS", 16)


def made(count, seed=1):
    pick = random.Random(seed)
    return [
        row(
            place,
            pick.choice(("text", "window", "alert", "of a newer version")),
            pick.choice(("drop table", "select 1", "DROP 表", "a\x1fdrop", "x")),
            detail=pick.choice(("", "typed: dropped", "by 7")),
            application=pick.choice((None, "psql", "Firefox")),
            window=pick.choice((None, "Ledger", "ledger – copy")),
            severity=pick.choice((*SEVERITIES, "of a newer version")),
        )
        for place in range(count)
    ]


def looked_at(rows, wanted):
    return [place for place, one in enumerate(rows) if row_matcher(wanted)(one)]


@pytest.mark.parametrize("wanted", FILTERS)
def test_columns_find_what_looking_at_every_row_finds(wanted):
    rows = made(100)
    table = RowTable()
    for settled in (0, 5, 31, 32, 90):
        table.take(rows[: settled + 3], settled=settled)
        assert table.places(wanted).tolist() == looked_at(rows[: settled + 3], wanted)
    assert looked_at(rows, wanted) or wanted.text.startswith("nowhere")


def test_a_row_put_in_between_is_found_at_its_place():
    rows = made(80)
    table = RowTable()
    table.take(rows, settled=80)
    late = [*rows[:40], row(39.5, "gap", "late drop"), *rows[40:]]
    table.take(late, settled=81, revision=1)
    wanted = RowFilter(text="drop")
    assert table.places(wanted).tolist() == looked_at(late, wanted)
    assert 40 in table.places(wanted)


def test_another_recording_is_not_mixed_with_the_one_before():
    table = RowTable()
    table.take(made(80), settled=80)
    other = made(50, seed=2)
    table.take(other, settled=50)
    assert table.places(FILTERS[5]).tolist() == looked_at(other, FILTERS[5])


def test_what_was_stopped_goes_on_the_next_time():
    rows, table, looks = made(100), RowTable(), []

    class StoppedError(Exception):
        pass

    def keep_on():
        looks.append(1)
        if len(looks) == 4:
            raise StoppedError

    with pytest.raises(StoppedError):
        table.take(rows, settled=100, keep_on=keep_on)
    before = len(looks)
    table.take(rows, settled=100, keep_on=keep_on)
    assert len(looks) - before == 7 - 3  # of seven blocks three were there
    assert table.places(FILTERS[1]).tolist() == looked_at(rows, FILTERS[1])


def test_every_application_is_told_with_its_rows():
    rows = made(60)
    table = RowTable()
    table.take(rows, settled=50)
    told = dict(table.applications())
    assert told == {name: sum((one.application or "") == name for one in rows) for name in ("", "psql", "Firefox")}


def windows(*names):
    table = RowTable()
    rows = [row(place, "text", str(place), application="a", window=name) for place, name in enumerate(names)]
    table.take(rows, settled=len(rows))
    return table, np.arange(len(rows), dtype=np.int64)


def entries(lines):
    return [
        lines.place(line) if lines.group(line) is None else f"head of {lines.place(line)}" for line in range(len(lines))
    ]


def test_a_head_stands_above_each_stretch_in_one_window():
    table, places = windows("x", "x", "y", "x")
    lines = grouped_lines(places, table.window_codes(places))
    assert entries(lines) == ["head of 0", 0, 1, "head of 2", 2, "head of 3", 3]
    assert lines.group(0) == Group(first=0, last=1, count=2, is_folded=False)
    assert lines.lines_of(places).tolist() == [1, 2, 4, 6]


def test_a_folded_group_shows_its_head_only_and_all_can_be_folded_but_one():
    table, places = windows("x", "x", "y", "x")
    codes = table.window_codes(places)
    assert entries(grouped_lines(places, codes, ALL_OPEN.toggled(0))) == ["head of 0", "head of 2", 2, "head of 3", 3]
    lines = grouped_lines(places, codes, Folding(is_inverse=True).toggled(2))
    assert entries(lines) == ["head of 0", "head of 2", 2, "head of 3"]
    assert lines.lines_of(places).tolist() == [2]
    assert lines.group(1) == Group(first=2, last=2, count=1, is_folded=False)


def test_the_same_title_of_another_program_is_another_window():
    table = RowTable()
    rows = [row(0, "text", "a", application="a", window="t"), row(1, "text", "b", application="b", window="t")]
    table.take(rows, settled=2)
    places = np.arange(2, dtype=np.int64)
    assert len(grouped_lines(places, table.window_codes(places)).starts) == 2


def test_lines_that_follow_each_other_are_one_run():
    assert runs(np.array([0, 1, 2, 5, 7, 8])) == [(0, 2), (5, 5), (7, 8)]
    assert runs(np.array([], np.int64)) == []


def test_lines_are_the_same_up_to_the_first_that_differs():
    before, now = plain_lines(np.array([0, 2, 4])), plain_lines(np.array([0, 2, 5, 6]))
    assert same_lines(before, now) == 2
    assert same_lines(before, before) == 3


def test_a_severity_of_a_newer_version_is_never_filtered_away():
    wanted = row_matcher(RowFilter(least_severity="critical"))
    assert wanted(replace(row(0, "alert", "x"), severity="catastrophic"))
    assert not wanted(replace(row(0, "alert", "x"), severity="high"))
