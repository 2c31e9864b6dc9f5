"""A virtual display with a window manager, for a demonstration on a machine that has no display."""

import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

from recorder.errors import WorldError

STOP_LIMIT_S = 5.0
READY_LIMIT_S = 20.0
LOOK_AGAIN_S = 0.05
FOREIGN = ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS")

_never = threading.Event()


def wait_until(condition: Callable[[], bool], what: str, *, limit_s: float = READY_LIMIT_S) -> None:
    """Wait until the condition holds.

    Raises:
        WorldError: it does not within the limit.
    """
    ends_s = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > ends_s:
            msg = f"The demonstration waited {limit_s:g} s in vain for {what}."
            raise WorldError(msg)
        pause(LOOK_AGAIN_S)


def pause(seconds: float) -> None:
    """Do nothing for as long as a person would."""
    _never.wait(seconds)


class VirtualDisplay:
    """Xvfb and openbox, and the programs started in it; all of them are stopped at the end, newest first, by id."""

    def __init__(self, home: Path, *, width_px: int = 1440, height_px: int = 900) -> None:
        self._home = home
        self._size = f"{width_px}x{height_px}x24"
        self._processes: list[subprocess.Popen[bytes]] = []
        self.environment: Mapping[str, str] = {}

    def __enter__(self) -> "VirtualDisplay":
        self._home.mkdir(parents=True, exist_ok=True)
        try:
            self.environment = self._make_environment(self._start_server())
            self.start("openbox")
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def start(self, *command: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a program on the display; what it says goes to the demonstration's log."""
        with (self._home / "programs.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                env=dict(self.environment) | environment,
                cwd=self._home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._processes.append(process)
        return process

    def _start_server(self) -> str:
        read_end, write_end = os.pipe()
        options = ("-screen", "0", self._size, "-nolisten", "tcp", "-noreset", "-displayfd", str(write_end))
        with (self._home / "programs.log").open("ab") as log:
            server = subprocess.Popen(
                ("Xvfb", *options), pass_fds=(write_end,), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self._processes.append(server)
        os.close(write_end)
        with os.fdopen(read_end) as answer:
            number = answer.readline().strip()
        if not number:
            msg = f"The virtual display Xvfb did not start; what it said is in {self._home / 'programs.log'}."
            raise WorldError(msg)
        return f":{number}"

    def _make_environment(self, display: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        return kept | {"DISPLAY": display, "HOME": str(self._home), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}

    def _stop(self) -> None:
        while self._processes:
            stop(self._processes.pop())


def stop(process: subprocess.Popen[bytes] | subprocess.Popen[str], *, limit_s: float = STOP_LIMIT_S) -> None:
    """Ask the process to end; end it if it does not within the limit."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(limit_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
