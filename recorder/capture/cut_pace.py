"""How soon a connection that somebody cuts is made anew."""

import time

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 8.0
SOUND_S = 60.0  # one that held for so long was cut for another reason than the last time


class CutPace:
    """At once the first time in a while, then ever later: whoever goes on cutting costs no more than that."""

    def __init__(self) -> None:
        self._cut_at_s: float | None = None
        self._pause_s = 0.0

    def pause_s(self) -> float:
        """It was cut now: how long to wait."""
        now_s, before_s = time.monotonic(), self._cut_at_s
        is_first = before_s is None or now_s - before_s > self._pause_s + SOUND_S
        self._cut_at_s = now_s
        self._pause_s = 0.0 if is_first else min(max(FIRST_PAUSE_S, 2 * self._pause_s), LONGEST_PAUSE_S)
        return self._pause_s
