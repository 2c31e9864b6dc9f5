"""The resident's windows: what they are told, what a person does with them, and what that asks of the recorder."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea

from app.resident.news import Alive, MiniatureTaken, Noted, RecorderState, RowsSaid, Supervised
from app.resident.standing import Standing
from app.ui.failure_window import FailureWindow, Leaving
from app.ui.rows_view import MOST_ROWS, RowsModel
from recorder.geometry import Rect
from recorder.logrow import LogRow
from recorder.policy.sections import SupervisionPolicy
from resources.ui.dressing import make_look
from resources.ui.settings import ThrowawaySettings
from tests.resident import SESSION, S, policy
from tests.ui.conftest import RESIDENT_NOW_NS

ROOT_FOLDER = Path(__file__).parents[2]
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def texts(widget):
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


def picture(spot=None):
    """A picture of one grey, with a white spot at this place."""
    pixels = np.full((360, 640, 3), 40, np.uint8)
    if spot is not None:
        pixels[spot.y(), spot.x()] = 255
    return cv2.imencode(".png", pixels)[1].tobytes()


# --- the notice -------------------------------------------------------------------------------------------------------


def test_the_notice_is_confirmed_with_a_purpose_that_the_policy_takes(qtbot, open_desk, asked):
    desk = open_desk(policy())
    card = desk.notices.card
    assert asked.shown[0][0] == "en"
    assert "Aozora Bank" in asked.shown[0][1]
    qtbot.keyClicks(card.purpose, "just looking")
    qtbot.keyClick(card.purpose, Qt.Key.Key_Return)
    assert card.hint.text().endswith("It must contain something like CHG-1234")
    assert card.hint.property("part") == "error"
    assert asked.acknowledged == []
    card.purpose.clear()
    qtbot.keyClicks(card.purpose, "CHG-2417 disk full")
    qtbot.mouseClick(card.confirm, Qt.MouseButton.LeftButton)
    assert asked.acknowledged == ["CHG-2417 disk full"]
    assert desk.notices.card is None
    desk.notices.show()  # to read it again asks for nothing
    assert len(asked.shown) == 1
    again = desk.notices.card
    assert again is not None
    assert not again.purpose.isVisible()


def test_a_notice_that_is_put_off_is_not_confirmed_and_comes_back(open_desk, asked):
    desk = open_desk(policy())
    QApplication.sendEvent(desk.notices.card.window(), QCloseEvent())
    assert desk.notices.card is None
    assert asked.acknowledged == []
    desk.notices._again.timeout.emit()
    assert desk.notices.card is not None


def test_the_notice_in_another_language_is_another_one_and_keeps_what_was_typed(qtbot, open_desk, asked):
    desk = open_desk(policy(hold_session=True))
    desk.notices.card.purpose.setText("CHG-1")
    desk.notices.card.language_chosen.emit("ja")
    qtbot.waitUntil(lambda: len(asked.shown) == 2)
    assert asked.shown[1][0] == "ja"
    assert desk.notices.card.purpose.text() == "CHG-1"
    assert desk.notices.card.notice.title == "このセッションは記録されます"
    assert desk.window.windowTitle().startswith("現在の記録内容")


def test_a_notice_that_holds_the_session_cannot_be_closed(open_desk, asked):
    desk = open_desk(policy(hold_session=True))
    panes = desk.notices.cover.panes
    assert len(panes) == len(QApplication.screens())
    for pane in panes:
        assert not pane.close()
        assert pane.isVisible()
        assert pane.geometry() == pane.screen().geometry()
        assert pane.windowTitle() == "This session is recorded"  # there is no other screen to speak of
        assert (pane.badge.isVisible(), pane.badge.word.text()) == (True, "Recording")
        desk.hear(Supervised(RecorderState.RESTARTING))
        assert pane.badge.word.text() == "Not recording"
    desk.notices.card.purpose.setText("CHG-7")
    desk.notices.card.try_to_confirm()
    assert asked.acknowledged == ["CHG-7"]
    assert desk.notices.cover is None


TWO_SCREENS = {
    "screens": [
        {"name": name, "x": x, "y": 0, "width": 1280, "height": 720, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
        for name, x in (("left", 0), ("right", 1280))
    ]
}
COVER_TWO = """
import sys
from PySide6.QtWidgets import QApplication
application = QApplication(["agent", "-platform", f"offscreen:configfile={sys.argv[1]}"])
from app.ui.notices import Notices
from app.ui.state_told import StateTold
from resources.ui.dressing import make_look
from resources.ui.dressing import make_look
from resources.ui.settings import ThrowawaySettings
from tests.ui.conftest import RESIDENT_NOW_NS
from tests.resident import Asked, policy
notices = Notices(policy(hold_session=True), Asked(), StateTold(), look=make_look(ThrowawaySettings("dark", "en")))
notices.show()
for pane in notices.cover.panes:
    print(pane.x(), pane.width(), pane.isVisible(), notices.card.parentWidget() is pane, pane.windowTitle())
