"""What locks, reserves and syncs are on Linux and macOS."""

import fcntl
import os
from pathlib import Path

OPEN_FLAGS = os.O_CLOEXEC
LOOK_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


def take_lock(fd: int, *, wait: bool) -> None:
    """Hold the file's lock until the descriptor is closed. Raises OSError if another holds it and `wait` is False."""
    fcntl.flock(fd, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)


def is_taken(fd: int) -> bool:
    """Whether another holds the file's lock."""
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def sync_folder(folder: Path) -> None:
    """Return when the folder's list of files is on the disk."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def allocate(fd: int, size_bytes: int) -> None:
    """Take this much of the disk for an empty file."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(fd, 0, size_bytes)
    else:  # macOS: bytes that were written are bytes that are taken
        os.write(fd, bytes(size_bytes))
