"""A recording on disk, finished or growing, opened to be played: `player.source.Source` over its sealed segments."""

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from player.account import Account
from player.changes import ChangeColumns
from player.decoding import PictureDecoding, Workers
from player.moments import WallClock
from player.row_list import RowList
from player.scan import Scan, ScanProgress
from player.segment import LoadedSegment
from player.source import Picture, Pointer, SessionFacts, Span
from player.span_log import hides_screen, span_of
from recorder.agent_events import PolicyInForce
from recorder.events import Screen
from recorder.evidence.findings import Finding, Status, status_of
from recorder.evidence.keys import DeviceTrust, KeyRing
from recorder.evidence.reader import RecordingReader, SegmentInfo

CACHE_BYTES = 96 * 1024 * 1024
DECODED_SEGMENTS = 2  # of which what is decoded is kept, besides what was read
_SCAN_CHUNKS = 200  # between two reports of progress
_AHEAD_CHUNKS = 4  # read ahead between two looks whether something is asked for


class OpenRecording:
    """Plays one recording. Any thread may call any method: a lock is held where it must be.

    Opening reads headers only. Pictures are found by reading one segment as far as needed, which is kept while memory
    allows. Rows, changes and spans of the whole recording grow while `scan_step` is called, on a thread
    of whoever reads on; it waits while a picture is wanted.
    """

    def __init__(
        self, reader: RecordingReader, *, cache_bytes: int = CACHE_BYTES, workers: Workers | None = None
    ) -> None:
        self._reader = reader
        self._cache_bytes = cache_bytes
        self._decoding = PictureDecoding(workers)
        self._lock = threading.RLock()
        self._nobody_waits = threading.Event()
        self._nobody_waits.set()
        self._waiting = 0
        self._waiting_lock = threading.Lock()
        self._started_boot_ns = reader.header.started.boot_ns
        self._segments: tuple[SegmentInfo, ...] = ()
        self._starts_ns: list[int] = []
        self._loaded: OrderedDict[int, LoadedSegment] = OrderedDict()
        self._clock: tuple[object, WallClock] | None = None
        self._spans: tuple[object, tuple[Span, ...]] | None = None
        self._scan = Scan(reader, started_boot_ns=self._started_boot_ns)
        self._take_segments()

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        keys: KeyRing,
        devices: DeviceTrust,
        cache_bytes: int = CACHE_BYTES,
        workers: Workers | None = None,
    ) -> "OpenRecording":
        """Open a recording's folder. `workers`: where the process comes from that decodes its pictures.

        Raises:
            UnreadableError: it is not a recording, or not one that can be judged here.
            KeyMissingError: none of the keys opens it.
        """
        return cls(RecordingReader.open(folder, keys=keys, devices=devices), cache_bytes=cache_bytes, workers=workers)

    def again(self, *, cache_bytes: int = CACHE_BYTES) -> "OpenRecording":
        """The same recording once more, for who looks elsewhere in it without disturbing this one."""
        return OpenRecording(self._reader.again(), cache_bytes=cache_bytes)

    # --- what it is ---------------------------------------------------------------------------------------------------

    @property
    def facts(self) -> SessionFacts:
        """Who, where, when and why, from the signed header."""
        header = self._reader.header
        return SessionFacts(
            session_id=header.session_id,
            operator=header.operator,
            host=header.host,
            purpose=header.purpose,
            started_wall_ns=header.started.wall_ns,
            utc_offset_s=header.utc_offset_s,
        )

    @property
    def device_public_bytes(self) -> bytes:
        """The public key of the device that recorded it."""
        return self._reader.device_bytes

    @property
    def duration_ns(self) -> int:
        """How far the recording reaches now."""
        return max((self._at_ns(info.end.boot_ns) for info in self._segments), default=0)

    @property
    def is_live(self) -> bool:
        """Whether it is still being recorded."""
        return self._reader.is_being_recorded

    @property
    def is_closed(self) -> bool:
        """Whether it was closed and signed at its end."""
        return self._reader.is_closed

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was met so far while reading."""
        with self._lock:
            return tuple(self._reader.findings)

    @property
    def status(self) -> Status:
        """The verdict on what was read so far. The whole verdict is `verify`'s, which looks at everything."""
        kinds = {span.kind for span in self.spans()}
        if "altered" in kinds:
            return Status.ALTERED
        status = status_of(self.findings)
        return Status.PARTIAL if status is Status.SOUND and kinds & {"missing", "unreadable", "gap"} else status

    def wall_ns_at(self, at_ns: int) -> int:
        """UTC then, as the machine's clock claimed it; sure once the moment is settled, or the scan has come so far."""
        # Without the lock, which is held while pictures are decoded: the window asks with every tick.
        segments, loaded, scanned = self._segments, tuple(self._loaded.values()), tuple(self._scan.wall_marks)
        known = (len(segments), len(scanned), *((one.number, len(one.wall_marks)) for one in loaded))
        if self._clock is None or self._clock[0] != known:
            marks = [(self._at_ns(info.start.boot_ns), info.start.wall_ns) for info in segments]
            marks += [mark for segment in loaded for mark in tuple(segment.wall_marks)]
            self._clock = known, WallClock(self._reader.header.started.wall_ns, [*marks, *scanned])
        return self._clock[1].at(at_ns)

    def segment_at(self, at_ns: int) -> int | None:
        """The number of the segment that this moment lies in; None if it lies in none."""
        begun = [info.number for info in self._segments if self._at_ns(info.start.boot_ns) <= at_ns]
        return begun[-1] if begun and at_ns <= self.duration_ns else None

    # --- pictures -----------------------------------------------------------------------------------------------------

    def screens_at(self, at_ns: int) -> tuple[Screen, ...]:
        """The monitors then."""
        with self._asked():
            return self._screens_at(at_ns)

    def picture_at(self, screen: int, at_ns: int) -> Picture | None:
        """What the screen showed then; None where nothing sound is recorded."""
        with self._asked():
            if not 0 <= at_ns <= self.duration_ns or self._is_in_gap(screen, at_ns):
                return None
            picture = self._picture_at(screen, at_ns)
            return picture if picture is not None and self._fits(picture, at_ns) else None

    def pointer_at(self, at_ns: int) -> Pointer | None:
        """The pointer then; None if not known."""
        with self._asked():
            for segment in self._segments_back_from(at_ns):
                pointer = segment.pointer_at(at_ns)
                if pointer is not None:
                    return pointer
            return None

    def settle(self, at_ns: int) -> None:
        """Read all that says something about this moment: its whole segment, and the next, which may tell of a gap."""
        with self._asked():
            index = self._index_at(at_ns)
            for info in self._segments[max(0, index) : index + 2]:
                self._load(info).read_all()

    def is_known(self, at_ns: int) -> bool:
        """Whether all that says something about this moment has been read, as `settle` does, or the scan."""
        with self._lock:
            if self._scan.is_complete:
                return True
            index = self._index_at(at_ns)
            numbers = [info.number for info in self._segments[max(0, index) : index + 2]]
            return all(number in self._loaded and self._loaded[number].is_exhausted for number in numbers)

    def ahead(self, at_ns: int) -> bool:
        """Do a small piece of work that makes what comes after this moment cheap; False if there is none left."""
        with self._lock:
            index = self._index_at(at_ns)
            for info in self._segments[max(0, index) : index + 2]:
                segment = self._load(info)
                if not segment.is_exhausted:
                    for _ in range(_AHEAD_CHUNKS):
                        if not segment.is_exhausted:
                            segment.read_some()
                    return True
            return False

    def interrupt(self) -> None:
        """End what decodes, even in the middle of a picture: nobody waits for it. There are no pictures after it."""
        self._decoding.interrupt()

    @property
    def worker_pid(self) -> int | None:
        """The process that decodes the pictures; None if there is none now."""
        return self._decoding.worker_pid

    def close(self) -> None:
        """Let go of files and memory."""
        self._decoding.interrupt()
        with self._lock:
            self._loaded.clear()
            self._decoding.stop()

    # --- the whole recording ------------------------------------------------------------------------------------------

    def changes(self) -> ChangeColumns:
        """Every change of a picture so far, in order."""
        return self._scan.changes

    def rows(self) -> RowList:
        """The operation log so far, in order."""
        return self._scan.rows

    def spans(self) -> tuple[Span, ...]:
        """Gaps, altered and missing ranges, idle and locked times so far, in order."""
        with self._lock:
            known = (self._scan.spans.version, self._scan.reached_ns, self._loaded_findings())
            if self._spans is None or self._spans[0] != known:
                found = set(self._scan.spans.spans(self._scan.reached_ns))
                for segment in self._loaded.values():
                    found.update(segment.damage())
                    found.update(span_of(gap) for gap in segment.gaps)
                self._spans = known, tuple(sorted(found, key=lambda span: (span.start_ns, span.end_ns)))
            return self._spans[1]

    def account(self) -> Account:
        """Every nanosecond up to where the recording was read: recorded, idle, locked, masked, or a gap."""
        with self._lock:
            reached_ns = self.duration_ns if self._scan.is_complete else self._scan.reached_ns
            return self._scan.account.account(reached_ns, self.spans())

    def account_of(self, start_ns: int, end_ns: int) -> Account:
        """That of a part of it, as far as it was read."""
        with self._lock:
            reached_ns = self.duration_ns if self._scan.is_complete else self._scan.reached_ns
            return self._scan.account.account_of(start_ns, min(end_ns, reached_ns), self.spans())

    def policies(self) -> tuple[PolicyInForce, ...]:
        """The policies that governed the recording, as far as it was read; none in one of an older program."""
        with self._lock:
            return tuple(self._scan.policies)

    def _loaded_findings(self) -> tuple[object, ...]:
        """What tells whether the spans of the loaded segments are still the same."""
        return tuple((one.number, len(one.gaps), one.damage()) for one in self._loaded.values())

    def scan_step(self) -> ScanProgress:
        """Read some more of the whole recording. Waits while a picture is wanted."""
        for _ in range(_SCAN_CHUNKS):
            self._nobody_waits.wait()
            with self._lock:
                if not self._scan.step():
                    break
        with self._lock:
            self._scan.publish()
            return ScanProgress(self._scan.reached_ns, self.duration_ns, self._scan.is_complete)

    def scan_all(self, progress: Callable[[ScanProgress], None] | None = None) -> None:
        """Read the whole recording, for those who cannot go on without its rows."""
        while not (now := self.scan_step()).is_complete:
            if progress is not None:
                progress(now)

    def refresh(self) -> bool:
        """Look for what has come since; True if there is something new. What came is scanned at once."""
        with self._lock:
            if not self._reader.refresh():
                return False
            was_complete = self._scan.is_complete
            self._take_segments()
            for segment in self._loaded.values():
                segment.look_again()
            self._scan.look_again()
            if was_complete:
                while self._scan.step():
                    pass
                self._scan.publish()
            return True

    # --- inside -------------------------------------------------------------------------------------------------------

    @contextmanager
    def _asked(self) -> Iterator[None]:
        """Hold the lock, with the scan out of the way: a picture that is waited for comes first."""
        with self._waiting_lock:
            self._waiting += 1
            self._nobody_waits.clear()
        try:
            with self._lock:
                yield
        finally:
            with self._waiting_lock:
                self._waiting -= 1
                if self._waiting == 0:
                    self._nobody_waits.set()

    def _at_ns(self, boot_ns: int) -> int:
        return boot_ns - self._started_boot_ns

    def _take_segments(self) -> None:
        self._segments = tuple(self._reader.segments)
        self._starts_ns = [self._at_ns(info.start.boot_ns) for info in self._segments]

    def _index_at(self, at_ns: int) -> int:
        return bisect_right(self._starts_ns, at_ns) - 1

    def _segments_back_from(self, at_ns: int) -> Iterator[LoadedSegment]:
        """The segment of this moment, read as far as needed, then the one before it, if it leads up to it."""
        index = self._index_at(at_ns)
        for info in reversed(self._segments[max(0, index - 1) : index + 1]):
            segment = self._load(info)
            segment.read_to(at_ns)
            yield segment

    def _load(self, info: SegmentInfo) -> LoadedSegment:
        segment = self._loaded.get(info.number)
        if segment is None:
            segment = LoadedSegment(
                self._reader,
                info.number,
                started_boot_ns=self._started_boot_ns,
                starts_ns=self._at_ns(info.start.boot_ns),
                decoding=self._decoding,
            )
            self._loaded[info.number] = segment
        self._loaded.move_to_end(info.number)
        self._make_room()
        return segment

    def _make_room(self) -> None:
        for number in list(self._loaded)[:-DECODED_SEGMENTS]:
            self._loaded[number].release()
        while len(self._loaded) > DECODED_SEGMENTS and self._loaded_bytes() > self._cache_bytes:
            number, segment = self._loaded.popitem(last=False)
            del number
            for span in segment.damage():
                self._scan.spans.add(span)
            segment.release()

    def _loaded_bytes(self) -> int:
        return sum(segment.size_bytes for segment in self._loaded.values())

    def _screens_at(self, at_ns: int) -> tuple[Screen, ...]:
        for segment in self._segments_back_from(at_ns):
            screens = segment.screens_at(at_ns)
            if screens is not None:
                return screens
        return ()

    def _picture_at(self, screen: int, at_ns: int) -> Picture | None:
        """From the segment of this moment; until its first full picture has come, from the one that leads up to it."""
        for segment in self._segments_back_from(at_ns):
            if segment.is_silent_at(at_ns) and not self._leads_on(segment):
                return None
            if segment.has_begun(screen, at_ns):
                return segment.picture_at(screen, at_ns)
        return None

    def _leads_on(self, segment: LoadedSegment) -> bool:
        """Whether the next segment begins where this one ends, so that its last picture holds until there.

        One that goes on after the recorder was killed says by a gap from when on nothing is known.
        """
        following = next((info for info in self._segments if info.number > segment.number), None)
        if following is None:
            return False
        return following.is_resumed or (segment.is_closed and following.number == segment.number + 1)

    def _is_in_gap(self, screen: int, at_ns: int) -> bool:
        gaps = list(self._scan.spans.gaps)
        index = self._index_at(at_ns)
        for info in self._segments[max(0, index) : index + 2]:
            if info.number in self._loaded:
                gaps += self._loaded[info.number].gaps
        return any(gap.at_ns <= at_ns < gap.end_ns and hides_screen(gap, screen) for gap in gaps)

    def _fits(self, picture: Picture, at_ns: int) -> bool:
        """Whether the picture is of the monitor as it was then: after a change of size, a new one is waited for."""
        area = next((one.area for one in self._screens_at(at_ns) if one.number == picture.screen), None)
        return area is not None and picture.bgr.shape[:2] == (area.height, area.width)
