"""Rows to put into an index, and what is found in it."""

from collections.abc import Sequence
from pathlib import Path

from recorder.logrow import LogRow
from recorder.store import sqlite_door
from recorder.store.index import Index, Reached

MS = 1_000_000
S = 1_000_000_000


def typed(text: str, at_ns: int = 0, *, continues: bool = False, also: str = "") -> LogRow:
    times = tuple(at_ns + number * 100 * MS for number in range(len(text)))
    also_times = tuple(at_ns + number * 10 * MS for number in range(len(also))) or None
    return LogRow(
        at_ns,
        times[-1],
        "text",
        text,
        text_at_ns=times,
        continues=continues,
        also=also,
        also_at_ns=also_times,
    )


def upto(sequence: int) -> Reached:
    return Reached(1, sequence, 100 * sequence, f"fingerprint {sequence}", b"state")


def add(
    index: Index, rows: Sequence[LogRow], *, session: str = "a", started: int = 0, growing: Sequence[LogRow] = ()
) -> None:
    since = index.reached(session)
    reached = upto(0 if since is None else since.sequence + 1)
    assert index.append(session, rows, since=since, reached=reached, started_wall_ns=started, growing=growing)


def found(index: Index, query: str) -> list[tuple[str, int]]:
    return [(hit.text[hit.start : hit.end], hit.at_ns) for hit in index.find(query).hits]


def with_sqlite(path: Path, statement: str) -> None:
    connection = sqlite_door.sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()
