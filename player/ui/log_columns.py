"""The columns of the operation log: which there are, and what stands in each for a row."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from player.timeline import clock_text, time_text
from recorder.logrow import LogRow, span_words
from resources.row_words import RowWords
from resources.ui.inert import visible
from resources.words import Words

LONGEST_SHOWN = 500  # characters of a cell


class Column(IntEnum):
    """In the order in which they stand until a person orders them otherwise."""

    TIME = 0
    CLOCK = 1
    LENGTH = 2
    SEVERITY = 3
    KIND = 4
    APPLICATION = 5
    WINDOW = 6
    TEXT = 7
    DETAIL = 8


SHOWN_AT_FIRST = (Column.TIME, Column.KIND, Column.TEXT)
WIDTHS_PX = {
    Column.TIME: 68,
    Column.CLOCK: 84,
    Column.LENGTH: 72,
    Column.SEVERITY: 92,
    Column.KIND: 44,
    Column.APPLICATION: 110,
    Column.WINDOW: 180,
    Column.TEXT: 260,
    Column.DETAIL: 240,
}


@dataclass(frozen=True, slots=True)
class RowTexts:
    """What stands in a cell. `wall_ns`: the recorded machine's clock at a moment, None if it is not known."""

    words: Words
    rows: RowWords
    wall_ns: Callable[[int], int | None]
    utc_offset_s: int = 0

    def cell(self, row: LogRow, column: Column) -> str:
        """The cell as it is shown."""
        return visible(self.whole(row, column)[:LONGEST_SHOWN])

    def whole(self, row: LogRow, column: Column) -> str:
        """The cell in full; not yet made inert."""
        match column:
            case Column.TIME:
                return time_text(row.at_ns, milliseconds=False)
            case Column.CLOCK:
                return self.clock(row).partition(" ")[2].partition(" ")[0]
            case Column.LENGTH:
                return self.words.length(span_words(row.end_ns - row.at_ns)) if row.end_ns > row.at_ns else ""
            case Column.SEVERITY:
                return self.severity(row.severity)
            case Column.KIND:
                return self.kind(row.kind)
            case Column.APPLICATION:
                return row.application or ""
            case Column.WINDOW:
                return row.window or ""
            case Column.TEXT:
                return self.rows.text(row)
            case Column.DETAIL:
                return self.rows.detail(row)

    def head(self, column: Column) -> str:
        """What stands above a column."""
        return self.words(f"log_columns.{column.name.lower()}")

    def kind(self, kind: str) -> str:
        """A kind of row; one of a newer version by its own name."""
        return self.words.either(f"kind.{kind}", kind)

    def severity(self, severity: str) -> str:
        """How grave; one of a newer version by its own name."""
        return self.words.either(f"severity.{severity}", severity)

    def clock(self, row: LogRow) -> str:
        """When it was on the recorded machine's clock, with the day; "" if that is not known."""
        wall_ns = self.wall_ns(row.at_ns)
        return "" if wall_ns is None else clock_text(wall_ns, self.utc_offset_s)
