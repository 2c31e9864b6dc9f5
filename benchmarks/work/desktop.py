"""The operator's programs on a display: started together, stopped by their process groups."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from benchmarks.work.hands import Hands
from benchmarks.work.pages import write_pages

_LOG = (
    'i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo "2026-11-03T08:14:$((i%60)) node-$((i*7%31)) sshd[$((4000+i*13))]:'
    ' session $((i*7919)) opened for operator$((i%9)) from 10.4.$((i%250)).$((i*3%250))"; sleep 0.08; done'
)


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of the operator's programs."""

    terminal: int
    browser: int
    editor: int


class Desktop:
    """openbox, xterm, chromium and mousepad on a display; use with `with`."""

    def __init__(self, display_name: str) -> None:
        self._display_name = display_name
        self._home = Path(tempfile.mkdtemp(prefix="tachiai-work-"))
        self._started: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "Desktop":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, hands: Hands) -> Windows:
        """Start everything and put the windows where the work expects them."""
        manual, _ = write_pages(self._home)
        (self._home / "scroll.sh").write_text(_LOG, encoding="utf-8")
        (self._home / "notes.txt").write_text("Change 4711\n\n", encoding="utf-8")
        self._run(["openbox"])
        font = ["-fa", "DejaVu Sans Mono", "-fs", "11"]
        self._run(["xterm", "-geometry", "110x40+60+60", *font, "-sl", "2000", "-e", "bash", "--norc"])
        self._run(["mousepad", "--disable-server", str(self._home / "notes.txt")])
        self._run(_browser(self._home, manual))
        windows = Windows(hands.window_of("xterm"), hands.window_of("chromium"), hands.window_of("mousepad"))
        hands.wait(3)
        hands.place(windows.browser, 560, 30, 1300, 960)
        hands.place(windows.editor, 200, 420, 900, 560)
        hands.activate(windows.terminal)
        hands.wait(1)
        return windows

    @property
    def table_address(self) -> str:
        """The page with the long table."""
        return (self._home / "servers.html").as_uri()

    def stop(self) -> None:
        """End what was started, and remove its files."""
        for process in reversed(self._started):
            _signal(process, signal.SIGTERM)
        for process in reversed(self._started):
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)
                process.wait()
            _signal(process, signal.SIGKILL)  # what the program itself left in its group
        self._started.clear()
        shutil.rmtree(self._home, ignore_errors=True)

    def _run(self, command: Sequence[str]) -> None:
        self._started.append(
            subprocess.Popen(
                command,
                env=self._environment(),
                cwd=self._home,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        ours = {
            "DISPLAY": self._display_name,
            "HOME": str(self._home),
            "PS1": "operator@db-01:~$ ",
            "GSETTINGS_BACKEND": "memory",
        }
        return {"LANG": "C.UTF-8"} | kept | ours | {"NO_AT_BRIDGE": "1", "TERM": "xterm-256color"}


def _browser(home: Path, address: str) -> list[str]:
    return [
        "chromium",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--password-store=basic",
        f"--user-data-dir={home / 'browser'}",
        "--window-position=560,30",
        "--window-size=1300,960",
        address,
    ]


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return
