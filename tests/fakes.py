"""Recordings and libraries that are not there: for the window's tests and for looking at it."""

import copy
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from player.changes import ChangeColumns
from player.facets import Facets
from player.importing import Imported, ImportProgress, ImportRefusedError
from player.package.checking import CheckedPackage
from player.package.making import Package, Stage
from player.package.order import PackageOrder
from player.persons import Person
from player.report.order import ReportOrder
from player.report.page import Page
from player.review.queue import Covered, Queued
from player.search import NotSearched
from player.shelf import SavedSearch
from player.source import Picture, Pointer, SessionFacts, Span
from player.ui.access import Entry, EntryState, Hit, Hits, Judgement, Level, Listing, Problem, SeenThere
from player.ui.asking import WindowAsker
from recorder.errors import UnreadableError, WorldError
from recorder.events import Screen
from recorder.geometry import Rect
from recorder.oplog import LogRow

S = 1_000_000_000
STARTED_WALL_NS = 1_789_000_000 * S
TOKYO_S = 9 * 3600


def row(at_s: float, kind: str, text: str, **more: Any) -> LogRow:
    """A log row at this second."""
    return LogRow(at_ns=int(at_s * S), end_ns=int(at_s * S), kind=kind, text=text, **more)


def plain_picture(height: int, width: int, at_ns: int) -> np.ndarray:
    """A picture whose colour tells its second, so that a test can see which moment is shown."""
    second = at_ns // S
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:] = (second % 256, 80, 160)
    return picture


