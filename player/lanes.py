"""The lanes of the timeline: what is laid out where, gathered, found under a point, stepped through, selected.

Columns of numbers in, columns of pixels out. What is laid out depends on how wide the axis is and not on how much
there is: every pixel asks the sorted columns once, so a million marks cost what a thousand do.
"""

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from player.timeline import Axis, Times, time_at, x_at

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
GRIP_PX = 6.0
LAST_NS = 2**63 - 1


class Lane(Enum):
    """A lane, from the top down."""

    SCREEN = "screen"
    INPUT = "input"
    WINDOWS = "windows"
    TYPING = "typing"
    COMMANDS = "commands"
    ALERTS = "alerts"
    BOOKMARKS = "bookmarks"
    HITS = "hits"
    EVIDENCE = "evidence"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Marks:
    """What lies in a lane, in order of its start; an instant ends where it starts.

    `values` says how much or which (a severity), `texts` the place of its words among those of all lanes, -1: none.
    `reach_ns` is how far it reaches with all that began before: in order as well. `mark_columns` makes it.
    """

    starts_ns: Times
    ends_ns: Times
    values: Ints
    texts: Ints
    reach_ns: Times

    def __len__(self) -> int:
        return len(self.starts_ns)


@dataclass(frozen=True, slots=True)
class Strip:
    """What holds from each start until the next one (windows). `values` names it, -1: nothing.

    `turns` counts, up to each, how often the value changed: whether a range holds one value only is a subtraction.
    """

    starts_ns: Times
    values: Ints
    texts: Ints
    turns: Ints

    def __len__(self) -> int:
        return len(self.starts_ns)


@dataclass(frozen=True, slots=True)
class Clusters:
    """Marks that fall on the same place, as one: where, how many, the first of them, the highest of their values."""

    x_px: npt.NDArray[np.float64]
    counts: Ints
    firsts: Ints
    highest: Ints

    def __len__(self) -> int:
        return len(self.x_px)


@dataclass(frozen=True, slots=True)
class Runs:
    """Pixels that are covered without a break: from which (to before which), by how many marks, the first of them."""

    left_px: Ints
    right_px: Ints
    counts: Ints
    firsts: Ints

    def __len__(self) -> int:
        return len(self.left_px)


@dataclass(frozen=True, slots=True)
class Blocks:
    """Pixels in a strip that hold the same. `is_mixed`: more than that was there in each of them, too short to show.

    `firsts` and `lasts` are the places in the strip of what begins and what ends the block.
    """

    left_px: Ints
    right_px: Ints
    values: Ints
    is_mixed: Flags
    firsts: Ints
    lasts: Ints

    def __len__(self) -> int:
        return len(self.left_px)


@dataclass(frozen=True, slots=True)
class Under:
    """What lies under a point: how many marks, and the place of the one that is nearest."""

    count: int
    nearest: int


@dataclass(frozen=True, slots=True)
class Range:
    """A part of the session that was selected."""

    start_ns: int
    end_ns: int

    @property
    def length_ns(self) -> int:
        """How long it is."""
        return self.end_ns - self.start_ns


@dataclass(frozen=True, slots=True)
class Place:
    """Where a lane lies in the view. A lane that `is_empty` has no room."""

    lane: Lane
    top_px: int
    height_px: int
    is_empty: bool

    @property
    def bottom_px(self) -> int:
        """The first pixel below it."""
        return self.top_px + self.height_px


# --- columns ----------------------------------------------------------------------------------------------------------


def mark_columns(starts_ns: Times, ends_ns: Times, values: Ints | None = None, texts: Ints | None = None) -> Marks:
    """Marks of these columns, put in order if they are not; an end before its start is its start."""
    values = np.zeros(len(starts_ns), np.int64) if values is None else values
    texts = np.full(len(starts_ns), -1, np.int64) if texts is None else texts
    if np.any(np.diff(starts_ns) < 0):
        order = np.argsort(starts_ns, kind="stable")
        starts_ns, ends_ns, values, texts = starts_ns[order], ends_ns[order], values[order], texts[order]
    ends_ns = np.maximum(starts_ns, ends_ns)
    return Marks(starts_ns, ends_ns, values, texts, np.maximum.accumulate(ends_ns))


