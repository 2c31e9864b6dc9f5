"""Where the indicator stands: kept on a screen whatever becomes of the screens. Arithmetic only."""

from collections.abc import Sequence

from recorder.geometry import Rect

MARGIN_PX = 12


def first_place(width: int, height: int, screen: Rect) -> tuple[int, int]:
    """The top right corner of a screen, where little work is done."""
    return (max(screen.left, screen.right - width - MARGIN_PX), screen.top + MARGIN_PX)


def kept_inside(left: int, top: int, width: int, height: int, screens: Sequence[Rect]) -> tuple[int, int]:
    """The place nearest to this one where all of it is on one screen; if it is larger than the screen, its corner.

    Raises:
        ValueError: there is no screen.
    """
    places = (_inside(left, top, width, height, screen) for screen in screens)
    return min(places, key=lambda place: abs(place[0] - left) + abs(place[1] - top))


def _inside(left: int, top: int, width: int, height: int, screen: Rect) -> tuple[int, int]:
    return (
        max(screen.left, min(left, screen.right - width)),
        max(screen.top, min(top, screen.bottom - height)),
    )


def written(left: int, top: int) -> str:
    """A place as it is kept."""
    return f"{left},{top}"


def read(text: object) -> tuple[int, int] | None:
    """A place that was kept; None if what is there is none."""
    parts = str(text).split(",")
    try:
        left, top = (int(part) for part in parts)
    except ValueError:
        return None
    return left, top
