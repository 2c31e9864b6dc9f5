"""Counts and sequences within a time, against a slow and obvious reading of everything that happened."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from recorder.detect.observation import Observation, fired_by
from recorder.detect.rule import Correlation, Relation
from recorder.detect.windows import MOST_GROUPS, Correlating

EVENTS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2), st.sampled_from("xy")), max_size=25)


def seen(at_ns, value, group="x"):
    return Observation("command", at_ns, {"Host": group, "Program": value}, fired_by(at_ns, "text", str(value)))


def take(correlating, places, observation):
    hit = correlating.hit(places, observation)
    return correlating.take(hit) if hit is not None else None


def run(asked, events):
    """When it fires, by our windows; events are (pause, rule or value, group)."""
    correlating, at_ns, fired = Correlating(asked), 0, []
    for pause, which, group in events:
        at_ns += pause
        place = which if asked.relation in (Relation.TEMPORAL, Relation.TEMPORAL_ORDERED) else 0
        rows = take(correlating, [place], seen(at_ns, f"p{which}", group))
        if rows is not None:
            fired.append((at_ns, group, tuple(row.at_ns for row in rows)))
    return fired


def obviously(asked, events):
    """The same by looking at all that happened since the last alert of the group."""
    happened: dict = {}
    at_ns, fired = 0, []
    for pause, which, group in events:
        at_ns += pause
        mine = happened.setdefault(group, [])
        mine.append((at_ns, which))
        recent = [(when, one) for when, one in mine if when >= at_ns - asked.within_ns]
        if enough(asked, recent, which):
            fired.append((at_ns, group))
            mine.clear()
    return fired


def enough(asked, recent, last):
    match asked.relation:
        case Relation.EVENT_COUNT:
            return len(recent) >= asked.at_least
        case Relation.VALUE_COUNT:
            return len({one for _, one in recent}) >= asked.at_least
        case Relation.TEMPORAL:
            return {one for _, one in recent} >= set(asked.of)
        case Relation.TEMPORAL_ORDERED:
            if last != asked.of[-1]:
                return False
            earlier = itertools.combinations(range(len(recent) - 1), len(asked.of) - 1)
            return any(all(recent[at][1] == step for at, step in zip(some, asked.of, strict=False)) for some in earlier)


def times(fired):
    return [(at_ns, group) for at_ns, group, _ in fired]


@settings(max_examples=120, deadline=None)
@given(EVENTS, st.integers(1, 5), st.integers(1, 8), st.sampled_from([(), ("Host",)]))
def test_counts_fire_when_an_obvious_count_does(events, at_least, within_ns, by):
    asked = Correlation(Relation.EVENT_COUNT, (0,), within_ns, at_least, by)
    grouped = events if by else [(pause, which, "x") for pause, which, _ in events]
    fired = run(asked, grouped)
    assert times(fired) == obviously(asked, grouped)
    assert all(len(rows) == at_least and rows[0] >= rows[-1] - within_ns for _, _, rows in fired)


@settings(max_examples=120, deadline=None)
@given(EVENTS, st.integers(1, 3), st.integers(1, 8))
def test_different_values_are_counted_once_each(events, at_least, within_ns):
    asked = Correlation(Relation.VALUE_COUNT, (0,), within_ns, at_least, ("Host",), "Program")
    assert times(run(asked, events)) == obviously(asked, events)


@settings(max_examples=120, deadline=None)
@given(EVENTS, st.sampled_from([(0, 1), (0, 1, 2)]), st.integers(1, 8))
def test_rules_that_fire_together_in_any_order(events, of, within_ns):
    events = [one for one in events if one[1] in of]
    asked = Correlation(Relation.TEMPORAL, of, within_ns, len(of), ("Host",))
    assert times(run(asked, events)) == obviously(asked, events)


@settings(max_examples=250, deadline=None)
@given(EVENTS, st.sampled_from([(0, 1), (0, 1, 2), (2, 0), (0, 0), (0, 1, 0), (0, 1, 1)]), st.integers(1, 8))
def test_rules_that_fire_one_after_the_other(events, of, within_ns):
    asked = Correlation(Relation.TEMPORAL_ORDERED, of, within_ns, len(of), ("Host",))
    fired = run(asked, events)
    assert times(fired) == obviously(asked, events)
    assert all(list(rows) == sorted(rows) and len(rows) == len(of) for _, _, rows in fired)


def test_what_lacks_the_group_belongs_to_none():
    asked = Correlation(Relation.EVENT_COUNT, (0,), 100, 2, ("Host",))
    correlating = Correlating(asked)
    for at_ns in range(5):
        assert take(correlating, [0], Observation("command", at_ns, {}, fired_by(at_ns, "text", ""))) is None


def test_groups_without_end_are_given_up_from_the_oldest_and_that_is_counted():
    asked = Correlation(Relation.EVENT_COUNT, (0,), 10**9, 2, ("Host",))
    correlating = Correlating(asked)
    for number in range(MOST_GROUPS + 7):
        assert take(correlating, [0], seen(number, "p", f"host{number}")) is None
    assert correlating.forgotten == 7
    assert take(correlating, [0], seen(MOST_GROUPS + 8, "p", f"host{MOST_GROUPS + 6}")) is not None
    assert take(correlating, [0], seen(MOST_GROUPS + 9, "p", "host0")) is None  # it was given up


def test_groups_that_are_over_are_given_up_without_a_word():
    asked = Correlation(Relation.EVENT_COUNT, (0,), 10, 2, ("Host",))
    correlating = Correlating(asked)
    for number in range(3 * MOST_GROUPS):
        take(correlating, [0], seen(number, "p", f"host{number}"))
    assert correlating.forgotten == 0
    assert len(correlating._groups) == MOST_GROUPS
