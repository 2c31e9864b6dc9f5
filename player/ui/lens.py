"""How the desktop lies on the widget: fit, zoom around a point, pan. Numbers only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from math import ceil, floor

from recorder.events import Screen
from recorder.geometry import Rect

HIGHEST_SCALE = 8.0
LOWEST_SCALE = 0.05
Placing = Callable[[Rect, int, int], "Lens"]  # an area onto a widget of this width and height
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

    def desktop_x(self, x: float) -> int:
        """The column of the desktop under this place of the widget."""
        return floor((x - self.left) / self.scale)

    def desktop_y(self, y: float) -> int:
        """The row of the desktop under this place of the widget."""
        return floor((y - self.top) / self.scale)

    def first_on(self, desktop_x: int, desktop_y: int) -> tuple[int, int]:
        """The first whole pixel of the widget, from the left and the top, that shows this one of the desktop.

        Rounding to the nearest would name the neighbour's wherever the picture does not lie on whole pixels.
        """
        return (
            _first(self.x(desktop_x), lambda x: self.desktop_x(x) >= desktop_x),
            _first(self.y(desktop_y), lambda y: self.desktop_y(y) >= desktop_y),
        )


def desktop_of(screens: Sequence[Screen]) -> Rect:
    """The area that holds all monitors as they stood."""
    return reduce(Rect.union, (screen.area for screen in screens), Rect(0, 0, 0, 0))


def fitted(area: Rect, width: int, height: int, *, highest: float = 1.0) -> Lens:
    """The whole area in the middle of the widget, as large as it goes but not above `highest`."""
    if area.is_empty or width <= 0 or height <= 0:
        return Lens(1.0, 0.0, 0.0)
    scale = min(width / area.width, height / area.height, highest)
    return _centred(area, scale, width, height)


def onto(area: Rect, width: int, height: int) -> Lens:
    """This part of the desktop as large as it goes, in the middle of the widget."""
    return fitted(area, width, height, highest=HIGHEST_SCALE)


def seen(lens: Lens, area: Rect, width: int, height: int) -> Rect:
    """The part of the area that is in sight, in whole pixels of the desktop."""
    left, top = floor(-lens.left / lens.scale), floor(-lens.top / lens.scale)
    right, bottom = ceil((width - lens.left) / lens.scale), ceil((height - lens.top) / lens.scale)
    return Rect(left, top, right - left, bottom - top).intersection(area)


def dragged(lens: Lens, start: tuple[float, float], end: tuple[float, float], area: Rect) -> Rect:
    """The pixels of the desktop under a rectangle drawn on the widget, as far as there are any."""
    (x0, x1), (y0, y1) = sorted((start[0], end[0])), sorted((start[1], end[1]))
    left, top = lens.desktop_x(x0), lens.desktop_y(y0)
    return Rect(left, top, lens.desktop_x(x1) - left + 1, lens.desktop_y(y1) - top + 1).intersection(area)


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
    # The corner on a whole pixel: a picture that is painted half a pixel beside where it is looked for is off by one.
    left = floor((width - area.width * scale) / 2) - area.left * scale
    top = floor((height - area.height * scale) / 2) - area.top * scale
    return Lens(scale, left, top)


def _first(edge: float, is_within: Callable[[int], bool]) -> int:
    """The first whole pixel within: asked of the way back, which may differ from `edge` by the last bit of a sum."""
    nearest = floor(edge)
    return next(pixel for pixel in (nearest, nearest + 1, nearest + 2) if is_within(pixel))


def _kept(offset: float, middle: float, start: float, length: float, room: int) -> float:
    if length <= room:
        return middle
    return min(max(offset, room - length - start), -start)
