"""Film: lossy at a bounded rate while it plays, exact once it rests; text beside it stays exact."""

import numpy as np
import pytest

from recorder.codec.decoder import ScreenDecoder
from recorder.geometry import Rect
from tests.codec_screens import STEP_NS, Screen, noise, text_like

FILM = Rect(128, 64, 640, 320)


@pytest.fixture
def playing():
    screen = Screen(text_like(480, 960))
    for frame in range(10):
        show(screen, frame)
    return screen


def show(screen, frame):
    screen.picture[FILM.top : FILM.bottom, FILM.left : FILM.right] = film_frame(frame)
    screen.changed(FILM)
    while (at_ns := screen.encoder.settles_at_ns) is not None and at_ns < screen.at_ns + STEP_NS:
        screen.follow(screen.encoder.settle(at_ns, screen.grab))


def film_frame(frame):
    """A smooth moving picture with grain."""
    rows, columns = np.mgrid[0 : FILM.height, 0 : FILM.width]
    smooth = 128 + 80 * np.sin(rows / 40 + frame / 5) * np.cos(columns / 60 - frame / 7)
    grain = np.random.default_rng(frame).integers(-6, 7, (FILM.height, FILM.width, 4))
    return np.clip(smooth[..., None] + grain, 0, 255).astype(np.uint8)


def test_film_is_said_to_be_inexact_and_looks_like_the_film(playing):
    shown = playing.decoder.picture[FILM.top : FILM.bottom, FILM.left : FILM.right].astype(int)

    assert not playing.decoder.exact
    assert np.abs(shown - film_frame(9)[..., :3]).mean() < 25


def test_text_beside_a_film_stays_exact(playing):
    playing.picture[:48] = text_like(48, 960, 7)
    playing.changed(Rect(0, 0, 960, 48))

    np.testing.assert_array_equal(playing.decoder.picture[:48], playing.picture[:48, :, :3])


def test_film_becomes_exact_within_seconds_of_rest(playing):
    began_ns = playing.at_ns
    playing.rest()

    np.testing.assert_array_equal(playing.decoder.picture, playing.picture[..., :3])
    assert playing.decoder.exact
    assert 1_000_000_000 <= playing.at_ns - began_ns + STEP_NS <= 3_000_000_000


def test_film_is_sent_at_a_bounded_rate(playing):
    sent = len(playing.patches)
    for frame in range(10, 60):
        show(playing, frame)
    size_bytes = sum(len(patch.data) for patch in playing.patches[sent:])

    assert size_bytes * 3600 / 10 < 700e6


def test_a_film_that_stops_differently_than_it_was_grabbed_is_settled_as_it_is(playing):
    playing.picture[FILM.top : FILM.bottom, FILM.left : FILM.right] = film_frame(99)
    playing.rest()

    np.testing.assert_array_equal(playing.decoder.picture, playing.picture[..., :3])


def test_a_snapshot_during_film_shows_what_the_decoder_shows(playing):
    snapshot = playing.encoder.snapshot(playing.at_ns)
    playing.decoder.apply(snapshot)
    jumped = ScreenDecoder.from_snapshot(snapshot, playing.patches)

    np.testing.assert_array_equal(jumped.picture, playing.decoder.picture)
    assert not jumped.exact


def test_a_segment_that_begins_during_film_stands_alone(playing):
    patch = playing.encoder.start_segment(playing.picture, playing.at_ns + 1)
    alone = ScreenDecoder()
    alone.apply(patch)

    assert alone.exact == patch.exact
    np.testing.assert_array_equal(alone.picture[:48], playing.picture[:48, :, :3])
    playing.decoder.apply(patch)
    playing.rest()
    np.testing.assert_array_equal(playing.decoder.picture, playing.picture[..., :3])


def test_noise_that_no_rate_could_carry_is_still_bounded():
    screen = Screen(noise(480, 960))
    sent = 0
    for frame in range(60):
        screen.picture = noise(480, 960, frame + 1)
        screen.changed_everywhere()
        if frame == 9:
            sent = len(screen.patches)
    size_bytes = sum(len(patch.data) for patch in screen.patches[sent:])

    assert size_bytes * 3600 / 10 < 700e6
