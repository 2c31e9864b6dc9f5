"""The account of a recording: what its recorder sealed of it, what is computed for the rest, and what is lost since."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from player.source import Span
from recorder.agent_events import Covered
from recorder.coverage import (
    Coverage,
    CoverageEntry,
    SessionAccount,
    ToldAccount,
    clipped,
    reasons_ns,
    totals_ns,
)
from recorder.event import Event
from recorder.events import SessionEnded

LOST = frozenset({"altered", "missing", "unreadable"})
SILENT = "silent"  # between two segments nobody recorded, and nobody says why
SILENT_FROM_NS = 15_000_000_000  # three heartbeats: a recorder that lives seals something sooner


@dataclass(frozen=True, slots=True)
class Account:
    """Every nanosecond of a session, once: `entries` follow each other without a hole from 0 to `length_ns`.

    That of a part of a session begins where the part does, and is as long.

    `computed_ns` of it were computed from the events: the recorder was killed before it told them, or never tells.
    In `differing_ns` what the recorder sealed is not what its own events say; its word stands in `entries`.
    """

    entries: tuple[CoverageEntry, ...] = ()
    length_ns: int = 0
    computed_ns: int = 0
    differing_ns: int = 0

    @property
    def sealed_ns(self) -> int:
        """How much of it the recorder told and sealed, and is not lost since."""
        return self.length_ns - self.computed_ns - self.lost_ns

    @property
    def lost_ns(self) -> int:
        """How much was recorded and is not to be had any more, or cannot be trusted."""
        return sum(one.length_ns for one in self.entries if one.coverage == Coverage.GAP and one.reason in LOST)

    def totals_ns(self) -> dict[str, int]:
        """How long each class was; together the session's length."""
        return totals_ns(self.entries)

    def reasons_ns(self, coverage: str) -> dict[str, int]:
        """How long the session was of this class for each reason."""
        return reasons_ns(self.entries, coverage)

    def at(self, at_ns: int) -> CoverageEntry | None:
        """What this moment was."""
        return next((one for one in self.entries if one.start_ns <= at_ns < one.end_ns), None)


class AccountReader:
    """Takes in the events of a recording in their order, and what was found out about it besides."""

    def __init__(self) -> None:
        self._computed = SessionAccount()
        self._told = ToldAccount()
        self._silences: list[tuple[int, int]] = []
        self._ended_ns: int | None = None
        self._version = 0
        self._made: tuple[object, Account] | None = None

    def feed(self, event: Event) -> None:
        """Take in one event."""
        if isinstance(event, Covered):
            self._told.feed(event)
        elif isinstance(event, SessionEnded):
            self._ended_ns = event.at_ns
        elif not self._computed.feed(event):
            return
        self._version += 1

    def take_silence(self, start_ns: int, end_ns: int) -> None:
        """Between these moments there is no segment."""
        if end_ns - start_ns >= SILENT_FROM_NS:
            self._silences.append((start_ns, end_ns))
            self._version += 1

    def account(self, reached_ns: int, spans: Sequence[Span]) -> Account:
        """The account up to here, or to the session's end if that was read; the same object while it is the same."""
        known = (self._version, reached_ns, spans)
        if self._made is None or self._made[0] != known:
            length_ns = reached_ns if self._ended_ns is None else self._ended_ns
            self._made = known, self._account(0, max(0, length_ns), spans)
        return self._made[1]

    def account_of(self, start_ns: int, end_ns: int, spans: Sequence[Span]) -> Account:
        """The account of a part of it; its moments stay those of the whole."""
        end_ns = end_ns if self._ended_ns is None else min(end_ns, self._ended_ns)
        return self._account(start_ns, max(start_ns, end_ns), spans)

    def _account(self, start_ns: int, end_ns: int, spans: Sequence[Span]) -> Account:
        computed, whole = ToldAccount(), ToldAccount()
        computed.entries = self._computed.entries(start_ns, end_ns)
        for silent in clipped(self._silent(), start_ns, end_ns):
            computed.put(silent)
        whole.entries = list(computed.entries)
        for told in self._told.within(start_ns, end_ns):
            whole.put(told)
        gone = ToldAccount()
        for span in (one for one in spans if one.kind in LOST):
            entry = CoverageEntry(max(start_ns, span.start_ns), min(span.end_ns, end_ns), Coverage.GAP, span.kind)
            for one in (computed, whole, gone):
                one.put(entry)
        length_ns = end_ns - start_ns
        told_ns = sum(one.length_ns for one in self._told.within(start_ns, end_ns))
        both_ns = sum(part.length_ns for one in gone.entries for part in self._told.within(one.start_ns, one.end_ns))
        lost_ns = sum(one.length_ns for one in gone.entries)
        return Account(
            entries=tuple(joined(whole.entries)),
            length_ns=length_ns,
            computed_ns=length_ns - lost_ns - (told_ns - both_ns),
            differing_ns=differing_ns(whole.entries, computed.entries),
        )

    def _silent(self) -> Iterator[CoverageEntry]:
        """What no gap of everything explains of the times without a segment, as far as no recorder is silent so long.

        Up to where such a gap begins the recorder lived and had nothing to seal: whoever goes on says so.
        """
        for start_ns, end_ns in self._silences:
            entries = self._computed.entries(start_ns, end_ns)
            unexplained = [
                CoverageEntry(one.start_ns, one.end_ns, Coverage.GAP, SILENT) for one in entries if not _is_whole(one)
            ]
            yield from (one for one in joined(unexplained) if one.length_ns >= SILENT_FROM_NS)


def _is_whole(entry: CoverageEntry) -> bool:
    """Whether nothing at all was recorded, and it is said why."""
    return entry.coverage == Coverage.GAP and ": " not in entry.reason


def joined(entries: Iterable[CoverageEntry]) -> list[CoverageEntry]:
    """Those that are alike and follow each other as one."""
    found: list[CoverageEntry] = []
    for entry in entries:
        if found and found[-1].is_like(entry) and found[-1].end_ns == entry.start_ns:
            entry = CoverageEntry(found.pop().start_ns, entry.end_ns, entry.coverage, entry.reason)
        found.append(entry)
    return found


def differing_ns(some: Sequence[CoverageEntry], others: Sequence[CoverageEntry]) -> int:
    """How long two accounts of the same time say different things."""
    edges = sorted({at_ns for one in (*some, *others) for at_ns in (one.start_ns, one.end_ns)})
    differing, first, second = 0, 0, 0
    for left, right in itertools.pairwise(edges):
        while some[first].end_ns <= left:
            first += 1
        while others[second].end_ns <= left:
            second += 1
        if not some[first].is_like(others[second]):
            differing += right - left
    return differing
