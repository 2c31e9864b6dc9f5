"""A row of the operation log as it lies in the index."""

from collections.abc import Sequence
from typing import Any

import msgspec

from recorder.logrow import LogRow
from recorder.store.folding import fold, grams

LONGEST_LEAD = 1000  # characters before a pause that a search can cross
ROW_COLUMNS = (
    "id, at_ns, end_ns, kind, text, detail, application, window, text_at, x_px, y_px, continues, also, lead, severity"
)
LEAD = 13  # its place among them
_times = msgspec.msgpack.Decoder(tuple[int, ...])


class Lead:
    """What was typed before a pause, as it grows from row to row."""

    def __init__(self, last: LogRow | None) -> None:
        self._text = "" if last is None else last.text
        self._times = () if last is None or last.text_at_ns is None else last.text_at_ns

    def before(self, row: LogRow) -> tuple[str, tuple[int, ...] | None]:
        """The text before this row that it continues, and the times of the characters of both."""
        if row.kind != "text" or row.text_at_ns is None:
            return "", row.text_at_ns
        lead = self._text[-LONGEST_LEAD:] if row.continues else ""
        times = (self._times[-LONGEST_LEAD:] if lead else ()) + row.text_at_ns
        self._text, self._times = lead + row.text, times
        return lead, times


def search_words(searched: str, also: str) -> str:
    """The grams by which a row is found."""
    found = grams(fold(searched))
    for line in also.split("\n") if also else ():
        found |= grams(fold(line))
    return " ".join(sorted(found))


def row_values(row: LogRow, lead: str, times: tuple[int, ...] | None) -> tuple[object, ...]:
    """The row as it is stored; the times of what was typed and erased follow those of the text."""
    every = None if times is None else times + (row.also_at_ns or ())
    return (
        row.at_ns,
        row.end_ns,
        row.kind,
        row.text,
        row.detail,
        row.application,
        row.window,
        None if every is None else msgspec.msgpack.encode(_steps(every)),
        row.x_px,
        row.y_px,
        int(row.continues),
        row.also,
        lead,
        row.severity,
    )


def row_from(values: Sequence[Any]) -> LogRow:
    """The row out of its columns."""
    at_ns, end_ns, kind, text, detail, application, window = values[1:8]
    x_px, y_px, continues, also, lead, severity = values[9:15]
    times = times_of(values)
    own = also_at_ns = None
    if times is not None:
        own_end = len(lead) + len(text)
        own, also_at_ns = times[len(lead) : own_end], times[own_end:] or None
    return LogRow(
        at_ns,
        end_ns,
        kind,
        text,
        detail,
        application,
        window,
        own,
        x_px,
        y_px,
        continues=bool(continues),
        also=also,
        also_at_ns=also_at_ns,
        severity=severity,
    )


def times_of(values: Sequence[Any]) -> tuple[int, ...] | None:
    """The times of the characters of its lead, text and what was erased; None if it was not typed."""
    if values[8] is None:
        return None
    now, times = 0, list[int]()
    for step in _times.decode(values[8]):
        now += step
        times.append(now)
    if len(times) not in (len(values[LEAD]) + len(values[4]), len(values[LEAD]) + len(values[4]) + len(values[12])):
        msg = "there are not as many times as characters"
        raise msgspec.ValidationError(msg)
    return tuple(times)


def _steps(times: Sequence[int]) -> list[int]:
    return [now - before for before, now in zip((0, *times), times, strict=False)]
