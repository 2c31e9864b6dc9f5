"""What was typed and clicked before a moment: only what had happened by then, as it was pressed."""

import pytest

from player.keycaps import Stroke, clicks_before, strokes_before
from recorder.events import Click, Key, KeyActivity
from recorder.oplog import OperationLog

S = 1_000_000_000
TENTH = S // 10


@pytest.fixture
def rows():
    """ "lx", erased to "l", "s" and Enter by tenths of a second from 1 s; Ctrl+C at 3 s; Down thrice from 3.2 s."""
    keys = [Key(S, "l"), Key(S + TENTH, "x"), Key(S + 2 * TENTH, "", "backspace"), Key(S + 3 * TENTH, "s")]
    keys += [Key(S + 4 * TENTH, "", "enter"), Key(3 * S, "c", "c", ("ctrl",))]
    keys += [Key(3 * S + place * TENTH, "", "down") for place in (2, 3, 4)]
    return rows_of(*keys)


def rows_of(*events):
    log = OperationLog()
    found = [row for event in events for row in log.feed(event)] + log.finish()
    return sorted(found, key=lambda row: row.at_ns)


def said(rows, at_ns, **options):
    return [(one.text, one.presses) for one in strokes_before(rows, at_ns, **options)]


def test_each_moment_shows_what_had_been_pressed_by_then(rows):
    assert said(rows, S - 1) == []
    assert said(rows, S) == [("l", 1)]
    assert said(rows, S + TENTH) == [("lx", 1)]
    assert said(rows, S + 2 * TENTH) == [("lx", 1), ("⌫", 1)]
    assert said(rows, S + 4 * TENTH) == [("lx", 1), ("⌫", 1), ("s", 1), ("Enter", 1)]


def test_going_backwards_shows_the_same_as_going_forwards(rows):
    moments = range(0, 9 * S, TENTH)
    assert [said(rows, at_ns) for at_ns in reversed(moments)] == [said(rows, at_ns) for at_ns in moments][::-1]


def test_a_repeated_key_is_not_counted_before_it_was_repeated(rows):
    assert said(rows, 3 * S + 3 * TENTH)[-2:] == [("Ctrl+C", 1), ("Down", 1)]
    assert said(rows, 3 * S + 4 * TENTH)[-1] == ("Down", 3)


def test_what_is_older_than_a_few_seconds_is_gone_character_by_character(rows):
    assert said(rows, 5 * S + TENTH, shown_ns=4 * S)[:2] == [("⌫", 1), ("s", 1)]
    assert said(rows, 60 * S) == []


def test_text_typed_after_a_pause_stands_apart():
    rows = rows_of(Key(S, "a"), Key(3 * S - 1, "b"))
    assert said(rows, 3 * S) == [("a", 1), ("b", 1)]


def test_a_long_piece_that_began_long_ago_is_shown_from_its_beginning():
    rows = rows_of(*(Key(place * S, "a") for place in range(100)))
    assert said(rows, 99 * S) == [("a" * 100, 1)]


def test_what_was_typed_before_a_pause_is_gone_when_its_time_is_over():
    rows = rows_of(Key(0, "a"), Key(2 * S, "b"), Key(3 * S, "c"))
    assert said(rows, 3 * S) == [("a", 1), ("bc", 1)]
    assert said(rows, 5 * S) == [("bc", 1)]


def test_keys_that_are_not_recorded_are_shown_as_activity():
    rows = rows_of(KeyActivity(S, 2 * S, 9))
    assert [one.kind for one in strokes_before(rows, 2 * S)] == ["activity"]
    assert strokes_before(rows, S - 1) == ()


def test_what_is_typed_and_looks_like_a_key_is_not_taken_for_it():
    rows = rows_of(*(Key(S, one) for one in "x · Enter"), Key(S, "", "backspace"))
    assert strokes_before(rows, S) == (Stroke("text", "x · Enter", S), Stroke("key", "⌫", S))


def test_clicks_are_shown_where_they_were_and_never_before():
    rows = rows_of(Click(S, 40, 30, "left", pressed=True), Click(2 * S, 9, 8, "right", pressed=True))
    assert clicks_before(rows, S - 1) == ()
    assert [(one.x_px, one.y_px, one.age_ns, one.words) for one in clicks_before(rows, S + 5)] == [(40, 30, 5, "")]
    assert [(one.x_px, one.words) for one in clicks_before(rows, 2 * S)] == [(9, "Right click"), (40, "")]
