"""A session being recorded: sources, screen, queue and sealer, started and stopped together."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from recorder.capture.key_gate import KeyGate
from recorder.capture.screen import CONNECTION_CUT, DISPLAY_GONE, DisplayLostError, ScreenSource
from recorder.capture.source import Emit, Source
from recorder.clock import Instant, SessionClock
from recorder.errors import StorageError
from recorder.events import EndReason, Event, Gap, GapReason, SessionEnded, SourceStatus
from recorder.evidence.writer import RecordingWriter
from recorder.format.header import PreviousSegment
from recorder.policy.sections import StorageAction, StoragePolicy
from recorder.session.event_queue import EventQueue
from recorder.session.judging import Judging
from recorder.session.screen_recorder import PixelWatcher, ScreenRecorder
from recorder.session.sealer import Listener, Progress, Sealer
from recorder.session.stopping import CLOSE_LIMIT_S, HeardSource, stop_all, within
from recorder.session.storage import Measure, Room, StorageLevel, StorageWatch

FIRST_PICTURES_S = 2.0
DISPLAY_GONE_S = 1.0  # until the screen, too, is seen to be gone
DROPPED_RATE = 0.5  # pictures a second, where the policy has the rate drop for want of room


@dataclass(frozen=True, slots=True)
class Ending:
    """How a recording ended: why, in words, and the error behind it (None: it was asked for)."""

    reason: EndReason
    detail: str
    error: Exception | None


@dataclass(frozen=True, slots=True)
class Health:
    """How the sealing does: when its thread last lived, up to when all is on the disk, and the newest record there."""

    now_ns: int
    turned_at_ns: int
    sealed_through_ns: int
    tip: PreviousSegment | None


@dataclass(frozen=True, slots=True)
class Lost:
    """What a recorder has to say that comes after another, or late: from when on nothing is known, and why."""

    from_ns: int
    reason: GapReason
    detail: str


@dataclass(frozen=True, slots=True)
class Before:
    """Since when, and why, nothing was recorded: the session of a new recording begins then, with that gap."""

    since_boot_ns: int
    reason: GapReason
    detail: str

    def began(self, now: Instant) -> Instant:
        """That moment on all three clocks, as far as they ran alike since."""
        ago_ns = max(0, min(now.boot_ns - self.since_boot_ns, now.boot_ns, now.monotonic_ns))
        return Instant(now.monotonic_ns - ago_ns, now.boot_ns - ago_ns, now.wall_ns - ago_ns)

    @property
    def lost(self) -> Lost:
        """The gap that its recording begins with."""
        return Lost(0, self.reason, self.detail)


class Recorder:
    """Record one session from `start` to `finish`.

    The writer's first segment must stand. `opening` are the events that open the recording (`SessionStarted` first).
    With `lost` the gap up to its first pictures is sealed before anything that happens: it goes on with a recording, or
    makes a new one of a session that was not recorded from its beginning.
    `storage` says what is done when there is less and less room; `measure` how much there is, if not the disk.
    `judging` holds rules against what happens; its alerts go into the recording.
    What the sources tell goes through the `gate`, if there is one. Whatever ends the recording before it is asked to,
    sets `ended`; `finish` then closes it with the reason.
    """

    def __init__(
        self,
        *,
        writer: RecordingWriter,
        clock: SessionClock,
        screen_source: ScreenSource,
        sources: Sequence[Source],
        opening: Sequence[Event],
        frames_per_s: float,
        listeners: Sequence[Listener] = (),
        watcher: PixelWatcher | None = None,
        lost: Lost | None = None,
        storage: StoragePolicy | None = None,
        measure: Measure | None = None,
        judging: Judging | None = None,
        gate: KeyGate | None = None,
    ) -> None:
        self.ended = threading.Event()
        self._clock = clock
        self._sources = [HeardSource(source) for source in sources]
        if storage is not None:
            room = measure or Room(writer.folder, quota_mb=storage.quota_mb)
            self._sources.append(HeardSource(StorageWatch(storage, measure=room, act=self._act_on_storage)))
        self._opening = opening
        self._lost = lost
        self.gap_ns = 0  # how long nothing was recorded before `start`
        self.ended_at_ns: int | None = None  # the session's time of its end, once it is over
        self._gate = gate
        self._error: Exception | None = None
        self._gone_at_ns: list[int] = []  # when who noticed that the display is gone
        self._asked: Ending | None = None
        self._frames_per_s = frames_per_s
        self._judging = judging
        self._queue = EventQueue(tap=None if judging is None else judging.take)
        self._screen_source = screen_source
        self._screen = ScreenRecorder(
            screen_source,
            clock=clock,
            queue=self._queue,
            frames_per_s=frames_per_s,
            on_end=self._end_with,
            watcher=watcher,
        )
        self._sealer = Sealer(
            writer,
            self._queue,
            clock=clock,
            begin_segment=self._screen.begin_segment,
            on_end=self._end_with,
            on_turn=self._screen.look_after,
            listeners=listeners,
        )

    def start(self, opened: Callable[[], None] = lambda: None) -> None:
        """Begin to record; `opened` is called when the opening events stand, before what happens from now on."""
        for event in self._opening:
            self._queue.put(event)
        opened()
        if self._lost is None:
            self._sealer.start()
        if self._judging is not None:
            self._judging.start(self._queue.put, self._clock)
        self._screen.start()
        if self._gate is not None:
            self._gate.start(self._queue.put, self._clock, self._end_with)
        for source in self._sources:
            source.start(self._from_source(self._queue.put if self._gate is None else self._gate.put), self._clock)
        if self._lost is not None:
            self._screen.wait_for_pictures(FIRST_PICTURES_S)
            gap = self._gap(self._lost)
            self.gap_ns = gap.end_ns - gap.at_ns
            self._queue.put(gap)
            self._sealer.start()

    def emit(self, event: Event) -> None:
        """Put an event of somebody else's into the recording; from any thread, never blocks."""
        self._queue.put(event)

    def emit_witnessed(self, event: Event, is_judged: bool) -> None:
        """The same with one that somebody else may have held rules against: then it only counts for others."""
        self._queue.put(event, is_judged=is_judged)

    def _from_source(self, put: Emit) -> Emit:
        def emit(event: Event) -> None:
            if not isinstance(event, SourceStatus | Gap) or event.detail != DISPLAY_GONE:
                put(event)
            elif not self._is_display_gone(event):
                put(msgspec.structs.replace(event, detail=CONNECTION_CUT))

        return emit

    def _is_display_gone(self, event: Event) -> bool:
        """Whether a source that ends says of itself what holds of the whole display, which is one gap of everything."""
        if self._screen_source.is_there():
            return False
        self.ended.wait(DISPLAY_GONE_S)  # the source's thread has nothing else to do any more
        if not isinstance(self._error, DisplayLostError):
            return False
        self._gone_at_ns.append(event.at_ns)
        return True

    def _gap(self, lost: Lost) -> Gap:
        now_ns = self._clock.now_ns()
        return Gap(min(lost.from_ns, now_ns), now_ns, "everything", lost.reason, lost.detail)

    @property
    def error(self) -> Exception | None:
        """What ended the recording before it was asked to; None if nothing did."""
        return self._error

    @property
    def progress(self) -> Progress:
        """How far the recording is."""
        return self._sealer.progress

    @property
    def health(self) -> Health:
        """What a watcher has to know."""
        sealer = self._sealer
        return Health(self._clock.now_ns(), sealer.turned_at_ns, sealer.sealed_through_ns, sealer.tip)

    @property
    def now_ns(self) -> int:
        """The session's time."""
        return self._clock.now_ns()

    def finish(self, asked: EndReason = EndReason.ASKED, detail: str = "") -> Ending:
        """Stop every source, seal what they saw, close the recording, and say how it ended.

        Whoever hangs, as in a display that does not answer, is left behind after some seconds: that is a gap.
        """
        gaps = stop_all(self._sources, self._clock)
        if self._gate is not None:
            self._gate.stop()
        for gap in gaps:
            self._queue.put(gap)
        if self._screen.stop():
            within(CLOSE_LIMIT_S, self._screen_source.close)
        if self._judging is not None:
            self._judging.stop()
        self._queue.close()
        self._sealer.join()
        ending = self._ending(asked, detail)
        self.ended_at_ns = self._clock.now_ns()
        try:
            self._sealer.finish(
                SessionEnded(self.ended_at_ns, ending.reason, ending.detail), self._after_the_display(self.ended_at_ns)
            )
        except StorageError as error:
            return Ending(EndReason.STORAGE_FAILED, str(error), error)
        return ending

    def end(self, reason: EndReason, detail: str, error: Exception | None = None) -> None:
        """The recording is to end, in order; the first who wants it so says why. From any thread."""
        if self._asked is None:
            self._asked = Ending(reason, detail, error)
        self.ended.set()

    def lose_display(self) -> None:
        """The display cannot be asked any more, as somebody found who is no source of its. From any thread."""
        self._end_with(DisplayLostError(DISPLAY_GONE))

    def _act_on_storage(self, action: StorageAction | None, level: StorageLevel) -> None:
        """Do what the policy says of this state, and leave off what it said of the one before."""
        is_slow = action is StorageAction.DROP_RATE
        self._screen.set_rate(min(self._frames_per_s, DROPPED_RATE) if is_slow else self._frames_per_s)
        self._screen.show_pictures(action is not StorageAction.TEXT_ONLY)
        if action is StorageAction.END_SESSION:
            sentence = f"The storage is {level}: there is too little room for recordings; free some."
            self.end(EndReason.STORAGE_FULL, sentence, StorageError(sentence))

    def _end_with(self, error: Exception) -> None:
        """A thread ended by itself. The first error is the reason, the others follow from it."""
        if self._error is None:
            self._error = error
        if isinstance(error, DisplayLostError):
            self._gone_at_ns.append(self._clock.now_ns())
        elif not isinstance(error, StorageError):
            self._queue.put(SourceStatus(self._clock.now_ns(), "recorder", working=False, detail=str(error)))
        self.ended.set()

    def _after_the_display(self, until_ns: int) -> list[Event]:
        """The gap from when the display was gone, if that ended the recording."""
        if not isinstance(self._error, DisplayLostError):
            return []
        from_ns = min([*self._gone_at_ns, until_ns])
        return [Gap(from_ns, until_ns, "everything", GapReason.DISPLAY_LOST, str(self._error))]

    def _ending(self, asked: EndReason, detail: str) -> Ending:
        match self._error:
            case None:
                return self._asked or Ending(asked, detail, None)
            case DisplayLostError() as error if asked is EndReason.LOGGED_OUT:
                return Ending(asked, detail or str(error), None)  # a logout takes the display away
            case DisplayLostError() as error:
                return Ending(EndReason.DISPLAY_LOST, str(error), error)
            case StorageError() as error:
                is_full = self._sealer.is_disk_full
                return Ending(EndReason.STORAGE_FULL if is_full else EndReason.STORAGE_FAILED, str(error), error)
            case error:
                return Ending(EndReason.FAULT, f"{type(error).__name__}: {error}", error)
