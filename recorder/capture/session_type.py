"""What kind of desktop session this is, from the environment, and whether it can be recorded at all."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from recorder.errors import CannotRecordError

WAYLAND = (
    "This is a Wayland session, where programs cannot see the screen or the input of others; "
    "log out and choose an X11 session (“on Xorg”) to record."
)
NO_DISPLAY = (
    "There is no display to record (DISPLAY is not set); "
    "start the recorder inside the desktop session, or set DISPLAY to that session's display."
)


@dataclass(frozen=True, slots=True)
class SessionType:
    """`kind` is "x11", "wayland", "none", "windows" or "macos"; `display` is the X display's name, if there is one."""

    kind: str
    display: str | None


def session_type(environment: Mapping[str, str] | None = None, platform: str = sys.platform) -> SessionType:
    """Which session this process is in.

    An X display inside a Wayland session is XWayland: it shows X clients only and would record the rest as black.
    A display without any sign of Wayland is X11, whatever a console or SSH login says of its own type.
    """
    if platform == "win32":
        return SessionType("windows", None)
    if platform == "darwin":
        return SessionType("macos", None)
    names = os.environ if environment is None else environment
    display = names.get("DISPLAY") or None
    if names.get("WAYLAND_DISPLAY") or names.get("XDG_SESSION_TYPE") == "wayland":
        return SessionType("wayland", display)
    return SessionType("none" if display is None else "x11", display)


def check_display() -> SessionType:
    """The session's type, if it can be recorded.

    Raises:
        CannotRecordError: Wayland, or no display; the sentence says what to do.
    """
    found = session_type()
    if found.kind == "wayland":
        raise CannotRecordError(WAYLAND)
    if found.kind == "none":
        raise CannotRecordError(NO_DISPLAY)
    return found
