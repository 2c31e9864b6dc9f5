"""The file of the queue of alerts: left for another one that has its name now, and set aside when it is damaged."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from recorder.errors import IndexUnusableError, StorageError
from recorder.evidence.files import SystemFiles
from recorder.store.index_file import BESIDE, DAMAGED_CODES, set_aside, writing
from recorder.store.sqlite_door import Database, sqlite3

MOST_TRIES = 5  # then somebody takes the file away again and again
_DAMAGED_WORDS = ("malformed", "not a database", "no such table", "no such column")
_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS waiting (
        number INTEGER PRIMARY KEY AUTOINCREMENT, message TEXT NOT NULL, channel TEXT NOT NULL, body BLOB NOT NULL,
        queued_wall_ns INTEGER NOT NULL, problem TEXT NOT NULL DEFAULT '', UNIQUE (message, channel))""",
    """CREATE TABLE IF NOT EXISTS delivered (
        message TEXT NOT NULL, channel TEXT NOT NULL, at_wall_ns INTEGER NOT NULL, PRIMARY KEY (message, channel))""",
    "CREATE TABLE IF NOT EXISTS addresses (channel TEXT PRIMARY KEY, address TEXT NOT NULL)",
    """CREATE TABLE IF NOT EXISTS aside (
        message TEXT NOT NULL, channel TEXT NOT NULL, tries INTEGER NOT NULL, until_wall_ns INTEGER NOT NULL,
        PRIMARY KEY (message, channel))""",
)
_COLUMNS = {
    "delivered": "message, channel, at_wall_ns",
    "waiting": "message, channel, body, queued_wall_ns, problem",
    "aside": "message, channel, tries, until_wall_ns",
    "addresses": "channel, address",
}
_DELIVERED_ALREADY = (
    "DELETE FROM waiting WHERE EXISTS"
    " (SELECT 1 FROM delivered WHERE delivered.message = waiting.message AND delivered.channel = waiting.channel)"
)

Tell = Callable[[str], None]
T = TypeVar("T")


class QueueFile:
    """A SQLite file that several threads and processes use at once. `tell` hears what becomes of it.

    Whoever has it open notices when another has its name (it was removed, or set aside by another process), and takes
    along what waits in the one before.
    """

    def __init__(self, path: Path, *, tell: Tell, wait_s: float) -> None:
        """Open it, or make it; whoever has it locked is waited for so long each time.

        Raises:
            StorageError: it cannot be written.
        """
        self.path = path
        self._tell = tell
        self._wait_s = wait_s
        self._lock = threading.Lock()
        self._db, self._place = self._opened()

    @property
    def place(self) -> object:
        """Which file it is that was used last: another one holds only what could be read of the one before."""
        return self._place

    def read(self, query: str, values: Sequence[object]) -> list[Any]:
        """What is found there. Raises `StorageError`."""
        return self._use(lambda db: db.execute(query, values).fetchall())

    def change(self, work: Callable[[Database], None]) -> None:
        """Do this in one transaction; on disk when this returns. It may be done twice, on another file then.

        Raises:
            StorageError: it is not done.
        """

        def do(db: Database) -> None:
            with writing(db):
                work(db)

        self._use(do)

    def close(self) -> None:
        """Let go of it."""
        with self._lock:
            self._db.close()

    def _use(self, work: Callable[[Database], T]) -> T:
        with self._lock:
            for _ in range(MOST_TRIES):
                self._follow()
                try:
                    with _worded(self.path):
                        done = work(self._db)
                except _DamagedError:
                    self._leave_damaged(self._place)
                    continue
                if _place(self.path) == self._place:
                    return done
        raise _taken_away(self.path)

    def _follow(self) -> None:
        """Go over to the file that has the name now: what is put into one that was removed is never sent."""
        if _place(self.path) == self._place:
            return
        now, place = self._opened()
        try:
            with _worded(self.path), writing(now):
                _take_along(self._db, now)
        except BaseException:
            now.close()
            raise
        self._db.close()
        self._db, self._place = now, place

    def _opened(self) -> tuple[Database, object]:
        for _ in range(MOST_TRIES):
            _make(self.path)
            place = _place(self.path)
            try:
                with _worded(self.path):
                    db = _open(self.path, self._wait_s)
            except _DamagedError:
                self._leave_damaged(place)
                continue
            if place is not None and _place(self.path) == place:
                return db, place
            db.close()
        raise _taken_away(self.path)

    def _leave_damaged(self, place: object) -> None:
        """Set it aside, unless another process did that already."""
        files, held = SystemFiles(), None
        try:
            held = files.lock(self.path.with_name(f"{self.path.stem}-damaged.lock"))
        except BlockingIOError as error:
            msg = f"The queue of alerts {self.path} is damaged, and is set aside just now; it is tried again."
            raise StorageError(msg) from error
        except OSError:
            held = None  # then without: whoever cannot make a lock there cannot rename either
        try:
            if _place(self.path) == place:
                aside = set_aside(self.path)
                self._tell(damaged_words(self.path, aside))
        except IndexUnusableError as error:
            msg = f"The queue of alerts {self.path} is damaged, and cannot be set aside; remove it by hand."
            raise StorageError(msg) from error
        finally:
            if held is not None:
                files.close(held)


def damaged_words(path: Path, aside: Path) -> str:
    """What to say of a file that was set aside."""
    return (
        f"The queue of alerts {path} was damaged and set aside as {aside}; what it held of sessions before is not sent."
    )


def damaged_before(path: Path) -> list[Path]:
    """The files that were set aside and still lie there."""
    found = sorted(path.parent.glob(f"{path.name}.damaged-*"))
    return [one for one in found if not one.name.endswith(BESIDE)]


class _DamagedError(StorageError):
    pass


def _make(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
    except OSError as error:
        msg = f"The queue of alerts {path} cannot be written ({error.strerror}); make room or mend the folder."
        raise StorageError(msg) from error


def _open(path: Path, wait_s: float) -> Database:
    connection = sqlite3.connect(str(path), timeout=wait_s, check_same_thread=False)
    try:
        return _prepared(Database(connection, recursive_triggers=False, execute_plugins=False))
    except BaseException:
        connection.close()
        raise


def _prepared(db: Database) -> Database:
    db.execute("PRAGMA journal_mode = WAL").fetchone()
    db.execute("PRAGMA synchronous = FULL")  # acknowledged is on disk
    for statement in _SCHEMA:
        db.execute(statement)
    for table, columns in _COLUMNS.items():
        db.execute(f"SELECT {columns} FROM {table} LIMIT 1").fetchone()
    return db


def _take_along(before: Database, now: Database) -> None:
    """What the file before holds goes into the one that has its name now, as far as it can be read."""
    for table, columns in _COLUMNS.items():
        rows: list[Any] = []
        with suppress(sqlite3.DatabaseError):
            rows = before.execute(f"SELECT {columns} FROM {table}").fetchall()
        marks = ", ".join("?" for _ in columns.split(","))
        for row in rows:
            now.execute(f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})", row)
    now.execute(_DELIVERED_ALREADY)


def _place(path: Path) -> object:
    """Which file that is; None: there is none, or it cannot be seen."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _taken_away(path: Path) -> StorageError:
    return StorageError(f"The queue of alerts {path} is taken away again and again; let it lie where it is.")


@contextmanager
def _worded(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in DAMAGED_CODES or any(word in str(error) for word in _DAMAGED_WORDS):
            msg = f"The queue of alerts {path} is damaged ({error})."
            raise _DamagedError(msg) from error
        msg = f"The queue of alerts {path} cannot be used now ({error}); make room or mend the folder."
        raise StorageError(msg) from error
