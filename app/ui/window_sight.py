"""Whether a window of ours is still shown as we show it, as the X server says: any program may do anything to it."""

from typing import Any

from PySide6.QtGui import QGuiApplication
from Xlib import X
from Xlib.display import Display
from Xlib.error import ConnectionClosedError, DisplayError, XError

from recorder.capture.x11_property import read_property

OPACITY = "_NET_WM_WINDOW_OPACITY"


class WindowSight:
    """Asks the server, past Qt, which believes what it did itself. Where there is no X server nothing is known."""

    def __init__(self) -> None:
        self._display: Any = None
        self._opacity = 0

    def harm(self, window_id: int) -> str:
        """What was done to this top-level window that keeps it from being seen; "": nothing."""
        try:
            if self._display is None:
                if QGuiApplication.platformName() != "xcb":
                    return ""
                self._display = Display()
                self._opacity = self._display.intern_atom(OPACITY)
            return self._look_at(window_id)
        except (ConnectionClosedError, DisplayError, OSError):  # the display goes: Qt says so too
            self._display = None
            return ""
        except XError:
            return "it was destroyed"

    def close(self) -> None:
        """Let go of the display."""
        if self._display is not None:
            self._display.close()
            self._display = None

    def _look_at(self, window_id: int) -> str:
        window = self._display.create_resource_object("window", window_id)
        if window.query_tree().parent.id != self._display.screen().root.id:
            return "it was put into another window"
        if window.get_attributes().map_state != X.IsViewable:
            return "it was hidden"
        if self._display.has_extension("SHAPE") and window.shape_query_extents().bounding_shaped:
            return "a shape was cut out of it"
        if read_property(window, self._opacity) is not None:
            return "it was made translucent"
        return ""
