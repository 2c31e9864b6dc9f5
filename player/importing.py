"""Take a recording from elsewhere into the library: copied, each file read back, judged; nothing is written over."""

import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from player.library import SESSION_ID, looks_like_recording
from player.review.bringing import bring_reviews
from recorder.errors import StorageError, UnreadableError, WorldError
from recorder.evidence.files import SystemFiles, is_locked, make_private_folders, storage_sentence
from recorder.evidence.findings import Verdict
from recorder.evidence.keys import DeviceTrust
from recorder.evidence.segment_file import MOST_FILE_BYTES, segment_files
from recorder.evidence.summary import summarize
from recorder.evidence.verify import verify
from recorder.evidence.writer import LOCK_FILE

BLOCK_BYTES = 1024 * 1024
_LOOK_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)

Told = Callable[["ImportProgress"], None]


class ImportRefusedError(WorldError):
    """This cannot be taken into the library; nothing was changed there."""

    exit_status: ClassVar[int] = 3


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far it is, so many bytes of all: "checking" (a package), "copying" (each is read back), "verifying"."""

    step: str
    done_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of it: where the recording lies now, what it is worth; `was_there`: byte for byte, already.

    `notices`: what is to be known besides, of its reviews for example; a sentence each.
    """

    folder: Path
    verdict: Verdict
    was_there: bool
    size_bytes: int
    notices: tuple[str, ...] = ()


def import_recording(source: Path, library: Path, *, devices: DeviceTrust, told: Told) -> Imported:
    """Copy the recording in the folder `source` into the library, under its own id.

    `told` hears how far it is, and may raise to end it: then nothing of it is left. A recording that is altered is
    taken as it is, and the verdict says so: that is evidence too. What reviewers wrote beside it comes along.

    Raises:
        ImportRefusedError: it is not a recording, still being recorded, or there already with other bytes.
        StorageError: it cannot be read, or the library not be written.
    """
    files = _files_of(source)
    session_id = _session_of(source)
    if is_locked(source / LOCK_FILE):
        msg = f"{source} is still being recorded; import it once the session has ended."
        raise ImportRefusedError(msg)
    target = library / session_id
    if os.path.lexists(target):
        there = _already(files, target, devices, told)
        return replace(there, notices=bring_reviews(source, target).notices)
    with _place_in(library) as place:
        copy = place / session_id
        size_bytes = _copy_all(files, copy, told)
        verdict = _judged(copy, devices, told)
        _move_in(copy, target)
    notices = bring_reviews(source, target).notices
    return Imported(target, verdict, was_there=False, size_bytes=size_bytes, notices=notices)


def _files_of(source: Path) -> dict[str, Path]:
    """The segments by name.

    Raises:
        ImportRefusedError: there are none.
        StorageError: the folder cannot be read.
    """
    if source.is_file():
        msg = (
            f"{source} is a file; a recording is a folder with segments (0001.seg, …), or a package that ends in .zip."
        )
        raise ImportRefusedError(msg)
    try:
        found = {path.name: path for path in segment_files(source).values()}
        inside = [] if found else [path for path in source.iterdir() if looks_like_recording(path)]
    except OSError as error:
        msg = f"{source} could not be read ({error.strerror or error}); check its path and who may read it."
        raise StorageError(msg) from error
    if inside:
        msg = f"{source} is a library with {len(inside)} recordings; name one of them, or use it as a library."
        raise ImportRefusedError(msg)
    if not found:
        msg = f"{source} is not a recording: no segment (0001.seg, …) lies in it."
        raise ImportRefusedError(msg)
    return found


def _session_of(source: Path) -> str:
    """The recording's own id, out of its signed header; a folder's name says nothing."""
    try:
        session_id = summarize(source).header.session_id
    except UnreadableError as error:
        raise ImportRefusedError(str(error)) from error
    if SESSION_ID.fullmatch(session_id) is None:
        msg = f"{source} is not a recording: what its header gives as its id is none."
        raise ImportRefusedError(msg)
    return session_id


