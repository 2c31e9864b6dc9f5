"""Instants of the wall clock as text, in UTC; what no calendar reaches is said in nanoseconds."""

import datetime

from recorder.clock import NS_PER_MS, NS_PER_S


def utc_text(wall_ns: int) -> str:
    """For programs: ISO 8601 with milliseconds and a Z, cut off, not rounded."""
    moment = _calendar(wall_ns)
    if moment is None:
        return _no_calendar(wall_ns)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{wall_ns % NS_PER_S // NS_PER_MS:03d}Z"


def utc_second(wall_ns: int) -> str:
    """For programs: the second that it is in, ISO 8601 with a Z."""
    moment = _calendar(wall_ns)
    return _no_calendar(wall_ns) if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def utc_words(wall_ns: int) -> str:
    """For persons: `2026-03-01 14:05:09 UTC`."""
    moment = _calendar(wall_ns)
    return _no_calendar(wall_ns) if moment is None else f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _calendar(wall_ns: int) -> datetime.datetime | None:
    """The second that it is in; None where a clock was set to a year that no calendar reaches."""
    try:
        return datetime.datetime.fromtimestamp(wall_ns // NS_PER_S, tz=datetime.UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _no_calendar(wall_ns: int) -> str:
    return f"{wall_ns} ns since 1970"
