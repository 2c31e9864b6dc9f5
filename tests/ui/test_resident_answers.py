"""What alerts lead to in the resident's windows: each response gets an outcome, whatever the operator does."""

import pytest
from PySide6.QtCore import Qt

from app.resident.locking import Outcome
from app.ui.answers import Answers
from app.ui.state_told import StateTold
from recorder.policy.sections import Response
from tests.resident import S, alert, desktop

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def outcomes(asked):
    return [(response, outcome, said) for _, response, outcome, said in asked.responses]


def test_a_warning_must_be_read(qtbot, open_desk, asked):
    desk = open_desk()
    desk.hear(alert(Response.WARN))
    dialog = desk.answers.dialog
    assert not dialog.close()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert not dialog.read.isEnabled()
    for _ in range(3):
        dialog.countdown.timeout.emit()
    qtbot.mouseClick(dialog.read, Qt.MouseButton.LeftButton)
    assert outcomes(asked) == [("warn", "read", "")]


def test_a_reason_is_kept_and_so_is_that_there_is_none(qtbot, open_desk, asked):
    desk = open_desk()
    desk.hear(alert(Response.WARN, Response.DEMAND_REASON))
    desk.hear(alert(Response.DEMAND_REASON, rule="another"))
    assert not desk.answers.dialog.send.isEnabled()
    desk.answers.dialog.text.setPlainText(" CHG-2417 \n")
    qtbot.mouseClick(desk.answers.dialog.send, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(desk.answers.dialog.later, Qt.MouseButton.LeftButton)
    assert outcomes(asked) == [("demand_reason", "answered", "CHG-2417"), ("demand_reason", "not now", "")]
    assert desk.answers.dialog is None


def test_the_same_rule_again_is_counted_and_answered_with_the_first(open_desk, asked):
    desk = open_desk()
    for at_s in (1, 2, 3):
        desk.hear(alert(Response.WARN, at_s=at_s))
    assert desk.answers.dialog.often.text() == "It happened 3 times."
    desk.answers.dialog.answer("read")
    assert [one.at_ns for one, *_ in asked.responses] == [1 * S, 2 * S, 3 * S]


def test_the_screen_is_locked_and_which_way_is_said(qtbot, open_desk, asked):
    desk = open_desk()
    desk.hear(alert(Response.LOCK))
    qtbot.waitUntil(lambda: asked.responses != [])
    assert outcomes(asked) == [("lock", "locked by a locker", "")]
    assert desk.answers.cover is None


def test_where_no_lock_answers_the_screens_are_covered_until_the_operator_lifts_it(qtbot, open_desk, asked):
    desk = open_desk(outside=desktop(lock=Outcome(None, "loginctl lock-session: not installed")))
    desk.hear(alert(Response.LOCK))
    qtbot.waitUntil(lambda: desk.answers.cover is not None)
    card = desk.answers.lift_card
    assert not card.lift.isEnabled()
    for _ in range(15):
        card.countdown.timeout.emit()
    qtbot.mouseClick(card.lift, Qt.MouseButton.LeftButton)
    assert outcomes(asked) == [
        ("lock", "covered, no screen lock answered (loginctl lock-session: not installed)", ""),
        ("lock", "the operator lifted the cover", ""),
    ]
    assert desk.answers.cover is None


def test_the_session_is_ended_after_a_countdown(qtbot, open_desk, asked):
    desk = open_desk()
    desk.hear(alert(Response.END_SESSION))
    ending = desk.answers.ending
    assert not ending.close()
    for _ in range(60):
        ending.countdown.timeout.emit()
    qtbot.waitUntil(lambda: len(asked.responses) == 2)
    assert outcomes(asked) == [
        ("end_session", "the countdown is over", ""),
        ("end_session", "ended by a manager", ""),
    ]


def test_a_session_that_cannot_be_ended_is_locked(qtbot, open_desk, asked):
    desk = open_desk(outside=desktop(end=Outcome(None, "no way here")))
    desk.hear(alert(Response.END_SESSION))
    desk.answers.ending.now.click()
    qtbot.waitUntil(lambda: len(asked.responses) == 3)
    assert outcomes(asked)[1:] == [
        ("end_session", "not ended, locked instead (no way here)", ""),
        ("lock", "locked by a locker", ""),
    ]


def test_what_was_not_answered_at_the_end_is_said_to_be_so(qapp, asked, look):
    answers = Answers(asked, desktop(), StateTold(), look=look, time_of=str)
    answers.answer(alert(Response.WARN))
    answers.answer(alert(Response.DEMAND_REASON, rule="another"))
    answers.stop()
    assert [outcome for _, outcome, _ in outcomes(asked)] == ["not answered before the end"] * 2
