"""Whether the far end of a connection shows what is typed: judged by what the terminal reads after each key.

Through ssh and its like the local terminal looks the same whether the far end shows what is typed or not. But what
the far end shows comes back, and the terminal reads it; of a password nothing comes back before its line is ended.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from recorder.capture.hidden_places import ECHO_OFF, Hidden
from recorder.clock import NS_PER_MS

# A far end that needs longer than this to show a key is taken for one that shows nothing.
ANSWER_NS = 400 * NS_PER_MS
# Programs with an event loop wake themselves by numbers of this size, which count as read, too.
_WAKING_BYTES = 8
NOT_SHOWN = "the far end did not show it"


class FarEcho:
    """What the terminal in front has read up to when, and whether the line being typed is shown.

    A line of which one key was not shown is hidden from there to its end. For one thread at a time.
    """

    def __init__(self) -> None:
        self._at_ns: list[int] = []
        self._bytes: list[int] = []
        self._pid: int | None = None
        self._hidden_since_ns: int | None = None

    def read(self, at_ns: int, pid: int, read_bytes: int) -> None:
        """By `at_ns` this terminal had read so much."""
        if pid != self._pid:
            self._pid, self._hidden_since_ns = pid, None
            self._at_ns.clear()
            self._bytes.clear()
        self._at_ns.append(at_ns)
        self._bytes.append(read_bytes)

    def forget(self, before_ns: int) -> None:
        """Nobody will ask for what was before."""
        keep = max(0, bisect_left(self._at_ns, before_ns) - 1)
        del self._at_ns[:keep], self._bytes[:keep]

    def hides(self, at_ns: int, endings: Sequence[int], *, ends_line: bool) -> Hidden | None:
        """Why a key of this time is not recorded; None if it came back. Ask for the keys in their order."""
        if self._hidden_since_ns is not None and any(self._hidden_since_ns < one < at_ns for one in endings):
            self._hidden_since_ns = None
        if self._hidden_since_ns is not None:
            return Hidden(ECHO_OFF, NOT_SHOWN)
        if ends_line:  # it types nothing
            return None
        until_ns = min((one for one in endings if one > at_ns), default=at_ns + ANSWER_NS)
        if not self._has_answered(at_ns, min(until_ns, at_ns + ANSWER_NS)):
            self._hidden_since_ns = at_ns
            return Hidden(ECHO_OFF, NOT_SHOWN)
        return None

    def _has_answered(self, at_ns: int, until_ns: int) -> bool:
        before, after = bisect_left(self._at_ns, at_ns) - 1, bisect_right(self._at_ns, until_ns) - 1
        if before < 0:
            return False
        # Each look by itself: the letters of a whole word add up to a number that looks like waking.
        return any((read - self._bytes[before]) % _WAKING_BYTES for read in self._bytes[before + 1 : after + 1])
