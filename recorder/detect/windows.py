"""What correlations remember: a bounded number of hits, each for a bounded time."""

from abc import ABC, abstractmethod
from collections import OrderedDict, deque
from collections.abc import Iterable

from recorder.detect.observation import FieldValue, Observation
from recorder.detect.rule import Correlation, Relation
from recorder.events import FiredBy

MOST_GROUPS = 1_000
Group = tuple[FieldValue, ...]


class _Window(ABC):
    """The hits of one group that may still become an alert."""

    def __init__(self, asked: Correlation) -> None:
        self._asked = asked

    @abstractmethod
    def take(self, places: frozenset[int], seen: Observation) -> tuple[FiredBy, ...] | None:
        """One more hit, of the rules at these places; the rows of an alert, if it makes one."""

    @abstractmethod
    def holds_since(self) -> int | None:
        """When the youngest of its hits was; None if it holds none."""


class _Counted(_Window):
    """`at_least` hits. After an alert it counts from zero."""

    def __init__(self, asked: Correlation) -> None:
        super().__init__(asked)
        self._hits: deque[tuple[int, FiredBy]] = deque(maxlen=asked.at_least)

    def take(self, places: frozenset[int], seen: Observation) -> tuple[FiredBy, ...] | None:
        self._hits.append((seen.at_ns, seen.row))
        while self._hits and self._hits[0][0] < seen.at_ns - self._asked.within_ns:
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

    def take(self, places: frozenset[int], seen: Observation) -> tuple[FiredBy, ...] | None:
        assert self._asked.field is not None
        for value in _each(seen.value(self._asked.field)):
            self._latest[value] = (seen.at_ns, seen.row)
            self._latest.move_to_end(value)
            while next(iter(self._latest.values()))[0] < seen.at_ns - self._asked.within_ns:
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

    def take(self, places: frozenset[int], seen: Observation) -> tuple[FiredBy, ...] | None:
        for place in places:
            self._latest[place] = (seen.at_ns, seen.row)
        since_ns = seen.at_ns - self._asked.within_ns
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

    def take(self, places: frozenset[int], seen: Observation) -> tuple[FiredBy, ...] | None:
        since_ns, hit = seen.at_ns - self._asked.within_ns, (seen.at_ns, seen.row)
        for step in reversed(range(len(self._chains))):  # backwards: one thing that happens is one step
            if self._asked.of[step] not in places:
                continue
            before = self._chains[step - 1] if step else ()
            if step == 0 or (before and before[0][0] >= since_ns):
                self._chains[step] = (*before, hit)
                if step == len(self._chains) - 1:
                    self._chains = [()] * len(self._chains)
                    return tuple(row for _, row in (*before, hit))
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

    def take(self, places: Iterable[int], seen: Observation) -> tuple[FiredBy, ...] | None:
        """One observation that the rules at these places match; the rows of an alert, if it makes one.

        What lacks a field that is grouped by belongs to no group: two things that are not known are not the same.
        """
        mine = self._of.intersection(places)
        group = tuple(seen.value(name) for name in self._asked.by)
        if not mine or None in group:
            return None
        window = self._groups.get(group)
        if window is None:
            window = self._groups[group] = _WINDOWS[self._asked.relation](self._asked)
            if len(self._groups) > MOST_GROUPS:
                self._forget(seen.at_ns)
        self._groups.move_to_end(group)
        return window.take(mine, seen)

    def _forget(self, now_ns: int) -> None:
        _, window = self._groups.popitem(last=False)
        since = window.holds_since()
        if since is not None and since >= now_ns - self._asked.within_ns:
            self.forgotten += 1


def _each(value: FieldValue) -> tuple[str | int, ...]:
    if isinstance(value, tuple):
        return value
    return () if value is None else (value,)
