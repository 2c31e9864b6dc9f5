"""One screen's pictures within one segment: found at any moment, and decoded onward while it plays."""

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass

from player.decoding import StepFailedError, TrackDecoding, Work
from player.source import Picture, Span
from player.worker.wire import How, Step
from recorder.codec.errors import DamagedPictureError, IntegrityMismatchError
from recorder.codec.wire import run_of
from recorder.errors import WorldError
from recorder.events import Patch, Snapshot

# Starting at a snapshot costs about as much as applying so many patches: its hash, and a full picture painted.
_START_COSTS_PATCHES = 12


@dataclass(frozen=True, slots=True)
class _Dark:
    """From this moment until the entry `until`, the picture is not known: what came between is lost."""

    start_ns: int
    until: int


class ScreenTrack:
    """The patches and snapshots of a screen in their order, with what is missing between them.

    A picture is only shown if an unbroken chain leads to it from a full patch, or from a snapshot whose hash it meets.
    """

    def __init__(self, screen: int, decoding: TrackDecoding) -> None:
        self.screen = screen
        self._decoding = decoding
        self._damage: list[tuple[int, int, str, str]] = []  # entries from, to, kind, why: met while decoding
        self._times_ns: list[int] = []
        self._events: list[Patch | Snapshot] = []
        self._starts: list[int] = []  # entries at which decoding can begin
        self._breaks: list[int] = []  # entries that do not follow from the one before
        self._fulls: list[int] = []  # a few of them, mostly one
        self._runs: list[int] = []  # entries that follow another full patch than the one before; it may be lost
        self._run_number = -1  # of the last
        self._is_after_hole = True
        self._checked: set[int] = set()  # snapshots whose hash was met
        self._dark: list[_Dark] = []
        self._distrusted: list[tuple[int, int]] = []  # entries from, to before: decoded, but not to what was recorded
        self._at = -1  # the entry that the decoder stands at
        self._picture: Picture | None = None

    def __len__(self) -> int:
        return len(self._events)

    def add(self, event: Patch | Snapshot) -> None:
        """Append what was recorded next."""
        place = len(self._events)
        self._times_ns.append(max(event.at_ns, self._times_ns[-1]) if self._times_ns else event.at_ns)
        self._events.append(event)
        self._look_for_run(place, event)
        if isinstance(event, Snapshot):
            self._starts.append(place)
            return
        if event.kind == "full":
            self._starts.append(place)
            self._fulls.append(place)

    def tell_ahead(self, coming: Sequence[Patch | Snapshot] = ()) -> None:
        """Let the decoder know what came of the last run, so that it can begin. `coming`: what will be asked for."""
        if self._runs and self._decoding.is_ready:
            first = self._runs[-1]
            since = max(first, self._decoding.known_of(first) + 1)
            is_of_run = bool(coming) and self._run_of(coming[0]) == self._run_number
            self._decoding.expect(first, self._patches(since, len(self._events)), coming if is_of_run else ())

    def _look_for_run(self, place: int, event: Patch | Snapshot) -> None:
        """A full patch may be lost: what follows it has other tiles by the same ids than what came before."""
        is_full = isinstance(event, Patch) and event.kind == "full"
        if is_full or self._is_after_hole:
            self._is_after_hole = False
            run = self._run_of(event)
            if is_full or run != self._run_number or not self._runs:
                self._runs.append(place)
            self._run_number = run

    def _run_of(self, event: Patch | Snapshot) -> int:
        try:
            return run_of(event.data)
        except DamagedPictureError:
            return self._run_number  # decoding it says so

    def add_hole(self, last_sound_ns: int) -> None:
        """What came next is lost; the last that is known held until `last_sound_ns`."""
        self._is_after_hole = True
        place = len(self._events)
        if place not in self._breaks:
            insort(self._breaks, place)
        self._dark.append(_Dark(last_sound_ns, place))

    def picture_at(self, at_ns: int) -> Picture | None:
        """The picture then; None if none is here yet, or none that is sound."""
        place = bisect_right(self._times_ns, at_ns) - 1
        if place < 0 or self._is_dark(place, at_ns) or not self._reach(place):
            return None
        if any(start <= place < end for start, end in self._distrusted):
            return None
        return self._picture

    def damage(self, reached_ns: int) -> list[Span]:
        """What was met while decoding: from each damage to the next picture that stands alone, else to what is read."""
        spans = []
        for first, last, kind, why in self._damage:
            following = self._next_start(last)
            end_ns = self._times_ns[following] if following < len(self._events) else reached_ns
            start_ns = self._times_ns[first]
            spans.append(Span(start_ns, max(start_ns, end_ns), kind, why))
        return spans

    def has_begun(self, at_ns: int) -> bool:
        """Whether anything was recorded of the screen up to this moment."""
        return bool(self._times_ns) and self._times_ns[0] <= at_ns

    def release(self) -> None:
        """Let go of what is decoded; the events stay."""
        self._decoding.forget()
        self._picture, self._at = None, -1

    # --- the chain ----------------------------------------------------------------------------------------------------

    def _is_dark(self, place: int, at_ns: int) -> bool:
        return any(dark.start_ns < at_ns and place < dark.until for dark in self._dark)

    def _reach(self, place: int) -> bool:
        """Have this entry's picture; False if no unbroken chain leads there."""
        while True:
            if not self._decoding.stands:  # the worker is another than the one that decoded it
                self._at = -1
            last_break = bisect_right(self._breaks, place) - 1
            chain_start = self._breaks[last_break] if last_break >= 0 else 0
            start = self._start_for(place, chain_start)
            if start is None:
                return False
            if self._run(start, place) and self._take(place):
                return True

    def _start_for(self, place: int, chain_start: int) -> int | None:
        """Where to begin: the nearest start, or the entry after the one the decoder stands at."""
        index = bisect_right(self._starts, place) - 1
        start = self._starts[index] if index >= 0 and self._starts[index] >= chain_start else None
        if self._at < 0 or not chain_start <= self._at <= place:
            return start
        is_nearer = start is None or place - self._at <= place - start + _START_COSTS_PATCHES
        return self._at + 1 if is_nearer else start

    def _run(self, start: int, place: int) -> bool:
        """Apply the entries from `start` to `place`; False if it did not come so far. Damage is remembered."""
        steps = [
            self._step(at, is_first=at == start) for at in range(start, place + 1) if not self._is_passed(at, start)
        ]
        done = 0
        while done < len(steps):
            first, end = self._run_at(steps[done][0].place)
            here = [work for work in steps[done:] if work[0].place < end]
            try:
                self._decoding.do(first, self._patches(first, end), here)
            except StepFailedError as error:
                self._fail(here[error.done][0], error)
                return False
            self._checked.update(work[0].place for work in here if isinstance(work[1], Snapshot))
            if any(work[0].how is not How.CHECK for work in here):
                self._picture = None
            done += len(here)
        self._at = place
        return True

    def _is_passed(self, at: int, start: int) -> bool:
        """Whether there is nothing to do for this entry: a snapshot that is known to be of this picture."""
        return at in self._checked and (at > start or self._follows(at))

    def _step(self, at: int, *, is_first: bool) -> Work:
        event = self._events[at]
        follows = not is_first or self._follows(at)
        if isinstance(event, Snapshot):
            return Step(How.CHECK if follows else How.START, at, event), event
        return Step(How.FOLLOW if follows and at not in self._fulls else How.BEGIN, at), event

    def _follows(self, at: int) -> bool:
        return self._at >= 0 and self._at == at - 1

    def _fail(self, step: Step, error: StepFailedError) -> None:
        """Remember what was met at this entry, unless another worker is to try it again."""
        self._picture, self._at = None, -1
        if not error.try_again:
            self._remember_damage(step.place, error.error, was_followed=step.how in (How.FOLLOW, How.CHECK))

    def _remember_damage(self, at: int, error: WorldError, *, was_followed: bool) -> None:
        since = at
        if isinstance(error, IntegrityMismatchError) and was_followed:
            # What was decoded since the last picture that was checked is not what was recorded.
            index = bisect_right(self._starts, at - 1) - 1
            since = self._starts[index] + 1 if index >= 0 else 0
            self._distrusted.append((since, at))
        elif at in self._starts:
            self._starts.remove(at)
        if at not in self._breaks:
            insort(self._breaks, at)
        kind = _kind_of(error)
        if not any(first <= since and at <= last for first, last, *_ in self._damage):
            self._damage.append((since, at, kind, str(error)))

    def _next_start(self, at: int) -> int:
        index = bisect_right(self._starts, at)
        return self._starts[index] if index < len(self._starts) else len(self._events)

    def _take(self, place: int) -> bool:
        """Have the picture that the decoder stands at."""
        if self._picture is None:
            try:
                decoded = self._decoding.picture()
            except StepFailedError as error:
                self._fail(Step(How.FOLLOW, place), error)
                return False
            at_ns = self._times_ns[self._last_change()]
            self._picture = Picture(self.screen, at_ns, decoded.bgr, decoded.exact, decoded.film)
        return True

    def _last_change(self) -> int:
        """The entry that made the picture what it is: snapshots change nothing."""
        at = self._at
        while at > 0 and isinstance(self._events[at], Snapshot) and at not in self._breaks:
            at -= 1
        return at

    # --- runs ---------------------------------------------------------------------------------------------------------

    def _run_at(self, at: int) -> tuple[int, int]:
        """Where the run of this entry begins, and where the next does."""
        index = bisect_right(self._runs, at)
        return self._runs[index - 1], self._runs[index] if index < len(self._runs) else len(self._events)

    def _patches(self, first: int, end: int) -> list[tuple[int, Patch]]:
        """All that a run brought, so that any of its snapshots can be started from."""
        events = enumerate(self._events[first:end], first)
        return [(place, event) for place, event in events if isinstance(event, Patch)]


def _kind_of(error: WorldError) -> str:
    """What was sealed undecodable was not altered since, it is lost; a hash that is not met is another matter."""
    if isinstance(error, IntegrityMismatchError):
        return "altered"
    return "missing" if isinstance(error, DamagedPictureError) else "unreadable"
