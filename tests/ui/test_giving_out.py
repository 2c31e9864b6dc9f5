"""Evidence packages, reports and checks of packages in the window: written aside, cancelled, refused, and trusted."""

import shutil
import threading
import time
import zipfile

import pytest
from PySide6.QtCore import Qt, QTimer

from player.package.checking import check_package
from player.package.making import Stage
from player.persons import Persons, this_person
from player.report.page import Page
from player.ui.check_dialog import PackageFileDialog
from player.ui.give_out_menu import OF_A_RECORDING
from player.ui.printing_aside import print_aside
from recorder.evidence.findings import Status
from recorder.evidence.key_folder import keys_folder, trusted_devices
from tests.fakes import FakeAccess, FakeSource

# What a dialog asks of a window manager, the offscreen platform has none to ask.
pytestmark = pytest.mark.qt_log_ignore(r"This plugin does not support (propagateSizeHints|raise)\(\)")
CONTROL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
WRITING_MS = 30_000


@pytest.fixture
def real_window(open_real, place):
    """A window on a real recording."""
    desk = place.desk()
    desk.window("root@web1: ~")
    desk.paint()
    desk.type("systemctl stop billing", seconds_each=0.01)
    desk.press("enter")
    desk.wait(3)
    return open_real(desk.close().folder, lists=False)


def package_dialog(qtbot, window, path):
    qtbot.keyClick(window, Qt.Key.Key_P, CONTROL_SHIFT)
    dialog = window.giving_out.packages.dialog
    assert dialog.isVisible()
    dialog.file.path.setText(str(path))
    return dialog


def packed(qtbot, window, path):
    dialog = package_dialog(qtbot, window, path)
    dialog.videos["none"].click()
    dialog.go.click()
    qtbot.waitUntil(
        lambda: dialog.show_folder.isVisible() or dialog.said.property("part") == "error", timeout=WRITING_MS
    )
    return dialog


def test_nothing_can_be_made_while_nothing_is_open_and_that_is_said(qtbot, window_on, open_window):
    window = open_window(FakeAccess({}), None)
    actions = [one for one in window.header.give_out.actions() if not one.isSeparator()]
    assert [one.isEnabled() for one in actions] == [False] * (1 + len(OF_A_RECORDING)) + [True]
    assert actions[0].text() == "Open a recording first: choose one in the library."
    for key in (Qt.Key.Key_P, Qt.Key.Key_R):
        qtbot.keyClick(window, key, CONTROL_SHIFT)
        assert "Open a recording first" in window.libraries.toast.text()
    assert window.giving_out.packages.dialog is None
    window = window_on(FakeSource())
    assert all(one.isEnabled() for one in window.header.give_out.actions()[1:])


def test_a_package_is_checked_again_as_soon_as_it_is_written(qtbot, real_window, place, tmp_path):
    dialog = packed(qtbot, real_window, tmp_path / "case.zip")
    assert str(tmp_path / "case.zip") in dialog.said.text()
    assert dialog.checked.headline.text() == "Whole and as signed"
    assert this_person().person.fingerprint in dialog.checked.signer.text()
    checked = check_package(tmp_path / "case.zip", persons=Persons.load(), devices=trusted_devices(keys_folder()))
    assert checked.status is Status.SOUND
    assert [path.name for path in tmp_path.iterdir()] == ["case.zip"]


def test_what_cannot_be_meant_cannot_be_packed(qtbot, real_window, tmp_path):
    dialog = package_dialog(qtbot, real_window, tmp_path / "case.zip")
    assert dialog.go.isEnabled()
    dialog.file.path.setText(str(tmp_path / "case.tar"))
    assert (dialog.go.isEnabled(), ".zip" in dialog.notes.text()) == (False, True)
    dialog.file.path.setText(str(tmp_path / "case.zip"))
    dialog.range.part.setChecked(True)
    dialog.range.end.setText("soon")
    assert (dialog.go.isEnabled(), "two times" in dialog.notes.text()) == (False, True)


def test_a_package_that_is_cancelled_leaves_nothing_and_says_so(qtbot, window_on, tmp_path):
    begun, go_on = threading.Event(), threading.Event()

    def make(order, told):
        begun.set()
        go_on.wait(20)
        told(Stage("copying", 0.5))
        raise AssertionError("it was not ended")

    window = window_on(FakeSource(), package_answer=make)
    dialog = package_dialog(qtbot, window, tmp_path / "case.zip")
    dialog.go.click()
    qtbot.waitUntil(begun.is_set)
    assert dialog.go.text() == "Cancel"
    dialog.go.click()
    go_on.set()
    assert "Cancelled" in dialog.said.text()
    assert dialog.go.text() == "Make the package"


