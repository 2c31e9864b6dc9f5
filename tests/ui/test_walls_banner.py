"""What the window says of the walls around what decodes pictures."""

import pytest
from PySide6.QtCore import Qt

from player.picture_walls import Standing, Walls
from tests.fakes import FakeAccess

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")


class WalledAccess(FakeAccess):
    """A library whose walls stand as they are said to."""

    said = Walls(Standing.STAND, "", ())
    closed = False

    def walls(self):
        return self.said

    def close(self):
        self.closed = True


@pytest.fixture
def banner_of(open_window, qtbot):
    def banner_of(walls):
        access = WalledAccess()
        access.said = walls
        window = open_window(access, recording=None)
        banner = window.walls
        banner._thread.join()
        if walls.standing is not Standing.STAND:
            qtbot.waitUntil(banner.isVisible)
        return banner, window, access

    return banner_of


def test_nothing_is_said_where_all_walls_stand(banner_of, qtbot):
    banner, window, access = banner_of(Walls(Standing.STAND, "", ()))
    assert banner.isHidden()
    window.close()
    assert access.closed


def test_a_system_without_walls_is_said_plainly(banner_of):
    banner, _, _ = banner_of(Walls(Standing.NONE_HERE, "this system has no seccomp", ()))
    assert banner.title.text() == "No walls here"
    assert "this system has no seccomp" in banner.text.toolTip()
    assert banner.property("tone") == "warn"
    assert banner.title.textFormat() is Qt.TextFormat.PlainText


def test_a_wall_that_does_not_stand_is_why_no_picture_is_shown(banner_of, monkeypatch):
    monkeypatch.delenv("TACHIAI_WITHOUT_WALLS", raising=False)
    banner, _, _ = banner_of(Walls(Standing.BROKEN, "network", ()))
    assert (banner.title.text(), banner.property("tone")) == ("Pictures are not shown", "bad")
    assert "network" in banner.text.toolTip()


def test_who_goes_without_walls_is_reminded(banner_of, monkeypatch):
    monkeypatch.setenv("TACHIAI_WITHOUT_WALLS", "1")
    banner, _, _ = banner_of(Walls(Standing.BROKEN, "network", ()))
    assert (banner.title.text(), banner.property("tone")) == ("Walls do not stand", "warn")
