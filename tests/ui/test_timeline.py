"""The timeline with mouse and keyboard: lanes, range, marks, thumbnails."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QApplication

from player.lanes import Lane, Place, Range, mark_columns
from player.source import Span
from player.timeline import Axis
from player.ui.bookmarks import Bookmark, laid_out
from player.ui.lane_painting import Ground, paint_alerts, paint_bookmarks
from resources.ui.dressing import make_look
from resources.ui.settings import ThrowawaySettings
from tests.fakes import FakeSource, S, row

# Qt's offscreen drawing says so whenever a window is shown.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

ROWS = [
    row(2, "window", "root@web1: ~", application="xterm", window="root@web1: ~"),
    row(5, "text", "systemctl stop billing", detail="Enter", application="xterm", window="root@web1: ~"),
    row(10.2, "alert", "A privileged service was stopped", severity="high"),
    row(20, "window", "Vault", application="firefox", window="Vault"),
    row(40.2, "alert", "A password was read", severity="critical"),
]
SPANS = [Span(50 * S, 55 * S, "gap", "The machine was suspended.")]


@pytest.fixture
def window(window_on):
    return window_on(FakeSource(rows=ROWS, spans=SPANS))


def point(window, second, lane=Lane.TYPING):
    place = window.timeline.place_of(lane)
    return QPoint(round(window.timeline.x_of(second * S)), (place.top_px + place.bottom_px) // 2)


def drag(qtbot, window, from_s, to_s, *, let_go=True):
    timeline = window.timeline
    qtbot.mousePress(timeline, Qt.MouseButton.LeftButton, pos=point(window, from_s))
    for second in (from_s + (to_s - from_s) / 2, to_s):
        move(timeline, point(window, second), Qt.MouseButton.LeftButton)
    if let_go:
        qtbot.mouseRelease(timeline, Qt.MouseButton.LeftButton, pos=point(window, to_s))


def move(timeline, at, buttons=Qt.MouseButton.NoButton):
    where = QPointF(at)
    none, held = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    over = QMouseEvent(QEvent.Type.MouseMove, where, timeline.mapToGlobal(where), none, buttons, held)
    QApplication.sendEvent(timeline, over)


def turn(timeline, at, *, up=120, modifiers=Qt.KeyboardModifier.NoModifier):
    where, none = QPointF(at), Qt.MouseButton.NoButton
    wheel = QWheelEvent(
        where,
        timeline.mapToGlobal(where),
        QPoint(),
        QPoint(0, up),
        none,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(timeline, wheel)


def position_s(window):
    return window.desk.playback.position_ns / S


# --- the range ----------------------------------------------------------------------------------------------------


def test_a_drag_selects_a_range_and_says_so_and_escape_clears_it(window, qtbot):
    told = []
    window.timeline.range_selected.connect(lambda *given: told.append(given))
    before_s = position_s(window)
    drag(qtbot, window, 30, 15)
    chosen = window.timeline.selected_range
    assert (chosen.start_ns / S, chosen.end_ns / S) == pytest.approx((15, 30), abs=0.1)
    assert told[-1] == (chosen.start_ns, chosen.end_ns)
    assert position_s(window) == before_s, "selecting does not go anywhere"
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.timeline.selected_range is None
    assert told[-1] == (None, None)


def test_an_end_of_the_range_is_dragged_by_its_grip(window, qtbot):
    window.timeline.select(Range(15 * S, 30 * S))
    drag(qtbot, window, 30, 45)
    chosen = window.timeline.selected_range
    assert (chosen.start_ns / S, chosen.end_ns / S) == pytest.approx((15, 45), abs=0.1)


def test_escape_in_a_drag_leaves_the_range_as_it_was(window, qtbot):
    window.timeline.select(Range(15 * S, 30 * S))
    drag(qtbot, window, 5, 50, let_go=False)
    assert window.timeline.selected_range != Range(15 * S, 30 * S)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.timeline.selected_range == Range(15 * S, 30 * S)


def test_the_range_is_set_at_the_position_by_keys(window, qtbot, seek):
    seek(window, 12)
    qtbot.keyClick(window, Qt.Key.Key_I)
    seek(window, 24)
    qtbot.keyClick(window, Qt.Key.Key_O)
    assert window.timeline.selected_range == Range(12 * S, 24 * S)
    qtbot.keyClick(window, Qt.Key.Key_X)
    assert window.timeline.selected_range is None


def test_the_range_is_shown_as_large_as_there_is_room_and_then_all_again(window, qtbot):
    window.timeline.select(Range(15 * S, 30 * S))
    qtbot.keyClick(window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert (window.timeline.axis.start_ns, window.timeline.axis.end_ns) == (15 * S, 30 * S)
    qtbot.keyClick(window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert (window.timeline.axis.start_ns, window.timeline.axis.end_ns) == (0, 60 * S)


def test_a_range_does_not_outlive_its_recording(window):
    window.timeline.select(Range(12 * S, 24 * S))
    window.desk.close()
    assert window.timeline.selected_range is None


# --- the mouse ----------------------------------------------------------------------------------------------------


def test_a_click_goes_there_and_on_a_sign_to_its_very_moment(window, qtbot):
    qtbot.mouseClick(window.timeline, Qt.MouseButton.LeftButton, pos=point(window, 33))
    assert position_s(window) == pytest.approx(33, abs=0.1)
    at = point(window, 40.2, Lane.ALERTS) + QPoint(3, 0)
    qtbot.mouseClick(window.timeline, Qt.MouseButton.LeftButton, pos=at)
    assert position_s(window) == 40.2


def test_on_the_ruler_the_picture_follows_the_pointer(window, qtbot):
    at = QPoint(point(window, 10).x(), 8)
    qtbot.mousePress(window.timeline, Qt.MouseButton.LeftButton, pos=at)
    move(window.timeline, QPoint(point(window, 25).x(), 8), Qt.MouseButton.LeftButton)
    assert position_s(window) == pytest.approx(25, abs=0.1)
    assert window.timeline.selected_range is None


def test_the_wheel_zooms_around_the_pointer_and_with_shift_moves_along(window):
    timeline, at = window.timeline, point(window, 20)
    turn(timeline, at, up=960)
    assert timeline.axis.end_ns - timeline.axis.start_ns < 20 * S
    assert timeline.x_of(20 * S) == pytest.approx(at.x(), abs=1)
    before = timeline.axis
    turn(timeline, at, up=-120, modifiers=Qt.KeyboardModifier.ShiftModifier)
    assert timeline.axis.start_ns > before.start_ns
    assert timeline.axis.end_ns - timeline.axis.start_ns == before.end_ns - before.start_ns


def test_one_can_look_as_near_as_a_second(window):
    for _ in range(20):
        turn(window.timeline, point(window, 20), up=960)
    assert window.timeline.axis.end_ns - window.timeline.axis.start_ns <= S


# --- lanes --------------------------------------------------------------------------------------------------------


def test_a_lane_has_room_only_once_there_is_something_in_it(window):
    timeline = window.timeline
    assert not timeline.place_of(Lane.ALERTS).is_empty
    assert timeline.place_of(Lane.BOOKMARKS).is_empty
    before_px = timeline.height()
    timeline.show_bookmarks((Bookmark(30 * S, 35 * S, "Here"), Bookmark(3 * S, 3 * S, "There")))
    assert not timeline.place_of(Lane.BOOKMARKS).is_empty
    assert timeline.height() > before_px
    timeline.show_bookmarks(())
    assert not timeline.place_of(Lane.BOOKMARKS).is_empty, "nothing jumps"


# --- from mark to mark --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "forward", "back"),
    [
        (Qt.Key.Key_A, [10.2, 40.2, 40.2], [10.2, 10.2]),
        (Qt.Key.Key_W, [2, 20, 20], [2, 2]),
        (Qt.Key.Key_J, [3, 30, 30], [3, 3]),
        (Qt.Key.Key_G, [50, 50], [50]),
        (Qt.Key.Key_E, [5, 5], [5]),
    ],
)
def test_keys_go_from_mark_to_mark_and_stay_at_the_last(window, qtbot, key, forward, back):
    window.timeline.show_bookmarks((Bookmark(30 * S, 35 * S, "Here"), Bookmark(3 * S, 3 * S, "There")))
    window.desk.seek(0)
    reached = []
    for _ in forward:
        qtbot.keyClick(window, key)
        reached.append(position_s(window))
    assert reached == forward
    reached = []
    for _ in back:
        qtbot.keyClick(window, key, Qt.KeyboardModifier.AltModifier)
        reached.append(position_s(window))
    assert reached == back


def test_keys_go_through_what_was_found_from_where_one_is(window, qtbot, seek):
    window.header.search.setText("billing")
    qtbot.waitUntil(lambda: len(window.timeline.hit_times_ns) == 1)
    window.stage.view.setFocus()
    seek(window, 30)
    qtbot.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.AltModifier)
    assert position_s(window) == 5


# --- hovering -----------------------------------------------------------------------------------------------------


def test_the_moment_under_the_pointer_is_shown_small_and_said(window, qtbot):
    position_before_s, picture_before = position_s(window), window.stage.view.pictures
    move(window.timeline, point(window, 10.2, Lane.ALERTS))
    card = window.timeline.card
    qtbot.waitUntil(lambda: card.thumbnail is not None)
    assert card.thumbnail.toImage().pixelColor(50, 50).getRgb()[:3] == (160, 80, 10)
    assert card.said.window == "xterm  ·  root@web1: ~"
    assert [(line.text, line.severity) for line in card.said.lines] == [("A privileged service was stopped", 3)]
    assert card.isVisible()
    assert "A privileged service was stopped" in card.accessibleDescription()
    assert card.geometry().bottom() < window.timeline.mapTo(window, QPoint(0, 0)).y()
    assert (position_s(window), window.stage.view.pictures) == (position_before_s, picture_before)
    QApplication.sendEvent(window.timeline, QEvent(QEvent.Type.Leave))
    assert not card.isVisible()


def test_a_thumbnail_that_was_made_is_not_made_again(window, qtbot):
    asked: list[int] = []
    window.timeline.thumbnail_wanted.connect(asked.append)
    move(window.timeline, point(window, 10.2))
    qtbot.waitUntil(lambda: window.timeline.card.thumbnail is not None)
    move(window.timeline, point(window, 30.2))
    qtbot.waitUntil(lambda: window.timeline.card.thumbnail is not None)
    move(window.timeline, point(window, 10.7))
    assert window.timeline.card.thumbnail is not None
    assert len(asked) == 2


def test_the_card_has_room_for_all_it_says_whatever_shape_the_first_picture_has(window, qtbot):
    move(window.timeline, point(window, 10.2))
    card = window.timeline.card
    words_px, foot = card.height() - card._picture_px().height(), card.geometry().bottom()
    card.show_thumbnail(card._moment, np.zeros((200, 320, 3), np.uint8))
    assert card.height() == words_px + round(200 / 320 * (card.width() - 2))
    assert card.geometry().bottom() == foot


def test_where_nothing_was_recorded_the_reason_stands_and_no_picture_is_asked_for(window):
    asked: list[int] = []
    window.timeline.thumbnail_wanted.connect(asked.append)
    move(window.timeline, point(window, 52))
    assert "The machine was suspended." in window.timeline.card.said.absent
    assert asked == []


def test_what_a_recording_says_is_harmless_on_the_card(window_on):
    rows = [row(1, "alert", "bad\u202etxt", severity="low")]
    window = window_on(FakeSource(rows=rows))
    move(window.timeline, point(window, 1))
    (line,) = window.timeline.card.said.lines
    assert "\u202e" not in line.text


# --- whose it is ------------------------------------------------------------------------------------------------------


def test_a_strangers_bookmark_is_said_to_be_one(window, qtbot):
    timeline = window.timeline
    timeline.show_bookmarks([Bookmark(5 * S, 5 * S, "Mine"), Bookmark(30 * S, 30 * S, "all fine", "Mallory")])
    said = []
    for second in (5, 30):
        move(timeline, point(window, second, Lane.BOOKMARKS))
        said += [line.text for line in timeline.card.said.lines if "Bookmark" in line.text or "by" in line.text]
    assert said == ["Bookmark: Mine", "Bookmark: all fine", "by Mallory (a stranger: does not count)"]


def painted(look, paint):
    image = QImage(400, 20, QImage.Format.Format_RGB32)
    image.fill(QColor(look.colours.lane))
    painter = QPainter(image)
    paint(painter, Axis(0, 60 * S, 400), Place(Lane.BOOKMARKS, 2, 14, False))
    painter.end()
    return image


@pytest.mark.parametrize("appearance", ["dark", "light"])
def test_a_strangers_bookmark_is_another_flag_of_another_colour(qapp, appearance):
    look = make_look(ThrowawaySettings(appearance, "en"))

    def flag_of(stranger):
        shown = laid_out([Bookmark(30 * S, 30 * S, "", stranger)], look.words)

        def paint(painter, axis, place):
            paint_bookmarks(Ground(painter, look, axis, ()), place, shown.marks, ("",))

        image = painted(look, paint)
        return {image.pixelColor(x, y).name() for x in range(199, 210) for y in range(2, 13)}, image.pixelColor(203, 6)

    own, inside_own = flag_of(None)
    others, inside_others = flag_of("Mallory")
    assert (look.colours.accent in own, look.colours.accent in others) == (True, False)
    assert (inside_own.name(), inside_others.name()) == (look.colours.accent, look.colours.lane)


def test_an_alert_is_said_in_japanese_in_its_lane_too(qapp):
    english, japanese = (make_look(ThrowawaySettings("dark", language)) for language in ("en", "ja"))
    marks = mark_columns(np.array([S]), np.array([S]), np.array([2]), np.array([0]))

    def lane(look, title):
        return painted(look, lambda painter, axis, at: paint_alerts(Ground(painter, look, axis, (title,)), at, marks))

    ours = japanese.words.rules.title("Input that no person typed")
    assert lane(japanese, "Input that no person typed") == lane(english, ours)
    assert lane(english, "Input that no person typed") != lane(english, ours)
