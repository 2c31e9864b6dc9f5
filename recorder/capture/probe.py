"""What of this desktop can be recorded, found out without recording it."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

from recorder.capture.session_type import check_display, session_type
from recorder.errors import CannotRecordError, WorldError

_SUCH_AS = "Run the recorder inside an X11 desktop session."


@dataclass(frozen=True, slots=True)
class Capability:
    """One area of the desktop: whether it can be recorded, in a sentence, and what limits it ("" if nothing does).

    `needed`: without it nothing can be recorded.
    """

    area: str
    works: bool
    sentence: str
    limit: str = ""
    what_to_do: str = ""
    needed: bool = False


def probe_desktop(*, tell: Callable[[str], None]) -> tuple[Capability, ...]:
    """Every area, in the order in which they matter; only the display's if there is none.

    `tell` hears what is waited for, if something is.
    """
    try:
        found = check_display()
    except CannotRecordError as error:
        return (Capability("display", works=False, sentence=str(error), what_to_do=_SUCH_AS, needed=True),)
    if found.kind != "x11":
        return (_other_system(found.kind),)
    from recorder.capture.x11_answer import wait_for_answer
    from recorder.capture.x11_connection import X11Connection

    try:
        wait_for_answer(tell)
        connection = X11Connection()
    except CannotRecordError as error:
        return (Capability("display", works=False, sentence=str(error), what_to_do=_SUCH_AS, needed=True),)
    try:
        return _probe_x11(connection.has)
    finally:
        connection.close()


def _other_system(kind: str) -> Capability:
    limit = "Screen and input were written for this system and not yet tried; windows and the rest are not recorded."
    return Capability("display", works=True, sentence=f"This is {kind}.", limit=limit, needed=True)


def _probe_x11(has: Callable[[str], bool]) -> tuple[Capability, ...]:
    display = session_type().display
    return (
        Capability("display", works=True, sentence=f"This is an X11 session on {display}.", needed=True),
        _screen(has),
        _monitors(),
        _pointer(has),
        _keyboard(has),
        _window(),
        _clipboard(has),
        _processes(),
        _idle(has),
        Capability(
            "lock",
            works=True,
            sentence="Locking by xscreensaver, i3lock, slock, xsecurelock and their like is recorded.",
            limit="Other lockers are not seen.",
        ),
    )


def _screen(has: Callable[[str], bool]) -> Capability:
    if has("DAMAGE") and has("XFIXES"):
        return Capability("screen", works=True, sentence="The display reports what changed, so an idle screen is free.")
    return Capability(
        "screen",
        works=True,
        sentence="The screen is looked at and compared.",
        limit="The display does not report what changed, so this costs more and short changes may be missed.",
        what_to_do="Enable the DAMAGE and XFIXES extensions of the X server.",
    )


def _monitors() -> Capability:
    from recorder.capture.screen import open_screen_source

    try:
        source = open_screen_source()
    except WorldError as error:
        return Capability("monitors", works=False, sentence=str(error), what_to_do=_SUCH_AS, needed=True)
    try:
        places = (f"{one.name} {one.area.width}×{one.area.height}" for one in source.screens())
        return Capability("monitors", works=True, sentence=f"Recorded are: {', '.join(places)}.", needed=True)
    finally:
        source.close()


def _pointer(has: Callable[[str], bool]) -> Capability:
    if not has("RECORD"):
        return _no_record("pointer", "Clicks and scrolling")
    limit = "" if has("XFIXES") else "Its shape is not: the XFIXES extension is missing."
    return Capability("pointer", works=True, sentence="Clicks, scrolling and the pointer are recorded.", limit=limit)


def _keyboard(has: Callable[[str], bool]) -> Capability:
    if not has("RECORD"):
        return _no_record("keyboard", "Keys")
    from recorder.capture.x11_keymap import XkbKeymap

    try:
        XkbKeymap().close()
    except CannotRecordError as error:
        return Capability("keyboard", works=False, sentence=str(error), what_to_do="Install libxkbcommon-x11-0.")
    limit = ""
    if os.environ.get("XMODIFIERS") or os.environ.get("GTK_IM_MODULE"):
        limit = "Of text made by an input method, the keys typed are recorded, not the characters chosen."
    return Capability("keyboard", works=True, sentence="Typed text is recorded in any layout.", limit=limit)


def _no_record(area: str, what: str) -> Capability:
    sentence = f"{what} cannot be recorded: the display has no RECORD extension."
    return Capability(area, works=False, sentence=sentence, what_to_do="Enable RECORD in the X server.")


def _window() -> Capability:
    from recorder.capture.x11_window import manager_name

    name = manager_name()
    if name is None:
        return Capability(
            "window",
            works=True,
            sentence="The active window is recorded by the input focus.",
            limit="No window manager is running that names it.",
        )
    return Capability("window", works=True, sentence=f"The active window is recorded, as {name} names it.")


def _clipboard(has: Callable[[str], bool]) -> Capability:
    if has("XFIXES"):
        return Capability("clipboard", works=True, sentence="Changes of the clipboard are recorded.")
    sentence = "The clipboard is not recorded: the display has no XFIXES extension."
    return Capability("clipboard", works=False, sentence=sentence, what_to_do="Enable XFIXES in the X server.")


def _processes() -> Capability:
    if not sys.platform.startswith("linux") or not os.path.isdir("/proc/self"):  # noqa: PTH112 - a question, no path
        sentence = "Processes are not recorded: there is no /proc."
        return Capability("processes", works=False, sentence=sentence, what_to_do="Mount /proc.")
    limit = "Those that live shorter than a second may be missed."
    return Capability("processes", works=True, sentence="Processes that start and end are recorded.", limit=limit)


def _idle(has: Callable[[str], bool]) -> Capability:
    if has("MIT-SCREEN-SAVER"):
        return Capability("idle", works=True, sentence="Idle times are recorded.")
    sentence = "Idle times are not recorded: the display has no MIT-SCREEN-SAVER extension."
    return Capability("idle", works=False, sentence=sentence, what_to_do="Enable MIT-SCREEN-SAVER in the X server.")
