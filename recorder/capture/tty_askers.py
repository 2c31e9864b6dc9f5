"""Programs that ask for a passphrase on a terminal that another program started them for, as pinentry does."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from recorder.capture.linux_process import PROC

# A process that is older than this will not become another program unnoticed: its name was read after it could.
SETTLED_S = 2.0
AGAIN_S = 0.1
# By the kernel's names. Only such as end once they are answered: su and sudo hold their terminal for hours.
_ASKERS = ("pinentry", "systemd-ask-pas", "systemd-tty-ask")
_Kept = tuple[tuple[int, int], float, str | None]


class TtyAskers:
    """For one thread at a time. A look costs some 0.2 ms, and is taken ten times a second at most."""

    def __init__(
        self, proc: Path = PROC, devices: Path = Path("/dev/pts"), *, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._proc = proc
        self._devices = devices
        self._now_s = now_s
        self._others: dict[int, float] = {}  # processes of other names, and when they were seen first
        self._kept: dict[int, _Kept] = {}

    def at(self, number: int, state: tuple[int, int], is_in_front: Callable[[int], bool]) -> str | None:
        """The one that has this terminal open; None: there is none, or it may not be seen.

        It is looked for at once when `state` (the terminal's modes, and who is in its foreground) is another. gpg-agent
        starts its own without a terminal of theirs; of one that has it for its own it is asked whether it is in front.
        """
        now_s = self._now_s()
        kept = self._kept.get(number)
        if kept is None or kept[0] != state or now_s - kept[1] >= AGAIN_S:
            if kept is not None and kept[0] != state:
                self._others.clear()
            name = next((name for pid, name in self._askers(now_s) if self._has(pid, number) or is_in_front(pid)), None)
            kept = self._kept[number] = (state, now_s, name)
        return kept[2]

    def _askers(self, now_s: float) -> list[tuple[int, str]]:
        found: list[tuple[int, str]] = []
        others: dict[int, float] = {}
        for entry in os.listdir(self._proc):  # noqa: PTH208 - a tenth of the time
            if not entry.isdigit():
                continue
            pid = int(entry)
            since_s = self._others.get(pid, now_s)
            name = self._name(entry) if now_s - since_s < SETTLED_S else ""
            if name.startswith(_ASKERS):
                found.append((pid, name))
            else:
                others[pid] = since_s
        self._others = others
        return found

    def _name(self, entry: str) -> str:
        try:
            return (self._proc / entry / "comm").read_text(encoding="utf-8", errors="replace").rstrip("\n")
        except OSError:
            return ""

    def _has(self, pid: int, number: int) -> bool:
        wanted = str(self._devices / str(number))
        folder = self._proc / str(pid) / "fd"
        try:
            return any(os.readlink(folder / entry) == wanted for entry in os.listdir(folder))  # noqa: PTH115, PTH208
        except OSError:  # gone, or another user's: nothing is said of it
            return False
