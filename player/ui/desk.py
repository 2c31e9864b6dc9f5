"""What the window does, without any widget: opens, plays, follows, verifies and searches, and says so by signals."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from player.decoder import Shown
from player.facets import Facets
from player.playback import Moment, Playback, State
from player.source import SessionFacts, Span
from player.ui.access import Access, Hits, Judgement, Level, Listing
from player.ui.asking import Dialogues
from player.ui.background import Line, Question
from player.ui.evidence_spans import GRAVE, evidence_spans, unread
from player.ui.reading import News, Reading
from player.ui.request import Request
from recorder.errors import KeyMissingError, WorldError
from resources.ui.signals import HomeCarrier

TICK_MS = 33
LIST_EVERY_MS = 5000
FIRST_PICTURES_NS = 300_000_000  # in which every monitor has its first
RUNNING = (State.PLAYING, State.SKIPPING, State.LIVE)


class Desk(QObject):
    """Belongs to the GUI thread; its helpers' threads reach it only through its HomeCarrier."""

    opening = Signal(object)  # Request
    opened = Signal(object, object)  # SessionFacts, News
    open_failed = Signal(object, str)  # Request, the sentence
    closed = Signal()
    news = Signal(object)  # News
    shown = Signal(object, object)  # Shown, and spans found while it was read
    picture_failed = Signal(object, object)  # at_ns (None: reading on failed, and is tried again), the WorldError
    moved = Signal(object)  # Moment
    thumbnail = Signal(object, object)  # at_ns, the small picture or None
    judged = Signal(object)  # Judgement
    listed = Signal(object)  # tuple[Entry, ...]
    listing_failed = Signal(str)
    library_changed = Signal(object)  # Path
    found = Signal(str, object)  # the query, Hits
    found_first = Signal(str, object)  # the same, of what was read before: more may come
    passphrase_needed = Signal(str, object)  # the sentence, a Question to be answered

    def __init__(
        self, access: Access, *, now_ns: Callable[[], int] = time.monotonic_ns, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._access = access
        self._home = HomeCarrier(self)
        self.now_ns = now_ns
        self.playback = Playback(now_ns)
        self._reading: Reading | None = None
        self._request: Request | None = None
        self._news: News | None = None
        self._asked_ns: int | None = None
        self._level = Level.UNCHECKED
        self._has_judged_pictures = False
        self._waits_for_picture = False  # opened without saying where, and nothing was asked since
        self._spans_judged = 0  # how many gaps, altered and missing ranges there were when it was last judged
        self._waiting: set[str] = set()  # what has been asked for and is not answered
        self._question = Question(self.passphrase_needed.emit, home=self._home.carry)
        self._opening, self._judging, self._listing, self._searching = (
            Line(name, home=self._home.carry) for name in ("opening", "judging", "listing", "searching")
        )
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.setTimerType(Qt.TimerType.PreciseTimer)
        self._tick.timeout.connect(self.refresh)
        self._last_listing: Listing | None = None
        self.facets = Facets()
        self._list_again = QTimer(self, interval=LIST_EVERY_MS)
        self._list_again.timeout.connect(self.look_at_library)

    # --- what holds -------------------------------------------------------------------------------------------------

    @property
    def access(self) -> Access:
        """The way to everything that is not in the window."""
        return self._access

    def ask_passphrase(self, sentence: str) -> str | None:
        """Called on a background thread: the passphrase that the person gives, None if they gave up."""
        return self._question.ask(sentence)

    @property
    def library(self) -> Path:
        """The folder of recordings."""
        return self._access.library

    @property
    def folder(self) -> Path | None:
        """The recording that is open."""
        return self._request.folder if self._request is not None and self._reading is not None else None

    @property
    def facts(self) -> SessionFacts | None:
        """Who, where, when and why, of the open recording."""
        return self._reading.facts if self._reading is not None else None

    @property
    def is_settled(self) -> bool:
        """Whether what is shown is final: opened, read through, verified, listed, and the picture known."""
        return not self._waiting and self._asked_ns is None and not self._is_doubtful()

    def wall_ns_at(self, at_ns: int) -> int | None:
        """UTC then; None if nothing is open."""
        return self._reading.wall_ns_at(at_ns) if self._reading is not None else None

    def moment_reader(self) -> Callable[[int], tuple[Shown, tuple[Span, ...]]] | None:
        """Reads another moment of the open recording, on a background thread; None if nothing is open."""
        return self._reading.look_at if self._reading is not None else None

    # --- recordings -------------------------------------------------------------------------------------------------

    def ask_through(self, dialogues: Dialogues) -> None:
        """Where the person is asked for a reason or a second person."""
        self._access.asker.attach(dialogues, home=self._home.carry)

    def enter(self, kind: str, detail: Mapping[str, object]) -> None:
        """Something is about to be taken out of the open recording: it is entered into the ledger first.

        Raises:
            WorldError: it may not be taken.
        """
        if (facts := self.facts) is not None:
            self._access.enter(facts.session_id, kind, detail)

    def list_library(self) -> None:
        """Read the library again."""
        self._waiting.add("listing")
        self._listing.ask(lambda _keep_on: self._access.listing(), then=self._listed, failed=self._not_listed)
        self._list_again.start()

    def open_folder(self, folder: Path) -> None:
        """A recording is opened; any other folder becomes the library, and what is open stays so."""
        if self._access.is_recording(folder):
            self.open(folder)
        else:
            self.use_library(folder)

    def use_library(self, folder: Path) -> None:
        """This folder is the library from now on."""
        try:
            self._access.use_library(folder)
        except WorldError as error:  # it is used all the same, and not remembered
            self.listing_failed.emit(str(error))
        self.library_changed.emit(folder)
        self.list_library()

    def look_at_library(self) -> None:
        """Recordings begin and end while the window is open, shares go and come: nobody should have to ask for that."""
        if "listing" not in self._waiting:
            self._listing.ask(lambda _keep_on: self._access.listing(), then=self._listed_again, failed=self._not_listed)

    def _listed_again(self, listing: Listing) -> None:
        if listing != self._last_listing:
            self._listed(listing)

    def open(self, folder: Path, *, at_ns: int | None = None, follow: bool = False) -> None:
        """Open a recording; if it is the open one, only go there."""
        request = Request(folder, at_ns, follow)
        if self._reading is not None and self.folder == folder:
            self._go(request)
            return
        self.close()
        self._request = request
        self._waiting.add("opening")
        self.opening.emit(request)
        self._opening.ask(
            lambda keep_on: self._read(request, keep_on),
            then=self._was_opened,
            failed=self._not_opened,
            dropped=lambda answer: answer[1].stop(),
        )

    def close(self) -> None:
        """Let go of the open recording and its threads."""
        self._tick.stop()
        self._question.answer(None)
        self._opening.forget()
        self._judging.forget()
        self._waiting -= {"opening", "judging", "reading"}
        self._asked_ns = None
        if self._reading is not None:
            self._reading.stop()
            self._reading = None
        self._request = None
        self.playback.close()
        self.closed.emit()

    def stop(self) -> None:
        """Close, and end every thread: the window is going away."""
        self._list_again.stop()
        self.close()
        self._question.close()
        self._access.asker.close()
        for line in (self._opening, self._judging, self._listing, self._searching):
            line.stop()
        self._home.shut()

    # --- searching --------------------------------------------------------------------------------------------------

    def search_library(self, query: str) -> None:
        """Search the recordings of which `facets` hold; `found` tells. What was asked before is dropped."""
        if not query.strip():
            self._searching.forget()
            self.found.emit(query, Hits(()))
            return
        facets = self.facets

        def first(hits: Hits) -> None:
            self._home.carry(lambda: self.found_first.emit(query, hits))

        self._searching.ask(
            lambda keep_on: self._access.search_library(
                query, self._question.ask, facets=facets, keep_on=keep_on, first=first
            ),
            then=lambda hits: self.found.emit(query, hits),
            failed=lambda error: self.found.emit(query, Hits((), problem=str(error))),
        )

    # --- playing ----------------------------------------------------------------------------------------------------

    def do(self, command: Callable[[Playback], object]) -> None:
        """Give playback a command, and show where it is then."""
        if self._reading is None:
            return
        self._waits_for_picture = False
        command(self.playback)
        self.refresh()

    def seek(self, at_ns: int) -> None:
        """Go to this moment."""
        self.do(lambda playback: playback.seek(at_ns))

    def step(self, direction: int) -> None:
        """Go to the next change of a picture, or the last before."""
        news = self._news
        if news is not None:
            self.do(lambda playback: playback.step(direction, news.change_times_ns))

    def ask_thumbnail(self, at_ns: int) -> None:
        """Make a small picture of this moment aside; `thumbnail` tells."""
        if self._reading is not None:
            self._reading.request_thumbnail(at_ns)

    def refresh(self) -> None:
        """Show where playback is now."""
        moment = self.playback.update()
        if moment.state in RUNNING:
            if not self._tick.isActive():
                self._tick.start()
        else:
            self._tick.stop()
        self._show(moment)

    # --- answers ----------------------------------------------------------------------------------------------------

    def _read(self, request: Request, keep_on: Callable[[], None]) -> tuple[Request, Reading, News]:
        source = self._access.open(request.folder, self._question.ask)
        reading = Reading(
            source,
            home=self._home.carry,
            on_shown=self._was_shown,
            on_failed=self._was_not_shown,
            on_news=self._came,
            on_thumbnail=self.thumbnail.emit,
        )
        try:
            news = reading.first_news()
            keep_on()
        except BaseException:
            reading.stop()
            raise
        return request, reading, news

    def _was_opened(self, answer: tuple[Request, Reading, News]) -> None:
        request, self._reading, self._news = answer
        self._has_judged_pictures = False
        self._waiting.discard("opening")
        if not self._news.is_complete:
            self._waiting.add("reading")
        self._reading.start()
        self.playback.open(self._news.duration_ns, grows=self._news.is_live)
        self.playback.set_idle(self._news.idle)
        self.opened.emit(self._reading.facts, self._news)
        self._go(request)
        self._waits_for_picture = request.at_ns is None and not request.follow
        self._show_first_picture(self._news)
        self.judge()

    def _not_opened(self, error: WorldError) -> None:
        request, self._request = self._request, None
        self._waiting.discard("opening")
        self.open_failed.emit(request, str(error))
        if request is not None and isinstance(error, KeyMissingError):
            self._judge(request.folder)  # proving it needs no key

    def _go(self, request: Request) -> None:
        if request.follow and self.playback.can_go_live:
            self.do(Playback.go_live)
        else:
            self.seek(request.at_ns if request.at_ns is not None else self.playback.position_ns)

    def _show_first_picture(self, news: News) -> None:
        """Who opens a recording wants to see something: its very start lies before the first picture."""
        if self._waits_for_picture and len(news.change_times_ns):
            times_ns = news.change_times_ns
            last = int(np.searchsorted(times_ns, times_ns[0] + FIRST_PICTURES_NS, side="right")) - 1
            self.seek(int(times_ns[last]))

    def judge(self, *, pictures: bool = False) -> None:
        """Verify the open recording again, with `pictures` by decoding every one of them too."""
        if self._request is not None:
            self._judge(self._request.folder, pictures=pictures)

    def _judge(self, folder: Path, *, pictures: bool = False) -> None:
        self._level = Level.CHECKING
        self._spans_judged = evidence_spans(self._news)
        self._waiting.add("judging")
        self.judged.emit(Judgement(Level.CHECKING))
        self._judging.ask(
            lambda keep_on: self._access.judge(folder, keep_on, pictures=pictures),
            then=self._was_judged,
            failed=self._no_verdict,
        )

    def _was_judged(self, judgement: Judgement) -> None:
        self._waiting.discard("judging")
        self._level = judgement.level
        self.judged.emit(judgement)
        self._judge_pictures_if_doubtful()

    def _is_doubtful(self) -> bool:
        """A picture that could not be decoded is no alteration, and does not go with "complete and sound"."""
        is_sound = self._level in (Level.SOUND, Level.RECORDING) and "judging" not in self._waiting
        is_open = self._reading is not None and not self._has_judged_pictures
        return is_open and is_sound and evidence_spans(self._news, GRAVE) > 0

    def _judge_pictures_if_doubtful(self) -> None:
        if self._is_doubtful():
            self._has_judged_pictures = True
            self.judge(pictures=True)

    def _no_verdict(self, error: WorldError) -> None:
        self._waiting.discard("judging")
        self.judged.emit(Judgement(Level.READ_FAILED, (unread(error),)))

    def _listed(self, listing: Listing) -> None:
        self._waiting.discard("listing")
        self._last_listing = listing
        self.listed.emit(listing.entries)
        if listing.problem:
            self.listing_failed.emit(listing.problem)

    def _not_listed(self, error: WorldError) -> None:
        self._last_listing = None
        self._waiting.discard("listing")
        self.listing_failed.emit(str(error))

    def _came(self, news: News) -> None:
        if self._reading is None:
            return
        before, self._news = self._news, news
        ended = before is not None and before.is_live and not news.is_live
        if before is None or not before.is_complete:
            self._spans_judged = evidence_spans(news)  # what reading it through finds, verifying it does too
        is_worse = news.is_live and evidence_spans(news) > self._spans_judged
        self.playback.set_extent(news.duration_ns, grows=news.is_live)
        self.playback.set_idle(news.idle)
        self.news.emit(news)
        self.refresh()
        self._show_first_picture(news)
        if news.is_complete:
            self._waiting.discard("reading")  # only now that the picture is asked for again: it is not settled between
        if ended or is_worse:
            self.judge()
        else:
            self._judge_pictures_if_doubtful()
        if ended:
            self.list_library()

    def _show(self, moment: Moment) -> None:
        self.moved.emit(moment)
        if self._reading is not None:
            self._asked_ns = moment.position_ns
            self._reading.request(moment.position_ns)

    def _was_shown(self, shown: Shown, spans: tuple[Span, ...]) -> None:
        if shown.at_ns == self._asked_ns and shown.is_known:  # else it is shown again, once all about it is known
            self._asked_ns = None
        self.shown.emit(shown, spans)

    def _was_not_shown(self, at_ns: int | None, error: WorldError) -> None:
        self._asked_ns = self._asked_ns if at_ns is None else None
        self.picture_failed.emit(at_ns, error)
