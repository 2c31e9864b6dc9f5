"""A question never takes the letters of what somebody is typing."""

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLineEdit

from player.ledger.policy import Policy
from player.ui import typing_rest
from player.ui.dialogs import PassphraseDialog
from player.ui.reason_dialog import ReasonDialog
from player.ui.typing_rest import TypingRest
from recorder.evidence.key_folder import keys_folder
from tests.fakes import FakeSource

# Qt's offscreen drawing says so whenever a window is shown.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")


@pytest.fixture(autouse=True)
def never_rests(monkeypatch):
    """Nothing but what a test does ends the typing."""
    monkeypatch.setattr(typing_rest, "REST_MS", 3_600_000)


@pytest.fixture
def field(qtbot):
    made = QLineEdit()
    qtbot.addWidget(made)
    made.show()
    return made


def test_where_nobody_types_a_question_is_asked_at_once(field):
    rest = TypingRest(field, field)
    field.setText("set by the program")
    assert rest.wait()


def test_enter_ends_the_typing(field, qtbot):
    rest = TypingRest(field, field)
    qtbot.keyClicks(field, "bil")
    QTimer.singleShot(0, lambda: qtbot.keyClicks(field, "ling"))
    QTimer.singleShot(0, lambda: qtbot.keyClick(field, Qt.Key.Key_Return))
    assert rest.wait()
    assert field.text() == "billing"


def test_a_rest_ends_the_typing(field, qtbot, monkeypatch):
    monkeypatch.setattr(typing_rest, "REST_MS", 0)
    rest = TypingRest(field, field)
    qtbot.keyClicks(field, "bil")
    assert rest.wait()


def test_in_a_window_that_was_closed_nothing_is_asked(field, qtbot):
    rest = TypingRest(field, field)
    qtbot.keyClicks(field, "bil")
    QTimer.singleShot(0, rest.end)
    assert not rest.wait()
    assert not rest.wait()


def test_the_reason_for_a_search_is_asked_when_the_search_was_typed(place, open_real, qtbot, monkeypatch):
    desk = place.desk()
    desk.type("systemctl stop billing", seconds_each=0.01)
    desk.close()
    Policy(version=1, reason_for=("search",)).save(keys_folder() / "policy.json")
    typed = []

    def ask(*_asked, **_more):
        typed.append(window.header.search.text())
        return "CHG-2417"

    monkeypatch.setattr(ReasonDialog, "ask", ask)
    window = open_real()
    with qtbot.waitExposed(window):
        window.show()
    window.header.search.setFocus()

    def go_on_typing():
        if window.typing._waiting:
            looking.stop()
            qtbot.keyClicks(window.header.search, "ling")
            qtbot.keyClick(window.header.search, Qt.Key.Key_Return)

    looking = QTimer(window, interval=1)
    looking.timeout.connect(go_on_typing)
    looking.start()
    qtbot.keyClicks(window.header.search, "bil")
    qtbot.waitUntil(lambda: window.is_settled and typed != [])
    assert typed == ["billing"]


def test_a_passphrase_waits_in_the_same_way(window_on, qtbot, monkeypatch):
    window = window_on(FakeSource())
    asked, answers = [], []

    class Heard:
        def answer(self, text):
            answers.append(text)

    monkeypatch.setattr(PassphraseDialog, "ask", lambda *_asked, **_more: asked.append(window.header.search.text()))
    qtbot.keyClicks(window.header.search, "se")
    QTimer.singleShot(0, lambda: qtbot.keyClick(window.header.search, Qt.Key.Key_T))
    QTimer.singleShot(0, lambda: qtbot.keyClick(window.header.search, Qt.Key.Key_Return))
    window._ask_passphrase("", Heard())
    assert (asked, answers) == (["set"], [None])
