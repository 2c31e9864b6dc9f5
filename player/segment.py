"""A segment in memory: read as far as it is needed, its pictures, pointer and monitors found by time."""

import gc
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager

from player.decoding import PictureDecoding
from player.looking_back import steps_up_to
from player.screen_track import ScreenTrack
from player.source import Picture, Pointer, Span
from recorder.errors import UnreadableError
from recorder.events import (
    Event,
    Gap,
    Patch,
    PointerMoved,
    PointerShape,
    Screen,
    ScreensChanged,
    Snapshot,
    StateRestated,
    WallClockChanged,
)
from recorder.evidence.reader import Chunk, ChunkKind, RecordingReader
from recorder.format.payload import decode_events

# A chunk holds what happened up to when it was sealed, so what happened until then may still stand in one sealed later.
_SEALED_WITHIN_NS = 1_500_000_000
# What an event weighs in memory besides its data.
_PER_POINTER_BYTES = 150
_PER_PICTURE_BYTES = 2000
# Of that, how much is read before the decoder is told: rarely enough that telling costs next to nothing.
_TELL_BYTES = 192 << 10
# So much is read in a few milliseconds; what comes then is not looked for before.
_FAR_NS = 10_000_000_000


class LoadedSegment:
    """What was read of one segment so far. `read_to` and `read_some` go on from there."""

    def __init__(
        self,
        reader: RecordingReader,
        number: int,
        *,
        started_boot_ns: int,
        starts_ns: int,
        decoding: PictureDecoding,
    ) -> None:
        self.number = number
        self.size_bytes = 0
        self.reached_ns = starts_ns
        self.is_exhausted = False
        self.is_closed = False
        self.gaps: list[Gap] = []
        self.wall_marks: list[tuple[int, int]] = []  # when the machine's clock was set, and to what
        self._reader = reader
        self._started_boot_ns = started_boot_ns
        self._decoding = decoding
        self._last_sequence = -1
        self._chunks: Iterator[Chunk] | None = None
        self._tracks: dict[int, ScreenTrack] = {}
        self._layouts: list[tuple[Screen, ...]] = []
        self._layout_times_ns: list[int] = []
        self._pointers: list[tuple[int, int]] = []
        self._pointer_times_ns: list[int] = []
        self._shapes: list[PointerShape] = []
        self._shape_times_ns: list[int] = []

    # --- reading ------------------------------------------------------------------------------------------------------

    def read_to(self, at_ns: int) -> None:
        """Read on until all that happened up to this moment is here."""
        with _no_collection():
            told_bytes = self.size_bytes
            coming = self._steps_up_to(at_ns) if at_ns - self.reached_ns > _FAR_NS else {}
            while not self.is_exhausted and self.reached_ns <= at_ns + _SEALED_WITHIN_NS:
                self.read_some()
                if self.size_bytes - told_bytes >= _TELL_BYTES:
                    told_bytes = self.size_bytes
                    for screen, track in self._tracks.items():
                        track.tell_ahead(coming.get(screen, ()))

    def _steps_up_to(self, at_ns: int) -> dict[int, tuple[Patch | Snapshot, ...]]:
        """What decoding will begin at, so that it can be told before all that leads up to it."""
        if self.is_exhausted:
            return {}
        until_ns = self._started_boot_ns + at_ns + _SEALED_WITHIN_NS
        return steps_up_to(at_ns, self._reader.events_back(self.number, until_ns=until_ns))

    def read_all(self) -> None:
        """Read to the end."""
        while not self.is_exhausted:
            self.read_some()

    def read_some(self) -> None:
        """Read one chunk more."""
        if self._chunks is None:
            self._chunks = iter(self._reader.chunks(self.number, after_sequence=self._last_sequence))
        chunks, self._chunks = self._chunks, None  # one that failed has ended: it would say that nothing more is there
        chunk = next(chunks, None)
        if chunk is None:
            self.is_exhausted = True
            return
        self._chunks = chunks
        self._take(chunk)

    def look_again(self) -> None:
        """The recording has grown: there may be more to read."""
        if not self.is_closed:
            self.is_exhausted = False

    def _take(self, chunk: Chunk) -> None:
        if chunk.sequence != self._last_sequence + 1:
            self._lose()
        self._last_sequence = chunk.sequence
        self.is_closed = self.is_closed or chunk.kind is ChunkKind.END
        if chunk.kind is ChunkKind.EVENTS:
            self._take_events(chunk.body)
        self.reached_ns = max(self.reached_ns, chunk.instant.boot_ns - self._started_boot_ns)

    def _take_events(self, body: bytes) -> None:
        try:
            events = decode_events(body)
        except UnreadableError:
            self._lose()
            return
        for event in events:
            self._keep(event)

    def _lose(self) -> None:
        """What stands between the last chunk and the next is lost."""
        for track in self._tracks.values():
            track.add_hole(self.reached_ns)

    def _keep(self, event: Event) -> None:
        match event:
            case WallClockChanged():
                self.wall_marks.append((event.at_ns, event.wall_ns))
            case Patch() | Snapshot():
                self._track(event.screen).add(event)
                self.size_bytes += 2 * len(event.data) + _PER_PICTURE_BYTES  # the sheets are cut out of the data
            case PointerMoved():
                self._keep_pointer(event.at_ns, event)
            case PointerShape():
                _append_in_order(self._shape_times_ns, event.at_ns)
                self._shapes.append(event)
            case Gap():
                self.gaps.append(event)
            case ScreensChanged():
                self._keep_layout(event.at_ns, event.screens)
            case StateRestated():
                self._keep_restated(event)
            case _:
                pass

    def _keep_restated(self, state: StateRestated) -> None:
        self._keep_layout(state.at_ns, state.screens)
        if state.pointer is not None:
            self._keep_pointer(state.at_ns, state.pointer)
        if state.pointer_shape is not None:
            _append_in_order(self._shape_times_ns, state.at_ns)
            self._shapes.append(state.pointer_shape)

    def _keep_pointer(self, at_ns: int, pointer: PointerMoved) -> None:
        _append_in_order(self._pointer_times_ns, at_ns)
        self._pointers.append((pointer.x_px, pointer.y_px))
        self.size_bytes += _PER_POINTER_BYTES

    def _keep_layout(self, at_ns: int, screens: tuple[Screen, ...]) -> None:
        _append_in_order(self._layout_times_ns, at_ns)
        self._layouts.append(screens)

    def _track(self, screen: int) -> ScreenTrack:
        if screen not in self._tracks:
            self._tracks[screen] = ScreenTrack(screen, self._decoding.new_track())
        return self._tracks[screen]

    def is_silent_at(self, at_ns: int) -> bool:
        """Whether all that can be read of this segment ends before this moment."""
        return self.is_exhausted and at_ns > self.reached_ns

    # --- finding ------------------------------------------------------------------------------------------------------

    def picture_at(self, screen: int, at_ns: int) -> Picture | None:
        """The screen's picture then, as far as this segment knows."""
        track = self._tracks.get(screen)
        return None if track is None else track.picture_at(at_ns)

    def has_begun(self, screen: int, at_ns: int) -> bool:
        """Whether this segment holds anything of the screen up to this moment."""
        track = self._tracks.get(screen)
        return track is not None and track.has_begun(at_ns)

    def screens_at(self, at_ns: int) -> tuple[Screen, ...] | None:
        """The monitors then; None if this segment does not say yet."""
        index = bisect_right(self._layout_times_ns, at_ns) - 1
        return self._layouts[index] if index >= 0 else None

    def pointer_at(self, at_ns: int) -> Pointer | None:
        """The pointer then; None if this segment does not say yet."""
        index = bisect_right(self._pointer_times_ns, at_ns) - 1
        if index < 0:
            return None
        shape = bisect_right(self._shape_times_ns, at_ns) - 1
        x_px, y_px = self._pointers[index]
        return Pointer(x_px, y_px, self._shapes[shape] if shape >= 0 else None)

    def damage(self) -> tuple[Span, ...]:
        """What of its pictures turned out to be damaged while they were decoded."""
        return tuple(span for track in self._tracks.values() for span in track.damage(self.reached_ns))

    def release(self) -> None:
        """Let go of what is decoded; what was read stays."""
        for track in self._tracks.values():
            track.release()


@contextmanager
def _no_collection() -> Iterator[None]:
    """Thousands of events, none in a cycle: looking for cycles among them took as long again (p99 140 ms, then 58)."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _append_in_order(times_ns: list[int], at_ns: int) -> None:
    """Threads report a little late: an event that stands after another one happened after it."""
    times_ns.append(max(at_ns, times_ns[-1]) if times_ns else at_ns)
