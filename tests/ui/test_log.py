"""The operation log: what is folded, what is marked."""

import threading
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from player.scan import ScanProgress
from player.source import Span
from player.ui.folding_rows import folds_of
from recorder.events import ProcessStarted, SessionStarted, SourceStatus
from recorder.oplog import OperationLog
from resources.words import read_words
from tests.fakes import FakeAccess, FakeSource, S, row
from tests.ui.conftest import RECORDING

# Qt's offscreen drawing says so whenever a window is shown.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

NAMES = ("clock", "processes", "clipboard", "keyboard")


def beginning():
    """The rows of a recording's first second, as the operation log makes them."""
    log = OperationLog()
    rows = log.feed(SessionStarted(0, "s", "k.tanaka", "db-prod-03", "CHG-1", 0, 0, "t", "damage", "text"))
    for number, name in enumerate(NAMES):
        rows += log.feed(SourceStatus(S // 10 + number, name, working=True, detail="As it should."))
        rows += log.feed(ProcessStarted(S // 10 + number, 100 + number, 1, "cron", "/usr/sbin/cron", (), found=True))
    rows += log.feed(SourceStatus(S // 2, "pointer", working=False, detail="No device."))
    return [*rows, row(2, "text", "whoami"), row(3, "text", "exit")]


def texts(window):
    model = window.log.model
    return [model.row_at(line).text for line in range(model.rowCount())]


def click(qtbot, window, line):
    view = window.log.view
    qtbot.mouseClick(
        view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(view.model().index(line, 0)).center()
    )


def test_what_every_recording_begins_with_is_folded_and_what_is_not_recorded_never_is(window_on, qtbot):
    window = window_on(FakeSource(rows=beginning()))
    assert texts(window) == [
        "Session of k.tanaka on db-prod-03 started",
        "Recorded: clock, processes, clipboard, keyboard",
        "4 programs were already running",
        "NOT recorded: pointer",
        "whoami",
        "exit",
    ]
    assert window.log.count_label.text() == f"{len(beginning())} rows"


def test_a_click_on_what_is_folded_lists_it(window_on, qtbot):
    window = window_on(FakeSource(rows=beginning()))
    click(qtbot, window, 1)
    assert texts(window) == [one.text for one in beginning()]


def test_the_playing_row_is_found_below_what_is_folded(window_on, seek):
    window = window_on(FakeSource(rows=beginning()))
    seek(window, 2.5)
    assert texts(window)[window.log.view.itemDelegate().current_line] == "whoami"


def test_a_growing_log_goes_on_below_what_is_folded(window_on, qtbot):
    source = FakeSource(rows=beginning(), is_live=True, duration_s=10)
    window = window_on(source)
    source.grow(12, row(11, "text", "reboot"))
    qtbot.waitUntil(lambda: texts(window)[-2:] == ["exit", "reboot"])
    assert len(texts(window)) == 7


def test_few_rows_are_not_folded():
    rows = [one for one in beginning() if "keyboard" not in one.text and "clipboard" not in one.text][:4]
    assert folds_of(rows, read_words("en")).hidden == ()


def test_where_rows_may_be_missing_the_log_is_marked(window_on, qtbot):
    window = window_on(
        FakeSource(rows=[row(2, "text", "a"), row(3, "text", "b")], spans=[Span(2 * S, 3 * S, "altered", "x")])
    )
    view = window.log.view
    image = view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    data = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    column = data[:, 3 * 60 : 3 * 61].astype(int)
    red = np.flatnonzero(abs(column - np.array([0xFF, 0x5A, 0x52])).max(axis=1) < 8)
    top = view.visualRect(view.model().index(1, 0)).top()
    assert red.tolist() == [top, top + 1, top + 2]


class HalfRead(FakeSource):
    """Has been read through up to its twentieth second, and is not read on."""

    def scan_step(self):
        return ScanProgress(20 * S, self.duration, is_complete=False)

    def ahead(self, at_ns):
        return False

    def is_known(self, at_ns):
        return True


def test_what_is_not_read_yet_is_not_told_by_what_came_before(open_window, qtbot):
    window = open_window(FakeAccess({RECORDING: FakeSource()}), None)
    source = HalfRead(rows=[row(10, "window", "before", application="xterm", window="before")])
    window.desk._access.recordings = {RECORDING: source}
    window.open(RECORDING, at_ns=40 * S)
    shown = window.stage.view
    qtbot.waitUntil(lambda: bool(shown.pictures) and shown.pictures[0] is not None)
    assert window.log.view.itemDelegate().current_line is None
    assert window.stage._about.toolTip() == ""
    window.desk.seek(15 * S)
    qtbot.waitUntil(lambda: window.stage._about.toolTip() == "xterm  ·  before")
    assert window.log.view.itemDelegate().current_line == 0


class LateKnown(FakeSource):
    """Is read through at once; but what may take a picture away is known only once the gate is open."""

    def __init__(self):
        super().__init__()
        self.gate = threading.Event()

    def scan_step(self):
        return ScanProgress(self.duration, self.duration, is_complete=True)

    def ahead(self, at_ns):
        return not self.gate.wait(0.01)

    def is_known(self, at_ns):
        return self.gate.is_set()


def test_nothing_is_settled_while_a_notice_says_that_more_is_being_read(open_window, qtbot):
    source = LateKnown()
    access = FakeAccess({RECORDING: source})
    window = open_window(access, None)
    settled = []
    window.settled.connect(lambda: settled.append(window.stage.view.notices))
    window.open(RECORDING, at_ns=10 * S)
    qtbot.waitUntil(lambda: window.stage.view.notices == (window.look.words("screen.not_known"),))
    qtbot.waitUntil(lambda: not window.desk._waiting)
    assert not window.is_settled
    source.gate.set()
    qtbot.waitUntil(lambda: window.is_settled)
    assert set(settled) == {()}


def test_the_active_window_is_said_as_soon_as_its_row_is_read(window_on):
    window = window_on(FakeSource(rows=[row(10, "window", "w", application="xterm", window="w")]), at_s=15)
    news = window.log._news
    window.stage.show_news(replace(news, is_complete=False, reached_ns=5 * S))
    assert window.stage._about.toolTip() == ""
    window.stage.show_news(news)
    assert window.stage._about.toolTip() == "xterm  ·  w"
