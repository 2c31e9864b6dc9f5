"""The window on the desktop: its colours, its language, its places, its keys, and names for who hears it."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QCalendarWidget,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QWidget,
)

from player.commands.opening import is_library_named
from player.picture_walls import Standing, Walls
from player.ui.commands import NOT_AT_THE_SIDE
from player.ui.desktop import Desktop
from player.ui.keys import GROUPS, LOG_SHORTCUTS, SHORTCUTS
from player.ui.keys_page import KeysDialog, found_lines, key_lines
from player.ui.places import read_places
from player.ui.settings import last_library
from resources.ui.look import read_colours
from resources.ui.settings import ThrowawaySettings
from resources.words import read_words
from tests.fakes import FakeAccess, FakeSource, S, row
from tests.ui.conftest import RECORDING

# Qt's offscreen drawing says so whenever a window is shown.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

ROWS = [row(1, "window", "psql", application="psql", window="psql"), row(2, "text", "drop table")]


@pytest.fixture
def desk_top(qtbot):
    """A desktop with its window open on one recording."""
    made = []

    def make(settings, source=None, kind=FakeAccess):
        access = kind({RECORDING: source or FakeSource(rows=ROWS)})
        one = Desktop(access, settings=settings)
        made.append(one)
        one.window.show()
        one.window.desk.list_library()
        one.window.open(RECORDING, at_ns=5 * S)
        qtbot.waitUntil(lambda: one.window.is_settled)
        return one

    yield make
    for one in made:
        one.window.close()
        one.deleteLater()


def system_is(monkeypatch, scheme):
    class Hints:
        def colorScheme(self):
            return scheme

    monkeypatch.setattr(QApplication, "styleHints", staticmethod(Hints))


def ground(window):
    """The colour of the log's ground, as it is painted."""
    image = window.log.view.viewport().grab().toImage()
    return image.pixelColor(image.width() - 4, image.height() - 4).name()


def test_the_window_follows_the_system_from_dark_to_light_while_it_is_open(desk_top, qtbot, monkeypatch):
    one = desk_top(ThrowawaySettings("system", "en"))
    hints = QApplication.styleHints()
    system_is(monkeypatch, Qt.ColorScheme.Dark)
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    window, dark, light = one.window, read_colours("dark"), read_colours("light")
    qtbot.waitUntil(lambda: ground(window) == dark.panel)
    before = window.banner._icon.pixmap().toImage()
    timeline = window.timeline.grab().toImage()
    system_is(monkeypatch, Qt.ColorScheme.Light)
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    qtbot.waitUntil(lambda: ground(window) == light.panel)
    assert one.window is window  # nothing of its state is lost
    assert window.look.colours == light
    assert window.banner._icon.pixmap().toImage() != before
    assert window.timeline.grab().toImage() != timeline


def test_what_was_chosen_is_not_overruled_by_the_system(desk_top, qtbot, monkeypatch):
    one = desk_top(ThrowawaySettings("dark", "en"))
    hints = QApplication.styleHints()
    system_is(monkeypatch, Qt.ColorScheme.Light)
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert one.window.look.colours == read_colours("dark")
    chosen(one.window, "menu.appearance", "Light")
    qtbot.waitUntil(lambda: ground(one.window) == read_colours("light").panel)


def test_an_icon_is_painted_in_the_colours_of_now(look):
    icon = look.icon("play")
    dark = icon.pixmap(16, 16).toImage()
    look.colours = read_colours("light")
    assert icon.pixmap(16, 16).toImage() != dark
    assert icon.pixmap(16, 16, QIcon.Mode.Disabled).toImage() != icon.pixmap(16, 16).toImage()


def chosen(window, section, name):
    """Choose from the window's menu."""
    title = window.look.words(section)
    sub = next(menu for menu in window.findChildren(QMenu) if menu.title() == title)
    next(action for action in sub.actions() if action.text() == name).trigger()


