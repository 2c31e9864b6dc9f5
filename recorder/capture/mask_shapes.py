"""From the windows and the policy's rules to the areas that are masked: arithmetic, without a screen."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from recorder.agent_events import MaskedArea
from recorder.capture.areas import few_areas
from recorder.capture.mask_rules import NOT_KNOWN_YET, FoundMask, MaskRules
from recorder.capture.shown_windows import Look, ShownWindow, visible_parts
from recorder.geometry import Rect

# What a window showed stays on the screen after it left, until who lies below has drawn: a busy program takes a while.
LINGER_S = 0.4
# A new window that says nothing of whose it is, or nothing in its title, is masked for so long, and not for ever.
UNKNOWN_S = 1.0


@dataclass(frozen=True, slots=True)
class Masks:
    """What is masked now. `rests_at_s` is when, if nothing moves, it will be less; None: it stays.

    `passed` are the places of masked windows since the look before that are theirs no more.
    """

    areas: tuple[MaskedArea, ...]
    rests_at_s: float | None
    passed: tuple[MaskedArea, ...] = ()


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
    shown = (MaskedArea(mask.area.intersection(desktop), mask.reason) for mask in (*areas, *fixed))
    traces = _traces((*left, *moved), desktop)
    everything = tuple(dict.fromkeys(mask for mask in (*shown, *traces) if not mask.area.is_empty))
    return Masks(everything, min((*found.rests_at_s, *covers.rest_at_s), default=None), moved)


def _traces(masks: Sequence[MaskedArea], desktop: Rect) -> list[MaskedArea]:
    """Where windows were a moment ago, in few areas: one that is dragged leaves hundreds."""
    reasons = dict.fromkeys(mask.reason for mask in masks)
    return [
        MaskedArea(area, reason)
        for reason in reasons
        for area in few_areas([mask.area.intersection(desktop) for mask in masks if mask.reason == reason])
    ]


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
        found = (self._rules.of_window(window.names, window.title, local) for local in self._times)
        return tuple(dict.fromkeys(mask for masks in found for mask in masks))

    def _not_known_yet(self, window: ShownWindow) -> tuple[FoundMask, ...]:
        wants_title = self._rules.needs_titles and not window.is_popup and not window.title
        known_at_s = window.mapped_at_s + UNKNOWN_S
        if (window.is_known and not wants_title) or self._since_s >= known_at_s:
            return ()
        self.rests_at_s.append(known_at_s)
        return (FoundMask(NOT_KNOWN_YET),)


class _Covers:
    """Which windows hide what lies under them: those that have rested, are rectangles, and are not masked."""

    def __init__(self, windows: Sequence[ShownWindow], found: _Finder, since_s: float) -> None:
        self._windows = windows
        self._solid = [window.is_solid and not found.of(window) for window in windows]
        self._since_s = since_s
        self.rest_at_s: list[float] = []

    def over(self, window: ShownWindow) -> list[Rect]:
        if window not in self._windows:
            return []
        at = self._windows.index(window)
        covers: list[Rect] = []
        for other, solid in zip(self._windows[at + 1 :], self._solid[at + 1 :], strict=True):
            if not solid or other.area.intersection(window.area).is_empty:
                continue
            rested_at_s = max(other.changed_at_s, window.changed_at_s) + LINGER_S
            if rested_at_s <= self._since_s:
                covers.append(other.area)
            else:
                self.rest_at_s.append(rested_at_s)
        return covers


def _limited(area: Rect, mask: FoundMask) -> Rect:
    return area if mask.limit is None else area.intersection(mask.limit)
