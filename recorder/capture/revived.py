"""A source that is begun anew after it broke down; the time between is a gap."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from recorder.agent_events import EvasionSign
from recorder.capture.screen import DISPLAY_GONE
from recorder.capture.source import Emit, Source
from recorder.clock import NS_PER_S, SessionClock
from recorder.errors import BugError
from recorder.events import Event, Gap, GapReason, SourceStatus

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
# One that worked for so long broke down for another reason than the last time.
SOUND_NS = 60 * NS_PER_S
SIGN = "recorder_cut_off"
CUT_OFF = "Another program switched off what the X server tells this recorder of input, which is asked for anew."


@dataclass(frozen=True, slots=True)
class _Broken:
    """From when on nothing came that is not told yet, and why."""

    since_ns: int
    detail: str


class RevivedSource:
    """Passes on what a source tells, and makes another of its kind when it ends by itself after it had worked.

    One that never worked stays as it is: what is not there will not be found by asking again. One whose display is gone
    is begun anew like any other: if it is gone for all, the recording ends before; if another works, somebody cut the
    connection, which is a sign of evasion. `make` is called once now, and then for each that follows.
    """

    def __init__(self, make: Callable[[], Source], *, first_pause_s: float = FIRST_PAUSE_S) -> None:
        self._make = make
        self._source = make()
        self.name = self._source.name
        self._first_pause_s = self._pause_s = first_pause_s
        self._gate = threading.RLock()
        self._stopping = threading.Event()
        self._given: tuple[Emit, SessionClock] | None = None
        self._working_since_ns: int | None = None
        self._broken: _Broken | None = None
        self._cut_ns: int | None = None
        self._is_in_vain = False
        self._reviving: threading.Thread | None = None

    def start(self, emit: Emit, clock: SessionClock) -> None:
        """Begin to emit events."""
        self._given = (emit, clock)
        self._begin()

    def stop(self) -> None:
        """End; returns when every thread has."""
        with self._gate:
            self._stopping.set()
        if self._reviving is not None:
            self._reviving.join()
        self._source.stop()
        with self._gate:
            if self._given is not None:
                self._tell_gap(self._given[1].now_ns())

    def _heard(self, event: Event) -> None:
        """From the source's own thread."""
        with self._gate:
            match event:
                case SourceStatus(source=self.name, working=True):
                    self._tell_gap(event.at_ns)
                    self._tell_cut()
                    self._working_since_ns = event.at_ns
                    self._say(event)
                case SourceStatus(source=self.name) if self._working_since_ns is not None:
                    self._breaks(event)
                case Gap(what=self.name) if self._is_in_vain:
                    pass  # the time up to here is told, and more of it will be
                case _:
                    self._say(event)

    def _breaks(self, status: SourceStatus) -> None:
        self._is_in_vain = self._broken is not None
        why = status.detail
        if self._broken is not None:
            why = self._broken.detail  # what began it; that it cannot be begun anew follows from that
            self._tell_gap(status.at_ns)
        else:
            self._say(status)
            if self._working_since_ns is not None and status.at_ns - self._working_since_ns > SOUND_NS:
                self._pause_s = self._first_pause_s
        if self._stopping.is_set():
            return
        self._broken = _Broken(status.at_ns, why)
        if status.detail == DISPLAY_GONE and self._cut_ns is None:
            self._cut_ns = status.at_ns
        self._reviving = threading.Thread(target=self._revive, name=f"revives {self.name}", daemon=True)
        self._reviving.start()

    def _revive(self) -> None:
        if self._stopping.wait(0.0 if self._is_cut_once else self._pause_s):
            return
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        self._source.stop()
        self._source = self._make()
        self._begin()

    @property
    def _is_cut_once(self) -> bool:
        """Whether another program ended it, for the first time in a while: whoever waits then, loses what is typed."""
        is_first = self._pause_s == self._first_pause_s
        return is_first and self._broken is not None and self._broken.detail in (CUT_OFF, DISPLAY_GONE)

    def _begin(self) -> None:
        if self._given is None:
            msg = f"the source {self.name!r} was not started"
            raise BugError(msg)
        self._source.start(self._heard, self._given[1])

    def _tell_gap(self, until_ns: int) -> None:
        if self._broken is not None:
            broken, self._broken = self._broken, None
            self._say(Gap(broken.since_ns, until_ns, self.name, GapReason.SOURCE_FAILED, broken.detail))

    def _tell_cut(self) -> None:
        if self._cut_ns is not None:
            cut_ns, self._cut_ns = self._cut_ns, None
            self._say(EvasionSign(cut_ns, SIGN, f"the connection of {self.name!r} to the display was cut"))

    def _say(self, event: Event) -> None:
        if self._given is not None:
            self._given[0](event)
