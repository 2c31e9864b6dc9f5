"""The rows of the operation log as the columns that the timeline's lanes are laid out of, taken in as they come."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np

from player.account import LOST, Account
from player.lanes import Marks, Strip, mark_columns, no_marks, no_strip, strip_columns
from player.source import Span
from player.timeline import Times
from recorder.command_rows import CommandReader, Evidence
from recorder.coverage import Coverage
from recorder.logrow import SEVERITIES, LogRow

TYPING_KINDS = frozenset({"text", "activity"})
UNKNOWN_APPLICATION = ""
REASONS = 6  # of which the timeline shows each in its own way
COLOURS = 8  # that can be told apart by everybody; further applications share them


@dataclass(frozen=True, slots=True)
class Columns:
    """What the rows say, lane by lane; every mark has its words (a window: its title) in `texts`, which only grows.

    The values of `windows` are places in `applications`, of `alerts` severities. `commands` (entered in a terminal)
    and `typing` are from their first key to their last; `processes` are those that started.
    """

    texts: Sequence[str] = ()

    windows: Strip = field(default_factory=no_strip)
    applications: tuple[str, ...] = ()
    typing: Marks = field(default_factory=no_marks)
    commands: Marks = field(default_factory=no_marks)
    processes: Marks = field(default_factory=no_marks)
    alerts: Marks = field(default_factory=no_marks)


class ColumnReader:
    """Takes the rows that are settled, as they come to be known; what has been taken is not looked at again."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._windows = _Growing()
        self._typing = _Growing()
        self._commands = _Growing()
        self._processes = _Growing()
        self._alerts = _Growing()
        self._applications: dict[str, int] = {}
        self._window: tuple[str | None, str | None] | None = None
        self._command_reader = CommandReader()
        self._columns: Columns | None = Columns()

    def take(self, rows: Sequence[LogRow]) -> None:
        """These rows follow the last ones."""
        if rows:
            self._columns = None
        for row in rows:
            self._take(row)

    def columns(self) -> Columns:
        """All that was taken; the same object as before if nothing was."""
        if self._columns is None:
            windows = self._windows.marks()
            self._columns = Columns(
                self._texts,
                strip_columns(windows.starts_ns, windows.values, windows.texts),
                tuple(self._applications),
                self._typing.marks(),
                self._commands.marks(),
                self._processes.marks(),
                self._alerts.marks(),
            )
        return self._columns

    def _take(self, row: LogRow) -> None:
        command = self._command_reader.take(row)
        if command is not None:
            lane = self._commands if command.evidence is Evidence.TYPED else self._processes
            lane.add(command.at_ns, command.end_ns, 0, self._said(command.text))
        if row.kind == "window":
            self._take_window(row)
        elif row.kind in TYPING_KINDS:
            self._typing.add(row.at_ns, row.end_ns, 0, self._said(row.text))
        elif row.kind == "alert":
            self._alerts.add(row.at_ns, row.at_ns, severity_of(row), self._said(row.text))

    def _take_window(self, row: LogRow) -> None:
        is_none = row.application is None and row.window is None
        now = None if is_none else (row.application, row.window)
        if now == self._window and len(self._windows):
            return
        self._window = now
        name = UNKNOWN_APPLICATION if row.application is None else row.application
        value = -1 if is_none else self._applications.setdefault(name, len(self._applications))
        self._windows.add(row.at_ns, row.at_ns, value, self._said(row.window or ""))

    def _said(self, text: str) -> int:
        self._texts.append(text)
        return len(self._texts) - 1


class _Growing:
    """Columns that grow by one mark at a time."""

    def __init__(self) -> None:
        self._columns = tuple(array("q") for _ in range(4))

    def __len__(self) -> int:
        return len(self._columns[0])

    def add(self, start_ns: int, end_ns: int, value: int, text: int) -> None:
        """One more mark."""
        for column, number in zip(self._columns, (start_ns, end_ns, value, text), strict=True):
            column.append(number)

    def marks(self) -> Marks:
        """A copy, which does not grow."""
        starts, ends, values, texts = (np.array(column, np.int64) for column in self._columns)
        return mark_columns(starts, ends, values, texts)


