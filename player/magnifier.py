"""What a magnifier shows and where it stands. Numbers only."""

from dataclasses import dataclass
from enum import Enum

from recorder.geometry import Rect

FACTORS = (2, 3, 4, 6, 8, 12, 16)
FIRST_FACTOR = 4
SIDE_PX = 240  # of the glass, in widget pixels
AWAY_PX = 28  # from the point, so that it stays in sight


class Follow(Enum):
    """What the magnifier follows."""

    NOTHING = "nothing"
    MOUSE = "mouse"  # of whoever looks
    RECORDED = "recorded"  # the operator's pointer


@dataclass(frozen=True, slots=True)
class Magnifier:
    """How often each pixel is enlarged, and what is followed."""

    follow: Follow = Follow.NOTHING
    factor: int = FIRST_FACTOR

    @property
    def is_on(self) -> bool:
        """Whether it shows anything."""
        return self.follow is not Follow.NOTHING

    def next_follow(self) -> "Magnifier":
        """Off, along with the own pointer, along with the recorded one, off."""
        order = list(Follow)
        return Magnifier(order[(order.index(self.follow) + 1) % len(order)], self.factor)

    def stronger(self, steps: int) -> "Magnifier":
        """So many factors up, or down if negative."""
        place = FACTORS.index(self.factor) + steps
        return Magnifier(self.follow, FACTORS[min(max(place, 0), len(FACTORS) - 1)])


def looked_at(x_px: int, y_px: int, factor: int, *, side_px: int = SIDE_PX) -> Rect:
    """The pixels of the desktop that fill the glass, the one looked at in their middle."""
    count = side_px // factor | 1  # odd, so that there is a middle
    return Rect(x_px - count // 2, y_px - count // 2, count, count)


def glass_at(x: float, y: float, width: int, height: int, *, side_px: int = SIDE_PX) -> Rect:
    """Where the glass stands on a widget of this size: beside the point, on the side where there is room."""
    left = x + AWAY_PX if x + AWAY_PX + side_px <= width else x - AWAY_PX - side_px
    top = y + AWAY_PX if y + AWAY_PX + side_px <= height else y - AWAY_PX - side_px
    fitting = (min(max(left, 0), max(width - side_px, 0)), min(max(top, 0), max(height - side_px, 0)))
    return Rect(round(fitting[0]), round(fitting[1]), side_px, side_px)
