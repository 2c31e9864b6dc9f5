"""Whether a process began or ended, from two numbers that the kernel keeps: a hundredth of listing them all."""

import os
from pathlib import Path

from recorder.capture.kernel_number import KernelNumber
from recorder.capture.linux_process import PROC, read_whole

# The first of all namespaces of process ids (PROC_PID_INIT_INO). In another one the two numbers count different things.
_FIRST_NAMESPACE = "pid:[4026531836]"


class ProcessCounts:
    """Tells a look at /proc that would find nothing from one that may.

    The last id that was given changes with every process and thread that begins; without that, their number changes
    with every one that ends.
    """

    def __init__(self, proc: Path = PROC) -> None:
        self._file: int | None = None
        self._number = KernelNumber()
        if counts_all(proc):
            self._file = os.open(proc / "loadavg", os.O_RDONLY)

    def may_have_changed(self) -> bool:
        """Whether a process may have begun or ended since this was asked last."""
        return self._number.may_have_moved(self._read())

    def close(self) -> None:
        """Let go; may be called twice."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _read(self) -> list[bytes]:
        """The number of processes and threads, and the last id; nothing if that is not known."""
        if self._file is None:
            return []
        try:
            fields = os.pread(self._file, 128, 0).split()  # "0.20 0.18 0.12 1/80 11206"
        except OSError:
            return []
        return [fields[3].partition(b"/")[2], fields[4]] if len(fields) == 5 else []


def last_id(proc: str) -> int | None:
    """The last id that was given to a process or a thread, if `counts_all`: they are given in their order."""
    try:
        return int(read_whole(f"{proc}/loadavg").split()[-1])
    except (OSError, ValueError, IndexError):
        return None


def counts_all(proc: Path) -> bool:
    """Whether the kernel's numbers are of the same processes as those that are listed there."""
    try:
        return str((proc / "self/ns/pid").readlink()) == _FIRST_NAMESPACE and (proc / "loadavg").is_file()
    except OSError:
        return False
