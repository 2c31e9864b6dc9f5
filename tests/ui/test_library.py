"""The library and the verdict: what they say, and that they keep up."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from player.source import Span
from player.ui import desk
from player.ui.access import Entry, EntryState, Hit, Judgement, Level
from player.ui.dialogs import FolderDialog
from player.ui.list_models import Heading
from player.ui.real_access import judgement_of
from recorder.evidence.findings import Code, Finding, Severity, Status, Verdict
from tests.fakes import FakeAccess, FakeSource, S, altered_judgement
from tests.ui.conftest import RECORDING

# Qt's offscreen drawing says so whenever a window is shown.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")


@pytest.fixture
def listed_often(monkeypatch):
    monkeypatch.setattr(desk, "LIST_EVERY_MS", 20)


def entries_of(window):
    return [item for item in window.library.model.items if isinstance(item, Entry)]


def found(*codes):
    return tuple(Finding(code, 1, None, None, 0, 0, "x", Severity.PARTIAL) for code in codes)


def verdict(*codes):
    return Verdict(found(*codes), Status.PARTIAL if codes else Status.SOUND, 1, 9, 900, 9 * S, content_checked=True)


def test_what_still_grows_is_not_called_incomplete():
    assert judgement_of(verdict(Code.OPEN_NO_END), is_growing=True) == Judgement(Level.RECORDING)
    assert judgement_of(verdict(Code.OPEN_NO_END)).level is Level.PARTIAL
    assert judgement_of(verdict(Code.OPEN_NO_END, Code.GAP), is_growing=True).level is Level.PARTIAL


def test_a_recording_that_begins_is_in_the_list_without_asking(listed_often, open_window, qtbot):
    access = FakeAccess({RECORDING: FakeSource()})
    window = open_window(access, None)
    new = replace(access.listed[0], folder=RECORDING.with_name("new"), state=EntryState.RECORDING)
    access.listed = [new, *access.listed]
    qtbot.waitUntil(lambda: len(entries_of(window)) == 2)


def test_the_list_says_when_the_open_recording_has_ended(open_window, qtbot):
    source = FakeSource(is_live=True)
    access = FakeAccess({RECORDING: source})
    window = open_window(access)
    assert entries_of(window)[0].state is EntryState.RECORDING
    access.listed = [replace(access.listed[0], state=EntryState.CLOSED, level=Level.UNCHECKED)]
    source.live = False
    qtbot.waitUntil(lambda: entries_of(window)[0].state is EntryState.CLOSED)
    qtbot.waitUntil(lambda: window.is_settled)
    assert entries_of(window)[0].level is Level.SOUND


def test_a_list_that_is_shown_anew_keeps_its_place(open_window):
    access = FakeAccess({RECORDING.with_name(f"r{number}"): FakeSource() for number in range(60)})
    window = open_window(access, None)
    view = window.library.view
    view.setCurrentIndex(view.model().index(79))
    view.scrollTo(view.currentIndex())
    place, chosen = view.verticalScrollBar().value(), window.library.model.item_at(79)
    assert place > 0
    window.library.show_entries(access.listed, access.library)
    assert (view.verticalScrollBar().value(), view.currentIndex().row()) == (place, 79)
    assert window.library.model.item_at(79) == chosen


def test_a_gap_that_comes_while_it_is_recorded_is_judged_at_once(window_on, qtbot):
    source = FakeSource(is_live=True)
    window = window_on(source, judgement=Judgement(Level.RECORDING))
    assert window.banner.title.text() == "Recording now, sound so far"
    assert window.banner.property("tone") == "good"
    window.desk._access.judgement = altered_judgement(20, 30)
    source.span_list.append(Span(20 * S, 30 * S, "altered", "x"))
    source.grow(70)
    qtbot.waitUntil(lambda: window.banner.judgement.level is Level.ALTERED)


def test_every_recording_says_who_where_when_how_long_and_the_verdict_in_words(open_window):
    access = FakeAccess({RECORDING: FakeSource(duration_s=3723)})
    window = open_window(access)
    [line] = [at for at, item in enumerate(window.library.model.items) if not isinstance(item, Heading)]
    tip = str(window.library.model.data(window.library.model.index(line), Qt.ItemDataRole.ToolTipRole))
    for said in ("k.tanaka @ db-prod-03", "1:02:03", "Change 4711", "Complete and sound", "+09:00", RECORDING.name):
        assert said in tip


def test_why_a_recording_cannot_be_read_begins_with_the_reason(open_window):
    unreadable = Entry(
        RECORDING, None, None, None, None, 0, None, EntryState.UNREADABLE, problem=f"{RECORDING} is not a recording."
    )
    access = FakeAccess({})
    access.listed = [unreadable]
    window = open_window(access, None)
    assert window.library._delegate._when_and_why(unreadable) == "This is not a recording."


def test_a_folder_that_is_asked_for_is_opened_or_becomes_the_library(open_window, qtbot, monkeypatch):
    access = FakeAccess({RECORDING: FakeSource()})
    access.hits = [Hit(RECORDING.with_name("far"), S, "text", "sudo", "far")]
    window = open_window(access, None)
    answers = [RECORDING, Path("/elsewhere")]
    monkeypatch.setattr(FolderDialog, "ask", lambda *_args, **_more: answers.pop(0))
    qtbot.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.is_settled)
    assert (window.desk.folder, access.library) == (RECORDING, Path("/library"))
    window.header.search.setText("sudo")
    qtbot.waitUntil(lambda: window.is_settled)
    access.listed, access.hits = [], []
    qtbot.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.is_settled)
    assert (window.desk.folder, access.library) == (RECORDING, Path("/elsewhere"))
    assert "/elsewhere" in window.library._message.text()
    assert entries_of(window) == []
    assert not any(isinstance(item, Hit) for item in window.search.model.items)
