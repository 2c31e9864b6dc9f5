"""The walls around a picture worker: what it may not do any more once they are raised. Linux; none elsewhere."""

import ctypes
import errno
import os
import platform
import sys
from collections.abc import Iterable
from typing import BinaryIO

from player.worker.syscalls import MACHINES, Machine, filter_for

MEMORY_BYTES = 768 << 20  # beyond what the program itself takes; four screens of 8K and what is kept decoded
CPU_S = 3600  # of a whole life: what a worker that lost its player can still burn

_PR_SET_NO_NEW_PRIVS = 38
_PR_GET_SECCOMP = 21
_SECCOMP_SET_MODE_FILTER = 1
_FILTER_FLAG_TSYNC = 1  # for every thread there is
_LANDLOCK_CREATE_RULESET = 444
_LANDLOCK_RESTRICT_SELF = 446
_LANDLOCK_VERSION = 1
# What each version of Landlock can refuse: of files, of TCP, and the reach to sockets and processes outside.
_FILE_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_NET_RIGHTS = 0b11
_SCOPES = 0b11


class _SockFprog(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("program", ctypes.c_void_p))


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


def platform_without_walls() -> str:
    """Why there can be no walls here; "" where there can."""
    if not sys.platform.startswith("linux"):
        return "this system has no seccomp"
    if platform.machine() not in MACHINES or sys.byteorder != "little" or sys.maxsize < 1 << 32:
        return f"the walls are not written for {platform.machine()} processors"
    if _libc().prctl(_PR_GET_SECCOMP, 0, 0, 0, 0) < 0 and ctypes.get_errno() == errno.EINVAL:
        return "this kernel has no seccomp"
    return ""


def close_all_but(kept: Iterable[int]) -> None:
    """Close every file this process was given besides these."""
    low = 0
    for number in sorted(kept):
        if low < number:  # an empty range would be all of them
            os.closerange(low, number)
        low = number + 1
    os.closerange(low, 1 << 16)


def limit_resources(status: BinaryIO, memory_bytes: int = MEMORY_BYTES) -> None:
    """No more memory than this, no longer files, no new ones, no core, and an end of the processor time.

    `status` is this process's /proc/self/status, opened before Landlock refuses it.
    """
    import resource

    now = _memory_now(status)
    for kind, most in (
        (resource.RLIMIT_AS, now["VmSize"] + 2 * memory_bytes),  # reserved counts here, too: stacks, arenas of threads
        (resource.RLIMIT_DATA, now["VmData"] + memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def restrict_by_landlock() -> int:
    """Refuse files, TCP and what lies outside to this thread and those it starts; the version, 0 without Landlock."""
    libc = _libc()
    version = int(libc.syscall(_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), _LANDLOCK_VERSION))
    if version < 1:
        return 0
    _no_new_privileges(libc)
    rules = _Ruleset(
        _FILE_RIGHTS[min(version, max(_FILE_RIGHTS))],
        _NET_RIGHTS if version >= 4 else 0,
        _SCOPES if version >= 6 else 0,
    )
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = int(libc.syscall(_LANDLOCK_CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(size), 0))
    if ruleset < 0:
        return 0
    try:
        return version if libc.syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0) == 0 else 0
    finally:
        os.close(ruleset)


def restrict_system_calls() -> bool:
    """Refuse every system call that decoding does not need, to every thread; False if the kernel would not."""
    machine = MACHINES[platform.machine()]
    libc = _libc()
    _no_new_privileges(libc)
    return _set_filter(libc, machine, filter_for(machine))


def _set_filter(libc: ctypes.CDLL, machine: Machine, program: bytes) -> bool:
    code = ctypes.create_string_buffer(program, len(program))
    whole = _SockFprog(len(program) // 8, ctypes.cast(code, ctypes.c_void_p))
    done = libc.syscall(machine.seccomp, _SECCOMP_SET_MODE_FILTER, _FILTER_FLAG_TSYNC, ctypes.byref(whole))
    return int(done) == 0


def _no_new_privileges(libc: ctypes.CDLL) -> None:
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _memory_now(status: BinaryIO) -> dict[str, int]:
    """What this process takes, by the kernel's names, in bytes."""
    found = {}
    for line in status.read().decode("ascii", errors="replace").splitlines():
        name, _, value = line.partition(":")
        if value.endswith(" kB"):
            found[name] = int(value[:-3]) << 10
    return found


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
