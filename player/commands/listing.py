"""`list`: the recordings of the library, or of all libraries, that the facets choose."""

import argparse

from player.catalogue import catalogue
from player.commands.desk import Desk
from player.commands.facet_arguments import facets_of, libraries_of
from player.ledger.telling import told_facets
from player.library import Entry
from recorder.logrow import inert, span_words
from recorder.utc import utc_text

UNKNOWN = (
    "Of {count} more recordings it is not known whether they are like that: their operation logs were not read yet "
    "(tachiai-player reindex), no key opens them, or nothing tells of it."
)
HEADS = ("recording", "started (UTC)", "length", "operator", "host", "state", "verdict", "purpose")


def run_list(desk: Desk, asked: argparse.Namespace) -> int:
    """Print the library, newest first; a recording that cannot be read is in it, with the reason."""
    facets, libraries = facets_of(asked), libraries_of(desk, asked)
    if facets.application or facets.alert:  # these look into what was recorded, the others do not
        where = "; ".join(str(library.folder) for library in libraries)
        desk.gate.search("", where=where, detail={"facets": told_facets(facets)})
    listed = catalogue(libraries, facets, desk.note)
    for sentence in listed.problems:
        desk.note(sentence)
    entries = [entry for _, entry in listed.entries]
    if listed.unknown:
        desk.note(UNKNOWN.format(count=listed.unknown))
    if asked.json:
        for entry in entries:
            desk.say_json(_object(entry))
        return 0
    if entries:
        desk.say_table(map(_row, entries), heads=HEADS)
    elif facets.asked:
        desk.note("No recording is like that.")
    else:
        desk.note(f"There are no recordings in {desk.library.folder} yet.")
    for entry in entries:
        if entry.problem:
            desk.note(f"{entry.session_id}: {entry.problem}")
    return 0


def _object(entry: Entry) -> dict[str, object]:
    known = entry.known
    return {
        "recording": entry.session_id,
        "path": str(entry.folder),
        "operator": None if known is None else known.operator,
        "host": None if known is None else known.host,
        "purpose": None if known is None else known.purpose,
        "started_at": None if known is None else utc_text(known.started_wall_ns),
        "duration_s": None if known is None else known.duration_s,
        "state": "unreadable" if known is None else known.state,
        "verdict": entry.verdict,
        "size_bytes": None if known is None else known.size_bytes,
        "applications": None if entry.used is None else [one.application for one in entry.used.applications],
        "alerts": None if entry.used is None else dict(entry.used.alerts),
        "review": entry.review,
        "problem": entry.problem or None,
    }


def _row(entry: Entry) -> tuple[str, ...]:
    known = entry.known
    if known is None:
        return entry.session_id, "", "", "", "", "unreadable", _verdict(entry), ""
    length = "" if known.duration_s is None else span_words(round(known.duration_s * 1e9))
    who = (inert(known.operator), inert(known.host))
    return (
        entry.session_id,
        _minute(known.started_wall_ns),
        length,
        *who,
        known.state,
        _verdict(entry),
        inert(known.purpose),
    )


def _minute(wall_ns: int) -> str:
    return utc_text(wall_ns)[:19].replace("T", " ")


def _verdict(entry: Entry) -> str:
    return "not verified" if entry.verdict is None else entry.verdict.replace("_", " ")