notices.stop()
"""


def test_every_monitor_is_covered(tmp_path):
    screens = tmp_path / "screens.json"
    screens.write_text(json.dumps(TWO_SCREENS))
    command = [sys.executable, "-c", COVER_TWO, str(screens)]
    done = subprocess.run(command, cwd=ROOT_FOLDER, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == [
        "0 1280 True True This session is recorded",
        "1280 1280 True False Please confirm the notice on the other screen.",
    ], done.stderr


def test_why_nothing_is_recorded_is_said_in_the_operators_language(qtbot):
    why = "/home/k may not be written (Read-only file system); give yourself the right to, or choose another place."
    window = FailureWindow(why, look=make_look(ThrowawaySettings("dark", "ja")))
    qtbot.addWidget(window)
    window.show()
    assert window.windowTitle() == "このセッションは記録されていません"
    assert window.reason.text().startswith("/home/k に書き込む権限がありません")
    with qtbot.waitSignal(window.left) as left:
        qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert left.args == [Leaving.CLOSED]


# --- the indicator ----------------------------------------------------------------------------------------------------


def test_closing_the_indicator_only_folds_it_and_what_is_grave_unfolds_it(open_desk):
    settings = ThrowawaySettings("dark", "en")
    desk = open_desk(settings=settings)
    assert desk.indicator.isVisible()
    assert not desk.indicator.close()
    assert desk.indicator.isVisible()
    assert desk.indicator.is_folded
    assert settings.value("indicator_folded") == "yes"
    desk.hear(Supervised(RecorderState.RESTARTING))
    assert not desk.indicator.is_folded
    assert desk.indicator.word.text() == "Not recording"


def test_the_indicator_stands_where_it_was_put_and_never_off_the_screens(qtbot, open_desk):
    settings = ThrowawaySettings("dark", "en")
    desk = open_desk(settings=settings)
    before = desk.indicator.pos()
    qtbot.keyClick(desk.indicator, Qt.Key.Key_Left)
    assert desk.indicator.pos() == before - QPoint(16, 0)
    kept = settings.value("indicator_place")
    again = open_desk(settings=settings)
    assert f"{again.indicator.x()},{again.indicator.y()}" == kept
    settings.setValue("indicator_place", "90000,-90000")
    again.indicator.settle()
    area = QApplication.primaryScreen().availableGeometry()
    assert area.contains(again.indicator.geometry())


def test_an_indicator_that_another_program_pushed_away_or_shrunk_comes_back_as_it_was(qtbot, open_desk, asked):
    indicator = open_desk().indicator
    before = indicator.geometry()
    indicator.setGeometry(5000, 5000, 1, 1)
    qtbot.waitUntil(lambda: indicator.geometry() == before, timeout=10_000)
    assert asked.harms == ["it was pushed away or shrunk"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_nothing_beside_the_picture_is_cut_off_at_its_right(open_desk, language):
    desk = open_desk(settings=ThrowawaySettings("dark", language))
    desk.window.resize(900, 600)
    desk.open()
    (area,) = (one for one in desk.window.findChildren(QScrollArea) if one.isAncestorOf(desk.window.settings_list))
    assert area.verticalScrollBar().isVisible()
    assert area.widget().width() <= area.viewport().width()


def test_the_window_opens_from_the_indicator_and_closing_it_hides_it(qtbot, open_desk, asked):
    desk = open_desk()
    qtbot.mouseClick(desk.indicator, Qt.MouseButton.LeftButton)
    assert desk.window.isVisible()
    assert not desk.window.close()
    assert not desk.window.isVisible()
    assert asked.miniatures == [True, False]


# --- the window -------------------------------------------------------------------------------------------------------


def test_the_window_says_who_is_recorded_to_where_and_by_which_policy(open_desk):
    desk = open_desk()
    said = texts(desk.window)
    for part in ("sato on db-07", "Version 7 of Aozora Bank", "Signed with the key 0001020304050607", "182.4 GB free"):
        assert part in said
    assert desk.window.settings_list.whys["recording.keys"].text() == "Fixed by policy"
    assert desk.window.settings_list.whys["recording.clipboard_text"].text() == "Built in"
    assert not desk.window.stop.isEnabled()


def test_texts_of_the_recording_are_inert(open_desk):
    desk = open_desk()
    desk.hear(RowsSaid((LogRow(S, S, "window", "<b>x</b>\u202e\n", "", "xterm", "<b>x</b>\u202e\n"),)))
    desk.hear(replace(SESSION, purpose="<img src=x>\u202e"))
    model = desk.window.rows
    assert model.text_of(model.rows[-1]) == "<b>x</b>⟨U+202E⟩⏎"
    assert "<img src=x>⟨U+202E⟩" in desk.window.purpose.toolTip().replace("&lt;", "<").replace("&gt;", ">")
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in desk.window.findChildren(QLabel))


def test_only_the_newest_rows_are_kept(qtmodeltester, look):
    model = RowsModel(look=look)
    qtmodeltester.check(model)
    for first in range(0, 500, 50):
        model.add(tuple(LogRow(at, at, "text", f"row {at}") for at in range(first, first + 50)))
    assert model.rowCount() == MOST_ROWS
    assert [model.rows[0].at_ns, model.rows[-1].at_ns] == [300, 499]


def test_the_window_does_not_show_itself(qtbot, open_desk, monkeypatch):
    """A picture of the picture would make a resting desktop change for ever."""
    monkeypatch.setattr("app.ui.miniature_view.desktop_area", lambda: Rect(-1000, -1000, 6400, 3600))
    desk = open_desk()
    desk.open()
    qtbot.waitExposed(desk.window)
    desk.hear(MiniatureTaken(0, picture()))
    view = desk.window.picture
    first, own = view.image.copy(), view.own_place
    assert own.width() > 50
    assert first.pixelColor(own.center()) != first.pixelColor(0, 0)
    desk.hear(MiniatureTaken(1, picture(own.center())))
    assert view.image == first
    desk.hear(MiniatureTaken(2, picture(QPoint(1, 1))))
    assert view.image != first


def test_no_old_picture_is_shown_while_nothing_is_recorded(open_desk):
    desk = open_desk()
    desk.open()
    desk.hear(MiniatureTaken(0, picture()))
    assert not desk.window.picture.image.isNull()
    desk.hear(Supervised(RecorderState.RESTARTING, problem="The display :0 does not answer; check DISPLAY."))
    assert desk.window.picture.image.isNull()
    assert "The display :0 does not answer" in desk.window.banner.text.text()
    assert desk.standing is Standing.NOT_RECORDING


def test_what_does_not_work_beside_the_recording_is_said(open_desk):
    desk = open_desk()
    desk.hear(Noted("The queue of alerts is full."))
    assert desk.window.noted.text() == "The queue of alerts is full."
    assert not desk.window.noted.isHidden()


def test_language_and_colours_are_the_operators_and_nothing_is_lost_by_choosing(qtbot, open_desk):
    settings = ThrowawaySettings("dark", "en")
    desk = open_desk(settings=settings)
    rows = desk.window.rows.rows
    desk.open()
    desk.window.setting_chosen.emit("language", "ja")
    qtbot.waitUntil(lambda: desk.window.windowTitle().startswith("現在の記録内容"))
    assert desk.window.isVisible()
    assert desk.window.rows.rows == rows
    assert "Aozora Bank 第 7 版" in texts(desk.window)
    desk.window.setting_chosen.emit("appearance", "light")
    qtbot.waitUntil(lambda: desk._look.colours.window == "#f1f3f7" or desk._look._theme == "light")
    assert settings.value("language") == "ja"


def test_the_recording_is_ended_here_only_where_the_policy_lets_the_operator(open_desk, asked):
    desk = open_desk(replace(policy(shown=False), supervision=SupervisionPolicy(operator_may_stop=True)))
    desk.window.stop.click()
    desk._stopping.reject()
    assert asked.stops == []
    desk.window.stop.click()
    desk._stopping.accept()
    assert len(asked.stops) == 1


def test_the_rights_are_told_from_the_policy(open_desk):
    desk = open_desk()
    desk.show_rights()
    said = texts(desk.rights)
    for part in ("Password manager", "400 days", "privacy@example.org", "You may not end the recording"):
        assert part in said


def test_a_silent_recorder_is_shown_as_not_known(open_desk, monkeypatch):
    desk = open_desk()
    monkeypatch.setattr(desk, "_now_ns", lambda: RESIDENT_NOW_NS + 60 * S)
    desk._clock.timeout.emit()
    assert desk.indicator.word.text() == "Recorder does not answer"
    desk.hear(Alive())
    assert desk.standing is Standing.RECORDING


def test_a_recorder_that_lives_is_heard_at_the_next_look(open_desk, monkeypatch):
    desk = open_desk()
    monkeypatch.setattr(desk, "_now_ns", lambda: RESIDENT_NOW_NS + 60 * S)
    desk.hear_alive()
    assert desk.standing is not Standing.RECORDING
    desk._clock.timeout.emit()
    assert desk.standing is Standing.RECORDING
    monkeypatch.setattr(desk, "_now_ns", lambda: RESIDENT_NOW_NS + 120 * S)
    desk._clock.timeout.emit()
    assert desk.standing is not Standing.RECORDING, "once heard is not heard for ever"
