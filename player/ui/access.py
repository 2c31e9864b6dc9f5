"""What the window asks of the rest of the player; the real one is `real_access.py`, tests give their own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol

from player.drawing import Pixels
from player.facets import Facets
from player.importing import Imported, ImportProgress
from player.package.checking import CheckedPackage
from player.package.making import Package, Stage
from player.package.order import PackageOrder
from player.persons import Person
from player.report.order import ReportOrder
from player.report.page import Page
from player.review.queue import Covered, Queued
from player.search import NotSearched
from player.shelf import SavedSearch
from player.source import Source
from player.ui.asking import WindowAsker
from recorder.logrow import LogRow

# Asked with one sentence that says for what ("": for an auditor's key); None: the person gave up.
AskPassphrase = Callable[[str], str | None]


class Level(Enum):
    """How far a recording can be trusted, as `verify` says, or that it has not been asked yet."""

    UNCHECKED = "unchecked"
    CHECKING = "checking"
    SOUND = "sound"
    RECORDING = "recording"  # sound so far, and not at its end
    PARTIAL = "partial"
    ALTERED = "altered"
    CANNOT_JUDGE = "cannot_judge"
    READ_FAILED = "read_failed"


class EntryState(Enum):
    """What became of a recording."""

    RECORDING = "recording"
    CLOSED = "closed"
    INTERRUPTED = "interrupted"
    UNREADABLE = "unreadable"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Entry:
    """A recording as the library lists it; what its header did not tell is None. `problem`: why it is unreadable.

    `applications` and `alerts` (how many of each severity) are None until its operation log was read.
    """

    folder: Path
    operator: str | None
    host: str | None
    purpose: str | None
    started_wall_ns: int | None
    utc_offset_s: int
    duration_ns: int | None
    state: EntryState
    level: Level = Level.UNCHECKED
    problem: str = ""
    applications: tuple[str, ...] | None = None
    alerts: tuple[tuple[str, int], ...] | None = None
    review: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What the libraries that are shown hold. `problem`: why part of it is as it was before, or not there at all."""

    entries: tuple[Entry, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding of `verify`. `is_grave`: evidence was altered or is missing, not merely incomplete."""

    code: str
    sentence: str
    is_grave: bool
    at_ns: int | None = None
    end_ns: int | None = None
    segment: int | None = None
    sequence: int | None = None
    offset_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on a recording, with everything that was found. `note`: on what the verdict does not rest."""

    level: Level
    problems: tuple[Problem, ...] = ()
    note: str = ""

    @classmethod
    def none(cls) -> "Judgement":
        """Nothing is open, so nothing is judged."""
        return cls(Level.UNCHECKED)


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where the searched words were found. `title` says in which recording, `wall_ns` when in UTC.

    `found`: from which character of the text to which; None if it is not known.
    """

    folder: Path
    at_ns: int
    kind: str
    text: str
    title: str
    wall_ns: int | None = None
    utc_offset_s: int = 0
    found: tuple[int, int] | None = None
    row_id: int | None = None  # in the index; None for a row of the open recording


@dataclass(frozen=True, slots=True)
class SeenThere:
    """The moment of a hit: what the screens showed, small (None: `reason` says why), and the rows around it.

    `rows[found]` is the row that was found.
    """

    picture: Pixels | None
    reason: str
    rows: tuple[LogRow, ...]
    found: int


@dataclass(frozen=True, slots=True)
class Hits:
    """What a search found; `is_cut`: there is more than is listed. `problem`: why part of it was not searched.

    `missed`: the recordings that could not be read, or not whole. What is found elsewhere makes up for none of them.
    """

    hits: tuple[Hit, ...]
    is_cut: bool = False
    problem: str = ""
    missed: tuple[NotSearched, ...] = ()


class Access(Protocol):
    """Called from background threads. What the world did is raised as a WorldError."""

    @property
    def asker(self) -> WindowAsker:
        """Asks the person for a reason or a second person."""
        ...

    def enter(self, recording: str, kind: str, detail: Mapping[str, object]) -> None:
        """Enter what is about to be taken out of the open recording; refused in words if that cannot be."""
        ...

    @property
    def library(self) -> Path:
        """The folder of recordings."""
        ...

    def is_recording(self, folder: Path) -> bool:
        """Whether this folder is a recording, and not a library."""
        ...

    def use_library(self, folder: Path) -> None:
        """From now on this is the folder of recordings; it is remembered."""
        ...

    @property
    def libraries(self) -> Sequence[Path]:
        """The libraries that this person has used, this one among them."""
        ...

    @property
    def shows_all(self) -> bool:
        """Whether all of them are shown together."""
        ...

    def show_all(self) -> None:
        """Show all libraries together from now on; `library` stays the one that is added to."""
        ...

    def drop_library(self, folder: Path) -> None:
        """Forget a library; its recordings stay."""
        ...

    def searches(self) -> Sequence[SavedSearch]:
        """The searches that were saved."""
        ...

    def save_search(self, search: SavedSearch) -> None:
        """Keep a search under its name."""
        ...

    def drop_search(self, name: str) -> None:
        """Forget the search of this name."""
        ...

    def listing(self) -> Listing:
        """All recordings of the libraries that are shown, the newest first."""
        ...

    def learn(self, keep_on: Callable[[], None]) -> bool:
        """Read into the index what is new, as far as no one need be asked for it; whether there was something."""
        ...

    def take_in(self, source: Path, told: Callable[[ImportProgress], None]) -> Imported:
        """Copy a recording from elsewhere into the library; `told` may raise to end it."""
        ...

    def see(self, hit: Hit, width_px: int, ask: AskPassphrase) -> SeenThere:
        """The moment of a hit that was found in the index, with a picture so wide."""
        ...

    def open(self, folder: Path, ask: AskPassphrase) -> Source:
        """Open a recording to play it; `ask` is called if a key needs its passphrase."""
        ...

    def open_to_export(self, folder: Path, detail: Mapping[str, object], ask: AskPassphrase) -> Source:
        """Open a recording once more, to write a copy of it as `detail` tells; the caller closes it."""
        ...

    def make_package(self, order: PackageOrder, ask: AskPassphrase, told: Callable[[Stage], None]) -> Package:
        """Make an evidence package; `told` may raise to end it, and nothing is left then."""
        ...

    def report_page(self, order: ReportOrder, ask: AskPassphrase, progress: Callable[[float], None]) -> Page:
        """The page of a report; `progress`, 0 to 1, may raise to end it."""
        ...

    def check_package(self, path: Path, progress: Callable[[int, int], None]) -> CheckedPackage:
        """Whether a package is what was signed; `progress`, bytes of how many, may raise to end it."""
        ...

    def trust(self, person: Person) -> None:
        """What this person signs is taken for theirs from now on."""
        ...

    def judge(self, folder: Path, keep_on: Callable[[], None], *, pictures: bool = False) -> Judgement:
        """Verify a recording, with `pictures` by decoding every one of them too.

        `keep_on` is called now and then and raises when the answer is not wanted any more.
        """
        ...

    def search_library(
        self,
        query: str,
        ask: AskPassphrase,
        *,
        facets: Facets,
        keep_on: Callable[[], None],
        first: Callable[[Hits], None],
    ) -> Hits:
        """Search the recordings of which the facets hold. `first` is told what is found in what was read before."""
        ...

    def review_queue(self, ask: AskPassphrase, progress: Callable[[int, int], None]) -> Sequence[Queued]:
        """What to review next in the library. `progress` is told how many of how many; it raises to stop."""
        ...

    def coverage(self, progress: Callable[[int, int], None]) -> Sequence[Covered]:
        """How much of each recording of the libraries that are shown was seen. `progress` as above."""
        ...

    def reviewed(self, folder: Path, what: Sequence[str]) -> None:
        """Something (kinds of entries) is about to be written into a review; it is entered, or refused in words."""
        ...
