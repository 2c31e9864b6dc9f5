"""An open recording, shared by the thread that decodes and the thread that reads it through and follows it."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, runtime_checkable

import numpy as np

from player import timeline
from player.account import Account
from player.decoder import Decoder, Shown, read_shown
from player.drawing import Pixels
from player.lane_columns import ColumnReader, Columns
from player.row_list import RowList
from player.scan import ScanProgress
from player.source import SessionFacts, Source, Span
from player.thumbnails import Thumbnails, Twofold
from player.timeline import Times
from player.ui.background import Follower, Home, let_go
from recorder.errors import StorageError, WorldError
from recorder.logrow import LogRow

LOOK_EVERY_S = 0.05
AGAIN_AFTER_S = 1.0
_COMPLETE = 1 << 62


@runtime_checkable
class Scanned(Protocol):
    """A source whose rows, changes and spans come only while it is read through; it holds its own lock for that."""

    def scan_step(self) -> ScanProgress:
        """Read some more."""
        ...

    def ahead(self, at_ns: int) -> bool:
        """Make what comes after this moment cheap; False if nothing is left to do."""
        ...

    def is_known(self, at_ns: int) -> bool:
        """Whether all that says something about this moment has been read."""
        ...


@runtime_checkable
class Accounting(Protocol):
    """A source that says of every moment what it was."""

    def account(self) -> Account:
        """The account of what was read so far; the same object while it is the same."""
        ...


@runtime_checkable
class Interruptible(Protocol):
    """A source whose pictures may take long."""

    def interrupt(self) -> None:
        """Let no picture be waited for any more."""
        ...


@dataclass(frozen=True, slots=True)
class News:
    """What is known of a recording now; nothing in it changes any more.

    Rows before `settled` are as they were in the news before, if `revision` is the same. `is_complete`: all that there
    is has been read, else it has been up to `reached_ns`. The times are in order.
    """

    duration_ns: int
    is_live: bool
    is_complete: bool
    rows: list[LogRow]
    settled: int
    revision: int
    spans: tuple[Span, ...]
    idle: tuple[Span, ...]
    change_times_ns: Times
    change_px: Times
    operator_times_ns: Times
    reached_ns: int
    account: Account = field(default_factory=Account)
    columns: Columns = field(default_factory=Columns)

    def is_read_at(self, at_ns: int) -> bool:
        """Whether the rows, changes and spans of this moment are among these already."""
        return self.is_complete or at_ns <= self.reached_ns


class Reading:
    """Calls `on_shown`, `on_failed` and `on_news` at home. `stop` ends all threads and closes the source."""

    def __init__(
        self,
        source: Source,
        *,
        home: Home,
        on_shown: Callable[[Shown, tuple[Span, ...]], None],
        on_failed: Callable[[int | None, WorldError], None],
        on_news: Callable[[News], None],
        on_thumbnail: Callable[[int, Pixels | None], None] | None = None,
    ) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._home = home
        self._on_shown = on_shown
        self._on_failed = on_failed
        self._on_news = on_news
        self._is_stopped = False
        self._told_live = False
        self._told_spans: tuple[Span, ...] = ()
        self._reached_ns = 0 if isinstance(source, Scanned) else _COMPLETE
        self._operator_times: Times = np.empty(0, np.int64)
        self._columns = ColumnReader()
        self._seen = 0  # how many rows are among the operator's times and the columns
        self.facts: SessionFacts = source.facts
        self._decoder = Decoder(
            self._read,
            on_shown=self._was_read,
            on_error=lambda at_ns, error: self._at_home(lambda: on_failed(at_ns, error)),
            ahead=self._ahead if isinstance(source, Scanned) else None,
        )
        self._thumbnails: Thumbnails | None = None
        if on_thumbnail is not None and isinstance(source, Twofold):
            told = on_thumbnail
            self._thumbnails = Thumbnails(
                source, on_made=lambda at_ns, picture: self._at_home(lambda: told(at_ns, picture))
            )
        self._follower: Follower | None = None
        self._again_at_s = 0.0  # not to be looked at before; a share that went away is not asked ten times a second
        self._unknown_ns: int | None = None  # the moment shown last, if not all was known of it

    def first_news(self) -> News:
        """What is known at opening; called once, on the thread that opened, before `start`."""
        with self._lock:
            return self._news()

    def start(self) -> None:
        """Begin to decode, to read through, and to follow."""
        self._decoder.start()
        self._follower = Follower(self._look, every_s=LOOK_EVERY_S, home=self._home)

    def request(self, at_ns: int) -> None:
        """Ask for what there was to see then."""
        self._decoder.request(at_ns)

    def request_thumbnail(self, at_ns: int) -> None:
        """Ask for a small picture of this moment; none comes from a source that cannot be opened once more."""
        if self._thumbnails is not None:
            self._thumbnails.request(at_ns)

    def look_at(self, at_ns: int) -> tuple[Shown, tuple[Span, ...]]:
        """What there was to see at another moment, and what may tell why something is not there. On any thread."""
        with self._lock:
            shown = read_shown(self._source, at_ns)
            if isinstance(self._source, Scanned):
                shown = replace(shown, is_known=self._source.is_known(at_ns))
            return shown, tuple(self._source.spans())

    def wall_ns_at(self, at_ns: int) -> int:
        """UTC then."""
        return self._source.wall_ns_at(at_ns)

    def stop(self) -> None:
        """Nothing is called after it. Returns when threads and files are let go, or hang: then that goes on aside."""
        self._is_stopped = True
        let_go(self._end)

    def _end(self) -> None:
        if self._thumbnails is not None:
            self._thumbnails.stop()
        if self._follower is not None:
            self._follower.stop()
        if isinstance(self._source, Interruptible):
            self._source.interrupt()  # a hostile picture may take as long as it is let
        self._decoder.stop()
        self._source.close()

    def _at_home(self, work: Callable[[], None]) -> None:
        self._home(lambda: None if self._is_stopped else work())

    # --- on the decoder's thread --------------------------------------------------------------------------------------

    def _read(self, at_ns: int) -> Shown:
        with self._lock:
            shown = read_shown(self._source, at_ns)
            if isinstance(self._source, Scanned):
                shown = replace(shown, is_known=self._source.is_known(at_ns))
            self._unknown_ns = None if shown.is_known else at_ns
            return shown

    def _ahead(self, at_ns: int) -> bool:
        """Read on; once all is known of the moment shown, show it again: a gap may have come to light."""
        if isinstance(self._source, Scanned) and self._source.ahead(at_ns):
            return True
        if self._unknown_ns == at_ns:
            self._was_read(self._read(at_ns))
        return False

    def _was_read(self, shown: Shown) -> None:
        is_whole = bool(shown.pictures) and all(picture is not None for picture in shown.pictures)
        spans: tuple[Span, ...] = ()
        if not is_whole:  # what took the picture away may have been found just now, by looking for it
            with self._lock:
                spans = tuple(self._source.spans())
            if spans != self._told_spans:
                self._tell()
        self._at_home(lambda: self._on_shown(shown, spans))

    # --- on the follower's thread -------------------------------------------------------------------------------------

    def _look(self) -> bool:
        """True while there may be more to come. What cannot be read now (a share went away) may come back."""
        if time.monotonic() < self._again_at_s:
            return True
        try:
            return self._read_through() if self._reached_ns != _COMPLETE else self._follow()
        except WorldError as error:
            failure = error
            self._at_home(lambda: self._on_failed(None, failure))
            self._again_at_s = time.monotonic() + AGAIN_AFTER_S
            return isinstance(error, StorageError)

    def _read_through(self) -> bool:
        if isinstance(self._source, Scanned):
            until_s = time.monotonic() + LOOK_EVERY_S
            while not self._is_stopped and time.monotonic() < until_s and self._reached_ns != _COMPLETE:
                progress = self._source.scan_step()
                self._reached_ns = _COMPLETE if progress.is_complete else progress.reached_ns
        self._tell()
        return True

    def _follow(self) -> bool:
        with self._lock:
            has_news = self._source.refresh() or self._source.is_live != self._told_live
        if has_news:
            self._tell()
        return has_news or self._told_live

    def _tell(self) -> None:
        with self._lock:
            news = self._news()
        self._at_home(lambda: self._on_news(news))

    def _news(self) -> News:
        source, kept = self._source, self._source.rows()
        revision = kept.revision if isinstance(kept, RowList) else 0
        settled = kept.settled if isinstance(kept, RowList) else len(kept)
        rows = list(kept[:])
        self._take_rows(kept)
        changes, duration_ns = source.changes(), source.duration_ns
        self._told_live, self._told_spans = source.is_live, tuple(source.spans())
        times = timeline.change_times(changes)
        known_ns = min(duration_ns, self._reached_ns)
        return News(
            duration_ns=duration_ns,
            is_live=self._told_live,
            is_complete=self._reached_ns == _COMPLETE,
            rows=rows,
            settled=settled,
            revision=revision,
            spans=self._told_spans,
            idle=timeline.idle_spans(times, self._operator_times, known_ns),
            change_times_ns=times,
            change_px=timeline.change_weights(changes)[: len(times)],
            operator_times_ns=self._operator_times,
            reached_ns=known_ns,
            account=source.account() if isinstance(source, Accounting) else Account(),
            columns=self._columns.columns(),
        )

    def _take_rows(self, kept: Sequence[LogRow]) -> None:
        """What the rows that have come since say, each looked at once, whichever place it has among the others."""
        fresh = kept.arrived(self._seen) if isinstance(kept, RowList) else list(kept[self._seen :])
        if fresh:
            self._operator_times = np.concatenate((self._operator_times, timeline.operator_times(fresh)))
            self._operator_times.sort()
            self._columns.take(fresh)
            self._seen += len(fresh)
