"""What differs between two moments is found whole, outlined tightly and counted; what cannot be compared is said."""

import numpy as np
import pytest

from player.decoder import Shown
from player.differences import Compared, compare, differing_areas
from player.source import Picture
from recorder.events import Screen
from recorder.geometry import Rect

LEFT = Screen(0, "DP-1", Rect(0, 0, 320, 200))
RIGHT = Screen(1, "DP-2", Rect(320, -40, 160, 120))


def grey(screen, value=90):
    return np.full((screen.area.height, screen.area.width, 3), value, np.uint8)


def shown(at_ns, *pairs, exact=True):
    pictures = tuple(None if bgr is None else Picture(one.number, at_ns, bgr, exact) for one, bgr in pairs)
    return Shown(at_ns, tuple(one for one, _ in pairs), pictures, None)


def test_each_change_is_outlined_to_the_pixel_and_counted():
    before, after = grey(LEFT), grey(LEFT)
    after[10:14, 20:50] = 200
    after[199, 319] = 91  # the last pixel, by the least there is
    areas, found, changed_px = differing_areas(before, after)
    assert areas == (Rect(20, 10, 30, 4), Rect(319, 199, 1, 1))
    assert (found, changed_px) == (2, 121)


def test_equal_pictures_differ_nowhere():
    assert differing_areas(grey(LEFT), grey(LEFT)) == ((), 0, 0)


def test_many_areas_are_counted_all_and_covered_by_the_few_that_are_outlined():
    before, after = grey(LEFT), grey(LEFT)
    after[::40, ::40] = 0
    areas, found, changed_px = differing_areas(before, after, at_most=6)
    assert (found, changed_px, len(areas)) == (40, 40, 6)
    covered = np.zeros(after.shape[:2], np.bool_)
    for area in areas:
        covered[area.top : area.bottom, area.left : area.right] = True
    assert covered[::40, ::40].all()


def test_monitors_are_compared_one_by_one_wherever_they_stood():
    changed = grey(RIGHT)
    changed[0:8, 0:8] = 7
    moved = Screen(1, "DP-2", Rect(0, 200, 160, 120))
    result = compare(shown(1, (LEFT, grey(LEFT)), (RIGHT, grey(RIGHT))), shown(2, (LEFT, grey(LEFT)), (moved, changed)))
    assert [one.state for one in result.monitors] == [Compared.SAME, Compared.DIFFERENT]
    assert result.areas_of(1) == (Rect(0, 0, 8, 8),)
    assert result.has_moved
    assert result.areas_found == 1


@pytest.mark.parametrize(
    ("a", "b", "state"),
    [
        ((LEFT, grey(LEFT)), (), Compared.ONLY_A),
        ((), (LEFT, grey(LEFT)), Compared.ONLY_B),
        ((LEFT, None), (LEFT, grey(LEFT)), Compared.NO_PICTURE_A),
        ((LEFT, grey(LEFT)), (LEFT, None), Compared.NO_PICTURE_B),
        ((LEFT, grey(LEFT)), (Screen(0, "DP-1", Rect(0, 0, 160, 120)), grey(RIGHT)), Compared.OTHER_SIZE),
    ],
)
def test_what_cannot_be_compared_says_why(a, b, state):
    (one,) = compare(shown(1, *([a] if a else [])), shown(2, *([b] if b else []))).monitors
    assert (one.state, one.areas) == (state, ())


def test_a_difference_to_a_picture_that_is_not_exact_is_said_to_be_rough():
    (one,) = compare(shown(1, (LEFT, grey(LEFT)), exact=False), shown(2, (LEFT, grey(LEFT, 91)))).monitors
    assert one.is_rough
