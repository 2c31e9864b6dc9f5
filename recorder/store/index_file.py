"""The index's file: opened with care, set aside when it cannot be used."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from recorder.errors import IndexUnusableError
from recorder.store.schema import migrations, step_names
from recorder.store.sqlite_door import Database, sqlite3

WAIT_S = 5.0
BESIDE = ("-wal", "-shm", "-journal")
DAMAGED_CODES = frozenset({11, 26})  # SQLITE_CORRUPT, SQLITE_NOTADB
DAMAGED_WORDS = (
    "malformed",
    "not a database",
    "no such table",
    "no such column",
    "already exists",
    "vtable constructor failed",
    "Could not decode",
)

Notify = Callable[[str], None]
Query = Any


class IndexDamagedError(IndexUnusableError):
    """The index's file is damaged, or made by a newer version: it can be set aside and made again."""


def open_database(path: Path, *, wait_s: float, notify: Notify) -> Database:
    """The index at `path`, with all its tables; a file that cannot be used is set aside, and `notify` told so.

    Raises:
        IndexUnusableError: the file is locked, or the folder cannot be written.
    """
    try:
        return _open(path, wait_s=wait_s)
    except IndexDamagedError as error:
        aside = set_aside(path)
        notify(f"{error} It was set aside as {aside} and is made again; the recordings are unharmed.")
        return _open(path, wait_s=wait_s)


def set_aside(path: Path) -> Path:
    """Rename an index that cannot be used; its name then says what it is. Returns the new path."""
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    try:
        with suppress(FileNotFoundError):  # another program that met it was quicker
            path.rename(aside)
        for suffix in BESIDE:
            beside = path.with_name(path.name + suffix)
            if beside.exists():
                beside.rename(aside.with_name(aside.name + suffix))
    except OSError as error:
        msg = f"The index {path} cannot be used and could not be set aside ({error.strerror}); remove it by hand."
        raise IndexUnusableError(msg) from error
    return aside


@contextmanager
def worded(path: Path) -> Iterator[None]:
    """Turn what SQLite says into what a person can do about it."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise _in_words(path, error) from error
    except msgspec.MsgspecError as error:
        msg = f"The index {path} is damaged (a value in it is not what was written: {error})."
        raise IndexDamagedError(msg) from error


def _open(path: Path, *, wait_s: float) -> Database:
    _make_private(path)
    with worded(path):
        connection = sqlite3.connect(str(path), timeout=wait_s, check_same_thread=False)
    try:
        with worded(path):
            return _prepared(path, connection)
    except BaseException:
        connection.close()
        raise


def _prepared(path: Path, connection: Query) -> Database:
    db = Database(connection, recursive_triggers=False, execute_plugins=False)
    db.execute("PRAGMA journal_mode=wal").fetchone()
    db.execute("PRAGMA synchronous=normal")  # the segments are the truth; a lost last commit is indexed again
    db.execute("PRAGMA cache_size=-65536")
    _refuse_newer(path, db)
    if migrations().pending(db):
        with writing(db):
            migrations().apply(db)
    db.execute("SELECT count(*) FROM (SELECT id FROM rows LIMIT 1)").fetchone()
    db.execute("SELECT rowid FROM grams WHERE grams MATCH 'a' LIMIT 1").fetchone()
    return db


def _refuse_newer(path: Path, db: Database) -> None:
    unknown = {step.name for step in migrations().applied(db)} - step_names()
    if unknown:
        msg = f"The index {path} was made by a newer version of Tachiai."
        raise IndexDamagedError(msg)


@contextmanager
def writing(db: Database) -> Iterator[None]:
    """One transaction that holds the right to write from its start, so that two programs take turns."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.rollback()
        raise
    db.execute("COMMIT")


def _make_private(path: Path) -> None:
    """The index holds in clear what its owner could open: nobody else may read it."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.fchmod(descriptor, 0o600)
        finally:
            os.close(descriptor)
        path.parent.chmod(0o700)
    except OSError as error:
        msg = f"The index {path} cannot be written ({error.strerror}); free the place or set TACHIAI_HOME to another."
        raise IndexUnusableError(msg) from error


def _in_words(path: Path, error: Exception) -> IndexUnusableError:
    said = str(error)
    code = getattr(error, "sqlite_errorcode", None)
    primary = None if code is None else code & 0xFF
    if primary in DAMAGED_CODES or any(words in said for words in DAMAGED_WORDS):
        return IndexDamagedError(f"The index {path} is damaged ({said}).")
    if "locked" in said or "busy" in said:
        return IndexUnusableError(f"The index {path} is in use by another program; try again when that is done.")
    return IndexUnusableError(f"The index {path} cannot be used ({said}); the recordings themselves are unharmed.")
