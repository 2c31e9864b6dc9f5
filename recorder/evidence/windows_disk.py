"""What locks, reserves and syncs are on Windows. Never run there yet: see the README."""

import os
import sys
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

OPEN_FLAGS = getattr(os, "O_BINARY", 0) | getattr(os, "O_NOINHERIT", 0)
LOOK_FLAGS = os.O_RDONLY | OPEN_FLAGS


def take_lock(fd: int, *, wait: bool) -> None:
    """Hold the file's first byte until the descriptor is closed. Raises OSError if another holds it.

    The system's own waiting lock gives up after ten seconds, which is long enough for what waits here.
    """
    if sys.platform == "win32":
        msvcrt.locking(fd, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)


def is_taken(fd: int) -> bool:
    """Whether another holds the file's first byte."""
    if sys.platform == "win32":
        try:
            msvcrt.locking(fd, msvcrt.LK_NBRLCK, 1)
        except OSError:
            return True
        msvcrt.locking(fd, msvcrt.LK_UNLCK, 1)
    return False


def sync_folder(folder: Path) -> None:
    """Nothing to do: NTFS journals names, and a folder cannot be opened to be synced."""
    del folder


def allocate(fd: int, size_bytes: int) -> None:
    """Take this much of the disk for an empty file."""
    os.write(fd, bytes(size_bytes))
