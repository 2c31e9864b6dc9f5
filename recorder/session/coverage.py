"""Tells the account of a session while it is recorded: an entry for each stretch, once it is over or a segment begins.

Some things are known late: that the operator is idle, a minute after it began; that the machine slept, when it is
awake. So what is told waits for `SETTLE_NS`; what is known later still is told again, and the later entry holds.
"""

import heapq
from collections.abc import Iterable

from recorder.agent_events import Covered
from recorder.clock import NS_PER_S
from recorder.coverage import CoverageEntry, SessionAccount, ToldAccount
from recorder.events import Event

SETTLE_NS = 75 * NS_PER_S
KEPT_NS = 3600 * NS_PER_S  # how far back, from what was told last, an entry can still be told anew


class CoverageTeller:
    """Follows the events that are sealed; gives the entries to seal with them. Owned by the session's writing thread.

    The account begins with the first event: a recorder that goes on where another one died tells of its own time, and
    of the gap between them. What the other one had not told yet, a reader computes from the events.
    """

    def __init__(self) -> None:
        self._account = SessionAccount()
        self._told = ToldAccount()
        self._told_to_ns: int | None = None
        self._moments: list[int] = []  # at which something became another, and which were not looked at since

    def follow(self, events: Iterable[Event]) -> None:
        """Take in what is sealed now."""
        for event in events:
            if self._told_to_ns is None:
                self._told_to_ns = max(0, event.at_ns)
            for at_ns in self._account.feed(event):
                heapq.heappush(self._moments, at_ns)

    def due(self, now_ns: int) -> list[Covered]:
        """The entries that are over, and settled."""
        horizon_ns = now_ns - SETTLE_NS
        if not self._moments or self._moments[0] >= horizon_ns:
            return []
        return self._tell(horizon_ns, and_the_open_one=False)

    def so_far(self, now_ns: int) -> list[Covered]:
        """Everything that is settled, for the head of a segment: a recorder that is killed then has told that much."""
        return self._tell(now_ns - SETTLE_NS, and_the_open_one=True)

    def rest(self, end_ns: int) -> list[Covered]:
        """Everything up to the session's end."""
        return self._tell(end_ns, and_the_open_one=True)

    def _tell(self, until_ns: int, *, and_the_open_one: bool) -> list[Covered]:
        told_to_ns = self._told_to_ns
        if told_to_ns is None:
            return []
        changed_ns = told_to_ns
        while self._moments and self._moments[0] < until_ns:
            changed_ns = min(changed_ns, heapq.heappop(self._moments))
        entries = self._corrections(changed_ns, told_to_ns)
        if until_ns > told_to_ns:
            fresh = self._account.entries(told_to_ns, until_ns)
            entries += fresh if and_the_open_one else fresh[:-1]
            self._told_to_ns = until_ns if and_the_open_one else fresh[-1].start_ns
        for entry in entries:
            self._told.put(entry)
        self._account.forget(told_to_ns - KEPT_NS)
        self._told.forget(told_to_ns - KEPT_NS)
        return [Covered(one.start_ns, one.end_ns, one.coverage, one.reason) for one in entries]

    def _corrections(self, changed_ns: int, told_to_ns: int) -> list[CoverageEntry]:
        """What was told, and is known better now."""
        since_ns = max(changed_ns, told_to_ns - KEPT_NS, self._told.begins_ns(told_to_ns))
        return [one for one in self._account.entries(since_ns, told_to_ns) if not self._told.says(one)]
