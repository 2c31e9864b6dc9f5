"""Libraries in the window: narrowed, switched, added to, away and back; hits in their context; links."""

import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from player.facets import Facets
from player.importing import Imported, ImportProgress
from player.links import parse_link
from player.shelf import SavedSearch
from player.ui import desk
from player.ui.access import Hit, Level, SeenThere
from player.ui.dialogs import NameDialog, PackageDialog
from player.ui.hit_context import around
from recorder.errors import StorageError
from recorder.evidence.findings import Status, Verdict
from tests.fakes import FakeAccess, FakeSource, S, row
from tests.ui.conftest import RECORDING
from tests.ui.test_library import entries_of

# Qt's offscreen drawing says so whenever a window or a popover is shown.
pytestmark = pytest.mark.qt_log_ignore("does not support (propagateSizeHints|raise|grabbing the keyboard)")

OTHER = RECORDING.with_name("two")
ROWS = [row(second, "text", f"step {second}") for second in range(0, 50, 10)]


@pytest.fixture
def access():
    """Two recordings: one of hanako with an alert, one of tanaka that was not read yet."""
    made = FakeAccess({RECORDING: FakeSource(rows=ROWS), OTHER: FakeSource()})
    first, second = made.listed
    made.listed = [replace(first, operator="花子", applications=("xterm",), alerts=(("high", 1),)), second]
    return made


@pytest.fixture
def listed_often(monkeypatch):
    monkeypatch.setattr(desk, "LIST_EVERY_MS", 20)


def operators(window):
    return [entry.operator for entry in entries_of(window)]


def test_a_facet_narrows_the_list_and_its_chip_takes_it_away(open_window, access, qtbot):
    window = open_window(access, None)
    window.libraries.show_facets()
    window.libraries.popover.names["operator"].lineEdit().insert("花")
    assert operators(window) == ["花子"]
    [chip] = window.library.chips.chips
    assert "花" in chip.text()
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert operators(window) == ["花子", "k.tanaka"]
    assert window.libraries.popover.names["operator"].currentText() == ""
    window.libraries.popover.hide()


def test_what_is_not_known_is_left_out_and_counted(open_window, access):
    window = open_window(access, None)
    window.library.show_facets(Facets(alert="none"))
    assert entries_of(window) == []
    assert "not known whether they match: 1" in window.library._message.text()


def test_the_controls_and_what_they_ask_agree(open_window, access):
    window = open_window(access, None)
    asked = Facets("a", "b", "c", date(2026, 3, 1), date(2026, 3, 9), 1800, None, "sound", "high", "reviewed")
    popover = window.libraries.popover
    for facets in (asked, replace(asked, longer_than_s=None, shorter_than_s=77), Facets()):
        heard: list[Facets] = []
        popover.show_facets(facets)
        popover.changed.connect(heard.append)
        popover._ask()
        assert heard == []
        popover.names["host"].setEditText("x")
        assert heard == [replace(facets, host="x")]
        popover.changed.disconnect(heard.append)


def test_facets_narrow_what_is_found_elsewhere_too(open_window, access, qtbot):
    window = open_window(access, None)
    window.header.search.setText("step")
    qtbot.waitUntil(lambda: window.is_settled)
    window.library.show_facets(Facets(host="db"))
    qtbot.waitUntil(lambda: window.is_settled)
    assert access.facets == Facets(host="db")


def test_a_search_is_saved_with_its_facets_and_taken_up_again(open_window, access, qtbot, monkeypatch):
    window = open_window(access, None)
    window.header.search.setText("step")
    window.library.show_facets(Facets(operator="花子"))
    monkeypatch.setattr(
        NameDialog, "exec", lambda dialog: (dialog.line.setText(" mine "), dialog.DialogCode.Accepted)[1]
    )
    window.libraries.ask_save()
    assert access.saved == [SavedSearch(name="mine", text="step", operator="花子")]
    window.header.search.clear()
    window.library.show_facets(Facets())
    window.libraries.saved_menu.aboutToShow.emit()
    window.libraries.saved_menu.actions()[0].trigger()
    assert (window.header.search.text(), window.library.facets) == ("step", Facets(operator="花子"))
    qtbot.waitUntil(lambda: window.is_settled)


def test_a_library_that_goes_away_stays_as_it_was_and_comes_back_by_itself(listed_often, open_window, access, qtbot):
    window = open_window(access, None)
    access.listing_error = StorageError("The share is away; mount it again.")
    qtbot.waitUntil(window.library._warning.isVisible)
    assert "The share is away" in window.library._warning.text()
    assert operators(window) == ["花子", "k.tanaka"]
    access.listing_error = None
    qtbot.waitUntil(lambda: not window.library._warning.isVisible())
    assert operators(window) == ["花子", "k.tanaka"]


def test_of_several_libraries_the_one_that_is_away_is_named(open_window, access, qtbot):
    access.listing_problem = "One of them is away."
    window = open_window(access, None)
    assert "One of them is away." in window.library._warning.text()
    assert len(entries_of(window)) == 2


def test_another_library_is_chosen_in_the_menu_or_all_of_them(open_window, access, qtbot):
    access.other_libraries = [Path("/media/usb & more"), Path("/mnt/監査")]
    window = open_window(access, None)
    button = window.library.libraries
    actions = button.menu().actions()
    assert [action.text() for action in actions[:3]] == ["/library", "/media/usb && more", "/mnt/監査"]
    actions[2].trigger()
    qtbot.waitUntil(lambda: window.is_settled)
    assert access.library == Path("/mnt/監査")
    assert "監査" in button.text()
    together = next(action for action in button.menu().actions() if "together" in action.text())
    together.trigger()
    qtbot.waitUntil(lambda: window.is_settled)
    assert access.shows_all
    assert "All libraries" in button.text()