def test_a_folder_that_cannot_be_written_to_is_said_in_words(qtbot, real_window, tmp_path):
    dialog = packed(qtbot, real_window, tmp_path / "gone" / "case.zip")
    assert "cannot be written" in dialog.said.text()
    assert dialog.go.isEnabled()


@pytest.mark.parametrize("suffix", [".html", ".pdf"])
def test_a_report_is_written_in_either_form(qtbot, real_window, tmp_path, suffix):
    qtbot.keyClick(real_window, Qt.Key.Key_R, CONTROL_SHIFT)
    dialog = real_window.giving_out.reports.dialog
    dialog.file.path.setText(str(tmp_path / "case.html"))
    dialog.file.forms[suffix].click()
    dialog.go.click()
    qtbot.waitUntil(lambda: dialog.show_folder.isVisible(), timeout=WRITING_MS)
    content = (tmp_path / f"case{suffix}").read_bytes()
    assert (b"systemctl stop billing" in content) if suffix == ".html" else content.startswith(b"%PDF-")
    assert [path.name for path in tmp_path.iterdir()] == [f"case{suffix}"]


def test_the_window_goes_on_while_a_long_report_is_printed(qtbot, tmp_path):
    rows = "".join(f"<tr><td>{number}</td><td>command {number}</td></tr>" for number in range(3000))
    page = Page("long", "en", f"<table>{rows}</table>", {})
    shares: list[float] = []
    beats_s: list[float] = []
    printed = threading.Event()

    def run():
        print_aside(page, tmp_path / "long.pdf", foot="foot", progress=shares.append)
        printed.set()

    beat = QTimer(interval=10)
    beat.timeout.connect(lambda: beats_s.append(time.monotonic()))
    beat.start()
    thread = threading.Thread(target=run)
    thread.start()
    qtbot.waitUntil(printed.is_set, timeout=WRITING_MS)
    thread.join()
    beat.stop()
    assert shares[-1] == 1
    assert len(beats_s) > 10
    assert (tmp_path / "long.pdf").read_bytes().startswith(b"%PDF-")


def test_printing_that_is_not_wanted_any_more_leaves_nothing(tmp_path):
    class EnoughError(Exception):
        pass

    def enough(_share):
        raise EnoughError

    with pytest.raises(EnoughError):
        print_aside(Page("x", "en", "<p>x</p>", {}), tmp_path / "x.pdf", foot="", progress=enough)
    assert list(tmp_path.iterdir()) == []


def test_a_strangers_package_is_trusted_only_after_the_key_was_compared(
    qtbot, real_window, tmp_path, home, monkeypatch
):
    packed(qtbot, real_window, tmp_path / "case.zip")
    shutil.move(home / "tachiai" / "person", home / "tachiai" / "somebody-else")
    dialog = checked(qtbot, real_window, tmp_path / "case.zip", monkeypatch)
    view = dialog.checked
    assert view.headline.text() == "Whole, but signed by a stranger"
    view.name.setText("Sato")
    assert not view.trust.isEnabled()
    view.same.click()
    view.trust.click()
    qtbot.waitUntil(lambda: view.headline.text() == "Whole and as signed")
    assert "Sato" in view.signer.text()
    assert [one.name for one in Persons.load().trusted] == ["Sato"]


def test_a_package_that_was_changed_is_called_so_with_the_file(qtbot, real_window, tmp_path, monkeypatch):
    packed(qtbot, real_window, tmp_path / "case.zip")
    with zipfile.ZipFile(tmp_path / "case.zip") as good, zipfile.ZipFile(tmp_path / "bad.zip", "w") as bad:
        for one in good.infolist():
            content = good.read(one)
            bad.writestr(one, content + b" " if one.filename.endswith("log.jsonl") else content)
    dialog = checked(qtbot, real_window, tmp_path / "bad.zip", monkeypatch)
    assert dialog.checked.headline.text() == "Not what was signed"
    assert "log.jsonl" in dialog.checked.findings.text()


def test_what_is_no_package_is_said_in_words(qtbot, real_window, tmp_path, monkeypatch):
    (tmp_path / "x.zip").write_text("no zip")
    dialog = checked(qtbot, real_window, tmp_path / "x.zip", monkeypatch)
    assert "is not an evidence package" in dialog.said.text()
    assert not dialog.checked.isVisible()


def checked(qtbot, window, path, monkeypatch):
    monkeypatch.setattr(PackageFileDialog, "ask", lambda *_asked, **_more: path)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_K, CONTROL_SHIFT)
    dialog = window.giving_out.checks.dialog
    qtbot.waitUntil(lambda: not window.giving_out.checks.checking.is_running, timeout=WRITING_MS)
    return dialog
