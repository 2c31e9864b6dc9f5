"""While no recording is open, or one could not be: what the window lets a person press, and whom it speaks of."""

import pytest

from player.ui.access import Level
from recorder.errors import KeyMissingError
from tests.fakes import FakeAccess, FakeSource
from tests.ui.conftest import RECORDING

# Qt's offscreen drawing says so whenever a window is shown.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")


def test_the_tools_of_the_picture_can_be_pressed_only_while_a_recording_is_open(window_on):
    window = window_on(FakeSource())
    tools = [*window.stage.tools.buttons.values(), *window.stage._sight_buttons]
    assert all(button.isEnabled() for button in tools)
    window.desk.close()
    assert not any(button.isEnabled() for button in tools)


def test_what_cannot_be_opened_is_named_above_its_verdict_and_chosen_in_the_list(open_window, qtbot):
    access = FakeAccess({RECORDING: FakeSource()})
    access.open_error = KeyMissingError("None of the keys at hand opens this recording.")
    window = open_window(access, None)
    entry = next(entry for entry in window.library.entries if entry.folder == RECORDING)
    assert window.header.who.toolTip() == window.look.words("header.nothing_open")
    window.open(RECORDING)
    qtbot.waitUntil(lambda: window.is_settled)
    assert window.header.who.toolTip() == f"{entry.operator} @ {entry.host}"
    assert window.library._delegate.open_entry is not None
    assert window.banner.judgement.level is Level.SOUND
    assert next(one.level for one in window.library.entries if one.folder == RECORDING) is Level.SOUND
    window.desk.close()
    assert window.header.who.toolTip() == window.look.words("header.nothing_open")


def test_an_empty_library_is_not_pointed_at_as_if_there_were_something_to_choose(open_window, qtbot):
    access = FakeAccess({RECORDING: FakeSource()})
    listed, access.listed = access.listed, []
    window = open_window(access, None)
    assert window.stage.view.blank.title == "No recording is here yet"
    access.listed = listed
    window.desk.list_library()
    qtbot.waitUntil(lambda: len(window.library.entries) == 1)
    assert "choose a recording on the left" in window.stage.view.blank.text
    window.stage.show_failure("It is not there.")
    access.listed = []
    window.desk.list_library()
    qtbot.waitUntil(lambda: window.library.entries == ())
    assert window.stage.view.blank.text == "It is not there."
