"""The video's clock: what is cut, where a moment lies, and when pictures are looked for."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from player.source import Span
from player.video.plan import dull_ranges, moments, timetable

S = 1_000_000_000
MS = 1_000_000
RANGES = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=8)


@given(RANGES, st.integers(0, 100), st.integers(101, 250), st.sampled_from([MS, 100 * MS, 333_333_333]))
def test_every_moment_that_is_not_cut_has_its_own_place_on_the_videos_clock(cut, start, end, step_ns):
    table = timetable(start * S, end * S, [(a * S, b * S) for a, b in cut], step_ns=step_ns)
    left_out_ns = sum(one.end_ns - one.start_ns for one in table.cuts)
    assert left_out_ns + sum(one.end_ns - one.start_ns for one in table.stretches) == (end - start) * S
    for one, then in zip(table.stretches, [*table.stretches[1:], None], strict=True):
        assert one.video_ns % step_ns == 0
        assert then is None or one.video_ns + one.end_ns - one.start_ns <= then.video_ns
    for second in range(start, end):
        is_cut = any(a <= second < b for a, b in cut)
        shown = [one for one in table.stretches if one.start_ns <= second * S < one.end_ns]
        assert len(shown) == (0 if is_cut else 1)
        for one in shown:
            assert table.video_ns_at(second * S) - one.video_ns == second * S - one.start_ns
    assert [table.video_ns_at(s * S) for s in range(300)] == sorted(table.video_ns_at(s * S) for s in range(300))


def test_only_the_middle_of_an_idle_time_is_cut_and_never_what_was_not_recorded():
    idle = [Span(10 * S, 100 * S, "idle", "")]
    assert list(dull_ranges(idle, [])) == [(11 * S, 99 * S)]
    gap = Span(40 * S, 50 * S, "gap", "")
    assert list(dull_ranges(idle, [gap])) == [(11 * S, 39 * S), (51 * S, 99 * S)]
    assert list(dull_ranges(idle, [gap], dark=[gap])) == [(11 * S, 39 * S), (51 * S, 99 * S), (43 * S, 50 * S)]
    assert list(dull_ranges([Span(0, 3 * S, "idle", "")], [])) == []


@given(st.lists(st.integers(0, 60_000_000_000), max_size=30), st.sampled_from([MS, 250 * MS]))
def test_a_change_is_looked_at_at_the_next_step_and_never_before_it_happened(times, step_ns):
    content = np.unique(np.array(times, np.int64))
    table = timetable(5 * S, 50 * S, [(0, 6 * S), (20 * S, 30 * S), (49 * S, 60 * S)], step_ns=step_ns)
    plan = moments(table, content, tick_ns=S, longest_ns=5 * S)
    assert (np.diff(plan.video_ns) > 0).all()
    assert plan.video_ns[0] == 0
    assert (plan.video_ns % step_ns == 0).all()
    for one in content.tolist():
        if any(stretch.start_ns <= one and one + step_ns <= stretch.end_ns for stretch in table.stretches):
            looked = plan.at_ns[plan.is_content]
            nearest = looked[looked >= one].min()
            assert nearest - one < step_ns
    for at_ns, video_ns in zip(plan.at_ns.tolist(), plan.video_ns.tolist(), strict=True):
        assert table.video_ns_at(at_ns) == video_ns
