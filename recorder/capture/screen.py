"""What a screen source must offer, what goes wrong with one, and the choice of the right one for this machine."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from recorder.capture.session_type import WAYLAND, check_display
from recorder.errors import CannotRecordError, WorldError
from recorder.events import Screen
from recorder.geometry import Rect

# An X server inside a Wayland session, reached without that session's environment, still names its monitors so.
XWAYLAND_OUTPUT = "XWAYLAND"

Pixels = npt.NDArray[np.uint8]


class GrabFailedError(WorldError):
    """The picture could not be read this time; it may be the next time."""


# What every source of a display says that is gone.
DISPLAY_GONE = "The display is gone (its X server ended or closed the connection); record again in the new session."
CONNECTION_CUT = "Its connection to the display was cut, though the display is there: some program must have done that."


class DisplayLostError(CannotRecordError):
    """The display is gone, or the connection to it; `reopen` tells one from the other."""


class ConnectionCutError(DisplayLostError):
    """The display is there, but the connection was cut so often that another one is not made at once."""


@dataclass(frozen=True, slots=True)
class Damage:
    """What may look different since last asked: areas by screen number, in that screen's own pixels.

    `layout_changed`: monitors came, went, moved or changed size; ask for `screens()` again. `late_s`: for how long it
    may have been so already, because what was asked gave no answer before.
    """

    areas: Mapping[int, tuple[Rect, ...]]
    layout_changed: bool
    late_s: float = 0.0


class ScreenSource(Protocol):
    """The monitors of this desktop and their pixels. For one thread, but for `wake` and `is_there`."""

    method: str  # "damage": told what changed; "poll": looks and compares

    def open(self) -> None:
        """Connect. Raises CannotRecordError with a sentence that says what to do."""
        ...

    def close(self) -> None:
        """Let go; may be called twice."""
        ...

    def screens(self) -> tuple[Screen, ...]:
        """The monitors now. A monitor keeps its number as long as it keeps its name."""
        ...

    def wait(self, timeout_s: float | None, gather: Callable[[], None] | None = None) -> Damage:
        """What changed since the last call; waits until something has, but not longer than the limit.

        `gather` is called once there is something, if that is known before its areas are: what changes until it
        returns is told with the rest, for the price of one question.

        Raises DisplayLostError if the connection to the display is gone.
        """
        ...

    def reopen(self) -> None:
        """Connect anew after a DisplayLostError. Everything may look different then.

        Raises DisplayLostError if the display is gone.
        """
        ...

    def is_there(self) -> bool:
        """Whether the display answers another connection now. From any thread."""
        ...

    def wake(self) -> None:
        """Let `wait` return now. From any thread."""
        ...

    def grab(self, screen: int, area: Rect) -> Pixels:
        """The pixels of an area of a screen, in its own pixels: (height, width, 4) B, G, R and one unused byte.

        They are the caller's own, who may paint over them.
        Raises GrabFailedError or DisplayLostError; never gives a picture that was not on the screen.
        """
        ...


def _silent(_sentence: str) -> None:
    """Tell nobody."""


def open_screen_source(*, prefer: str = "auto", tell: Callable[[str], None] = _silent) -> ScreenSource:
    """The best open screen source here: told of damage where that is possible, else (or if `prefer` is "poll") polling.

    `tell` hears what is waited for, if something is.

    Raises:
        CannotRecordError: no display, Wayland, one that does not answer, or pixels that cannot be read.
    """
    if check_display().kind == "x11":
        from recorder.capture.x11_answer import wait_for_answer

        wait_for_answer(tell)
    if sys.platform.startswith("linux") and prefer != "poll":
        from recorder.capture.x11_screen import X11DamageScreen, has_damage

        if has_damage():
            return _opened(X11DamageScreen())
    if prefer == "damage":
        msg = "This display does not report what changed (no DAMAGE extension); record with the polling method instead."
        raise CannotRecordError(msg)
    from recorder.capture.poll_screen import PollScreen

    return _opened(PollScreen())


def _opened(source: ScreenSource) -> ScreenSource:
    try:
        source.open()
        if any(screen.name.startswith(XWAYLAND_OUTPUT) for screen in source.screens()):
            raise CannotRecordError(WAYLAND)
    except BaseException:
        source.close()
        raise
    return source
