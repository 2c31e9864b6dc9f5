"""How this process keeps the memory it will need again."""

import ctypes
import sys

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h of glibc
_KEPT_BYTES = 16 << 20
_LARGEST_KEPT_BYTES = 9 << 20  # a picture of 1080p


def keep_freed_memory() -> None:
    """Let glibc give freed pictures out again instead of returning them to the kernel.

    A recorder takes and frees a few megabytes for every change of the screen; having the kernel clear them anew each
    time was a fifth of all its CPU. Other systems keep such memory by themselves, or offer no such choice.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        if mallopt is not None:
            mallopt(_M_MMAP_THRESHOLD, _LARGEST_KEPT_BYTES)
            mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
