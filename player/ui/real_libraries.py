"""The libraries as they are: one or all of them listed, searched, read into their indexes, and added to."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from player.catalogue import traits_of
from player.expired import expired_entries
from player.facets import Facets, select
from player.importing import Imported, ImportProgress
from player.library import Entry as Listed
from player.library import Library, no_notice
from player.package.taking import take_in
from player.persons import Persons
from player.search import MOST_HITS, NotSearched, Refreshed, find_in_index, learn, search_library
from player.shelf import SavedSearch, Shelf
from player.ui.access import Entry, EntryState, Hit, Hits, Level, Listing
from player.ui.list_models import local_time
from recorder.clock import NS_PER_S
from recorder.errors import StorageError, WorldError
from recorder.evidence.key_folder import keys_folder, trusted_devices
from recorder.evidence.keys import KeyRing
from recorder.logrow import LogRow
from recorder.store.hits import Hit as StoredHit
from recorder.store.index import Index

REFRESH_EVERY_S = 5.0  # between two letters nothing new need be looked for in a thousand folders
FIRST_HITS = 100  # what a person sees of the list while they type; the rest follows
AROUND = 2  # rows before and after what was found


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a library held when it was listed last, and on which disk it lay."""

    listed: tuple[Listed, ...]
    device: int | None


class RealLibraries:
    """Called from several background threads: what is kept is replaced as a whole."""

    def __init__(self, library: Path, shelf: Shelf) -> None:
        self.folder = library
        self.shows_all = False
        self.shelf = shelf
        self._forgotten: Path | None = None
        self._last: dict[Path, _Shown] = {}
        self._refreshed_s: dict[Path, float] = {}
        self._missed: dict[Path, tuple[NotSearched, ...]] = {}  # what could not be read when it was tried last

    # --- which ------------------------------------------------------------------------------------------------------

    @property
    def remembered(self) -> tuple[Path, ...]:
        """The libraries of the shelf, and the one in use."""
        try:
            kept = self.shelf.libraries()
        except WorldError:  # said when something is to be kept there; what is in use works without it
            kept = ()
        return kept if self.folder.absolute() in kept else (self.folder, *kept)

    def use(self, folder: Path) -> None:
        """From now on this one. The one before is remembered, though it was never chosen: one goes back to it."""
        before = self.folder
        self.folder, self.shows_all = folder, False
        if before.is_dir() and before != self._forgotten:
            self.shelf.use(before)
        self.shelf.use(folder)

    def forget(self, folder: Path) -> None:
        """No longer remember this one; its recordings stay."""
        self._forgotten = folder
        self.shelf.drop(folder)

    def show_all(self) -> None:
        """From now on all of them."""
        self.shows_all = True
        self.shelf.use(self.folder)
        self.shelf.use(None)

    def library(self, folder: Path | None = None) -> Library:
        """The library in this folder; None: the one in use."""
        shown = self.folder if folder is None else folder
        return Library(shown, devices=trusted_devices(keys_folder()), is_in_window=True)

    @property
    def where(self) -> str:
        """What is searched, for the ledger."""
        return "; ".join(str(library.folder) for library in self.shown())

    def shown(self) -> list[Library]:
        """The libraries that are shown."""
        return [self.library(folder) for folder in (self.remembered if self.shows_all else (self.folder,))]

    # --- listing ----------------------------------------------------------------------------------------------------

    def listing(self) -> Listing:
        """The recordings of all that is shown. A library that is away is told of, and is as it was when seen last.

        Raises:
            WorldError: the only library cannot be read, and never could.
        """
        entries: list[Entry] = []
        problems: list[str] = []
        libraries = self.shown()
        for library in libraries:
            try:
                listed = self._list(library)
            except WorldError as error:
                last = self._last.get(library.folder)
                if last is None and len(libraries) == 1:
                    raise
                problems.append(str(error))
                listed = () if last is None else last.listed
            entries += map(entry_of, listed)
        if len(libraries) > 1:
            entries.sort(key=lambda entry: entry.folder.name, reverse=True)
        return Listing(tuple(entries), " ".join(problems))

    def _list(self, library: Library) -> tuple[Listed, ...]:
        device = _device_of(library.folder)
        before = self._last.get(library.folder)
        listed = tuple(library.entries())
        gone = tuple(expired_entries(library.folder, library.devices, notify=no_notice))
        if not listed and before is not None and before.listed and device != before.device:
            msg = f"{library.folder} is empty and on another disk than before: is a share not mounted? Mount it again."
            raise StorageError(msg)
        if any(entry.problem for entry in listed):
            library.folders()  # the library itself went away while it was listed: that is to be said, not each loss
        listed = tuple(sorted((*listed, *gone), key=lambda entry: entry.folder.name, reverse=True))
        self._last = self._last | {library.folder: _Shown(listed, device)}
        return listed

    # --- searching --------------------------------------------------------------------------------------------------

    def search(
        self,
        query: str,
        *,
        keys: Callable[[], KeyRing],
        facets: Facets,
        keep_on: Callable[[], None],
        first: Callable[[Hits], None],
    ) -> Hits:
        """What is found in what was read before goes to `first`, at once; then what is new is read."""
        libraries = self.shown()
        found = [self._find(library, query, facets, limit=FIRST_HITS) for library in libraries]
        first(_merged(found))
        for place, library in enumerate(libraries):
            keep_on()
            if found[place].is_cut:
                found[place] = self._find(library, query, facets)
                keep_on()
            if time.monotonic() - self._refreshed_s.get(library.folder, -REFRESH_EVERY_S) >= REFRESH_EVERY_S:
                found[place] = self._find_anew(library, query, facets, keys, keep_on)
        return _merged(found)

    def _find(self, library: Library, query: str, facets: Facets, *, limit: int = MOST_HITS) -> Hits:
        try:
            stored = find_in_index(query, library, limit=limit, only=self._chosen(library, facets))
        except WorldError as error:
            return Hits((), problem=str(error))
        missed = self._missed.get(library.folder, ())
        return Hits(self._hits(library, stored.hits), not stored.is_complete, missed=missed)

    def _find_anew(
        self, library: Library, query: str, facets: Facets, keys: Callable[[], KeyRing], keep_on: Callable[[], None]
    ) -> Hits:
        def only() -> set[str] | None:
            return self._chosen(library, facets, anew=True)

        try:
            outcome = search_library(query, library, keys=keys, limit=MOST_HITS, only=only, progress=_heard(keep_on))
        except WorldError as error:
            found = self._find(library, query, facets)  # the share is away: what was read of it can be searched
            return replace(found, problem=str(error))
        self._keep(library, outcome.refreshed)
        hits = self._hits(library, outcome.found.hits)
        return Hits(hits, not outcome.found.is_complete, missed=outcome.refreshed.not_searched)

    def _keep(self, library: Library, refreshed: Refreshed) -> None:
        """What was missed is missed by the next searches too, which do not look for what is new at once again."""
        self._refreshed_s[library.folder] = time.monotonic()
        self._missed = self._missed | {library.folder: refreshed.not_searched}

    def _chosen(self, library: Library, facets: Facets, *, anew: bool = False) -> set[str] | None:
        if not facets.asked:
            return None
        last = self._last.get(library.folder)
        listed = self._list(library) if anew or last is None else last.listed
        return {entry.session_id for entry in select(listed, facets, traits_of).items}

    def _hits(self, library: Library, hits: Iterable[StoredHit]) -> tuple[Hit, ...]:
        last = self._last.get(library.folder)
        listed = {} if last is None else {entry.session_id: entry for entry in last.listed}
        return tuple(_hit(library.folder / hit.session_id, hit, listed.get(hit.session_id)) for hit in hits)

    # --- the index ----------------------------------------------------------------------------------------------------

    def learn(self, keys: Callable[[], KeyRing], keep_on: Callable[[], None]) -> bool:
        """Read what is new into the indexes; whether there was something. A library that is away is left for later."""
        news = False
        for library in self.shown():
            keep_on()
            try:
                refreshed = learn(library, keys=keys, progress=_heard(keep_on))
            except WorldError:
                continue  # said where it is listed or searched
            self._keep(library, refreshed)
            news |= refreshed.indexed > 0
        return news

    def around(self, hit: Hit) -> tuple[tuple[LogRow, ...], int]:
        """The rows around a hit of the index, and which of them it is."""
        if hit.row_id is None:
            return (), 0
        with Index.open(self.library(hit.folder.parent).index_path) as index:
            found = index.neighbours(hit.folder.name, hit.row_id, before=AROUND, after=AROUND)
        place = next((number for number, (row_id, _) in enumerate(found) if row_id == hit.row_id), None)
        return ((), 0) if place is None else (tuple(row for _, row in found), place)

    # --- adding -------------------------------------------------------------------------------------------------------

    def take_in(self, source: Path, told: Callable[[ImportProgress], None]) -> Imported:
        """Copy a recording into the library in use."""
        library = self.library()
        return take_in(source, library.folder, persons=Persons.load(), devices=library.devices, told=told)

    def searches(self) -> tuple[SavedSearch, ...]:
        """The saved ones."""
        return self.shelf.look().searches


