"""A full storage in the resident's windows: the desktop is covered, the session ends or is held, and it is told."""

import pytest

from app.resident.locking import Outcome
from app.resident.news import StorageEnds
from tests.resident import SESSION, desktop, policy

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

FULL = StorageEnds("The storage is full: there is too little room for recordings; free some.")


def outcomes(asked):
    return [(alert.rule, response, outcome) for alert, response, outcome, _ in asked.responses]


def test_a_full_storage_covers_the_desktop_and_ends_the_session(qtbot, open_desk, asked):
    desk = open_desk(outside=desktop(end=Outcome("a manager", "a manager: asked")))
    desk.hear(FULL)
    desk.hear(FULL)
    ending = desk.storage_ending
    assert ending.cover.panes[0].isVisible()
    assert "15 s" in ending.card.follows.text()
    for _ in range(15):
        assert asked.responses == []
        ending.card.countdown.timeout.emit()
    qtbot.waitUntil(lambda: asked.responses != [])
    assert outcomes(asked) == [("storage", "end_session", "ended by a manager")]
    assert ending.card.follows.text() == "The session is being ended."


def test_a_session_that_cannot_be_ended_is_held_until_something_is_recorded_again(qtbot, open_desk, asked):
    desk = open_desk(outside=desktop(end=Outcome(None, "this desktop names no way")))
    desk.hear(FULL)
    desk.storage_ending.card.now.click()
    qtbot.waitUntil(lambda: asked.responses != [])
    assert outcomes(asked) == [("storage", "end_session", "not ended, held instead (this desktop names no way)")]
    assert "stays covered" in desk.storage_ending.card.follows.text()
    desk.hear(SESSION)
    assert desk.storage_ending.cover is None


def test_a_desktop_that_did_not_end_its_session_although_it_said_so_is_held(qtbot, open_desk, asked):
    desk = open_desk()
    desk.hear(FULL)
    desk.storage_ending.card.now.click()
    qtbot.waitUntil(lambda: len(asked.responses) == 1)
    desk.storage_ending._still_here.timeout.emit()
    assert asked.responses[-1][2] == "not ended although it was asked for, held instead"
    assert "stays covered" in desk.storage_ending.card.follows.text()


def test_a_notice_that_holds_the_desktop_gives_way_to_it_and_comes_back(open_desk):
    desk = open_desk(policy(hold_session=True), waits=True)
    assert desk.notices.cover is not None
    desk.hear(FULL)
    assert (desk.notices.cover, desk.storage_ending.cover is not None) == (None, True)
    desk.hear(SESSION)
    assert (desk.notices.cover is not None, desk.storage_ending.cover) == (True, None)
