"""Every call on the file system that keeping evidence makes: one place, so that a test can make any of them fail."""

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from recorder.errors import StorageError

if sys.platform == "win32":
    from recorder.evidence import windows_disk as disk
else:
    from recorder.evidence import posix_disk as disk

PRIVATE_FILE = 0o600
DISK_FULL = "disk_full"
PRIVATE_FOLDER = 0o700


class Files(Protocol):
    """What the writer asks of a file system."""

    def make_folder(self, folder: Path, *, parents: bool) -> None:
        """Make a private folder; with `parents` it may stand already, without it must not."""
        ...

    def open_new(self, path: Path) -> int:
        """Make a private file that must not stand yet, for appending."""
        ...

    def write(self, fd: int, data: bytes) -> int:
        """One write; how many bytes went in."""
        ...

    def datasync(self, fd: int) -> None:
        """Return when the file's content is on the disk."""
        ...

    def sync_folder(self, folder: Path) -> None:
        """Return when the folder's list of files is on the disk."""
        ...

    def sync_file(self, path: Path) -> None:
        """Return when what another process wrote to this file is on the disk."""
        ...

    def lock(self, path: Path) -> int:
        """Take the lock that says "being written"; the descriptor that holds it."""
        ...

    def reserve(self, path: Path, size_bytes: int) -> None:
        """Take this much of the disk for later."""
        ...

    def remove(self, path: Path) -> None:
        """Remove a file if it stands."""
        ...

    def rename(self, path: Path, target: Path) -> None:
        """Put a file in another's place, in one step."""
        ...

    def close(self, fd: int) -> None:
        """Let go of a descriptor."""
        ...


class SystemFiles:
    """The file system itself."""

    def make_folder(self, folder: Path, *, parents: bool) -> None:
        """Make a private folder."""
        if parents:
            make_private_folders(folder)
        else:
            folder.mkdir(mode=PRIVATE_FOLDER)

    def open_new(self, path: Path) -> int:
        """Make a private file that must not stand yet, for appending."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | disk.OPEN_FLAGS, PRIVATE_FILE)

    def write(self, fd: int, data: bytes) -> int:
        """One write; how many bytes went in."""
        return os.write(fd, data)

    def datasync(self, fd: int) -> None:
        """Return when the file's content is on the disk. What was removed meanwhile takes writes, and keeps nothing."""
        getattr(os, "fdatasync", os.fsync)(fd)  # macOS has no fdatasync
        if os.fstat(fd).st_nlink == 0:
            raise FileNotFoundError(errno.ENOENT, "the file was removed while it was written")

    def sync_folder(self, folder: Path) -> None:
        """Return when the folder's list of files is on the disk."""
        disk.sync_folder(folder)

    def sync_file(self, path: Path) -> None:
        """Return when what another process wrote to this file is on the disk."""
        fd = os.open(path, disk.LOOK_FLAGS)
        try:
            self.datasync(fd)
        finally:
            os.close(fd)

    def lock(self, path: Path) -> int:
        """Take the lock that says "being written"."""
        fd = os.open(path, os.O_RDWR | os.O_CREAT | disk.OPEN_FLAGS, PRIVATE_FILE)
        try:
            disk.take_lock(fd, wait=False)
        except OSError:
            os.close(fd)
            raise
        return fd

    def reserve(self, path: Path, size_bytes: int) -> None:
        """Take this much of the disk for later."""
        fd = self.open_new(path)
        try:
            disk.allocate(fd, size_bytes)
        finally:
            os.close(fd)

    def remove(self, path: Path) -> None:
        """Remove a file if it stands."""
        path.unlink(missing_ok=True)

    def rename(self, path: Path, target: Path) -> None:
        """Put a file in another's place, in one step."""
        path.replace(target)

    def close(self, fd: int) -> None:
        """Let go of a descriptor."""
        os.close(fd)


def make_private_folders(folder: Path) -> None:
    """Make a folder and those above it that are not there, all private: `mkdir` alone leaves those to the umask."""
    for missing in [one for one in reversed(folder.parents) if not one.exists()]:
        missing.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Wait for this lock, and hold it: what two starting programs must not do at once."""
    make_private_folders(path.parent)
    fd = os.open(path, os.O_RDWR | os.O_CREAT | disk.OPEN_FLAGS, PRIVATE_FILE)
    try:
        disk.take_lock(fd, wait=True)
        yield
    finally:
        os.close(fd)


def is_locked(path: Path) -> bool:
    """Whether a running recorder holds this lock; False if the file is not there."""
    try:
        fd = os.open(path, disk.LOOK_FLAGS)
    except OSError:
        return False
    try:
        return disk.is_taken(fd)
    finally:
        os.close(fd)


def write_private_file(path: Path, data: bytes, *, files: Files | None = None) -> None:
    """Write a whole private file, or leave what stood there as it was.

    Raises:
        StorageError: it could not be written.
    """
    files = files or SystemFiles()
    fresh = path.with_name(f"{path.name}.new")
    try:
        files.make_folder(path.parent, parents=True)
        files.remove(fresh)
        _write_whole(files, fresh, data)
        files.rename(fresh, path)
        files.sync_folder(path.parent)
    except OSError as error:
        raise StorageError(storage_sentence(path, error)) from error


def _write_whole(files: Files, path: Path, data: bytes) -> None:
    fd = files.open_new(path)
    try:
        if files.write(fd, data) != len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        files.datasync(fd)
    finally:
        files.close(fd)


def storage_sentence(path: Path, error: OSError) -> str:
    """What the person can do about this failure."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return f"The disk that holds {path} is full; free some space there, or choose another library."
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"{path} may not be written ({error.strerror}); give yourself the right to, or choose another place."
        case errno.EEXIST:
            return f"{path} stands already; nothing was written over."
        case errno.ENOENT | errno.ENOTDIR:
            return f"{path} is not there ({error.strerror}); make its folder, or choose another place."
        case errno.EAGAIN:
            return f"{path} is held by another recorder; wait until it ends."
        case _:
            return f"{path} could not be written ({error.strerror or error}); check the disk, or choose another place."


def failure_name(error: OSError) -> str:
    """What kind of failure it is, as a segment's reason."""
    return DISK_FULL if error.errno in (errno.ENOSPC, errno.EDQUOT) else "io_error"


def read_small_file(path: Path, *, most_bytes: int) -> bytes:
    """A whole ordinary file, not through a link, and never waiting on a pipe that was put in its place.

    Raises:
        OSError: it cannot be read, is no ordinary file, or is larger.
    """
    fd = os.open(path, disk.LOOK_FLAGS)
    with os.fdopen(fd, "rb") as file:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise OSError(errno.EINVAL, "not an ordinary file")
        data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise OSError(errno.EFBIG, "larger than any such file")
    return data
