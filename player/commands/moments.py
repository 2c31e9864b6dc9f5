"""Times as they are printed."""

import datetime
from bisect import bisect_right
from collections.abc import Sequence

NS_PER_S = 1_000_000_000


def in_s(at_ns: int) -> float:
    """Nanoseconds as seconds; given back to `--at` it is the same moment."""
    return at_ns / NS_PER_S


def utc_text(wall_ns: int) -> str:
    """UTC as ISO 8601 with milliseconds and a Z; years that no calendar reaches as nanoseconds."""
    seconds, rest_ns = divmod(wall_ns, NS_PER_S)
    try:
        moment = datetime.datetime.fromtimestamp(seconds, tz=datetime.UTC)
    except (OverflowError, OSError, ValueError):
        return f"{wall_ns} ns since 1970"
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest_ns // 1_000_000:03d}Z"


def clock_text(at_ns: int) -> str:
    """A moment of a session: 1:02:03.456."""
    thousandths = at_ns // 1_000_000
    seconds, thousandth = divmod(thousandths, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}.{thousandth:03}"


class WallClock:
    """UTC at a moment of a session, as the recorded machine's clock claimed it."""

    def __init__(self, started_wall_ns: int, marks: Sequence[tuple[int, int]]) -> None:
        self._marks = sorted([(0, started_wall_ns), *marks])
        self._times_ns = [at_ns for at_ns, _ in self._marks]

    def at(self, at_ns: int) -> int:
        """Nanoseconds since 1970 then."""
        mark_ns, wall_ns = self._marks[max(0, bisect_right(self._times_ns, at_ns) - 1)]
        return wall_ns + at_ns - mark_ns
