"""Where a program makes thousands of windows, masks hold all that they have to, and are found in time."""

import datetime
import random
import time

import numpy as np

from recorder.capture.mask_rules import MaskRules
from recorder.capture.mask_shapes import MOST_AREAS, MOST_COVERS, Masks, mask_shapes
from recorder.capture.shown_windows import Look, ShownWindow
from recorder.geometry import Rect
from recorder.policy.sections import MaskRule

DESKTOP = Rect(0, 0, 1280, 800)
NOON = datetime.datetime(2031, 4, 7, 12, 0, tzinfo=datetime.UTC)
RULES = MaskRules([MaskRule(name="private", titles=("private",))])


def _window(number: int, area: Rect, title: str) -> ShownWindow:
    return ShownWindow(number, area, title=title, names=("flood",))


def _masks(windows: list[ShownWindow]) -> Masks:
    return mask_shapes(
        RULES, Look(tuple(windows), (), is_composited=False), (NOON,), since_s=9, desktop=DESKTOP, left=()
    )


def _painted(areas: list[Rect]) -> np.ndarray:
    picture = np.zeros((DESKTOP.height, DESKTOP.width), bool)
    for area in areas:
        picture[area.top : area.bottom, area.left : area.right] = True
    return picture


def _to_be_masked(windows: list[ShownWindow]) -> np.ndarray:
    """The pixels that a masked window shows, drawn from the lowest to the highest."""
    picture = np.zeros((DESKTOP.height, DESKTOP.width), bool)
    for window in windows:
        area = window.area.intersection(DESKTOP)
        picture[area.top : area.bottom, area.left : area.right] = "private" in window.title
    return picture


def _scattered(count: int, title: str, *, seed: int) -> list[ShownWindow]:
    places = random.Random(seed)
    return [
        _window(seed * 10_000 + at, Rect(places.randrange(1240), places.randrange(760), 40, 40), title)
        for at in range(count)
    ]


def test_a_masked_window_under_some_covers_is_masked_where_it_shows_and_nowhere_else() -> None:
    windows = [_window(1, Rect(100, 100, 900, 600), "private"), *_scattered(MOST_COVERS // 2, "open", seed=1)]
    assert np.array_equal(_painted([mask.area for mask in _masks(windows).areas]), _to_be_masked(windows))


def test_a_masked_window_under_thousands_of_covers_is_masked_where_it_shows_and_a_little_more() -> None:
    windows = [_window(1, Rect(100, 100, 900, 600), "private"), *_scattered(3000, "open", seed=2)]
    began_s = time.process_time()
    masks = _masks(windows)
    assert time.process_time() - began_s < 2
    painted = _painted([mask.area for mask in masks.areas])
    assert not (_to_be_masked(windows) & ~painted).any()
    assert len(masks.areas) <= MOST_AREAS


def test_thousands_of_masked_windows_are_all_masked_in_few_areas_and_in_time() -> None:
    windows = [*_scattered(2500, "private", seed=3), *_scattered(500, "open", seed=4)]
    began_s = time.process_time()
    masks = _masks(windows)
    assert time.process_time() - began_s < 2
    painted = _painted([mask.area for mask in masks.areas])
    assert not (_to_be_masked(windows) & ~painted).any()
    assert len(masks.areas) <= MOST_AREAS
