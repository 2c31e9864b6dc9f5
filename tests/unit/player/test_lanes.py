"""The arithmetic of the timeline's lanes, beside the plain way of reckoning the same."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from player import lanes, timeline
from player.lane_columns import ColumnReader, colours_of, evidence_of
from player.lanes import Lane, Range
from player.row_list import RowList
from player.source import Span
from player.timeline import Axis
from tests.fakes import S, row

HOUR = 3600 * S
AXIS = Axis(0, 100 * S, 1000)  # a tenth of a second is a pixel


def marks(*pairs, values=None):
    """Marks from and to these seconds."""
    starts, ends = (np.array([round(pair[side] * S) for pair in pairs], np.int64) for side in (0, 1))
    return lanes.mark_columns(starts, ends, None if values is None else np.array(values, np.int64))


def instants(*seconds, values=None):
    return marks(*((at, at) for at in seconds), values=values)


def strip(*turns):
    """From each second on this value."""
    starts = np.array([round(at * S) for at, _ in turns], np.int64)
    return lanes.strip_columns(starts, np.array([value for _, value in turns], np.int64), np.arange(len(turns)))


spans_s = st.lists(st.tuples(st.floats(0, 120), st.floats(0, 30)), max_size=30).map(
    lambda pairs: sorted((start, start + length) for start, length in pairs)
)
axes = st.tuples(st.integers(0, 100), st.integers(1, 60), st.integers(1, 300)).map(
    lambda given: Axis(given[0] * S, (given[0] + given[1]) * S, given[2])
)


# --- gathered -----------------------------------------------------------------------------------------------------


def test_marks_on_the_same_place_are_one_with_their_number_and_the_gravest_of_them():
    found = lanes.clusters(AXIS, instants(1.0, 1.01, 1.02, 50, values=[0, 4, 1, 2]), cell_px=4)
    assert found.counts.tolist() == [3, 1]
    assert found.x_px.tolist() == pytest.approx([10, 500])
    assert found.highest.tolist() == [4, 2]
    assert found.firsts.tolist() == [0, 3]


@given(spans=spans_s, axis=axes, cell_px=st.floats(0.5, 20))
def test_no_mark_is_lost_and_none_is_counted_twice(spans, axis, cell_px):
    given_marks = marks(*spans)
    found = lanes.clusters(axis, given_marks, cell_px=cell_px)
    seen = [at for at in given_marks.starts_ns.tolist() if axis.start_ns <= at <= axis.end_ns]
    assert found.counts.sum() == len(seen)
    assert all(0 <= x <= axis.width_px for x in found.x_px)


def test_signs_that_would_cover_each_other_are_one():
    found = lanes.signs(AXIS, instants(1.05, 1.15, 1.9, 4, values=[1, 3, 0, 2]), apart_px=11)
    assert found.counts.tolist() == [3, 1]
    assert found.highest.tolist() == [3, 2]
    assert found.firsts.tolist() == [0, 3]


def test_gathered_marks_stay_together_while_the_axis_is_panned():
    given_marks = instants(*np.arange(0, 100, 0.13))
    counts = [
        lanes.clusters(Axis(start * S // 10, start * S // 10 + 50 * S, 500), given_marks, cell_px=8).counts[5:-5]
        for start in (8, 16)
    ]
    assert counts[0].tolist()[1:] == counts[1].tolist()[: len(counts[0]) - 1]


@given(spans=spans_s, axis=axes)
def test_a_pixel_is_covered_exactly_where_something_is(spans, axis):
    given_marks = marks(*spans)
    found = lanes.runs(axis, given_marks)
    covered = np.zeros(axis.width_px, bool)
    for left, right in zip(found.left_px, found.right_px, strict=True):
        assert not covered[left:right].any()
        covered[left:right] = True
    edges = axis.start_ns + np.linspace(0, axis.end_ns - axis.start_ns, axis.width_px + 1).astype(np.int64)
    edges[-1] += 1
    for pixel in range(axis.width_px):
        low, high = edges[pixel], edges[pixel + 1]
        truly = any(
            low <= start < high or start < low < end
            for start, end in zip(given_marks.starts_ns, given_marks.ends_ns, strict=True)
        )
        assert covered[pixel] == truly


def test_what_is_shorter_than_a_pixel_is_still_seen():
    found = lanes.runs(Axis(0, 8 * HOUR, 1000), instants(3600))
    assert (found.right_px - found.left_px).tolist() == [1]
    assert found.counts.tolist() == [1]


# --- windows ------------------------------------------------------------------------------------------------------


def test_each_pixel_has_the_window_of_its_time():
    found = lanes.blocks(AXIS, strip((10, 0), (30, 1), (60, -1), (80, 0)), until_ns=90 * S)
    shown = zip(found.left_px.tolist(), found.right_px.tolist(), found.values.tolist(), strict=True)
    assert list(shown) == [(100, 300, 0), (300, 600, 1), (800, 900, 0)]
    assert not found.is_mixed.any()


def test_a_window_too_short_for_a_pixel_makes_it_mixed_and_a_new_title_does_not():
    found = lanes.blocks(AXIS, strip((0, 0), (20.01, 1), (20.03, 0), (50, 0)), until_ns=100 * S)
    shown = zip(found.left_px.tolist(), found.right_px.tolist(), found.is_mixed.tolist(), strict=True)
    assert list(shown) == [(0, 200, False), (200, 201, True), (201, 1000, False)]
    assert (found.firsts[1], found.lasts[1]) == (0, 2)
    assert (found.firsts[2], found.lasts[2]) == (2, 3), "of one application, though of two titles"


def test_where_windows_follow_each_other_is_told_only_where_there_is_room():
    given_strip = strip(*((second, 0) for second in range(100)))
    assert len(lanes.joints(AXIS, given_strip, apart_px=5)) == 100
    assert len(lanes.joints(Axis(0, 100 * S, 200), given_strip, apart_px=5)) == 0


# --- finding ------------------------------------------------------------------------------------------------------


def test_what_lies_under_a_point_is_what_is_nearest_or_on_top():
    given_marks = marks((1, 40), (10, 12), (50, 50))
    assert lanes.under(AXIS, given_marks, 110) == lanes.Under(2, 1)
    assert lanes.under(AXIS, given_marks, 300) == lanes.Under(1, 0)
    assert lanes.under(AXIS, given_marks, 498) == lanes.Under(1, 2)
    assert lanes.under(AXIS, given_marks, 450) is None


def test_the_next_and_the_last_before_are_never_the_one_where_we_are():
    times_ns = np.array([10 * S, 20 * S, 30 * S])
    assert lanes.neighbour(times_ns, 20 * S, 1) == 30 * S
    assert lanes.neighbour(times_ns, 20 * S, -1) == 10 * S
    assert lanes.neighbour(times_ns, 30 * S, 1) is None
    assert lanes.neighbour(times_ns, 10 * S, -1) is None


def test_going_back_while_it_plays_does_not_stop_at_the_same_mark_again():
    times_ns = np.array([10 * S, 20 * S])
    assert lanes.neighbour(times_ns, 20 * S + S // 2, -1) == 20 * S
    assert lanes.neighbour(times_ns, 20 * S + S // 2, -1, slack_ns=S) == 10 * S


# --- selecting ----------------------------------------------------------------------------------------------------


def test_a_range_is_the_same_from_either_side_and_stays_within_the_recording():
    assert lanes.between(30 * S, 10 * S, 60 * S) == Range(10 * S, 30 * S)
    assert lanes.between(-5 * S, 90 * S, 60 * S) == Range(0, 60 * S)
    assert lanes.between(10 * S, 10 * S, 60 * S) is None


def test_the_start_and_the_end_are_set_alone_as_in_a_video_editor():
    assert lanes.started_at(None, 10 * S, 60 * S) == Range(10 * S, 60 * S)
    assert lanes.ended_at(Range(10 * S, 60 * S), 20 * S, 60 * S) == Range(10 * S, 20 * S)
    assert lanes.started_at(Range(10 * S, 20 * S), 30 * S, 60 * S) == Range(30 * S, 60 * S)
    assert lanes.ended_at(Range(30 * S, 60 * S), 20 * S, 60 * S) == Range(0, 20 * S)
    assert lanes.started_at(None, 60 * S, 60 * S) is None


def test_a_grip_is_found_near_either_end_and_the_other_end_stays():
    chosen = Range(10 * S, 20 * S)
    assert lanes.grip_at(AXIS, chosen, 103) == 20 * S
    assert lanes.grip_at(AXIS, chosen, 197) == 10 * S
    assert lanes.grip_at(AXIS, chosen, 150) is None
    assert lanes.grip_at(AXIS, None, 100) is None


def test_empty_lanes_take_no_room_and_the_others_follow_closely():
    heights = {Lane.SCREEN: 30, Lane.ALERTS: 12, Lane.HITS: 10}
    screen, alerts, hits = lanes.stacked(heights, frozenset({Lane.ALERTS}), top_px=24, apart_px=2)
    assert (screen.top_px, screen.bottom_px) == (24, 54)
    assert (alerts.height_px, alerts.is_empty) == (0, True)
    assert (hits.top_px, hits.bottom_px, hits.is_empty) == (56, 66, False)


# --- columns ------------------------------------------------------------------------------------------------------


def test_rows_become_lanes_with_their_words():
    rows = [
        row(1, "window", "~", application="xterm", window="~"),
        row(2, "text", "ls", application="xterm", window="~"),
        row(3, "window", "~", detail="new title", application="xterm", window="~"),
        row(3, "keys", "Enter", application="xterm", window="~"),
        row(4, "window", "Vault", application="firefox", window="Vault"),
        row(5, "alert", "A rule fired", severity="critical"),
        row(6, "window", "No window"),
        row(7, "process", "sleep 1", detail="started · process 5"),
    ]
    reader = ColumnReader()
    reader.take(rows[:3])
    assert reader.columns() is reader.columns()
    reader.take(rows[3:])
    columns = reader.columns()

    def words(marks):
        return [columns.texts[place] for place in marks.texts]

    assert columns.applications == ("xterm", "firefox")
    assert columns.windows.values.tolist() == [0, 1, -1]
    assert words(columns.windows) == ["~", "Vault", ""], "the same window said again is no other window"
    assert words(columns.typing) == ["ls"]
    assert (words(columns.commands), words(columns.processes)) == (["ls"], ["sleep 1"])
    assert columns.commands.ends_ns.tolist() == [3 * S], "entered after a pause"
    assert (columns.alerts.starts_ns.tolist(), columns.alerts.values.tolist()) == ([5 * S], [4])


def test_rows_that_are_known_late_are_taken_once_and_shift_nothing():
    kept, reader = RowList(), ColumnReader()
    kept.settle([row(1, "text", "a"), row(5, "text", "b")], ())
    reader.take(kept.arrived(0))
    kept.settle([row(2, "gap", "late"), row(7, "text", "c")], ())
    assert [late.text for late in kept.arrived(2)] == ["late", "c"]
    reader.take(kept.arrived(2))
    typing = reader.columns().typing
    assert [reader.columns().texts[place] for place in typing.texts] == ["a", "b", "c"]


def test_an_application_has_the_same_colour_in_every_recording():
    assert colours_of(("firefox", "xterm"))[1] == colours_of(("xterm",))[0]
    names = [f"application-{number}" for number in range(8)]
    assert set(colours_of(names)) == set(range(8)), "as long as there are colours, no two share one"
    assert colours_of((*names, "one-more", ""))[8:] == (colours_of(("one-more",))[0], None)


def test_gaps_are_told_apart_by_their_reasons():
    spans = [Span(0, 5, "gap", "a"), Span(6, 7, "idle", "b"), Span(8, 9, "gap", "a"), Span(10, 11, "altered", "c")]
    gaps, altered = evidence_of(spans, ("gap", "altered"))
    assert (gaps.kind, gaps.reason, gaps.number, gaps.marks.starts_ns.tolist()) == ("gap", "a", 0, [0, 8])
    assert (altered.kind, altered.number, altered.marks.ends_ns.tolist()) == ("altered", 0, [11])


def test_of_very_many_reasons_none_is_lost():
    found = evidence_of([Span(at, at + 1, "gap", f"reason {at}") for at in range(50)], ("gap",))
    assert [one.number for one in found] == list(range(6))
    assert (found[-1].reason, len(found[-1].marks)) == ("", 45)


def test_a_million_marks_are_laid_out_at_once():
    starts = np.arange(1_000_000, dtype=np.int64) * (8 * HOUR // 1_000_000)
    many = lanes.mark_columns(starts, starts + S // 100, np.arange(1_000_000) % 5)
    windows = lanes.strip_columns(starts, np.arange(1_000_000) % 7, np.arange(1_000_000))
    axis = timeline.whole(8 * HOUR, 1800)
    began_s = time.process_time()
    assert lanes.clusters(axis, many, cell_px=8).counts.sum() == 1_000_000
    assert lanes.runs(axis, many).counts.sum() == 1_000_000
    assert lanes.blocks(axis, windows, until_ns=8 * HOUR).is_mixed.all()
    assert len(lanes.joints(axis, windows, apart_px=6)) == 0
    assert lanes.under(axis, many, 900) is not None
    assert time.process_time() - began_s < 0.3
