"""The window on real recordings: opened with real keys, verified, searched, drawn to a file."""

import os
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication

from player.ui import application
from player.ui.access import EntryState, Level
from player.ui.dialogs import PassphraseDialog
from recorder.evidence.key_folder import auditor_key_path, keys_folder
from tests.recordings import flip, work

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")


def recorded(place, **options):
    desk = place.desk(**options)
    desk.window("Terminal")
    work(desk)
    desk.type("systemctl restart 証明書")
    desk.press("enter")
    desk.wait(1)
    return desk


def test_what_was_on_the_screen_is_shown_pixel_by_pixel(place, open_real):
    desk = recorded(place)
    desk.close()
    at_ns = desk.now_ns - 1_500_000_000
    window = open_real(desk.writer.folder, at_ns=at_ns)
    (picture,) = window.stage.view.pictures
    assert np.array_equal(picture.bgr, desk.picture(0, at_ns))
    assert window.banner.judgement.level is Level.SOUND
    assert [item.state for item in window.library.model.items[1:]] == [EntryState.CLOSED]


def test_a_picture_copied_from_the_window_is_confirmed_by_the_recording(place, open_real, qtbot, tmp_path):
    desk = recorded(place, sizes=((320, 200), (160, 120)))
    desk.close()
    window = open_real(desk.writer.folder, at_ns=desk.now_ns - 1_500_000_000)
    qtbot.waitUntil(lambda: window.stage.is_read_at(window.desk.playback.position_ns))
    window.screen_work.pictures.copy()
    qtbot.waitUntil(lambda: window.is_settled)
    png = bytes(QGuiApplication.clipboard().mimeData().data("image/png").data())
    (tmp_path / "then.png").write_bytes(png)
    answer = place.run("frame", "--check", str(tmp_path / "then.png"))
    assert (answer.status, answer.notes) == (0, "")
    assert "UTC not known" not in answer.out


def test_a_copied_picture_stays_on_the_clipboard_without_what_python_made(place, open_real, qtbot):
    desk = recorded(place)
    desk.close()
    window = open_real(desk.writer.folder, at_ns=desk.now_ns - 1_500_000_000)
    qtbot.waitUntil(lambda: window.stage.is_read_at(window.desk.playback.position_ns))
    window.screen_work.pictures.copy()
    qtbot.waitUntil(lambda: window.is_settled)
    clipboard = QGuiApplication.clipboard()
    copied, named = clipboard.image(), bytes(clipboard.mimeData().data("image/png").data())
    window.close()
    assert clipboard.image() == copied
    assert bytes(clipboard.mimeData().data("image/png").data()) != named  # else the process would crash at its end


def test_the_verdict_is_in_the_list_the_next_time(place, open_real):
    desk = recorded(place)
    desk.close()
    open_real(desk.writer.folder)
    assert [item.level for item in open_real().library.model.items[1:]] == [Level.SOUND]


def test_a_word_that_was_typed_is_found_here_and_from_the_library(place, open_real, qtbot):
    desk = recorded(place)
    desk.close()
    window = open_real(desk.writer.folder)
    window.header.search.setText("証")
    qtbot.waitUntil(lambda: window.is_settled, timeout=20_000)
    here = [
        item for item in window.search.model.items if not hasattr(item, "text") or item.text.startswith("systemctl")
    ]
    assert here
    window = open_real()
    window.header.search.setText("restart")
    qtbot.waitUntil(lambda: window.is_settled, timeout=20_000)
    window.search.choose_next(1)
    qtbot.waitUntil(lambda: window.is_settled, timeout=20_000)
    assert window.desk.folder == desk.writer.folder
    assert window.desk.playback.position_ns > 0


def test_an_altered_recording_is_red_and_its_altered_range_shows_no_picture(place, open_real):
    desk = recorded(place)
    desk.close()
    segment = desk.writer.folder / "0001.seg"
    flip(segment, segment.stat().st_size * 2 // 3)
    window = open_real(desk.writer.folder)
    assert window.banner.property("tone") == "bad"
    assert {span.kind for span in window.timeline.spans} & {"altered", "missing"}


def test_without_its_key_a_recording_is_refused_in_one_sentence(place, open_real):
    desk = recorded(place, is_mine=False)
    desk.close()
    window = open_real(desk.writer.folder)
    assert "key" in window.stage.view.blank.text
    assert window.desk.folder is None


@pytest.mark.parametrize(("given", "opens"), [("correct horse", True), ("wrong", False), (None, False)])
def test_a_protected_key_is_asked_for_in_the_window(place, open_real, monkeypatch, given, opens):
    asked = []

    def ask(sentence, **_more):
        asked.append(sentence)
        return given if len(asked) == 1 else None

    monkeypatch.setattr(PassphraseDialog, "ask", ask)
    desk = recorded(place, is_mine=False)
    desk.auditor.save(auditor_key_path(keys_folder(), "auditor"), "correct horse")
    desk.close()
    window = open_real(desk.writer.folder)
    assert [sentence for sentence in asked if "opens none of your keys" in sentence] == asked[1:]
    assert len(asked) == (2 if given == "wrong" else 1)
    assert (window.desk.folder is not None) is opens
    assert window.banner.judgement.level is Level.SOUND, "what proves a recording needs no key"
    assert ("content was not opened" in window.banner.text.toolTip()) is not opens
    times_asked = len(asked)
    window.header.search.setText("restart")
    assert len(asked) == times_asked


def test_a_library_that_is_missing_is_said(open_real):
    window = open_real()
    assert "There is no library" in window.library._warning.text()
    assert not window.library._warning.isHidden()


def test_a_recording_that_grows_is_followed(place, open_real, qtbot):
    desk = recorded(place)
    desk.seal()
    window = open_real(desk.writer.folder)
    rows, end_ns = window.log.model.rowCount(), window.desk.playback.duration_ns
    window.commands.go_live()
    desk.type("whoami")
    desk.press("enter")
    desk.paint()
    desk.wait(1)
    desk.seal()
    qtbot.waitUntil(lambda: window.desk.playback.position_ns > end_ns)
    qtbot.waitUntil(lambda: window.log.model.rowCount() > rows)
    desk.close()
    qtbot.waitUntil(window.transport.live.isHidden)
    qtbot.waitUntil(lambda: window.is_settled)
    assert window.banner.judgement.level is Level.SOUND


def test_the_window_is_drawn_to_a_file_and_leaves_nothing_else(place, tmp_path, qapp, home):
    desk = recorded(place)
    desk.close()
    out = tmp_path / "window.png"
    application.render_window(desk.writer.folder, library=place.folder, at_s=3.0, size=(1280, 800), out=out)
    assert out.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert out.stat().st_size > 20_000
    assert not list((home / "config").rglob("*"))
    assert Path(os.devnull).is_char_device()  # as root, settings that Qt writes there take the place of the device
