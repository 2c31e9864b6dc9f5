"""Alerts that wait to be sent, on disk: what is put here outlives every kill, and is sent again until it was taken.

One SQLite file, which the recorder puts into and the resident program sends from. A message is known by its id and its
channel: put twice it waits once, and what was delivered is remembered, so that it is not sent again when the recorder
says it again after a restart.
"""

import hashlib
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.channels.message import AlertMessage
from app.channels.queue_file import QueueFile, Tell
from recorder.clock import NS_PER_S
from recorder.evidence.files import SystemFiles
from recorder.store.sqlite_door import Database

WAIT_S = 5.0  # for who has it locked
_LOCK_DIGITS = 16
REMEMBERED_NS = 90 * 86_400 * NS_PER_S
_NOT_READ = "An alert in the queue cannot be read by this version; it is not sent, and stands in its recording."


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that waits for a channel, behind the number in whose order it came.

    `tries`: how often it was put aside, because it is not wanted as it is; `until_wall_ns`: until when (None: not now).
    """

    number: int
    message: AlertMessage
    tries: int = 0
    until_wall_ns: int | None = None


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

    def __init__(self, path: Path, *, tell: Tell = lambda _: None, wait_s: float = WAIT_S) -> None:
        """Open it, or make it; a damaged one is set aside, now or later, and `tell` hears so.

        Raises:
            StorageError: it cannot be written.
        """
        self.path = path
        self._file = QueueFile(path, tell=tell, wait_s=wait_s)

    def put(self, message: AlertMessage, channels: Sequence[str], *, wall_ns: int) -> None:
        """Keep the message for these channels; on disk when this returns.

        Raises:
            StorageError: it is not.
        """
        body = msgspec.msgpack.encode(message)

        def work(db: Database) -> None:
            for channel in channels:
                db.execute(
                    "INSERT OR IGNORE INTO waiting (message, channel, body, queued_wall_ns) SELECT ?, ?, ?, ?"
                    " WHERE NOT EXISTS (SELECT 1 FROM delivered WHERE message = ? AND channel = ?)",
                    (message.id, channel, body, wall_ns, message.id, channel),
                )

        self._file.change(work)

    def look(self) -> object:
        """Which file the queue is now, after a look at all that waits. Raises `StorageError`."""
        self._file.read("SELECT SUM(LENGTH(body)) FROM waiting", ())
        return self._file.place

    def waiting(self, channel: str, *, after: int = 0, at_most: int = 1000) -> list[Waiting]:
        """What waits for this channel, in the order in which it came, behind a number."""
        found = self._file.read(
            "SELECT number, message, body, problem, tries, until_wall_ns FROM waiting"
            " LEFT JOIN aside USING (message, channel) WHERE channel = ? AND number > ? ORDER BY number LIMIT ?",
            (channel, after, at_most),
        )
        readable, unreadable = list[Waiting](), list[str]()
        for number, message, body, problem, tries, until_wall_ns in found:
            try:
                decoded = msgspec.msgpack.decode(body, type=AlertMessage)
            except msgspec.MsgspecError:
                unreadable += [message] if problem != _NOT_READ else []
            else:
                readable.append(Waiting(number, decoded, tries or 0, until_wall_ns))
        if unreadable:
            self._file.change(_noting(channel, unreadable, _NOT_READ))
        return readable

    def set_delivered(self, channel: str, sent: Sequence[Waiting], *, wall_ns: int) -> None:
        """These were taken."""

        def work(db: Database) -> None:
            for one in sent:
                for table in ("waiting", "aside"):
                    db.execute(f"DELETE FROM {table} WHERE message = ? AND channel = ?", (one.message.id, channel))
                db.execute("INSERT OR REPLACE INTO delivered VALUES (?, ?, ?)", (one.message.id, channel, wall_ns))
            db.execute("DELETE FROM delivered WHERE at_wall_ns < ?", (wall_ns - REMEMBERED_NS,))

        self._file.change(work)

    def set_taken(self, channel: str, one: Waiting, takers: Sequence[str], *, wall_ns: int) -> None:
        """These receivers have it; it waits for the channel's others."""

        def work(db: Database) -> None:
            for taker in takers:
                given = (one.message.id, _by_taker(channel) + taker, wall_ns)
                db.execute("INSERT OR REPLACE INTO delivered VALUES (?, ?, ?)", given)

        self._file.change(work)

    def takers(self, channel: str, one: Waiting) -> frozenset[str]:
        """Who of this channel's receivers has it."""
        before = _by_taker(channel)
        found = self._file.read(
            "SELECT substr(channel, ?) FROM delivered WHERE message = ? AND substr(channel, 1, ?) = ?",
            (len(before) + 1, one.message.id, len(before), before),
        )
        return frozenset(taker for (taker,) in found)

    def set_failed(self, channel: str, kept: Sequence[Waiting], problem: str) -> None:
        """These were tried in vain."""
        self._file.change(_noting(channel, [one.message.id for one in kept], problem))

    def set_aside(self, channel: str, one: Waiting, problem: str, *, until_wall_ns: int) -> None:
        """This was tried in vain, and is not to be tried again before then."""

        def work(db: Database) -> None:
            _noting(channel, [one.message.id], problem)(db)
            put = (one.message.id, channel, one.tries + 1, until_wall_ns)
            db.execute("INSERT OR REPLACE INTO aside (message, channel, tries, until_wall_ns) VALUES (?, ?, ?, ?)", put)

        self._file.change(work)

    def state(self, channel: str) -> ChannelState:
        """How this channel stands."""
        ((waiting, oldest),) = self._file.read(
            "SELECT count(*), min(queued_wall_ns) FROM waiting WHERE channel = ?", (channel,)
        )
        problems = self._file.read(
            "SELECT problem FROM waiting WHERE channel = ? AND problem != '' ORDER BY number LIMIT 1", (channel,)
        )
        ((delivered, last),) = self._file.read(
            "SELECT count(*), max(at_wall_ns) FROM delivered WHERE channel = ?", (channel,)
        )
        return ChannelState(channel, waiting, oldest, problems[0][0] if problems else "", delivered, last)

    def left_over(self, named: Collection[str]) -> list[ChannelState]:
        """How the channels stand for which something waits and which are not among the named ones."""
        found = self._file.read("SELECT DISTINCT channel FROM waiting ORDER BY channel", ())
        return [self.state(channel) for (channel,) in found if channel not in named]

    def hand_over(self, addresses: Mapping[str, str]) -> None:
        """What is known of a channel that is not among these goes to the one with the same address, if there is one.

        `addresses` by name; they are remembered for the next time. What another process sends now is left to it.
        """
        by_address = {address: name for name, address in addresses.items()}
        for before, address in self._file.read("SELECT channel, address FROM addresses", ()):
            now = by_address.get(address)
            if before not in addresses and now is not None:
                with self.sending(before) as is_ours:
                    if is_ours:
                        self._file.change(_renaming(before, now))

        def work(db: Database) -> None:
            for named in addresses.items():
                db.execute("INSERT OR REPLACE INTO addresses (channel, address) VALUES (?, ?)", named)

        self._file.change(work)

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
        self._file.close()


