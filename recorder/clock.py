"""The clocks of this machine, read together, and a session's own time."""

import datetime
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

NS_PER_S = 1_000_000_000
NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class Instant:
    """One moment on three clocks, in nanoseconds.

    `monotonic_ns` stands still while the machine is suspended, `boot_ns` does not: their difference
    grows by the length of a suspension. `wall_ns` is UTC since 1970 and is a claim, it can be set.
    """

    monotonic_ns: int
    boot_ns: int
    wall_ns: int


class Clock(Protocol):
    """Where time comes from; tests give one they can turn."""

    def boot_ns(self) -> int:
        """Nanoseconds since the machine started, suspensions included; never goes back."""
        ...

    def read(self) -> Instant:
        """All three clocks, as close together as they can be read."""
        ...


BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def boot_id(path: Path = BOOT_ID) -> str:
    """The kernel's name for the time from this start of the machine to the next; "" where it gives none."""
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


class SystemClock:
    """The machine's clocks. Without CLOCK_BOOTTIME (not Linux) the monotonic clock stands in for it."""

    def __init__(self) -> None:
        self._boot_id = getattr(time, "CLOCK_BOOTTIME", None)

    def boot_ns(self) -> int:
        """Nanoseconds since the machine started."""
        if self._boot_id is None:
            return time.monotonic_ns()
        return time.clock_gettime_ns(self._boot_id)

    def read(self) -> Instant:
        """Read the three clocks one after the other (under a microsecond apart)."""
        return Instant(monotonic_ns=time.monotonic_ns(), boot_ns=self.boot_ns(), wall_ns=time.time_ns())


def utc_offset_s(wall_ns: int) -> int:
    """How far this machine's local time was ahead of UTC then."""
    offset = datetime.datetime.fromtimestamp(wall_ns / NS_PER_S, tz=datetime.UTC).astimezone().utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def until_round_s(every_s: float, now_ns: int | None = None) -> float:
    """How long until the monotonic clock shows a multiple of `every_s`: what waits so is woken together.

    A processor that slept and is woken for one thing takes ten times as long for it as for the next: half of what an
    idle desktop cost.
    """
    every_ns = max(1, int(every_s * NS_PER_S))
    now_ns = time.monotonic_ns() if now_ns is None else now_ns
    return (every_ns - now_ns % every_ns) / NS_PER_S


class SessionClock:
    """Time since a session began: what every event's `at_ns` is counted in.

    It runs on the boot clock, so a suspended laptop's night is a gap of eight hours, not of none.
    """

    def __init__(self, clock: Clock, *, started: Instant) -> None:
        self._clock = clock
        self.started = started

    def now_ns(self) -> int:
        """Nanoseconds since the session began."""
        return self._clock.boot_ns() - self.started.boot_ns

    def read(self) -> Instant:
        """The machine's clocks now, not relative to the session."""
        return self._clock.read()
