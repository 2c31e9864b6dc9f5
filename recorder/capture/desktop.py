"""Every source of events of a desktop, as far as this system has a way to hear of them."""

import sys

from recorder.capture.clock_watch import ClockWatch
from recorder.capture.silent import SilentSource
from recorder.capture.source import Source
from recorder.errors import BugError

KEYS_MODES = ("text", "activity", "off")
KEYS_OFF = "Keys are not recorded, by policy."
_NOT_WRITTEN = "There is no way to record this on this system yet; the screen and the input are recorded."


def desktop_sources(*, keys_mode: str = "text", clipboard_text: bool = False) -> tuple[Source, ...]:
    """The sources for this system, not started. `keys_mode` is one of `KEYS_MODES`."""
    if keys_mode not in KEYS_MODES:
        msg = f"{keys_mode!r} is not a way to record keys"
        raise BugError(msg)
    if sys.platform.startswith("linux"):
        return _linux_sources(keys_mode=keys_mode, clipboard_text=clipboard_text)
    return _other_sources(keys_mode=keys_mode)


def _linux_sources(*, keys_mode: str, clipboard_text: bool) -> tuple[Source, ...]:
    from recorder.capture.linux_devices import LinuxDevices
    from recorder.capture.linux_evasion import LinuxEvasion
    from recorder.capture.linux_processes import LinuxProcesses
    from recorder.capture.x11_clipboard import X11Clipboard
    from recorder.capture.x11_curtain import X11Curtain
    from recorder.capture.x11_idle import X11Idle
    from recorder.capture.x11_injected import X11Injected
    from recorder.capture.x11_keyboard import X11Keyboard
    from recorder.capture.x11_pointer import X11Pointer
    from recorder.capture.x11_pointer_shape import X11PointerShape
    from recorder.capture.x11_window import X11ActiveWindow

    keyboard: Source
    if keys_mode == "off":
        keyboard = SilentSource("keyboard", KEYS_OFF, by_policy=True)
    else:
        keyboard = X11Keyboard(activity_only=keys_mode == "activity")
    return (
        ClockWatch(),
        X11ActiveWindow(),
        keyboard,
        X11Pointer(),
        X11PointerShape(),
        X11Clipboard(with_text=clipboard_text),
        LinuxProcesses(),
        X11Idle(),
        LinuxDevices(),
        LinuxEvasion(),
        X11Injected(),
        X11Curtain(),
    )


def _other_sources(*, keys_mode: str) -> tuple[Source, ...]:
    from recorder.capture.pynput_input import PynputKeyboard, PynputPointer

    keyboard: Source
    if keys_mode == "off":
        keyboard = SilentSource("keyboard", KEYS_OFF, by_policy=True)
    else:
        keyboard = PynputKeyboard(activity_only=keys_mode == "activity")
    missing = (
        SilentSource(name, _NOT_WRITTEN) for name in ("window", "clipboard", "processes", "idle", "devices", "evasion")
    )
    return (ClockWatch(), keyboard, PynputPointer(), *missing)
