"""Connecting the screen anew when some program cut its connection, and telling it."""

import threading

from recorder.agent_events import EvasionSign
from recorder.capture.cut_pace import CutPace
from recorder.capture.revived import SIGN
from recorder.capture.screen import CONNECTION_CUT, DisplayLostError, ScreenSource
from recorder.clock import SessionClock
from recorder.events import Gap, GapReason, SourceStatus
from recorder.session.event_queue import EventQueue


class ScreenRevival:
    """For the thread that takes pictures. From the cut until they are taken again is a gap, told once it is over."""

    def __init__(
        self, source: ScreenSource, *, clock: SessionClock, queue: EventQueue, stopping: threading.Event
    ) -> None:
        self._source = source
        self._clock = clock
        self._queue = queue
        self._stopping = stopping
        self._pace = CutPace()
        self._since_ns: int | None = None

    def revive(self) -> bool:
        """Connect anew, later if it was cut just so; False if the display is gone, so that nobody cut anything.

        Whoever cuts the new connection too, before it is made, has not taken the display away.
        """
        now_ns = self._clock.now_ns()
        while self._source.is_there():
            self._say_cut(now_ns)
            self._stopping.wait(self._pace.pause_s())
            if self._is_open_again():
                return True
            if self._stopping.is_set():
                break
        return False

    def tell(self, works: str | None = None) -> None:
        """It is over: with this sentence, or since the display is gone."""
        if self._since_ns is not None:
            since_ns, self._since_ns = self._since_ns, None
            now_ns = self._clock.now_ns()
            self._queue.put(Gap(since_ns, now_ns, "screen", GapReason.SOURCE_FAILED, CONNECTION_CUT))
            if works is not None:
                self._queue.put(SourceStatus(now_ns, "screen", working=True, detail=works))

    def _say_cut(self, now_ns: int) -> None:
        if self._since_ns is None:
            self._since_ns = now_ns
            self._queue.put(SourceStatus(now_ns, "screen", working=False, detail=CONNECTION_CUT))
            self._queue.put(EvasionSign(now_ns, SIGN, "the connection of 'screen' to the display was cut"))

    def _is_open_again(self) -> bool:
        try:
            self._source.reopen()
        except DisplayLostError:
            return False
        return True