def severity_of(row: LogRow) -> int:
    """How grave, from 0 on; what is not known is the gravest: it is not to be overlooked."""
    return SEVERITIES.index(row.severity) if row.severity in SEVERITIES else len(SEVERITIES) - 1


def colours_of(applications: Sequence[str]) -> tuple[int | None, ...]:
    """For each application the number of its colour; None: which application it was is not known.

    An application has the colour of its name, in every recording; only where two would share one does the later one
    take the next that is free.
    """
    taken: set[int] = set()
    colours: list[int | None] = []
    for name in applications:
        if name == UNKNOWN_APPLICATION:
            colours.append(None)
            continue
        wanted = crc32(name.casefold().encode("utf-8", "surrogatepass")) % COLOURS
        free = (number % COLOURS for number in range(wanted, wanted + COLOURS))
        colour = next((number for number in free if number not in taken), wanted)
        taken.add(colour)
        colours.append(colour)
    return tuple(colours)


@dataclass(frozen=True, slots=True)
class SpanGroup:
    """The spans of one kind and for one reason; `number` counts the reasons of a kind, the last is all others."""

    kind: str
    reason: str
    number: int
    marks: Marks


def evidence_of(spans: Sequence[Span], kinds: Sequence[str]) -> tuple[SpanGroup, ...]:
    """The spans of these kinds, gathered by reason. `reason` is "" where there are too many to tell apart."""
    grown: dict[tuple[str, str], _Growing] = {}
    numbers: dict[tuple[str, str], int] = {}
    for span in spans:
        if span.kind not in kinds:
            continue
        key = (span.kind, span.reason)
        if key not in grown and sum(kind == span.kind for kind, _ in grown) >= REASONS - 1:
            key = (span.kind, "")
        if key not in grown:
            numbers[key] = sum(kind == span.kind for kind, _ in grown)
            grown[key] = _Growing()
        grown[key].add(span.start_ns, span.end_ns, 0, -1)
    return tuple(SpanGroup(kind, reason, numbers[kind, reason], one.marks()) for (kind, reason), one in grown.items())


@dataclass(frozen=True, slots=True)
class AccountColumns:
    """The account of a session as a strip of its quiet classes (places in `QUIET`), and what was not recorded over it.

    What is short must still be seen, so that lies in lanes of marks: masked, gaps, and what is lost since.
    """

    quiet: Strip = field(default_factory=no_strip)
    masked: Marks = field(default_factory=no_marks)
    gaps: Marks = field(default_factory=no_marks)
    lost: Marks = field(default_factory=no_marks)
    until_ns: int = 0


QUIET = (Coverage.RECORDED, Coverage.IDLE, Coverage.LOCKED)


def account_columns(account: Account) -> AccountColumns:
    """The account, laid out."""
    quiet, masked, gaps, lost = _Growing(), _Growing(), _Growing(), _Growing()
    for entry in account.entries:
        is_quiet = entry.coverage in QUIET
        value = QUIET.index(Coverage(entry.coverage)) if is_quiet else -1
        quiet.add(entry.start_ns, entry.start_ns, value, -1)
        if not is_quiet:
            over = masked if entry.coverage == Coverage.MASKED else lost if entry.reason in LOST else gaps
            over.add(entry.start_ns, entry.end_ns, 0, -1)
    strip = quiet.marks()
    columns = strip_columns(strip.starts_ns, strip.values, strip.texts)
    return AccountColumns(columns, masked.marks(), gaps.marks(), lost.marks(), account.length_ns)


def starts_of(groups: Sequence[SpanGroup], kinds: Sequence[str]) -> Times:
    """Where the spans of these kinds begin, each moment once, in order."""
    starts = [group.marks.starts_ns for group in groups if group.kind in kinds]
    return np.unique(np.concatenate(starts)) if starts else np.empty(0, np.int64)
