"""The other process: by its own handle if we started it, else by its number, held so that it cannot mean another."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

from recorder.capture.linux_process import executable_of, has_ended, state_of, tracer_of

FORGET_S = 1.0
WAIT_LOOK_S = 0.05


def agent_command() -> list[str]:
    """How this program is started: the frozen one by itself, else by this Python."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "app.agent"]


class Peer:
    """A process that is watched. `pid` 0: none is known."""

    def __init__(self, process: subprocess.Popen[bytes] | None = None, *, pid: int = 0) -> None:
        self._process = process
        self.pid = process.pid if process is not None else pid
        self._handle = _opened(self.pid) if process is None and pid else None
        self._stops: threading.Thread | None = None

    def state(self) -> str:
        """What it does, as the kernel says: "R", "S", "D", "T" (stopped), "Z"; "" if it is gone or cannot be known."""
        return state_of(self.pid)

    def tell_stops(self, on_stop: Callable[[], None]) -> None:
        """Call this, from a thread that sleeps until then, whenever it is stopped (SIGSTOP). Only of our own child."""
        if self._process is not None and hasattr(os, "waitid"):
            self._stops = threading.Thread(
                target=_wait_for_stops, args=(self.pid, on_stop), name="recorder: stops", daemon=True
            )
            self._stops.start()

    def tracer(self) -> int:
        """The process that debugs it; 0 if none does, or it cannot be known."""
        return tracer_of(self.pid)

    def tracer_executable(self, tracer: int) -> str | None:
        """Which program debugs it."""
        return executable_of(tracer)

    def kill(self) -> None:
        """End it, whatever it does."""
        with contextlib.suppress(OSError):  # it is gone
            if self._process is not None:
                self._process.kill()
            elif self._handle is not None:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def wait(self, timeout_s: float) -> bool:
        """Wait until nothing of it runs; False if something does after the limit.

        A debugger keeps the end of what it holds from everybody else, so the process itself is looked at too.
        """
        ends_s = time.monotonic() + timeout_s
        while not self._is_taken(max(0.0, min(WAIT_LOOK_S, ends_s - time.monotonic()))):
            if has_ended(self.pid):
                return True
            if time.monotonic() >= ends_s:
                return False
        return True

    def _is_taken(self, timeout_s: float) -> bool:
        """Wait until the system says that it is gone."""
        if self._process is not None:
            try:
                self._process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                return False
            return True
        return self._handle is None or bool(select.select([self._handle], [], [], timeout_s)[0])

    @property
    def status(self) -> int | None:
        """How it ended: its exit status, or -N for signal N; None while it lives, or if it is not our child."""
        return self._process.returncode if self._process is not None else None

    def how_it_ended(self) -> str:
        """How, in words; "" if that is not known."""
        status = self.status
        if status is None:
            return ""
        if status >= 0:
            return f"it ended by itself with status {status}"
        try:
            return f"killed by {signal.Signals(-status).name}"
        except ValueError:
            return f"killed by signal {-status}"

    def forget(self) -> None:
        """Let go of it; to be called once it is gone."""
        if self._stops is not None and (self._process is None or self._process.returncode is not None):
            self._stops.join(FORGET_S)  # one that the system or a debugger does not let die keeps its thread
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _wait_for_stops(pid: int, on_stop: Callable[[], None]) -> None:
    """Until the process ends, whose end is left for others to take.

    Whoever stops this process too keeps it from seeing that: what goes on again, and was not seen to stop, was stopped.
    """
    was_seen = False
    try:
        while True:
            seen = os.waitid(os.P_PID, pid, os.WSTOPPED | os.WCONTINUED | os.WEXITED | os.WNOWAIT)
            if seen is None or seen.si_code not in (os.CLD_STOPPED, os.CLD_CONTINUED):
                return
            is_stop = seen.si_code == os.CLD_STOPPED
            if is_stop or not was_seen:
                on_stop()
            was_seen = is_stop
            os.waitid(os.P_PID, pid, os.WSTOPPED | os.WCONTINUED | os.WNOHANG)  # take it, to wait for the next one
    except ChildProcessError:
        return


def _opened(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except (OSError, AttributeError):  # gone already, or not Linux
        return None
