"""What was found: in sight, in order, in its place, and there before all has been searched."""

import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from player.search import NotSearched
from player.ui import searching
from player.ui.access import Hit
from player.ui.reading import Reading
from player.ui.search_view import LISTED
from player.ui.searching import FoldedRows
from tests.fakes import FakeAccess, FakeSource, S, row
from tests.ui.conftest import RECORDING

# Qt's offscreen drawing says so whenever a window is shown.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

OTHER = RECORDING.with_name("two")
ROWS = [row(30, "text", "証明書を更新"), row(40, "process", 90 * "/long" + " 更新 and more")]


def look_for(window, qtbot, query):
    window.header.search.setText(query)
    qtbot.waitUntil(lambda: window.is_settled)


def share_of_marks(window, line):
    """How much of this line of the list has the ground of what was found."""
    view = window.search.view
    place = view.visualRect(view.model().index(line, 0))
    image = view.viewport().grab(place).toImage().convertToFormat(QImage.Format.Format_RGB888)
    data = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    painted = data[:, : image.width() * 3].reshape(image.height(), image.width(), 3).astype(int)
    return float((painted[..., 0] - painted[..., 2] > 25).mean())  # the only yellow there is


def test_what_was_found_is_marked_in_its_row_however_far_in_it_stands(window_on, qtbot):
    window = window_on(FakeSource(rows=ROWS))
    look_for(window, qtbot, "更新")
    assert [share_of_marks(window, line) > 0.005 for line in (0, 1, 2)] == [False, True, True]


def test_the_chosen_hit_stays_chosen_when_more_is_found(window_on, qtbot):
    source = FakeSource(rows=[row(5, "text", "ls one"), row(6, "text", "ls two")], is_live=True)
    window = window_on(source)
    look_for(window, qtbot, "ls")
    for _ in range(2):
        qtbot.keyClick(window, Qt.Key.Key_F3)
    source.grow(70, row(61, "text", "ls three"))
    qtbot.waitUntil(lambda: len(window.timeline.hit_times_ns) == 3)
    assert window.search.model.item_at(window.search.view.currentIndex().row()).text == "ls two"
    qtbot.keyClick(window, Qt.Key.Key_F3)
    assert window.desk.playback.position_ns == 61 * S


def test_opening_what_was_found_elsewhere_makes_it_here_and_what_was_here_elsewhere(open_window, qtbot):
    access = FakeAccess({RECORDING: FakeSource(rows=ROWS[:1]), OTHER: FakeSource(rows=ROWS[:1])})
    access.hits = [Hit(folder, 30 * S, "text", "証明書を更新", folder.name) for folder in (RECORDING, OTHER)]
    window = open_window(access)
    look_for(window, qtbot, "更新")
    assert [hit.folder for hit in window.search.model.items if isinstance(hit, Hit)] == [RECORDING, OTHER]
    window.search.choose_next(1)
    window.search.choose_next(1)
    qtbot.waitUntil(lambda: window.is_settled)
    assert window.desk.folder == OTHER
    assert [hit.folder for hit in window.search.model.items if isinstance(hit, Hit)] == [OTHER, RECORDING]


def test_down_goes_from_what_is_looked_for_into_what_was_found_and_opens_nothing_yet(open_window, qtbot):
    access = FakeAccess({RECORDING: FakeSource(rows=ROWS[:1]), OTHER: FakeSource(rows=ROWS[:1])})
    access.hits = [Hit(OTHER, 30 * S, "text", "証明書を更新", "two")]
    window = open_window(access)
    window.header.search.setFocus()
    look_for(window, qtbot, "更新")
    qtbot.keyClick(window.header.search, Qt.Key.Key_Down)
    assert window.search.view.hasFocus()
    assert window.search.model.item_at(window.search.view.currentIndex().row()).text == "証明書を更新"
    window.side.show_page(window.log)
    window.log.filter.setFocus()
    qtbot.keyClick(window.log.filter, Qt.Key.Key_Down)
    assert window.log.view.hasFocus()
    assert window.desk.folder == RECORDING


def message_of(window):
    return window.search._message.text()


def test_nothing_is_said_to_be_missing_before_the_whole_library_was_searched(window_on, qtbot):
    goes_on = threading.Event()
    window = window_on(FakeSource(rows=ROWS), before_search=goes_on.wait)
    window.header.search.setText("nowhere")
    try:
        qtbot.waitUntil(lambda: not window.searching._is_searching_here and window.searching.query == "nowhere")
        assert message_of(window) == "Searching…"
    finally:
        goes_on.set()
    qtbot.waitUntil(lambda: window.is_settled)
    assert message_of(window) == "Nothing was found."


@pytest.mark.parametrize("query", ["更新", "nowhere"])
def test_a_recording_that_was_not_searched_is_named_whatever_was_found(window_on, qtbot, query):
    missed = (NotSearched("20260301T140509Z-0000000a", "No key opens it."),)
    window = window_on(FakeSource(rows=ROWS), missed=missed)
    look_for(window, qtbot, query)
    said = "The recording 20260301T140509Z-0000000a was not searched, or not whole: No key opens it."
    assert message_of(window).endswith(said)
    assert message_of(window).startswith("Nothing was found.") == (query == "nowhere")


def test_of_several_recordings_that_were_not_searched_the_number_is_said(window_on, qtbot):
    window = window_on(
        FakeSource(rows=ROWS), missed=tuple(NotSearched(f"2026030{day}", "No key opens it.") for day in (1, 2))
    )
    look_for(window, qtbot, "更新")
    assert message_of(window) == (
        "2 recordings were not searched, or not whole. The first is 20260301: No key opens it."
    )


def test_the_open_recording_was_searched_though_the_library_cannot_read_it(window_on, qtbot):
    window = window_on(FakeSource(rows=ROWS), missed=(NotSearched(RECORDING.name, "A second person is needed."),))
    look_for(window, qtbot, "更新")
    assert message_of(window) == ""


def test_the_first_hits_of_a_long_recording_are_told_before_all_is_ready(monkeypatch):
    monkeypatch.setattr(searching, "TELL_EVERY_S", 0.0)
    source = FakeSource(rows=[row(second, "text", f"step {second}") for second in range(12_000)])
    reading = Reading(
        source, home=lambda _work: None, on_shown=lambda *_: None, on_failed=lambda *_: None, on_news=lambda _: None
    )
    told: list[searching.FoundHere] = []
    last = FoldedRows().find(reading.first_news(), "step", Path("x"), keep_on=lambda: None, tell=told.append)
    reading.stop()
    assert [len(found.times_ns) for found in told] == [0, 5000, 10_000]
    assert not any(found.is_all for found in told)
    assert len(last.times_ns) == 12_000
    assert len(last.hits) == LISTED
    assert last.is_all
