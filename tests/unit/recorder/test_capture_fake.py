"""The fakes keep the promises of what they stand for, and areas are few and tight."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.capture.areas import AREA_LIMIT, by_screen, few_areas
from recorder.capture.fake import FakeScreen
from recorder.capture.mss_grab import Monitor
from recorder.capture.poll_screen import PollScreen
from recorder.capture.screen import DisplayLostError, GrabFailedError
from recorder.events import Screen
from recorder.geometry import Rect

RECTANGLES = st.lists(
    st.builds(Rect, st.integers(0, 300), st.integers(0, 200), st.integers(1, 60), st.integers(1, 60)), max_size=200
)


@given(RECTANGLES)
def test_few_areas_hold_every_rectangle(rectangles):
    areas = few_areas(rectangles)
    assert len(areas) <= AREA_LIMIT
    covered = np.zeros((300, 400), dtype=bool)
    for area in areas:
        covered[area.top : area.bottom, area.left : area.right] = True
    assert all(covered[one.top : one.bottom, one.left : one.right].all() for one in rectangles)


def test_areas_are_in_each_screens_own_pixels_and_inside_it():
    places = [(0, Rect(0, 0, 100, 100)), (5, Rect(100, 20, 100, 80))]
    found = by_screen([Rect(90, 10, 20, 20)], places)
    assert found == {0: (Rect(90, 10, 10, 20),), 5: (Rect(0, 0, 10, 10),)}


def test_a_fake_screen_reports_and_gives_what_is_drawn():
    screen = FakeScreen()
    assert not screen.wait(0).areas
    screen.draw(Rect(10, 20, 30, 40), (1, 2, 3, 0))
    assert screen.wait(None).areas == {0: (Rect(10, 20, 30, 40),)}
    assert (screen.grab(0, Rect(10, 20, 30, 40)) == (1, 2, 3, 0)).all()
    assert (screen.picture(0)[0, 0] == 0).all()


def test_a_fake_screen_changes_its_layout_fails_and_dies():
    screen = FakeScreen()
    screens = (Screen(0, "left", Rect(0, 0, 320, 240)), Screen(1, "right", Rect(320, 0, 320, 240)))
    screen.change_layout(screens)
    assert screen.wait(None).layout_changed
    assert screen.screens() == screens
    screen.fail_grabs(1)
    with pytest.raises(GrabFailedError):
        screen.grab(1, Rect(0, 0, 5, 5))
    assert screen.grab(1, Rect(0, 0, 5, 5)).shape == (5, 5, 4)
    with pytest.raises(GrabFailedError):
        screen.grab(9, Rect(0, 0, 5, 5))
    screen.lose()
    with pytest.raises(DisplayLostError):
        screen.wait(None)


class _Grabber:
    """A desktop of 100×80 whose grabs can fail."""

    def __init__(self) -> None:
        self.picture = np.zeros((80, 100, 4), dtype=np.uint8)
        self.fails = False
        self.grabs = 0

    def grab(self, area: Rect) -> np.ndarray:
        self.grabs += 1
        if self.fails:
            message = "no picture (on purpose)"
            raise GrabFailedError(message)
        return self.picture[area.top : area.bottom, area.left : area.right].copy()

    def monitors(self) -> tuple[Monitor, ...]:
        return (Monitor("only", Rect(0, 0, 100, 80)),)

    def reopen(self) -> None:
        pass

    def close(self) -> None:
        pass


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 99), st.integers(0, 79), st.integers(0, 3))
def test_polling_misses_no_pixel(left, top, channel):
    grabber = _Grabber()
    source = PollScreen(open_grabber=lambda: grabber)
    source.open()
    source.wait(None)
    grabber.picture[top, left, channel] = 255
    assert source.wait(None).areas == {0: (Rect(left, top, 1, 1),)}


def test_polling_slows_down_while_nothing_changes_and_hurries_when_it_does():
    grabber = _Grabber()
    source = PollScreen(open_grabber=lambda: grabber)
    source.open()
    source.wait(None)
    source.wait(2.5)
    assert grabber.grabs <= 10
    assert source._pause_s > 0.5
    grabber.picture[:] = 7
    assert source.wait(None).areas
    assert source._pause_s == 0.1


def test_a_poll_that_fails_reports_everything_so_that_the_recorder_finds_out():
    grabber = _Grabber()
    source = PollScreen(open_grabber=lambda: grabber)
    source.open()
    source.wait(None)
    grabber.fails = True
    assert source.wait(None).areas == {0: (Rect(0, 0, 100, 80),)}
    with pytest.raises(GrabFailedError):
        source.grab(0, Rect(0, 0, 1, 1))
    grabber.fails = False
    assert source.wait(None).areas == {0: (Rect(0, 0, 100, 80),)}
