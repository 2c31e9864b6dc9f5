"""The index's tables, a named step each; a step is never changed once it was released."""

import string
from functools import cache

from recorder.store.sqlite_door import Database, Migrations

MIGRATION_SET = "tachiai_index"


@cache
def migrations() -> Migrations:
    """The steps from an empty file to what this version uses."""
    steps = Migrations(MIGRATION_SET)
    steps(name="0001_recordings")(_recordings)
    steps(name="0002_rows")(_rows)
    steps(name="0003_grams")(_grams)
    steps(name="0004_summaries")(_summaries)
    steps(name="0005_integrity")(_integrity)
    steps(name="0006_severity")(_severity)
    steps(name="0007_uses")(_uses)
    return steps


def step_names() -> set[str]:
    """The names of all steps that this version knows."""
    return {step.name for step in migrations()._migrations}


def _recordings(db: Database) -> None:
    """What was read so far of each recording, and what to go on with."""
    db.execute(
        """CREATE TABLE recordings (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            session_id TEXT NOT NULL UNIQUE,
            started_wall_ns INTEGER NOT NULL,
            grouping_version INTEGER NOT NULL,
            segment INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            size_bytes INTEGER NOT NULL,
            fingerprint TEXT NOT NULL,
            log_state BLOB NOT NULL,
            next_row INTEGER NOT NULL
        )"""
    )


def _rows(db: Database) -> None:
    """The operation logs. `id` is the recording's id times 2^32 plus the row's number: one range a recording.

    `lead` is the typed text before this piece that only a pause parts from it, so that a word typed across the pause
    is found; `text_at` are the times of the characters of `lead` and `text`. `provisional` rows were still growing.
    """
    db.execute(
        """CREATE TABLE rows (
            id INTEGER PRIMARY KEY,
            at_ns INTEGER NOT NULL,
            end_ns INTEGER NOT NULL,
            kind TEXT NOT NULL,
            text TEXT NOT NULL,
            detail TEXT NOT NULL,
            application TEXT,
            window TEXT,
            text_at BLOB,
            x_px INTEGER,
            y_px INTEGER,
            continues INTEGER NOT NULL,
            also TEXT NOT NULL,
            lead TEXT NOT NULL,
            provisional INTEGER NOT NULL
        )"""
    )


def _grams(db: Database) -> None:
    """Which rows hold which one, two or three characters.

    The grams are made by `recorder.store.folding`, not by SQLite's trigram tokenizer, which finds nothing for one or
    two characters and, in SQLite 3.40 (Debian 12), loses Japanese in LIKE. For the "ascii" tokenizer everything that
    is not ASCII is part of a word; here ASCII's punctuation is as well.
    """
    signs = string.punctuation.replace("'", "''''").replace('"', '""')
    db.execute(
        "CREATE VIRTUAL TABLE grams USING fts5(words, content='', detail=none, columnsize=0,"
        f""" tokenize="ascii tokenchars '{signs}'")"""
    )


def _summaries(db: Database) -> None:
    """What is known of a recording while its files do not change, for quick lists."""
    db.execute(
        """CREATE TABLE summaries (
            session_id TEXT PRIMARY KEY,
            fingerprint TEXT NOT NULL,
            summary BLOB,
            verdict TEXT
        )"""
    )


def _integrity(db: Database) -> None:
    """What `verify` said of a recording without a key, while its files do not change."""
    db.execute(
        """CREATE TABLE integrity (
            session_id TEXT PRIMARY KEY,
            fingerprint TEXT NOT NULL,
            status TEXT NOT NULL
        )"""
    )


def _severity(db: Database) -> None:
    """How grave each row is: an alert's severity, a gap, a source that does not work."""
    db.execute("ALTER TABLE rows ADD COLUMN severity TEXT NOT NULL DEFAULT 'informational'")


def _uses(db: Database) -> None:
    """Applications and alerts of each recording, counted as its rows come; what was read before is read again."""
    db.execute(
        """CREATE TABLE uses (
            recording INTEGER NOT NULL,
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            provisional INTEGER NOT NULL,
            first_ns INTEGER NOT NULL,
            last_ns INTEGER NOT NULL,
            rows INTEGER NOT NULL,
            PRIMARY KEY (recording, kind, name, provisional)
        ) WITHOUT ROWID"""
    )
    db.execute("UPDATE recordings SET grouping_version = 0")
