"""The account of a session: every nanosecond of it is recorded, idle, locked, masked or a gap, and counts once.

Where several hold, the one by which the least was recorded stands, in this order:

    gap       what was not recorded, and why; of several gaps at once the widest: "everything", the screen, one
              screen, dropped events, the input, the rest
    masked    areas of the screen, or what was typed, are not recorded, by policy
    locked    the screen was locked
    idle      the operator did nothing
    recorded  everything else

Events may come in any order, late ones too: the account is a function of the set of events and of the end.
`Covered` events are the account as the recorder told it; they make no rows of the operation log, where every gap, mask,
lock and idle time stands as a row of its own already.
"""

import enum
import heapq
import itertools
from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from recorder.agent_events import Covered, HiddenInput, MaskChanged, StorageState
from recorder.event import Event
from recorder.events import Gap, GapReason, IdleChanged, LockChanged, SourceStatus, StateRestated

EVERYTHING = "everything"
TEXT_ONLY = "text_only"  # the action of a `StorageState` in which no pictures are recorded
_RANKS = {EVERYTHING: 0, "screen": 1, "events": 3, "input": 4, "keyboard": 4, "pointer": 4}
_ONE_SCREEN_RANK, _OTHER_RANK = 2, 5
# Where these break down, the session itself is not recorded any more; what others would have told, the screen shows.
_COUNTED_SOURCES = frozenset({"screen", "keyboard", "pointer"})
# The recorder that follows knows nothing of what held before, and says anew what it finds.
_FORGETTING = frozenset({GapReason.RECORDER_DIED, GapReason.RECORDER_FROZEN, GapReason.OUT_OF_MEMORY})
_LONGEST_REASON = 200


class Coverage(enum.StrEnum):
    """What a moment of a session can be, from the most to the least recorded."""

    RECORDED = "recorded"
    IDLE = "idle"
    LOCKED = "locked"
    MASKED = "masked"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class CoverageEntry:
    """From `start_ns` to before `end_ns` the session was of this class. `reason` says why, of masks and gaps."""

    start_ns: int
    end_ns: int
    coverage: str
    reason: str = ""

    @property
    def length_ns(self) -> int:
        """How long it is."""
        return self.end_ns - self.start_ns

    def is_like(self, other: "CoverageEntry") -> bool:
        """Whether both are of the same class, for the same reason."""
        return (self.coverage, self.reason) == (other.coverage, other.reason)


@dataclass(frozen=True, slots=True, order=True)
class _Lack:
    """What was not recorded for a time; the least of several at once is the one that stands."""

    rank: int
    reason: str
    start_ns: int
    end_ns: int


class _Lacks:
    """Many of them, in order of their start."""

    def __init__(self) -> None:
        self._lacks: list[_Lack] = []
        self._longest_ns = 0

    def add(self, lack: _Lack) -> None:
        """One more; what has no length lacks nothing."""
        if lack.end_ns > lack.start_ns:
            insort(self._lacks, lack, key=lambda one: one.start_ns)
            self._longest_ns = max(self._longest_ns, lack.end_ns - lack.start_ns)

    def between(self, start_ns: int, end_ns: int) -> list[_Lack]:
        """Those that reach into this time, and a few that do not."""
        first = bisect_right(self._lacks, start_ns - self._longest_ns - 1, key=lambda one: one.start_ns)
        last = bisect_right(self._lacks, end_ns, key=lambda one: one.start_ns)
        return self._lacks[first:last]

    def forget(self, before_ns: int) -> None:
        """Nobody will ask about the time before this moment any more."""
        self._lacks = [one for one in self._lacks if one.end_ns > before_ns]
        self._longest_ns = max((one.end_ns - one.start_ns for one in self._lacks), default=0)


