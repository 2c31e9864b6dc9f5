"""Play, pause, seek, skip idle time, live: a state machine on a clock that is given to it.

States:
    EMPTY     nothing is open
    PAUSED    stands at a position
    PLAYING   the position runs with the clock, `speed` times as fast
    SKIPPING  runs through an idle time within `SKIP_SHOWN_NS`, so that a person sees that it is skipped
    LIVE      goes with the edge of a recording that still grows
    ENDED     stands at the end of a recording that does not grow

Transitions:
    EMPTY     open ─▶ PAUSED
    any       close ─▶ EMPTY
    PAUSED    play ─▶ PLAYING (from the start, if it stands at the end); play at the edge of a growing recording ─▶ LIVE
    PLAYING   pause ─▶ PAUSED; an idle time begins and idle is skipped ─▶ SKIPPING;
              the edge of a growing recording, unless slower than life ─▶ LIVE; the end of a finished one ─▶ ENDED
    SKIPPING  the idle time is over, or play_idle, or skip_idle off ─▶ PLAYING; pause ─▶ PAUSED
    LIVE      pause ─▶ PAUSED; seek back, or a speed below 1 ─▶ PLAYING; it is closed ─▶ ENDED
    ENDED     play ─▶ PLAYING from the start; seek ─▶ PAUSED; it grows after all ─▶ PAUSED
    any but EMPTY   seek: PLAYING, SKIPPING and LIVE go on PLAYING from there, PAUSED and ENDED are PAUSED there;
                    step ─▶ PAUSED at the change; go_live, if it grows ─▶ LIVE

The position is never added up: it is computed from the clock's reading at the last transition. However late or seldom
`update` is called, and at whatever speed, nothing drifts; a slow screen misses pictures, not time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from player.source import Span

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
SKIP_SHOWN_NS = 700_000_000
SKIP_LEAD_NS = 500_000_000  # this much of the idle time is played, so that what ends it is not met in the middle
SHORTEST_SKIP_NS = 1_500_000_000  # what is shorter is played


class State(Enum):
    """See the module's text."""

    EMPTY = "empty"
    PAUSED = "paused"
    PLAYING = "playing"
    SKIPPING = "skipping"
    LIVE = "live"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Moment:
    """Where playback is: what a window shows. `rate` is how fast the position runs now, 0 if it stands."""

    state: State
    position_ns: int
    speed: float
    rate: float
    skipped: Span | None  # the idle time being skipped now


