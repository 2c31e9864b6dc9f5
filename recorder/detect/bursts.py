"""A burst of alerts of one rule, bounded: the first of them one by one, the others as a number."""

from dataclasses import dataclass

from recorder.clock import NS_PER_S
from recorder.events import FiredBy

WITHIN_NS = 60 * NS_PER_S
MOST_ALERTS = 10


@dataclass(frozen=True, slots=True)
class LeftOut:
    """So many alerts of the rule at `place` were left out until `last_ns`; `row` is what fired the last of them."""

    place: int
    count: int
    last_ns: int
    row: FiredBy


@dataclass(slots=True)
class _Burst:
    began_ns: int
    let_through: int = 0
    left_out: LeftOut | None = None


class Bursts:
    """Lets the first alerts of each rule through, in each minute, and counts the others."""

    def __init__(self) -> None:
        self._bursts: dict[int, _Burst] = {}

    def lets_through(self, place: int, at_ns: int, row: FiredBy) -> bool:
        """Whether this alert of the rule at `place` is one of the first."""
        burst = self._bursts.get(place)
        if burst is None:
            burst = self._bursts[place] = _Burst(at_ns)
        if burst.let_through < MOST_ALERTS:
            burst.let_through += 1
            return True
        before = burst.left_out.count if burst.left_out is not None else 0
        burst.left_out = LeftOut(place, before + 1, at_ns, row)
        return False

    @property
    def is_open(self) -> bool:
        """Whether something was left out and not yet said."""
        return any(burst.left_out is not None for burst in self._bursts.values())

    def over(self, now_ns: int | None) -> list[LeftOut]:
        """What was left out of bursts that are over by now (None: all are); each is said once."""
        ended = [
            place for place, burst in self._bursts.items() if now_ns is None or now_ns - burst.began_ns >= WITHIN_NS
        ]
        bursts = [self._bursts.pop(place) for place in ended]
        return [burst.left_out for burst in bursts if burst.left_out is not None]
