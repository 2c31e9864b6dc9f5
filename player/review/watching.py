"""What went by before whoever watches: remembered while it plays, and confirmed by them before it counts.

What counts, and what does not, is told in docs/review-format.md. No Qt, and no clock of its own.
"""

from dataclasses import dataclass

import numpy as np

from player.playback import Moment, State
from player.review.entries import Watched
from player.review.ranges import Range, Ranges, length_ns, merged, without
from player.timeline import Times
from recorder.clock import NS_PER_MS, NS_PER_S

MOST_SPEED = 8
LONGEST_LOOK_NS = NS_PER_S  # a window that stood still for longer showed nothing in between
LIVE_STEP_NS = 2_500_000_000  # the edge of a growing recording comes in chunks
SHORTEST_LOOK_NS = 100_000_000  # of a picture that was stepped to
SLACK_NS = 60_000_000
BRIDGED_NS = NS_PER_MS  # between two ranges that are one
_STANDING = (State.PAUSED, State.ENDED)


@dataclass(frozen=True, slots=True)
class Seen:
    """What went by and is not confirmed: played, and skipped because nothing happened in it."""

    ranges: Ranges = ()
    idle: Ranges = ()

    @property
    def length_ns(self) -> int:
        """How much it is, each moment once."""
        return length_ns((*self.ranges, *self.idle))

    def act(self) -> Watched:
        """The entry by which a person confirms it."""
        return Watched(self.ranges, without(self.idle, self.ranges), MOST_SPEED)


@dataclass(frozen=True, slots=True)
class _Look:
    moment: Moment
    now_ns: int
    since_ns: int  # when the position came to be this one
    is_seen: bool


class WatchLog:
    """Told of every moment that the window shows, in order, it knows what went by at a speed that counts."""

    def __init__(self, seen: Seen | None = None) -> None:
        self._ranges: list[Range] = list(seen.ranges if seen is not None else ())
        self._idle: list[Range] = list(seen.idle if seen is not None else ())
        self._last: _Look | None = None

    @property
    def seen(self) -> Seen:
        """What went by since it was last confirmed."""
        return Seen(merged(self._ranges, bridging_ns=BRIDGED_NS), merged(self._idle, bridging_ns=BRIDGED_NS))

    def add(self, seen: Seen) -> None:
        """This went by before, and was kept."""
        self._ranges += seen.ranges
        self._idle += seen.idle

    def forget(self, seen: Seen) -> None:
        """This was confirmed."""
        self._ranges = list(without(self._ranges, seen.ranges))
        self._idle = list(without(self._idle, seen.idle))

    def take(self, moment: Moment, *, now_ns: int, change_times_ns: Times, known_ns: int, is_seen: bool) -> None:
        """The window shows this moment now. Changes of the picture are known up to `known_ns`.

        `is_seen`: the whole picture can be seen: the window is not minimised, and no monitor is left out.
        """
        last = self._last
        stands = last is not None and last.moment.position_ns == moment.position_ns
        since_ns = last.since_ns if last is not None and stands else now_ns
        self._last = _Look(moment, now_ns, since_ns, is_seen)
        if last is None or stands or not (last.is_seen and is_seen):
            return
        self._take_step(last, moment, now_ns, change_times_ns, known_ns)
        if len(self._ranges) > 500:
            self._ranges = list(merged(self._ranges, bridging_ns=BRIDGED_NS))

    def _take_step(self, last: _Look, moment: Moment, now_ns: int, change_times_ns: Times, known_ns: int) -> None:
        start, end = last.moment.position_ns, moment.position_ns
        was, skipped = last.moment, last.moment.skipped or moment.skipped
        if was.state in _STANDING and moment.state in _STANDING:
            low, high = min(start, end), max(start, end)
            is_looked_at = now_ns - last.since_ns >= SHORTEST_LOOK_NS
            if is_looked_at and high <= known_ns and not _changes_between(change_times_ns, low, high):
                self._ranges.append((low, high))
        elif end > start and skipped is not None and State.SKIPPING in (was.state, moment.state):
            self._take_skip(start, end, skipped.start_ns, skipped.end_ns)
        elif end > start and self._is_played(last, end - start, now_ns - last.now_ns):
            self._ranges.append((start, end))

    def _take_skip(self, start: int, end: int, idle_start: int, idle_end: int) -> None:
        """Part of an idle time went by; what was played just before and after it is at most a tick."""
        if start >= idle_start - LONGEST_LOOK_NS and end <= idle_end + LONGEST_LOOK_NS:
            self._idle.append((max(start, idle_start), min(end, idle_end)))

    def _is_played(self, last: _Look, length: int, elapsed_ns: int) -> bool:
        if last.moment.state is State.LIVE:
            return length <= LIVE_STEP_NS
        is_slow = last.moment.state is State.PLAYING and 0 < last.moment.rate <= MOST_SPEED
        return is_slow and elapsed_ns <= LONGEST_LOOK_NS and length <= elapsed_ns * last.moment.rate + SLACK_NS


def _changes_between(times_ns: Times, low: int, high: int) -> bool:
    first, end = np.searchsorted(times_ns, low, side="right"), np.searchsorted(times_ns, high, side="left")
    return bool(end > first)
