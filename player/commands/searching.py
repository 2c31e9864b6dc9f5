"""`search` and `reindex`: the library's index."""

from player.commands.desk import Desk, ProgressLine
from player.commands.moments import clock_text
from player.moments import in_s
from player.search import Progress, Refreshed, rebuild_index, require_query, search_library
from recorder.errors import KeyMissingError
from recorder.store.hits import Hit

NOTHING_FOUND = 1


def run_search(desk: Desk, query: str, *, limit: int, as_json: bool) -> int:
    """Print every hit, newest recording first; 1 if there is none."""
    require_query(query)
    outcome = search_library(
        query, desk.library, keys=desk.keys, limit=limit, progress=(shown := _Shown(desk)).show, notify=desk.note
    )
    shown.line.clear()
    for hit in outcome.found.hits:
        if as_json:
            desk.say_json(_object(desk, hit))
        else:
            desk.say(f"{hit.session_id}  {clock_text(hit.at_ns):>12}  {hit.kind:<9}  {hit.context}")
    _tell_not_searched(desk, outcome.refreshed)
    if not outcome.found.is_complete:
        desk.note(f"There are more than {limit} hits; give a longer query, or a larger --limit.")
    if not outcome.found.hits:
        _refuse_if_nothing_was_searched(outcome.refreshed)
        return NOTHING_FOUND
    return 0


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
        _tell_not_searched(desk, refreshed)
        desk.say(f"Indexed {refreshed.indexed} of {refreshed.total} recordings: {desk.library.index_path}")
    _refuse_if_nothing_was_searched(refreshed)
    return 0


class _Shown:
    """Indexing, on the progress line."""

    def __init__(self, desk: Desk) -> None:
        self.line = ProgressLine(desk.notes)

    def show(self, progress: Progress) -> None:
        """This is how far it is."""
        share = 100 * progress.read_bytes // max(1, progress.size_bytes)
        self.line.show(f"indexing {progress.session_id}, {progress.number} of {progress.total}: {min(share, 100)} %")


def _tell_not_searched(desk: Desk, refreshed: Refreshed) -> None:
    for missed in refreshed.not_searched:
        desk.note(f"{missed.session_id} was not searched, or not whole: {missed.sentence}")


def _refuse_if_nothing_was_searched(refreshed: Refreshed) -> None:
    """Nothing found in nothing read must not be taken for nothing there."""
    if refreshed.total and len(refreshed.not_searched) == refreshed.total:
        msg = "None of the recordings could be read, so nothing was searched; the reasons stand above."
        raise KeyMissingError(msg)


def _object(desk: Desk, hit: Hit) -> dict[str, object]:
    return {
        "recording": hit.session_id,
        "path": str(desk.library.folder / hit.session_id),
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
