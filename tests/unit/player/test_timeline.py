"""The timeline's arithmetic."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from player import timeline
from player.changes import ChangeColumns
from player.source import Change, Span
from player.timeline import Axis
from recorder.oplog import LogRow

S = 1_000_000_000
HOUR = 3600 * S


def seconds(*values):
    return np.array([round(value * S) for value in values], dtype=np.int64)


@pytest.mark.parametrize(
    ("at_ns", "text"),
    [
        (0, "0:00:00.000"),
        (999_999, "0:00:00.000"),
        (61 * S + 234_567_890, "0:01:01.234"),
        (8 * HOUR + 59 * 60 * S + 59 * S + 999_999_999, "8:59:59.999"),
        (123 * HOUR, "123:00:00.000"),
        (-S, "-0:00:01.000"),
    ],
)
def test_time_is_written_cut_off_at_milliseconds(at_ns, text):
    assert timeline.time_text(at_ns) == text


def test_time_can_be_written_without_milliseconds():
    assert timeline.time_text(3723 * S + 900_000_000, milliseconds=False) == "1:02:03"


def test_the_wall_clock_is_written_in_utc_and_in_the_machines_own_time():
    wall_ns = 1_772_373_909 * S + 5
    assert timeline.clock_text(wall_ns) == "2026-03-01 14:05:09 UTC"
    assert timeline.clock_text(wall_ns, 9 * 3600) == "2026-03-01 23:05:09 +09:00"
    assert timeline.clock_text(wall_ns, -(3 * 3600 + 1800)) == "2026-03-01 10:35:09 -03:30"


@given(start=st.integers(0, 9 * HOUR), length=st.integers(10**8, 9 * HOUR), x=st.integers(0, 3000))
def test_a_place_on_the_axis_and_its_time_belong_together(start, length, x):
    axis = Axis(start, start + length, 3000)
    assert timeline.x_at(axis, timeline.time_at(axis, x)) == pytest.approx(x, abs=0.01)


def test_places_beside_the_axis_are_its_ends():
    axis = Axis(10 * S, 20 * S, 100)
    assert timeline.time_at(axis, -50) == 10 * S
    assert timeline.time_at(axis, 500) == 20 * S


@given(
    factor=st.floats(0.01, 100),
    around=st.integers(0, 1000),
    start=st.integers(0, 7 * HOUR),
    length=st.integers(10**8, HOUR),
)
def test_zooming_stays_within_the_recording_and_never_gets_too_close(factor, around, start, length):
    axis = timeline.zoomed(Axis(start, start + length, 1000), factor, around, 8 * HOUR)
    assert 0 <= axis.start_ns < axis.end_ns <= 8 * HOUR
    assert axis.end_ns - axis.start_ns >= timeline.SHORTEST_AXIS_NS


def test_zooming_keeps_the_moment_under_the_pointer():
    axis = Axis(HOUR, 3 * HOUR, 1000)
    closer = timeline.zoomed(axis, 4, 250, 8 * HOUR)
    assert closer.end_ns - closer.start_ns == HOUR // 2
    assert timeline.time_at(closer, 250) == timeline.time_at(axis, 250)


def test_panning_stops_at_the_ends():
    axis = Axis(HOUR, 2 * HOUR, 1000)
    assert timeline.panned(axis, 500, 8 * HOUR) == Axis(HOUR * 3 // 2, HOUR * 5 // 2, 1000)
    assert timeline.panned(axis, -5000, 8 * HOUR) == Axis(0, HOUR, 1000)
    assert timeline.panned(axis, 10**6, 8 * HOUR) == Axis(7 * HOUR, 8 * HOUR, 1000)


def test_an_axis_follows_a_moment_that_leaves_it():
    axis = Axis(0, HOUR, 1000)
    assert timeline.following(axis, HOUR // 2, 8 * HOUR) is axis
    moved = timeline.following(axis, 2 * HOUR, 8 * HOUR)
    assert moved.start_ns < 2 * HOUR < moved.end_ns
    assert moved.end_ns - moved.start_ns == HOUR


def test_the_whole_of_an_empty_recording_is_an_axis_too():
    axis = timeline.whole(0, 300)
    assert timeline.x_at(axis, 0) == 0
    assert timeline.ticks(axis)


@pytest.mark.parametrize("length_ns", [10**8, S, 17 * S, 400 * S, HOUR, 8 * HOUR, 200 * HOUR])
def test_ticks_stand_at_round_times_apart_enough_to_be_read(length_ns):
    found = timeline.ticks(Axis(3 * S, 3 * S + length_ns, 1200))
    named = [tick for tick in found if tick.text]
    assert named
    assert len(found) < 200
    gaps_px = np.diff([tick.x_px for tick in named])
    assert (gaps_px >= 89.9).all()
    assert len({tick.text for tick in named}) == len(named)


def test_density_counts_every_change_once():
    times_ns = seconds(0, 1, 1.5, 9.999, 10)
    counts = timeline.density(Axis(0, 10 * S, 100), times_ns, buckets=10)
    assert counts.tolist() == [1, 2, 0, 0, 0, 0, 0, 0, 0, 2]


def test_density_sums_weights():
    sums = timeline.density(Axis(0, 10 * S, 100), seconds(0, 1, 6), np.array([5, 7, 11]), buckets=2)
    assert sums.tolist() == [12, 11]


def test_activity_lies_between_nothing_and_one_and_shows_a_single_key():
    curve = timeline.activity(Axis(0, 2 * S, 2), seconds(0.5, 1.5), np.array([1, 2_000_000]), buckets=2)
    assert curve.max() == 1
    assert 0.02 < curve[0] < 0.5
    assert timeline.activity(Axis(0, S, 2), seconds(), buckets=4).tolist() == [0, 0, 0, 0]


def test_a_million_changes_take_milliseconds():
    changes = ChangeColumns()
    rng = np.random.default_rng(1)
    for at_ns in np.sort(rng.integers(0, 8 * HOUR, 1_000_000)).tolist():
        changes.append(at_ns, 0, 500)
    started = time.process_time()
    times_ns, weights = timeline.change_times(changes), timeline.change_weights(changes)
    timeline.activity(Axis(0, 8 * HOUR, 1000), times_ns, weights, buckets=1000)
    timeline.idle_spans(times_ns, seconds(5, 6), 8 * HOUR)
    assert time.process_time() - started < 0.5


def test_changes_in_columns_are_the_changes_that_were_put_in():
    changes = ChangeColumns()
    expected = [Change(number * 10, number % 3, number * number) for number in range(5000)]
    for change in expected:
        changes.append(change.at_ns, change.screen, change.changed_px)
    assert list(changes) == expected
    assert changes[-1] == expected[-1]
    assert changes[10:13] == expected[10:13]
    assert len(changes) == 5000
    with pytest.raises(IndexError):
        changes[5000]
    assert timeline.change_times(expected).tolist() == changes.times_ns.tolist()
    assert timeline.change_weights(expected).tolist() == changes.pixels.tolist()


def test_idle_is_where_neither_picture_nor_operator_moves():
    spans = timeline.idle_spans(seconds(1, 2, 30), seconds(12), 50 * S, threshold_ns=5 * S)
    assert [(span.start_ns // S, span.end_ns // S) for span in spans] == [(2, 12), (12, 30), (30, 50)]
    assert {span.kind for span in spans} == {"idle"}


def test_what_the_machine_does_alone_is_not_the_operator():
    rows = [LogRow(5, 5, "click", "x"), LogRow(3, 3, "process", "cron"), LogRow(2, 4, "text", "ls")]
    assert timeline.operator_times(rows).tolist() == [2, 5]


def test_the_spans_of_a_moment_are_found():
    spans = [Span(0, 10, "gap", ""), Span(5, 5, "altered", ""), Span(8, 20, "idle", "")]
    assert timeline.spans_at(spans, 5) == (spans[0], spans[1])
    assert timeline.spans_at(spans, 10) == (spans[2],)


def test_the_current_row_is_the_last_one_not_to_come():
    times_ns = seconds(1, 2, 2, 8)
    assert timeline.last_at_or_before(times_ns, 0) is None
    assert timeline.last_at_or_before(times_ns, 2 * S) == 2
    assert timeline.last_at_or_before(times_ns, 9 * S) == 3
