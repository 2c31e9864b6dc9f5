"""What /proc says about one process."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_TRACER = re.compile(rb"^TracerPid:\s+(\d+)$", re.MULTILINE)
_MOST_STATUS_BYTES = 4096
_PART_BYTES = 1 << 14


@dataclass(frozen=True, slots=True)
class ProcessFacts:
    """A process: `started_ticks` tells it from a later one with the same id."""

    pid: int
    parent_pid: int
    name: str
    started_ticks: int
    audit_session: str | None


def executable_of(pid: int, proc: Path = PROC) -> str | None:
    """The program's path; None if it may not be seen or the process is gone."""
    try:
        return os.readlink(f"{proc}/{pid}/exe").removesuffix(" (deleted)")  # noqa: PTH115 - a third of the time
    except OSError:
        return None


def arguments_of(pid: int, proc: Path = PROC) -> tuple[str, ...] | None:
    """The command line; None if it may not be seen."""
    raw = _bytes_of(pid, "cmdline", proc)
    if raw is None:
        return None
    return tuple(part.decode("utf-8", errors="replace") for part in raw.rstrip(b"\0").split(b"\0")) if raw else ()


def environment_value(pid: int, name: str, proc: Path = PROC) -> str | None:
    """A variable of the environment the process was started with; None if it has none or may not be seen."""
    raw = _bytes_of(pid, "environ", proc)
    if raw is None:
        return None
    start = f"{name}=".encode()
    values = (part[len(start) :] for part in raw.split(b"\0") if part.startswith(start))
    return next((value.decode("utf-8", errors="replace") for value in values), None)


def has_loaded(pid: int, names: re.Pattern[bytes], proc: Path = PROC) -> bool | None:
    """Whether the process uses a library with such a path; None if that may not be seen."""
    raw = _bytes_of(pid, "maps", proc)
    return None if raw is None else names.search(raw) is not None


def facts_of(pid: int, proc: Path = PROC) -> ProcessFacts | None:
    """The process; None if it is gone or a thread of the kernel."""
    raw = _bytes_of(pid, "stat", proc)
    if not raw:
        return None
    name_starts, name_ends = raw.index(b"("), raw.rindex(b")")
    fields = raw[name_ends + 2 :].split()
    session = _bytes_of(pid, "sessionid", proc)
    audit_session = session.decode("ascii", "replace").strip() if session else None
    return ProcessFacts(
        pid=pid,
        parent_pid=int(fields[1]),
        name=raw[name_starts + 1 : name_ends].decode("utf-8", errors="replace"),
        started_ticks=int(fields[19]),
        audit_session=None if audit_session in (None, "4294967295") else audit_session,
    )


def is_running(pid: int, proc: Path = PROC) -> bool:
    """Whether there is such a process, and it is not one that has ended and of which only its parent has not heard."""
    return state_of(pid, proc) not in ("", "Z", "X")


def state_of(pid: int, proc: Path = PROC) -> str:
    """What it does, as the kernel says: "R", "S", "D", "T" (stopped), "Z"; "" if it is gone or cannot be known."""
    raw = _bytes_of(pid, "stat", proc)
    return "" if raw is None else raw.rpartition(b")")[2].lstrip()[:1].decode("ascii", "replace")


def has_ended(pid: int, proc: Path = PROC) -> bool:
    """Whether nothing of it runs any more, though a debugger keeps its parent from taking its end."""
    try:
        threads = [int(thread.name) for thread in (proc / str(pid) / "task").iterdir()]
    except OSError:  # it is gone altogether, or this cannot be known
        return False
    return bool(threads) and all(state_of(thread, proc / str(pid) / "task") in ("Z", "X") for thread in threads)


def tracer_of(pid: int, proc: Path = PROC) -> int:
    """The process that debugs it; 0 if none does, or it cannot be known."""
    try:
        status = os.open(f"{proc}/{pid}/status", os.O_RDONLY)  # often asked, so without a `Path`
        try:
            found = _TRACER.search(os.read(status, _MOST_STATUS_BYTES))
        finally:
            os.close(status)
    except OSError:
        return 0
    return int(found[1]) if found else 0


def age_s(facts: ProcessFacts, proc: Path = PROC) -> float:
    """For how long the process has been running."""
    up_s = float((proc / "uptime").read_text(encoding="ascii").split()[0])
    return up_s - facts.started_ticks / os.sysconf("SC_CLK_TCK")


def owner_uid(pid: int, proc: Path = PROC) -> int | None:
    """Whose process it is; None if it is gone."""
    try:
        return os.stat(f"{proc}/{pid}").st_uid  # noqa: PTH116 - a third of the time
    except OSError:
        return None


def read_whole(path: str) -> bytes:
    """A file of /proc, in half the time that a `Path` takes. Raises OSError."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        parts = [os.read(file, _PART_BYTES)]
        while parts[-1]:
            parts.append(os.read(file, _PART_BYTES))
    finally:
        os.close(file)
    return b"".join(parts)


def _bytes_of(pid: int, name: str, proc: Path) -> bytes | None:
    try:
        return read_whole(f"{proc}/{pid}/{name}")
    except OSError:  # gone, or not ours to read
        return None
