"""Which applications and alerts a recording's rows tell of, counted as they come: a list need not read them."""

from collections.abc import Iterable
from dataclasses import dataclass

from recorder.logrow import LogRow
from recorder.store.sqlite_door import Database

APPLICATION, ALERT = "application", "alert"


@dataclass(frozen=True, slots=True)
class Use:
    """An application that was active: from its first row to the end of its last, and in how many rows."""

    application: str
    first_ns: int
    last_ns: int
    rows: int


@dataclass(frozen=True, slots=True)
class Used:
    """What the rows of one recording tell: its applications by name, how many alerts of which severity."""

    applications: tuple[Use, ...] = ()
    alerts: tuple[tuple[str, int], ...] = ()


def count_uses(db: Database, recording: int, rows: Iterable[LogRow], *, provisional: bool) -> None:
    """Add what these rows tell. What `provisional` rows told goes when they go."""
    found: dict[tuple[str, str], tuple[int, int, int]] = {}
    for row in rows:
        names = [(APPLICATION, row.application)] if row.application is not None else []
        if row.kind == "alert":
            names.append((ALERT, row.severity))
        for key in names:
            first_ns, last_ns, count = found.get(key, (row.at_ns, row.end_ns, 0))
            found[key] = min(first_ns, row.at_ns), max(last_ns, row.end_ns), count + 1
    db.conn.executemany(
        "INSERT INTO uses VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " first_ns = min(first_ns, excluded.first_ns), last_ns = max(last_ns, excluded.last_ns),"
        " rows = rows + excluded.rows",
        [(recording, kind, name, int(provisional), *values) for (kind, name), values in found.items()],
    )


def forget_uses(db: Database, recording: int, *, only_growing: bool) -> None:
    """Take out what the recording's rows told, or its provisional ones."""
    db.execute("DELETE FROM uses WHERE recording = ?" + (" AND provisional" if only_growing else ""), (recording,))


def all_uses(db: Database, grouping_version: int) -> dict[str, Used]:
    """What is known of each recording that was read."""
    names = db.execute("SELECT id, session_id FROM recordings WHERE grouping_version = ?", (grouping_version,))
    sessions = dict(names.fetchall())
    applications: dict[int, list[Use]] = {number: [] for number in sessions}
    alerts: dict[int, list[tuple[str, int]]] = {number: [] for number in sessions}
    counted = db.execute(
        "SELECT recording, kind, name, min(first_ns), max(last_ns), sum(rows) FROM uses"
        " GROUP BY recording, kind, name ORDER BY recording, kind, name"
    )
    for number, kind, name, first_ns, last_ns, rows in counted:
        if number not in sessions:
            continue
        if kind == APPLICATION:
            applications[number].append(Use(name, first_ns, last_ns, rows))
        else:
            alerts[number].append((name, rows))
    return {name: Used(tuple(applications[number]), tuple(alerts[number])) for number, name in sessions.items()}
