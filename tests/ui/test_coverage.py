"""Coverage and samples of the whole library, from the page of the queue."""

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QDate, Qt

from player.library import Entry as Listed
from player.library import Known
from player.review.coverage import Coverage, PersonCoverage
from player.review.period import Period, last_days
from player.review.queue import Covered
from player.review.sample import draw
from player.review.state import ReviewState
from player.ui.list_models import Heading
from player.ui.period_chooser import ALL, CHOSEN
from recorder.errors import StorageError
from tests.fakes import FakeAccess, FakeSource, S

# Qt's offscreen drawing says so whenever a window is shown.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

MINE, OTHER = b"\1" * 32, b"\2" * 32
OLD, NEW, BROKEN = "20260105T080000Z-0000000a", "20260201T080000Z-0000000b", "20260202T080000Z-0000000c"
LIBRARY = Path("/library")


def covered(session_id, watched_s, persons, problem=""):
    known = None if problem else Known("k.tanaka", "db", "x", 0, 0, 1000, "closed", 9)
    entry = Listed(session_id, LIBRARY / session_id, known, None)
    coverage = Coverage(1000 * S, watched_s * S, 0, persons, 1, int(watched_s > 0))
    return Covered(entry, None if problem else ReviewState.STARTED, coverage, problem)


@pytest.fixture
def access():
    access = FakeAccess({LIBRARY / name: FakeSource() for name in (OLD, NEW, BROKEN)})
    access.covered = [
        covered(NEW, 0, ()),
        covered(OLD, 505, (PersonCoverage("Aya", MINE, 400 * S, 0), PersonCoverage("Ken", OTHER, 200 * S, 0))),
        covered(BROKEN, 0, (), "It could not be read."),
    ]
    return access


@pytest.fixture
def window(open_window, access):
    return open_window(access, None)


def counted(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_Q)
    qtbot.mouseClick(window.review.queue_view.coverage_button, Qt.MouseButton.LeftButton)
    dialog = window.coverage.coverage_dialog
    qtbot.waitUntil(lambda: dialog.model.rowCount() > 0)
    return dialog


def lines_of(dialog):
    items = dialog.model.items
    return [
        item.text if isinstance(item, Heading) else dialog.model.data(dialog.model.index(n))
        for n, item in enumerate(items)
    ]


def test_coverage_says_how_much_by_whom_and_where_it_is_least(window, qtbot):
    dialog = counted(window, qtbot)
    assert dialog.share.text() == "25 % of the recorded time was reviewed"
    lines = lines_of(dialog)
    assert lines[:3] == [
        "By reviewer",
        "Aya  ·  20 %  ·  0:06:40 watched, of 0:33:20",
        "Ken  ·  10 %  ·  0:03:20 watched, of 0:33:20",
    ]
    assert [line.split("  ·  ")[-2] for line in lines[4:]] == ["0 %", "50 %", "–"]
    assert "Of 1 more it is not known" in dialog.text.text()
    dialog.close()


def test_coverage_of_chosen_days_counts_only_what_began_in_them(window, qtbot):
    dialog = counted(window, qtbot)
    dialog.period.from_day.setDate(QDate(2026, 1, 1))
    dialog.period.to_day.setDate(QDate(2026, 1, 31))
    dialog.period.choose(CHOSEN)
    assert dialog.share.text() == "50 % of the recorded time was reviewed"
    dialog.period.to_day.setDate(QDate(2026, 1, 4))
    assert dialog.share.text() == "Nothing was recorded in this period"
    assert dialog.model.rowCount() == 0
    dialog.period.choose(ALL)
    assert dialog.share.text() == "25 % of the recorded time was reviewed"
    dialog.close()


def test_what_keeps_coverage_from_being_said_is_said(window, access, qtbot, monkeypatch):
    def away(_progress):
        msg = "The share is away."
        raise StorageError(msg)

    monkeypatch.setattr(access, "coverage", away)
    window.coverage.show_coverage()
    dialog = window.coverage.coverage_dialog
    qtbot.waitUntil(lambda: dialog.text.text() == "The share is away.")
    assert not dialog.progress.isVisible()
    dialog.close()


def test_a_recording_of_the_coverage_opens_in_the_window(window, qtbot):
    dialog = counted(window, qtbot)
    dialog.view.activated.emit(dialog.model.index(5))
    qtbot.waitUntil(lambda: window.desk.folder == LIBRARY / OLD)
    dialog.close()


def test_the_window_draws_what_the_command_draws_and_opens_it(window, qtbot):
    window.coverage.draw_sample()
    dialog = window.coverage.sample_dialog
    assert not dialog.draw_button.isEnabled()
    dialog.seed.setText("2026-Q1")
    dialog.count.setValue(2)
    qtbot.mouseClick(dialog.draw_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.model.rowCount() == 2)
    expected = draw([OLD, NEW, BROKEN], seed="2026-Q1", count=2)
    assert [entry.folder.name for entry in dialog.model.items] == list(expected.session_ids)
    assert dialog.message.text().splitlines() == [
        "2 of 3 recordings were drawn.",
        f"Digest of what was drawn from: {expected.digest[:16]}",
    ]
    dialog.view.activated.emit(dialog.model.index(1))
    qtbot.waitUntil(lambda: window.desk.folder == LIBRARY / expected.session_ids[1])
    dialog.close()


def test_a_sample_of_a_period_is_drawn_from_it_only(window, qtbot):
    window.coverage.draw_sample()
    dialog = window.coverage.sample_dialog
    dialog.seed.setText("x")
    dialog.period.from_day.setDate(QDate(2026, 2, 1))
    dialog.period.to_day.setDate(QDate(2026, 2, 1))
    dialog.period.choose(CHOSEN)
    dialog.draw_button.click()
    qtbot.waitUntil(lambda: dialog.model.rowCount() == 1)
    assert dialog.model.items[0].folder.name == NEW
    dialog.close()


def test_the_last_days_have_today_among_them_and_a_name_without_a_day_is_only_in_the_whole():
    period = last_days(7, date(2026, 2, 7))
    assert period == Period(date(2026, 2, 1), date(2026, 2, 7))
    assert [period.holds(name) for name in (OLD, NEW, BROKEN, "notes", "20269999T080000Z-0000000d")] == [
        *(False, True, True, False, False),
    ]
    assert Period().holds("notes")
