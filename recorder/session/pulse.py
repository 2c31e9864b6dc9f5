"""Whether a thread still goes round: it beats at every turn, and another one looks."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

ASK_EVERY_S = 10.0
ANSWER_S = 10.0
# What was stopped or asleep itself finds every answer late: it looks again before it says so.
LATE_LOOKS = 3


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the count was when the thread was woken, and when that was."""

    beats: int
    at_s: float
    at_ns: int


class Pulse:
    """`beat` is called by the watched thread, `look` now and then by the one that watches it.

    One that waits has nothing to show, so it is woken with `wake` once in a while: its next turn is the answer.
    """

    def __init__(
        self, wake: Callable[[], None], *, ask_every_s: float = ASK_EVERY_S, answer_s: float = ANSWER_S
    ) -> None:
        self._wake = wake
        self._ask_every_s = ask_every_s
        self._answer_s = answer_s
        self._gate = threading.Lock()
        self._beats = 0
        self._late_looks = 0
        self._asked: _Asked | None = None
        self._still_since_ns: int | None = None

    @property
    def beats(self) -> int:
        """How often it has turned."""
        return self._beats

    def beat(self) -> int | None:
        """The thread turns; since when it had stood still, if that was found out."""
        self._beats += 1
        if self._still_since_ns is None:
            return None
        with self._gate:
            since_ns, self._still_since_ns = self._still_since_ns, None
            return since_ns

    def look(self, now_ns: int) -> int | None:
        """Since when it stands still, if that is found out just now."""
        now_s = time.monotonic()
        asked = self._asked
        if asked is None or self._beats != asked.beats:
            if asked is None or now_s - asked.at_s >= self._ask_every_s:
                self._asked, self._late_looks = _Asked(self._beats, now_s, now_ns), 0
                self._wake()
            return None
        if now_s - asked.at_s < self._answer_s:
            return None
        self._late_looks += 1
        if self._late_looks != LATE_LOOKS:
            return None
        with self._gate:
            self._still_since_ns = asked.at_ns
        return asked.at_ns

    def still_since_ns(self) -> int | None:
        """Since when it stands still, as far as that is known: when it was last asked and gave no answer."""
        asked = self._asked
        return asked.at_ns if asked is not None and self._beats == asked.beats else None
