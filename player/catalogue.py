"""The recordings of one library or of several, each with what facets ask for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from player.expired import expired_entries
from player.facets import UNVERIFIED, Facets, Selected, Traits, select
from player.library import Entry, Library, no_notice
from recorder.clock import NS_PER_S
from recorder.errors import UnreadableError, WorldError


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What several libraries hold, newest first, and why some could not be read. `unknown`: see `Selected`."""

    entries: tuple[tuple[Library, Entry], ...]
    problems: tuple[str, ...]
    unknown: int = 0


def recording_in(libraries: Sequence[Path], session_id: str) -> Path:
    """The folder of the recording with this id, in the first of these libraries that has it.

    Raises:
        UnreadableError: none has.
    """
    for library in dict.fromkeys(libraries):
        folder = library / session_id
        if folder.is_dir():
            return folder
    msg = f"The recording {session_id} is in none of your libraries; open the library that has it, or import it first."
    raise UnreadableError(msg)


def traits_of(entry: Entry) -> Traits:
    """What is known of a listed recording."""
    known, used = entry.known, entry.used
    return Traits(
        operator=None if known is None else known.operator,
        host=None if known is None else known.host,
        started_wall_ns=None if known is None else known.started_wall_ns,
        utc_offset_s=0 if known is None else known.utc_offset_s,
        duration_ns=None if known is None or known.duration_s is None else round(known.duration_s * NS_PER_S),
        verdict=entry.verdict or UNVERIFIED,
        applications=None if used is None else tuple(one.application for one in used.applications),
        alerts=None if used is None else dict(used.alerts),
        review=entry.review,
    )


def chosen(library: Library, facets: Facets, notify: Callable[[str], None] = no_notice) -> Selected[Entry]:
    """The recordings of this library of which the facets hold.

    Raises:
        StorageError: the library is missing or cannot be read.
    """
    return select(library.entries(notify=notify), facets, traits_of)


def catalogue(libraries: Sequence[Library], facets: Facets, notify: Callable[[str], None] = no_notice) -> Catalogue:
    """The recordings of all these libraries of which the facets hold; what cannot be read is named, the rest is there.

    Raises:
        WorldError: not one of them could be read.
    """
    found: list[tuple[Library, Entry]] = []
    problems: list[WorldError] = []
    unknown = 0
    for library in libraries:
        try:
            standing = library.entries(notify=notify)
            gone = expired_entries(library.folder, library.devices, notify=notify)
            selected = select([*standing, *gone], facets, traits_of)
        except WorldError as error:
            problems.append(error)
        else:
            found += [(library, entry) for entry in selected.items]
            unknown += selected.unknown
    if problems and len(problems) == len(libraries):
        raise problems[0]
    found.sort(key=lambda one: one[1].session_id, reverse=True)
    return Catalogue(tuple(found), tuple(map(str, problems)), unknown)
