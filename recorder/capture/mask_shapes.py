"""From the windows and the policy's rules to the areas that are masked: arithmetic, without a screen."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recorder.agent_events import MaskedArea
from recorder.capture.areas import few_areas
from recorder.capture.mask_rules import NOT_KNOWN_YET, FoundMask, MaskRules
from recorder.capture.shown_windows import Look, ShownWindow, visible_parts
from recorder.geometry import Rect

# What a window showed stays on the screen after it left, until who lies below has drawn: a busy program takes a while.
LINGER_S = 0.4
# A new window that says nothing of whose it is, or nothing in its title, is masked for so long, and not for ever.
UNKNOWN_S = 1.0
# A desktop has some dozens of windows. Where a program makes thousands, more than has to be is masked, and in time.
MOST_COVERS = 48
MOST_AREAS = 512


@dataclass(frozen=True, slots=True)
class Masks:
    """What is masked now. `rests_at_s` is when, if nothing moves, it will be less; None: it stays.

    `passed` are the places of masked windows since the look before that are theirs no more. `unknown` are windows that
    are masked because it is not known what they are, or were for a moment since then.
    """

    areas: tuple[MaskedArea, ...]
    rests_at_s: float | None
    passed: tuple[MaskedArea, ...] = ()
    unknown: tuple[ShownWindow, ...] = ()


def mask_shapes(
    rules: MaskRules,
    look: Look,
    times: Sequence[datetime.datetime],
    *,
    since_s: float,
    desktop: Rect,
    left: Sequence[MaskedArea],
) -> Masks:
    """The areas to mask in a picture that was taken between two looks, of which this is the second.

    Nobody knows when between them it was taken. So a rule masks if it does at one of the `times` (local, of both
    looks), and whatever lets something be shown - a cover that has rested, a new window that has had its time - must
    have done so at the first look already, which began at `since_s`. `left` are the places that masked windows left a
    moment ago.
    """
    found = _Finder(rules, times, since_s, (*look.windows, *look.passed))
    masked = [(window, mask) for window in look.windows for mask in found.of(window)]
    whole = {MaskedArea(_limited(window.area, mask), mask.reason) for window, mask in masked}
    passed = [MaskedArea(_limited(one.area, mask), mask.reason) for one in look.passed for mask in found.of(one)]
    moved = tuple(mask for mask in dict.fromkeys(passed) if mask not in whole)
    covers = _Covers(() if look.is_composited else look.windows, found, since_s)
    areas = [
        MaskedArea(part, mask.reason)
        for window, mask in masked
        for part in visible_parts(_limited(window.area, mask), covers.over(window))
    ]
    fixed = [
        MaskedArea(desktop if mask.limit is None else mask.limit, mask.reason)
        for local in times
        for mask in rules.areas(local)
    ]
    shown = _few([MaskedArea(mask.area.intersection(desktop), mask.reason) for mask in (*areas, *fixed)])
    traces = _traces((*left, *moved), desktop)
    everything = tuple(dict.fromkeys(mask for mask in (*shown, *traces) if not mask.area.is_empty))
    rests_at_s = min((*found.rests_at_s, *covers.rest_at_s), default=None)
    return Masks(everything, rests_at_s, moved, tuple(found.unknown.values()))


def _few(masks: Sequence[MaskedArea]) -> Sequence[MaskedArea]:
    """As they are, unless there are too many."""
    return masks if len(masks) <= MOST_AREAS else _joined(masks)


def _traces(masks: Sequence[MaskedArea], desktop: Rect) -> list[MaskedArea]:
    """Where windows were a moment ago, in few areas: one that is dragged leaves hundreds."""
    return _joined([MaskedArea(mask.area.intersection(desktop), mask.reason) for mask in masks])


def _joined(masks: Sequence[MaskedArea]) -> list[MaskedArea]:
    """Few areas of each reason that hold all of its areas."""
    by_reason: dict[str, list[Rect]] = {}
    for mask in masks:
        by_reason.setdefault(mask.reason, []).append(mask.area)
    return [MaskedArea(area, reason) for reason, areas in by_reason.items() for area in few_areas(areas)]


class _Finder:
    """Which rules mask a window, by itself or as a menu, a dialog or a bubble of one that they mask."""

    def __init__(
        self,
        rules: MaskRules,
        times: Sequence[datetime.datetime],
        since_s: float,
        windows: Sequence[ShownWindow],
    ) -> None:
        self._rules = rules
        self._times = tuple(dict.fromkeys(times))
        self._since_s = since_s
        self.rests_at_s: list[float] = []
        self.unknown: dict[int, ShownWindow] = {}
        self._by_name: dict[tuple[tuple[str, ...], str], tuple[FoundMask, ...]] = {}
        self._by_window: dict[int, tuple[FoundMask, ...]] = {}
        self._by_owner: dict[int, tuple[FoundMask, ...]] = {}
        for window in windows:
            found = self._own(window)
            if found:
                self._by_owner[window.owner] = found
                for number in (window.window_id, *window.clients):
                    self._by_window[number] = found

    def of(self, window: ShownWindow) -> tuple[FoundMask, ...]:
        own = self._own(window)
        if own:
            return own
        if window.parent in self._by_window:
            return self._by_window[window.parent]
        if window.is_popup and window.owner in self._by_owner:
            return self._by_owner[window.owner]
        return self._not_known_yet(window)

    def _own(self, window: ShownWindow) -> tuple[FoundMask, ...]:
        said = (window.names, window.title)
        if said not in self._by_name:
            found = (self._rules.of_window(*said, local) for local in self._times)
            self._by_name[said] = tuple(dict.fromkeys(mask for masks in found for mask in masks))
        return self._by_name[said]

    def _not_known_yet(self, window: ShownWindow) -> tuple[FoundMask, ...]:
        wants_title = self._rules.needs_titles and not window.is_popup and not window.title
        known_at_s = window.mapped_at_s + UNKNOWN_S
        if (window.is_known and not wants_title) or self._since_s >= known_at_s:
            return ()
        self.rests_at_s.append(known_at_s)
        self.unknown[window.window_id] = window
        return (FoundMask(NOT_KNOWN_YET),)


class _Covers:
    """Which windows hide what lies under them: those that have rested, are rectangles, and are not masked."""

    def __init__(self, windows: Sequence[ShownWindow], found: _Finder, since_s: float) -> None:
        self._height = {window.window_id: at for at, window in enumerate(windows)}
        self._solid = [(at, one) for at, one in enumerate(windows) if one.is_solid and not found.of(one)]
        sides = [(one.area.left, one.area.top, one.area.right, one.area.bottom) for _, one in self._solid]
        self._sides = np.array(sides, dtype=np.int64).reshape(-1, 4)
        self._since_s = since_s
        self.rest_at_s: list[float] = []

    def over(self, window: ShownWindow) -> list[Rect]:
        """At most `MOST_COVERS`, the largest."""
        at = self._height.get(window.window_id)
        if at is None:
            return []
        covers: list[Rect] = []
        for number in np.flatnonzero(self._touching(window.area)):
            height, other = self._solid[number]
            if height <= at:
                continue
            rested_at_s = max(other.changed_at_s, window.changed_at_s) + LINGER_S
            if rested_at_s <= self._since_s:
                covers.append(other.area)
            else:
                self.rest_at_s.append(rested_at_s)
        if len(covers) > MOST_COVERS:
            covers.sort(key=lambda area: area.width * area.height, reverse=True)
        return covers[:MOST_COVERS]

    def _touching(self, area: Rect) -> npt.NDArray[np.bool_]:
        left, top, right, bottom = self._sides.T
        return (left < area.right) & (right > area.left) & (top < area.bottom) & (bottom > area.top)


def _limited(area: Rect, mask: FoundMask) -> Rect:
    return area if mask.limit is None else area.intersection(mask.limit)
