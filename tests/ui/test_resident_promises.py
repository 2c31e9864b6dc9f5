"""What the resident's windows say holds, and what they let a person press does something."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QScrollArea

from app.resident.news import RecorderState, Supervised
from recorder.policy.sections import SupervisionPolicy
from resources.ui.widgets import bring_forward
from tests.resident import policy

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "No such signal QPlatformNativeInterface")


@pytest.fixture
def typing(qtbot):
    """Another window, in which the operator types."""
    window = QLineEdit()
    qtbot.addWidget(window)
    bring_forward(window)
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    return window


def test_enter_goes_on_recording_where_it_is_asked_whether_to_end_it(qtbot, open_desk, asked):
    desk = open_desk(replace(policy(shown=False), supervision=SupervisionPolicy(operator_may_stop=True)))
    desk.window.stop.click()
    dialog = desk._stopping
    qtbot.waitUntil(dialog.isVisible)
    assert dialog.focusWidget() is not dialog.ends
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    assert not dialog.isVisible()
    assert asked.stops == []


def test_the_window_does_not_say_since_when_it_records_while_it_does_not(open_desk):
    desk = open_desk()
    assert desk.window.banner.since.text().startswith("Recording since")
    desk.hear(Supervised(RecorderState.RESTARTING, problem="The recorder was gone (killed by SIGKILL)."))
    assert desk.window.banner.title.text() == "Not recording"
    assert desk.window.banner.since.text() == ""


def test_the_menu_offers_an_indicator_beside_the_tray_only_where_there_is_a_tray(open_desk, monkeypatch):
    desk = open_desk()
    assert not desk.menu.beside.isVisible()
    monkeypatch.setattr("app.ui.tray.QSystemTrayIcon.isSystemTrayAvailable", lambda: True)
    desk.tray.look()
    assert desk.menu.beside.isVisible()


def test_the_page_of_rights_is_as_high_as_what_it_says_where_the_screen_is(qtbot, open_desk):
    desk = open_desk()
    desk.show_rights()
    qtbot.waitUntil(desk.rights.isVisible)
    room_px = desk.rights.screen().availableGeometry().height()
    (area,) = desk.rights.findChildren(QScrollArea)
    hidden_px = area.verticalScrollBar().maximum()
    assert hidden_px == 0 or desk.rights.height() > 0.9 * room_px


def test_a_notice_that_the_operator_asks_for_has_the_keys(qtbot, open_desk, typing):
    desk = open_desk(policy(hold_session=False))
    desk.notices.show()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is desk.notices.card.window())


def test_a_notice_stands_wholly_on_the_screen(open_desk):
    desk = open_desk(policy(hold_session=False, text_en="\n".join(f"Line {line}" for line in range(40))))
    window = desk.notices.card.window()
    room, frame = window.screen().availableGeometry(), window.frameGeometry()
    assert room.contains(frame)
    assert abs(frame.center().x() - room.center().x()) <= frame.width() - window.width()
