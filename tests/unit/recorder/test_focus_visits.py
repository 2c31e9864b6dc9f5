"""A key is recorded only once a program has told, or an answer said, what had the focus when it was typed."""

import pytest

from recorder.capture import focus_asker, key_gate
from recorder.capture.focus_visits import (
    FOCUS_NOT_KNOWN_YET,
    NOTHING_NS,
    SILENT_NS,
    Answer,
    FocusVisits,
    Visit,
    judged,
)
from recorder.capture.focused_fields import SETTLED_NS, FocusedFields
from recorder.capture.hidden_places import PASSWORD_FIELD, Hidden, Place

MS = 1_000_000
PLAIN, SECRET = None, Hidden(PASSWORD_FIELD)
UNKNOWN = Hidden(PASSWORD_FIELD, FOCUS_NOT_KNOWN_YET)
HERE = Place(pid=7, window=1)


def visits_of(fields: FocusedFields, *, program: int | None = 1) -> FocusVisits:
    visits = FocusVisits(fields, lambda _pid: program)
    visits.begin()
    return visits


def visit_of(visits: FocusVisits, place: Place = HERE, *, from_ms: int = 0) -> Visit:
    visit = visits.came(place, from_ns=from_ms * MS, at_ns=from_ms * MS + 10 * MS)
    assert visit is not None
    return visit


@pytest.mark.parametrize(
    ("answers", "moves", "expected"),
    [
        ([], [], UNKNOWN),
        ([(900, PLAIN)], [], UNKNOWN),  # it may have moved since
        ([(1010, PLAIN)], [], UNKNOWN),  # the program may not have taken the key yet
        ([(1050, PLAIN)], [], PLAIN),
        ([(1050, SECRET)], [], SECRET),
        ([(900, SECRET), (1050, PLAIN)], [], SECRET),
        ([(900, PLAIN), (1050, SECRET)], [1020], PLAIN),  # Tab came after it
        ([(900, SECRET), (1050, PLAIN)], [950], PLAIN),  # and before it
        ([(900, PLAIN), (1050, PLAIN)], [950, 1020], UNKNOWN),  # there and away again
    ],
)
def test_answers_before_and_after_a_key_say_together_where_it_went(
    answers: list[tuple[int, Hidden | None]], moves: list[int], expected: Hidden | None
) -> None:
    said = [Answer(at * MS, hidden) for at, hidden in answers]
    assert judged(said, 1000 * MS, [at * MS for at in moves]) == expected


def test_a_program_that_tells_is_asked_until_it_has_told_and_then_no_more() -> None:
    fields = FocusedFields()
    visits = visits_of(fields)
    visit = visit_of(visits)
    assert visits.wanted(0) is visit
    assert visits.hides(visit, 50 * MS, []) == UNKNOWN
    fields.gained(100 * MS, "field")
    fields.known("field", is_password=True, pid=7)
    assert visits.wanted(0) is None
    assert visits.hides(visit, 50 * MS, []) == SECRET, "the field had the focus when the program came to tell"
    assert visits.hides(visit, 150 * MS, []) is None, "that is for the fields to say from here on"


def test_what_a_program_told_of_another_window_says_nothing_of_this_one() -> None:
    fields = FocusedFields()
    fields.gained(100 * MS, "field")
    fields.known("field", is_password=False, pid=7)
    visits = visits_of(fields)
    visit_of(visits)
    dialog = visit_of(visits, Place(pid=7, window=2), from_ms=500)
    assert visits.hides(dialog, 520 * MS, []) == UNKNOWN


def test_a_program_is_asked_again_after_every_key_as_long_as_it_tells_nothing() -> None:
    visits = visits_of(FocusedFields())
    visit = visit_of(visits)
    visits.answered(visit, 100 * MS, is_password=False)
    assert visits.wanted(0) is None
    visits.typed(200 * MS)
    assert visits.wanted(0) is visit
    assert visits.is_unsure
    visits.answered(visit, 200 * MS + SETTLED_NS, is_password=False)
    assert visits.wanted(0) is None
    assert visits.hides(visit, 200 * MS, []) is None


def test_the_first_key_that_waits_for_an_answer_is_known() -> None:
    visits = visits_of(FocusedFields())
    visit = visit_of(visits)
    visits.answered(visit, 100 * MS, is_password=False)
    assert visits.waits_since_ns is None
    for at_ms in (200, 250, 300):
        visits.typed(at_ms * MS)
    assert visits.waits_since_ns == 200 * MS
    visits.answered(visit, 250 * MS + SETTLED_NS, is_password=False)
    assert visits.waits_since_ns == 300 * MS
    visits.answered(visit, 300 * MS + SETTLED_NS, is_password=False)
    assert visits.waits_since_ns is None


@pytest.mark.parametrize(
    ("took_s", "waited_s", "pause"),
    [
        (0.005, None, 0.03),
        (0.1, None, 0.4),
        (0.1, 0.14, 0.11),  # for the whole share the key of 140 ms ago would not be held
        (0.15, 0.19, 0.03),
        (0.2, 0.24, 0.8),  # it is too late anyway
        (0.005, 0.01, 0.03),
        (3.0, None, 2.0),
    ],
)
def test_a_busy_program_is_asked_while_the_key_that_waits_is_still_held(took_s, waited_s, pause) -> None:
    assert focus_asker.pause_s(took_s, waited_s) == pytest.approx(pause)
    assert focus_asker.ANSWERED_WITHIN_S * 1000 * MS == key_gate.ASKING_NS


def test_that_nothing_has_the_focus_is_believed_only_after_a_moment() -> None:
    visits = visits_of(FocusedFields())
    visit = visit_of(visits)
    visits.answered(visit, 100 * MS, is_password=None)
    assert visits.hides(visit, 20 * MS, []) == UNKNOWN
    visits.answered(visit, visit.seen_ns + NOTHING_NS, is_password=None)
    assert visits.hides(visit, 20 * MS, []) is None
    visits.came(Place(pid=8, window=3), from_ns=2000 * MS, at_ns=2000 * MS)
    again = visit_of(visits, from_ms=3000)
    visits.answered(again, 3100 * MS, is_password=None)
    assert visits.hides(again, 3020 * MS, []) is None, "it has never said anything else"


def test_a_program_that_never_comes_to_the_bus_is_recorded_after_a_while_and_at_once_the_next_time() -> None:
    visits = visits_of(FocusedFields())
    visit = visit_of(visits)
    visits.unanswered(visit, visit.seen_ns + SILENT_NS - 1)
    assert visits.hides(visit, SILENT_NS, []) == UNKNOWN
    visits.unanswered(visit, visit.seen_ns + SILENT_NS)
    assert visits.hides(visit, SILENT_NS, []) is None
    assert visits.came(Place(pid=8, window=3), from_ns=SILENT_NS, at_ns=SILENT_NS) is not None
    assert visits.hides(visit_of(visits, from_ms=9000), 9020 * MS, []) is None


def test_a_program_whose_toolkit_tells_nobody_is_recorded_at_once() -> None:
    visits = visits_of(FocusedFields(), program=None)
    visit = visit_of(visits)
    assert visits.wanted(0) is None
    assert visits.hides(visit, 20 * MS, []) is None


def test_nothing_is_hidden_where_nobody_can_ask() -> None:
    visits = visits_of(FocusedFields())
    visit = visit_of(visits)
    visits.end()
    assert visits.hides(visit, 20 * MS, []) is None