def _already(files: dict[str, Path], target: Path, devices: DeviceTrust, told: Told) -> Imported:
    """The library has a recording of this id: the same, or this one is refused."""
    with _reading(target):
        there = {path.name: path for path in segment_files(target).values()} if target.is_dir() else {}
    total_bytes = sum(_size_of(path) for path in files.values())
    done_bytes = 0
    is_same = files.keys() == there.keys()
    for name, path in files.items() if is_same else ():
        is_same = is_same and _size_of(path) == _size_of(there[name]) and _digest(path) == _digest(there[name])
        done_bytes += _size_of(path)
        told(ImportProgress("copying", done_bytes, total_bytes))
    if not is_same:
        msg = (
            f"{target} is there already and holds other bytes; nothing was written over. "
            "Compare the two with `tachiai-player verify`, and keep them in different libraries."
        )
        raise ImportRefusedError(msg)
    return Imported(target, _judged(target, devices, told), was_there=True, size_bytes=total_bytes)


@contextmanager
def _place_in(library: Path) -> Iterator[Path]:
    """A folder in the library to copy into, which no list takes for a recording; gone at the end, whatever happens."""
    try:
        make_private_folders(library)
        place = Path(tempfile.mkdtemp(prefix=".importing-", dir=library))
    except OSError as error:
        raise StorageError(storage_sentence(library, error)) from error
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _copy_all(files: dict[str, Path], copy: Path, told: Told) -> int:
    total_bytes = sum(_size_of(path) for path in files.values())
    done_bytes = 0
    system = SystemFiles()
    try:
        system.make_folder(copy, parents=False)
    except OSError as error:
        raise StorageError(storage_sentence(copy, error)) from error
    for name, path in files.items():
        for count in _copy_one(path, copy / name, system):
            done_bytes += count
            told(ImportProgress("copying", min(done_bytes, total_bytes), total_bytes))
    try:
        system.sync_folder(copy)
    except OSError as error:
        raise StorageError(storage_sentence(copy, error)) from error
    return done_bytes


def _copy_one(path: Path, target: Path, system: SystemFiles) -> Iterator[int]:
    """Copy a file, sync it, and read it back; gives how many bytes it has copied, again and again."""
    digest = hashlib.sha256()
    fd = _created(target, system)
    try:
        for block in _blocks(path):
            digest.update(block)
            _write(system, fd, target, block)
            yield len(block)
        with _writing(target):
            system.datasync(fd)
    finally:
        system.close(fd)
    if _digest(target) != digest.digest():
        msg = f"{target} does not hold what was written to it; check the disk, and import again."
        raise StorageError(msg)


def _created(target: Path, system: SystemFiles) -> int:
    with _writing(target):
        return system.open_new(target)


def _write(system: SystemFiles, fd: int, target: Path, block: bytes) -> None:
    left = memoryview(block)
    with _writing(target):
        while left:
            left = left[system.write(fd, bytes(left)) :]


def _blocks(path: Path) -> Iterator[bytes]:
    with _reading(path):
        fd = os.open(path, _LOOK_FLAGS)
    try:
        with _reading(path):
            facts = os.fstat(fd)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > MOST_FILE_BYTES:
            msg = f"{path} is no segment: not an ordinary file, or larger than any segment."
            raise ImportRefusedError(msg)
        while True:
            with _reading(path):
                block = os.read(fd, BLOCK_BYTES)
            if not block:
                return
            yield block
    finally:
        os.close(fd)


def _digest(path: Path) -> bytes:
    digest = hashlib.sha256()
    for block in _blocks(path):
        digest.update(block)
    return digest.digest()


def _size_of(path: Path) -> int:
    with _reading(path):
        return path.lstat().st_size


def _judged(folder: Path, devices: DeviceTrust, told: Told) -> Verdict:
    return verify(folder, devices=devices, progress=lambda done, total: told(ImportProgress("verifying", done, total)))


def _move_in(copy: Path, target: Path) -> None:
    """Give the copy its name, in one step. A folder that came there in the meantime stays."""
    try:
        copy.rename(target)
        SystemFiles().sync_folder(target.parent)
    except OSError as error:
        if os.path.lexists(target) and copy.exists():
            msg = f"{target} is there already; nothing was written over."
            raise ImportRefusedError(msg) from error
        raise StorageError(storage_sentence(target, error)) from error


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        msg = f"{path} could not be read ({error.strerror or error}); check its path and who may read it."
        raise StorageError(msg) from error


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(storage_sentence(path, error)) from error
