"""Keep keys and passphrases in this process: no core file, and no reading of its memory by others of the same user."""

import ctypes
import sys

PR_SET_DUMPABLE = 4  # linux/prctl.h


def guard_memory() -> None:
    """Refuse core files and, on Linux, ptrace and /proc access by the same user. Best effort: root still sees all."""
    try:
        import resource
    except ImportError:  # Windows has neither limits nor core files
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
