"""A second start of the program opens its recording in the window that is there."""

import os
import threading
from pathlib import Path

import pytest

from player.handing import Handed, hand_over
from player.ui.desktop import Desktop
from player.ui.taking_over import TakingOver
from tests.fakes import FakeAccess, FakeSource, S

# Qt's offscreen drawing says so whenever a window is shown.
pytestmark = pytest.mark.qt_log_ignore("does not support (propagateSizeHints|raise)")
FIRST, SECOND = Path("/library/one"), Path("/library/two")


def test_what_is_handed_over_is_opened_at_its_moment_in_this_window(qtbot, settings, look, open_folder, monkeypatch):
    monkeypatch.setenv("TACHIAI_HOME", str(open_folder / "home"))  # a socket's path must be short
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    desktop = Desktop(FakeAccess({FIRST: FakeSource(), SECOND: FakeSource()}), settings=settings)
    taking_over, window, answers = TakingOver(desktop), desktop.window, []
    try:
        window.show()
        window.open(FIRST)
        qtbot.waitUntil(lambda: window.is_settled)
        caller = threading.Thread(
            target=lambda: answers.append(hand_over(Handed(str(SECOND), 20 * S), os.environ)), daemon=True
        )
        caller.start()
        qtbot.waitUntil(lambda: window.desk.folder == SECOND)
        qtbot.waitUntil(lambda: bool(answers))
        caller.join()
        assert answers == [True]
        assert window.desk.playback.position_ns == 20 * S
    finally:
        taking_over.stop()
        window.close()
        desktop.deleteLater()
