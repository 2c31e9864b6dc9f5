"""Alerts that wait to be sent, on disk: what is put here outlives every kill, and is sent again until it was taken.

One SQLite file, which the recorder puts into and the resident program sends from. A message is known by its id and its
channel: put twice it waits once, and what was delivered is remembered, so that it is not sent again when the recorder
says it again after a restart.
"""

import hashlib
import sys
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from app.channels.message import AlertMessage
from recorder.clock import NS_PER_S
from recorder.errors import StorageError
from recorder.evidence.files import SystemFiles
from recorder.store.index_file import set_aside, writing
from recorder.store.sqlite_door import Database, sqlite3

FILE_NAME = "outbox.db"
WAIT_S = 5.0
_LOCK_DIGITS = 16
REMEMBERED_NS = 90 * 86_400 * NS_PER_S
_DAMAGED_WORDS = ("malformed", "not a database", "no such table", "no such column")
_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS waiting (
        number INTEGER PRIMARY KEY AUTOINCREMENT, message TEXT NOT NULL, channel TEXT NOT NULL, body BLOB NOT NULL,
        queued_wall_ns INTEGER NOT NULL, problem TEXT NOT NULL DEFAULT '', UNIQUE (message, channel))""",
    """CREATE TABLE IF NOT EXISTS delivered (
        message TEXT NOT NULL, channel TEXT NOT NULL, at_wall_ns INTEGER NOT NULL, PRIMARY KEY (message, channel))""",
    "CREATE TABLE IF NOT EXISTS addresses (channel TEXT PRIMARY KEY, address TEXT NOT NULL)",
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that waits for a channel, behind the number in whose order it came."""

    number: int
    message: AlertMessage


@dataclass(frozen=True, slots=True)
class ChannelState:
    """How a channel stands: what waits, since when, what keeps it, and when it last delivered (None: never)."""

    name: str
    waiting: int
    oldest_wall_ns: int | None
    problem: str
    delivered: int
    last_delivered_wall_ns: int | None