def no_marks() -> Marks:
    """An empty lane."""
    none = np.empty(0, np.int64)
    return Marks(none, none, none, none, none)


def instants(times_ns: Times) -> Marks:
    """Marks that have no length, in order of time."""
    return mark_columns(times_ns, times_ns)


def strip_columns(starts_ns: Times, values: Ints, texts: Ints) -> Strip:
    """A strip of these columns, in order of time."""
    turns = np.concatenate((np.zeros(min(1, len(values)), np.int64), np.cumsum(values[1:] != values[:-1])))
    return Strip(starts_ns, values, texts, turns)


def no_strip() -> Strip:
    """A strip of which nothing is known."""
    none = np.empty(0, np.int64)
    return Strip(none, none, none, none)


# --- layout -----------------------------------------------------------------------------------------------------------


def clusters(axis: Axis, marks: Marks, *, cell_px: float = 1.0) -> Clusters:
    """The marks by where they begin, those within the same `cell_px` as one.

    The cells stand still in time while the axis is panned, so that nothing flickers.
    """
    length_ns = axis.end_ns - axis.start_ns
    none = np.empty(0, np.int64)
    if length_ns <= 0 or axis.width_px <= 0 or not len(marks):
        return Clusters(np.empty(0), none, none, none)
    cell_ns = max(1, round(cell_px * length_ns / axis.width_px))
    first, last = axis.start_ns // cell_ns, axis.end_ns // cell_ns
    edges = np.arange(first, last + 2, dtype=np.int64) * cell_ns
    edges = np.clip(edges, axis.start_ns, axis.end_ns + 1)
    places = np.searchsorted(marks.starts_ns, edges)
    counts = np.diff(places)
    filled = np.flatnonzero(counts)
    firsts = places[filled]
    highest = np.maximum.reduceat(marks.values[: places[-1]], firsts) if len(firsts) else none
    x_px = (marks.starts_ns[firsts] - axis.start_ns).astype(np.float64) * (axis.width_px / length_ns)
    return Clusters(np.minimum(x_px, axis.width_px), counts[filled], firsts, highest)


def signs(axis: Axis, marks: Marks, *, apart_px: float) -> Clusters:
    """As `clusters`, and those whose signs would still cover each other are one too."""
    found = clusters(axis, marks, cell_px=apart_px)
    starts: list[int] = []
    for cluster, x_px in enumerate(found.x_px.tolist()):  # no more than there is room for
        if not starts or x_px - found.x_px[starts[-1]] >= apart_px:
            starts.append(cluster)
    if len(starts) == len(found):
        return found
    return Clusters(
        found.x_px[starts],
        np.add.reduceat(found.counts, starts),
        found.firsts[starts],
        np.maximum.reduceat(found.highest, starts),
    )


def runs(axis: Axis, marks: Marks) -> Runs:
    """The pixels that the marks cover, those beside each other as one; whatever is there covers at least a pixel."""
    none = np.empty(0, np.int64)
    edges = _pixel_edges(axis)
    if edges is None or not len(marks):
        return Runs(none, none, none, none)
    places = np.searchsorted(marks.starts_ns, edges)
    counts = np.diff(places)
    before = places[:-1] - 1  # the last mark that began before the pixel: it may reach into it
    reaches = (before >= 0) & (marks.reach_ns[np.maximum(before, 0)] > edges[:-1])
    left, right = _stretches((counts > 0) | reaches)
    if not len(left):
        return Runs(none, none, none, none)
    begun = reaches[left].astype(np.int64)
    return Runs(left, right, places[right] - places[left] + begun, places[left] - begun)


