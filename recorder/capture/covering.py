"""Whose windows cover a monitor, and whether a window under them can still be seen. Arithmetic; asks nobody."""

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field

from recorder.capture.shown_windows import ShownWindow, visible_parts
from recorder.geometry import Rect

NEARLY_ALL = 0.8  # of a monitor: panels may be left
NEARLY_NOTHING = 0.1  # of a window: nobody works in so much of it
LEAST_PX = 64  # a smaller window is nothing to work in

PartsOf = Callable[[ShownWindow], Sequence[Rect]]


@dataclass(frozen=True, slots=True)
class Cover:
    """Windows that together cover (nearly) all of a monitor, the largest first.

    `is_managed`: they are of one program, and some are the window manager's to place. Otherwise the window manager was
    not asked for any of them, and they may be of several programs.
    """

    monitor: Rect
    windows: tuple[ShownWindow, ...]
    is_managed: bool

    def is_of(self, window: ShownWindow) -> bool:
        """Whether the window is of one of the programs that cover."""
        return any(_program_of(one) == _program_of(window) for one in self.windows)


@dataclass(slots=True)
class _Covering:
    windows: dict[int, tuple[ShownWindow, int]] = field(default_factory=dict)
    is_managed: bool = False

    def add(self, window: ShownWindow, shown_px: int) -> None:
        self.windows[window.window_id] = (window, shown_px)
        self.is_managed |= not window.is_popup

    @property
    def shown_px(self) -> int:
        return sum(shown_px for _, shown_px in self.windows.values())


def covers(shown: Sequence[ShownWindow], monitor: Rect, parts_of: PartsOf) -> Iterator[Cover]:
    """Who covers this monitor: windows that nobody manages first, then single programs.

    `shown` are windows from the lowest to the highest, without those that do not count; `parts_of` says which areas of
    one nothing can be seen through.
    """
    unmanaged = _Covering()
    programs: dict[tuple[str, int], _Covering] = {}
    for window, shown_px in _seen_on(monitor, shown, parts_of):
        programs.setdefault(_program_of(window), _Covering()).add(window, shown_px)
        if window.is_popup:
            unmanaged.add(window, shown_px)
    wanted_px = NEARLY_ALL * monitor.width * monitor.height
    managed = [one for one in programs.values() if one.is_managed]
    for one in (unmanaged, *managed):
        if one.windows and one.shown_px >= wanted_px:
            largest = sorted(one.windows.values(), key=lambda found: -found[1])
            yield Cover(monitor, tuple(window for window, _ in largest), one.is_managed)


def are_seen(numbers: Container[int], shown: Sequence[ShownWindow], monitor: Rect, parts_of: PartsOf) -> bool:
    """Whether what is seen of a monitor is (nearly) nothing but these windows, by their numbers."""
    seen_px = sum(seen_px for window, seen_px in _seen_on(monitor, shown, parts_of) if window.window_id in numbers)
    return seen_px >= NEARLY_ALL * monitor.width * monitor.height


def is_workable(area: Rect) -> bool:
    """Whether it is large enough to work in."""
    return area.width >= LEAST_PX and area.height >= LEAST_PX


def is_hidden(window: ShownWindow, shown: Sequence[ShownWindow], desktop: Rect, parts_of: PartsOf) -> bool:
    """Whether one may work in it, and (nearly) nothing of it can be seen for the windows above it."""
    inside = window.area.intersection(desktop)
    place = next((at for at, one in enumerate(shown) if one.window_id == window.window_id), None)
    if place is None or not is_workable(inside):
        return False
    above = [part for one in shown[place + 1 :] for part in parts_of(one)]
    return sum(map(_px, visible_parts(inside, above))) <= NEARLY_NOTHING * _px(inside)


def lies_under(cover: Cover, shown: Sequence[ShownWindow], parts_of: PartsOf) -> list[ShownWindow]:
    """The windows of other programs that are hidden on the covered monitor."""
    others = [window for window in shown if not cover.is_of(window)]
    return [window for window in others if is_hidden(window, shown, cover.monitor, parts_of)]


def _seen_on(monitor: Rect, shown: Sequence[ShownWindow], parts_of: PartsOf) -> Iterator[tuple[ShownWindow, int]]:
    left = [monitor]
    for window in reversed(shown):
        if window.area.intersection(monitor).is_empty:
            continue
        parts = parts_of(window)
        rest = [piece for area in left for piece in visible_parts(area, parts)]
        seen_px = sum(map(_px, left)) - sum(map(_px, rest))
        left = rest
        if seen_px:
            yield window, seen_px


def _program_of(window: ShownWindow) -> tuple[str, int]:
    """By its process; by its connection where that is not known."""
    return ("connection", window.owner) if window.pid is None else ("process", window.pid)


def _px(area: Rect) -> int:
    return area.width * area.height
