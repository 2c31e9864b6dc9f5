"""Moments as programs read them, and the clock on the recorded machine's wall."""

import datetime
from bisect import bisect_right
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from recorder.clock import NS_PER_MS, NS_PER_S
from recorder.utc import utc_words


def in_s(at_ns: int) -> float:
    """Nanoseconds as seconds; given back to `--at` it is the same moment."""
    return at_ns / NS_PER_S


def time_text(at_ns: int, *, milliseconds: bool = True) -> str:
    """The session's time as `h:mm:ss.mmm`, cut off, not rounded: a moment is never shown as one that is to come."""
    sign, at_ns = ("-", -at_ns) if at_ns < 0 else ("", at_ns)
    minutes, seconds = divmod(at_ns // NS_PER_S, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{sign}{hours}:{minutes:02}:{seconds:02}"
    return f"{text}.{at_ns // NS_PER_MS % 1000:03}" if milliseconds else text


def read_time_text(text: str) -> int | None:
    """What a person means by `1:02:03.5`, `2:03` or `83.25`, in nanoseconds; None if it is no time."""
    pieces = text.strip().split(":")
    if len(pieces) > 3 or not text.isascii() or not all(piece.isdecimal() for piece in pieces[:-1]):
        return None
    try:
        seconds = Decimal(pieces[-1])
    except InvalidOperation:
        return None
    whole = 0
    for piece in pieces[:-1]:
        whole = (whole + int(piece)) * 60
    if not seconds.is_finite() or seconds < 0 or whole > 10**9 or seconds > 10**9:
        return None
    return whole * NS_PER_S + round(seconds * NS_PER_S)


def clock_text(wall_ns: int, utc_offset_s: int | None = None) -> str:
    """The wall clock as `2026-03-01 14:05:09 UTC`, or with the machine's offset as `… +09:00`."""
    if utc_offset_s is None:
        return utc_words(wall_ns)
    zone = datetime.timezone(datetime.timedelta(seconds=utc_offset_s))
    local = datetime.datetime.fromtimestamp(wall_ns // NS_PER_S, tz=zone)
    return f"{local:%Y-%m-%d %H:%M:%S} {_offset_text(utc_offset_s)}"


def _offset_text(utc_offset_s: int) -> str:
    hours, minutes = divmod(abs(utc_offset_s) // 60, 60)
    return f"{'-' if utc_offset_s < 0 else '+'}{hours:02}:{minutes:02}"


class WallClock:
    """UTC at a moment of a session, as the recorded machine's clock claimed it: it can be set while recording."""

    def __init__(self, started_wall_ns: int, marks: Iterable[tuple[int, int]]) -> None:
        self._marks = sorted([(0, started_wall_ns), *marks])

    def at(self, at_ns: int) -> int:
        """Nanoseconds since 1970 then."""
        index = max(0, bisect_right(self._marks, at_ns, key=lambda mark: mark[0]) - 1)
        mark_ns, wall_ns = self._marks[index]
        return wall_ns + at_ns - mark_ns
