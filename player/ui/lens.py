"""How the desktop lies on the widget: fit, zoom around a point, pan. Numbers only."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from recorder.events import Screen
from recorder.geometry import Rect

HIGHEST_SCALE = 8.0
LOWEST_SCALE = 0.05
STEPS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)


@dataclass(frozen=True, slots=True)
class Lens:
    """`scale` widget pixels for one of the desktop; desktop pixel (0, 0) lies at (`left`, `top`) on the widget."""

    scale: float
    left: float
    top: float

    def x(self, desktop_x: float) -> float:
        """Where this column of the desktop lies on the widget."""
        return self.left + desktop_x * self.scale

    def y(self, desktop_y: float) -> float:
        """Where this row of the desktop lies on the widget."""
        return self.top + desktop_y * self.scale


def desktop_of(screens: Sequence[Screen]) -> Rect:
    """The area that holds all monitors as they stood."""
    return reduce(Rect.union, (screen.area for screen in screens), Rect(0, 0, 0, 0))


def fitted(area: Rect, width: int, height: int, *, highest: float = 1.0) -> Lens:
    """The whole area in the middle of the widget, as large as it goes but not above `highest`."""
    if area.is_empty or width <= 0 or height <= 0:
        return Lens(1.0, 0.0, 0.0)
    scale = min(width / area.width, height / area.height, highest)
    return _centred(area, scale, width, height)


def zoomed(lens: Lens, scale: float, x: float, y: float) -> Lens:
    """Zoom to this scale; what lies under (x, y) stays under it."""
    scale = min(max(scale, LOWEST_SCALE), HIGHEST_SCALE)
    factor = scale / lens.scale
    return Lens(scale, x - (x - lens.left) * factor, y - (y - lens.top) * factor)


def kept_in_sight(lens: Lens, area: Rect, width: int, height: int) -> Lens:
    """No emptier than need be: an area smaller than the widget is centred, a larger one covers it."""
    middle = _centred(area, lens.scale, width, height)
    left = _kept(lens.left, middle.left, area.left * lens.scale, area.width * lens.scale, width)
    top = _kept(lens.top, middle.top, area.top * lens.scale, area.height * lens.scale, height)
    return Lens(lens.scale, left, top)


def next_step(scale: float, direction: int) -> float:
    """The next of `STEPS` above (1) or below (-1)."""
    if direction > 0:
        return next((step for step in STEPS if step > scale * 1.001), HIGHEST_SCALE)
    return next((step for step in reversed(STEPS) if step < scale * 0.999), STEPS[0])


def _centred(area: Rect, scale: float, width: int, height: int) -> Lens:
    left = (width - area.width * scale) / 2 - area.left * scale
    top = (height - area.height * scale) / 2 - area.top * scale
    return Lens(scale, left, top)


def _kept(offset: float, middle: float, start: float, length: float, room: int) -> float:
    if length <= room:
        return middle
    return min(max(offset, room - length - start), -start)
