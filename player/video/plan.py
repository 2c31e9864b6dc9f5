"""Which moments of a session a video shows: its clock, what is cut out of it, when its picture may change."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from player.source import Span
from recorder.clock import NS_PER_MS, NS_PER_S

EDGE_NS = NS_PER_S  # of what is cut, so much is shown before and after the cut
CARD_NS = 3 * NS_PER_S  # of a gap that is cut
SHORTEST_CUT_NS = 2 * NS_PER_S
Times = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start_ns` to `end_ns` of the session, the video shows everything; it begins at `video_ns` there."""

    start_ns: int
    end_ns: int
    video_ns: int


@dataclass(frozen=True, slots=True)
class Cut:
    """What the video leaves out, from `start_ns` to `end_ns` of the session; it would stand at `video_ns`."""

    start_ns: int
    end_ns: int
    video_ns: int


@dataclass(frozen=True, slots=True)
class Timetable:
    """The stretches in order, from a range of the session. Each begins at a whole step of the video's clock."""

    start_ns: int
    end_ns: int
    stretches: tuple[Stretch, ...]
    step_ns: int

    @property
    def duration_ns(self) -> int:
        """How long the video is."""
        last = self.stretches[-1]
        return last.video_ns + last.end_ns - last.start_ns

    @property
    def cuts(self) -> tuple[Cut, ...]:
        """What lies between the stretches, and before and after them."""
        ends = [self.start_ns, *(one.end_ns for one in self.stretches)]
        begins = [*((one.start_ns, one.video_ns) for one in self.stretches), (self.end_ns, self.duration_ns)]
        return tuple(
            Cut(from_ns, to_ns, video_ns)
            for from_ns, (to_ns, video_ns) in zip(ends, begins, strict=True)
            if from_ns < to_ns
        )

    def video_ns_at(self, at_ns: int) -> int:
        """When the video shows this moment; where it was cut out, when the cut is; beyond the ends, the ends."""
        place = max(0, bisect_right(self.stretches, at_ns, key=lambda one: one.start_ns) - 1)
        one = self.stretches[place]
        return one.video_ns + min(max(at_ns, one.start_ns), one.end_ns) - one.start_ns


def timetable(
    start_ns: int, end_ns: int, cut: Iterable[tuple[int, int]] = (), *, step_ns: int = NS_PER_MS
) -> Timetable:
    """The range without what is to be cut (ranges in any order, overlapping or not)."""
    stretches: list[Stretch] = []
    video_ns = 0
    begins_ns = start_ns
    for from_ns, to_ns in [*_joined(cut, start_ns, end_ns), (end_ns, end_ns)]:
        if from_ns > begins_ns:
            stretches.append(Stretch(begins_ns, from_ns, video_ns))
            video_ns += -(-(from_ns - begins_ns) // step_ns) * step_ns
        begins_ns = to_ns
    whole = tuple(stretches) or (Stretch(start_ns, start_ns, 0),)
    return Timetable(start_ns, end_ns, whole, step_ns)


def _joined(ranges: Iterable[tuple[int, int]], start_ns: int, end_ns: int) -> Iterator[tuple[int, int]]:
    """The ranges in order, within the whole, those that touch as one."""
    inside = sorted((max(from_ns, start_ns), min(to_ns, end_ns)) for from_ns, to_ns in ranges)
    now: tuple[int, int] | None = None
    for from_ns, to_ns in inside:
        if to_ns <= from_ns:
            continue
        if now is not None and from_ns <= now[1]:
            now = now[0], max(now[1], to_ns)
            continue
        if now is not None:
            yield now
        now = from_ns, to_ns
    if now is not None:
        yield now


def dull_ranges(idle: Iterable[Span], told: Sequence[Span], *, dark: Iterable[Span] = ()) -> Iterator[tuple[int, int]]:
    """What to cut where nothing is to be seen: the middle of idle times, and the rest of long gaps.

    An idle time gives way to every span of `told` (gaps, altered and missing ranges): of what was not recorded nobody
    can say that nothing happened. `dark` are the spans without any picture; their beginning is shown, as a card.
    """
    for span in idle:
        for from_ns, to_ns in _without(span.start_ns, span.end_ns, told):
            yield from _if_long(from_ns + EDGE_NS, to_ns - EDGE_NS)
    for span in dark:
        yield from _if_long(span.start_ns + CARD_NS, span.end_ns)


def _without(start_ns: int, end_ns: int, spans: Sequence[Span]) -> Iterator[tuple[int, int]]:
    begins_ns = start_ns
    for span in sorted(spans, key=lambda one: one.start_ns):
        if span.end_ns <= begins_ns or span.start_ns >= end_ns:
            continue
        if span.start_ns > begins_ns:
            yield begins_ns, span.start_ns
        begins_ns = max(begins_ns, span.end_ns)
    if begins_ns < end_ns:
        yield begins_ns, end_ns


def _if_long(from_ns: int, to_ns: int) -> Iterator[tuple[int, int]]:
    if to_ns - from_ns >= SHORTEST_CUT_NS:
        yield from_ns, to_ns


@dataclass(frozen=True, slots=True)
class Moments:
    """When to look, in order: moments of the session, when the video shows them, and whether a picture may be new."""

    at_ns: Times
    video_ns: Times
    is_content: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.at_ns)


def moments(table: Timetable, content_ns: Times, *, tick_ns: int, longest_ns: int) -> Moments:
    """When the video's picture may change.

    `content_ns` are the moments at which a picture, a layout, a gap or a redaction begins or ends: each is taken at the
    next whole step of the video's clock, never before it happened. Between them, what moves without them (the pointer,
    a click's ring, the drawn clock) is looked at every `tick_ns`; a picture stands for `longest_ns` at most.
    """
    columns = [_moments_of(one, table.step_ns, content_ns, min(tick_ns, longest_ns)) for one in table.stretches]
    at_ns, video_ns, is_content = (np.concatenate(column) for column in zip(*columns, strict=True))
    return Moments(at_ns, video_ns, is_content)


def _moments_of(
    one: Stretch, step_ns: int, content_ns: Times, tick_ns: int
) -> tuple[Times, Times, npt.NDArray[np.bool_]]:
    first, last = np.searchsorted(content_ns, (one.start_ns, one.end_ns))
    length_ns = one.end_ns - one.start_ns
    content = -(-(content_ns[first:last] - one.start_ns) // step_ns)
    content = np.unique(np.concatenate((np.zeros(1, np.int64), content)))
    ticks = -(-np.arange(0, max(length_ns, 1), tick_ns, dtype=np.int64) // step_ns)
    steps = np.union1d(content, ticks) * step_ns
    steps = steps[(steps < length_ns) | (steps == 0)]
    is_content = np.isin(steps, content * step_ns)
    return steps + one.start_ns, steps + one.video_ns, is_content