def _noting(channel: str, messages: Sequence[str], problem: str) -> Callable[[Database], None]:
    def work(db: Database) -> None:
        for message in messages:
            noted = (problem, message, channel)
            db.execute("UPDATE waiting SET problem = ? WHERE message = ? AND channel = ?", noted)

    return work


def _renaming(before: str, now: str) -> Callable[[Database], None]:
    by_taker = _by_taker(before)

    def work(db: Database) -> None:
        for table in ("delivered", "aside"):
            db.execute(f"UPDATE OR IGNORE {table} SET channel = ? WHERE channel = ?", (now, before))
        db.execute(
            "UPDATE OR IGNORE delivered SET channel = ? || substr(channel, ?) WHERE substr(channel, 1, ?) = ?",
            (_by_taker(now), len(by_taker) + 1, len(by_taker), by_taker),
        )
        db.execute(
            "DELETE FROM waiting WHERE channel = ? AND message IN (SELECT message FROM delivered WHERE channel = ?"
            " UNION SELECT message FROM waiting WHERE channel = ?)",
            (before, now, now),
        )
        db.execute("UPDATE waiting SET channel = ? WHERE channel = ?", (now, before))
        db.execute("DELETE FROM addresses WHERE channel = ?", (before,))

    return work


def _by_taker(channel: str) -> str:
    return f"{channel}\n"  # which no name of a channel has in it
