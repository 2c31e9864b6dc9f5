"""How long each application was active, from the window rows of the operation log."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from player.source import Span
from recorder.logrow import LogRow

NOT_SEEN = frozenset({"gap", "altered", "missing", "unreadable"})
NOT_USED = frozenset({"idle", "locked"})


@dataclass(frozen=True, slots=True)
class ApplicationTime:
    """An application, or None for the time in which no window was active or it is not known whose it was.

    `active_ns` is how long its window was the active one, as far as that was recorded; `used_ns` is that without the
    times in which the operator did nothing or the screen was locked. `titles` counts the different titles.
    """

    application: str | None
    first_ns: int
    active_ns: int
    used_ns: int
    titles: int


@dataclass(slots=True)
class _Tally:
    first_ns: int
    active_ns: int = 0
    used_ns: int = 0
    titles: set[str] = field(default_factory=set)


def times_in_applications(
    rows: Iterable[LogRow], spans: Iterable[Span], duration_ns: int
) -> tuple[ApplicationTime, ...]:
    """The applications, the longest used first. Rows are in order; what lies before the first window row counts not."""
    known = list(spans)
    unseen = _joined((span.start_ns, span.end_ns) for span in known if span.kind in NOT_SEEN)
    resting = _joined((span.start_ns, span.end_ns) for span in known if span.kind in NOT_SEEN | NOT_USED)
    tallies: dict[str | None, _Tally] = {}
    windows = [row for row in rows if row.kind == "window"]
    ends_ns = [*(row.at_ns for row in windows[1:]), duration_ns]
    for row, end_ns in zip(windows, ends_ns, strict=bool(windows)):
        end_ns = max(row.at_ns, end_ns)
        tally = tallies.setdefault(row.application, _Tally(row.at_ns))
        tally.active_ns += end_ns - row.at_ns - _overlap(unseen, row.at_ns, end_ns)
        tally.used_ns += end_ns - row.at_ns - _overlap(resting, row.at_ns, end_ns)
        if row.window:
            tally.titles.add(row.window)
    times = [
        ApplicationTime(name, tally.first_ns, tally.active_ns, tally.used_ns, len(tally.titles))
        for name, tally in tallies.items()
    ]
    return tuple(sorted(times, key=lambda one: (-one.used_ns, one.first_ns)))


def total_ns(ranges: Iterable[tuple[int, int]]) -> int:
    """How much time these ranges cover together, where they overlap only once."""
    return sum(end_ns - start_ns for start_ns, end_ns in _joined(ranges))


def _joined(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start_ns, end_ns in sorted(ranges):
        if joined and start_ns <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end_ns))
        elif end_ns > start_ns:
            joined.append((start_ns, end_ns))
    return joined


def _overlap(ranges: Sequence[tuple[int, int]], start_ns: int, end_ns: int) -> int:
    return sum(max(0, min(end_ns, last) - max(start_ns, first)) for first, last in ranges)