class Playback:
    """The position in a recording. Belongs to one thread; `now_ns` is a clock that never goes back.

    `update` brings it up to the clock and is called before anything is shown; every command does so itself.
    """

    def __init__(self, now_ns: Callable[[], int]) -> None:
        self._now_ns = now_ns
        self._state = State.EMPTY
        self._anchor_ns = 0  # the position at the last transition
        self._anchored_at_ns = 0  # and the clock then
        self._updated_at_ns = 0  # the clock at the last update
        self._speed = 1.0
        self._duration_ns = 0
        self._grows = False
        self._skip_idle = False
        self._idle_starts = np.empty(0, dtype=np.int64)
        self._idle: tuple[Span, ...] = ()
        self._skipped: Span | None = None
        self._played_idle_until_ns = -1

    # --- what holds -------------------------------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """The state at the last update."""
        return self._state

    @property
    def speed(self) -> float:
        """The speed that was chosen."""
        return self._speed

    @property
    def duration_ns(self) -> int:
        """How far the recording reaches, as last told."""
        return self._duration_ns

    @property
    def can_go_live(self) -> bool:
        """Whether the recording still grows."""
        return self._grows

    @property
    def position_ns(self) -> int:
        """The position now, after an update."""
        return self.update().position_ns

    def update(self) -> Moment:
        """Do every transition that is due by the clock, and say where playback is."""
        now_ns = self._updated_at_ns = self._now_ns()
        while self._advance(now_ns):
            pass
        return Moment(self._state, self._position_at(now_ns), self._speed, self._rate(), self._skipped)

    # --- the recording ------------------------------------------------------------------------------------------------

    def open(self, duration_ns: int, *, grows: bool = False, at_ns: int = 0) -> None:
        """A recording is open; stand at this position."""
        self._updated_at_ns = self._now_ns()
        self._duration_ns, self._grows = max(0, duration_ns), grows
        self._idle, self._idle_starts = (), np.empty(0, dtype=np.int64)
        self._played_idle_until_ns = -1
        self._enter(State.PAUSED, self._clamped(at_ns))

    def close(self) -> None:
        """Nothing is open any more."""
        self._duration_ns, self._grows = 0, False
        self._enter(State.EMPTY, 0)

    def set_extent(self, duration_ns: int, *, grows: bool) -> None:
        """The recording reaches this far now, and still grows or does not. It never gets shorter."""
        if self._state is State.EMPTY:
            return
        moment = self.update()
        grown = duration_ns > self._duration_ns
        self._duration_ns, self._grows = max(self._duration_ns, duration_ns), grows
        if moment.state is State.LIVE and not grows:
            self._enter(State.ENDED, self._duration_ns)
        elif moment.state is State.ENDED and (grown or grows):
            self._enter(State.PAUSED, moment.position_ns)

    def set_idle(self, spans: Sequence[Span]) -> None:
        """The idle times known so far, in order and apart from each other."""
        self.update()
        self._idle = tuple(spans)
        self._idle_starts = np.fromiter((span.start_ns for span in self._idle), np.int64, len(self._idle))

    # --- commands -----------------------------------------------------------------------------------------------------

    def play(self) -> None:
        """Run on from here; from the start if it has ended."""
        moment = self.update()
        if moment.state not in (State.PAUSED, State.ENDED):
            return
        is_at_end = moment.position_ns >= self._duration_ns and not self._grows
        self._enter(State.PLAYING, 0 if is_at_end else moment.position_ns)
        self.update()

    def pause(self) -> None:
        """Stand here."""
        moment = self.update()
        if moment.state in (State.PLAYING, State.SKIPPING, State.LIVE):
            self._enter(State.PAUSED, moment.position_ns)

    def toggle(self) -> None:
        """Pause what runs, play what stands."""
        if self.update().state in (State.PLAYING, State.SKIPPING, State.LIVE):
            self.pause()
        else:
            self.play()

    def seek(self, at_ns: int) -> None:
        """Go to this moment, and go on as before."""
        moment = self.update()
        if moment.state is State.EMPTY:
            return
        runs = moment.state in (State.PLAYING, State.SKIPPING, State.LIVE)
        self._played_idle_until_ns = -1
        self._enter(State.PLAYING if runs else State.PAUSED, self._clamped(at_ns))
        self.update()

    def step(self, direction: int, change_times_ns: npt.NDArray[np.int64]) -> bool:
        """Pause at the next change after here (`direction` 1) or the last one before (-1); False if there is none.

        `change_times_ns` are the times of the changes of the pictures, in order.
        """
        moment = self.update()
        if moment.state is State.EMPTY:
            return False
        target_ns = _neighbour(change_times_ns, moment.position_ns, direction)
        if target_ns is not None and target_ns > self._duration_ns:
            target_ns = None
        self._enter(State.PAUSED, moment.position_ns if target_ns is None else target_ns)
        return target_ns is not None

    def set_speed(self, speed: float) -> None:
        """Run this many times as fast as it happened, within `SPEEDS`."""
        moment = self.update()
        self._speed = min(max(speed, SPEEDS[0]), SPEEDS[-1])
        is_held_back = moment.state is State.LIVE and self._speed < 1
        if is_held_back or moment.state is State.PLAYING:
            self._enter(State.PLAYING, moment.position_ns)

    def faster(self) -> None:
        """The next of `SPEEDS`."""
        self.set_speed(next((speed for speed in SPEEDS if speed > self._speed), SPEEDS[-1]))

    def slower(self) -> None:
        """The one of `SPEEDS` before."""
        self.set_speed(next((speed for speed in reversed(SPEEDS) if speed < self._speed), SPEEDS[0]))

    def set_skip_idle(self, skip: bool) -> None:
        """Skip idle times from now on, or play them."""
        moment = self.update()
        self._skip_idle = skip
        if not skip and moment.state is State.SKIPPING:
            self._enter(State.PLAYING, moment.position_ns)
        self.update()

    def play_idle(self) -> None:
        """Play the idle time that is being skipped after all, just this one."""
        moment = self.update()
        if moment.skipped is not None:
            self._played_idle_until_ns = moment.skipped.end_ns
            self._enter(State.PLAYING, moment.position_ns)

    def go_live(self) -> bool:
        """Go with the edge of the recording; False if it does not grow."""
        if self.update().state is State.EMPTY or not self._grows:
            return False
        self._enter(State.LIVE, self._duration_ns)
        return True

    # --- inside -------------------------------------------------------------------------------------------------------

    def _enter(self, state: State, position_ns: int, at_ns: int | None = None, skipped: Span | None = None) -> None:
        """Change the state as of `at_ns` on the clock: the last update's reading if it is not given."""
        self._state, self._anchor_ns, self._skipped = state, position_ns, skipped
        self._anchored_at_ns = self._updated_at_ns if at_ns is None else at_ns

    def _clamped(self, at_ns: int) -> int:
        return min(max(at_ns, 0), self._duration_ns)

    def _rate(self) -> float:
        match self._state:
            case State.PLAYING:
                return self._speed
            case State.SKIPPING if self._skipped is not None:
                return (self._skip_target(self._skipped) - self._anchor_ns) / SKIP_SHOWN_NS
            case State.LIVE:
                return 1.0
            case _:
                return 0.0

    def _position_at(self, now_ns: int) -> int:
        if self._state is State.LIVE:
            return self._duration_ns
        if self._state not in (State.PLAYING, State.SKIPPING):
            return self._anchor_ns
        return self._clamped(self._anchor_ns + int((now_ns - self._anchored_at_ns) * self._rate()))

    def _advance(self, now_ns: int) -> bool:
        """Do the next transition that is due by `now_ns`, as of the moment it was due; False if none is."""
        if self._state is State.SKIPPING and self._skipped is not None:
            over_at_ns = self._anchored_at_ns + SKIP_SHOWN_NS
            if now_ns < over_at_ns:
                return False
            self._played_idle_until_ns = self._skipped.end_ns
            self._enter(State.PLAYING, self._skip_target(self._skipped), over_at_ns)
            return True
        if self._state is not State.PLAYING:
            return False
        return self._advance_playing(now_ns)

    def _advance_playing(self, now_ns: int) -> bool:
        idle = self._next_idle()
        target_ns = self._duration_ns if idle is None else max(idle.start_ns, self._anchor_ns)
        due_at_ns = self._anchored_at_ns + int((target_ns - self._anchor_ns) / self._speed)
        is_held_back = self._grows and self._speed < 1  # it meets the edge only where the recording itself stalls
        if now_ns < due_at_ns or (idle is None and is_held_back):
            return False
        if idle is not None:
            self._enter(State.SKIPPING, target_ns, due_at_ns, idle)
        else:
            self._enter(State.LIVE if self._grows else State.ENDED, self._duration_ns, due_at_ns)
        return True

    def _next_idle(self) -> Span | None:
        """The idle time to skip that holds the anchor or comes next."""
        if not self._skip_idle:
            return None
        # Skipping takes its time to be seen: what plays faster than that is not worth it.
        least_ns = max(SHORTEST_SKIP_NS, round(SKIP_SHOWN_NS * self._speed))
        first = max(0, int(np.searchsorted(self._idle_starts, self._anchor_ns, side="right")) - 1)
        for span in self._idle[first:]:
            start_ns = max(span.start_ns, self._anchor_ns)
            is_played = span.end_ns <= self._played_idle_until_ns
            if not is_played and self._skip_target(span) - start_ns >= least_ns:
                return span
        return None

    def _skip_target(self, span: Span) -> int:
        return min(span.end_ns - SKIP_LEAD_NS, self._duration_ns)


def _neighbour(times_ns: npt.NDArray[np.int64], at_ns: int, direction: int) -> int | None:
    if direction > 0:
        index = int(np.searchsorted(times_ns, at_ns, side="right"))
    else:
        index = int(np.searchsorted(times_ns, at_ns, side="left")) - 1
    return int(times_ns[index]) if 0 <= index < len(times_ns) else None
