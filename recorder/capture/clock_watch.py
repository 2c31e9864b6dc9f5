"""Notices that the wall clock was set, that the machine slept, and that the recorder stood still."""

from recorder.capture.source import ThreadSource
from recorder.clock import NS_PER_S, Instant
from recorder.events import Gap, GapReason, WallClockChanged

TICK_S = 1.0
# Time services turn the clock slowly by up to 0.5 ms a second; a step is more than that at once.
STEP_NS = 100_000_000
DRIFT_NS = NS_PER_S
SUSPENDED_NS = 500_000_000
STALLED_NS = 2 * NS_PER_S


class ClockWatch(ThreadSource):
    """Compares the machine's three clocks once a second."""

    def __init__(self, *, tick_s: float = TICK_S) -> None:
        super().__init__("clock")
        self._tick_s = tick_s

    def _open(self) -> str:
        self._last = self._clock.read()
        self._reported_offset_ns = self._last.wall_ns - self._last.boot_ns
        return "Changes of the wall clock, sleep of the machine and standstills of the recorder are recorded."

    def _run(self) -> None:
        while not self._wait_round(self._tick_s):
            now = self._clock.read()
            self._look_for_gap(now)
            self._look_for_step(now)
            self._last = now

    def _look_for_gap(self, now: Instant) -> None:
        passed_ns = now.boot_ns - self._last.boot_ns
        slept_ns = passed_ns - (now.monotonic_ns - self._last.monotonic_ns)
        late_ns = passed_ns - slept_ns - int(self._tick_s * NS_PER_S)
        if slept_ns > SUSPENDED_NS:
            detail = f"The machine slept for {slept_ns / NS_PER_S:.1f} s."
            self._gap(now, GapReason.SUSPENDED, detail)
        elif late_ns > STALLED_NS:
            detail = f"The recorder stood still for {late_ns / NS_PER_S:.1f} s (stopped, or no time was given to it)."
            self._gap(now, GapReason.STALLED, detail)

    def _gap(self, now: Instant, reason: GapReason, detail: str) -> None:
        started_ns = self._clock.started.boot_ns
        self._emit(Gap(self._last.boot_ns - started_ns, now.boot_ns - started_ns, "everything", reason, detail))

    def _look_for_step(self, now: Instant) -> None:
        offset_ns = now.wall_ns - now.boot_ns
        step_ns = offset_ns - (self._last.wall_ns - self._last.boot_ns)
        drift_ns = offset_ns - self._reported_offset_ns
        if abs(step_ns) > STEP_NS or abs(drift_ns) > DRIFT_NS:
            self._reported_offset_ns = offset_ns
            at_ns = now.boot_ns - self._clock.started.boot_ns
            self._emit(WallClockChanged(at_ns, now.wall_ns, drift_ns))
