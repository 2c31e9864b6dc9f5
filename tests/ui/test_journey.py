"""An auditor who knows one question gets from the empty window to a checked package, by mouse or by keyboard.

"Who stopped the billing service last Tuesday, and what else did they do?" Nothing here knows the window's insides: the
person finds controls by the names that they have for everybody, and presses what can be pressed.
"""

import json
import re

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QDateEdit, QToolButton

from player.ledger.ledger import ledger_folder
from player.package.checking import check_package
from player.persons import Persons
from player.review.state import read_review
from player.ui.desk import Desk
from player.ui.real_access import RealAccess
from player.ui.window import PlayerWindow
from recorder.evidence.findings import Status
from recorder.evidence.key_folder import auditor_key_path, keys_folder, trusted_devices
from recorder.evidence.library_folder import library_folder
from tests.staged_work import Staged
from tests.ui.person import Person

# What a window asks of a window manager, the offscreen platform has none to ask.
pytestmark = pytest.mark.qt_log_ignore(r"This plugin does not support")
STOPPED = "sudo systemctl stop billing"
DELETED = "sudo rm /var/log/billing/access.log"


@pytest.fixture
def told(qapp):
    """Four operators, eight days, one question."""
    staged = Staged(library_folder(None))
    staged.auditor.save(auditor_key_path(keys_folder(), "auditor"), None)
    trusted_devices(keys_folder()).add(staged.device.public_bytes, "recorders")
    return staged.fill()


@pytest.fixture
def person(qtbot, told, look, settings):
    """Somebody before the empty window."""
    window = PlayerWindow(Desk(RealAccess(library_folder(None))), look=look, settings=settings)
    window.resize(1600, 1000)
    window.show()
    window.activateWindow()
    window.desk.list_library()
    yield Person(qtbot, window)
    window.close()


def test_the_question_is_answered_with_the_keyboard_alone(person, told, home):
    person.until(lambda: len(person.rows("Recordings")) > 4, "the library is empty")
    person.press("/")
    person.types("billing")
    person.until(lambda: any(STOPPED in row for row in person.rows("Results")), "it is not found")
    assert any("yuki" in row for row in person.rows("Recordings"))
    narrow_by_keys(person, told.day)
    person.until(lambda: not any("yuki" in row for row in person.rows("Recordings")), "other days are still there")
    person.until(lambda: any(STOPPED in row for row in person.rows("Results")), "it is not found that day")
    go_to(person, "F3", "Results", STOPPED)
    person.reads("hanako @ pay-db-2")
    person.press("Esc", "F")
    person.until(lambda: any("A log was deleted" in row for row in person.rows("Log")), "no log")
    person.types("sudo")
    person.until(lambda: all("sudo" in row for row in person.rows("Log")), "the log is not filtered")
    person.press("Esc")
    person.press("I")
    go_on_to(person, "E", time_of(person, DELETED))
    person.press("O")
    person.press("T")
    person.types("Stopped, copied and covered up #billing")
    person.press("Return")
    person.press("Ctrl+3")
    person.reads("Violation")
    person.press("Ctrl+Shift+P")
    person.reads("You sign it as")
    person.until(lambda: QApplication.focusWidget() is person.shown("Make the package"), "the button is not chosen")
    person.press("Return")
    person.reads("Whole and as signed")
    holds(told, home)


def test_the_question_is_answered_with_the_mouse(person, told, home):
    person.clicks("Search typed text, windows, commands…")
    person.types("billing")
    person.clicks("Narrow by operator, machine, day, application… (Ctrl+Shift+F)")
    for name in ("From", "To"):
        person.clicks(name, QDateEdit)
        person.types(f"{told.day:%Y%m%d}")
    person.press("Esc")
    person.clicks_row("Results", STOPPED)
    person.reads("hanako @ pay-db-2")
    person.clicks("Log", QToolButton)
    person.clicks_row("Log", STOPPED)
    select_by_mouse(person)
    person.clicks("Review")
    person.clicks("A note at this moment; words with a # are tags; Enter signs and keeps it")
    person.types("Stopped, copied and covered up #billing")
    person.press("Return")
    person.clicks("Violation")
    person.chooses("Make something of this recording for others: evidence package, report, video", "Evidence package…")
    person.clicks("Make the package")
    person.reads("Whole and as signed")
    holds(told, home)


def narrow_by_keys(person, day):
    person.press("Ctrl+Shift+F")
    for name in ("From", "To"):
        person.until(lambda: person.shown("From", QDateEdit) is not None, "there are no days")
        for _ in range(30):
            if QApplication.focusWidget() is person.shown(name, QDateEdit):
                break
            person.press("Tab")
        person.types(f"{day:%Y%m%d}")
    person.press("Esc")


def go_to(person, key, name, text):
    """Press the key until this row of the list is marked."""
    for _ in range(len(person.rows(name)) + 3):
        before = person.current(name)
        person.press(key)
        person.until(lambda before=before: person.current(name) != before, f"{key} goes nowhere from {before!r}")
        if text in person.current(name):
            return
    pytest.fail(f"{key} never came to {text!r}")


def time_of(person, text):
    """When that was, as the log says it."""
    row = next(row for row in person.rows("Log") if text in row)
    found = re.search(r"\d+:\d\d:\d\d", row)
    assert found is not None, row
    return found[0]


def go_on_to(person, key, time):
    """Press the key until the clock stands there."""
    for _ in range(20):
        before = clock(person)
        if before.startswith(time):
            return
        person.press(key)
        person.until(lambda before=before: clock(person) != before, f"{key} goes nowhere from {before}")
    pytest.fail(f"{key} never came to {time}")


def clock(person):
    return next(label for label in person.labels() if re.match(r"\d+:\d\d:\d\d\.\d{3}", label))


def select_by_mouse(person):
    """Drag over the timeline, from before the marked moment to well after it."""
    timeline = person.sees("Timeline")
    height, width = timeline.height() - 30, timeline.width()
    person.drags(timeline, QPoint(width // 4, height), QPoint(width * 2 // 3, height))


def holds(told, home):
    """What the auditor leaves behind: a sound package, the review, and everything that they did in the ledger."""
    package = home / f"tachiai-{told.session_id}.zip"
    checked = check_package(package, persons=Persons.load(), devices=trusted_devices(keys_folder()))
    assert (checked.status, checked.recording_id) == (Status.SOUND, told.session_id)
    review = read_review(told.folder)
    assert [one.verdict.value for one in review.verdicts] == ["violation"]
    [note] = review.notes
    assert note.content.tags == ("billing",)
    assert note.content.end_ns is not None
    lines = [line for path in ledger_folder().glob("*.jsonl") for line in path.read_bytes().splitlines()]
    entries = [json.loads(line)["entry"] for line in lines]
    kinds = [entry["kind"] for entry in entries if entry.get("recording") in (None, "", told.session_id)]
    assert {"search", "opened", "export"} <= set(kinds)
    export = next(entry for entry in entries if entry["kind"] == "export")
    assert export["detail"]["package"] == str(package)
    assert export["detail"]["from_s"] > 0