class _Track:
    """A state that holds from each of its points until the next; of two at the same moment the greater value stands."""

    def __init__(self) -> None:
        self._points: list[tuple[int, str]] = []

    def set(self, at_ns: int, value: str) -> bool:
        """From this moment on it has this value ("": it does not hold); whether that is another one than before."""
        was = self.value_at(at_ns)
        insort(self._points, (at_ns, value))
        return self.value_at(at_ns) != was

    def value_at(self, at_ns: int) -> str:
        """What holds at this moment."""
        place = bisect_right(self._points, at_ns, key=lambda point: point[0])
        return self._points[place - 1][1] if place else ""

    def changes(self, from_ns: int, to_ns: int) -> Iterator[int]:
        """Where it becomes another, between these moments."""
        value = self.value_at(from_ns)
        for at_ns, now in self._points[bisect_right(self._points, from_ns, key=lambda point: point[0]) :]:
            if at_ns >= to_ns:
                return
            if now != value:
                value = now
                yield at_ns

    def forget(self, before_ns: int) -> None:
        """Nobody will ask about the time before this moment any more."""
        place = bisect_right(self._points, before_ns, key=lambda point: point[0])
        del self._points[: max(0, place - 1)]


class SessionAccount:
    """Fed with a session's events in any order; `entries` says of every moment what it was."""

    def __init__(self) -> None:
        self._lacks, self._hidden, self._was_idle = _Lacks(), _Lacks(), _Lacks()
        self._locked, self._idle, self._mask = _Track(), _Track(), _Track()
        self._off = {name: _Track() for name in ("storage", *sorted(_COUNTED_SOURCES))}
        self._broken: set[tuple[str, int]] = set()
        self._failed: set[tuple[str, int]] = set()

    def feed(self, event: Event) -> tuple[int, ...]:
        """Take in one event; the moments at which the account may have become another one."""
        at_ns = event.at_ns
        match event:
            case Gap():
                return self._gap(event)
            case IdleChanged(idle=idle, since_ns=since_ns):
                # What is past is known, whoever tells it: that a recorder was replaced in between changes nothing.
                since_ns = min(since_ns, at_ns)
                self._was_idle.add(_Lack(0, Coverage.IDLE, since_ns, at_ns))
                self._idle.set(at_ns, Coverage.IDLE if idle else "")
                return (since_ns, at_ns)
            case LockChanged(locked=locked):
                return self._set(self._locked, at_ns, "locked" if locked else "")
            case StateRestated(locked=locked) if locked is not None:
                return self._set(self._locked, at_ns, "locked" if locked else "")
            case MaskChanged():
                return self._set(self._mask, at_ns, _mask_reason(event))
            case HiddenInput(end_ns=end_ns, why=why):
                self._hidden.add(_Lack(0, _short(f"hidden_input: {why}"), at_ns, end_ns))
                return (at_ns, max(at_ns, end_ns))
            case StorageState(action=action):
                lack = f"{GapReason.TEXT_ONLY}: screen" if action == TEXT_ONLY else ""
                return self._set(self._off["storage"], at_ns, lack)
            case SourceStatus(source=source) if source in _COUNTED_SOURCES:
                return self._source(event)
            case _:
                return ()

    def forget(self, before_ns: int) -> None:
        """Nobody will ask about the time before this moment any more."""
        self._lacks.forget(before_ns)
        self._hidden.forget(before_ns)
        self._was_idle.forget(before_ns)
        for track in self._tracks():
            track.forget(before_ns)
        self._broken = {one for one in self._broken if one[1] >= before_ns}
        self._failed = {one for one in self._failed if one[1] >= before_ns}

    def entries(self, start_ns: int, end_ns: int) -> list[CoverageEntry]:
        """The account from one moment to another: without a hole, none over another, none like the one before it."""
        if end_ns <= start_ns:
            return []
        lacks, hidden, idle = (known.between(start_ns, end_ns) for known in (self._lacks, self._hidden, self._was_idle))
        sweep, hidden_sweep, idle_sweep = _Sweep(lacks), _Sweep(hidden), _Sweep(idle)
        edges = {start_ns, end_ns}
        for lack in (*lacks, *hidden, *idle):
            edges.update(at_ns for at_ns in (lack.start_ns, lack.end_ns) if start_ns < at_ns < end_ns)
        for track in self._tracks():
            edges.update(track.changes(start_ns, end_ns))
        found: list[CoverageEntry] = []
        for left, right in itertools.pairwise(sorted(edges)):
            was_idle = idle_sweep.least_at(left) is not None
            entry = self._entry(left, right, sweep.least_at(left), hidden_sweep.least_at(left), was_idle=was_idle)
            if found and found[-1].is_like(entry):
                found[-1] = replace(found[-1], end_ns=right)
            else:
                found.append(entry)
        return found

    # --- inside -------------------------------------------------------------------------------------------------------

    def _tracks(self) -> tuple[_Track, ...]:
        return (self._idle, self._locked, self._mask, *self._off.values())

    def _set(self, track: _Track, at_ns: int, value: str) -> tuple[int, ...]:
        return (at_ns,) if track.set(at_ns, value) else ()

    def _gap(self, gap: Gap) -> tuple[int, ...]:
        end_ns = max(gap.at_ns, gap.end_ns)
        reason = gap.reason if gap.what == EVERYTHING else f"{gap.reason}: {gap.what}"
        self._lacks.add(_Lack(2 * _rank(gap.what), _short(reason), gap.at_ns, end_ns))
        if gap.reason in _FORGETTING:
            # What the last one said up to there; the next one may have said what it finds before the gap's end.
            forgotten_ns = min(gap.at_ns + 1, end_ns)
            for track in self._tracks():
                track.set(forgotten_ns, "")
        if gap.what in _COUNTED_SOURCES:
            self._failed.add((gap.what, end_ns))
            self._break(gap.what, end_ns)
        return (gap.at_ns, end_ns)

    def _source(self, event: SourceStatus) -> tuple[int, ...]:
        if event.working:
            return self._set(self._off[event.source], event.at_ns, "")
        self._broken.add((event.source, event.at_ns))
        self._break(event.source, event.at_ns)
        return (event.at_ns,)

    def _break(self, source: str, at_ns: int) -> None:
        """A source gives nothing from here on; one that is silent by policy says so without a gap."""
        is_failed = source == "screen" or (source, at_ns) in self._failed
        if is_failed and (source, at_ns) in self._broken:
            self._off[source].set(at_ns, f"{GapReason.SOURCE_FAILED}: {source}")

    def _entry(
        self, left: int, right: int, lack: _Lack | None, hidden: _Lack | None, *, was_idle: bool
    ) -> CoverageEntry:
        lack = min((one for one in (lack, *self._open_lacks(left)) if one is not None), default=None)
        if lack is not None:
            return CoverageEntry(left, right, Coverage.GAP, lack.reason)
        reason = self._mask.value_at(left) or (hidden.reason if hidden is not None else "")
        if reason:
            return CoverageEntry(left, right, Coverage.MASKED, reason)
        if self._locked.value_at(left):
            return CoverageEntry(left, right, Coverage.LOCKED)
        is_idle = was_idle or self._idle.value_at(left)
        return CoverageEntry(left, right, Coverage.IDLE if is_idle else Coverage.RECORDED)

    def _open_lacks(self, at_ns: int) -> Iterator[_Lack]:
        """What is not recorded while nobody knows yet until when; a gap that is over says better why."""
        for name, track in self._off.items():
            reason = track.value_at(at_ns)
            if reason:
                yield _Lack(2 * _rank("screen" if name == "storage" else name) + 1, reason, at_ns, at_ns)


