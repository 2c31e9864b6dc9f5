"""Where a recording must lie, stored and verified, before it expires here."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from recorder.keeping.tombstone import FileHash

_READ_BYTES = 1 << 20


class Archive(Protocol):
    """Another place that keeps recordings."""

    name: str

    def lacks(self, recording: Path, session_id: str, files: Sequence[FileHash]) -> str:
        """What keeps the recording in this folder, with just these files, from being stored and verified there.

        "": nothing does, and what is there stays there when the folder is deleted.
        """
        ...


class FolderArchive:
    """A folder (a share, another disk) with a folder for each recording in it. Every byte is read back and compared."""

    def __init__(self, folder: Path) -> None:
        self.name = str(folder)
        self._folder = folder

    def lacks(self, recording: Path, session_id: str, files: Sequence[FileHash]) -> str:
        """The first file that is missing there, is not the same, or is the one that would be deleted."""
        for file in files:
            path = self._folder / session_id / file.name
            try:
                if path.samefile(recording / file.name):
                    return f"{path} is no copy, but the file in the library itself"
                found = hash_of(path, file.name)
            except OSError as error:
                return f"{path} cannot be read ({error.strerror or error})"
            if found != file:
                return f"{path} is not the same file"
        return ""


def hash_of(path: Path, name: str) -> FileHash:
    """The file as it lies there. Raises OSError if it cannot be read."""
    digest, size_bytes = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_READ_BYTES):
            digest.update(block)
            size_bytes += len(block)
    return FileHash(name, size_bytes, digest.hexdigest())
