"""Whether the other process lives, judged by when it was last heard: arithmetic on given times, no clock of its own.

Times are of the monotonic clock, which stands still while the machine sleeps: nobody is late because of that.
"""

from dataclasses import dataclass

from recorder.clock import NS_PER_S

# Whoever judges so late was itself held up, and must not blame the other one for it.
OWN_LATENESS_NS = NS_PER_S


class Pulse:
    """Heard or not: `silence_ns` is how long the other one said nothing while we could have heard it."""

    def __init__(self, now_ns: int) -> None:
        self._heard_ns = now_ns
        self._looks_ns = now_ns

    @property
    def heard_ns(self) -> int:
        """When the other one was heard last, or could first have been."""
        return self._heard_ns

    def look_at(self, due_ns: int) -> None:
        """Nobody looks before this moment, unless something is heard."""
        self._looks_ns = due_ns

    def hear(self, now_ns: int) -> None:
        """The other one said something."""
        self._heard_ns = now_ns

    def silence_ns(self, now_ns: int) -> int:
        """How long it has been silent. Who asks much later than at the moment for it forgives."""
        if now_ns - self._looks_ns > OWN_LATENESS_NS:
            self._heard_ns = now_ns
        self._looks_ns = now_ns
        return now_ns - self._heard_ns


class Standstill:
    """How long what is told again and again has stayed the same, in time in which somebody told.

    Between two tellings no more counts than `at_most_ns`: a machine that slept, and a teller that was stopped, told
    nothing new, and neither says that what they tell of stood still.
    """

    def __init__(self, at_most_ns: int) -> None:
        self._at_most_ns = at_most_ns
        self._told: tuple[int, int] | None = None  # what, and when
        self.lasted_ns = 0

    def tell(self, what: int, now_ns: int) -> None:
        """It is this now."""
        before, self._told = self._told, (what, now_ns)
        if before is None or before[0] != what:
            self.lasted_ns = 0
        else:
            self.lasted_ns += min(now_ns - before[1], self._at_most_ns)


@dataclass(frozen=True, slots=True)
class BackoffSteps:
    """How long to wait before each start after failures that follow each other."""

    delays_s: tuple[float, ...] = (0.0, 0.0, 0.0, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
    sound_after_s: float = 20.0


# Whoever kills it again and again gains no more time by that: with its start that stays within 3 s.
STRUCK = BackoffSteps((0.0, 0.0, 0.0, 0.5, 1.0))


class Backoff:
    """Counts starts that soon failed. It waits longer and longer, up to its last step, and never gives up."""

    def __init__(self, steps: BackoffSteps | None = None) -> None:
        self._steps = steps or BackoffSteps()
        self._failures = 0

    @property
    def failures(self) -> int:
        """How many starts failed one after the other."""
        return self._failures

    def delay_s(self, lived_s: float) -> float:
        """How long to wait before the next start, after one that lived so long."""
        if lived_s >= self._steps.sound_after_s:
            self._failures = 0
        delays = self._steps.delays_s
        delay_s = delays[min(self._failures, len(delays) - 1)]
        self._failures += 1
        return delay_s
