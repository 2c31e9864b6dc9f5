"""The review in the window: a verdict with one key, notes at a moment, undo, what was watched, the queue."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit

from player.library import Entry as Listed
from player.library import Known
from player.persons import this_person
from player.playback import Playback
from player.review.entries import Content, Judged, Note, Verdict
from player.review.places import beside
from player.review.queue import Queued
from player.review.ranges import length_ns
from player.review.reasons import Reason
from player.review.state import ReviewState, read_review
from player.review.writing import write_entries
from player.ui import review_controller
from player.ui.bookmarks import bookmarks_of
from player.ui.review_models import QueueHead, QueueMore, QueueReason, tags_in
from recorder.errors import StorageError
from tests.fakes import FakeAccess, FakeSource, S, row
from tests.recordings import whole

# Qt's offscreen drawing says so whenever a window is shown.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def folder(tmp_path):
    return whole(tmp_path / "library")[1].folder


@pytest.fixture
def window(open_window, folder):
    return open_window(FakeAccess({folder: FakeSource(rows=[row(10, "text", "stop billing")])}), folder, at_s=10)


@pytest.fixture
def press(qtbot, window):
    """Press keys in the window, one after the other, and wait until each is answered."""

    def press_all(*keys):
        for key, *modifiers in keys:
            qtbot.keyClick(window, key, *modifiers)
            qtbot.waitUntil(lambda: window.is_settled)

    return press_all


def note(window, qtbot, text):
    qtbot.keyClick(window, Qt.Key.Key_T)
    qtbot.waitUntil(window.review.view.line.hasFocus)
    qtbot.keyClicks(window.review.view.line, text)
    qtbot.keyClick(window.review.view.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.is_settled)


def notes(folder):
    return [(one.content.at_ns // S, one.content.text) for one in read_review(folder).notes]


def test_a_verdict_is_given_with_one_key_and_taken_back_with_the_same(window, press, folder):
    press((Qt.Key.Key_2, CONTROL))
    assert read_review(folder).state is ReviewState.FOLLOW_UP
    assert window.side.page is window.review.view
    assert window.review.view.state.text() == "Needs follow-up"
    assert this_person().person.name in window.review.view.verdicts.text
    press((Qt.Key.Key_1, CONTROL))
    assert read_review(folder).state is ReviewState.CLEARED
    press((Qt.Key.Key_1, CONTROL))
    assert read_review(folder).state is ReviewState.NONE
    assert window.desk.access.reviews == [(folder, "verdict")] * 3  # each of them is in the ledger


def test_a_comment_goes_with_the_verdict(window, press, folder):
    window.review.view.comment.setText("Ask the operator.")
    press((Qt.Key.Key_3, CONTROL))
    assert [one.comment for one in read_review(folder).verdicts] == ["Ask the operator."]
    assert window.review.view.comment.text() == ""
    assert "Ask the operator." in window.review.view.verdicts.text


def test_a_note_is_of_the_moment_at_which_it_was_begun_and_leads_back_to_it(window, qtbot, folder, seek):
    note(window, qtbot, "stops billing #billing")
    assert notes(folder) == [(10, "stops billing #billing")]
    assert read_review(folder).notes[0].content.tags == ("billing",)
    seek(window, 40)
    view = window.review.view.view
    middle = view.visualRect(view.model().index(0, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert window.desk.playback.position_ns == 10 * S


def test_notes_are_undone_and_done_again_and_nothing_leaves_the_file(window, qtbot, press, folder):
    note(window, qtbot, "first")
    press((Qt.Key.Key_B,), (Qt.Key.Key_Z, CONTROL))
    assert notes(folder) == [(10, "first")]
    press((Qt.Key.Key_Z, CONTROL))
    assert notes(folder) == []
    press((Qt.Key.Key_Z, CONTROL | SHIFT), (Qt.Key.Key_Z, CONTROL | SHIFT), (Qt.Key.Key_Z, CONTROL | SHIFT))
    assert notes(folder) == [(10, "first"), (10, "")]
    assert read_review(folder).problems == ()


def test_a_row_of_the_log_is_bookmarked_from_its_menu_where_it_began(window, qtbot, press, folder, seek):
    seek(window, 40)
    log = window.log
    (row_at,) = (place for place in range(log.model.rowCount()) if log.model.row_at(place).text == "stop billing")
    menu = log.actions_on_rows.row_menu(log.model.index(row_at, 0))
    next(one for one in menu.actions() if one.text() == "Bookmark this row").trigger()
    qtbot.waitUntil(lambda: window.is_settled and notes(folder) == [(10, "")])
    assert window.timeline.bookmark_times_ns.tolist() == [10 * S]
    press((Qt.Key.Key_Z, CONTROL))
    assert notes(folder) == []


def test_a_note_is_edited_in_place_and_removed_with_a_key(window, qtbot, press, folder):
    note(window, qtbot, "frist")
    view = window.review.view.view
    view.setCurrentIndex(view.model().index(0, 0))
    view.edit(view.currentIndex())
    editor = view.findChild(QLineEdit)
    editor.setText("first #typo")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.is_settled and notes(folder) == [(10, "first #typo")])
    view.setFocus()
    view.setCurrentIndex(view.model().index(0, 0))
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: window.is_settled and notes(folder) == [])
    press((Qt.Key.Key_Z, CONTROL), (Qt.Key.Key_Z, CONTROL))
    assert notes(folder) == [(10, "frist")]


def test_notes_of_others_are_shown_and_cannot_be_edited_or_removed(open_window, qtbot, folder, tmp_path):
    stranger = {"TACHIAI_HOME": str(tmp_path / "other")}
    write_entries(folder, [Note(Content(5 * S, None, "all fine")), Verdict(Judged.CLEARED, "", 9 * S)],
                  environment=stranger)  # fmt: skip
    window = open_window(FakeAccess({folder: FakeSource()}), folder)
    view = window.review.view
    assert view.state.text() == "Not reviewed"
    assert "a stranger: does not count" in view.verdicts.text
    index = view.model.index(0, 0)
    assert not view.model.flags(index) & Qt.ItemFlag.ItemIsEditable
    (mark,) = bookmarks_of(window.review._answer.review.notes, window.look.words)
    assert (mark.label, mark.stranger is None) == ("all fine", False)
    window.commands.command("show_review")()
    view.view.setFocus()
    view.view.setCurrentIndex(index)
    qtbot.keyClick(view.view, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: window.is_settled)
    assert len(read_review(folder).notes) == 1


def test_what_cannot_be_written_is_said_and_what_was_typed_stays(window, qtbot, folder, monkeypatch):
    (folder / "0001.seg").rename(folder / "gone")
    (folder / "0002.seg").rename(folder / "gone2")
    note(window, qtbot, "not to be lost")
    assert window.review.view.line.text() == "not to be lost"
    assert "no sound header" in window.review.view._trouble.text()


def test_what_was_played_is_shown_as_waiting_and_counts_once_it_is_confirmed(window, qtbot, clock, press, folder):
    window.commands.command("show_review")()
    press((Qt.Key.Key_Space,))
    for _ in range(100):
        clock.now_ns += S // 20
        window.desk.refresh()
    press((Qt.Key.Key_Space,))
    assert length_ns(window.review.seen.ranges) == pytest.approx(5 * S, rel=0.02)
    assert read_review(folder).watched == ()
    assert window.review.view.confirm.isVisible()
    press((Qt.Key.Key_R, SHIFT))
    (watched,) = read_review(folder).watched
    assert watched.ranges[0][0] == 10 * S
    assert length_ns(watched.ranges) == pytest.approx(5 * S, rel=0.02)
    assert not window.review.view.confirm.isVisible()
    assert "8 % of 0:01:00 seen" in window.review.view.coverage.text()


def test_a_jump_is_not_watched(window, clock, seek, press):
    press((Qt.Key.Key_Space,))
    clock.now_ns += S // 20
    window.desk.seek(50 * S)
    assert window.review.seen.length_ns < S


def test_what_was_not_confirmed_is_there_when_the_recording_is_opened_again(open_window, folder, clock):
    access = FakeAccess({folder: FakeSource()})
    window = open_window(access, folder, at_s=10)
    window.desk.do(Playback.play)
    for _ in range(40):
        clock.now_ns += S // 20
        window.desk.refresh()
    window.close()
    access.recordings[folder] = FakeSource()
    again = open_window(access, folder)
    assert length_ns(again.review.seen.ranges) == pytest.approx(2 * S, rel=0.05)
    assert read_review(folder).watched == ()


def queued(folder, reasons):
    known = Known("m.sato", "fw-1", "Change 9", 1_772_373_909 * S, 0, 60.0, "closed", 1)
    return Queued(Listed(folder.name, folder, known, "sound"), ReviewState.NONE, tuple(reasons))


def test_a_reason_of_the_queue_leads_to_its_moment(open_window, qtbot, folder):
    access = FakeAccess({folder: FakeSource()})
    access.queue = [queued(folder, [Reason("alert_high", "Billing was stopped", 30 * S)])]
    window = open_window(access, None)
    qtbot.keyClick(window, Qt.Key.Key_Q)
    qtbot.waitUntil(lambda: window.is_settled and len(window.review.queue_view.queue) == 1)
    lines = window.review.queue_view.model.items
    assert [type(line) for line in lines] == [QueueHead, QueueReason]
    view = window.review.queue_view.view
    middle = view.visualRect(view.model().index(1, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    qtbot.waitUntil(lambda: window.is_settled)
    assert window.desk.folder == folder
    assert window.desk.playback.position_ns == 30 * S


def test_many_reasons_are_folded_until_they_are_asked_for(open_window, qtbot, folder):
    access = FakeAccess({folder: FakeSource()})
    access.queue = [queued(folder, [Reason("gap", "Not recorded", second * S) for second in range(9)])]
    window = open_window(access, None)
    window.commands.command("show_queue")()
    qtbot.waitUntil(lambda: window.is_settled and len(window.review.queue_view.queue) == 1)
    model, view = window.review.queue_view.model, window.review.queue_view.view
    assert isinstance(model.items[-1], QueueMore)
    view.clicked.emit(model.index(model.rowCount() - 1))
    assert model.rowCount() == 10


def test_tags_are_the_words_after_a_hash():
    assert tags_in("stops #billing, then #logs. # not #billing") == ("billing", "logs")


def test_the_bar_paints_what_was_confirmed(open_window, qtbot, folder):
    from player.review.entries import Watched

    write_entries(folder, [Watched(((0, 30 * S),), (), 8)])
    window = open_window(FakeAccess({folder: FakeSource()}), folder)
    window.commands.command("show_review")()
    qtbot.waitUntil(window.review.view.bar.isVisible)
    image = window.review.view.bar.grab().toImage()
    colours = [image.pixelColor(round(image.width() * share), 4).name() for share in (0.2, 0.8)]
    assert colours == [window.look.colours.curve, window.look.colours.lane]


def is_cut(label):
    """Whether some of a label's wrapped lines have no room."""
    return label.isVisible() and label.height() < label.heightForWidth(label.width())


