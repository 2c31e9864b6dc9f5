"""What correlations remember: a bounded number of hits, each for a bounded time."""

import hashlib
from abc import ABC, abstractmethod
from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass

from recorder.detect.observation import FieldValue, Observation
from recorder.detect.rule import Correlation, Relation
from recorder.events import FiredBy

MOST_GROUPS = 1_000
LONGEST_KEPT = 200  # characters of a value; of a longer one, the digest tells it from others
Group = tuple[str | int | tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that happened, as a correlation counts it: `places` are those of its rules that it matches."""

    at_ns: int
    row: FiredBy
    places: frozenset[int]
    group: Group
    values: tuple[str | int, ...]


class _Window(ABC):
    """The hits of one group that may still become an alert."""

    def __init__(self, asked: Correlation) -> None:
        self._asked = asked

    @abstractmethod
    def take(self, hit: Hit) -> tuple[FiredBy, ...] | None:
        """One more hit; the rows of an alert, if it makes one."""

    @abstractmethod
    def holds_since(self) -> int | None:
        """When the youngest of its hits was; None if it holds none."""


class _Counted(_Window):
    """`at_least` hits. After an alert it counts from zero."""

    def __init__(self, asked: Correlation) -> None:
        super().__init__(asked)
        self._hits: deque[tuple[int, FiredBy]] = deque(maxlen=asked.at_least)

    def take(self, hit: Hit) -> tuple[FiredBy, ...] | None:
        self._hits.append((hit.at_ns, hit.row))
        while self._hits and self._hits[0][0] < hit.at_ns - self._asked.within_ns:
            self._hits.popleft()
        if len(self._hits) < self._asked.at_least:
            return None
        rows = tuple(row for _, row in self._hits)
        self._hits.clear()
        return rows

    def holds_since(self) -> int | None:
        return self._hits[-1][0] if self._hits else None


class _Values(_Window):
    """Hits of `at_least` different values. After an alert it counts from zero."""

    def __init__(self, asked: Correlation) -> None:
        super().__init__(asked)
        self._latest: OrderedDict[str | int, tuple[int, FiredBy]] = OrderedDict()

    def take(self, hit: Hit) -> tuple[FiredBy, ...] | None:
        for value in hit.values:
            self._latest[value] = (hit.at_ns, hit.row)
            self._latest.move_to_end(value)
            while next(iter(self._latest.values()))[0] < hit.at_ns - self._asked.within_ns:
                self._latest.popitem(last=False)
            if len(self._latest) >= self._asked.at_least:
                rows = tuple(dict.fromkeys(row for _, row in self._latest.values()))
                self._latest.clear()
                return rows
        return None

    def holds_since(self) -> int | None:
        return next(reversed(self._latest.values()))[0] if self._latest else None


class _Together(_Window):
    """A hit of each rule, in any order."""

    def __init__(self, asked: Correlation) -> None:
        super().__init__(asked)
        self._latest: dict[int, tuple[int, FiredBy]] = {}

    def take(self, hit: Hit) -> tuple[FiredBy, ...] | None:
        for place in hit.places:
            self._latest[place] = (hit.at_ns, hit.row)
        since_ns = hit.at_ns - self._asked.within_ns
        self._latest = {place: hit for place, hit in self._latest.items() if hit[0] >= since_ns}
        if len(self._latest) < self._asked.at_least:
            return None
        hits = sorted(self._latest.values(), key=lambda hit: hit[0])
        self._latest.clear()
        return tuple(dict.fromkeys(row for _, row in hits))

    def holds_since(self) -> int | None:
        return max((at_ns for at_ns, _ in self._latest.values()), default=None)


class _InOrder(_Window):
    """A hit of each rule, one after the other.

    For each step it keeps the chain that began last: if that one is too old, so are all others.
    """

    def __init__(self, asked: Correlation) -> None:
        super().__init__(asked)
        self._chains: list[tuple[tuple[int, FiredBy], ...]] = [()] * len(asked.of)

    def take(self, hit: Hit) -> tuple[FiredBy, ...] | None:
        since_ns, this = hit.at_ns - self._asked.within_ns, (hit.at_ns, hit.row)
        for step in reversed(range(len(self._chains))):  # backwards: one thing that happens is one step
            if self._asked.of[step] not in hit.places:
                continue
            before = self._chains[step - 1] if step else ()
            if step == 0 or (before and before[0][0] >= since_ns):
                self._chains[step] = (*before, this)
                if step == len(self._chains) - 1:
                    self._chains = [()] * len(self._chains)
                    return tuple(row for _, row in (*before, this))
        return None

    def holds_since(self) -> int | None:
        return max((chain[0][0] for chain in self._chains if chain), default=None)


_WINDOWS: dict[Relation, type[_Counted] | type[_Values] | type[_Together] | type[_InOrder]] = {
    Relation.EVENT_COUNT: _Counted,
    Relation.VALUE_COUNT: _Values,
    Relation.TEMPORAL: _Together,
    Relation.TEMPORAL_ORDERED: _InOrder,
}


class Correlating:
    """The windows of one correlation, one for each group. `forgotten` counts groups given up while they held hits."""

    def __init__(self, asked: Correlation) -> None:
        self._asked = asked
        self._of = frozenset(asked.of)
        self._groups: OrderedDict[Group, _Window] = OrderedDict()
        self.forgotten = 0

    def hit(self, places: Iterable[int], seen: Observation) -> Hit | None:
        """What this counts as, which the rules at these places match; None: nothing.

        What lacks a field that is grouped by belongs to no group: two things that are not known are not the same.
        """
        mine = self._of.intersection(places)
        group = tuple(_told_apart(value) for name in self._asked.by if (value := seen.value(name)) is not None)
        if not mine or len(group) < len(self._asked.by):
            return None
        values = _each(seen.value(self._asked.field)) if self._asked.field is not None else ()
        return Hit(seen.at_ns, seen.row, mine, group, values)

    def take(self, hit: Hit) -> tuple[FiredBy, ...] | None:
        """The rows of an alert, if this makes one."""
        window = self._groups.get(hit.group)
        if window is None:
            window = self._groups[hit.group] = _WINDOWS[self._asked.relation](self._asked)
            if len(self._groups) > MOST_GROUPS:
                self._forget(hit.at_ns)
        self._groups.move_to_end(hit.group)
        return window.take(hit)

    def _forget(self, now_ns: int) -> None:
        _, window = self._groups.popitem(last=False)
        since = window.holds_since()
        if since is not None and since >= now_ns - self._asked.within_ns:
            self.forgotten += 1


def _each(value: FieldValue) -> tuple[str | int, ...]:
    if isinstance(value, tuple):
        return tuple(_short(one) for one in value)
    if isinstance(value, str):
        return (_short(value),)
    return () if value is None else (value,)


def _told_apart(value: str | int | tuple[str, ...]) -> str | int | tuple[str, ...]:
    if isinstance(value, tuple):
        return tuple(_short(one) for one in value)
    return _short(value) if isinstance(value, str) else value


def _short(text: str) -> str:
    if len(text) <= LONGEST_KEPT:
        return text
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
