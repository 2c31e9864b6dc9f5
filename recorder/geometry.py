"""Rectangles of screen pixels."""

from typing import NamedTuple


class Rect(NamedTuple):
    """An area in pixels: `left` and `top` are inside it, `left + width` and `top + height` are not."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column past the area."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """The first row past the area."""
        return self.top + self.height

    @property
    def is_empty(self) -> bool:
        """Whether the area holds no pixel."""
        return self.width <= 0 or self.height <= 0

    def intersection(self, other: "Rect") -> "Rect":
        """The pixels in both; of width and height 0 if there are none."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return Rect(left, top, max(0, right - left), max(0, bottom - top))

    def union(self, other: "Rect") -> "Rect":
        """The smallest area that holds both; an empty one adds nothing."""
        if self.is_empty:
            return other
        if other.is_empty:
            return self
        left, top = min(self.left, other.left), min(self.top, other.top)
        return Rect(left, top, max(self.right, other.right) - left, max(self.bottom, other.bottom) - top)

    def moved(self, dx: int, dy: int) -> "Rect":
        """The same area `dx` pixels to the right and `dy` down."""
        return Rect(self.left + dx, self.top + dy, self.width, self.height)