def test_an_import_says_how_far_it_is_and_what_it_is_worth(open_window, access, qtbot):
    window, gate = open_window(access, None), threading.Event()
    verdict = Verdict((), Status.ALTERED, 1, 9, 900, 9 * S, content_checked=False)

    def answer(source, told):
        told(ImportProgress("copying", 500_000, 1_000_000))
        gate.wait()
        return Imported(OTHER, verdict, was_there=False, size_bytes=1_000_000)

    access.import_answer = answer
    window.libraries.take_in(Path("/media/usb/x"))
    dialog = window.libraries.import_dialog
    qtbot.waitUntil(lambda: "0.5 of 1.0 MB" in dialog.step.text())
    gate.set()
    qtbot.waitUntil(dialog.open_button.isVisible)
    assert "Altered" in dialog.step.text()
    dialog.open_button.click()
    qtbot.waitUntil(lambda: window.is_settled)
    assert window.desk.folder == OTHER


def test_a_package_is_imported_from_the_menu_and_what_is_to_be_known_is_said(open_window, access, qtbot, monkeypatch):
    window, steps = open_window(access, None), []
    verdict = Verdict((), Status.SOUND, 1, 9, 900, 9 * S, content_checked=False)

    def answer(source, told):
        told(ImportProgress("checking", 500_000, 1_000_000))
        steps.append(source)
        notices = ("Reviews that came along: 2; what they are worth is asked when they are read.", *["A line."] * 6)
        return Imported(OTHER, verdict, was_there=False, size_bytes=1_000_000, notices=notices)

    access.import_answer = answer
    monkeypatch.setattr(PackageDialog, "ask", lambda *_args, **_more: Path("/media/usb/case-17.zip"))
    menu = window.library.libraries.menu()
    next(action for action in menu.actions() if "evidence package" in action.text()).trigger()
    dialog = window.libraries.import_dialog
    qtbot.waitUntil(dialog.open_button.isVisible)
    assert steps == [Path("/media/usb/case-17.zip")]
    assert "Reviews that came along: 2" in dialog.step.text()
    qtbot.waitUntil(lambda: dialog.step.height() >= dialog.step.heightForWidth(dialog.step.width()))
    dialog.close()


def test_an_import_that_is_cancelled_is_told_so_while_it_copies(open_window, access, qtbot):
    window, begun, ended = open_window(access, None), threading.Event(), threading.Event()

    def answer(source, told):
        begun.set()
        try:
            while True:
                told(ImportProgress("copying", 1, 2))
        finally:
            ended.set()

    access.import_answer = answer
    window.libraries.take_in(Path("/media/usb/x"))
    qtbot.waitUntil(begun.is_set)
    qtbot.keyClick(window.libraries.import_dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(ended.is_set)


def test_an_import_that_is_refused_says_why(open_window, access, qtbot):
    window = open_window(access, None)
    window.libraries.take_in(Path("/media/usb/x"))
    dialog = window.libraries.import_dialog
    qtbot.waitUntil(lambda: "is not a recording" in dialog.text.text())
    assert not dialog.open_button.isVisible()
    dialog.close()


def test_one_key_puts_the_link_of_this_moment_on_the_clipboard(open_window, access, qtbot, seek):
    window = open_window(access)
    seek(window, 12)
    qtbot.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    link = parse_link(QGuiApplication.clipboard().text())
    assert (link.session_id, link.at_ns) == (window.desk.facts.session_id, 12 * S)
    assert "tachiai://" in window.libraries.toast.text()


def test_a_hit_is_shown_with_its_picture_and_the_rows_around_it(open_window, access, qtbot):
    access.hits = [Hit(OTHER, 30 * S, "text", "step 30", "two", row_id=7)]
    asked = []

    def seen(hit):
        asked.append(hit)
        return SeenThere(np.zeros((90, 160, 3), np.uint8), "", tuple(ROWS[1:]), 2)

    access.seen = seen
    window = open_window(access)
    window.header.search.setText("step 3")
    qtbot.waitUntil(lambda: window.is_settled)
    preview = window.search.preview
    for line, hit_row in ((1, ROWS[3]), (3, ROWS[3])):  # in this recording, from its own rows; elsewhere, as answered
        window.search.view.setCurrentIndex(window.search.model.index(line))
        qtbot.waitUntil(lambda: window.libraries.context.is_settled)
        shown = preview.preview.seen
        assert shown.rows[shown.found] == hit_row
        assert shown.picture is not None
    assert [hit.folder for hit in asked] == [RECORDING, OTHER]
    assert window.desk.folder == RECORDING
    qtbot.mouseClick(preview, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.is_settled)
    assert window.desk.folder == OTHER
    window.header.search.clear()
    qtbot.waitUntil(lambda: not preview.isVisible())


def test_rows_around_a_hit_end_where_the_recording_does():
    hit = Hit(RECORDING, 0, "text", "step 0", "")
    assert around(ROWS, hit) == (tuple(ROWS[:3]), 0)
    assert around(ROWS, replace(hit, at_ns=40 * S)) == (tuple(ROWS[2:]), 2)
    assert around(ROWS, replace(hit, at_ns=5 * S)) == ((), 0)


def test_a_verdict_of_the_list_is_what_its_facet_asks_for(open_window, access):
    access.listed = [replace(access.listed[0], level=Level.UNCHECKED), access.listed[1]]
    window = open_window(access, None)
    window.library.show_facets(Facets(verdict="unverified"))
    assert operators(window) == ["花子"]
