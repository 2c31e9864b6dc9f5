"""Files handed out: written whole under another name, then renamed, so that a half of one is never met."""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from recorder.errors import StorageError
from recorder.evidence.beside import refuse_evidence
from recorder.real_path import real_path


def write_whole(path: Path, content: bytes) -> None:
    """Write the file, or leave what was there.

    Raises:
        StorageError: it cannot be written.
    """
    with partial_file(path) as partial, storage_errors(path):
        partial.write_bytes(content)


@contextmanager
def partial_file(path: Path) -> Iterator[Path]:
    """A name beside `path`, with its suffix, to write to; it becomes `path` at the end, or is gone after an error.

    A file that is there already is replaced whole and keeps its permissions; a new one is its owner's alone, since it
    holds in clear what was sealed. A link stays, and what it points to is replaced.

    Raises:
        StorageError: the folder cannot be written to, or what is there must not be replaced.
    """
    refuse_no_file(path)
    with storage_errors(path):
        at = real_path(path)
        handle, name = tempfile.mkstemp(prefix=f".{at.stem}.", suffix=f".part{at.suffix}", dir=at.parent)
        os.close(handle)
    partial = Path(name)
    folder = _held(at.parent)
    try:
        yield partial
        with storage_errors(path):
            if at.exists():
                partial.chmod(stat.S_IMODE(at.stat().st_mode))
            partial.replace(at)
    finally:
        _clear(partial, folder)


def _held(folder: Path) -> int | None:
    """The folder itself, whatever it is called later; None where a system has no such thing."""
    if os.unlink not in os.supports_dir_fd:
        return None
    try:
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:  # it may be written to and not listed
        return None


def _clear(partial: Path, folder: int | None) -> None:
    """Let nothing half written stay, in a folder that was moved either; what a share that is gone keeps, it keeps."""
    with suppress(OSError):
        if folder is None:
            partial.unlink(missing_ok=True)
        else:
            os.unlink(partial.name, dir_fd=folder)
    if folder is not None:
        os.close(folder)


def refuse_no_file(path: Path) -> None:
    """Raise a StorageError if there is something no file may replace: a folder, a device, evidence."""
    with storage_errors(path):
        is_there, is_file = path.exists(), path.is_file()
    if is_there and not is_file:  # as root, a renamed file would take the place of /dev/null
        msg = f"{path} is not an ordinary file. Name a file."
        raise StorageError(msg)
    refuse_evidence(path)


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Say an OSError about this file in words."""
    try:
        yield
    except OSError as error:
        msg = f"{path} cannot be written ({error.strerror or error}). Check the folder and its free space."
        raise StorageError(msg) from error
