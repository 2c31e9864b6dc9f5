"""`tachiai-agent run` as a person starts it, and what a saboteur does to its two processes."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

from app.agent.supervision.place import AgentState, Place
from recorder.evidence.files import is_locked
from tests.e2e.programs import LIMIT_S, Site
from tests.xserver import wait_until

# What is true of the machine that the tests run on: when they do, and which displays other tests have opened.
NOT_OF_THE_TEST = frozenset(
    {
        "A session began outside of office hours",
        "The screen or the indicator is hidden, or work goes on elsewhere",
    }
)


class RunningAgent:
    """A resident agent without a window; waits until it records. What it says is kept with the moment it was said."""

    def __init__(self, site: Site, *arguments: str, waits: bool = True) -> None:
        self.site = site
        self.place = Place.of(site.environment)
        self.said: list[tuple[float, str]] = []
        self.pids: set[int] = set()
        read_end, write_end = os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app.agent", "run", "--no-window", *arguments],
            env=site.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=write_end,
        )
        os.close(write_end)
        self._reader = threading.Thread(target=self._read, args=(read_end,), daemon=True)
        self._reader.start()
        self.pids.add(self.process.pid)
        if waits:
            self.wait_recording()

    def _read(self, handle: int) -> None:
        with os.fdopen(handle, encoding="utf-8", errors="replace") as file:
            for line in file:
                self.said.append((time.monotonic(), line.strip()))

    @property
    def state(self) -> AgentState:
        state = self.place.read()
        assert state is not None
        return state

    @property
    def folder(self) -> Path:
        assert self.state.folder is not None
        return Path(self.state.folder)

    def records(self, *, resident: int = 0, recorder: int = 0) -> bool:
        """Whether it records, with other processes than these."""
        state = self.place.read()
        if state is None or state.state != "recording":
            return False
        self.pids |= {state.resident_pid, state.recorder_pid}
        has_locks = is_locked(self.place.resident_lock) and is_locked(self.place.recorder_lock)
        return has_locks and state.resident_pid != resident and state.recorder_pid != recorder

    def wait_recording(self, *, resident: int = 0, recorder: int = 0) -> AgentState:
        wait_until(
            lambda: self.records(resident=resident, recorder=recorder),
            what=f"an agent that records; it said {self.said}",
            limit_s=30,
        )
        return self.state

    def wait_seconds_recorded(self, seconds: float) -> None:
        """Until the recorder has told of so much more that is sealed."""
        start_ns = wait_until(lambda: self.state.sealed_boot_ns, what="anything to be sealed") or 0
        wait_until(
            lambda: (self.state.sealed_boot_ns or 0) - start_ns >= seconds * 1e9, what="more to be sealed", limit_s=30
        )

    def wait_said(self, words: str, *, after_s: float = 0.0) -> float:
        """When it said this."""
        found = wait_until(
            lambda: [at_s for at_s, line in self.said if words in line and at_s >= after_s],
            what=f"the agent to say {words!r}; it said {self.said}",
            limit_s=30,
        )
        return found[0]

    def wait_over(self) -> int | None:
        """Until neither process is there; the exit status of the one that we started."""
        wait_until(
            lambda: not is_locked(self.place.resident_lock) and not is_locked(self.place.recorder_lock),
            what=f"the agent to be gone; it said {self.said}",
            limit_s=LIMIT_S,
        )
        return self.process.poll() if self.process.poll() is not None else self.process.wait(LIMIT_S)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int | None:
        os.kill(self.state.resident_pid, number)
        return self.wait_over()

    def status(self) -> dict[str, Any]:
        done = self.site.agent("status", "--json")
        status: dict[str, Any] = json.loads(done.stdout)
        assert done.returncode == (0 if status["recording"] else 3)
        return status

    def rows(self, kind: str | None = None) -> list[dict[str, Any]]:
        found = self.site.player_rows("log", str(self.folder))
        return [row for row in found if kind in (None, row["kind"])]

    def alerts(self) -> list[dict[str, Any]]:
        """What rules said of what the test did."""
        return [row for row in self.rows("alert") if row["text"] not in NOT_OF_THE_TEST]

    def end(self) -> None:
        """Make sure that nothing of it runs any more."""
        for _ in range(3):  # one that was just being killed may have been starting another
            state = self.place.read()
            if state is not None:
                self.pids |= {state.resident_pid, state.recorder_pid}
            for pid in self.pids - {0}:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait()
            if not is_locked(self.place.resident_lock) and not is_locked(self.place.recorder_lock):
                break
            threading.Event().wait(1.0)
        self._reader.join(5)


def recorders_of(resident: int) -> set[int]:
    """The processes that a resident has started, by whichever of its threads."""
    lists = Path(f"/proc/{resident}/task").glob("*/children")
    return {int(pid) for path in lists for pid in path.read_text("ascii").split()}


def next_recorder(resident: int, *, beaten: Collection[int] = ()) -> int:
    """The process that the resident has started, besides these."""
    return wait_until(lambda: min(recorders_of(resident).difference(beaten), default=0), what="a recorder")


class HeldUp:
    """How long processes, and this one, could run and were not let, from here on: a busy machine makes them late.

    Of a process that begins later all of its time counts. Where the kernel does not tell, nobody was.
    """

    def __init__(self, *pids: int) -> None:
        self._before = {pid: _held_up_ns(pid) for pid in (os.getpid(), *pids)}

    def ns(self, *later: int) -> int:
        """So far; `later` are processes that began since."""
        return sum(_held_up_ns(pid) - before_ns for pid, before_ns in self._before.items()) + sum(
            _held_up_ns(pid) for pid in later
        )


def _held_up_ns(pid: int) -> int:
    total = 0
    for path in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError, IndexError, ValueError):  # a thread that has just ended
            total += int(path.read_text("ascii").split()[1])
    return total


def boot_ns() -> int:
    """The clock that recordings run on."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
