"""The magnifier looks at whole pixels around a point, and stands beside it."""

import pytest

from player.magnifier import FACTORS, SIDE_PX, Follow, Magnifier, glass_at, looked_at
from recorder.geometry import Rect


@pytest.mark.parametrize("factor", FACTORS)
def test_the_pixel_looked_at_is_in_the_middle_of_those_that_fill_the_glass(factor):
    area = looked_at(-7, 900, factor)
    assert (area.left + area.width // 2, area.top + area.height // 2) == (-7, 900)
    assert area.width % 2 == area.height % 2 == 1
    assert area.width * factor > SIDE_PX - 2 * factor


@pytest.mark.parametrize(("x", "y"), [(0, 0), (799, 0), (0, 599), (799, 599), (400, 300)])
def test_the_glass_stands_on_the_widget_and_leaves_the_point_free(x, y):
    glass = glass_at(x, y, 800, 600)
    assert glass.intersection(Rect(0, 0, 800, 600)) == glass
    assert glass.intersection(Rect(x, y, 1, 1)).is_empty


def test_the_key_goes_through_both_pointers_and_off_and_the_factor_stays_in_its_bounds():
    magnifier = Magnifier()
    followed = []
    for _ in range(3):
        magnifier = magnifier.next_follow()
        followed.append(magnifier.follow)
    assert followed == [Follow.MOUSE, Follow.RECORDED, Follow.NOTHING]
    assert magnifier.stronger(1).factor == 6
    assert magnifier.stronger(99).factor == FACTORS[-1]
    assert magnifier.stronger(-99).factor == FACTORS[0]
