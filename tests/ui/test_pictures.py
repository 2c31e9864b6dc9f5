"""Pictures that are copied and saved: at native size, saying what they are, and never where nothing is sound."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from player.png_text import read_png
from player.source import Span
from player.ui.access import Judgement, Level
from player.ui.dialogs import SaveDialog
from player.ui.pictures import PictureTaken
from player.video.redaction import Redaction
from recorder.errors import UnreadableError
from recorder.geometry import Rect
from resources.words import read_words
from tests.fakes import FakeSource, S, row
from tests.ui.looking import BELOW_LEFT, ONE, Key, dotted, press, settle

# Qt's offscreen drawing says so whenever a window is shown.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")


def taken_by(window):
    kept: list[PictureTaken] = []
    window.screen_work.pictures.taken.connect(kept.append)
    return kept


def test_the_picture_is_copied_at_native_size_with_what_it_is(window_on, qtbot):
    window = window_on(FakeSource(draw=dotted), at_s=30)
    kept = taken_by(window)
    window.stage.view.zoom_to(3.0)
    press(qtbot, window, Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, window)
    content = QGuiApplication.clipboard().mimeData()
    pixels, said = read_png(bytes(content.data("image/png").data()))
    assert np.array_equal(pixels, dotted(ONE, 30 * S))
    assert content.hasImage()
    assert said["Tachiai-Recording"] == "20260910T002640Z-5ec0ffee"
    assert said["Tachiai-Seconds"] == "30.000000000"
    assert said["Tachiai-Verdict"] == "sound"
    assert said["Tachiai-Segment"] == "1"
    assert "Tachiai-UTC" in said
    assert "Tachiai-Note" not in said
    assert [(one.how, one.path, one.picture.at_ns) for one in kept] == [("copied", None, 30 * S)]


def test_the_picture_is_saved_and_its_folder_remembered(window_on, qtbot, tmp_path, monkeypatch, settings):
    asked = []

    def ask(title, start, *, parent):
        asked.append(start)
        return tmp_path / "then.png"

    monkeypatch.setattr(SaveDialog, "ask", ask)
    window = window_on(FakeSource(screens=(ONE, BELOW_LEFT), draw=dotted), at_s=30)
    kept = taken_by(window)
    press(qtbot, window, Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, window)
    pixels, said = read_png((tmp_path / "then.png").read_bytes())
    assert pixels.shape == (420, 520, 3)
    assert said["Tachiai-Screens"] == "0,1"
    assert kept[0].path == tmp_path / "then.png"
    assert settings.value("picture_folder") == str(tmp_path)
    assert asked[0].suffix == ".png"
    assert ":" not in asked[0].name


def test_what_is_on_the_list_of_redactions_is_black_in_a_picture_that_is_copied_too(window_on, qtbot):
    window = window_on(FakeSource(screens=(ONE, BELOW_LEFT), draw=dotted), at_s=30)
    area = Rect(10, 20, 50, 40)
    window.export.set_redactions(
        (Redaction(0, area, 20 * S, 40 * S, "a name"), Redaction(0, None, 50 * S, 60 * S, "not at this time"))
    )
    window.stage.view.show_only(0)
    window.screen_work.pictures.copy()
    settle(qtbot, window)
    pixels, said = read_png(bytes(QGuiApplication.clipboard().mimeData().data("image/png").data()))
    wanted = dotted(ONE, 30 * S).copy()
    wanted[area.top : area.bottom, area.left : area.right] = 0
    assert np.array_equal(pixels, wanted)
    assert said["Tachiai-Redacted"] == "yes"
    assert "a name" in said["Tachiai-Note"]
    assert "not at this time" not in said["Tachiai-Note"]
    assert read_words("ja").said(said["Tachiai-Note"]) == "このコピーで塗りつぶした箇所：a name"


def test_what_is_not_sound_about_a_picture_is_said_in_it_and_in_words(window_on, qtbot):
    source = FakeSource(inexact_until_ns=60 * S)
    source.film = (Rect(0, 0, 64, 16),)
    window = window_on(source, at_s=30, judgement=Judgement(Level.PARTIAL))
    window.screen_work.pictures.copy()
    settle(qtbot, window)
    said = read_png(bytes(QGuiApplication.clipboard().mimeData().data("image/png").data()))[1]
    assert (said["Tachiai-Exact"], said["Tachiai-Film"]) == ("no", "0,0,64,16")
    for note in said["Tachiai-Note"].split(". "):
        assert note.rstrip(".") in window.stage.toast.text()


def test_where_nothing_sound_is_recorded_no_picture_is_taken(window_on, qtbot):
    altered = Span(20 * S, 40 * S, "altered", "Chunk 57 was changed.")
    window = window_on(FakeSource(spans=(altered,)), at_s=30)
    kept = taken_by(window)
    QGuiApplication.clipboard().setText("kept")
    window.screen_work.pictures.copy()
    settle(qtbot, window)
    assert QGuiApplication.clipboard().text() == "kept"
    assert kept == []
    assert window.stage.toast.isVisible()


def test_a_picture_that_cannot_be_written_says_so(window_on, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(SaveDialog, "ask", lambda *_a, **_k: tmp_path / "nowhere" / "then.png")
    window = window_on(FakeSource(), at_s=30)
    kept = taken_by(window)
    window.screen_work.pictures.save()
    settle(qtbot, window)
    assert "cannot be written" in window.stage.toast.text()
    assert kept == []


def test_where_the_log_has_the_focus_its_rows_are_copied_and_no_picture(window_on, qtbot):
    window = window_on(FakeSource(rows=(row(1, "text", "ls -l"),)), at_s=2)
    kept = taken_by(window)
    window.log.view.setFocus()
    window.log.view.selectAll()
    qtbot.keyClick(window.log.view, Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert "ls -l" in QGuiApplication.clipboard().text()
    assert kept == []


def test_of_two_moments_the_one_that_is_looked_at_is_taken(window_on, qtbot, seek):
    window = window_on(FakeSource(draw=dotted), at_s=10)
    kept = taken_by(window)
    press(qtbot, window, Key.Key_P)
    seek(window, 30)
    for _ in range(3):
        window.screen_work.pictures.copy()
        settle(qtbot, window)
        qtbot.keyClick(window, Key.Key_C)
    assert [one.picture.at_ns // S for one in kept] == [30, 10, 30]


def test_what_may_not_be_entered_is_not_taken(window_on, qtbot, monkeypatch):
    window = window_on(FakeSource(), at_s=30)
    kept, entered = taken_by(window), []

    def refuse(kind, detail):
        entered.append((kind, detail["at_ns"]))
        raise UnreadableError("No reason was given, so nothing is shown.")

    monkeypatch.setattr(window.screen_work.pictures, "_enter", refuse)
    QGuiApplication.clipboard().setText("kept")
    window.screen_work.pictures.copy()
    settle(qtbot, window)
    assert QGuiApplication.clipboard().text() == "kept"
    assert "No reason" in window.stage.toast.text()
    assert (kept, entered) == ([], [("frame", 30 * S)])
