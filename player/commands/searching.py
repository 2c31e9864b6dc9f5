"""`search` and `reindex`: the library's index."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace

from player.catalogue import chosen
from player.commands.desk import Desk, ProgressLine
from player.commands.facet_arguments import facets_of, libraries_of, saved_of
from player.commands.listing import UNKNOWN
from player.commands.moments import clock_text
from player.facets import Facets
from player.integrity import unsound_recordings
from player.ledger.telling import told_facets
from player.library import Library
from player.moments import in_s
from player.search import Progress, Refreshed, rebuild_index, require_query, search_library
from recorder.errors import KeyMissingError, StorageError
from recorder.evidence.findings import Status
from recorder.store.hits import Hit

NOTHING_FOUND = 1
MOST_NAMED = 5
NOT_TO_RELY_ON = {
    Status.ALTERED: "was altered: of it is found only what is sound, or was sound when it was read",
    Status.CANNOT_JUDGE: "cannot be judged here: nobody can say whether it was altered",
    Status.READ_FAILED: "could not be read whole",
}


def run_search(desk: Desk, asked: argparse.Namespace) -> int:
    """Print every hit, newest recording first; 1 if there is none."""
    facets, saved = facets_of(asked), saved_of(asked)
    query = asked.query if asked.query is not None else "" if saved is None else saved.text
    require_query(query)
    libraries = libraries_of(desk, asked)
    where = "; ".join(str(library.folder) for library in libraries)
    desk.gate.search(query, where=where, detail={"facets": told_facets(facets)} if facets.asked else None)
    searched = _search(desk, libraries, query, facets, limit=asked.limit)
    for library, hit in searched.hits:
        if asked.json:
            desk.say_json(_object(library, hit))
        else:
            desk.say(f"{hit.session_id}  {clock_text(hit.at_ns):>12}  {hit.kind:<9}  {hit.context}")
    for library, refreshed in searched.refreshed:
        _tell_not_to_rely_on(desk, library, refreshed, searched.shown)
    for sentence in searched.problems:
        desk.note(sentence)
    if searched.unknown:
        desk.note(UNKNOWN.format(count=searched.unknown))
    if not searched.is_complete:
        desk.note(f"There are more than {asked.limit} hits; give a longer query, or a larger --limit.")
    if not searched.hits:
        _refuse_if_nothing_was_searched([refreshed for _, refreshed in searched.refreshed])
        return NOTHING_FOUND
    return 0


@dataclass(frozen=True, slots=True)
class _Searched:
    """What searching one library or several came to."""

    hits: list[tuple[Library, Hit]]
    is_complete: bool
    refreshed: list[tuple[Library, Refreshed]]
    problems: list[str]
    unknown: int
    shown: "_Shown"


def _search(desk: Desk, libraries: Sequence[Library], query: str, facets: Facets, *, limit: int) -> _Searched:
    hits: list[tuple[Library, Hit]] = []
    searched = _Searched([], True, [], [], 0, _Shown(desk))
    unknown, is_complete = 0, True
    for library in libraries:
        choice = _Choice(library, facets)
        try:
            outcome = search_library(
                query,
                library,
                keys=desk.keys,
                limit=limit,
                only=choice.sessions,
                progress=searched.shown.show,
                notify=desk.note,
            )
        except StorageError as error:
            if len(libraries) == 1:
                raise
            searched.problems.append(str(error))
            continue
        hits += [(library, hit) for hit in outcome.found.hits]
        searched.refreshed.append((library, outcome.refreshed))
        unknown += choice.unknown
        is_complete &= outcome.found.is_complete
    searched.shown.line.clear()
    if len(libraries) > 1:
        hits.sort(key=lambda one: one[1].session_id, reverse=True)  # stable: in each recording by time
    is_complete &= len(hits) <= limit
    return replace(searched, hits=hits[:limit], is_complete=is_complete, unknown=unknown)


class _Choice:
    """Which recordings of a library the facets choose, asked once all that is new was read."""

    def __init__(self, library: Library, facets: Facets) -> None:
        self._library = library
        self._facets = facets
        self.unknown = 0

    def sessions(self) -> set[str] | None:
        if not self._facets.asked:
            return None
        selected = chosen(self._library, self._facets)
        self.unknown = selected.unknown
        return {entry.session_id for entry in selected.items}


def run_reindex(desk: Desk, *, as_json: bool) -> int:
    """Make the index again."""
    refreshed = rebuild_index(desk.library, keys=desk.keys, progress=(shown := _Shown(desk)).show, notify=desk.note)
    shown.line.clear()
    if as_json:
        for missed in refreshed.not_searched:
            desk.say_json({"recording": missed.session_id, "indexed": False, "problem": missed.sentence})
        desk.say_json(
            {"recordings": refreshed.total, "indexed": refreshed.indexed, "index": str(desk.library.index_path)}
        )
    else:
        for sentence in _not_searched(refreshed):
            desk.note(sentence)
        desk.say(f"Indexed {refreshed.indexed} of {refreshed.total} recordings: {desk.library.index_path}")
    _refuse_if_nothing_was_searched([refreshed])
    return 0


class _Shown:
    """Indexing, on the progress line."""

    def __init__(self, desk: Desk) -> None:
        self.line = ProgressLine(desk.notes)

    def show(self, progress: Progress) -> None:
        """This is how far it is."""
        share = 100 * progress.read_bytes // max(1, progress.size_bytes)
        self.line.show(f"indexing {progress.session_id}, {progress.number} of {progress.total}: {min(share, 100)} %")

    def verifying(self, session_id: str, done_bytes: int, total_bytes: int) -> None:
        """Verifying is this far."""
        self.line.show(f"verifying {session_id}: {100 * done_bytes // max(1, total_bytes)} %")


def _tell_not_to_rely_on(desk: Desk, library: Library, refreshed: Refreshed, shown: _Shown) -> None:
    """Name the recordings for which a hit, or no hit, is not to be relied on: the first few in a sentence each."""
    sentences = _not_searched(refreshed)
    missed = {one.session_id for one in refreshed.not_searched}
    for one in unsound_recordings(library, besides=missed, told=shown.verifying):
        sentences.append(f"{one.session_id} {NOT_TO_RELY_ON[one.status]} (tachiai-player verify {one.session_id}).")
    shown.line.clear()
    for sentence in sentences[:MOST_NAMED]:
        desk.note(sentence)
    if len(sentences) > MOST_NAMED:
        desk.note(
            f"{len(sentences) - MOST_NAMED} more recordings were not searched whole, or were altered, or cannot be "
            "judged; tachiai-player verify tells of each."
        )


def _not_searched(refreshed: Refreshed) -> list[str]:
    return [f"{one.session_id} was not searched, or not whole: {one.sentence}" for one in refreshed.not_searched]


def _refuse_if_nothing_was_searched(refreshed: Sequence[Refreshed]) -> None:
    """Nothing found in nothing read must not be taken for nothing there."""
    total = sum(one.total for one in refreshed)
    if total and sum(len(one.not_searched) for one in refreshed) == total:
        msg = "None of the recordings could be read, so nothing was searched; the reasons stand above."
        raise KeyMissingError(msg)


def _object(library: Library, hit: Hit) -> dict[str, object]:
    return {
        "recording": hit.session_id,
        "path": str(library.folder / hit.session_id),
        "at_s": in_s(hit.at_ns),
        "kind": hit.kind,
        "text": hit.text,
        "match_start": hit.start,
        "match_end": hit.end,
        "context": hit.context,
        "row_at_s": in_s(hit.row.at_ns),
        "row_end_s": in_s(hit.row.end_ns),
        "application": hit.row.application,
        "window": hit.row.window,
    }
