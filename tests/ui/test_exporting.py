"""Export and redactions in the real window: by keyboard and mouse, written in the background, and undone."""

import threading

import numpy as np
import pytest
from PySide6.QtCore import Qt

from player.lanes import Range
from player.moments import read_time_text
from player.ui.redaction_dialog import read_redaction
from player.video.redaction import Redaction, load_redactions
from player.video.redaction_list import RedactionList
from recorder.geometry import Rect
from tests.fakes import FakeSource, S, row
from tests.unit.player.video_kit import played

# What a dialog asks of a window manager, the offscreen platform has none to ask.
pytestmark = pytest.mark.qt_log_ignore(r"This plugin does not support (propagateSizeHints|raise)\(\)")
AREA = Rect(40, 30, 100, 60)


@pytest.fixture
def window(window_on):
    return window_on(FakeSource(duration_s=20, rows=[row(3, "text", "systemctl stop billing")]))


def shown_dialog(qtbot, window, folder):
    qtbot.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    dialog = window.export.dialog
    assert dialog.isVisible()
    dialog.path.setText(str(folder / "out.mp4"))
    return dialog


def test_a_range_is_exported_while_the_window_goes_on(qtbot, window, seek, tmp_path):
    dialog = shown_dialog(qtbot, window, tmp_path)
    dialog.begin.setText("0:02")
    dialog.end.setText("0:00:07.5")
    dialog.part.setChecked(True)
    assert "0:00:05" in dialog.estimate.text()
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    seek(window, 11)
    qtbot.waitUntil(lambda: dialog.show_folder.isVisible())
    assert "out.mp4, out.vtt" in dialog.said.text()
    assert played(tmp_path / "out.mp4").duration_s == pytest.approx(5.5, abs=0.002)
    assert "00:00:01.000 --> " in (tmp_path / "out.vtt").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.mp4", "out.vtt"]
    dialog.changed.emit()
    assert "As the last export went" in dialog.estimate.text()


def test_the_range_that_is_selected_on_the_timeline_is_what_is_meant(qtbot, window, tmp_path):
    window.timeline.select(Range(3 * S, 5_500_000_000))
    dialog = shown_dialog(qtbot, window, tmp_path)
    assert dialog.range_ns == (3 * S, 5_500_000_000)
    window.redacting.overlay.drawn.emit(0, AREA)
    [one] = window.redacting.redactions.items
    assert (one.start_ns, one.end_ns) == (3 * S, 5_500_000_000)


def test_what_cannot_be_meant_cannot_be_started(qtbot, window, tmp_path):
    dialog = shown_dialog(qtbot, window, tmp_path)
    assert dialog.go.isEnabled()
    for begin, end in (("5", "4"), ("soon", "5"), ("-1", "5")):
        dialog.part.setChecked(True)
        dialog.begin.setText(begin)
        dialog.end.setText(end)
        assert not dialog.go.isEnabled()
    dialog.whole.setChecked(True)
    dialog.path.setText(str(tmp_path / "out.gif"))
    assert not dialog.go.isEnabled()


def test_cancelling_leaves_nothing(qtbot, window_on, tmp_path):
    drawn, go_on = threading.Event(), threading.Event()

    def draw(screen, at_ns):
        if threading.current_thread().name == "exporting" and at_ns > 3 * S:
            drawn.set()
            go_on.wait(20)
        return np.full((200, 320, 3), at_ns // S, np.uint8)

    window = window_on(FakeSource(duration_s=20, draw=draw))
    dialog = shown_dialog(qtbot, window, tmp_path)
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(drawn.is_set)
    assert list(tmp_path.iterdir())
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    go_on.set()
    qtbot.waitUntil(lambda: list(tmp_path.iterdir()) == [])
    assert "Cancelled" in dialog.said.text()
    assert dialog.go.text() == "Export"


def test_one_enter_too_many_begins_and_does_not_cancel(qtbot, window_on, tmp_path):
    window = window_on(FakeSource(duration_s=20))
    dialog = shown_dialog(qtbot, window, tmp_path)
    dialog.go.setFocus()
    for _ in range(2):
        qtbot.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.show_folder.isVisible())
    assert "out.mp4" in dialog.said.text()
    assert (tmp_path / "out.mp4").exists()


def test_a_folder_that_is_gone_is_said_in_words(qtbot, window, tmp_path):
    dialog = shown_dialog(qtbot, window, tmp_path / "a share that went away")
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "cannot be written" in dialog.said.text())
    assert dialog.said.property("part") == "error"
    assert dialog.go.isEnabled()


