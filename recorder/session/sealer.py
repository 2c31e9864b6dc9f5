"""From the queue to sealed chunks: the thread that puts events in order and writes them."""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from recorder.clock import NS_PER_S, SessionClock
from recorder.errors import StorageError
from recorder.events import Event, Gap, GapReason, Patch, SessionEnded, Snapshot
from recorder.evidence.live_segment import ChunkReceipt
from recorder.evidence.writer import RecordingWriter
from recorder.format.header import PreviousSegment
from recorder.format.payload import encode_events
from recorder.session.chunking import chunks_of
from recorder.session.coverage import CoverageTeller
from recorder.session.event_queue import EventQueue, Item, SegmentBoundary
from recorder.session.state import SessionState

# With what is held back this is how far the disk is behind: 0.85 s, so that a follower is never a second behind.
CHUNK_PERIOD_S = 0.35
HEARTBEAT_S = 5.0
# Threads report what they saw a few milliseconds after it happened, and keys wait at their gate until it is known
# whether they may be recorded: wait for the slowest before fixing the order.
HOLD_BACK_NS = 500_000_000
# An event from further in the future than this has a wrong time: it is sealed now, since waiting could last for ever.
AHEAD_NS = 2_000_000_000
STORAGE_TRIES = 3
STORAGE_RETRY_S = 1.0

log = logging.getLogger(__name__)


class Listener(Protocol):
    """Somebody who reads along, in the order of the recording: the plain log, a status line."""

    def events_sealed(self, events: Sequence[Event]) -> None:
        """These events are in the recording now, acknowledged by the disk."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a recording is: the session's time, picture changes, sealed bytes and chunks so far."""

    at_ns: int
    changes: int
    bytes_sealed: int
    chunks: int


