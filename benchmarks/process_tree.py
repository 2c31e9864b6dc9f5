"""What a process and everything it started used: processor time, memory, from /proc."""

import os
import threading
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Self

SAMPLE_EVERY_S = 0.25
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Stat:
    """One process as /proc tells it; `reaped_cpu_s` is what its ended children had used."""

    pid: int
    parent: int
    cpu_s: float
    reaped_cpu_s: float
    resident_bytes: int


def read_stat(pid: int) -> Stat | None:
    """The process now; None if it has ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()  # the name before it may hold anything
    return Stat(
        pid=pid,
        parent=int(fields[1]),
        cpu_s=(int(fields[11]) + int(fields[12])) * _TICK_S,
        reaped_cpu_s=(int(fields[13]) + int(fields[14])) * _TICK_S,
        resident_bytes=int(fields[21]) * _PAGE_BYTES,
    )


def tree(root: int) -> list[Stat]:
    """The process and its descendants that live now."""
    every = [stat for path in Path("/proc").iterdir() if path.name.isdigit() and (stat := read_stat(int(path.name)))]
    kept: list[Stat] = []
    wanted = {root}
    grows = True
    while grows:
        found = [stat for stat in every if stat.pid in wanted or stat.parent in wanted]
        grows = len(found) > len(kept)
        kept, wanted = found, {stat.pid for stat in found} | {root}
    return kept


def cpu_s(root: int) -> float:
    """Processor time that the tree has used so far, ended and collected children included."""
    return sum(stat.cpu_s + stat.reaped_cpu_s for stat in tree(root))


class Watch(ABC):
    """Looks at something from a thread of its own while it is entered, until `_stop` is set."""

    def __init__(self, name: str) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @abstractmethod
    def _run(self) -> None:
        """Look again and again."""


class TreeWatch(Watch):
    """The most memory that the tree held at once, and its processor time as it was after so long.

    Sampled while this is entered. `begun_cpu_s` is None if the tree ended before `begun_after_s`.
    """

    def __init__(self, root: int, *, begun_after_s: float) -> None:
        super().__init__("tree-watch")
        self._root = root
        self._begun_after_s = begun_after_s
        self.peak_bytes = 0
        self.begun_cpu_s: float | None = None

    def _run(self) -> None:
        began_s = time.monotonic()
        while not self._stop.wait(SAMPLE_EVERY_S):
            stats = tree(self._root)
            self.peak_bytes = max(self.peak_bytes, sum(stat.resident_bytes for stat in stats))
            if self.begun_cpu_s is None and stats and time.monotonic() >= began_s + self._begun_after_s:
                self.begun_cpu_s = sum(stat.cpu_s + stat.reaped_cpu_s for stat in stats)