class _Sweep:
    """Which of these, in order of their start, hold at a moment that only goes on."""

    def __init__(self, lacks: list[_Lack]) -> None:
        self._coming = lacks[::-1]
        self._here: list[_Lack] = []

    def least_at(self, at_ns: int) -> _Lack | None:
        """The one that stands at this moment."""
        while self._coming and self._coming[-1].start_ns <= at_ns:
            heapq.heappush(self._here, self._coming.pop())
        while self._here and self._here[0].end_ns <= at_ns:
            heapq.heappop(self._here)
        return self._here[0] if self._here else None


# --- the account as it was sealed -------------------------------------------------------------------------------------


class ToldAccount:
    """The entries that a recorder sealed, in the order it told them: a later one corrects what it overlaps."""

    def __init__(self) -> None:
        self.entries: list[CoverageEntry] = []

    def feed(self, event: Covered) -> None:
        """Take in one entry."""
        self.put(CoverageEntry(event.at_ns, event.end_ns, event.coverage, event.reason))

    def put(self, entry: CoverageEntry) -> None:
        """This is so, whatever was told of that time before."""
        if entry.end_ns <= entry.start_ns:
            return
        first = bisect_right(self.entries, entry.start_ns, key=lambda one: one.end_ns)
        last = bisect_right(self.entries, entry.end_ns - 1, key=lambda one: one.start_ns)
        kept = [part for one in self.entries[first:last] for part in _around(one, entry)]
        self.entries[first:last] = sorted([*kept, entry], key=lambda one: one.start_ns)

    def says(self, entry: CoverageEntry) -> bool:
        """Whether just that was told of this time."""
        said = self.within(entry.start_ns, entry.end_ns)
        return all(one.is_like(entry) for one in said) and sum(one.length_ns for one in said) == entry.length_ns

    def begins_ns(self, otherwise_ns: int) -> int:
        """Where the first entry begins; `otherwise_ns` if nothing was told."""
        return self.entries[0].start_ns if self.entries else otherwise_ns

    def forget(self, before_ns: int) -> None:
        """Nobody will ask about the time before this moment any more."""
        del self.entries[: bisect_right(self.entries, before_ns, key=lambda one: one.end_ns)]

    def within(self, start_ns: int, end_ns: int) -> list[CoverageEntry]:
        """What was told of this time, cut at its ends; there may be holes."""
        first = bisect_right(self.entries, start_ns, key=lambda one: one.end_ns)
        last = bisect_right(self.entries, end_ns, key=lambda one: one.start_ns)
        return clipped(self.entries[first:last], start_ns, end_ns)


