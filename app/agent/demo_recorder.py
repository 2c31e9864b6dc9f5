"""The recorder and the player as the demonstration runs them: as programs, with a library and keys of their own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from app.agent.demo_display import wait_until
from recorder.errors import CannotRecordError, StorageError, WorldError

CLOSE_LIMIT_S = 30.0
PLAYER_LIMIT_S = 300.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where the demonstration keeps everything: `folder` holds the library, the keys and what is made from them."""

    folder: Path

    @property
    def library(self) -> Path:
        """Where the recordings lie."""
        return self.folder / "recordings"

    @property
    def home(self) -> Path:
        """Where the keys and the index lie."""
        return self.folder / "tachiai"

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """The environment for a program that is to use this library and these keys."""
        mine = {"TACHIAI_LIBRARY": str(self.library), "TACHIAI_HOME": str(self.home)}
        return {name: value for name, value in base.items() if name != "TACHIAI_KEY"} | mine


@dataclass(frozen=True, slots=True)
class Cost:
    """What a recording cost, as the system counted it for the recorder's whole process."""

    duration_s: float
    cpu_s: float
    peak_memory_bytes: int
    size_bytes: int
    changes: int

    @property
    def cpu_percent(self) -> float:
        """Of one core."""
        return 100 * self.cpu_s / self.duration_s

    @property
    def mb_per_hour(self) -> float:
        """If an hour were like this."""
        return self.size_bytes / 1e6 * 3600 / self.duration_s


class RecorderProgram:
    """`tachiai-agent record --json`, running."""

    def __init__(self, place: Place, environment: Mapping[str, str], *arguments: str) -> None:
        place.folder.mkdir(parents=True, exist_ok=True)
        self._said = b""
        self._objects: list[dict[str, Any]] = []
        self._usage: Any = None
        self._errors: BinaryIO = (place.folder / "recorder.log").open("w+b")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "app.agent", "record", "--json", *arguments],
            env=place.environment(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        assert self._process.stdout is not None
        self.output = self._process.stdout
        os.set_blocking(self.output.fileno(), False)

    @property
    def latest(self) -> Mapping[str, Any]:
        """The newest object it said."""
        return self._objects[-1] if self._objects else {}

    @property
    def folder(self) -> Path:
        """The recording's folder."""
        return Path(str(self._objects[0]["path"]))

    def read(self) -> bool:
        """Take in what it has said; False once it will say nothing more."""
        try:
            piece = os.read(self.output.fileno(), 1 << 16)
        except BlockingIOError:
            return True
        *lines, self._said = (self._said + piece).split(b"\n")
        self._objects += [json.loads(line) for line in lines if line.strip()]
        return bool(piece)

    def wait_until_recording(self) -> None:
        """Wait for its first picture.

        Raises:
            WorldError: it ended instead; the sentence is its own.
        """
        wait_until(self._records_or_ended, "the recorder to record")
        if self.latest.get("state") != "recording":
            raise self._failure(self._collect())

    def finish(self) -> Cost:
        """Ask it to close the recording; what it cost.

        Raises:
            WorldError: it did not close the recording; the sentence is its own.
        """
        if self._usage is None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        wait_until(lambda: not self.read(), "the recorder to close the recording", limit_s=CLOSE_LIMIT_S)
        status = self._collect()
        if status != 0:
            raise self._failure(status)
        return Cost(
            duration_s=float(self.latest["at_s"]),
            cpu_s=self._usage.ru_utime + self._usage.ru_stime,
            peak_memory_bytes=self._usage.ru_maxrss * 1024,
            size_bytes=sum(path.stat().st_size for path in self.folder.iterdir()),
            changes=int(self.latest["changes"]),
        )

    def kill(self) -> None:
        """End it at once, if it still runs."""
        if self._process.returncode is None and self._usage is None:
            self._process.kill()
            self._collect()

    def _failure(self, status: int) -> WorldError:
        """What it said on standard error, last, as an error of the same exit status."""
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        said = lines[-1].removeprefix("tachiai-agent: ") if lines else f"The recorder ended with status {status}."
        return CannotRecordError(said) if status == CannotRecordError.exit_status else StorageError(said)

    def _records_or_ended(self) -> bool:
        return not self.read() or self.latest.get("state") == "recording"

    def _collect(self) -> int:
        _, status, self._usage = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self.output.close()
        return self._process.returncode


def run_player(place: Place, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the player to its end."""
    return subprocess.run(
        [sys.executable, "-m", "player", *arguments],
        env=place.environment(os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PLAYER_LIMIT_S,
        check=False,
    )


def ask_player(place: Place, *arguments: str) -> str:
    """What a command of the player printed.

    Raises:
        WorldError: it failed; the sentence is its own.
    """
    done = run_player(place, *arguments)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        raise WorldError(lines[-1] if lines else f"tachiai-player {arguments[0]} ended with {done.returncode}.")
    return done.stdout