def test_another_language_is_spoken_at_once_and_at_the_same_moment(desk_top, qtbot):
    one = desk_top(ThrowawaySettings("dark", "en"))
    before, ended = one.window, []
    before.desk.closed.connect(lambda: ended.append(True))
    before.desk.seek(30 * S)
    qtbot.waitUntil(lambda: before.is_settled)
    chosen(before, "menu.language", "日本語")
    qtbot.waitUntil(lambda: one.window is not before and one.window.is_settled)
    after = one.window
    assert after.log.filter.placeholderText() == read_words("ja")("log.filter")
    assert after.isVisible()
    assert after.desk.folder == RECORDING
    assert after.desk.playback.position_ns == 30 * S
    assert ended == [True]


class OncePreparedAccess(FakeAccess):
    """Keeps a worker ready until it is closed."""

    is_closed = False

    def walls(self):
        return Walls(Standing.STAND, "", ())

    def close(self):
        self.is_closed = True


def test_what_is_kept_ready_to_decode_outlives_the_window_of_another_language(desk_top, qtbot):
    one = desk_top(ThrowawaySettings("dark", "en"), kind=OncePreparedAccess)
    before, access = one.window, one.window.desk.access
    chosen(before, "menu.language", "日本語")
    qtbot.waitUntil(lambda: one.window is not before and one.window.is_settled)
    assert not access.is_closed
    one.window.close()
    assert access.is_closed


def test_a_recording_opens_again_where_one_was(desk_top, qtbot):
    settings = ThrowawaySettings("dark", "en")
    one = desk_top(settings)
    one.window.desk.seek(33 * S)
    one.window.close()
    again = desk_top(settings)
    assert again.window.desk.playback.position_ns == 5 * S  # a moment that is asked for comes first
    again.window.desk.seek(44 * S)
    again.window.desk.close()
    again.window.open(RECORDING)
    qtbot.waitUntil(lambda: again.window.desk.playback.position_ns == 44 * S)
    qtbot.waitUntil(lambda: again.window.is_settled)
    assert again.window.desk.playback.position_ns == 44 * S


@pytest.mark.parametrize("kept", ["", "x", "[1]", '{"a": -1, "b": "x", "c": true}', None, 7])
def test_places_that_cannot_be_read_are_none(kept):
    assert read_places(kept) == {}


def test_no_more_places_are_kept_than_there_is_use_for(desk_top):
    settings = ThrowawaySettings("dark", "en")
    settings.setValue("places", json.dumps({str(number): S for number in range(500)}))
    one = desk_top(settings)
    one.window.remember()
    kept = read_places(settings.value("places"))
    assert len(kept) == 200
    assert list(kept.values())[-1] == 5 * S


def test_the_page_of_keys_has_every_key_under_its_heading_and_finds_one(look, qtbot):
    dialog = KeysDialog(look=look)
    qtbot.addWidget(dialog)
    dialog.show()
    every = [key for shortcut in (*SHORTCUTS, *LOG_SHORTCUTS) for key in shortcut.keys]
    labels = [label.text() for label in dialog.area.findChildren(QLabel) if label.property("part") == "key"]
    assert len(labels) == len(every)
    headings = [label.text() for label in dialog.area.findChildren(QLabel) if label.property("part") == "heading"]
    assert headings == [
        look.words(f"keys.group_{group}")
        for group in GROUPS
        if any(one.group == group for one in (*SHORTCUTS, *LOG_SHORTCUTS))
    ]
    dialog.box.setText("copy ROWS ctrl")
    assert [line.says for line in dialog.shown_lines()] == ["Copy rows as text", "Copy rows as a table"]
    dialog.box.setText("no such thing")
    assert look.words("keys.none") in [label.text() for label in dialog.area.findChildren(QLabel)]


def test_a_key_is_found_by_its_own_name():
    assert [line.says for line in found_lines(key_lines(read_words("en")), "F11")] == ["Full screen"]


