"""Files handed out: written whole under another name, then renamed, so that a half of one is never met."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recorder.errors import StorageError


def write_whole(path: Path, content: bytes, *, overwrite: bool = True) -> None:
    """Write the file, or leave what was there.

    Raises:
        StorageError: it cannot be written, or is there already and not to be overwritten.
    """
    with partial_file(path, overwrite=overwrite) as partial, storage_errors(path):
        partial.write_bytes(content)


@contextmanager
def partial_file(path: Path, *, overwrite: bool) -> Iterator[Path]:
    """A name beside `path`, with its suffix, to write to; it becomes `path` at the end, or is gone after an error.

    Raises:
        StorageError: the folder cannot be written to, or the file is there already and not to be overwritten.
    """
    refuse_existing(path, overwrite=overwrite)
    with storage_errors(path):
        handle, name = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=f".part{path.suffix}", dir=path.parent)
        os.close(handle)
    partial = Path(name)
    try:
        yield partial
        with storage_errors(path):
            partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def refuse_existing(path: Path, *, overwrite: bool) -> None:
    """Raise a StorageError if the file is there already and is not to be overwritten, or can not be: a device, say."""
    with storage_errors(path):
        is_there, is_file = path.exists(), path.is_file()
    if is_there and not is_file:  # as root, a renamed file would take the place of /dev/null
        msg = f"{path} is not an ordinary file. Name a file."
        raise StorageError(msg)
    if not overwrite and is_there:
        msg = f"{path} is there already. Choose another name, or remove it first."
        raise StorageError(msg)


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Say an OSError about this file in words."""
    try:
        yield
    except OSError as error:
        msg = f"{path} cannot be written ({error.strerror or error}). Check the folder and its free space."
        raise StorageError(msg) from error
