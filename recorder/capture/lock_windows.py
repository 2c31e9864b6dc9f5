"""Whether windows that bear a locker's name lock the screen, so that what is typed is a password."""

import time
from collections.abc import Sequence
from typing import Protocol

from recorder.capture.shown_windows import ShownWindow

YOUNG_S = 5.0  # a locker may show its window before it has the keyboard, and then takes it or gives up
SURE_S = 1.0


class LockLooks(Protocol):
    """What the display tells of a lock; None where it cannot be asked. For one thread at a time."""

    def covers(self, windows: Sequence[ShownWindow], shown: Sequence[ShownWindow]) -> bool | None:
        """Whether these windows cover every monitor."""
        ...

    def is_keyboard_held(self) -> bool | None:
        """Whether what is typed reaches only who took the keyboard for itself."""
        ...

    def close(self) -> None:
        """Let go."""
        ...


class LockWindows:
    """Believes them while they cover every monitor and the keyboard is held; what cannot be asked is believed.

    A window may say any name: a terminal that calls itself a locker is one to type into. For one thread at a time.
    """

    def __init__(self, looks: LockLooks) -> None:
        self._looks = looks
        self._shown: Sequence[ShownWindow] | None = None
        self._looked_at_s = 0.0
        self._locks = False

    def lock(self, windows: Sequence[ShownWindow], shown: Sequence[ShownWindow]) -> bool:
        """Whether these of the shown windows lock the screen now."""
        now_s = time.monotonic()
        if not windows:
            self._shown = None
            self._looks.close()
            return False
        if self._shown is not shown or now_s - self._looked_at_s >= SURE_S:
            self._shown, self._looked_at_s = shown, now_s
            self._locks = self._looks.covers(windows, shown) is not False and self._keep_keys(windows, now_s)
        return self._locks

    def close(self) -> None:
        """Let go."""
        self._looks.close()

    def _keep_keys(self, windows: Sequence[ShownWindow], now_s: float) -> bool:
        is_young = now_s - min(window.mapped_at_s for window in windows) < YOUNG_S
        return is_young or self._looks.is_keyboard_held() is not False
