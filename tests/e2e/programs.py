"""The programs as their users start them: as processes, through their command lines."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LIMIT_S = 60.0


@dataclass(frozen=True)
class Site:
    """Where one test's programs keep things, and the display they see."""

    home: Path
    library: Path
    environment: dict[str, str]
    recordings: "list[RunningRecording]" = field(default_factory=list)

    def with_environment(self, **changes: str | None) -> "Site":
        environment = self.environment | {name: value for name, value in changes.items() if value is not None}
        for name in (name for name, value in changes.items() if value is None):
            environment.pop(name, None)
        return Site(self.home, self.library, environment, self.recordings)

    def close(self) -> None:
        """End what a failed test left running."""
        for recording in self.recordings:
            recording.end()

    def agent(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        return self._run("app.agent", *arguments, **options)

    def player(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        return self._run("player", *arguments, **options)

    def player_rows(self, *arguments: str) -> list[dict[str, Any]]:
        done = self.player(*arguments, "--json")
        assert done.returncode in (0, 1), done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def start_recording(self, *arguments: str) -> "RunningRecording":
        return RunningRecording(self, arguments)

    def _run(self, module: str, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env=self.environment,
            text=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=LIMIT_S,
            check=False,
            **options,
        )


def make_site(folder: Path, *, display: str | None) -> Site:
    """A person's home and library in a folder of the test's."""
    home, library = folder / "home", folder / "library"
    home.mkdir(parents=True)
    left_out = (
        *("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE", "TACHIAI_KEY", "XAUTHORITY"),
        *("XDG_SESSION_ID", "XDG_CURRENT_DESKTOP"),  # a test ends no session of ours
    )
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    environment |= {
        "HOME": str(home),
        "TACHIAI_HOME": str(home / "tachiai"),
        "TACHIAI_LIBRARY": str(library),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PYTHONDEVMODE": "0",
    }
    if display is not None:
        environment["DISPLAY"] = display
    return Site(home, library, environment)


class RunningRecording:
    """`tachiai-agent record` running; waits until it records."""

    def __init__(self, site: Site, arguments: tuple[str, ...]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app.agent", "record", "--json", *arguments],
            env=site.environment,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        site.recordings.append(self)
        self.objects: list[dict[str, Any]] = []
        self.errors = ""
        self._read_until(lambda said: said.get("state") == "started")
        self._started_s = time.monotonic()
        self._read_until(lambda said: said.get("state") == "recording" and said["changes"] > 0)

    @property
    def folder(self) -> Path:
        return Path(self.objects[0]["path"])

    def _read_until(self, condition: Any) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.objects.append(json.loads(line))
            if condition(self.objects[-1]):
                return
        assert self.process.stderr is not None
        raise AssertionError(f"the recorder ended: {self.process.stderr.read()}")

    def wait_seconds_recorded(self, seconds: float) -> None:
        """Until the recorder says that it has recorded so long from now on."""
        wanted_s = time.monotonic() - self._started_s + seconds
        self._read_until(lambda said: said.get("at_s", 0.0) >= wanted_s)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.wait()

    def end(self) -> None:
        """Make sure that it runs no more."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def wait(self) -> int:
        out, self.errors = self.process.communicate(timeout=LIMIT_S)
        self.objects += [json.loads(line) for line in out.splitlines()]
        return self.process.returncode


def seconds_since(started_at: str) -> float:
    """Seconds from a UTC time as `list` prints it until now."""
    import datetime

    return time.time() - datetime.datetime.fromisoformat(started_at).timestamp()
