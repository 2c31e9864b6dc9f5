"""How this process keeps the memory it will need again."""

import ctypes
import sys
from collections.abc import Callable

import numpy as np

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # malloc.h of glibc
_KEPT_BYTES = 16 << 20
_LARGEST_KEPT_BYTES = 9 << 20  # a picture of 1080p


def keep_freed_memory() -> None:
    """Let glibc give freed pictures out again instead of returning them to the kernel.

    A recorder takes and frees a few megabytes for every change of the screen; having the kernel clear them anew each
    time was a fifth of all its CPU. All threads share one heap: what one has freed, another can take. Other systems
    keep such memory by themselves, or offer no such choice.
    """
    mallopt = _glibc("mallopt")
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)
        mallopt(_M_MMAP_THRESHOLD, _LARGEST_KEPT_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)


def take_memory_ahead(size_bytes: int) -> None:
    """Have so much memory from the kernel and keep it for what comes, in one heap that all threads share.

    The kernel clears each page when it is first touched: 25 ms of the first picture of a recording that is opened.
    """
    mallopt = _glibc("mallopt")
    if mallopt is None:
        return
    mallopt(_M_ARENA_MAX, 1)
    mallopt(_M_MMAP_THRESHOLD, size_bytes)
    mallopt(_M_TRIM_THRESHOLD, 2 * size_bytes)
    taken = [np.full(_LARGEST_KEPT_BYTES, 1, np.uint8) for _ in range(size_bytes // _LARGEST_KEPT_BYTES)]
    taken.clear()


def give_back_memory() -> None:
    """Return what is free to the kernel: after a full picture that is five times what a change takes."""
    malloc_trim = _glibc("malloc_trim")
    if malloc_trim is not None:
        malloc_trim(0)


def _glibc(name: str) -> Callable[..., int] | None:
    """A function of glibc; None elsewhere."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
