"""The index of a library: operation logs that can be searched, rebuilt at any time from the recordings."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from recorder.logrow import LogRow
from recorder.oplog import GROUPING_VERSION
from recorder.store.folding import fold, is_blank
from recorder.store.hits import Found, Hit, hit_in, match_words
from recorder.store.index_file import WAIT_S, Notify, open_database, set_aside, worded, writing
from recorder.store.row_values import LEAD, ROW_COLUMNS, Lead, row_from, row_values, search_words, times_of
from recorder.store.sqlite_door import Database
from recorder.store.uses import Used, all_uses, count_uses, forget_uses

ROWS_A_RECORDING = 1 << 32
CANDIDATES = (
    f"SELECT {', '.join(f'rows.{name}' for name in ROW_COLUMNS.split(', '))}"
    " FROM grams CROSS JOIN rows ON rows.id = grams.rowid"
    " WHERE grams MATCH ? AND grams.rowid BETWEEN ? AND ? ORDER BY grams.rowid"
)
FEW_CANDIDATES = 5000
ROWS_A_FETCH = 200


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a recording is in the index.

    `segment` and `sequence` are of the last chunk read (0 and -1: none); `fingerprint` is of its files then.
    """

    segment: int
    sequence: int
    size_bytes: int
    fingerprint: str
    log_state: bytes


def no_notice(_sentence: str) -> None:
    """Say nothing."""