def entry_of(listed: Listed) -> Entry:
    """A recording of a library as the window shows it."""
    known, used = listed.known, listed.used
    if known is None:
        unreadable = EntryState.UNREADABLE
        return Entry(listed.folder, None, None, None, None, 0, None, unreadable, problem=listed.problem)
    return Entry(
        folder=listed.folder,
        operator=known.operator,
        host=known.host,
        purpose=known.purpose,
        started_wall_ns=known.started_wall_ns,
        utc_offset_s=known.utc_offset_s,
        duration_ns=None if known.duration_s is None else round(known.duration_s * NS_PER_S),
        state=EntryState(known.state),
        level=Level.UNCHECKED if listed.verdict is None else Level(listed.verdict),
        applications=None if used is None else tuple(one.application for one in used.applications),
        alerts=None if used is None else used.alerts,
        review=listed.review,
    )


def _heard(keep_on: Callable[[], None]) -> Callable[[object], None]:
    return lambda _progress: keep_on()


def _device_of(folder: Path) -> int | None:
    try:
        return folder.stat().st_dev
    except OSError:
        return None


def _merged(found: list[Hits]) -> Hits:
    if len(found) == 1:
        return found[0]
    hits = sorted((hit for one in found for hit in one.hits), key=lambda hit: hit.folder.name, reverse=True)
    problems = dict.fromkeys(one.problem for one in found if one.problem)
    is_cut = len(hits) > MOST_HITS or any(one.is_cut for one in found)
    missed = tuple(missed for one in found for missed in one.missed)
    return Hits(tuple(hits[:MOST_HITS]), is_cut, " ".join(problems), missed)


def _hit(folder: Path, hit: StoredHit, listed: Listed | None) -> Hit:
    known = listed.known if listed is not None else None
    title = folder.name
    if known is not None:
        started = local_time(known.started_wall_ns, known.utc_offset_s)
        title = f"{known.operator} @ {known.host}, {started:%Y-%m-%d}"
    return Hit(folder, hit.at_ns, hit.kind, hit.context, title, found=hit.found_in_context, row_id=hit.row_id)
