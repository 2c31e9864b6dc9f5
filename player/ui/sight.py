"""Which part of the desktop is in sight: all of it, a region that is kept, or what was zoomed and moved to. No Qt."""

from player.ui import lens as optics
from player.ui.lens import Lens
from recorder.geometry import Rect

MARGIN_PX = 16


class Sight:
    """Changed by whoever looks, and settled again whenever the desktop or the widget changes its size."""

    def __init__(self) -> None:
        self.lens = Lens(1.0, 0.0, 0.0)
        self.is_fitted = True
        self.region: Rect | None = None  # what was chosen to be kept in sight

    def fit(self) -> None:
        """All of it."""
        self.is_fitted, self.region = True, None

    def keep(self, region: Rect) -> None:
        """This region, as large as it goes."""
        self.is_fitted, self.region = False, region

    def zoom(self, scale: float, x: float, y: float) -> None:
        """This scale, what lies under (x, y) on the widget staying there."""
        self.is_fitted, self.region = False, None
        self.lens = optics.zoomed(self.lens, scale, x, y)

    def pan(self, dx: float, dy: float) -> None:
        """Move what is seen; what is seen whole stays."""
        if not self.is_fitted:
            self.region = None
            self.lens = Lens(self.lens.scale, self.lens.left + dx, self.lens.top + dy)

    def take(self, other: "Sight") -> None:
        """Look as the other does."""
        self.region, self.is_fitted = other.region, other.is_fitted
        if not self.is_fitted:
            self.lens = other.lens

    def settle(self, area: Rect, width: int, height: int) -> None:
        """The desktop is this large, the widget that: a region of which nothing is left is let go of."""
        if self.region is not None and self.region.intersection(area).is_empty and not area.is_empty:
            self.fit()
        if self.is_fitted:
            self.lens = _inside(optics.fitted, area, width, height)
        elif self.region is not None:
            self.lens = _inside(optics.onto, self.region, width, height)
        else:
            self.lens = optics.kept_in_sight(self.lens, area, width, height)

    def seen(self, area: Rect, width: int, height: int) -> Rect:
        """The part of the desktop that is in sight."""
        return optics.seen(self.lens, area, width, height)


def _inside(place: optics.Placing, area: Rect, width: int, height: int) -> Lens:
    inner = place(area, width - 2 * MARGIN_PX, height - 2 * MARGIN_PX)
    return Lens(inner.scale, inner.left + MARGIN_PX, inner.top + MARGIN_PX)
