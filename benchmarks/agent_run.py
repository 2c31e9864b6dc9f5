"""The whole agent as the benchmark runs it: both processes on a display of its own, and what each takes, from /proc."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.agent.supervision.place import AgentState, Place
from benchmarks import process_tree
from benchmarks.process_tree import Watch
from tests.xserver import XServer, wait_until

START_LIMIT_S = 60.0
END_LIMIT_S = 60.0
SAMPLE_EVERY_S = 5.0
KB = 1024
# Everything on that a policy can turn on here: all built-in rules, masks that look at every window, one of them over a
# corner in which pixels change. Nobody is there to press a button, so nothing may ask for one.
POLICY = """\
version = 1
organisation = "Benchmark"

[notice]
shown = false

[rules]
at_most = "notify"

[[masks]]
name = "Password manager"
applications = ["keepass*"]

[[masks]]
name = "Private windows"
titles = ["(?i)private browsing"]

[[masks]]
name = "Corner"
area = [1760, 40, 160, 120]
"""


@dataclass(frozen=True, slots=True)
class Memory:
    """What a process holds: `resident` counts what it shares with others in full, `proportional` its share of that.

    `own` is what no other process can hold as well, so it alone does not depend on what else runs. `proportional` is
    None where the system does not let us ask.
    """

    resident_bytes: int
    most_resident_bytes: int
    own_bytes: int
    proportional_bytes: int | None


@dataclass(frozen=True, slots=True)
class Sample:
    """One process at one moment."""

    memory: Memory
    open_files: int
    threads: int


def read_sample(pid: int) -> Sample | None:
    """The process now; None if it has ended."""
    folder = Path(f"/proc/{pid}")
    try:
        status = _kilobytes((folder / "status").read_text(encoding="utf-8", errors="replace"))
        files = len(list((folder / "fd").iterdir()))
        threads = len(list((folder / "task").iterdir()))
    except OSError:
        return None
    if "VmRSS" not in status:  # it has just ended, and nobody has collected it
        return None
    try:
        rollup = _kilobytes((folder / "smaps_rollup").read_text(encoding="utf-8"))
    except OSError:
        rollup = {}
    memory = Memory(status["VmRSS"], status["VmHWM"], status["RssAnon"], rollup.get("Pss"))
    return Sample(memory, files, threads)


def _kilobytes(text: str) -> dict[str, int]:
    """The lines `Name:   123 kB`, in bytes."""
    found = {}
    for line in text.splitlines():
        name, _, rest = line.partition(":")
        words = rest.split()
        if len(words) == 2 and words[1] == "kB":
            found[name] = int(words[0]) * KB
    return found


class WholeAgent:
    """`tachiai-agent run` with its recorder, recording this display."""

    def __init__(self, server: XServer, folder: Path, *, fps: float, options: Sequence[str] = ()) -> None:
        self._folder = folder
        policy, runtime = folder / "policy.toml", folder / "runtime"
        policy.write_text(POLICY, encoding="utf-8")
        runtime.mkdir(mode=0o700)
        environment = server.environment | {
            "TACHIAI_HOME": str(folder / "home"),
            "XDG_RUNTIME_DIR": str(runtime),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        }
        asked = (f"--library={folder / 'library'}", f"--fps={fps}", f"--policy={policy}", *options)
        self._place = Place.of(environment)
        self.process = subprocess.Popen(
            (sys.executable, "-m", "app.agent", "run", *asked),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    @property
    def state(self) -> AgentState | None:
        """What it writes down of itself."""
        return self._place.read()

    @property
    def pids(self) -> dict[str, int]:
        """Its two processes; only those that are there."""
        state = self.state
        found = {"resident": self.process.pid, "recorder": state.recorder_pid if state is not None else 0}
        return {name: pid for name, pid in found.items() if pid}

    def wait_recording(self, *, other_than: int = 0, limit_s: float = START_LIMIT_S) -> AgentState:
        """Until it records, by another process than this."""
        state = wait_until(lambda: self._recording(other_than), what="the agent to record", limit_s=limit_s)
        assert state is not None
        return state

    def _recording(self, other_than: int) -> AgentState | None:
        state = self.state
        records = state is not None and state.state == "recording" and state.recorder_pid not in (0, other_than)
        return state if records else None

    def cpu_s(self) -> float:
        """Processor time of both so far, what ended in between included."""
        return process_tree.cpu_s(self.process.pid)

    def cpu_of_each_s(self) -> dict[str, float]:
        """Processor time of each of the two."""
        stats = {name: process_tree.read_stat(pid) for name, pid in self.pids.items()}
        return {name: stat.cpu_s for name, stat in stats.items() if stat is not None}

    def samples(self) -> dict[str, Sample]:
        """Both now."""
        found = {name: read_sample(pid) for name, pid in self.pids.items()}
        return {name: sample for name, sample in found.items() if sample is not None}

    def recorded_bytes(self) -> int:
        """What lies in the library."""
        return sum(path.stat().st_size for path in (self._folder / "library").rglob("*") if path.is_file())

    def stop(self) -> float:
        """End the session; the processor time of both from the start to the end."""
        self.process.terminate()
        timer = threading.Timer(END_LIMIT_S, self.process.kill)
        timer.start()
        _, status, usage = os.wait4(self.process.pid, 0)
        timer.cancel()
        self.process.returncode = os.waitstatus_to_exitcode(status)
        if self.process.returncode != 0:
            message = f"the agent ended with {self.process.returncode}"
            raise RuntimeError(message)
        return usage.ru_utime + usage.ru_stime

    def make_sure_it_is_gone(self) -> None:
        """Leave nothing running, whatever went wrong before."""
        if self.process.returncode is not None:
            return
        pids = [self.process.pid, *self.pids.values()]
        for pid in dict.fromkeys(pids):  # the resident first, so that it starts no other
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()


@contextlib.contextmanager
def whole_agent(server: XServer, *, fps: float, options: Sequence[str] = ()) -> Iterator[WholeAgent]:
    """An agent that records, with folders of its own; gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="tachiai-bench-"))
    try:
        agent = WholeAgent(server, folder, fps=fps, options=options)
        try:
            agent.wait_recording()
            yield agent
        finally:
            agent.make_sure_it_is_gone()
    finally:
        shutil.rmtree(folder)


class MemoryWatch(Watch):
    """Looks at both processes again and again while it is entered; `kept` has what it saw, with when."""

    def __init__(self, agent: WholeAgent, *, every_s: float = SAMPLE_EVERY_S) -> None:
        super().__init__("memory-watch")
        self._agent, self._every_s = agent, every_s
        self.kept: list[tuple[float, dict[str, Sample]]] = []

    def _run(self) -> None:
        began_s = time.monotonic()
        while not self._stop.is_set():
            self.kept.append((time.monotonic() - began_s, self._agent.samples()))
            self._stop.wait(self._every_s)
