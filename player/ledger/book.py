"""A ledger's file: entries are only ever appended, one program at a time, and are on the disk before it is said so.

A line that a kill or a power cut left half written stays where it is; the next entry says where it lies and what it is.
"""

import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from player.ledger.entry import Deed, Entry, Kind, Place, UnsoundEntryError, new_place, read_entry
from player.ledger.refusal import NotEnteredError
from player.persons import Person
from recorder.evidence.files import PRIVATE_FILE, Files, SystemFiles, held, storage_sentence

NOT_ENTERED = "This cannot be entered into the ledger, so nothing is shown."
MakeLine = Callable[[Deed, Place], bytes]
_TAIL_BYTES = (64 * 1024, 4 * 1024 * 1024)
_COMPARED_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class _End:
    """How the file ends: the last sound entry (None: there is none), where it ends, and how long the file is."""

    entry: Entry | None
    end_bytes: int
    size_bytes: int


class Book:
    """One person's ledger in one file."""

    def __init__(self, path: Path, person: Person, *, files: Files | None = None) -> None:
        self.path = path
        self._person = person
        self._files = files or SystemFiles()

    @contextmanager
    def held(self) -> Iterator[None]:
        """No other program writes meanwhile.

        Raises:
            NotEnteredError: its folder cannot be written to.
        """
        with _said(self.path), held(self.path.with_suffix(".lock")):
            yield

    def append(self, deeds: Callable[[Entry | None], list[Deed]], make: MakeLine) -> Entry:
        """Enter these; the last of them, once all are on the disk. Call it while the book is `held`.

        `deeds` is given the last entry there is. Nothing of it stays if it cannot all be written.

        Raises:
            NotEnteredError: it cannot be written.
        """
        with _said(self.path):
            end = self._end()
            content = b"\n" if end.size_bytes and not self._has_line_end(end.size_bytes) else b""
            place = new_place(self._person) if end.entry is None else _after(end.entry)
            wanted = deeds(end.entry)
            if end.entry is None:
                wanted = [Deed(Kind.BEGUN), *wanted]
            if end.size_bytes > end.end_bytes:
                wanted = [self._torn(end), *wanted]
            for deed in wanted:
                line = make(deed, place)
                entry = read_entry(line)
                content, place = content + line, _after(entry)
            self._write(content, end.size_bytes)
        return entry

    def size_bytes(self) -> int:
        """How long the file is; 0 if it is not there."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    # --- inside -------------------------------------------------------------------------------------------------------

    def _end(self) -> _End:
        size = self.size_bytes()
        for length in (*(min(size, most) for most in _TAIL_BYTES), size):
            found = self._last_sound(size - length, size)
            if found is not None:
                return found
        return _End(None, 0, size)

    def _last_sound(self, start: int, size: int) -> _End | None:
        """The last sound entry in this part of the file, which may begin within a line."""
        data = self._read(start, size) if size else b""
        end = len(data)
        while end > 0:
            begin = data.rfind(b"\n", 0, end - 1) + 1
            if begin == 0 and start > 0:
                return None
            line = data[begin:end]
            try:
                entry = read_entry(line)
            except UnsoundEntryError:
                end = begin
                continue
            return _End(entry, start + end, size)
        return None

    def _torn(self, end: _End) -> Deed:
        torn = self._read(end.end_bytes, end.size_bytes)
        detail = {"offset_bytes": end.end_bytes, "size_bytes": len(torn), "sha256": hashlib.sha256(torn).hexdigest()}
        return Deed(Kind.TORN, detail=detail)

    def _read(self, start: int, end: int) -> bytes:
        with self.path.open("rb") as file:
            file.seek(start)
            return file.read(end - start)

    def _has_line_end(self, size: int) -> bool:
        return self._read(size - 1, size) == b"\n"

    def _write(self, content: bytes, size: int) -> None:
        is_new = not self.path.exists()
        fd = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), PRIVATE_FILE)
        try:
            _write_all(self._files, fd, content)
            self._files.datasync(fd)
        except OSError:
            _take_back(fd, size)
            raise
        finally:
            self._files.close(fd)
        if is_new:
            self._files.sync_folder(self.path.parent)


def copy_on(book: Book, shared: Path, *, files: Files | None = None) -> None:
    """Bring the shared copy up to the book. Call it while the book is `held`.

    Raises:
        NotEnteredError: it cannot be written, or it holds what the book does not.
    """
    files = files or SystemFiles()
    with _said(shared):
        files.make_folder(shared.parent, parents=True)
        there, here = shared.stat().st_size if shared.exists() else 0, book.size_bytes()
        if there > here or not _begins_alike(book.path, shared, there):
            msg = (
                f"The shared copy {shared} holds entries that your ledger {book.path} does not: one of the two was "
                "changed. Nothing is shown until somebody has looked at both (tachiai-player ledger verify)."
            )
            raise NotEnteredError(msg)
        if there == here:
            return
        with book.path.open("rb") as file:
            file.seek(there)
            rest = file.read(here - there)
        fd = os.open(shared, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), PRIVATE_FILE)
        try:
            _write_all(files, fd, rest)
            files.datasync(fd)
        finally:
            files.close(fd)


def _after(entry: Entry) -> Place:
    return Place(entry.content.ledger, entry.number, entry.link)


def _begins_alike(path: Path, shared: Path, size: int) -> bool:
    """Whether the last part of the shared copy is what stands there in the book; `verify` compares all of it."""
    start = max(0, size - _COMPARED_BYTES)
    if size == 0:
        return True
    with path.open("rb") as one, shared.open("rb") as other:
        one.seek(start)
        other.seek(start)
        return one.read(size - start) == other.read(size - start)


def _write_all(files: Files, fd: int, content: bytes) -> None:
    while content:
        written = files.write(fd, content)
        if written <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        content = content[written:]


def _take_back(fd: int, size: int) -> None:
    """Leave no half of what was refused; if even that fails, the next entry tells of it as torn."""
    try:
        os.ftruncate(fd, size)
    except OSError:
        return


@contextmanager
def _said(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        msg = f"{NOT_ENTERED} {storage_sentence(path, error)}"
        raise NotEnteredError(msg) from error
