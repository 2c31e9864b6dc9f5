"""What windows were between two looks, each state once."""

import time
from dataclasses import replace

from recorder.capture.shown_windows import ShownWindow
from recorder.capture.x11_top_window import anything, unread

MOST_PASSED = 4096  # states between two looks; a desktop that makes more is taken for changed everywhere


class PassedStates:
    """Remembers them until they are taken. For one thread at a time."""

    def __init__(self) -> None:
        self._states: list[ShownWindow] = []
        self.told = 0  # how many were ever remembered

    def add(self, state: ShownWindow) -> None:
        """A window was in this state."""
        self.told += 1
        if len(self._states) < MOST_PASSED:
            self._states.append(state)
        else:
            self._states[-1] = anything(time.monotonic())

    def add_unread(self, window: ShownWindow, *, is_title: bool) -> None:
        """A window's title, or whose it is, had changed again before it was read."""
        state = unread(window, is_title=is_title, at_s=time.monotonic())
        if not self._states or replace(self._states[-1], mapped_at_s=state.mapped_at_s) != state:
            self.add(state)

    def add_unknown(self) -> None:
        """Nobody can know what was shown where."""
        self.add(anything(time.monotonic()))

    def take(self) -> tuple[ShownWindow, ...]:
        """All of them; they are forgotten."""
        taken, self._states = tuple(self._states), []
        return taken
