"""Whether the system has just killed a process for want of memory: no attack, although it looks the same from outside.

The counter is that of the control group of a process, where there is one, else that of the whole machine. It was looked
at a moment ago, so what it has grown by since is of that moment.
"""

import contextlib
import os
import re
import signal
from pathlib import Path

from recorder.clock import NS_PER_S

PROC = Path("/proc")
GROUPS = Path("/sys/fs/cgroup")
KILLED_FOR_MEMORY = "The system was just ending processes for want of memory."
MOST_EXCUSED, EXCUSED_WITHIN_NS = 3, 3600 * NS_PER_S
LATE_NS = NS_PER_S // 2
_MOST_BYTES = 1 << 16
_COUNT = re.compile(rb"^oom_kill (\d+)$", re.MULTILINE)
_NESTED = re.compile(r"^(?P<number>\d+):(?P<controllers>[^:]*):(?P<path>/.*)$", re.MULTILINE)


class MemoryKills:
    """Follows one process after the other, each from when it lives. `look` now and then; `close` at last."""

    def __init__(self, *, proc: Path = PROC, groups: Path = GROUPS) -> None:
        self._proc, self._groups = proc, groups
        self._handle: int | None = None
        self._before: int | None = None
        self._last: int | None = None
        self._last_ns = 0
        self._excused: list[int] = []

    def follow(self, pid: int) -> None:
        """From now on it is about this process."""
        self.close()
        self._handle = _opened(pid, self._proc, self._groups)
        self._before = self._last = self._read()

    def look(self, now_ns: int) -> None:
        """The process said that it lives: what was counted until a while ago was not it.

        Where memory is short we may hear that late, when it is gone already: what is counted now may be it.
        """
        if now_ns >= self._last_ns + LATE_NS:
            self._before, self._last, self._last_ns = self._last, self._read(), now_ns

    def excuse(self, status: int | None, now_ns: int) -> bool:
        """Whether the process, gone with this status (None: not known), was ended so; False if that cannot be known.

        Whoever may set a limit of memory could have that done again and again: not every time it is excused.
        """
        now = self._read()
        if status not in (None, -signal.SIGKILL) or now is None or self._before is None or now <= self._before:
            return False
        self._excused = [at_ns for at_ns in self._excused if at_ns > now_ns - EXCUSED_WITHIN_NS]
        self._excused.append(now_ns)
        return len(self._excused) <= MOST_EXCUSED

    def close(self) -> None:
        """Let go of it."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)

    def _read(self) -> int | None:
        if self._handle is None:
            return None
        with contextlib.suppress(OSError):
            found = _COUNT.search(os.pread(self._handle, _MOST_BYTES, 0))
            return int(found[1]) if found is not None else None
        return None


def _opened(pid: int, proc: Path, groups: Path) -> int | None:
    """The first file of those that count."""
    for path in _counters(pid, proc, groups):
        with contextlib.suppress(OSError):
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            if _COUNT.search(os.pread(handle, _MOST_BYTES, 0)) is not None:
                return handle
            os.close(handle)
    return None


def _counters(pid: int, proc: Path, groups: Path) -> list[Path]:
    try:
        nested = (proc / str(pid) / "cgroup").read_text("utf-8", "surrogateescape")
    except OSError:
        nested = ""
    found: list[Path] = []
    for one in _NESTED.finditer(nested):
        inner = one["path"].lstrip("/")
        if not one["controllers"] and one["number"] == "0":
            found += [groups / inner / name for name in ("memory.events.local", "memory.events")]
        elif "memory" in one["controllers"].split(","):
            found.append(groups / "memory" / inner / "memory.oom_control")
    return [*found, proc / "vmstat"]