def test_no_key_does_two_things():
    keys = [key for shortcut in SHORTCUTS for key in shortcut.keys]
    assert len(keys) == len(set(keys))
    elsewhere = {key for shortcut in SHORTCUTS if shortcut.name not in NOT_AT_THE_SIDE for key in shortcut.keys}
    assert not elsewhere & {key for shortcut in LOG_SHORTCUTS for key in shortcut.keys}
    assert {shortcut.group for shortcut in (*SHORTCUTS, *LOG_SHORTCUTS)} <= set(GROUPS)


def nameless(window):
    """What can have the focus and says nothing to a screen reader."""
    found, looked_at = [], 0
    for widget in (window, *window.findChildren(QWidget)):
        if widget.focusPolicy() == Qt.FocusPolicy.NoFocus or isinstance(widget, QMenu) or is_part_of_another(widget):
            continue
        looked_at += 1
        said = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton | QLabel) else "")
        is_not_yet = widget.isHidden() or (isinstance(widget, QLabel) and not widget.isVisible())
        if not said.strip() and not is_not_yet:  # what is hidden by itself is named when it is shown
            found.append(f"{type(widget).__name__} in {type(widget.parentWidget()).__name__}: {widget.toolTip()}")
    assert looked_at > 1
    return found


PARTED = QAbstractScrollArea | QLineEdit | QComboBox | QAbstractSpinBox | QCalendarWidget


def is_part_of_another(widget: QWidget) -> bool:
    """A list's viewport and scroll bars, a box's own list and buttons: Qt names them with what they are part of."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, PARTED) and not (isinstance(parent, QAbstractScrollArea) and is_page(parent, widget)):
            return True
        parent = parent.parentWidget()
    return False


def is_page(area: QAbstractScrollArea, widget: QWidget) -> bool:
    """Whether the widget is on the page that is scrolled, and not part of what scrolls it."""
    page = getattr(area, "widget", lambda: None)()
    return page is not None and (page is widget or page.isAncestorOf(widget))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_everything_that_can_have_the_focus_has_a_name(desk_top, qtbot, language):
    one = desk_top(ThrowawaySettings("dark", language))
    assert nameless(one.window) == []
    dialog = KeysDialog(look=one.window.look, parent=one.window)
    assert nameless(dialog) == []
    dialog.deleteLater()


def test_a_row_is_said_with_its_time_kind_and_text(desk_top):
    model = desk_top(ThrowawaySettings("dark", "en")).window.log.model
    said = model.data(model.index(1, 0), Qt.ItemDataRole.AccessibleTextRole)
    assert said == "0:00:02 Typed text drop table"


def test_every_list_and_view_says_what_it_is(desk_top):
    window = desk_top(ThrowawaySettings("dark", "ja")).window
    names = [
        view.accessibleName()
        for view in (
            window.log.view,
            window.library.view,
            window.search.view,
            window.findings.view,
            window.stage.view,
            window.timeline,
        )
    ]
    assert all(names)
    assert len(set(names)) == len(names)


def test_the_settings_are_where_the_place_is_kept(desk_top):
    settings = ThrowawaySettings("dark", "en")
    one = desk_top(settings)
    one.window.middle.setSizes([300, 500, 400])
    one.window.close()
    assert settings.value("geometry") is not None
    assert settings.value("middle") is not None
    assert Path(str(settings.value("library"))) == Path("/library")


def test_the_last_library_is_opened_unless_another_is_named(tmp_path):
    settings, otherwise = ThrowawaySettings("dark", "en"), Path("/otherwise")
    assert last_library(settings, otherwise=otherwise) == otherwise
    settings.setValue("library", str(tmp_path))
    assert last_library(settings, otherwise=otherwise) == tmp_path
    settings.setValue("library", str(tmp_path / "gone"))
    assert last_library(settings, otherwise=otherwise) == otherwise
    assert not is_library_named(None, {})
    assert all(is_library_named(None, {name: "/x"}) for name in ("TACHIAI_LIBRARY", "TACHIAI_HOME"))
    assert is_library_named(tmp_path, {})
