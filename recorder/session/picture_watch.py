"""Tells when pictures of the screen come no more, or came too late to show what had been there."""

import threading
import time
from collections.abc import Callable

from recorder.clock import NS_PER_S, SessionClock
from recorder.events import Event, Gap, GapReason, SourceStatus
from recorder.session.pulse import Pulse

READ_AGAIN = "The screen can be read again."
STANDS_STILL = "No picture of the screen could be taken any more; whether it changed is not known."
CAME_LATE = (
    "No picture of the screen could be taken for so long: the display gave no answer, as when a program holds it. "
    "What it showed is not known."
)
NOT_WRITTEN = (
    "No picture of the screen was taken for so long: those before could not be written sooner. "
    "What it showed is not known."
)
# A picture may come so much later than the rate allows before what it does not show is a gap.
PATIENCE_NS = 3 * NS_PER_S


class PictureWatch:
    """Between the thread that takes pictures and whoever looks whether it still does.

    A program that holds the server (XGrabServer) lets nobody else read the screen, and draws on it meanwhile.
    """

    def __init__(self, wake: Callable[[], None], *, clock: SessionClock, put: Callable[[Event], None]) -> None:
        self._clock = clock
        self._put = put
        self._pulse = Pulse(wake)
        self._changed_at_ns: int | None = None
        self._waits_for_writing = False

    # --- for the thread that takes pictures ---------------------------------------------------------------------------

    def beat(self) -> None:
        """It turns."""
        still_since_ns = self._pulse.beat()
        if still_since_ns is not None:
            self._say(still_since_ns, STANDS_STILL)
            self._say_read_again()

    def changed(self, *, ago_s: float = 0.0) -> None:
        """So long ago something may have changed, of which there is no picture yet."""
        if self._changed_at_ns is None:
            self._changed_at_ns = self._clock.now_ns() - int(ago_s * NS_PER_S)

    def wait_for_writing(self) -> None:
        """None is taken, since too many wait to be written."""
        self._waits_for_writing = True

    def pictured(self, period_ns: int) -> None:
        """There is a picture of all that changed; at most one in `period_ns` is taken."""
        since_ns, self._changed_at_ns = self._changed_at_ns, None
        sentence, self._waits_for_writing = NOT_WRITTEN if self._waits_for_writing else CAME_LATE, False
        if since_ns is None or self._clock.now_ns() - since_ns < period_ns + PATIENCE_NS:
            return
        still_since_ns = self._pulse.beat()
        self._say(since_ns if still_since_ns is None else min(since_ns, still_since_ns), sentence)
        if still_since_ns is not None:
            self._say_read_again()

    def forget(self) -> None:
        """Why there is no picture is told otherwise."""
        self._changed_at_ns = None

    # --- for others ---------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Say so if the thread stands still."""
        now_ns = self._clock.now_ns()
        if self._pulse.look(now_ns) is not None:
            self._put(SourceStatus(now_ns, "screen", working=False, detail=STANDS_STILL))

    def wait_for(self, thread: threading.Thread, *, still_s: float, limit_s: float) -> bool:
        """Wait until it has ended, as long as it goes on; False if it has not, which is told."""
        until_s = time.monotonic() + limit_s
        while thread.is_alive() and (left_s := until_s - time.monotonic()) > 0:
            beats = self._pulse.beats
            thread.join(min(still_s, left_s))
            if self._pulse.beats == beats:
                break
        if thread.is_alive():
            self._gave_up()
        return not thread.is_alive()

    def _gave_up(self) -> None:
        """The thread stands still, and is waited for no longer."""
        now_ns = self._clock.now_ns()
        known = [at_ns for at_ns in (self._changed_at_ns, self._pulse.still_since_ns()) if at_ns is not None]
        self._say(min(known, default=now_ns), STANDS_STILL)

    def _say(self, since_ns: int, sentence: str) -> None:
        self._put(Gap(since_ns, self._clock.now_ns(), "screen", GapReason.STALLED, sentence))

    def _say_read_again(self) -> None:
        self._put(SourceStatus(self._clock.now_ns(), "screen", working=True, detail=READ_AGAIN))
