"""The self-test of the walls: the worker tries what it must not be able to do, and says what came of it."""

import mmap
import os
import socket
from collections.abc import Callable

from player.worker.walls import MEMORY_BYTES
from player.worker.wire import Tried

NO_SUCH_PROGRAM = "/nowhere/tachiai-no-such-program"


def try_walls() -> tuple[Tried, ...]:
    """Run at every wall, before anything recorded is read."""
    return tuple(_tried(wall, attempt) for wall, attempt in WALLS.items())


def _tried(wall: str, attempt: Callable[[], str]) -> Tried:
    try:
        return Tried(wall, False, attempt())
    except PermissionError as error:
        return Tried(wall, True, error.strerror or "refused")
    except MemoryError:
        return Tried(wall, wall == "memory", "out of memory")
    except OSError as error:  # it failed, but nobody refused it
        return Tried(wall, wall == "memory", error.strerror or "failed")


def _open_a_file() -> str:
    os.close(os.open("/", os.O_RDONLY))
    return "a folder could be opened"


def _look_at_a_file() -> str:
    os.stat("/")  # noqa: PTH116  the call itself is tried
    return "a folder could be looked at"


def _make_a_socket() -> str:
    for family in (socket.AF_INET, socket.AF_UNIX):
        socket.socket(family, socket.SOCK_STREAM).close()
    return "a socket could be made"


def _make_a_process() -> str:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return "a process could be made"


def _run_a_program() -> str:
    try:
        os.execv(NO_SUCH_PROGRAM, [NO_SUCH_PROGRAM])
    except FileNotFoundError:
        return "another program could have been run"


def _reach_a_process() -> str:
    os.kill(os.getppid() if os.getppid() > 1 else os.getpid(), 0)
    return "another process could be reached"


def _make_code() -> str:
    mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close()
    return "memory to run could be made"


def _take_memory() -> str:
    taken = bytes(MEMORY_BYTES + (64 << 20))
    return f"{len(taken) >> 20} MB could be taken"


WALLS: dict[str, Callable[[], str]] = {
    "files": _open_a_file,
    "names": _look_at_a_file,
    "network": _make_a_socket,
    "processes": _make_a_process,
    "programs": _run_a_program,
    "signals": _reach_a_process,
    "code": _make_code,
    "memory": _take_memory,
}