def test_no_line_is_cut_off_however_much_there_is_to_say_of_a_review(open_window, qtbot, folder, tmp_path):
    long = "Ask the operator why this change was not in the calendar, and who agreed to it. " * 3
    for number in range(4):
        write_entries(
            folder,
            [Note(Content(number * S, None, "x")), Verdict(Judged.CLEARED, long, 9 * S)],
            environment={"TACHIAI_HOME": str(tmp_path / f"other{number}")},
        )
    mine = write_entries(folder, [Note(Content(S, None, "mine")), Verdict(Judged.FOLLOW_UP, long, 9 * S)])
    assert mine.notice == ""
    for path in beside(folder).iterdir():  # altered by somebody, in every line
        path.write_bytes(path.read_bytes().replace(b"calendar", b"calendaR"))
    window = open_window(FakeAccess({folder: FakeSource()}), folder)
    window.commands.command("show_review")()
    view = window.review.view
    assert view.problems.text().count("\n") == 3
    assert "more: tachiai-player review show" in view.problems.text()
    labels = view.upper.widget().findChildren(QLabel)
    qtbot.waitUntil(lambda: view.upper.verticalScrollBar().maximum() > 0)
    qtbot.waitUntil(lambda: [label.text() for label in labels if is_cut(label)] == [])
    assert view.view.height() >= 100
    assert view.line.isVisible()


def test_a_review_that_cannot_be_read_is_said_in_its_place(open_window, folder, monkeypatch):
    def refused(_folder, _persons):
        msg = f"The reviews beside {folder} could not be read (Permission denied); check who may read them."
        raise StorageError(msg)

    monkeypatch.setattr(review_controller, "read_review", refused)
    window = open_window(FakeAccess({folder: FakeSource()}), folder)
    window.commands.command("show_review")()
    assert "could not be read (Permission denied)" in window.review.view.message.text()
    assert not window.review.view.body.isVisible()