class FakeSource:
    """A recording made of what it is given; pictures are made when asked for. A picture lasts one second."""

    def __init__(
        self,
        *,
        duration_s: float = 60,
        rows: Sequence[LogRow] = (),
        spans: Sequence[Span] = (),
        screens: Sequence[Screen] = (Screen(0, "DP-1", Rect(0, 0, 320, 200)),),
        is_live: bool = False,
        draw: Callable[[Screen, int], np.ndarray] | None = None,
        inexact_until_ns: int = 0,
    ) -> None:
        self.duration = int(duration_s * S)
        self.row_list = rows
        self.span_list = list(spans)
        self.screen_list = tuple(screens)
        self.live = is_live
        self.draw = draw
        self.inexact_until_ns = inexact_until_ns
        self.film: tuple[Rect, ...] = ()
        self.change_columns = ChangeColumns()
        for second in range(int(duration_s)):
            self.change_columns.append(second * S, 0, 500 + (second * 7919) % 60000)
        self.refreshes = 0
        self.is_closed = False
        self.news = False
        self.fail_at_ns: int | None = None
        self.threads: set[str] = set()

    @property
    def facts(self) -> SessionFacts:
        return SessionFacts(
            "20260910T002640Z-5ec0ffee",
            "k.tanaka",
            "db-prod-03",
            "Change 4711: rotate certificates",
            STARTED_WALL_NS,
            TOKYO_S,
        )

    @property
    def duration_ns(self) -> int:
        return self.duration

    @property
    def is_live(self) -> bool:
        return self.live

    def again(self, *, cache_bytes: int) -> "FakeSource":
        second = copy.copy(self)
        second.threads = set()
        return second

    def refresh(self) -> bool:
        self.refreshes += 1
        news, self.news = self.news, False
        return news

    def grow(self, to_s: float, *rows: LogRow) -> None:
        """Let the recording reach this second, with these rows."""
        for second in range(int(self.duration // S), int(to_s)):
            self.change_columns.append(second * S, 0, 4000)
        self.duration = int(to_s * S)
        self.row_list = [*self.row_list, *rows]
        self.news = True

    def screens_at(self, at_ns: int) -> tuple[Screen, ...]:
        return self.screen_list

    def picture_at(self, screen: int, at_ns: int) -> Picture | None:
        self.threads.add(threading.current_thread().name)
        if self.fail_at_ns is not None and at_ns >= self.fail_at_ns:
            raise UnreadableError("The picture cannot be decoded here; the recording is damaged.")
        if any(
            s.start_ns <= at_ns < s.end_ns and s.kind in ("gap", "altered", "missing", "unreadable")
            for s in self.span_list
        ):
            return None
        area = next(s.area for s in self.screen_list if s.number == screen)
        shown_ns = at_ns // S * S
        if self.draw is not None:
            bgr = self.draw(next(s for s in self.screen_list if s.number == screen), shown_ns)
        else:
            bgr = plain_picture(area.height, area.width, shown_ns)
        return Picture(screen, shown_ns, bgr, exact=at_ns >= self.inexact_until_ns, film=self.film)

    def pointer_at(self, at_ns: int) -> Pointer | None:
        area = self.screen_list[0].area
        return Pointer(area.left + area.width // 2, area.top + area.height // 2, None)

    def changes(self) -> ChangeColumns:
        return self.change_columns

    def rows(self) -> Sequence[LogRow]:
        return self.row_list

    def spans(self) -> Sequence[Span]:
        return self.span_list

    def segment_at(self, at_ns: int) -> int | None:
        return 1 + at_ns // (300 * S)

    def wall_ns_at(self, at_ns: int) -> int:
        return STARTED_WALL_NS + at_ns

    def close(self) -> None:
        self.is_closed = True


class FakeAccess:
    """A library made of what it is given."""

    def __init__(self, recordings: dict[Path, FakeSource] | None = None, *, library: Path = Path("/library")) -> None:
        self.recordings = recordings or {}
        self.listed: list[Entry] = [
            Entry(
                folder,
                "k.tanaka",
                "db-prod-03",
                "Change 4711",
                STARTED_WALL_NS - n * 86_400 * S,
                TOKYO_S,
                source.duration,
                EntryState.RECORDING if source.live else EntryState.CLOSED,
                Level.SOUND,
            )
            for n, (folder, source) in enumerate(self.recordings.items())
        ]
        self._library = library
        self.judgement = Judgement(Level.SOUND)
        self.judged_pictures = False
        self.hits: list[Hit] = []
        self.missed: tuple[NotSearched, ...] = ()
        self.before_search: Callable[[], None] = lambda: None
        self.queue: list[Queued] = []
        self.covered: list[Covered] = []
        self.reviews: list[tuple[object, ...]] = []
        self.passphrase: str | None = None
        self.asked: list[str] = []
        self.open_error: Exception | None = None
        self.asker = WindowAsker()
        self.entered: list[tuple[str, str, dict[str, object]]] = []
        self.other_libraries: list[Path] = []
        self._shows_all = False
        self.saved: list[SavedSearch] = []
        self.listing_error: WorldError | None = None
        self.listing_problem = ""
        self.import_answer: Callable[..., Imported] = nothing_to_import
        self.seen: Callable[[Hit], SeenThere] = lambda _hit: SeenThere(None, "No picture was asked for.", (), 0)
        self.facets = Facets()
        self.exported: list[Mapping[str, object]] = []
        self.package_answer: Callable[[PackageOrder, Callable[[Stage], None]], Package] = no_answer
        self.page_answer: Callable[[ReportOrder, Callable[[float], None]], Page] = no_answer
        self.check_answer: Callable[[Path, Callable[[int, int], None]], CheckedPackage] = no_answer
        self.trusted: list[Person] = []

    @property
    def library(self) -> Path:
        return self._library

    def enter(self, recording: str, kind: str, detail: Mapping[str, object]) -> None:
        self.entered.append((recording, kind, dict(detail)))

    def is_recording(self, folder: Path) -> bool:
        return folder in self.recordings

    def use_library(self, folder: Path) -> None:
        self._library = folder
        self._shows_all = False

    @property
    def libraries(self) -> Sequence[Path]:
        return self.other_libraries if self._library in self.other_libraries else [self._library, *self.other_libraries]

    @property
    def shows_all(self) -> bool:
        return self._shows_all

    def show_all(self) -> None:
        self._shows_all = True

    def drop_library(self, folder: Path) -> None:
        self.other_libraries.remove(folder)

    def searches(self) -> Sequence[SavedSearch]:
        return self.saved

    def save_search(self, search: SavedSearch) -> None:
        self.saved.append(search)

    def drop_search(self, name: str) -> None:
        self.saved = [search for search in self.saved if search.name != name]

    def listing(self) -> Listing:
        if self.listing_error is not None:
            raise self.listing_error
        return Listing(tuple(self.listed), self.listing_problem)

    def learn(self, keep_on: Callable[[], None]) -> bool:
        keep_on()
        return False

    def take_in(self, source: Path, told: Callable[[ImportProgress], None]) -> Imported:
        return self.import_answer(source, told)

    def see(self, hit: Hit, width_px: int, ask: Callable[[str], str | None]) -> SeenThere:
        return self.seen(hit)

    def open(self, folder: Path, ask: Callable[[str], str | None]) -> FakeSource:
        if self.open_error is not None:
            raise self.open_error
        if folder not in self.recordings:
            raise UnreadableError(f"{folder.name} is not a recording; choose a folder that holds segments.")
        if self.passphrase is not None:
            self.asked.append(str(ask("The key of auditor-1 is protected; give its passphrase.")))
        return self.recordings[folder]

    def open_to_export(
        self, folder: Path, detail: Mapping[str, object], ask: Callable[[str], str | None]
    ) -> FakeSource:
        self.exported.append(detail)
        return self.open(folder, ask)

    def make_package(
        self, order: PackageOrder, ask: Callable[[str], str | None], told: Callable[[Stage], None]
    ) -> Package:
        self.exported.append(order.told)
        return self.package_answer(order, told)

    def report_page(
        self, order: ReportOrder, ask: Callable[[str], str | None], progress: Callable[[float], None]
    ) -> Page:
        self.exported.append(order.told)
        return self.page_answer(order, progress)

    def check_package(self, path: Path, progress: Callable[[int, int], None]) -> CheckedPackage:
        return self.check_answer(path, progress)

    def trust(self, person: Person) -> None:
        self.trusted.append(person)

    def judge(self, folder: Path, keep_on: Callable[[], None], *, pictures: bool = False) -> Judgement:
        keep_on()
        self.judged_pictures = pictures
        return self.judgement

    def reviewed(self, folder: Path, what: Sequence[str]) -> None:
        self.reviews.append((folder, *what))

    def review_queue(self, ask: Callable[[str], str | None], progress: Callable[[int, int], None]) -> Sequence[Queued]:
        progress(0, len(self.queue))
        return self.queue

    def coverage(self, progress: Callable[[int, int], None]) -> Sequence[Covered]:
        for number in range(len(self.covered)):
            progress(number, len(self.covered))
        return self.covered

    def search_library(
        self,
        query: str,
        ask: Callable[[str], str | None],
        *,
        facets: Facets,
        keep_on: Callable[[], None],
        first: Callable[[Hits], None],
    ) -> Hits:
        self.facets = facets
        self.before_search()
        found = tuple(hit for hit in self.hits if query.casefold() in hit.text.casefold())
        return Hits(found, missed=self.missed)


def no_answer(*_asked: object) -> Any:
    raise UnreadableError("There is nothing here to make this of.")


def nothing_to_import(source: Path, _told: Callable[[ImportProgress], None]) -> Imported:
    raise ImportRefusedError(f"{source} is not a recording: no segment (0001.seg, …) lies in it.")


def altered_judgement(start_s: float, end_s: float) -> Judgement:
    """A verdict that something was altered from here to there."""
    return Judgement(
        Level.ALTERED,
        (
            Problem(
                "body_altered",
                "Chunk 57 of segment 2 does not match its signature: its bytes were changed after they were sealed.",
                True,
                int(start_s * S),
                int(end_s * S),
                2,
                57,
                81_920,
            ),
        ),
    )
