"""What tests of the picture look at, and how they press its keys."""

import numpy as np
from PySide6.QtCore import Qt

from recorder.events import Screen
from recorder.geometry import Rect
from tests.fakes import FakeSource, S

ONE = Screen(0, "DP-1", Rect(0, 0, 320, 200))
BELOW_LEFT = Screen(1, "DP-2", Rect(-200, 120, 160, 300))
Key = Qt.Key


def dotted(screen, at_ns):
    """Each pixel has a colour of its own; from 20 s on, two areas are otherwise."""
    rows, columns = np.mgrid[0 : screen.area.height, 0 : screen.area.width]
    picture = np.stack((columns % 256, rows % 256, (columns + rows) % 256), axis=2).astype(np.uint8)
    if at_ns >= 20 * S:
        picture[10:30, 40:60] ^= 255
        picture[150:152, 300:310] ^= 255
    return np.ascontiguousarray(picture)


class MovedMonitors(FakeSource):
    """The second monitor is away from 10 s to 20 s."""

    def screens_at(self, at_ns):
        return self.screen_list[:1] if 10 * S <= at_ns < 20 * S else self.screen_list


def press(qtbot, window, key, *modifiers):
    both = Qt.KeyboardModifier.NoModifier
    for modifier in modifiers:
        both |= modifier
    window.stage.view.setFocus()
    qtbot.keyClick(window.stage.view, key, both)


def settle(qtbot, window):
    qtbot.waitUntil(lambda: window.is_settled)
