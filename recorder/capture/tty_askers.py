"""Programs that ask for a passphrase on a terminal that another program started them for, as pinentry does."""

import math
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from recorder.capture.linux_counts import counts_all, last_id
from recorder.capture.linux_process import PROC, read_whole

# A process that is older than this will not become another program unnoticed: its name was read after it could.
SETTLED_S = 2.0
AGAIN_S = 0.1
LIST_AGAIN_S = 1.0
MOST_CAME = 256
# By the kernel's names. Only such as end once they are answered: su and sudo hold their terminal for hours.
_ASKERS = ("pinentry", "systemd-ask-pas", "systemd-tty-ask")
_OF_THE_KERNEL = 0x00200000  # PF_KTHREAD in the flags that `stat` gives: never becomes another program
_Kept = tuple[tuple[int, int], float, str | None]


class TtyAskers:
    """For one thread at a time. A look costs some 0.1 ms, and is taken ten times a second at most.

    Ids are given in their order, and the kernel says the last: so most looks read the names only of those that came
    since the one before, and of the young. All are listed once a second, in case that an id was given out of order.
    """

    def __init__(
        self, proc: Path = PROC, devices: Path = Path("/dev/pts"), *, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._proc = str(proc)
        self._devices = str(devices)
        self._now_s = now_s
        self._are_ids_told = counts_all(proc)
        self._last_id: int | None = None
        self._listed_s = -math.inf
        self._others: dict[int, float] = {}  # processes of other names, and when they were seen first
        self._unsettled: set[int] = set()  # the young ones of them, and the askers
        self._of_kernel: set[int] = set()  # half of all, on a desktop
        self._kept: dict[int, _Kept] = {}

    def at(self, number: int, state: tuple[int, int], is_in_front: Callable[[int], bool]) -> str | None:
        """The one that has this terminal open; None: there is none, or it may not be seen.

        It is looked for at once when `state` (the terminal's modes, and who is in its foreground) is another. gpg-agent
        starts its own without a terminal of theirs; of one that has it for its own it is asked whether it is in front.
        """
        now_s = self._now_s()
        kept = self._kept.get(number)
        is_same = kept is not None and kept[0] == state
        if kept is not None and is_same and now_s - kept[1] < AGAIN_S:
            return kept[2]
        # Who asks has set the terminal's modes, or come to its foreground, after it became who it is: so then even the
        # names of processes that have been there for long are read, once.
        found = self._askers(now_s, every_name=not is_same)
        name = next((name for pid, name in found if self._has(pid, number) or is_in_front(pid)), None)
        self._kept[number] = (state, now_s, name)
        return name

    def _askers(self, now_s: float, *, every_name: bool) -> list[tuple[int, str]]:
        came = self._came()
        if every_name or came is None or len(came) > MOST_CAME or now_s - self._listed_s >= LIST_AGAIN_S:
            self._listed_s = now_s
            pids = {int(entry) for entry in os.listdir(self._proc) if entry.isdigit()}  # noqa: PTH208 - a tenth of it
            self._others = {pid: since_s for pid, since_s in self._others.items() if pid in pids}
            self._of_kernel &= pids
            to_read = pids if every_name else (pids - self._others.keys()) | (pids & self._unsettled)
            to_read -= self._of_kernel
        else:
            to_read = self._unsettled.union(came)
        return self._read(to_read, now_s)

    def _came(self) -> range | None:
        """The ids that were given since the look before, now known to be of new processes; None: that is not known."""
        if not self._are_ids_told:
            return None
        before, self._last_id = self._last_id, last_id(self._proc)
        if before is None or self._last_id is None or self._last_id < before:
            self._others.clear()
            self._of_kernel.clear()
            return None
        came = range(before + 1, self._last_id + 1)
        if came:
            self._others = {pid: since_s for pid, since_s in self._others.items() if pid not in came}
            self._of_kernel.difference_update(came)
        return came

    def _read(self, pids: Iterable[int], now_s: float) -> list[tuple[int, str]]:
        """Which of these are askers. The names of those that came lately are to be read again at the next look."""
        found: list[tuple[int, str]] = []
        unsettled: set[int] = set()
        for pid in pids:
            if pid not in self._others and self._is_of_kernel(pid):
                self._of_kernel.add(pid)
            name = self._name(pid)
            if name.startswith(_ASKERS):
                found.append((pid, name))
                unsettled.add(pid)
                self._others.pop(pid, None)
            elif name and now_s - self._others.setdefault(pid, now_s) < SETTLED_S:
                unsettled.add(pid)
        self._unsettled = unsettled
        return found

    def _is_of_kernel(self, pid: int) -> bool:
        try:
            stat = read_whole(f"{self._proc}/{pid}/stat")
        except OSError:
            return False
        return bool(int(stat[stat.rindex(b")") + 2 :].split(None, 7)[6]) & _OF_THE_KERNEL)

    def _name(self, pid: int) -> str:
        try:
            return read_whole(f"{self._proc}/{pid}/comm").decode("utf-8", errors="replace").rstrip("\n")
        except OSError:
            return ""

    def _has(self, pid: int, number: int) -> bool:
        wanted = f"{self._devices}/{number}"
        folder = f"{self._proc}/{pid}/fd"
        try:
            return any(os.readlink(f"{folder}/{entry}") == wanted for entry in os.listdir(folder))  # noqa: PTH115, PTH208
        except OSError:  # gone, or another user's: nothing is said of it
            return False
