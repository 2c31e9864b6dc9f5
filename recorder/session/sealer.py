"""From the queue to sealed chunks: the thread that puts events in order and writes them."""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from recorder.clock import SessionClock
from recorder.errors import StorageError
from recorder.events import Event, Gap, GapReason, Patch, SessionEnded, Snapshot
from recorder.evidence.writer import RecordingWriter
from recorder.format.payload import encode_events
from recorder.session.event_queue import EventQueue, Item, SegmentBoundary
from recorder.session.state import SessionState

NS_PER_S = 1_000_000_000
CHUNK_PERIOD_S = 0.5
HEARTBEAT_S = 5.0
# Threads report what they saw a few milliseconds after it happened: wait for the slowest before fixing the order.
HOLD_BACK_NS = 100_000_000
CHUNK_BYTES = 1 << 20
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
        listeners: Sequence[Listener] = (),
    ) -> None:
        self._writer = writer
        self._queue = queue
        self._clock = clock
        self._begin_segment = begin_segment
        self._on_end = on_end
        self._listeners = listeners
        self._state = SessionState()
        self._held: list[Item] = []
        self._awaiting_boundary = False
        self._boundary_asked = False
        self._pictures_lost_from_ns: int | None = None
        self._sealed_at_ns = 0
        self._progress = Progress(0, 0, 0, 0)
        self._thread = threading.Thread(target=self._run, name="sealer", daemon=True)
        self.failure: Exception | None = None

    def start(self) -> None:
        """Begin; the writer's first segment must stand already."""
        self._thread.start()

    def join(self) -> None:
        """Wait until everything that was in the queue when it was closed is sealed."""
        self._thread.join()

    @property
    def progress(self) -> Progress:
        """How far the recording is; may be read from any thread."""
        return self._progress

    def finish(self, ending: SessionEnded) -> None:
        """Seal the last event and close the recording. Only after `join`.

        Raises:
            StorageError: the recording could not be closed; what was acknowledged is readable all the same.
        """
        try:
            if self.failure is None:
                self._append([ending])
        finally:
            self._writer.close(ending.reason)

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
        idle_s = (self._sealed_at_ns - self._clock.now_ns()) / NS_PER_S + HEARTBEAT_S
        if not self._held and not self._queue.wait(max(0.0, idle_s)):
            self._heartbeat_if_due()
            return
        self._queue.wait_closed(CHUNK_PERIOD_S)
        self._hold(self._queue.drain())
        self._seal_held(before_ns=self._clock.now_ns() - HOLD_BACK_NS)
        self._heartbeat_if_due()
        if self._writer.wants_new_segment and not self._boundary_asked:
            self._boundary_asked = True
            self._begin_segment("rollover")

    def _heartbeat_if_due(self) -> None:
        now_ns = self._clock.now_ns()
        if now_ns - self._sealed_at_ns < int(HEARTBEAT_S * NS_PER_S) or self._queue.is_closed:
            return
        try:
            receipt = self._writer.append(encode_events([]), heartbeat=True)
        except StorageError as error:
            self._recover([], error)
            return
        self._count(receipt.size_bytes, ())

    def _hold(self, items: Iterable[Item]) -> None:
        self._held.extend(items)
        refused, from_ns, to_ns = self._queue.take_refused()
        if refused:
            detail = f"{refused} events came faster than they could be sealed."
            self._held.append(Gap(from_ns, to_ns, "events", GapReason.EVENTS_DROPPED, detail))

    def _seal_held(self, *, before_ns: int | None) -> None:
        """Seal what is held and older than `before_ns` (None: all), boundary by boundary."""
        while (at := _first_boundary(self._held)) is not None:
            boundary = self._held[at]
            assert isinstance(boundary, SegmentBoundary)
            self._append_in_order(self._held[:at])
            self._held = self._held[at + 1 :]
            self._cross(boundary)
        ready = [item for item in self._held if before_ns is None or item.at_ns <= before_ns]
        self._held = [item for item in self._held if before_ns is not None and item.at_ns > before_ns]
        self._append_in_order(ready)

    def _cross(self, boundary: SegmentBoundary) -> None:
        if not self._awaiting_boundary:
            self._start_segment(boundary.reason)
        self._awaiting_boundary = False
        self._boundary_asked = False
        events: list[Event] = [self._state.restated(boundary.at_ns)]
        if self._pictures_lost_from_ns is not None:
            events.append(Gap(self._pictures_lost_from_ns, boundary.at_ns, "screen", GapReason.STORAGE_FAILED))
            self._pictures_lost_from_ns = None
        self._append(events)

    def _append_in_order(self, items: Iterable[Item]) -> None:
        events = sorted((item for item in items if isinstance(item, Event)), key=lambda event: event.at_ns)
        for event in events:
            self._state.follow(event)
        for batch in _batches(events):
            self._append(batch)

    def _append(self, events: Sequence[Event]) -> None:
        """Seal events; after a failed write they go into a new segment, all but the pictures."""
        if self._awaiting_boundary:
            events = [event for event in events if not isinstance(event, (Patch, Snapshot))]
        if not events:
            return
        try:
            receipt = self._writer.append(encode_events(events))
        except StorageError as error:
            self._recover(events, error)
            return
        self._count(receipt.size_bytes, events)

    def _recover(self, events: Sequence[Event], error: StorageError) -> None:
        """Continue in a new segment after a failed write; the tries are few, since evidence waits in memory."""
        self._pictures_lost_from_ns = self._sealed_at_ns
        self._awaiting_boundary = self._boundary_asked = True
        kept = [event for event in events if not isinstance(event, (Patch, Snapshot))]
        for _ in range(STORAGE_TRIES):
            try:
                self._start_segment("io_error")
                if kept:
                    self._count(self._writer.append(encode_events(kept)).size_bytes, kept)
            except StorageError as again:
                error = again
                self._queue.wait_closed(STORAGE_RETRY_S)
                continue
            self._begin_segment("io_error")
            return
        raise error

    def _start_segment(self, reason: str) -> None:
        self._writer.start_segment(reason)

    def _count(self, size_bytes: int, events: Sequence[Event]) -> None:
        self._sealed_at_ns = self._clock.now_ns()
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


def _batches(events: Sequence[Event]) -> Iterable[list[Event]]:
    """Split so that no chunk grows much past `CHUNK_BYTES`."""
    batch: list[Event] = []
    size_bytes = 0
    for event in events:
        if batch and size_bytes > CHUNK_BYTES:
            yield batch
            batch, size_bytes = [], 0
        batch.append(event)
        size_bytes += len(event.data) if isinstance(event, (Patch, Snapshot)) else 100
    if batch:
        yield batch
