"""Looking closer at the picture: regions, magnifier, typed keys, two moments, pictures that are taken."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from player.lanes import Range
from player.magnifier import Follow
from player.source import Pointer, Span
from player.ui.bookmarks import Bookmark
from player.ui.comparing import Sides
from player.ui.keys import SHORTCUTS
from player.ui.screen_marks import stroke_words
from recorder.events import Screen
from recorder.geometry import Rect
from tests.fakes import FakeSource, S, row
from tests.ui.looking import BELOW_LEFT, ONE, Key, MovedMonitors, dotted, press, settle

# Qt's offscreen drawing says so whenever a window is shown.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")


def drag(qtbot, view, area, *, modifier=Qt.KeyboardModifier.NoModifier):
    """Draw a rectangle around these pixels of the desktop."""
    start, end = view.point_on(area.left, area.top), view.point_on(area.right, area.bottom) - QPoint(1, 1)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, modifier, start)
    qtbot.mouseMove(view, end)
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, modifier, end)


# --- regions ----------------------------------------------------------------------------------------------------------


def test_a_region_that_was_drawn_stays_in_sight_while_seeking_and_when_the_window_changes(window_on, qtbot, seek):
    window = window_on(FakeSource())
    view = window.stage.view
    press(qtbot, window, Key.Key_Z)
    assert window.stage.tools.buttons["region"].isChecked()
    drag(qtbot, view, Rect(40, 30, 80, 50))
    assert view.region == Rect(40, 30, 80, 50)
    assert not view.is_arming
    seek(window, 30)
    window.resize(1400, 900)
    assert view.region == Rect(40, 30, 80, 50)
    assert view.seen.intersection(view.region) == view.region
    assert "320×200" not in view.accessibleDescription()
    assert window.stage.tools.whole.isVisible()
    press(qtbot, window, Key.Key_0)
    assert (view.region, view.is_fitted) == (None, True)
    assert "320×200" in view.accessibleDescription()
    assert not window.stage.tools.whole.isVisible()


def test_a_region_is_drawn_with_shift_at_once_and_given_up_with_escape(window_on, qtbot):
    window = window_on(FakeSource())
    view = window.stage.view
    press(qtbot, window, Key.Key_Z)
    press(qtbot, window, Key.Key_Escape)
    assert not view.is_arming
    drag(qtbot, view, Rect(0, 0, 64, 64), modifier=Qt.KeyboardModifier.ShiftModifier)
    assert view.region == Rect(0, 0, 64, 64)
    qtbot.mouseClick(window.stage.tools.whole, Qt.MouseButton.LeftButton)
    assert view.is_fitted


def test_a_click_is_no_region_and_the_keys_move_what_is_zoomed(window_on, qtbot):
    window = window_on(FakeSource())
    view = window.stage.view
    press(qtbot, window, Key.Key_Z)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.point_on(10, 10))
    assert view.region is None
    for _ in range(6):
        press(qtbot, window, Key.Key_Plus)
    before = view.seen
    press(qtbot, window, Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert view.seen.left > before.left


# --- monitors ---------------------------------------------------------------------------------------------------------


def test_monitors_stand_as_they_stood_with_gaps_and_left_of_zero(window_on):
    window = window_on(FakeSource(screens=(ONE, BELOW_LEFT)))
    view = window.stage.view
    gap_px = view.point_on(0, 0).x() - view.point_on(-40, 0).x()
    assert gap_px == pytest.approx(40 * view.scale, abs=1)
    assert view.point_on(0, 120).y() > view.point_on(0, 0).y()
    assert view.seen == Rect(-200, 0, 520, 420)


def test_a_monitor_that_is_shown_alone_comes_back_when_it_does(window_on, qtbot, seek):
    window = window_on(MovedMonitors(screens=(ONE, BELOW_LEFT)))
    view = window.stage.view
    press(qtbot, window, Key.Key_M)
    press(qtbot, window, Key.Key_M)
    assert view.only == 1
    seek(window, 15)
    assert view.only is None
    assert view.seen == ONE.area
    seek(window, 25)
    assert view.only == 1
    assert view.seen == BELOW_LEFT.area


def test_a_region_of_a_monitor_that_went_away_gives_way_to_the_whole(window_on, seek):
    window = window_on(MovedMonitors(screens=(ONE, BELOW_LEFT)))
    window.stage.view.keep_region(Rect(-200, 130, 50, 50))
    seek(window, 15)
    assert window.stage.view.is_fitted


# --- the magnifier ----------------------------------------------------------------------------------------------------


def grabbed(widget):
    image = widget.grab().toImage()
    return lambda x, y: image.pixelColor(x, y).getRgb()[:3]


@pytest.mark.parametrize("fit", [True, False])
def test_the_magnifier_shows_the_recorded_pointers_pixels_exactly_and_in_any_zoom(window_on, qtbot, fit):
    source = FakeSource(draw=dotted, screens=(Screen(0, "A", Rect(0, 0, 3200, 2000)),))
    window = window_on(source)
    view = window.stage.view
    press(qtbot, window, Key.Key_D)
    followed = [view.magnifier.follow]
    press(qtbot, window, Key.Key_D)
    assert [*followed, view.magnifier.follow] == [Follow.MOUSE, Follow.RECORDED]
    if not fit:
        view.zoom_to(0.5)
    glass = view._glass()
    assert glass is not None
    at = grabbed(view)
    factor, middle = glass.magnifier.factor, glass.place.center()
    for across in (-9, 3, 7):
        x, y = 1600 + across, 1000 - 5
        seen = at(middle.x() + across * factor + 1, middle.y() - 5 * factor + 1)
        blue, green, red = dotted(source.screen_list[0], 0)[y, x].tolist()
        assert seen == (red, green, blue)


def test_the_wheel_changes_the_factor_while_it_magnifies_and_zooms_with_ctrl(window_on, qtbot):
    window = window_on(FakeSource())
    view = window.stage.view
    press(qtbot, window, Key.Key_D)
    scale, factor = view.scale, view.magnifier.factor
    turn(view, 120)
    assert (view.magnifier.factor > factor, view.scale) == (True, scale)
    turn(view, 120, Qt.KeyboardModifier.ControlModifier)
    assert view.scale > scale
    press(qtbot, window, Key.Key_D, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier)
    assert view.magnifier.factor == factor
    assert f"{factor}×" in window.stage.tools.buttons["magnifier"].accessibleName()


def turn(view, notches, modifiers=Qt.KeyboardModifier.NoModifier):
    at = QPointF(view.width() / 2, view.height() / 2)
    none = Qt.MouseButton.NoButton
    event = QWheelEvent(
        at, view.mapToGlobal(at), QPoint(), QPoint(0, notches), none, modifiers, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(view, event)


# --- what was typed ---------------------------------------------------------------------------------------------------

TYPED = row(5, "text", "ls", text_at_ns=(5 * S, 6 * S))
CLICKED = row(6.5, "click", "Left click", x_px=30, y_px=40)


def test_what_was_typed_is_right_in_both_directions_and_can_be_switched_off_for_good(window_on, qtbot, seek, settings):
    window = window_on(FakeSource(rows=(TYPED, CLICKED)))
    view = window.stage.view
    said = []
    for second in (7, 5.5, 4, 7):
        seek(window, second)
        said.append(("".join(stroke.text for stroke in view.strokes), len(view.clicks)))
    assert said == [("ls", 1), ("l", 0), ("", 0), ("ls", 1)]
    press(qtbot, window, Key.Key_Y)
    assert (view.strokes, view.clicks) == ((), ())
    assert not window.stage.tools.buttons["overlay"].isChecked()
    assert settings.value("overlay") == "false"
    other = window_on(FakeSource(rows=(TYPED, CLICKED)), at_s=7)
    assert other.stage.view.strokes == ()
    press(qtbot, other, Key.Key_Y)
    assert [stroke.text for stroke in other.stage.view.strokes] == ["ls"]


def test_what_was_typed_is_painted_and_nothing_of_it_is_obeyed(window_on, look):
    hostile = row(5, "text", "<b>\u202e", text_at_ns=(5 * S,) * 4)
    plain, typed = (window_on(FakeSource(rows=rows), at_s=5.5) for rows in ((), (hostile,)))
    assert plain.stage.view.grab().toImage() != typed.stage.view.grab().toImage()
    (stroke,) = typed.stage.view.strokes
    assert stroke_words(look, stroke) == "<b>⟨U+202E⟩"


# --- two moments ------------------------------------------------------------------------------------------------------


def test_two_moments_are_compared_and_what_differs_is_outlined_counted_and_said(window_on, qtbot, seek):
    window = window_on(FakeSource(draw=dotted), at_s=10)
    stage, comparing = window.stage, window.screen_work.comparing
    press(qtbot, window, Key.Key_P)
    settle(qtbot, window)
    assert stage.compare_bar.isVisible()
    seek(window, 30)
    settle(qtbot, window)
    areas = (Rect(40, 10, 20, 20), Rect(300, 150, 10, 2))
    assert stage.view.differences == stage.before.differences == {0: areas}
    assert "0:00:10.000" in stage.compare_bar.times.text()
    assert "0:00:30.000" in stage.compare_bar.times.text()
    assert "2 areas" in stage.compare_bar.summary.toolTip()
    seek(window, 12)
    assert "No pixel differs" in stage.compare_bar.summary.toolTip()
    press(qtbot, window, Key.Key_P, Qt.KeyboardModifier.ShiftModifier)
    assert comparing.pinned_ns is None
    assert not stage.compare_bar.isVisible()
    assert not stage.before.isVisible()


def test_two_moments_are_looked_at_alike_and_switched_in_one_place(window_on, qtbot, seek):
    window = window_on(FakeSource(draw=dotted), at_s=10)
    stage = window.stage
    press(qtbot, window, Key.Key_P)
    seek(window, 30)
    stage.view.keep_region(Rect(30, 5, 40, 40))
    assert stage.before.seen.intersection(Rect(30, 5, 40, 40)) == Rect(30, 5, 40, 40)
    qtbot.keyClick(window, Key.Key_C)
    shown = []
    for _ in range(2):
        shown.append((stage.before.isVisible(), stage.view.isVisible()))
        qtbot.keyClick(window, Key.Key_C)
    assert shown == [(True, False), (False, True)]
    qtbot.keyClick(window, Key.Key_C, Qt.KeyboardModifier.ShiftModifier)
    assert window.screen_work.comparing.sides is Sides.BOTH
    assert stage.before.isVisible()
    assert stage.view.isVisible()


def test_a_moment_that_is_not_shown_can_be_pinned(window_on, qtbot):
    window = window_on(FakeSource(draw=dotted), at_s=30)
    window.screen_work.comparing.pin_at(10 * S)
    settle(qtbot, window)
    assert window.screen_work.comparing.pinned_ns == 10 * S
    assert "2 areas" in window.stage.compare_bar.summary.toolTip()


def test_the_start_of_the_range_is_compared_else_the_bookmark_before(window_on, qtbot):
    window = window_on(FakeSource(draw=dotted), at_s=30)
    press(qtbot, window, Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert "bookmark" in window.stage.toast.text()
    window.timeline.show_bookmarks([Bookmark(12 * S, 12 * S, "here"), Bookmark(40 * S, 41 * S, "later")])
    press(qtbot, window, Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, window)
    first = window.screen_work.comparing.pinned_ns
    window.timeline.select(Range(7 * S, 9 * S))
    press(qtbot, window, Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, window)
    assert (first, window.screen_work.comparing.pinned_ns) == (12 * S, 7 * S)


def test_other_monitors_and_gaps_are_said_in_words(window_on, qtbot, seek):
    gap = Span(30 * S, 40 * S, "gap", "The machine was suspended.")
    window = window_on(MovedMonitors(screens=(ONE, BELOW_LEFT), draw=dotted, spans=(gap,)), at_s=5)
    press(qtbot, window, Key.Key_P)
    seek(window, 15)
    settle(qtbot, window)
    assert "Monitor 1 was there only at A" in window.stage.compare_bar.summary.toolTip()
    seek(window, 35)
    settle(qtbot, window)
    assert "Nothing sound is recorded of monitor 0 at B" in window.stage.compare_bar.summary.toolTip()
    assert window.stage.view.differences == {0: (), 1: ()}


def test_closing_the_recording_ends_the_comparison(window_on, qtbot):
    window = window_on(FakeSource(draw=dotted), at_s=10)
    press(qtbot, window, Key.Key_P)
    window.desk.close()
    assert window.screen_work.comparing.pinned_ns is None


# --- the tools --------------------------------------------------------------------------------------------------------


def test_in_a_narrow_panel_the_tools_are_in_a_menu(window_on):
    window = window_on(FakeSource(screens=(ONE, BELOW_LEFT)))
    tools = window.stage.tools
    window.resize(1900, 900)
    assert tools.buttons["copy"].isVisible()
    window.resize(900, 700)
    assert not tools.buttons["copy"].isVisible()
    assert tools.more.isVisible()
    assert len(tools.more.menu().actions()) == len(tools.buttons)


def test_no_key_does_two_things():
    keys = [key for shortcut in SHORTCUTS for key in shortcut.keys]
    assert sorted(keys) == sorted(set(keys))


@pytest.mark.parametrize(("film", "lies_within"), [((Rect(64, 32, 128, 64),), True), ((), False)])
def test_a_film_is_outlined_where_it_is_known(window_on, film, lies_within):
    source = FakeSource(inexact_until_ns=60 * S)
    source.film = film
    view = window_on(source, at_s=1).stage.view
    at, corner = grabbed(view), view.point_on(64, 32)
    along = [at(corner.x() - 2, corner.y() + step) for step in range(60)]
    assert ((255, 181, 46) in along) is lies_within


class PointedSource(FakeSource):
    """Its pointer stands beside every monitor."""

    def pointer_at(self, at_ns):
        return Pointer(-5000, -5000, None)


def test_a_pointer_beside_the_desktop_magnifies_nothing(window_on, qtbot):
    window = window_on(PointedSource())
    press(qtbot, window, Key.Key_D)
    press(qtbot, window, Key.Key_D)
    assert window.stage.view._glass() is None
