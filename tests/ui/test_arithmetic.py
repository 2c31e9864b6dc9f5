"""The arithmetic behind the painting, without a widget."""

import pytest

from player.keycaps import clicks_before
from player.source import Span
from player.ui import lens
from player.ui.lens import Lens
from player.ui.what_to_paint import blank_of, gravest, notices_of, window_text
from recorder.geometry import Rect
from resources.ui.inert import visible
from resources.words import read_words
from tests.fakes import S, row

DESKTOP = Rect(0, 0, 1920, 1080)


def test_a_fitted_desktop_is_whole_centred_and_never_enlarged():
    fitted = lens.fitted(DESKTOP, 960, 1000)
    assert (fitted.scale, fitted.left, fitted.top) == (0.5, 0.0, 230.0)
    assert lens.fitted(Rect(0, 0, 320, 200), 960, 1000).scale == 1.0


def test_a_desktop_that_does_not_begin_at_zero_is_fitted_too():
    fitted = lens.fitted(Rect(-1280, 200, 1280, 1024), 640, 512)
    assert (fitted.x(-1280), fitted.y(200)) == (0.0, 0.0)


def test_what_lies_under_the_pointer_stays_there_when_zooming():
    before = Lens(0.5, 10.0, 20.0)
    after = lens.zoomed(before, 2.0, 110.0, 120.0)
    assert (after.x(200), after.y(200)) == (110.0, 120.0)


def test_zoom_ends_at_eight_hundred_percent():
    assert lens.zoomed(Lens(4.0, 0, 0), 100.0, 0, 0).scale == 8.0
    assert lens.next_step(8.0, 1) == 8.0
    assert [lens.next_step(1.0, 1), lens.next_step(1.0, -1), lens.next_step(0.37, 1)] == [1.5, 0.75, 0.5]


def test_a_large_picture_cannot_be_pushed_out_of_sight():
    kept = lens.kept_in_sight(Lens(1.0, 500.0, -5000.0), DESKTOP, 800, 600)
    assert (kept.left, kept.top) == (0.0, 600 - 1080)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ls -la", "ls -la"),
        ("日本語", "日本語"),
        ("a\nb\tc", "a⏎b⇥c"),
        ("\x1b[31m", "␛[31m"),
        ("\u202egpj.exe", "⟨U+202E⟩gpj.exe"),
        ("a\u200bb", "a⟨U+200B⟩b"),
        ("<b>bold</b>", "<b>bold</b>"),
    ],
)
def test_what_cannot_be_seen_is_made_visible(text, shown):
    assert visible(text) == shown


SPANS = (
    Span(0, 10 * S, "gap", "suspended"),
    Span(5 * S, 8 * S, "altered", "changed"),
    Span(0, 20 * S, "idle", "quiet"),
)


def test_the_gravest_span_is_named():
    words = read_words("en")
    assert gravest(SPANS, 6 * S) == SPANS[1]
    assert gravest(SPANS, 9 * S) == SPANS[0]
    assert gravest(SPANS, 15 * S) is None
    assert "changed" in blank_of(gravest(SPANS, 6 * S), words).text
    assert blank_of(None, words).title == words("screen.no_picture")


def test_a_gap_over_which_there_is_a_picture_is_said_beside_it():
    assert notices_of(SPANS, 1 * S, read_words("en")) == ("Not recorded: suspended",)
    assert notices_of(SPANS, 15 * S, read_words("en")) == ()


def test_only_clicks_of_the_last_moments_are_seen():
    rows = [
        row(1, "click", "left", x_px=1, y_px=2),
        row(4.8, "click", "left", x_px=3, y_px=4),
        row(6, "click", "right", x_px=5, y_px=6),
    ]
    marks = clicks_before(rows, 5 * S)
    assert [(mark.x_px, mark.age_ns) for mark in marks] == [(3, 200_000_000)]


def test_the_window_of_a_moment_is_that_of_the_row_before():
    rows = [row(1, "window", "a", application="xterm", window="~"), row(5, "window", "b", application="mousepad")]
    assert [window_text(rows, at * S) for at in (0, 2, 9)] == ["", "xterm  ·  ~", "mousepad"]
