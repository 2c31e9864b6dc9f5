"""What lies in a library, as far as keeping it is concerned."""

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from recorder.clock import NS_PER_S
from recorder.errors import StorageError, WorldError
from recorder.evidence.files import storage_sentence
from recorder.evidence.summary import summarize
from recorder.evidence.writer import LOCK_FILE, RESERVE_FILE
from recorder.keeping.deciding import Kept, KeptState

PASSING = frozenset({LOCK_FILE, RESERVE_FILE})  # a recorder's own, and no part of the recording


def look(library: Path, held: Collection[str]) -> list[Kept]:
    """The folders of the library that are, or may be, recordings.

    Raises:
        StorageError: the library cannot be read.
    """
    try:
        folders = sorted(one for one in library.iterdir() if one.is_dir() and not one.is_symlink())
    except OSError as error:
        raise StorageError(storage_sentence(library, error)) from error
    return [look_at(one, is_held=one.name in held) for one in folders if not one.name.startswith(".")]


def look_at(folder: Path, *, is_held: bool) -> Kept:
    """One of them. What cannot be read, or lies under another's name, is nothing that this may delete."""
    unreadable = Kept(folder.name, folder, KeptState.UNREADABLE, None, None, size_of(folder), is_held)
    try:
        summary = summarize(folder)
    except WorldError:
        return unreadable
    if summary.header.session_id != folder.name:
        return unreadable
    ended_ns = summary.started_wall_ns + round(summary.duration_s * NS_PER_S)
    return Kept(
        folder.name,
        folder,
        KeptState(summary.state.value),
        summary.started_wall_ns,
        ended_ns,
        size_of(folder),
        is_held,
    )


def files_of(folder: Path) -> Iterator[Path]:
    """Every file in it, in order, folders in it included; not those that say that a recorder runs."""
    for at, names, files in os.walk(folder):
        names.sort()
        yield from (Path(at) / name for name in sorted(files) if Path(at) != folder or name not in PASSING)


def size_of(folder: Path) -> int:
    """How many bytes it takes; what goes meanwhile takes none."""
    total = 0
    for path in files_of(folder):
        try:
            total += path.lstat().st_size
        except FileNotFoundError:
            continue
    return total
