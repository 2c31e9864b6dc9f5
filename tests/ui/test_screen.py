"""The picture's panel: how large it is said to be, and what is never shown."""

import pytest
from PySide6.QtCore import Qt

from player.changes import ChangeColumns
from player.recording import OpenRecording
from player.source import Span
from player.ui.access import Judgement, Level, Problem
from player.ui.reading import Reading
from player.ui.screen_panel import ScreenPanel
from recorder.events import Screen
from recorder.geometry import Rect
from tests import recordings
from tests.fakes import FakeAccess, FakeSource, S
from tests.ui.conftest import RECORDING

# Qt's offscreen drawing says so whenever a window is shown.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

WIDE = (Screen(0, "DP-1", Rect(0, 0, 1920, 1080)), Screen(1, "DP-2", Rect(1920, 0, 1920, 1080)))


def said(window):
    return window.stage._scale.text()


def test_the_scale_is_said_from_the_first_picture_on_and_with_every_zoom(window_on, qtbot):
    window = window_on(FakeSource())
    assert said(window) == "100%"
    qtbot.keyClick(window, Qt.Key.Key_Plus)
    assert said(window) == "150%"
    qtbot.keyClick(window, Qt.Key.Key_1)
    assert said(window) == "100%"


def test_a_picture_that_is_fitted_says_how_small_it_is_and_real_size_is_a_hundred_percent(window_on, qtbot):
    window = window_on(FakeSource(screens=WIDE))
    assert said(window) == f"{window.stage.view.scale:.0%}" != "100%"
    qtbot.keyClick(window, Qt.Key.Key_1)
    assert said(window) == "100%"


def test_the_next_recording_says_its_own_scale_where_it_lies_as_the_last_one_did(open_window, qtbot):
    other = RECORDING.with_name("two")
    window = open_window(FakeAccess({RECORDING: FakeSource(screens=WIDE), other: FakeSource(screens=WIDE)}), at_s=0)
    before, size = said(window), window.size()
    window.stage.show_opening("two")
    for height in (size.height() + 40, size.height()):  # as when the timeline loses lanes, and gets others
        window.resize(size.width(), height)
    window.open(other)
    qtbot.waitUntil(lambda: window.is_settled and window.desk.folder == other)
    assert said(window) == before == f"{window.stage.view.scale:.0%}" != "100%"


class LateSource(FakeSource):
    """Still gives the last sound picture at the very moment where an altered range begins."""

    def picture_at(self, screen, at_ns):
        spans, self.span_list = self.span_list, []
        try:
            return super().picture_at(screen, at_ns)
        finally:
            self.span_list = spans


class LateFirst(FakeSource):
    """Has no picture in its first tenth of a second."""

    def picture_at(self, screen, at_ns):
        return None if at_ns < S // 10 else super().picture_at(screen, at_ns)


def test_before_the_first_picture_it_is_said_when_that_comes(window_on):
    source = LateFirst()
    source.change_columns = ChangeColumns()
    source.change_columns.append(S // 10, 0, 9)
    window = window_on(source)
    assert "0:00:00.100" in window.stage.view.blank.text


def test_a_recording_opens_at_its_first_pictures_and_its_start_can_be_gone_to(open_window, qtbot):
    source = FakeSource()
    source.change_columns = ChangeColumns()
    for at_ns in (S // 10, S // 5, 3 * S):
        source.change_columns.append(at_ns, 0, 9)
    window = open_window(FakeAccess({RECORDING: source}), None)
    window.open(RECORDING)
    qtbot.waitUntil(lambda: window.is_settled)
    assert window.desk.playback.position_ns == S // 5
    qtbot.keyClick(window, Qt.Key.Key_Home)
    assert window.desk.playback.position_ns == 0


class DamagedSource(FakeSource):
    """Holds a picture that cannot be decoded; that shows only when it is looked at."""

    def picture_at(self, screen, at_ns):
        if at_ns >= 20 * S and not self.span_list:
            self.span_list.append(Span(20 * S, 60 * S, "missing", "A picture cannot be read."))
        return super().picture_at(screen, at_ns)


def test_a_picture_that_turns_out_to_be_damaged_is_on_the_timeline_and_judged(open_window, seek, qtbot):
    access = FakeAccess({RECORDING: DamagedSource()})
    window = open_window(access)
    assert not access.judged_pictures
    access.judgement = Judgement(Level.PARTIAL, (Problem("UNDECODABLE", "Screen 0: it cannot be read.", False),))
    seek(window, 30)
    qtbot.waitUntil(lambda: [span.kind for span in window.timeline.spans] == ["missing"])
    qtbot.waitUntil(lambda: window.banner.judgement.level is Level.PARTIAL)
    assert access.judged_pictures


def test_where_an_altered_range_begins_no_picture_is_shown_either(window_on, seek):
    window = window_on(LateSource(spans=[Span(20 * S, 30 * S, "altered", "Chunk 57 was changed.")]), at_s=19)
    seek(window, 20)
    assert window.stage.view.pictures == (None,)
    assert "Chunk 57 was changed." in window.stage.view.blank.text


def test_the_monitors_can_be_chosen_in_a_narrow_window_too(window_on, qtbot):
    window = window_on(FakeSource(screens=WIDE))
    window.resize(700, 600)
    qtbot.waitUntil(lambda: window.width() < 760)
    buttons = window.stage._monitor_buttons
    qtbot.waitUntil(lambda: all(button.width() >= 24 for button in buttons))
    qtbot.mouseClick(buttons[2], Qt.MouseButton.LeftButton)
    assert window.stage.view.only == 1


def test_a_gap_that_is_told_only_later_is_shown_once_it_is_read_and_until_then_it_is_said(tmp_path, qtbot, look):
    desk = recordings.Desk(tmp_path)
    recordings.work(desk, 120)
    desk.gap(20 * S, 50 * S, reason="suspended")
    made = desk.close()
    told = []
    reading = Reading(
        OpenRecording.open(made.folder, keys=made.keys, devices=made.devices),
        home=lambda work: work(),
        on_shown=lambda shown, _spans: told.append(shown),
        on_failed=lambda *_: None,
        on_news=lambda _: None,
    )
    news = reading.first_news()
    reading._decoder.start()  # without the thread that reads it through
    reading.request(30 * S)
    qtbot.waitUntil(lambda: bool(told) and told[-1].is_known)
    reading.stop()
    assert [(shown.pictures[0] is None, shown.is_known) for shown in told] == [(False, False), (True, True)]
    panel = ScreenPanel(look=look)
    qtbot.addWidget(panel)
    panel.show_recording(news)
    panel.show_shown(told[0], ())
    assert panel.view.notices == (look.words("screen.not_known"),)