class Index:
    """One SQLite file. Each thread opens its own; any number of programs may have it open."""

    def __init__(self, path: Path, db: Database) -> None:
        self.path = path
        self._db = db

    @classmethod
    def open(cls, path: Path, *, wait_s: float = WAIT_S, notify: Notify = no_notice) -> Self:
        """The index at `path`, made if it is not there, set aside and made again if it cannot be used.

        Raises:
            IndexUnusableError: it is locked for longer than `wait_s`, or its place cannot be written.
        """
        return cls(path, open_database(path, wait_s=wait_s, notify=notify))

    @classmethod
    def made_again(cls, path: Path, *, notify: Notify = no_notice) -> Self:
        """An empty index in place of one that turned out to be damaged, which is kept under another name."""
        aside = set_aside(path)
        notify(f"The index {path} is damaged. It was set aside as {aside} and is made again; recordings are unharmed.")
        return cls.open(path, notify=notify)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- what is in it ------------------------------------------------------------------------------------------------

    def session_ids(self) -> list[str]:
        """The recordings in the index, newest first."""
        return [row[0] for row in self._all("SELECT session_id FROM recordings ORDER BY started_wall_ns DESC, id DESC")]

    def reached(self, session_id: str) -> Reached | None:
        """How far this recording was read; None: not at all, or by a version that grouped rows otherwise."""
        found = self._all(
            "SELECT segment, sequence, size_bytes, fingerprint, log_state FROM recordings"
            " WHERE session_id = ? AND grouping_version = ?",
            (session_id, GROUPING_VERSION),
        )
        return Reached(*found[0]) if found else None

    def rows(self, session_id: str, *, kinds: Collection[str] = ()) -> list[LogRow]:
        """The recording's operation log as far as it was read, in order of `at_ns`; only of these kinds, if any."""
        number = self._number(session_id)
        if number is None:
            return []
        wanted = f" AND kind IN ({', '.join('?' * len(kinds))})" if kinds else ""
        found = self._all(
            f"SELECT {ROW_COLUMNS} FROM rows WHERE id BETWEEN ? AND ?{wanted} ORDER BY at_ns, id",
            (*_range_of(number), *kinds),
        )
        with worded(self.path):
            return [row_from(values) for values in found]

    def neighbours(self, session_id: str, row_id: int, *, before: int = 2, after: int = 2) -> list[tuple[int, LogRow]]:
        """The rows around this one of the recording, and itself, with their ids, as they were read."""
        number = self._number(session_id)
        if number is None:
            return []
        first, last = _range_of(number)
        found = self._all(
            f"SELECT {ROW_COLUMNS} FROM rows WHERE id BETWEEN ? AND ? ORDER BY id",
            (max(first, row_id - before), min(last, row_id + after)),
        )
        with worded(self.path):
            return [(values[0], row_from(values)) for values in found]

    def used(self) -> dict[str, Used]:
        """Which applications and alerts each recording has, of those that were read."""
        with worded(self.path):
            return all_uses(self._db, GROUPING_VERSION)

    # --- writing ------------------------------------------------------------------------------------------------------

    def append(
        self,
        session_id: str,
        rows: Sequence[LogRow],
        *,
        since: Reached | None,
        reached: Reached,
        started_wall_ns: int,
        growing: Sequence[LogRow] = (),
    ) -> bool:
        """Add the rows that were read after `since`; `growing` are replaced by the next call.

        Returns False, and adds nothing, if another program has read on in the meantime.
        """
        with worded(self.path), writing(self._db):
            if self.reached(session_id) != since:
                return False
            if since is None:
                self._remove(session_id)
            number, next_row = self._ensure(session_id, started_wall_ns)
            self._remove_rows(number, only_growing=True)
            lead = Lead(self._last_typed(number))
            next_row = self._insert(number, next_row, rows, lead, provisional=False)
            self._insert(number, next_row, growing, lead, provisional=True)
            count_uses(self._db, number, rows, provisional=False)
            count_uses(self._db, number, growing, provisional=True)
            self._db.execute(
                "UPDATE recordings SET segment = ?, sequence = ?, size_bytes = ?, fingerprint = ?, log_state = ?,"
                " next_row = ? WHERE id = ?",
                (*_reached_values(reached), next_row, number),
            )
            return True

    def forget(self, session_id: str, *, with_verdict: bool = True) -> None:
        """Take the recording out of the index."""
        with worded(self.path), writing(self._db):
            self._remove(session_id)
            for table in ("summaries", "integrity") if with_verdict else ():
                self._db.execute(f"DELETE FROM {table} WHERE session_id = ?", (session_id,))

    # --- finding ------------------------------------------------------------------------------------------------------

    def find(self, query: str, *, only: Collection[str] | None = None, limit: int = 1000) -> Found:
        """The rows that hold `query` anywhere, whatever its capitals and width; newest recording first, then by time.

        At most `limit` hits; `is_complete` says whether that was all. A query of nothing visible finds nothing.
        `only`: in these recordings.
        """
        if is_blank(query):
            return Found((), is_complete=True)
        needle = fold(query)
        hits: list[Hit] = []
        with worded(self.path):
            for name, values in self._candidates(match_words(needle), only):
                hit = hit_in(
                    name, row_from(values), lead=values[LEAD], times=times_of(values), needle=needle, row_id=values[0]
                )
                if hit is None:
                    continue
                if len(hits) == limit:
                    return Found(_in_order(hits), is_complete=False)
                hits.append(hit)
        return Found(_in_order(hits), is_complete=True)

    # --- what is known of unchanged recordings ------------------------------------------------------------------------

    def remember(self, session_id: str, fingerprint: str, *, summary: bytes | None, verdict: str | None) -> None:
        """Keep what was found out, for as long as the files' fingerprint stays this; None leaves what is kept."""
        with worded(self.path), writing(self._db):
            self._remember(session_id, fingerprint, summary=summary, verdict=verdict)

    def _remember(self, session_id: str, fingerprint: str, *, summary: bytes | None, verdict: str | None) -> None:
        self._db.execute(
            "INSERT INTO summaries VALUES (?, ?, ?, ?) ON CONFLICT (session_id) DO UPDATE SET"
            " summary = CASE WHEN fingerprint = excluded.fingerprint"
            "  THEN coalesce(excluded.summary, summary) ELSE excluded.summary END,"
            " verdict = CASE WHEN fingerprint = excluded.fingerprint"
            "  THEN coalesce(excluded.verdict, verdict) ELSE excluded.verdict END,"
            " fingerprint = excluded.fingerprint",
            (session_id, fingerprint, summary, verdict),
        )

    def remember_summaries(self, summaries: Mapping[tuple[str, str], bytes]) -> None:
        """Keep summaries, (session, fingerprint) → summary; the verdict of another fingerprint goes."""
        with worded(self.path), writing(self._db):
            for (session_id, fingerprint), summary in summaries.items():
                self._remember(session_id, fingerprint, summary=summary, verdict=None)

    def remembered(self) -> dict[tuple[str, str], tuple[bytes | None, str | None]]:
        """(session, fingerprint) → (summary, verdict)."""
        found = self._all("SELECT session_id, fingerprint, summary, verdict FROM summaries")
        return {(row[0], row[1]): (row[2], row[3]) for row in found}

    def remember_integrity(self, session_id: str, fingerprint: str, status: str) -> None:
        """Keep what was judged without a key, for as long as the files' fingerprint stays this."""
        with worded(self.path), writing(self._db):
            self._db.execute("INSERT OR REPLACE INTO integrity VALUES (?, ?, ?)", (session_id, fingerprint, status))

    def integrity(self) -> dict[tuple[str, str], str]:
        """(session, fingerprint) → status."""
        return {(row[0], row[1]): row[2] for row in self._all("SELECT session_id, fingerprint, status FROM integrity")}

    # --- inside -------------------------------------------------------------------------------------------------------

    def _all(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        with worded(self.path):
            return list(self._db.execute(sql, values).fetchall())

    def _number(self, session_id: str) -> int | None:
        found = self._all("SELECT id FROM recordings WHERE session_id = ?", (session_id,))
        return found[0][0] if found else None

    def _ensure(self, session_id: str, started_wall_ns: int) -> tuple[int, int]:
        self._db.execute(
            "INSERT INTO recordings (session_id, started_wall_ns, grouping_version, segment, sequence, size_bytes,"
            " fingerprint, log_state, next_row) VALUES (?, ?, ?, 0, -1, 0, '', x'', 0) ON CONFLICT DO NOTHING",
            (session_id, started_wall_ns, GROUPING_VERSION),
        )
        found = self._all("SELECT id, next_row FROM recordings WHERE session_id = ?", (session_id,))
        return found[0][0], found[0][1]

    def _remove(self, session_id: str) -> None:
        number = self._number(session_id)
        if number is not None:
            self._remove_rows(number, only_growing=False)
            self._db.execute("DELETE FROM recordings WHERE id = ?", (number,))

    def _remove_rows(self, number: int, *, only_growing: bool) -> None:
        """The gram table keeps no text: what goes out of it is made again from the row."""
        condition = "id BETWEEN ? AND ?" + (" AND provisional" if only_growing else "")
        cursor = self._db.execute(f"SELECT id, lead, text, also FROM rows WHERE {condition}", _range_of(number))
        gone = ((row_id, search_words(lead + text, also)) for row_id, lead, text, also in cursor)
        self._db.conn.executemany("INSERT INTO grams (grams, rowid, words) VALUES ('delete', ?, ?)", gone)
        self._db.execute(f"DELETE FROM rows WHERE {condition}", _range_of(number))
        forget_uses(self._db, number, only_growing=only_growing)

    def _insert(self, number: int, next_row: int, rows: Iterable[LogRow], lead: Lead, *, provisional: bool) -> int:
        values: list[tuple[Any, ...]] = []
        for row_id, row in enumerate(rows, start=number * ROWS_A_RECORDING + next_row):
            text, times = lead.before(row)
            values.append((row_id, *row_values(row, text, times), int(provisional)))
        marks = ", ".join("?" * (len(ROW_COLUMNS.split(", ")) + 1))
        self._db.conn.executemany(f"INSERT INTO rows ({ROW_COLUMNS}, provisional) VALUES ({marks})", values)
        self._db.conn.executemany(
            "INSERT INTO grams (rowid, words) VALUES (?, ?)",
            ((row[0], search_words(row[LEAD] + row[4], row[12])) for row in values),
        )
        return next_row + len(values)

    def _last_typed(self, number: int) -> LogRow | None:
        """The last typed row, with all that a row continuing it would continue."""
        found = self._all(
            f"SELECT {ROW_COLUMNS} FROM rows WHERE id BETWEEN ? AND ? AND kind = 'text' ORDER BY id DESC LIMIT 1",
            _range_of(number),
        )
        if not found:
            return None
        row, text = row_from(found[0]), found[0][LEAD] + found[0][4]
        times = times_of(found[0]) or ()
        return LogRow(row.at_ns, row.end_ns, "text", text, text_at_ns=times[: len(text)])

    def _candidates(self, words: str, only: Collection[str] | None) -> Iterator[tuple[str, Any]]:
        """The rows that may hold the words, each with its session: newest recording first, then in order of row."""
        every = self._all("SELECT id, session_id FROM recordings ORDER BY started_wall_ns DESC, id DESC")
        newest_first = [(number, name) for number, name in every if only is None or name in only]
        few = self._all("SELECT rowid FROM grams WHERE grams MATCH ? LIMIT ?", (words, FEW_CANDIDATES))
        if len(few) < FEW_CANDIDATES:
            yield from self._rows_of([row[0] for row in few], dict(newest_first))
            return
        for number, name in newest_first:
            for values in self._db.execute(CANDIDATES, (words, *_range_of(number))):
                yield name, values

    def _rows_of(self, row_ids: Sequence[int], newest_first: Mapping[int, str]) -> Iterator[tuple[str, Any]]:
        """These rows; one query for all recordings is much quicker than one for each when there are few rows."""
        places = {number: place for place, number in enumerate(newest_first)}
        present = [row_id for row_id in row_ids if row_id // ROWS_A_RECORDING in places]
        present.sort(key=lambda row_id: (places[row_id // ROWS_A_RECORDING], row_id))
        for chunk in (present[start : start + ROWS_A_FETCH] for start in range(0, len(present), ROWS_A_FETCH)):
            marks = ", ".join("?" * len(chunk))
            fetched = {row[0]: row for row in self._all(f"SELECT {ROW_COLUMNS} FROM rows WHERE id IN ({marks})", chunk)}
            for row_id in chunk:
                if row_id in fetched:
                    yield newest_first[row_id // ROWS_A_RECORDING], fetched[row_id]


def _range_of(number: int) -> tuple[int, int]:
    return number * ROWS_A_RECORDING, (number + 1) * ROWS_A_RECORDING - 1


def _reached_values(reached: Reached) -> tuple[object, ...]:
    return reached.segment, reached.sequence, reached.size_bytes, reached.fingerprint, reached.log_state


def _in_order(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """By time within each recording; the recordings stay in the order they were found in."""
    places: dict[str, int] = {}
    key: Callable[[Hit], tuple[int, int]] = lambda hit: (places[hit.session_id], hit.at_ns)  # noqa: E731
    for hit in hits:
        places.setdefault(hit.session_id, len(places))
    return tuple(sorted(hits, key=key))
