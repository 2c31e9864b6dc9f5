"""Few tight areas out of many rectangles."""

from collections.abc import Iterable, Sequence

from recorder.geometry import Rect

# Measured: an area costs 0.05 ms to grab and then 0.6 µs for every 1,000 pixels, and the encoder looks at each pixel.
WASTE_LIMIT_PX = 16_384
AREA_LIMIT = 12
RECTANGLE_LIMIT = 96


def few_areas(rectangles: Sequence[Rect], *, limit: int = AREA_LIMIT) -> tuple[Rect, ...]:
    """At most `limit` areas that together hold every rectangle; near ones are joined, far ones stay apart."""
    areas: list[Rect] = []
    for rectangle in _thinned(rectangles):
        if not rectangle.is_empty:
            _add(areas, rectangle)
            if len(areas) > limit:
                _join_nearest(areas)
    return tuple(areas)


def by_screen(rectangles: Sequence[Rect], screens: Iterable[tuple[int, Rect]]) -> dict[int, tuple[Rect, ...]]:
    """The few areas of each screen (number, place on the desktop) that the desktop's rectangles touch."""
    found: dict[int, tuple[Rect, ...]] = {}
    for number, place in screens:
        parts = [part for rectangle in rectangles if not (part := rectangle.intersection(place)).is_empty]
        if parts:
            found[number] = tuple(area.moved(-place.left, -place.top) for area in few_areas(parts))
    return found


def disjoint(areas: Sequence[Rect]) -> list[Rect]:
    """The areas with those that overlap made one, so that no pixel is grabbed twice."""
    merged: list[Rect] = []
    for area in areas:
        joined = area
        while True:
            touching = [other for other in merged if not other.intersection(joined).is_empty]
            if not touching:
                break
            for other in touching:
                merged.remove(other)
                joined = joined.union(other)
        merged.append(joined)
    return merged


def _thinned(rectangles: Sequence[Rect]) -> Sequence[Rect]:
    """Neighbours in the list joined until it is short. A region's list goes row by row, so neighbours are near."""
    if len(rectangles) <= RECTANGLE_LIMIT:
        return rectangles
    step = -(-len(rectangles) // RECTANGLE_LIMIT)
    return [_hull(rectangles[start : start + step]) for start in range(0, len(rectangles), step)]


def _hull(rectangles: Sequence[Rect]) -> Rect:
    left, top = min(one.left for one in rectangles), min(one.top for one in rectangles)
    right, bottom = max(one.right for one in rectangles), max(one.bottom for one in rectangles)
    return Rect(left, top, right - left, bottom - top)


def _add(areas: list[Rect], rectangle: Rect) -> None:
    """Put it in, joined with every area that it is near to."""
    joined = rectangle
    while True:
        near = next((area for area in areas if _waste_px(area, joined) <= WASTE_LIMIT_PX), None)
        if near is None:
            areas.append(joined)
            return
        areas.remove(near)
        joined = joined.union(near)


def _join_nearest(areas: list[Rect]) -> None:
    pairs = ((one, other) for number, one in enumerate(areas) for other in areas[number + 1 :])
    first, second = min(pairs, key=lambda pair: _waste_px(*pair))
    areas.remove(first)
    areas.remove(second)
    _add(areas, first.union(second))


def _waste_px(one: Rect, other: Rect) -> int:
    """How many pixels the union holds that neither does."""
    both = one.intersection(other)
    hull = one.union(other)
    held = one.width * one.height + other.width * other.height - both.width * both.height
    return hull.width * hull.height - held
