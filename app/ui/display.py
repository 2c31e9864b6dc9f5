"""Whether a window can be shown here: Qt itself ends the program without a word to the person if it cannot. No Qt."""

import ctypes
import sys
from collections.abc import Mapping

from Xlib.display import Display
from Xlib.error import DisplayError

# Qt's plugin for X11 is linked to it, PySide6 does not bring it, and a fresh Debian or Ubuntu does not have it.
_XCB_CURSOR = "libxcb-cursor.so.0"


def why_no_window(environment: Mapping[str, str]) -> str:
    """Why none can be shown, in a sentence; "" if one can."""
    if sys.platform != "linux" or environment.get("QT_QPA_PLATFORM", "xcb") != "xcb":
        return ""
    name = environment.get("DISPLAY", "")
    if not name:
        return "There is no display here, so no window is shown."
    try:
        Display(name).close()
    except (DisplayError, OSError):
        return f"The display {name} does not answer, so no window is shown; check DISPLAY."
    try:
        ctypes.CDLL(_XCB_CURSOR)
    except OSError:
        return (
            f"The library {_XCB_CURSOR} is missing, so no window is shown; install it (on Debian and Ubuntu: "
            "apt install libxcb-cursor0)."
        )
    return ""
