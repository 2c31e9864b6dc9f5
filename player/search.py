"""Search: the library's index kept up with its recordings, and the rows of one recording in memory."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from player.breaks import Breaks
from player.library import Library, fingerprint, no_notice
from recorder.errors import IndexUnusableError, StorageError, WorldError
from recorder.evidence.keys import KeyRing
from recorder.evidence.reader import Chunk, ChunkKind, RecordingReader
from recorder.format.payload import decode_events
from recorder.logrow import LogRow
from recorder.oplog import OperationLog
from recorder.store.folding import fold, is_blank
from recorder.store.hits import Found, Hit, hit_in
from recorder.store.index import Index, Reached
from recorder.store.index_file import IndexDamagedError

ROWS_A_BATCH = 2000
BYTES_A_BATCH = 32 * 1024 * 1024
MOST_HITS = 1000

Notify = Callable[[str], None]
Result = TypeVar("Result")


class EmptyQueryError(WorldError):
    """Nothing visible was asked for."""

    exit_status = 64


@dataclass(frozen=True, slots=True)
class Progress:
    """How far indexing is: the recording in hand, which one it is of how many, and how much of it was read."""

    session_id: str
    number: int
    total: int
    read_bytes: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class NotSearched:
    """A recording that could not be read, or not whole, and why."""

    session_id: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What keeping the index up came to: how many recordings had something new, and which could not be read."""

    total: int
    indexed: int
    not_searched: tuple[NotSearched, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search of the library found, and what it could not look at."""

    found: Found
    refreshed: Refreshed


def no_progress(_progress: Progress) -> None:
    """Tell nobody."""


def everywhere() -> None:
    """In all recordings."""


def require_query(query: str) -> None:
    """Refuse a query with nothing visible in it.

    Raises:
        EmptyQueryError: it is empty, or only spaces.
    """
    if is_blank(query):
        msg = "There is nothing to search for: give at least one character that can be seen."
        raise EmptyQueryError(msg)


def search_library(
    query: str,
    library: Library,
    *,
    keys: Callable[[], KeyRing],
    limit: int = MOST_HITS,
    only: Callable[[], Collection[str] | None] = everywhere,
    progress: Callable[[Progress], None] = no_progress,
    notify: Notify = no_notice,
) -> Outcome:
    """Find `query` in all recordings of the library, what was recorded a moment ago included.

    `keys` is asked only if there is something new to read. An index that turns out to be damaged is made again. `only`
    says in which recordings, once all that is new has been read.

    Raises:
        EmptyQueryError: there is nothing to search for.
        StorageError: the library is missing or unreadable.
        IndexUnusableError: the index is in use by another program for too long, or cannot be written.
    """
    require_query(query)

    def ask(index: Index) -> Outcome:
        refreshed = refresh_index(index, library, keys=keys, progress=progress)
        # Where no recording is left, those in the index are kept (below), but there is nothing to be found.
        found = index.find(query, limit=limit, only=only()) if refreshed.total else Found((), is_complete=True)
        return Outcome(found, refreshed)

    return _with_index(library, ask, notify)


def find_in_index(query: str, library: Library, *, limit: int = MOST_HITS, only: Collection[str] | None) -> Found:
    """Find `query` in what was read so far: at once, however large the library is and wherever it lies.

    Raises:
        IndexUnusableError: the index is in use by another program for too long, or damaged.
    """
    if is_blank(query) or not library.index_path.exists():
        return Found((), is_complete=True)
    with Index.open(library.index_path) as index:
        return index.find(query, limit=limit, only=only)


def learn(
    library: Library, *, keys: Callable[[], KeyRing], progress: Callable[[Progress], None] = no_progress
) -> Refreshed:
    """Read into the index what is new in the library, for lists and for the next search.

    Raises:
        StorageError: the library is missing or unreadable.
        IndexUnusableError: the index is in use by another program for too long, or cannot be written.
    """
    return _with_index(library, lambda index: refresh_index(index, library, keys=keys, progress=progress), no_notice)


def rebuild_index(
    library: Library,
    *,
    keys: Callable[[], KeyRing],
    progress: Callable[[Progress], None] = no_progress,
    notify: Notify = no_notice,
) -> Refreshed:
    """Make the rows of the whole index again from the recordings; verdicts stay.

    Raises:
        StorageError: the library is missing or unreadable.
        IndexUnusableError: the index is in use by another program for too long, or cannot be written.
    """

    def again(index: Index) -> Refreshed:
        library.folders()  # a library that cannot be read leaves the index as it is
        for session_id in index.session_ids():
            index.forget(session_id, with_verdict=False)
        return refresh_index(index, library, keys=keys, progress=progress)

    return _with_index(library, again, notify)


def refresh_index(
    index: Index,
    library: Library,
    *,
    keys: Callable[[], KeyRing],
    progress: Callable[[Progress], None] = no_progress,
) -> Refreshed:
    """Read into the index what has come since the last time; forget recordings that are gone.

    But not if all of them are: a share that is not mounted is an empty folder, and reading it all again takes hours.

    Raises:
        StorageError: the library is missing or unreadable.
        IndexUnusableError: the index cannot be written now.
    """
    folders = library.folders()
    for gone in set(index.session_ids()) - {folder.name for folder in folders} if folders else ():
        index.forget(gone)
    due = [folder for folder in folders if _is_due(index, folder)]
    not_searched: list[NotSearched] = []
    ring = keys() if due else KeyRing(())
    for number, folder in enumerate(due, start=1):
        told = _Told(progress, folder.name, number, len(due))
        try:
            reader = RecordingReader.open(folder, keys=ring, devices=library.devices)
            _Feed(index, reader, folder).run(told)
        except IndexUnusableError:
            raise
        except WorldError as error:
            not_searched.append(NotSearched(folder.name, str(error)))
    return Refreshed(len(folders), len(due) - len(not_searched), tuple(not_searched))


def _with_index(library: Library, work: Callable[[Index], Result], notify: Notify) -> Result:
    try:
        with Index.open(library.index_path, notify=notify) as index:
            return work(index)
    except IndexDamagedError:
        with Index.made_again(library.index_path, notify=notify) as index:
            return work(index)


def _is_due(index: Index, folder: Path) -> bool:
    reached = index.reached(folder.name)
    try:
        return reached is None or reached.fingerprint != fingerprint(folder)
    except StorageError:
        return True  # reading it says what is wrong


@dataclass(frozen=True, slots=True)
class _Told:
    """Who is told of the progress, and about which recording."""

    tell: Callable[[Progress], None]
    session_id: str
    number: int
    total: int

    def __call__(self, read_bytes: int, size_bytes: int) -> None:
        self.tell(Progress(self.session_id, self.number, self.total, read_bytes, size_bytes))


class _Feed:
    """Reads one recording into the index, from where it stopped."""

    def __init__(self, index: Index, reader: RecordingReader, folder: Path) -> None:
        self._index = index
        self._reader = reader
        self._folder = folder
        self._since: Reached | None = None
        self._log = OperationLog()
        self._breaks = Breaks(lambda: reader.findings)
        self._rows: list[LogRow] = []
        self._read_bytes = 0

    def run(self, told: _Told) -> None:
        """Read until nothing is left. If another program indexes the same, go on from where it is."""
        while not self._run_once(told):
            self._rows = []

    def _run_once(self, told: _Told) -> bool:
        fingerprint_before = fingerprint(self._folder)
        self._reader.refresh()
        size_bytes = sum(segment.size_bytes for segment in self._reader.segments)
        self._go_on_from(self._index.reached(self._folder.name), size_bytes)
        since = self._since
        segment, sequence = (0, -1) if since is None else (since.segment, since.sequence)
        unsaved_bytes = 0
        for info in [info for info in self._reader.segments if info.number >= segment]:
            after = sequence if info.number == segment else -1
            for chunk in self._reader.chunks(info.number, after_sequence=after):
                segment, sequence = chunk.segment, chunk.sequence
                self._take(chunk)
                unsaved_bytes += len(chunk.body)
                if len(self._rows) >= ROWS_A_BATCH or unsaved_bytes >= BYTES_A_BATCH:
                    self._read_bytes += unsaved_bytes
                    unsaved_bytes = 0
                    told(self._read_bytes, size_bytes)
                    # No fingerprint: if this is all that is ever saved, the recording is read on the next time.
                    if not self._save(Reached(segment, sequence, size_bytes, "", self._log.state())):
                        return False
        return self._save(Reached(segment, sequence, size_bytes, fingerprint_before, self._log.state()), growing=True)

    def _go_on_from(self, reached: Reached | None, size_bytes: int) -> None:
        if reached is not None and reached.size_bytes > size_bytes:
            self._index.forget(self._folder.name, with_verdict=False)  # another recording of that name, or cut short
            reached = None
        self._since = reached
        self._log = OperationLog() if reached is None else OperationLog.resumed(reached.log_state)
        read = (0, -1) if reached is None else (reached.segment, reached.sequence)
        self._breaks = Breaks(lambda: self._reader.findings, read)

    def _take(self, chunk: Chunk) -> None:
        if self._breaks.before(chunk):
            self._rows.extend(self._log.lose())
        if chunk.kind is ChunkKind.EVENTS:
            for event in decode_events(chunk.body):
                self._rows.extend(self._log.feed(event))

    def _save(self, reached: Reached, *, growing: bool = False) -> bool:
        saved = self._index.append(
            self._folder.name,
            self._rows,
            since=self._since,
            reached=reached,
            started_wall_ns=self._reader.header.started.wall_ns,
            growing=self._log.pending_rows() if growing else (),
        )
        if saved:
            self._since, self._rows = reached, []
        return saved


@dataclass(frozen=True, slots=True)
class RowHits:
    """What was found in one recording: the first so many whole, and when every one of them was, in order."""

    hits: tuple[Hit, ...]
    times_ns: tuple[int, ...]


class RowSearch:
    """Search as you type in the rows of one recording: they are folded once, then each search is a plain scan."""

    def __init__(self) -> None:
        self._rows: list[tuple[LogRow, str, tuple[int, ...] | None]] = []
        self._folded: list[str] = []
        self._lead = ""
        self._lead_at: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, rows: Iterable[LogRow]) -> None:
        """Rows that are complete, after those given before."""
        for row in rows:
            lead, times = "", row.text_at_ns
            if row.kind == "text" and row.text_at_ns is not None:
                lead = self._lead if row.continues else ""
                times = (self._lead_at if row.continues else ()) + row.text_at_ns
                self._lead, self._lead_at = lead + row.text, times
            self._rows.append((row, lead, times))
            self._folded.append("\n".join((fold(lead + row.text), *map(fold, row.also.split("\n")))))

    def find(self, query: str, *, first: int = 0, whole: int = MOST_HITS) -> RowHits:
        """The rows from `first` on that hold the query; none for a query of nothing visible.

        After `whole` hits, only when the others were: a letter that every row has is answered as fast as a word.
        """
        hits: list[Hit] = []
        times_ns: list[int] = []
        needle = "" if is_blank(query) else fold(query)
        for number in range(first, len(self._folded) if needle else 0):
            if needle not in self._folded[number]:
                continue
            row, lead, times = self._rows[number]
            if len(hits) >= whole and not lead:
                times_ns.append(row.at_ns)
                continue
            hit = hit_in("", row, lead=lead, times=times, needle=needle)
            if hit is not None:
                times_ns.append(hit.at_ns)
                hits.append(hit)
        hits.sort(key=lambda hit: hit.at_ns)
        return RowHits(tuple(hits[:whole]), tuple(sorted(times_ns)))
