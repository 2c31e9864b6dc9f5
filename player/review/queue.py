"""What to review next: the recordings of a library with the reasons to look at them, the gravest first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from player.library import Entry, Library, no_notice
from player.persons import Persons
from player.review.coverage import Coverage, coverage_of
from player.review.policy import Policy
from player.review.reasons import ROW_KINDS, Reason, rank, reasons_of
from player.review.state import ReviewState, read_review
from player.search import learn
from recorder.clock import NS_PER_S
from recorder.errors import IndexUnusableError, WorldError
from recorder.evidence.keys import KeyRing
from recorder.logrow import LogRow

CONCLUDED = (ReviewState.CLEARED, ReviewState.FOLLOW_UP, ReviewState.VIOLATION)
QUEUE_WORDS = "review queue"  # what the ledger calls looking at it
KeepOn = Callable[[int, int], None]  # how many of how many recordings were looked at; raises to stop


@dataclass(frozen=True, slots=True)
class Queued:
    """A recording with its reasons, the gravest first."""

    entry: Entry
    state: ReviewState
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Covered:
    """A recording with how much of it was seen. `problem`: why that is not known."""

    entry: Entry
    state: ReviewState | None
    coverage: Coverage
    problem: str = ""


def nobody_waits(_done: int, _total: int) -> None:
    """Tell nobody."""


def review_queue(
    libraries: Sequence[Library],
    *,
    keys: Callable[[], KeyRing],
    policy: Policy,
    with_concluded: bool = False,
    progress: KeepOn = nobody_waits,
    notify: Callable[[str], None] = no_notice,
) -> tuple[Queued, ...]:
    """The recordings without a concluding verdict, the gravest reasons first, the older first among equals.

    Of several libraries, one that is away is told of by `notify`.

    Raises:
        WorldError: not one library can be read.
    """
    found: list[Queued] = []
    problems: list[WorldError] = []
    for library in libraries:
        try:
            found += _of_library(library, keys, policy, with_concluded, progress, notify)
        except WorldError as error:
            problems.append(error)
    if problems and len(problems) == len(libraries):
        raise problems[0]
    for problem in problems:
        notify(str(problem))
    return tuple(sorted(found, key=lambda one: (rank(one.reasons), one.entry.session_id)))


def _of_library(
    library: Library,
    keys: Callable[[], KeyRing],
    policy: Policy,
    with_concluded: bool,
    progress: KeepOn,
    notify: Callable[[str], None],
) -> list[Queued]:
    try:
        learn(library, keys=keys)
    except IndexUnusableError as error:
        notify(f"{error} Reasons out of operation logs are missing.")
    entries = library.entries(notify=notify)
    found = []
    with _Rows(library, notify) as rows_of:
        for number, entry in enumerate(entries):
            progress(number, len(entries))
            state = ReviewState(entry.review) if entry.review is not None else ReviewState.DOUBTFUL
            if with_concluded or state not in CONCLUDED:
                found.append(Queued(entry, state, reasons_of(entry, rows_of(entry), policy)))
    return found


def library_coverage(
    entries: Sequence[Entry], persons: Persons, *, progress: KeepOn = nobody_waits
) -> tuple[Covered, ...]:
    """How much of each of these recordings was seen."""
    found = []
    for number, entry in enumerate(entries):
        progress(number, len(entries))
        duration_s = entry.known.duration_s if entry.known is not None else None
        length_ns = round((duration_s or 0) * NS_PER_S)
        try:
            review = read_review(entry.folder, persons) if entry.known is not None else None
        except WorldError as error:
            found.append(Covered(entry, None, coverage_of(None, length_ns), str(error)))
            continue
        state = review.state if review is not None else None
        problem = "" if entry.known is not None else entry.problem
        found.append(Covered(entry, state, coverage_of(review, length_ns), problem))
    return tuple(found)


class _Rows:
    """The rows of recordings that tell of reasons, out of the index; None for one that is not in it."""

    def __init__(self, library: Library, notify: Callable[[str], None]) -> None:
        from recorder.store.index import Index  # slow to import

        self._index: Index | None = None
        if library.index_path.exists():
            try:
                self._index = Index.open(library.index_path, notify=notify)
            except IndexUnusableError as error:
                notify(str(error))

    def __enter__(self) -> Callable[[Entry], list[LogRow] | None]:
        return self._of

    def __exit__(self, *_what: object) -> None:
        if self._index is not None:
            self._index.close()

    def _of(self, entry: Entry) -> list[LogRow] | None:
        if self._index is None or self._index.reached(entry.session_id) is None:
            return None
        return self._index.rows(entry.session_id, kinds=ROW_KINDS)
