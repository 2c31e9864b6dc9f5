"""The decoder tells where a picture is film: everything outside of these areas is the screen's, pixel by pixel."""

import numpy as np
import pytest

from recorder.codec.decoder import ScreenDecoder
from recorder.codec.film_tiles import FilmTiles
from recorder.codec.tiles import Grid
from recorder.codec.wire import Move
from recorder.geometry import Rect
from tests.codec_screens import Screen, text_like
from tests.unit.recorder.test_codec_film import FILM, show

GRID = Grid(640, 160)


@pytest.fixture
def playing():
    screen = Screen(text_like(480, 960))
    for frame in range(10):
        show(screen, frame)
    return screen


def inside(areas, shape):
    mask = np.zeros(shape, np.bool_)
    for area in areas:
        mask[area.top : area.bottom, area.left : area.right] = True
    return mask


def test_where_a_film_plays_is_told_and_all_around_it_is_exact(playing):
    areas = playing.decoder.film_areas
    mask = inside(areas, playing.picture.shape[:2])
    wrong = (playing.decoder.picture != playing.picture[..., :3]).any(axis=2)
    assert wrong.any()
    assert not (wrong & ~mask).any()
    assert all(area.intersection(FILM) == area for area in areas)


def test_a_film_that_rests_leaves_no_area(playing):
    playing.rest()
    assert playing.decoder.film_areas == ()


def test_who_starts_at_a_snapshot_is_told_the_same(playing):
    snapshot = playing.encoder.snapshot(playing.at_ns)
    assert not snapshot.exact
    assert ScreenDecoder.from_snapshot(snapshot, playing.patches).film_areas == playing.decoder.film_areas != ()


def test_what_is_moved_out_of_film_counts_as_film_and_what_is_painted_over_it_does_not():
    film = FilmTiles()
    film.begin(GRID)
    film.paint(np.array([0]), True)
    film.move(Move(Rect(64, 16, 64, 16), 64, 16))  # tile 0 to the second tile of the second row
    assert film.areas() == (Rect(0, 0, 128, 32),)
    film.paint(np.array([0]), np.array([False]))
    assert film.areas() == (Rect(64, 16, 64, 16),)
    film.move(Move(Rect(128, 32, 64, 16), 64, 32))  # from an exact tile
    assert film.areas() == (Rect(64, 16, 64, 16),)
    film.all_exact()
    assert film.areas() == ()
