"""Every source of events of a desktop, as far as this system has a way to hear of them."""

import sys
from collections.abc import Sequence

from recorder.capture.clock_watch import ClockWatch
from recorder.capture.keeping_out import Privacy
from recorder.capture.policy_kept import PolicyKept
from recorder.capture.revived import RevivedSource
from recorder.capture.silent import SilentSource
from recorder.capture.source import Source
from recorder.errors import BugError, CannotRecordError
from recorder.evidence.key_folder import keys_folder
from recorder.policy.machine_wide import holds_for_machine
from recorder.policy.sections import HiddenInputPolicy, MaskRule

KEYS_MODES = ("text", "activity", "off")
IDLE_AFTER_S = 60.0
KEYS_OFF = "Keys are not recorded, by policy."
NO_MASKS = "The policy masks parts of the screen, which cannot be done on this system yet; nothing is recorded here."
NO_HIDDEN_INPUT = "On this system it is not known where passwords are typed: they are recorded like any other text."
_NOT_WRITTEN = "There is no way to record this on this system yet; the screen and the input are recorded."


def desktop_sources(
    *,
    keys_mode: str = "text",
    clipboard_text: bool = False,
    privacy: Privacy | None = None,
    idle_after_s: float = IDLE_AFTER_S,
) -> tuple[Source, ...]:
    """The sources for this system, not started. `keys_mode` is one of `KEYS_MODES`.

    With `privacy` they say nothing of masked windows, and tell single presses to its gate.
    """
    if keys_mode not in KEYS_MODES:
        msg = f"{keys_mode!r} is not a way to record keys"
        raise BugError(msg)
    if sys.platform.startswith("linux"):
        return _linux_sources(
            keys_mode=keys_mode, clipboard_text=clipboard_text, privacy=privacy, idle_after_s=idle_after_s
        )
    return _other_sources(keys_mode=keys_mode)


def open_privacy(masks: Sequence[MaskRule], hidden_input: HiddenInputPolicy) -> Privacy | None:
    """What keeps masked windows and passwords out of a recording here, open; None where there is no way.

    Raises:
        CannotRecordError: the policy masks something, and that cannot be done here.
    """
    if sys.platform.startswith("linux"):
        from recorder.capture.x11_privacy import X11Privacy

        privacy = X11Privacy(masks, hidden_input)
        privacy.open()
        return privacy
    if masks:
        raise CannotRecordError(NO_MASKS)
    return None


def _linux_sources(
    *, keys_mode: str, clipboard_text: bool, privacy: Privacy | None, idle_after_s: float
) -> tuple[Source, ...]:
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
        is_activity = keys_mode == "activity"
        keyboard = RevivedSource(lambda: X11Keyboard(activity_only=is_activity, each_press=privacy is not None))

    def window() -> Source:
        return X11ActiveWindow() if privacy is None else X11ActiveWindow(title_shown=privacy.title)

    def clipboard() -> Source:
        if privacy is None:
            return X11Clipboard(with_text=clipboard_text)
        hides, board = privacy.hides_clipboard_of, privacy.paste_board
        return X11Clipboard(with_text=clipboard_text, is_masked=hides, board=board)

    def curtain() -> Source:
        return X11Curtain() if privacy is None else X11Curtain(windows=privacy.windows)

    def idle() -> Source:
        return X11Idle(idle_after_s=idle_after_s)

    others = (X11Pointer, X11PointerShape, clipboard, LinuxProcesses, idle, LinuxDevices)
    watching = (LinuxEvasion, X11Injected, curtain)
    return (
        ClockWatch(),
        *(() if holds_for_machine() else (PolicyKept(keys_folder()),)),
        RevivedSource(window),
        keyboard,
        *(RevivedSource(make) for make in (*others, *watching)),
        *(() if privacy is None else privacy.sources),
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
    hidden = SilentSource("hidden input", NO_HIDDEN_INPUT, by_policy=True)
    return (ClockWatch(), keyboard, PynputPointer(), *missing, *(() if keys_mode == "off" else (hidden,)))
