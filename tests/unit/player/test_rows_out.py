"""Rows for others: no cell is a formula, no cell breaks the table, and JSON lines hold what was recorded."""

import csv
import io
import json

import pytest

from player.arguments import ROW_FORMATS
from player.row_object import row_object
from player.rows_out import COLUMNS, RowsFormat, inert_cell, table_text, written_rows
from tests.fakes import row
from tests.player_place import Place

FIRST = "20260301T140509Z-00000001"
HOSTILE = ('=cmd|" /C calc"!A0', "+1", "-1", "@SUM(A1)", " =1", "\u3000＝1", "\t=1", "＠x")


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_spreadsheet_would_take_for_a_formula_is_text_in_csv_and_tsv(text):
    rows = [row(1, "text", text, application=text, window=text, detail=text)]
    table = list(csv.DictReader(io.StringIO("".join(written_rows(rows, RowsFormat.CSV, wall_ns=lambda at_ns: at_ns)))))
    for name in ("text", "application", "window", "detail"):
        assert table[0][name] == f"'{text}"
    assert table_text(("Text",), [(text,)]).splitlines()[1].startswith("'")
    line = json.loads("".join(written_rows(rows, RowsFormat.JSONL, wall_ns=lambda at_ns: at_ns)))
    assert line == row_object(rows[0], wall_ns=rows[0].at_ns)
    assert line["text"] == text


def test_what_is_no_formula_stays_as_it_is():
    assert [inert_cell(value) for value in ("a=b", "ls -l", "", -5, None)] == ["a=b", "ls -l", "", -5, None]


def test_quotes_commas_and_line_ends_stay_in_their_cell():
    rows = [row(1, "text", 'say "a, b"\r\nend'), row(2, "text", "next")]
    written = "".join(written_rows(rows, RowsFormat.CSV, wall_ns=lambda at_ns: at_ns))
    table = list(csv.DictReader(io.StringIO(written, newline="")))
    assert [one["text"] for one in table] == ['say "a, b"\r\nend', "next"]
    assert tuple(table[0]) == COLUMNS
    assert table_text(("A", "B"), [("1\t2", "3\r\n4\u20285")]) == "A\tB\n1 2\t3 4 5\n"


def test_the_command_line_knows_every_format():
    assert tuple(RowsFormat) == ROW_FORMATS


@pytest.fixture
def place(capsys):
    place = Place(capsys)
    desk = place.desk(FIRST)
    desk.type("=1+1")
    desk.close()
    return place


def test_log_writes_csv_json_lines_and_what_is_wanted_of_it(place):
    as_json = place.run("log", FIRST, "--json")
    assert place.run("log", FIRST, "--format", "jsonl").out == as_json.out
    table = list(csv.DictReader(io.StringIO(place.run("log", FIRST, "--csv").out)))
    assert [one["kind"] for one in table] == [thing["kind"] for thing in as_json.objects]
    assert [one["text"] for one in table if one["kind"] == "text"] == ["'=1+1"]
    assert place.run("log", FIRST, "--format", "csv").out == place.run("log", FIRST, "--csv").out


def test_log_takes_application_text_and_severity(place):
    everything = place.run("log", FIRST, "--json").objects
    assert [one["text"] for one in place.run("log", FIRST, "--text", "1+1", "--json").objects] == ["=1+1"]
    for name in {thing["application"] or "" for thing in everything}:
        found = place.run("log", FIRST, "--application", name.upper(), "--json").objects
        assert found == [thing for thing in everything if (thing["application"] or "") == name] != []
    graver = place.run("log", FIRST, "--severity", "medium", "--json").objects
    assert graver == [thing for thing in everything if thing["severity"] != "informational"]
    assert place.run("log", FIRST, "--severity", "grave").status == 64
    assert place.run("log", FIRST, "--csv", "--json").status == 64
