"""The window on recordings: opening, correlation both ways, gaps, errors, keys."""

import threading

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage

from player.lanes import Lane
from player.playback import State
from player.source import Span
from player.ui.access import Hit, Judgement, Level, Problem
from player.ui.dialogs import PassphraseDialog
from player.ui.keys import SHORTCUTS
from player.ui.keys_page import KeysDialog
from recorder.errors import KeyMissingError, UnreadableError
from recorder.events import Screen
from recorder.geometry import Rect
from tests.fakes import FakeAccess, FakeSource, S, altered_judgement, row
from tests.ui.conftest import RECORDING

# Qt's offscreen drawing says so whenever a window is shown.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

ROWS = [
    row(0, "session", "begin"),
    row(10, "text", "openssl x509"),
    row(20, "window", "Firefox"),
    row(30, "text", "証明書"),
]
OTHER = RECORDING.with_name("two")


def grabbed(widget):
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    data = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return data[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def colour_at(window, x=160, y=40):
    """The colour painted at this place of the desktop, as red, green, blue."""
    view = window.stage.view
    point = view.point_on(x, y)
    return tuple(int(part) for part in grabbed(view)[point.y(), point.x()])


def click_line(qtbot, view, line):
    view.scrollTo(view.model().index(line, 0))
    middle = view.visualRect(view.model().index(line, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle)


def click_timeline(qtbot, window, second):
    x = round(window.timeline.x_of(second * S))
    qtbot.mouseClick(window.timeline, Qt.MouseButton.LeftButton, pos=QPoint(x, 40))


def test_opening_shows_the_picture_the_rows_the_verdict_and_who(window_on):
    window = window_on(FakeSource(rows=ROWS), at_s=5)
    assert colour_at(window) == (160, 80, 5)
    assert window.log.model.rowCount() == len(ROWS)
    assert window.banner.judgement.level is Level.SOUND
    assert "k.tanaka" in window.windowTitle()
    assert "db-prod-03" in window.header.who.text()


def test_a_click_on_a_row_shows_its_moment(window_on, qtbot):
    window = window_on(FakeSource(rows=ROWS))
    click_line(qtbot, window.log.view, 2)
    qtbot.waitUntil(lambda: window.is_settled)
    assert window.desk.playback.position_ns == 20 * S
    assert colour_at(window) == (160, 80, 20)


def test_the_log_follows_the_playing_position(window_on, seek):
    window = window_on(FakeSource(rows=ROWS))
    seek(window, 25)
    assert window.log.view.itemDelegate().current_line == 2


def test_the_row_of_the_playing_position_is_in_sight(window_on, qtbot):
    window = window_on(FakeSource(rows=[row(second / 10, "text", "x") for second in range(500)]), at_s=49)
    qtbot.waitUntil(lambda: window.log.view.rowAt(window.log.view.viewport().height() - 2) >= 490)


def test_a_click_on_the_timeline_shows_its_moment(window_on, qtbot):
    window = window_on(FakeSource(rows=ROWS))
    click_timeline(qtbot, window, 40)
    qtbot.waitUntil(lambda: window.is_settled)
    assert abs(window.desk.playback.position_ns - 40 * S) < S // 10
    assert colour_at(window)[2] in (39, 40)


def test_a_typed_hit_is_marked_on_the_timeline_and_chosen_with_the_keyboard(window_on, qtbot):
    window = window_on(FakeSource(rows=ROWS))
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    window.header.search.setText("書")
    qtbot.waitUntil(lambda: window.is_settled)
    assert window.timeline.hit_times_ns.tolist() == [30 * S]
    qtbot.keyClick(window.header.search, Qt.Key.Key_Return)
    assert window.desk.playback.position_ns == 30 * S


def test_an_emptied_search_gives_the_log_back(window_on, qtbot):
    window = window_on(FakeSource(rows=ROWS))
    window.header.search.setText("openssl")
    assert window.side.page is window.search
    window.header.search.clear()
    assert window.side.page is window.log
    assert len(window.timeline.hit_times_ns) == 0


def test_a_hit_in_another_recording_opens_it_at_that_moment(open_window, qtbot):
    access = FakeAccess({RECORDING: FakeSource(rows=ROWS), OTHER: FakeSource(rows=ROWS)})
    access.hits = [Hit(OTHER, 30 * S, "text", "rm -rf /", "m.sato @ fw-1")]
    window = open_window(access)
    window.header.search.setText("rm -rf")
    qtbot.waitUntil(lambda: window.is_settled)
    click_line(qtbot, window.search.view, 1)
    qtbot.waitUntil(lambda: window.is_settled)
    assert window.desk.folder == OTHER
    assert window.desk.playback.position_ns == 30 * S
    assert access.recordings[RECORDING].is_closed


def test_a_gap_is_painted_in_words_and_never_as_the_picture_before(window_on, seek):
    window = window_on(FakeSource(spans=[Span(20 * S, 30 * S, "gap", "The machine was suspended.")]), at_s=19)
    assert colour_at(window) == (160, 80, 19)
    seek(window, 25)
    assert window.stage.view.pictures == (None,)
    assert "The machine was suspended." in window.stage.view.blank.text
    assert colour_at(window) != (160, 80, 19)


def test_an_altered_range_takes_the_picture_away_before_the_next_is_decoded(window_on):
    source = FakeSource(spans=[Span(20 * S, 30 * S, "altered", "Chunk 57 was changed.")])
    window = window_on(source, at_s=19)
    window.desk.seek(25 * S)
    assert window.stage.view.pictures == (None,)
    assert "Chunk 57 was changed." in window.stage.view.blank.text


def test_altered_ranges_and_gaps_are_painted_on_the_timeline(window_on):
    window = window_on(FakeSource(spans=[Span(20 * S, 30 * S, "altered", "x"), Span(40 * S, 50 * S, "gap", "y")]))
    painted = grabbed(window.timeline)
    place = window.timeline.place_of(Lane.EVIDENCE)
    lane = (place.top_px + place.bottom_px) // 2
    altered, sound = (painted[lane, round(window.timeline.x_of(at * S))].astype(int) for at in (25, 55))
    red = np.array([0xFF, 0x5A, 0x52])
    assert abs(altered - red).max() < 8
    row_of_gap = painted[lane - 3 : lane + 3, round(window.timeline.x_of(41 * S)) : round(window.timeline.x_of(49 * S))]
    assert (abs(row_of_gap.astype(int) - np.array([0xEA, 0xB8, 0x4E])).max(axis=2) < 8).mean() > 0.2
    assert abs(sound - red).max() > 100
    assert (row_of_gap != sound).any(axis=2).mean() > 0.2


def test_a_picture_that_is_not_exact_is_marked(window_on, seek):
    window = window_on(FakeSource(inexact_until_ns=10 * S), at_s=5)

    def marks():
        return int((grabbed(window.stage.view) == np.array([0xEA, 0xB8, 0x4E])).all(axis=2).sum())

    assert marks() > 50
    seek(window, 15)
    assert marks() == 0


@pytest.mark.parametrize(
    ("level", "tone"),
    [(Level.SOUND, "good"), (Level.PARTIAL, "warn"), (Level.ALTERED, "bad"), (Level.CANNOT_JUDGE, "warn")],
)
def test_the_verdict_is_said_in_colour_and_in_words(window_on, level, tone):
    window = window_on(FakeSource(), judgement=Judgement(level, (Problem("X", "Why it is so.", True),)))
    assert window.banner.property("tone") == tone
    assert window.banner.title.text() == window.look.words(f"verdict.{level.value}")
    assert window.banner.text.toolTip() == "Why it is so."


def test_the_verdict_is_in_the_list_as_soon_as_it_is_known(window_on):
    window = window_on(FakeSource(), judgement=Judgement(Level.PARTIAL))
    assert [item.level for item in window.library.model.items[1:]] == [Level.PARTIAL]


def test_a_finding_leads_to_its_moment(window_on, qtbot):
    window = window_on(FakeSource(), judgement=altered_judgement(33, 40))
    qtbot.mouseClick(window.banner, Qt.MouseButton.LeftButton)
    assert window.side.page is window.findings
    click_line(qtbot, window.findings.view, 0)
    assert window.desk.playback.position_ns == 33 * S


@pytest.mark.parametrize(
    "error",
    [
        KeyMissingError("None of your keys opens this recording; ask for one of the auditors' keys."),
        UnreadableError("This is not a recording: there are no segments in the folder."),
    ],
)
def test_what_cannot_be_opened_is_said_in_one_sentence(open_window, qtbot, error):
    access = FakeAccess({RECORDING: FakeSource()})
    access.open_error = error
    window = open_window(access)
    assert window.stage.view.blank.text == str(error)
    assert window.desk.folder is None
    assert not window.transport.play.isEnabled()


def test_a_missing_file_is_said_and_the_next_recording_opens_all_the_same(open_window, qtbot):
    window = open_window(FakeAccess({RECORDING: FakeSource(rows=ROWS)}), RECORDING.with_name("gone"))
    assert "gone is not a recording" in window.stage.view.blank.text
    window.open(RECORDING)
    qtbot.waitUntil(lambda: window.is_settled)
    assert window.stage.view.blank is None


def test_a_picture_that_cannot_be_decoded_is_an_error_not_the_picture_before(window_on, seek):
    source = FakeSource()
    source.fail_at_ns = 30 * S
    window = window_on(source, at_s=10)
    seek(window, 40)
    assert window.stage.view.pictures == (None,)
    assert "cannot be decoded" in window.stage.view.blank.text
    seek(window, 10)
    assert colour_at(window) == (160, 80, 10)


def test_the_passphrase_is_asked_in_the_window_and_given_to_who_waits(open_window, monkeypatch):
    asked = []

    def ask(sentence, **_more):
        asked.append(sentence)
        return "opensesame"

    monkeypatch.setattr(PassphraseDialog, "ask", ask)
    access = FakeAccess({RECORDING: FakeSource()})
    access.passphrase = "opensesame"
    open_window(access)
    assert access.asked == ["opensesame"]
    assert len(asked) == 1


def test_closing_while_a_passphrase_is_waited_for_ends_every_thread(qtbot, open_window, monkeypatch):
    monkeypatch.setattr(PassphraseDialog, "ask", lambda *_args, **_more: None)
    access = FakeAccess({RECORDING: FakeSource()})
    access.passphrase = "x"
    window = open_window(access, None)
    window.open(RECORDING)
    window.close()
    assert {thread.name for thread in threading.enumerate()} & {"opening", "judging", "decoder", "follower"} == set()


def test_pictures_are_never_read_in_the_gui_thread(window_on, seek):
    source = FakeSource()
    seek(window_on(source), 12)
    assert source.threads == {"decoder"}


def test_monitors_stand_side_by_side_or_alone(window_on, qtbot):
    screens = (Screen(0, "DP-1", Rect(0, 0, 320, 200)), Screen(1, "DP-2", Rect(320, 50, 160, 120)))
    window = window_on(FakeSource(screens=screens))
    both = window.stage.view.point_on(320, 50)
    qtbot.keyClick(window, Qt.Key.Key_M)
    assert window.stage.view.only == 0
    qtbot.keyClick(window, Qt.Key.Key_M)
    assert window.stage.view.only == 1
    assert window.stage.view.point_on(320, 50) != both
    qtbot.keyClick(window, Qt.Key.Key_M)
    assert window.stage.view.only is None


def test_zoom_goes_to_eight_hundred_percent_and_back_to_fit(window_on, qtbot):
    window = window_on(FakeSource())
    view = window.stage.view
    for _ in range(12):
        qtbot.keyClick(window, Qt.Key.Key_Plus)
    assert view.scale == 8.0
    assert colour_at(window, 150, 95)[:2] == (160, 80)
    qtbot.keyClick(window, Qt.Key.Key_0)
    assert view.is_fitted


KEYS_THAT_MOVE = [
    (Qt.Key.Key_Right, 35.0), (Qt.Key.Key_Left, 25.0), (Qt.Key.Key_Period, 31.0), (Qt.Key.Key_Comma, 29.0),
    (Qt.Key.Key_Home, 0.0), (Qt.Key.Key_End, 60.0),
]  # fmt: skip


@pytest.mark.parametrize(("key", "second"), KEYS_THAT_MOVE)
def test_the_keyboard_moves_through_the_recording(window_on, qtbot, key, second):
    window = window_on(FakeSource(rows=ROWS), at_s=30)
    qtbot.keyClick(window, key)
    assert window.desk.playback.position_ns == second * S


def test_playing_runs_with_the_clock_at_the_chosen_speed(window_on, qtbot, clock):
    window = window_on(FakeSource(), at_s=10)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    for _ in range(2):
        qtbot.keyClick(window, Qt.Key.Key_BracketRight)
    clock.now_ns += 5 * S
    qtbot.waitUntil(lambda: window.stage.view.pictures[0] is not None and window.stage.view.pictures[0].at_ns == 30 * S)
    assert window.transport.speed.text() == "4×"
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert state_of(window) is State.PAUSED


def test_keys_that_type_belong_to_the_search_box_while_it_has_the_focus(window_on, qtbot):
    window = window_on(FakeSource(rows=ROWS), at_s=30)
    qtbot.keyClick(window, Qt.Key.Key_Slash)
    qtbot.waitUntil(window.header.search.hasFocus)
    qtbot.keyClicks(window.header.search, "l. 1,")
    assert window.header.search.text() == "l. 1,"
    assert window.desk.playback.position_ns == 30 * S
    qtbot.keyClick(window.header.search, Qt.Key.Key_Escape)
    qtbot.keyClick(window, Qt.Key.Key_Period)
    assert window.desk.playback.position_ns == 31 * S


def test_every_declared_key_has_a_command_and_is_in_the_list(window_on, look):
    window = window_on(FakeSource())
    assert [shortcut.name for shortcut in SHORTCUTS if not callable(window.commands.command(shortcut.name))] == []
    keys = [key for shortcut in SHORTCUTS for key in shortcut.keys]
    assert len(keys) == len(set(keys))
    dialog = KeysDialog(look=look, parent=window)
    said = {label.text() for label in dialog.findChildren(type(window.transport._time))}
    assert {look.words(f"keys.{shortcut.name}") for shortcut in SHORTCUTS} <= said


def state_of(window):
    return window.desk.playback.state


def test_idle_times_are_skipped_and_said_and_can_be_played_all_the_same(window_on, qtbot, clock):
    source = FakeSource(duration_s=60)
    source.change_columns._count = 11  # nothing changes after the tenth second
    window = window_on(source, at_s=10)
    qtbot.keyClick(window, Qt.Key.Key_S)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert state_of(window) is State.SKIPPING
    assert not window.transport._skipping.isHidden()
    qtbot.mouseClick(window.transport._skipping, Qt.MouseButton.LeftButton)
    assert state_of(window) is State.PLAYING


def test_a_growing_recording_is_followed_and_can_be_rewound_and_gone_live_with(window_on, qtbot):
    source = FakeSource(duration_s=20, rows=list(ROWS[:2]), is_live=True)
    window = window_on(source, at_s=5)
    assert not window.transport.live.isHidden()
    qtbot.keyClick(window, Qt.Key.Key_L)
    assert state_of(window) is State.LIVE
    source.grow(26, row(25, "text", "whoami"))
    qtbot.waitUntil(lambda: window.desk.playback.position_ns == 26 * S)
    assert window.log.model.row_at(window.log.model.rowCount() - 1).text == "whoami"
    qtbot.waitUntil(lambda: window.is_settled)
    assert colour_at(window)[:2] == (160, 80)
    qtbot.keyClick(window, Qt.Key.Key_Home)
    assert state_of(window) is State.PLAYING
    source.live = False
    qtbot.waitUntil(window.transport.live.isHidden)


def test_the_window_remembers_how_it_stood(window_on, settings, open_window):
    window = window_on(FakeSource())
    window.middle.setSizes([350, 500, 350])
    wanted = window.middle.sizes()
    window.close()
    again = open_window(FakeAccess({RECORDING: FakeSource()}))
    assert again.middle.sizes() == wanted


def test_text_of_a_recording_is_never_taken_for_markup(window_on, qtbot):
    window = window_on(FakeSource(rows=[row(0, "text", "<b>bold</b>\x1b]0;x\u202e"), row(5, "text", "z")]))
    click_line(qtbot, window.log.view, 0)
    assert window.log.details.text.text() == "<b>bold</b>␛]0;x⟨U+202E⟩"
    assert window.log.details.text.textFormat() is Qt.TextFormat.PlainText


def test_the_log_is_filtered_by_text_and_by_kind(window_on, qtbot):
    window = window_on(FakeSource(rows=ROWS))
    window.log.filter.setText("OPENSSL")
    qtbot.waitUntil(lambda: window.log.model.rowCount() == 1)
    window.log.filter.clear()
    window.log.filter_menu.fill()
    next(one for one in window.log.filter_menu.kinds.actions() if one.text() == "Typed text").setChecked(False)
    qtbot.waitUntil(lambda: window.log.model.rowCount() == 2)
    assert [window.log.model.row_at(line).kind for line in (0, 1)] == ["session", "window"]


def test_a_million_rows_are_shown_and_scrolled_at_once(window_on, qtbot):
    one = [row(second / 1000, "text", f"command {second}") for second in range(1000)]
    source = FakeSource(rows=one * 1000)
    window = window_on(source)
    view = window.log.view
    assert window.log.model.rowCount() == 1_000_000
    view.scrollTo(view.model().index(999_999, 0))
    assert view.rowAt(view.viewport().height() - 40) == 999_998 or view.rowAt(view.viewport().height() - 5) == 999_999