def blocks(axis: Axis, strip: Strip, *, until_ns: int) -> Blocks:
    """What the strip holds at each pixel, equal ones beside each other as one; nothing after `until_ns`."""
    none = np.empty(0, np.int64)
    edges = _pixel_edges(axis)
    if edges is None or not len(strip):
        return Blocks(none, none, none, np.empty(0, np.bool_), none, none)
    firsts = np.searchsorted(strip.starts_ns, edges[:-1], side="right") - 1
    lasts = np.maximum(np.searchsorted(strip.starts_ns, edges[1:], side="left") - 1, firsts)
    middles = np.searchsorted(strip.starts_ns, (edges[:-1] + edges[1:]) // 2, side="right") - 1
    is_there = (lasts >= 0) & (edges[:-1] < until_ns)
    begins = np.maximum(firsts, 0)
    is_mixed = (strip.turns[np.maximum(lasts, 0)] != strip.turns[begins]) & is_there
    values = np.where(is_there, strip.values[np.clip(middles, begins, np.maximum(lasts, 0))], -1)
    cuts = np.flatnonzero((np.diff(values) != 0) | (np.diff(is_mixed.astype(np.int64)) != 0)) + 1
    left = np.concatenate((np.zeros(1, np.int64), cuts))
    right = np.concatenate((cuts, np.array([axis.width_px], np.int64)))
    shown = values[left] >= 0
    left, right = left[shown], right[shown]
    return Blocks(left, right, values[left], is_mixed[left], begins[left], lasts[right - 1])


def joints(axis: Axis, strip: Strip, *, apart_px: float) -> npt.NDArray[np.float64]:
    """Where one thing in the strip follows another, if there is room to see it: else nowhere."""
    first, last = np.searchsorted(strip.starts_ns, (axis.start_ns, axis.end_ns + 1))
    length_ns = axis.end_ns - axis.start_ns
    if length_ns <= 0 or (last - first) * apart_px > axis.width_px:
        return np.empty(0)
    return np.asarray((strip.starts_ns[first:last] - axis.start_ns) * (axis.width_px / length_ns))


def stacked(
    heights_px: dict[Lane, int], empty: frozenset[Lane], *, top_px: int, apart_px: int = 3
) -> tuple[Place, ...]:
    """The lanes one below the other; the empty ones take no room."""
    places = []
    for lane, height_px in heights_px.items():
        is_empty = lane in empty
        places.append(Place(lane, top_px, 0 if is_empty else height_px, is_empty))
        top_px += 0 if is_empty else height_px + apart_px
    return tuple(places)


# --- finding ----------------------------------------------------------------------------------------------------------


def under(axis: Axis, marks: Marks, x_px: float, *, reach_px: float = 3.0) -> Under | None:
    """What lies under this place, or so near that it is meant; None: nothing."""
    here = _here(axis, marks, x_px, reach_px)
    if not len(here):
        return None
    at_ns = time_at(axis, x_px)
    starts_ns, ends_ns = marks.starts_ns[here], marks.ends_ns[here]
    away = np.maximum(starts_ns - at_ns, 0) + np.maximum(at_ns - ends_ns, 0)
    # Of several that hold the moment the one that began last: it lies on top.
    nearest = len(here) - 1 - int(np.argmin(away[::-1]))
    return Under(len(here), int(here[nearest]))


def all_under(axis: Axis, marks: Marks, x_px: float, *, most: int, reach_px: float = 5.0) -> tuple[int, ...]:
    """The places of the marks under this place, in order, the gravest first if not all are given."""
    here = _here(axis, marks, x_px, reach_px)
    if len(here) > most:
        gravest = np.argsort(-marks.values[here], kind="stable")[:most]
        here = here[np.sort(gravest)]
    return tuple(here.tolist())


def _here(axis: Axis, marks: Marks, x_px: float, reach_px: float) -> Ints:
    if axis.width_px <= 0 or not len(marks):
        return np.empty(0, np.int64)
    reach_ns = round(reach_px * (axis.end_ns - axis.start_ns) / axis.width_px)
    at_ns = time_at(axis, x_px)
    first = int(np.searchsorted(marks.reach_ns, at_ns - reach_ns))
    last = int(np.searchsorted(marks.starts_ns, at_ns + reach_ns, side="right"))
    return np.asarray(first + np.flatnonzero(marks.ends_ns[first:last] >= at_ns - reach_ns), np.int64)


def holds(strip: Strip, at_ns: int) -> int | None:
    """The place in the strip of what held at this moment; None: before all of it."""
    place = int(np.searchsorted(strip.starts_ns, at_ns, side="right")) - 1
    return place if place >= 0 else None


def neighbour(times_ns: Times, at_ns: int, direction: int, *, slack_ns: int = 0) -> int | None:
    """The next of these moments (in order) after this one, or with -1 the last before; None: there is none.

    While time passes, going back again and again must not stop at the same one: `slack_ns` is what it may have passed.
    """
    if direction > 0:
        place = int(np.searchsorted(times_ns, at_ns, side="right"))
        return int(times_ns[place]) if place < len(times_ns) else None
    place = int(np.searchsorted(times_ns, at_ns - slack_ns)) - 1
    return int(times_ns[place]) if place >= 0 else None


# --- selecting --------------------------------------------------------------------------------------------------------


def between(one_ns: int, other_ns: int, duration_ns: int) -> Range | None:
    """The range between two moments, whichever is first, within the recording; None if it has no length."""
    start_ns, end_ns = sorted(min(max(at_ns, 0), duration_ns) for at_ns in (one_ns, other_ns))
    return Range(start_ns, end_ns) if end_ns > start_ns else None


def started_at(chosen: Range | None, at_ns: int, duration_ns: int) -> Range | None:
    """The range with its start here; what ends before it reaches to the end of the recording."""
    end_ns = chosen.end_ns if chosen is not None and chosen.end_ns > at_ns else duration_ns
    return between(at_ns, end_ns, duration_ns)


def ended_at(chosen: Range | None, at_ns: int, duration_ns: int) -> Range | None:
    """The range with its end here; what begins after it begins with the recording."""
    start_ns = chosen.start_ns if chosen is not None and chosen.start_ns < at_ns else 0
    return between(start_ns, at_ns, duration_ns)


def grip_at(axis: Axis, chosen: Range | None, x_px: float) -> int | None:
    """The end of the range that stays when its other one, at this place, is dragged; None: neither is here."""
    if chosen is None:
        return None
    from_start, from_end = abs(x_at(axis, chosen.start_ns) - x_px), abs(x_at(axis, chosen.end_ns) - x_px)
    if min(from_start, from_end) > GRIP_PX:
        return None
    return chosen.end_ns if from_start < from_end else chosen.start_ns


# --- inside -----------------------------------------------------------------------------------------------------------


def _pixel_edges(axis: Axis) -> Times | None:
    """Where each pixel begins in time, and where the last one ends, which still holds the axis's own end."""
    length_ns = axis.end_ns - axis.start_ns
    if length_ns <= 0 or axis.width_px <= 0:
        return None
    edges = axis.start_ns + np.linspace(0, length_ns, axis.width_px + 1).astype(np.int64)
    edges[-1] = min(axis.end_ns + 1, LAST_NS)
    return edges


def _stretches(is_set: Flags) -> tuple[Ints, Ints]:
    """Where each unbroken stretch begins, and before which place it ends."""
    padded = np.concatenate((np.zeros(1, np.bool_), is_set, np.zeros(1, np.bool_))).astype(np.int8)
    turns = np.diff(padded)
    return np.flatnonzero(turns == 1).astype(np.int64), np.flatnonzero(turns == -1).astype(np.int64)
