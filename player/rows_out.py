"""Rows of the operation log as text for others: lines, tables for spreadsheets (TSV, CSV) and JSON lines."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum

from player.moments import time_text
from player.row_object import row_object
from recorder.logrow import LogRow

LEAST_WIDTH = 8
_ACTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # a spreadsheet takes what begins so for a formula

WallNs = Callable[[int], int]
Value = str | float | int | None


class RowsFormat(StrEnum):
    """How rows are written."""

    TEXT = "text"
    CSV = "csv"
    JSONL = "jsonl"


COLUMNS = tuple(row_object(LogRow(0, 0, "", ""), wall_ns=0))


def written_rows(rows: Iterable[LogRow], form: RowsFormat, *, wall_ns: WallNs) -> Iterator[str]:
    """The rows, each with its line end; before them, for a table, the names of the columns."""
    if form is RowsFormat.TEXT:
        return (f"{row_line(row)}\n" for row in rows)
    objects = (row_object(row, wall_ns=wall_ns(row.at_ns)) for row in rows)
    if form is RowsFormat.JSONL:
        return (f"{json.dumps(thing, ensure_ascii=False)}\n" for thing in objects)
    return _csv(objects)


def table_text(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table to be pasted into a spreadsheet: TSV, no cell of it a formula or with a tab or a line end."""
    lines = ([*heads], *([*row] for row in rows))
    return "".join("\t".join(map(_tsv_cell, line)) + "\n" for line in lines)


def inert_cell(value: Value) -> Value:
    """The value as a spreadsheet takes it for text: before what it would take for a formula stands an apostrophe."""
    if isinstance(value, str) and value.lstrip(" \u3000").startswith(_ACTS):
        return f"'{value}"
    return value


def row_line(row: LogRow) -> str:
    """A row as a line: time, kind, program, text, and the rest in brackets."""
    application = (row.application or "").ljust(LEAST_WIDTH)
    detail = f"  [{row.detail}]" if row.detail else ""
    return f"{time_text(row.at_ns):>12}  {row.kind:<9}  {application}  {row.text}{detail}"


def _csv(objects: Iterable[dict[str, Value]]) -> Iterator[str]:
    yield _csv_line(COLUMNS)
    for thing in objects:
        yield _csv_line(inert_cell(thing[name]) for name in COLUMNS)


def _csv_line(cells: Iterable[Value]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(["" if cell is None else cell for cell in cells])
    return line.getvalue()


def _tsv_cell(text: str) -> str:
    return str(inert_cell(" ".join(text.replace("\t", " ").splitlines())))
