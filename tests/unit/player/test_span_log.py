"""Gaps, damage, idle and locked times out of events in their order."""

from player.row_list import RowList
from player.source import Span
from player.span_log import SpanLog, hides_screen
from recorder.events import Gap, IdleChanged, LockChanged, Patch, Screen, ScreensChanged
from recorder.geometry import Rect
from recorder.oplog import LogRow


def patch(at_ns, *, screen=0, kind="change", exact=True):
    return Patch(at_ns, screen, kind, 10, 10, exact, 5, (), b"")


def kinds(log, reached_ns=1000):
    return [(span.start_ns, span.end_ns, span.kind) for span in log.spans(reached_ns)]


def test_what_begins_and_ends_is_a_span_and_what_has_not_ended_reaches_up_to_now():
    log = SpanLog()
    log.feed(LockChanged(10, locked=True))
    assert kinds(log, 50) == [(10, 50, "locked")]
    log.feed(LockChanged(60, locked=False))
    log.feed(IdleChanged(100, idle=True, since_ns=70))
    log.feed(IdleChanged(120, idle=False, since_ns=70))
    assert kinds(log) == [(10, 60, "locked"), (70, 120, "idle")]


def test_a_film_is_inexact_until_it_rests_each_screen_for_itself():
    log = SpanLog()
    log.feed(patch(10, exact=False))
    log.feed(patch(20, screen=1, exact=False))
    log.feed(patch(30, exact=False))
    log.feed(patch(40))
    assert kinds(log, 90) == [(10, 40, "inexact"), (20, 90, "inexact")]


def test_a_hole_ends_when_every_screen_has_a_full_picture_again():
    log = SpanLog()
    screens = tuple(Screen(number, "", Rect(0, 0, 10, 10)) for number in (0, 1))
    log.feed(ScreensChanged(0, screens))
    log.lose(100, "altered", "Damaged.")
    log.find_again(150)
    log.feed(patch(160))
    log.feed(patch(170, kind="full"))
    assert kinds(log) == [(100, 1000, "altered")]
    log.feed(patch(180, screen=1, kind="full"))
    assert kinds(log) == [(100, 180, "altered")]


def test_a_hole_without_a_screen_ends_where_records_are_whole_again():
    log = SpanLog()
    log.lose(100, "missing", "Gone.")
    log.find_again(150)
    assert kinds(log) == [(100, 150, "missing")]


def test_a_gaps_reason_is_in_words_and_a_new_one_of_a_newer_recorder_too():
    log = SpanLog()
    log.feed(Gap(5, 9, "everything", "suspended"))
    log.feed(Gap(20, 30, "input", "of_a_newer_version", "Something else."))
    first, second = log.spans(100)
    assert first == Span(5, 9, "gap", "The machine was suspended.")
    assert "input" in second.reason
    assert "Something else." in second.reason


def test_a_gap_hides_the_screen_it_names():
    assert hides_screen(Gap(0, 1, "everything", ""), 2)
    assert hides_screen(Gap(0, 1, "screen", ""), 2)
    assert hides_screen(Gap(0, 1, "screen 2", ""), 2)
    assert not hides_screen(Gap(0, 1, "screen 1", ""), 2)
    assert not hides_screen(Gap(0, 1, "input", ""), 2)


def test_rows_that_come_late_are_put_at_their_time_and_the_tail_is_given_anew():
    rows = RowList()
    first, third, tail = LogRow(10, 10, "click", "a"), LogRow(30, 30, "click", "c"), LogRow(40, 40, "text", "d")
    rows.settle([first, third], [tail])
    assert (list(rows), rows.settled, rows.revision) == ([first, third, tail], 2, 0)
    second = LogRow(20, 25, "gap", "b")
    rows.settle([second], [])
    assert (list(rows), rows.settled, rows.revision) == ([first, second, third], 3, 1)
    assert rows[-1] is third
    assert rows[1:] == [second, third]
