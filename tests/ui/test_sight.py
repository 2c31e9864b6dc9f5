"""Which part of the desktop is in sight: regions fill the widget, are kept, and are named to the pixel."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from player.ui import lens as optics
from player.ui.lens import Lens
from player.ui.sight import MARGIN_PX, Sight
from recorder.geometry import Rect

DESKTOP = Rect(-800, 0, 2720, 1080)
ROOM = (1000, 700)


def test_a_rectangle_that_was_drawn_is_the_pixels_it_touches_and_no_more_than_the_desktop():
    lens = Lens(2.0, 100.0, 50.0)
    assert optics.dragged(lens, (140, 90), (103, 51), DESKTOP) == Rect(1, 0, 20, 21)
    assert optics.dragged(lens, (-9000, -9000), (9000, 9000), DESKTOP) == DESKTOP
    assert optics.dragged(lens, (5000, 51), (6000, 99), DESKTOP).is_empty


@given(
    area=st.builds(Rect, st.integers(-200, 200), st.integers(-200, 200), st.integers(1, 400), st.integers(1, 400)),
    width=st.integers(500, 2000),
    height=st.integers(500, 2000),
    drawn=st.data(),
)
def test_what_is_drawn_around_pixels_is_those_pixels_whatever_the_size_of_the_window(area, width, height, drawn):
    sight = Sight()
    sight.keep(area)
    sight.settle(area, width, height)
    left = drawn.draw(st.integers(area.left, area.right - 1))
    top = drawn.draw(st.integers(area.top, area.bottom - 1))
    chosen = Rect(
        left, top, drawn.draw(st.integers(1, area.right - left)), drawn.draw(st.integers(1, area.bottom - top))
    )
    begin, end = sight.lens.first_on(left, top), sight.lens.first_on(chosen.right, chosen.bottom)
    assert optics.dragged(sight.lens, begin, (end[0] - 1, end[1] - 1), area) == chosen


@pytest.mark.parametrize("region", [Rect(-700, 100, 300, 200), Rect(0, 0, 1920, 1080), Rect(1900, 1060, 4, 2)])
@pytest.mark.parametrize("room", [ROOM, (300, 900)])
def test_a_region_is_seen_whole_and_as_large_as_it_goes(region, room):
    sight = Sight()
    sight.keep(region)
    sight.settle(DESKTOP, *room)
    lens = sight.lens
    assert sight.seen(DESKTOP, *room).intersection(region) == region
    width, height = region.width * lens.scale, region.height * lens.scale
    fills = max(width / (room[0] - 2 * MARGIN_PX), height / (room[1] - 2 * MARGIN_PX))
    assert lens.scale == optics.HIGHEST_SCALE or fills == pytest.approx(1.0)
    middle = (lens.x(region.left) + lens.x(region.right)) / 2
    assert middle == pytest.approx(room[0] / 2, abs=1.0)  # its corner lies on a whole pixel


def test_a_region_is_kept_through_other_sizes_until_something_else_is_looked_at():
    sight = Sight()
    sight.keep(Rect(0, 0, 400, 300))
    for width in (1000, 400, 1600):
        sight.settle(DESKTOP, width, 700)
        assert sight.region == Rect(0, 0, 400, 300)
    sight.pan(5, 5)
    assert (sight.region, sight.is_fitted) == (None, False)
    sight.fit()
    sight.settle(DESKTOP, *ROOM)
    assert sight.seen(DESKTOP, *ROOM) == DESKTOP


def test_a_region_that_the_desktop_lost_gives_way_to_the_whole_but_not_while_nothing_is_open():
    sight = Sight()
    sight.keep(Rect(-700, 100, 300, 200))
    sight.settle(Rect(0, 0, 0, 0), *ROOM)
    assert not sight.is_fitted
    sight.settle(Rect(0, 0, 1920, 1080), *ROOM)
    assert sight.is_fitted


def test_two_sights_that_were_made_alike_show_the_same():
    one, other = Sight(), Sight()
    for sight in (one, other):
        sight.settle(DESKTOP, *ROOM)
    one.zoom(2.0, 300, 300)
    one.pan(-40, 12)
    other.take(one)
    for sight in (one, other):
        sight.settle(DESKTOP, *ROOM)
    assert other.seen(DESKTOP, *ROOM) == one.seen(DESKTOP, *ROOM) != DESKTOP
