"""The recorder holds the desktop in place of a resident that was killed while its notice held it."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recorder.capture.x11_hold import DesktopHold


class StandIn:
    """Follows what the residents say. For one thread."""

    def __init__(self) -> None:
        self._hold: DesktopHold | None = None
        self._holds = False

    def follow(self, *, holds: bool) -> None:
        """A resident holds the desktop itself, or nothing holds it any more: it is not held from here."""
        self._holds = holds
        if self._hold is not None:
            self._hold.hand_over()
        elif holds and os.environ.get("DISPLAY"):
            from recorder.capture.x11_hold import DesktopHold  # only here: most policies hold nothing

            self._hold = DesktopHold()
            self._hold.ready()

    def take(self) -> None:
        """The resident is gone."""
        if self._holds and self._hold is not None:
            self._hold.take()

    def stop(self) -> None:
        """It is over."""
        if self._hold is not None:
            self._hold.stop()
