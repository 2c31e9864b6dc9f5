"""The other process: by its own handle if we started it, else by its number, held so that it cannot mean another."""

import contextlib
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

PROC = Path("/proc")


def agent_command() -> list[str]:
    """How this program is started: the frozen one by itself, else by this Python."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "app.agent"]


class Peer:
    """A process that is watched. `pid` 0: none is known."""

    def __init__(self, process: subprocess.Popen[bytes] | None = None, *, pid: int = 0) -> None:
        self._process = process
        self.pid = process.pid if process is not None else pid
        self._handle = _opened(self.pid) if process is None and pid else None

    def state(self) -> str:
        """What it does, as the kernel says: "R", "S", "D", "T" (stopped), "Z"; "" if it is gone or cannot be known."""
        try:
            stat = (PROC / str(self.pid) / "stat").read_text("ascii", "replace")
        except OSError:
            return ""
        return stat.rpartition(")")[2].split()[0]

    def kill(self) -> None:
        """End it, whatever it does."""
        with contextlib.suppress(OSError):  # it is gone
            if self._process is not None:
                self._process.kill()
            elif self._handle is not None:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def wait(self, timeout_s: float) -> bool:
        """Wait until it is gone; False if it is not within the limit."""
        if self._process is not None:
            try:
                self._process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                return False
            return True
        if self._handle is None:
            return True
        return bool(select.select([self._handle], [], [], timeout_s)[0])

    def how_it_ended(self) -> str:
        """How, in words; "" if that is not known."""
        status = self._process.returncode if self._process is not None else None
        if status is None:
            return ""
        if status >= 0:
            return f"it ended by itself with status {status}"
        try:
            return f"killed by {signal.Signals(-status).name}"
        except ValueError:
            return f"killed by signal {-status}"

    def forget(self) -> None:
        """Let go of the handle."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _opened(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except (OSError, AttributeError):  # gone already, or not Linux
        return None
