"""Dialogs that say more as they go: always whole on their screen, with their buttons in sight, and none left empty."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QPushButton

from player.importing import Imported
from player.package.checking import CheckedPackage, Flaw, PackageFinding
from player.package.making import Package
from player.persons import Standing
from player.ui.application import _keep_on_screen
from player.ui.check_dialog import CheckDialog
from player.ui.export_dialog import ExportDialog
from player.ui.import_dialog import ImportDialog
from player.ui.package_dialog import PackageDialog
from player.ui.report_dialog import ReportDialog
from recorder.evidence.findings import Status, Verdict
from resources.ui.fitting import fitting_height, kept_within
from tests.fakes import FakeSource, S

# What a dialog asks of a window manager, the offscreen platform has none to ask.
pytestmark = pytest.mark.qt_log_ignore(r"This plugin does not support (propagateSizeHints|raise)\(\)")
SOUND = Verdict((), Status.SOUND, 1, 9, 900, 9 * S, content_checked=False)
FLAWS = tuple(PackageFinding(Flaw.CHANGED, f"log-{n}.csv", "It is not what was signed. " * 9) for n in range(12))
NOT_AS_SIGNED = CheckedPackage(FLAWS, 14, bytes(32), "Kim", Standing.STRANGER, "20270115T080000Z-00000001", SOUND)
AS_SIGNED = CheckedPackage((), 14, bytes(32), "Kim", Standing.ME, "20270115T080000Z-00000001", SOUND)


def said(dialog):
    dialog.show_recording("tanaka @ db-1", 9 * S, Path("/media/usb/case-17.zip"))
    return dialog


def made(look):
    dialog = said(PackageDialog(look=look))
    package = Package(Path("/media/usb/case-17.zip"), 900_000, 14, SOUND, video=None, is_live=False)
    return dialog, lambda checked: dialog.show_made(package, checked, "")


def checked_from_elsewhere(look):
    dialog = CheckDialog(look=look)
    dialog.show_begun(Path("/media/usb/case-17.zip"))
    return dialog, dialog.show_checked


def of_words(dialog):
    return dialog, lambda checked: dialog.show_failure("It cannot be written. " * (400 if checked.findings else 1))


def imported(look, parent):
    dialog = ImportDialog("/media/usb/one", look=look, parent=parent)
    lines = {True: 70, False: 1}

    def show(checked):
        notices = ("A line.",) * lines[bool(checked.findings)]
        dialog.show_done(Imported(Path("/library/one"), SOUND, was_there=False, size_bytes=900, notices=notices))

    return dialog, show


DIALOGS = {
    "package": made,
    "check": checked_from_elsewhere,
    "export": lambda look: of_words(said(ExportDialog(look=look))),
    "report": lambda look: of_words(ReportDialog(look=look)),
}


def is_whole_on_screen(dialog):
    room = dialog.screen().availableGeometry()
    buttons = [button for button in dialog.findChildren(QPushButton) if button.isVisible()]
    below = dialog.close_button
    return (
        room.top() <= dialog.frameGeometry().top() <= dialog.frameGeometry().bottom() <= room.bottom()
        and below in buttons
        and dialog.rect().contains(below.geometry())
        and not below.visibleRegion().isEmpty()
    )


@pytest.mark.parametrize("name", DIALOGS)
def test_a_dialog_that_grows_stays_on_its_screen_and_shrinks_again(name, look, qtbot):
    dialog, show = DIALOGS[name](look)
    qtbot.addWidget(dialog)
    dialog.show()
    room = dialog.screen().availableGeometry()
    dialog.move(dialog.x(), room.bottom() - dialog.height() - 20)
    before_px = dialog.height()
    show(NOT_AS_SIGNED)
    qtbot.waitUntil(lambda: dialog.frameGeometry().height() == room.height())
    assert is_whole_on_screen(dialog)
    show(AS_SIGNED)
    qtbot.waitUntil(lambda: dialog.frameGeometry().height() < room.height())
    assert is_whole_on_screen(dialog)
    content = dialog.upper.widget()
    assert content.height() == content.layout().totalHeightForWidth(content.width())  # nothing is squeezed or empty
    assert dialog.height() >= before_px or name == "check"


def test_no_bar_is_left_where_lines_break_anew_beside_it(look, qtbot):
    dialog = ReportDialog(look=look)
    qtbot.addWidget(dialog)
    dialog.show()
    room = dialog.screen().availableGeometry()
    metrics, word = dialog.notes.fontMetrics(), "a"
    while metrics.horizontalAdvance(word + "a") < dialog.notes.width() - 4:  # as wide as there is room without a bar
        word += "a"
    dialog.notes.setText(" ".join([word[:-10], "a" * 10] * 60))
    qtbot.waitUntil(lambda: dialog.frameGeometry().height() == room.height())
    dialog.notes.setText(" ".join([word[:-10], "a" * 9] * 4))
    qtbot.waitUntil(lambda: dialog.frameGeometry().height() < room.height())
    QApplication.sendPostedEvents()
    assert (dialog.upper.viewport().width(), dialog.upper.verticalScrollBar().maximum()) == (dialog.width(), 0)


def test_what_was_said_last_is_scrolled_into_sight(look, qtbot):
    dialog, show = made(look)
    qtbot.addWidget(dialog)
    dialog.show()
    show(NOT_AS_SIGNED)
    seen = dialog.upper.viewport()
    qtbot.waitUntil(lambda: dialog.said.mapTo(seen, dialog.said.rect().topLeft()).y() == 0)
    assert dialog.checked.headline.mapTo(seen, dialog.checked.headline.rect().bottomLeft()).y() < seen.height()


def test_an_import_says_much_within_the_screen(window_on, look, qtbot):
    dialog, show = imported(look, window_on(FakeSource()))
    dialog.show()
    room = dialog.screen().availableGeometry()
    dialog.move(dialog.x(), room.bottom() - dialog.height() - 20)
    show(NOT_AS_SIGNED)
    qtbot.waitUntil(lambda: dialog.frameGeometry().height() == room.height())
    assert is_whole_on_screen(dialog)
    dialog.close()


def test_a_height_that_a_person_chose_is_kept_while_all_is_seen(look, qtbot):
    dialog, show = made(look)
    qtbot.addWidget(dialog)
    dialog.show()
    own_px = dialog.screen().availableGeometry().height() - 60
    qtbot.waitUntil(lambda: dialog.layout().totalHeightForWidth(dialog.width()) == dialog.height())
    dialog.resize(dialog.width(), own_px)
    show(AS_SIGNED)
    QApplication.sendPostedEvents()
    assert dialog.height() == own_px


def test_the_arithmetic_of_heights():
    assert fitting_height(601, 950, 1040, is_own=False) == 950
    assert fitting_height(950, 601, 1040, is_own=False) == 601
    assert fitting_height(601, 1500, 1040, is_own=False) == 1040
    assert (fitting_height(900, 601, 1040, is_own=True), fitting_height(400, 601, 1040, is_own=True)) == (900, 601)
    assert (kept_within(245, 950, 0, 1080), kept_within(100, 200, 0, 1080), kept_within(300, 1200, 24, 1056)) == (
        130,
        100,
        24,
    )


def test_a_new_window_is_no_larger_than_its_screen(open_window, window_on):
    window = window_on(FakeSource())
    window.resize(1440, 900)
    room = window.screen().availableSize()
    assert room.height() < 900
    _keep_on_screen(window)
    assert (window.height() < room.height(), window.width() >= window.minimumSizeHint().width()) == (True, True)
