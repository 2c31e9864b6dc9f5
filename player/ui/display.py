"""Whether a window can be shown here. Qt itself ends the program without a word to the person if it cannot."""

import ctypes
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from recorder.errors import WorldError

# Qt's plugin for X11 is linked to it, PySide6 does not bring it, and a fresh Debian or Ubuntu does not have it.
XCB_CURSOR = "libxcb-cursor.so.0"
SOCKETS = Path("/tmp/.X11-unix")


class CannotShowError(WorldError):
    """There is nowhere to show a window."""

    exit_status = 3  # as where nothing can be recorded: it cannot be done here


def require_display(environment: Mapping[str, str], *, sockets: Path = SOCKETS) -> None:
    """Return if a window can be shown.

    Raises:
        CannotShowError: there is no display, it does not answer, or a library for it is missing.
    """
    if sys.platform != "linux" or environment.get("QT_QPA_PLATFORM", "xcb") != "xcb":
        return
    if _wayland_answers(environment):
        return
    display = environment.get("DISPLAY", "")
    if not display:
        msg = "There is no display here; run tachiai-player on a desktop (list, log, search and verify need none)."
        raise CannotShowError(msg)
    if not _answers(display, sockets):
        msg = f"The display {display} does not answer; check DISPLAY, or run tachiai-player on a desktop."
        raise CannotShowError(msg)
    try:
        ctypes.CDLL(XCB_CURSOR)
    except OSError as error:
        msg = f"The library {XCB_CURSOR} is missing; install it (on Debian and Ubuntu: apt install libxcb-cursor0)."
        raise CannotShowError(msg) from error


def _wayland_answers(environment: Mapping[str, str]) -> bool:
    """Whether there is a Wayland display to show it on; a name that was left over from another session is none."""
    name = environment.get("WAYLAND_DISPLAY")
    if not name:
        return False
    folder = environment.get("XDG_RUNTIME_DIR", "")
    path = Path(folder) / name  # an absolute name stays what it is
    return path.is_absolute() and path.is_socket()


def _answers(display: str, sockets: Path) -> bool:
    """Whether something listens on a display of this machine; of another machine's, Qt has to find out."""
    host, _, rest = display.rpartition(":")
    number = rest.partition(".")[0]
    if host not in ("", "unix") or not number.isdecimal():
        return bool(host)
    path = str(sockets / f"X{number}")
    for address in (path, f"\0{path}"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(address)
            except OSError:
                continue
            return True
    return False