def clipped(entries: Iterable[CoverageEntry], start_ns: int, end_ns: int) -> list[CoverageEntry]:
    """What of these lies between two moments."""
    cut = (replace(one, start_ns=max(one.start_ns, start_ns), end_ns=min(one.end_ns, end_ns)) for one in entries)
    return [one for one in cut if one.end_ns > one.start_ns]


def totals_ns(entries: Iterable[CoverageEntry]) -> dict[str, int]:
    """How long each class was, all of `Coverage` among them."""
    totals = {str(one.value): 0 for one in Coverage}
    for entry in entries:
        totals[entry.coverage] = totals.get(entry.coverage, 0) + entry.length_ns
    return totals


def reasons_ns(entries: Iterable[CoverageEntry], coverage: str) -> dict[str, int]:
    """How long the session was of this class for each reason, the longest first."""
    totals: dict[str, int] = {}
    for entry in entries:
        if entry.coverage == coverage:
            totals[entry.reason] = totals.get(entry.reason, 0) + entry.length_ns
    return dict(sorted(totals.items(), key=lambda item: (-item[1], item[0])))


def _around(one: CoverageEntry, middle: CoverageEntry) -> Iterator[CoverageEntry]:
    if one.start_ns < middle.start_ns:
        yield replace(one, end_ns=middle.start_ns)
    if one.end_ns > middle.end_ns:
        yield replace(one, start_ns=middle.end_ns)


def _rank(what: str) -> int:
    if what.startswith("screen "):
        return _ONE_SCREEN_RANK
    return _RANKS.get(what, _OTHER_RANK)


def _mask_reason(event: MaskChanged) -> str:
    if not event.areas:
        return ""
    reasons = ", ".join(sorted({area.reason for area in event.areas if area.reason}))
    return _short(reasons) or "policy"


def _short(reason: str) -> str:
    return reason[:_LONGEST_REASON]