def test_an_area_that_is_drawn_is_black_in_the_copy(qtbot, window, seek, tmp_path):
    seek(window, 4)
    qtbot.keyClick(window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    redacting, view = window.redacting, window.stage.view
    assert redacting.dialog.empty.isVisible()
    qtbot.mouseClick(redacting.dialog.draw, Qt.MouseButton.LeftButton)
    overlay = redacting.overlay
    begin, end = view.point_on(AREA.left, AREA.top), view.point_on(AREA.right, AREA.bottom)
    qtbot.mousePress(overlay, Qt.MouseButton.LeftButton, pos=begin)
    qtbot.mouseMove(overlay, end)
    qtbot.mouseRelease(overlay, Qt.MouseButton.LeftButton, pos=end)
    [one] = redacting.redactions.items
    assert not redacting.dialog.empty.isVisible()
    assert one.screen == 0
    assert (one.start_ns, one.end_ns) == (0, 20 * S)  # nothing is selected: rather too much
    assert one.area is not None
    assert one.area.intersection(AREA) == AREA
    assert one.area.width <= AREA.width + 3
    assert view.grab().toImage().pixelColor((begin + end) / 2).value() == 0  # the preview
    qtbot.mouseClick(redacting.dialog.undo, Qt.MouseButton.LeftButton)
    assert redacting.redactions.items == ()
    assert redacting.dialog.empty.isVisible()
    assert view.grab().toImage().pixelColor((begin + end) / 2).value() > 0
    qtbot.mouseClick(redacting.dialog.redo, Qt.MouseButton.LeftButton)
    dialog = shown_dialog(qtbot, window, tmp_path)
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.show_folder.isVisible())
    picture = played(tmp_path / "out.mp4").at(4.5)
    assert picture[AREA.bottom - 15 : AREA.bottom - 2, AREA.left + 2 : AREA.right - 2].max() < 12
    assert np.median(picture[AREA.bottom + 10 :, :]) > 30


def test_the_list_is_edited_saved_and_read_again(qtbot, window, tmp_path):
    qtbot.keyClick(window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    redacting = window.redacting
    redacting.overlay.drawn.emit(0, AREA)
    dialog = redacting.dialog
    dialog.fields["to"].setText("9.5")
    dialog.fields["to"].editingFinished.emit()
    dialog.fields["reason"].setText("a customer's name")
    dialog.fields["reason"].editingFinished.emit()
    dialog.texts.click()
    wanted = Redaction(0, AREA, 0, 9_500_000_000, "a customer's name", texts=True)
    assert redacting.redactions.items == (wanted,)
    dialog.save_requested.emit(tmp_path / "black.json")
    assert load_redactions(tmp_path / "black.json") == (wanted,)
    dialog.fields["area"].setText("1, 2, three, 4")
    dialog.fields["area"].editingFinished.emit()
    assert dialog.fields["area"].property("problem") == "yes"
    assert redacting.redactions.items == (wanted,)
    dialog.removed.emit(0)
    dialog.load_requested.emit(tmp_path / "black.json")
    assert redacting.redactions.items == (wanted,)
    dialog.load_requested.emit(tmp_path / "nothing.json")
    assert "cannot be read" in dialog.problem.text()
    assert redacting.redactions.items == (wanted,)


def test_a_time_that_is_left_alone_is_not_cut_to_what_is_shown_of_it():
    was = Redaction(0, None, 1_000_600_700, 2_000_999_999, "why")
    fields = {"screen": "0", "area": "", "from": "0:00:01.000", "to": "0:00:02.000", "reason": "because"}
    assert read_redaction(fields, texts=False, was=was) == Redaction(0, None, 1_000_600_700, 2_000_999_999, "because")
    assert read_redaction({**fields, "to": "0"}, texts=False, was=was) == "to"
    assert read_redaction({**fields, "screen": ""}, texts=False, was=was) == "screen"
    assert read_redaction({**fields, "area": "1,2,0,4"}, texts=False, was=was) == "area"


def test_steps_are_undone_and_a_new_one_forgets_what_was_taken_back():
    steps, one, two = RedactionList(), Redaction(0, None, 0, S, "one"), Redaction(1, AREA, 0, S, "two")
    steps.undo()
    steps.add(one)
    steps.add(two)
    steps.remove(0)
    steps.undo()
    assert list(steps.items) == [one, two]
    steps.undo()
    assert list(steps.items) == [one]
    assert steps.can_redo
    steps.change(0, two)
    assert list(steps.items) == [two]
    assert not steps.can_redo


@pytest.mark.parametrize(
    ("text", "at_ns"),
    [("1:02:03.5", 3723_500_000_000), ("2:03", 123 * S), ("83.25", 83_250_000_000), ("0:90", 90 * S)]
    + [(text, None) for text in ("", "1:2:3:4", "-1", "1e999", "NaN", "a:1", ":", "١")],
)
def test_a_time_is_read_as_people_write_it(text, at_ns):
    assert read_time_text(text) == at_ns
