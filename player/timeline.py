"""The timeline's arithmetic: time to place and text, activity, idle times, marks, zoom, ticks. Numbers only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from player.changes import ChangeColumns
from player.moments import clock_text as clock_text  # as part of what a timeline says
from player.moments import time_text as time_text
from player.source import Change, Span
from recorder.clock import NS_PER_S
from recorder.oplog import LogRow

Times = npt.NDArray[np.int64]

SHORTEST_AXIS_NS = 100_000_000
IDLE_THRESHOLD_NS = 5 * NS_PER_S
_TICK_STEPS_S = (
    0.1,
    0.2,
    0.5,
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    14400,
    21600,
    43200,
    86400,
)
# Rows that the machine makes by itself do not show that the operator was there.
_BY_THE_MACHINE = frozenset({"process", "source", "clock", "gap", "idle", "unknown"})


@dataclass(frozen=True, slots=True)
class Axis:
    """A range of the session's time laid over this many pixels."""

    start_ns: int
    end_ns: int
    width_px: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A line on the axis; `text` "" for the small ones between."""

    at_ns: int
    x_px: float
    text: str


# --- time and place ---------------------------------------------------------------------------------------------------


def x_at(axis: Axis, at_ns: int) -> float:
    """Where this moment lies; outside 0…width if it is not on the axis."""
    length_ns = axis.end_ns - axis.start_ns
    return 0.0 if length_ns <= 0 else (at_ns - axis.start_ns) * axis.width_px / length_ns


def time_at(axis: Axis, x_px: float) -> int:
    """The moment at this place, within the axis."""
    if axis.width_px <= 0:
        return axis.start_ns
    share = min(max(x_px / axis.width_px, 0.0), 1.0)
    return axis.start_ns + round(share * (axis.end_ns - axis.start_ns))


def whole(duration_ns: int, width_px: int) -> Axis:
    """The axis that shows all of a recording."""
    return Axis(0, max(duration_ns, SHORTEST_AXIS_NS), width_px)


def showing(start_ns: int, end_ns: int, duration_ns: int, width_px: int) -> Axis:
    """The axis that shows just this part of a recording."""
    length_ns = max(end_ns - start_ns, SHORTEST_AXIS_NS)
    return _inside(start_ns, length_ns, max(duration_ns, SHORTEST_AXIS_NS), width_px)


def zoomed(axis: Axis, factor: float, around_px: float, duration_ns: int) -> Axis:
    """Show `factor` times less time (more if below 1), the moment at `around_px` staying where it is."""
    extent_ns = max(duration_ns, SHORTEST_AXIS_NS)
    old_ns = axis.end_ns - axis.start_ns
    length_ns = round(min(max(old_ns / factor, SHORTEST_AXIS_NS), extent_ns))
    share = around_px / axis.width_px if axis.width_px > 0 else 0.5
    start_ns = time_at(axis, around_px) - round(share * length_ns)
    return _inside(start_ns, length_ns, extent_ns, axis.width_px)


def panned(axis: Axis, by_px: float, duration_ns: int) -> Axis:
    """Show what lies `by_px` to the right, as far as there is something."""
    length_ns = axis.end_ns - axis.start_ns
    by_ns = round(by_px * length_ns / axis.width_px) if axis.width_px > 0 else 0
    return _inside(axis.start_ns + by_ns, length_ns, max(duration_ns, SHORTEST_AXIS_NS), axis.width_px)


def following(axis: Axis, at_ns: int, duration_ns: int) -> Axis:
    """The same axis if it shows this moment, else moved so that the moment is a tenth from its left."""
    if axis.start_ns <= at_ns <= axis.end_ns:
        return axis
    length_ns = axis.end_ns - axis.start_ns
    return _inside(at_ns - length_ns // 10, length_ns, max(duration_ns, SHORTEST_AXIS_NS), axis.width_px)


def _inside(start_ns: int, length_ns: int, extent_ns: int, width_px: int) -> Axis:
    length_ns = min(length_ns, extent_ns)
    start_ns = min(max(start_ns, 0), extent_ns - length_ns)
    return Axis(start_ns, start_ns + length_ns, width_px)


def ticks(axis: Axis, *, apart_px: float = 90.0) -> tuple[Tick, ...]:
    """Lines with text at round times, at least `apart_px` apart, and four small ones between each two."""
    length_ns = axis.end_ns - axis.start_ns
    if length_ns <= 0 or axis.width_px <= 0:
        return ()
    least_s = apart_px * length_ns / axis.width_px / NS_PER_S
    step_ns = round(next((step for step in _TICK_STEPS_S if step >= least_s), _TICK_STEPS_S[-1]) * NS_PER_S)
    small_ns = step_ns // 5
    first = -(-axis.start_ns // small_ns)
    found = []
    for number in range(first, axis.end_ns // small_ns + 1):
        at_ns = number * small_ns
        text = time_text(at_ns, milliseconds=step_ns < NS_PER_S) if at_ns % step_ns == 0 else ""
        found.append(Tick(at_ns, x_at(axis, at_ns), text))
    return tuple(found)


# --- activity ---------------------------------------------------------------------------------------------------------


def change_times(changes: Sequence[Change]) -> Times:
    """When each change was, in order."""
    if isinstance(changes, ChangeColumns):
        return changes.times_ns
    return np.fromiter((change.at_ns for change in changes), np.int64, len(changes))


def change_weights(changes: Sequence[Change]) -> Times:
    """How many pixels each change changed."""
    if isinstance(changes, ChangeColumns):
        return changes.pixels
    return np.fromiter((change.changed_px for change in changes), np.int64, len(changes))


def operator_times(rows: Iterable[LogRow]) -> Times:
    """When the operator did something: rows that the machine makes by itself are left out."""
    found = np.fromiter((row.at_ns for row in rows if row.kind not in _BY_THE_MACHINE), np.int64)
    found.sort()
    return found


def density(axis: Axis, times_ns: Times, weights: Times | None = None, *, buckets: int) -> npt.NDArray[np.float64]:
    """How many (or how much) lies in each of so many equal parts of the axis. `times_ns` in order."""
    edges = np.linspace(axis.start_ns, axis.end_ns, buckets + 1).astype(np.int64)
    edges[-1] += 1  # the axis's own end belongs to its last part
    places = np.searchsorted(times_ns, edges)
    if weights is None:
        return np.diff(places).astype(np.float64)
    seen = weights[places[0] : places[-1]]
    sums = np.concatenate((np.zeros(1), np.cumsum(seen, dtype=np.float64)))
    return np.asarray(np.diff(sums[places - places[0]]), dtype=np.float64)


def activity(axis: Axis, times_ns: Times, weights: Times | None = None, *, buckets: int) -> npt.NDArray[np.float64]:
    """`density` as a curve between 0 and 1, by its logarithm: one key beside a whole new screen is still seen."""
    amounts = np.log1p(density(axis, times_ns, weights, buckets=buckets))
    highest = float(amounts.max(initial=0.0))
    return amounts / highest if highest > 0 else amounts


def idle_spans(
    change_times_ns: Times, operator_times_ns: Times, duration_ns: int, *, threshold_ns: int = IDLE_THRESHOLD_NS
) -> tuple[Span, ...]:
    """Times longer than the threshold in which no picture changed and the operator did nothing."""
    busy = np.concatenate((change_times_ns, operator_times_ns))
    busy.sort()
    marks = np.concatenate((np.zeros(1, np.int64), busy[busy <= duration_ns], np.array([duration_ns], np.int64)))
    long = np.flatnonzero(np.diff(marks) > threshold_ns)
    return tuple(Span(int(marks[place]), int(marks[place + 1]), "idle", "Nothing happened.") for place in long)


# --- marks ------------------------------------------------------------------------------------------------------------


def spans_at(spans: Iterable[Span], at_ns: int) -> tuple[Span, ...]:
    """The spans that hold this moment."""
    return tuple(span for span in spans if span.start_ns <= at_ns < max(span.end_ns, span.start_ns + 1))


def last_at_or_before(times_ns: Times, at_ns: int) -> int | None:
    """The index of the last of these moments (in order) that is not after this one: the row to show as current."""
    index = int(np.searchsorted(times_ns, at_ns, side="right")) - 1
    return index if index >= 0 else None
