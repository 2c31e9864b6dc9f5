"""However long a rule's reason is, what the resident asks can be answered on a low screen, and all of it be read."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QAbstractScrollArea, QPlainTextEdit, QPushButton, QWidget

from app.resident.locking import Outcome
from app.ui.failure_window import FailureWindow
from app.ui.rights_dialog import RightsDialog
from recorder.policy.sections import Response
from resources.ui.dressing import make_look
from resources.ui.settings import ThrowawaySettings
from tests.resident import ROOT, alert, desktop, policy

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
REASON = "監査ログを消去すると、誰が何をしたかを後から確かめることができなくなります。承認を得てください。" * 60
JAPANESE = ThrowawaySettings("light", "ja")


def is_whole(window: QWidget) -> bool:
    """Whether every button and every place to write in is in sight on the screen."""
    room = window.screen().availableGeometry()
    parts = [*window.findChildren(QPushButton), *window.findChildren(QPlainTextEdit)]
    shown = [part for part in parts if part.isVisible()]
    return bool(shown) and all(
        part.visibleRegion().boundingRect() == part.rect()
        and room.contains(QRect(part.mapToGlobal(part.rect().topLeft()), part.size()))
        for part in shown
    )


def assert_all_can_be_read(window: QWidget, said: str) -> None:
    areas = [area for area in window.findChildren(QAbstractScrollArea) if not isinstance(area, QPlainTextEdit)]
    (area,) = [area for area in areas if area.verticalScrollBar().maximum() > 0]
    bar = area.verticalScrollBar()
    (label,) = [part for part in area.findChildren(QWidget) if getattr(part, "text", str)() == said]
    assert bar.maximum() + bar.pageStep() >= label.geometry().bottom(), "all of it can be scrolled to"
    assert label.height() >= label.heightForWidth(label.width()), "nothing of it is cut off"


@pytest.mark.parametrize("response", [Response.WARN, Response.DEMAND_REASON, Response.END_SESSION])
def test_a_message_with_a_long_reason_can_be_answered(qtbot, open_desk, response):
    desk = open_desk(settings=JAPANESE)
    desk.hear(replace(alert(response), reason=REASON))
    dialog = desk.answers.ending if response is Response.END_SESSION else desk.answers.dialog
    qtbot.waitUntil(lambda: is_whole(dialog))
    assert_all_can_be_read(dialog, REASON)


def test_a_cover_with_a_long_reason_can_be_lifted(qtbot, open_desk):
    desk = open_desk(settings=JAPANESE, outside=desktop(lock=Outcome(None, "none")))
    desk.hear(replace(alert(Response.LOCK), reason=REASON))
    qtbot.waitUntil(lambda: desk.answers.cover is not None)
    (pane,) = desk.answers.cover.panes
    qtbot.waitUntil(lambda: is_whole(pane))
    assert_all_can_be_read(pane, REASON)


def test_what_keeps_a_session_from_being_recorded_can_be_long(qtbot):
    window = FailureWindow("The folder is read-only. " * 300, look=make_look(JAPANESE))
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: is_whole(window))
    assert_all_can_be_read(window, window.reason.text())


def test_the_page_of_rights_is_no_higher_than_a_low_screen(qtbot, monkeypatch):
    low = QRect(0, 0, 1024, 600)
    monkeypatch.setattr("PySide6.QtGui.QScreen.availableGeometry", lambda _screen: low)
    dialog = RightsDialog(policy(), ROOT, look=make_look(JAPANESE))
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.height() < low.height()