class Sealer:
    """Order events by their time, seal them twice a second, and start segments.

    A failed write ends the segment, never the recording: a new segment begins, pictures start anew, and a gap says what
    was lost. Only when no new segment can be begun either does the sealer end, and `on_end` hears why.
    """

    def __init__(
        self,
        writer: RecordingWriter,
        queue: EventQueue,
        *,
        clock: SessionClock,
        begin_segment: Callable[[str], None],
        on_end: Callable[[Exception], None],
        on_turn: Callable[[], None] | None = None,
        listeners: Sequence[Listener] = (),
    ) -> None:
        self._writer = writer
        self._queue = queue
        self._clock = clock
        self._begin_segment = begin_segment
        self._on_end = on_end
        self._on_turn = on_turn
        self._listeners = listeners
        self._state = SessionState()
        self._coverage = CoverageTeller()
        self._held: list[Item] = []
        self._awaiting_boundary = False
        self._boundary_asked = False
        self._pictures_lost_from_ns: int | None = None
        self._sealed_at_ns = 0
        self._through_ns = 0
        self._is_waiting = False
        self._turned_at_ns = clock.now_ns()
        self._tip = writer.tip
        self._progress = Progress(0, 0, 0, 0)
        self._thread = threading.Thread(target=self._run, name="sealer", daemon=True)
        self.failure: Exception | None = None

    def start(self) -> None:
        """Begin; the writer's first segment must stand already."""
        self._turned_at_ns = self._clock.now_ns()
        self._thread.start()

    def join(self) -> None:
        """Wait until everything that was in the queue when it was closed is sealed."""
        self._thread.join()

    @property
    def progress(self) -> Progress:
        """How far the recording is; may be read from any thread."""
        return self._progress

    @property
    def tip(self) -> PreviousSegment | None:
        """The newest record that is on the disk for sure; may be read from any thread."""
        return self._tip

    @property
    def turned_at_ns(self) -> int:
        """When its thread last turned, or had nothing to do: longer ago than that, and it hangs in the storage."""
        if self._is_waiting and self._queue.is_empty:
            return self._clock.now_ns()
        return self._turned_at_ns

    @property
    def sealed_through_ns(self) -> int:
        """All that was reported up to this moment is on the disk; may be read from any thread."""
        now_ns = self._clock.now_ns()
        if self._is_waiting and self._queue.is_empty:
            return max(self._through_ns, now_ns - HOLD_BACK_NS)
        return self._through_ns

    def finish(self, ending: SessionEnded, before: Sequence[Event] = ()) -> None:
        """Seal the last event, and those before it, and close the recording. Only after `join`.

        Raises:
            StorageError: the recording could not be closed; what was acknowledged is readable all the same.
        """
        last = self._last_words(ending) if self.failure is not None else b""
        try:
            if self.failure is None:
                self._append([*self._lost_pictures(ending.at_ns), *before])
                self._append([*self._coverage.rest(ending.at_ns), ending])
        finally:
            self._writer.close(ending.reason, last=last)

    @property
    def is_disk_full(self) -> bool:
        """Whether it was want of room that ended the sealing."""
        return self.failure is not None and self._writer.is_disk_full

    def _last_words(self, ending: SessionEnded) -> bytes:
        """What the reserve has room for: from when on nothing is recorded, and why."""
        reason = GapReason.STORAGE_FULL if self.is_disk_full else GapReason.STORAGE_FAILED
        # What was held back when the last chunk was sealed is lost too.
        from_ns = min(self._through_ns, ending.at_ns)
        pictures = [gap for gap in self._lost_pictures(from_ns) if gap.at_ns < from_ns]
        lost = [*pictures, Gap(from_ns, ending.at_ns, "everything", reason, ending.detail)]
        self._coverage.follow(lost)
        return encode_events([*lost, *self._coverage.rest(ending.at_ns), ending])

    def _run(self) -> None:
        try:
            while not self._queue.is_closed:
                self._turn()
            self._hold(self._queue.drain())
            self._seal_held(before_ns=None)
        except Exception as error:
            log.debug("sealer ended", exc_info=True)
            self.failure = error
            self._on_end(error)

    def _turn(self) -> None:
        self._turned_at_ns = self._clock.now_ns()
        if self._on_turn is not None:
            self._on_turn()
        if not self._held and not self._wait():
            self._through_ns = max(self._through_ns, self._clock.now_ns() - HOLD_BACK_NS)
            self._append(self._coverage.due(self._clock.now_ns()))
            self._heartbeat_if_due()
            return
        # What comes first after a rest is sealed as soon as its order is fixed, instead of in the second turn from now.
        self._queue.wait_closed(CHUNK_PERIOD_S if self._held else max(CHUNK_PERIOD_S, HOLD_BACK_NS / NS_PER_S))
        self._hold(self._queue.drain())
        before_ns = self._clock.now_ns() - HOLD_BACK_NS
        self._seal_held(before_ns=before_ns)
        self._through_ns = before_ns
        self._append(self._coverage.due(self._clock.now_ns()))
        self._heartbeat_if_due()
        if self._writer.wants_new_segment and not self._boundary_asked:
            self._boundary_asked = True
            self._begin_segment("rollover")

    def _wait(self) -> bool:
        """Wait until something happens, or a heartbeat is due; True if something did."""
        idle_s = (self._sealed_at_ns - self._clock.now_ns()) / NS_PER_S + HEARTBEAT_S
        self._is_waiting = True
        happened = self._queue.wait(max(0.0, idle_s))
        self._turned_at_ns = self._clock.now_ns()
        self._is_waiting = False
        return happened

    def _heartbeat_if_due(self) -> None:
        now_ns = self._clock.now_ns()
        if now_ns - self._sealed_at_ns < int(HEARTBEAT_S * NS_PER_S) or self._queue.is_closed:
            return
        try:
            receipt = self._writer.append(encode_events([]), heartbeat=True)
        except StorageError:
            self._recover([])
            return
        self._count(receipt.size_bytes, ())

    def _hold(self, items: Iterable[Item]) -> None:
        self._held.extend(items)
        refused, from_ns, to_ns = self._queue.take_refused()
        if refused:
            detail = f"{refused} events came faster than they could be sealed."
            self._held.append(Gap(from_ns, to_ns, "events", GapReason.EVENTS_DROPPED, detail))
            self._boundary_asked = True
            self._begin_segment("events_dropped")  # a picture may be among them, and those after it build on it

    def _seal_held(self, *, before_ns: int | None) -> None:
        """Seal what is held and older than `before_ns` (None: all), boundary by boundary."""
        while (at := _first_boundary(self._held)) is not None:
            boundary = self._held[at]
            assert isinstance(boundary, SegmentBoundary)
            self._append_in_order(self._held[:at])
            self._held = self._held[at + 1 :]
            self._cross(boundary)
        held, self._held = self._held, []
        if before_ns is not None:
            self._held = [item for item in held if before_ns < item.at_ns <= before_ns + AHEAD_NS]
            held = [item for item in held if not before_ns < item.at_ns <= before_ns + AHEAD_NS]
        self._append_in_order(held)

    def _cross(self, boundary: SegmentBoundary) -> None:
        if not self._awaiting_boundary:
            self._begin_anew(boundary.reason, ())
        self._awaiting_boundary = False
        self._boundary_asked = False
        self._append([self._state.restated(boundary.at_ns), *self._lost_pictures(boundary.at_ns)])
        self._append(self._coverage.so_far(boundary.at_ns))

    def _lost_pictures(self, until_ns: int) -> list[Event]:
        """The gap that a failed write left in the pictures, if it was not said yet."""
        from_ns, self._pictures_lost_from_ns = self._pictures_lost_from_ns, None
        return [] if from_ns is None else [Gap(from_ns, until_ns, "screen", GapReason.STORAGE_FAILED)]

    def _append_in_order(self, items: Iterable[Item]) -> None:
        events = sorted((item for item in items if isinstance(item, Event)), key=lambda event: event.at_ns)
        for event in events:
            self._state.follow(event)
        self._append(events)

    def _append(self, events: Sequence[Event]) -> None:
        """Seal events; after a failed write they go into a new segment, all but the pictures."""
        self._coverage.follow(events)
        if self._awaiting_boundary:
            events = [event for event in events if not isinstance(event, (Patch, Snapshot))]
        for chunk, body in chunks_of(events):
            if self._awaiting_boundary:  # since the chunk before failed
                chunk = [event for event in chunk if not isinstance(event, (Patch, Snapshot))]
                body = encode_events(chunk)
            if not chunk:
                continue
            try:
                receipt = self._writer.append(body)
            except StorageError:
                self._recover(chunk)
            else:
                self._count(receipt.size_bytes, chunk)

    def _recover(self, events: Sequence[Event]) -> None:
        """Continue in a new segment after a failed write, and with new pictures."""
        if self._pictures_lost_from_ns is None:
            self._pictures_lost_from_ns = self._through_ns
        self._awaiting_boundary = self._boundary_asked = True
        kept = [event for event in events if not isinstance(event, (Patch, Snapshot))]
        receipt = self._begin_anew("io_error", kept)
        if receipt is not None:
            self._count(receipt.size_bytes, kept)
        self._begin_segment("io_error")

    def _begin_anew(self, reason: str, events: Sequence[Event]) -> ChunkReceipt | None:
        """Begin a segment, with these events if there are any. The tries are few, since evidence waits in memory.

        Raises:
            StorageError: none could be begun.
        """
        error: StorageError | None = None
        for attempt in range(STORAGE_TRIES):
            if attempt:
                self._queue.wait_closed(STORAGE_RETRY_S)
            try:
                self._writer.start_segment(reason)
                return self._writer.append(encode_events(events)) if events else None
            except StorageError as again:
                error = again
        raise error or StorageError("No segment could be begun.")

    def _count(self, size_bytes: int, events: Sequence[Event]) -> None:
        self._sealed_at_ns = self._clock.now_ns()
        self._tip = self._writer.tip
        before = self._progress
        self._progress = Progress(
            at_ns=self._sealed_at_ns,
            changes=before.changes + sum(isinstance(event, Patch) for event in events),
            bytes_sealed=before.bytes_sealed + size_bytes,
            chunks=before.chunks + 1,
        )
        if events:
            for listener in self._listeners:
                listener.events_sealed(events)


def _first_boundary(items: Sequence[Item]) -> int | None:
    return next((at for at, item in enumerate(items) if isinstance(item, SegmentBoundary)), None)