class Outbox:
    """The queue of one user's agent. May be used by several threads and processes at once."""

    def __init__(self, path: Path) -> None:
        """Open it, or make it; a damaged one is set aside, and `problem` says so.

        Raises:
            StorageError: it cannot be written.
        """
        self.path = path
        self.problem = ""
        self._lock = threading.Lock()
        try:
            self._db = _open(path)
        except _DamagedError:
            aside = set_aside(path)
            self.problem = f"The queue of alerts {path} was damaged and set aside as {aside}; what it held is not sent."
            self._db = _open(path)

    def put(self, message: AlertMessage, channels: Sequence[str], *, wall_ns: int) -> None:
        """Keep the message for these channels; on disk when this returns.

        Raises:
            StorageError: it is not.
        """
        body = msgspec.msgpack.encode(message)
        with self._changing():
            for channel in channels:
                self._db.execute(
                    "INSERT OR IGNORE INTO waiting (message, channel, body, queued_wall_ns) SELECT ?, ?, ?, ?"
                    " WHERE NOT EXISTS (SELECT 1 FROM delivered WHERE message = ? AND channel = ?)",
                    (message.id, channel, body, wall_ns, message.id, channel),
                )

    def waiting(self, channel: str, *, after: int = 0, at_most: int = 1000) -> list[Waiting]:
        """What waits for this channel, in the order in which it came, behind a number."""
        found = self._read(
            "SELECT number, body FROM waiting WHERE channel = ? AND number > ? ORDER BY number LIMIT ?",
            (channel, after, at_most),
        )
        return [Waiting(number, msgspec.msgpack.decode(body, type=AlertMessage)) for number, body in found]

    def set_delivered(self, channel: str, sent: Sequence[Waiting], *, wall_ns: int) -> None:
        """These were taken."""
        with self._changing():
            for one in sent:
                self._db.execute("DELETE FROM waiting WHERE number = ?", (one.number,))
                self._db.execute(
                    "INSERT OR REPLACE INTO delivered VALUES (?, ?, ?)", (one.message.id, channel, wall_ns)
                )
            self._db.execute("DELETE FROM delivered WHERE at_wall_ns < ?", (wall_ns - REMEMBERED_NS,))

    def set_taken(self, channel: str, one: Waiting, takers: Sequence[str], *, wall_ns: int) -> None:
        """These receivers have it; it waits for the channel's others."""
        with self._changing():
            for taker in takers:
                self._db.execute(
                    "INSERT OR REPLACE INTO delivered VALUES (?, ?, ?)",
                    (one.message.id, _by_taker(channel) + taker, wall_ns),
                )

    def takers(self, channel: str, one: Waiting) -> frozenset[str]:
        """Who of this channel's receivers has it."""
        before = _by_taker(channel)
        found = self._read(
            "SELECT substr(channel, ?) FROM delivered WHERE message = ? AND substr(channel, 1, ?) = ?",
            (len(before) + 1, one.message.id, len(before), before),
        )
        return frozenset(taker for (taker,) in found)

    def set_failed(self, kept: Sequence[Waiting], problem: str) -> None:
        """These were tried in vain."""
        with self._changing():
            for one in kept:
                self._db.execute("UPDATE waiting SET problem = ? WHERE number = ?", (problem, one.number))

    def state(self, channel: str) -> ChannelState:
        """How this channel stands."""
        ((waiting, oldest),) = self._read(
            "SELECT count(*), min(queued_wall_ns) FROM waiting WHERE channel = ?", (channel,)
        )
        problems = self._read(
            "SELECT problem FROM waiting WHERE channel = ? AND problem != '' ORDER BY number LIMIT 1", (channel,)
        )
        ((delivered, last),) = self._read(
            "SELECT count(*), max(at_wall_ns) FROM delivered WHERE channel = ?", (channel,)
        )
        return ChannelState(channel, waiting, oldest, problems[0][0] if problems else "", delivered, last)

    def left_over(self, named: Collection[str]) -> list[ChannelState]:
        """How the channels stand for which something waits and which are not among the named ones."""
        found = self._read("SELECT DISTINCT channel FROM waiting ORDER BY channel", ())
        return [self.state(channel) for (channel,) in found if channel not in named]

    def hand_over(self, addresses: Mapping[str, str]) -> None:
        """What waits for a channel that is not among these goes to the one with the same address, if there is one.

        `addresses` by name; they are remembered for the next time. What another process sends now is left to it.
        """
        by_address = {address: name for name, address in addresses.items()}
        for (before,) in self._read("SELECT DISTINCT channel FROM waiting", ()):
            known = self._read("SELECT address FROM addresses WHERE channel = ?", (before,))
            now = by_address.get(known[0][0]) if known else None
            if before not in addresses and now is not None:
                with self.sending(before) as is_ours:
                    if is_ours:
                        self._rename(before, now)
        with self._changing():
            for name, address in addresses.items():
                self._db.execute("INSERT OR REPLACE INTO addresses VALUES (?, ?)", (name, address))

    def _rename(self, before: str, now: str) -> None:
        by_taker = _by_taker(before)
        with self._changing():
            self._db.execute(
                "UPDATE OR IGNORE delivered SET channel = ? || substr(channel, ?) WHERE substr(channel, 1, ?) = ?",
                (_by_taker(now), len(by_taker) + 1, len(by_taker), by_taker),
            )
            self._db.execute(
                "DELETE FROM waiting WHERE channel = ? AND message IN (SELECT message FROM delivered WHERE channel = ?"
                " UNION SELECT message FROM waiting WHERE channel = ?)",
                (before, now, now),
            )
            self._db.execute("UPDATE waiting SET channel = ? WHERE channel = ?", (now, before))

    @contextmanager
    def sending(self, channel: str) -> Iterator[bool]:
        """Send for this channel meanwhile, if no other process does (False); a holder that dies lets go.

        Where nothing can be locked it is sent all the same: twice is better than never.
        """
        files, name = SystemFiles(), hashlib.sha256(channel.encode()).hexdigest()[:_LOCK_DIGITS]
        held: int | None = None
        try:
            held = files.lock(self.path.with_name(f"{self.path.stem}-{name}.lock"))
        except BlockingIOError:
            yield False
            return
        except OSError as error:
            if sys.platform == "win32" and isinstance(error, PermissionError):  # what a lock of another is there
                yield False
                return
        try:
            yield True
        finally:
            if held is not None:
                files.close(held)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    def _read(self, query: str, values: Sequence[object]) -> list[Any]:
        with self._lock, _worded(self.path):
            return self._db.execute(query, values).fetchall()

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with self._lock, _worded(self.path), writing(self._db):
            yield


class _DamagedError(StorageError):
    pass


def _by_taker(channel: str) -> str:
    return f"{channel}\n"  # which no name of a channel has in it


def _open(path: Path) -> Database:
    with _worded(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
        except OSError as error:
            msg = f"The queue of alerts {path} cannot be written ({error.strerror}); make room or mend the folder."
            raise StorageError(msg) from error
        connection = sqlite3.connect(str(path), timeout=WAIT_S, check_same_thread=False)
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
    db.execute("SELECT number, message, channel, body, queued_wall_ns, problem FROM waiting LIMIT 1").fetchone()
    return db


@contextmanager
def _worded(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        if any(word in str(error) for word in _DAMAGED_WORDS):
            msg = f"The queue of alerts {path} is damaged ({error}); start the agent anew, it is set aside then."
            raise _DamagedError(msg) from error
        msg = f"The queue of alerts {path} cannot be used now ({error}); make room or mend the folder."
        raise StorageError(msg) from error
    except msgspec.MsgspecError as error:
        msg = f"The queue of alerts {path} is damaged ({error}); start the agent anew, it is set aside then."
        raise _DamagedError(msg) from error
