"""From damage to patches: the thread that keeps every screen's picture in the recording."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from recorder.allocator import give_back_memory
from recorder.capture.areas import disjoint
from recorder.capture.screen import DisplayLostError, GrabFailedError, ScreenSource
from recorder.clock import NS_PER_S, SessionClock
from recorder.codec.encoder import ScreenEncoder
from recorder.errors import CannotRecordError
from recorder.events import Gap, GapReason, Screen, ScreensChanged, SourceStatus
from recorder.geometry import Rect
from recorder.session.event_queue import EventQueue, SegmentBoundary
from recorder.session.picture_watch import READ_AGAIN, PictureWatch
from recorder.session.screen_revival import ScreenRevival

Pixels = npt.NDArray[np.uint8]

# A program repaints in several steps; a moment's patience records the result, not the steps.
COALESCE_NS = 20_000_000
RETRY_S = 0.25
DARK_LOOK_S = 0.25
REST_NS = 2 * NS_PER_S  # longer than any area has to rest before it is sent exactly
END_SETTLES = 64
END_LIMIT_S = 30.0
END_STILL_S = 4.0  # of these without any progress

log = logging.getLogger(__name__)


class PixelWatcher(Protocol):
    """Somebody who is shown every grabbed area, for an ordinary video beside the recording."""

    def screens_changed(self, screens: Sequence[Screen]) -> None:
        """The monitors are now these."""

    def area_grabbed(self, screen: Screen, area: Rect, bgrx: Pixels, at_ns: int) -> None:
        """This area of this screen looked like this at `at_ns`."""


class ScreenRecorder:
    """Grab what changed, at most `frames_per_s` times a second, and put it into the queue as patches.

    A segment stands alone: `begin_segment` asks, from any thread, for a boundary followed by full pictures.
    `show_pictures(False)` leaves them out, for want of room: from then until they are recorded again is a gap.
    `on_end` is called once from the thread, with the error that ended it, if it ends before it is stopped.
    """

    def __init__(
        self,
        source: ScreenSource,
        *,
        clock: SessionClock,
        queue: EventQueue,
        frames_per_s: float,
        on_end: Callable[[Exception], None],
        watcher: PixelWatcher | None = None,
    ) -> None:
        self._source = source
        self._clock = clock
        self._queue = queue
        self._period_ns = int(NS_PER_S / frames_per_s)
        self._on_end = on_end
        self._watcher = watcher
        self._stopping = threading.Event()
        self._shown = threading.Event()
        self._wanted_reason: str | None = None
        self._screens: dict[int, Screen] = {}
        self._encoders: dict[int, ScreenEncoder] = {}
        self._runs: dict[int, int] = {}  # how many full pictures of each screen this segment has
        self._pending: dict[int, list[Rect]] = {}
        self._failing_since_ns: int | None = None
        self._is_dark_wanted = False
        self._dark_since_ns: int | None = None
        self._grabbed_at_ns = -self._period_ns
        self._watch = PictureWatch(source.wake, clock=clock, put=queue.put)
        self._revival = ScreenRevival(source, clock=clock, queue=queue, stopping=self._stopping)
        self._thread = threading.Thread(target=self._run, name="screen recorder", daemon=True)

    def start(self) -> None:
        """Begin; the first things in the queue are the screens and their full pictures."""
        self._thread.start()

    def stop(self) -> bool:
        """Record what is damaged now, then end; returns when the thread has. False if it does not: that is a gap."""
        self._stopping.set()
        self._source.wake()
        return self._watch.wait_for(self._thread, still_s=END_STILL_S, limit_s=END_LIMIT_S)

    def look_after(self) -> None:
        """Say so if the thread stands still; from another one, now and then."""
        if not self._stopping.is_set():
            self._watch.look()

    def wait_for_pictures(self, timeout_s: float) -> bool:
        """Wait until every screen's first full picture is in the queue; False if it is not within the limit."""
        return self._shown.wait(timeout_s)

    def begin_segment(self, reason: str) -> None:
        """Ask for a segment boundary and full pictures, soon."""
        self._wanted_reason = reason
        self._source.wake()

    def set_rate(self, frames_per_s: float) -> None:
        """At most so many pictures a second from now on; from any thread."""
        self._period_ns = int(NS_PER_S / frames_per_s)

    def show_pictures(self, is_wanted: bool) -> None:
        """Record pictures, or leave them out; from any thread, and done soon."""
        self._is_dark_wanted = not is_wanted
        self._source.wake()

    def _run(self) -> None:
        try:
            self._surely(self._take_layout)
            self._shown.set()
            while not self._stopping.is_set():
                self._surely(self._step)
                self._say_if_late()
            self._surely(self._record_last_damage)
            self._say_if_late()
        except Exception as error:
            if not self._stopping.is_set():
                log.debug("screen recorder ended", exc_info=True)
            self._close_gap()
            self._say_dark()
            self._revival.tell()
            self._on_end(error)

    def _surely(self, step: Callable[[], None]) -> None:
        """Do it; once more if the connection is cut meanwhile, though the display is there."""
        steps = [step]
        while steps:
            try:
                steps[0]()
                steps.pop(0)
            except DisplayLostError:
                self._close_gap()
                if not self._revival.revive():
                    raise
                steps = [self._begin_anew, step]

    def _begin_anew(self) -> None:
        """Every picture begins anew, whatever changed meanwhile."""
        self._encoders.clear()
        if self._dark_since_ns is None:
            self._take_layout()
        self._watch.forget()
        self._revival.tell(READ_AGAIN)

    def _step(self) -> None:
        self._watch.beat()
        if self._is_dark_wanted:
            self._step_dark()
            return
        if self._dark_since_ns is not None:
            self._light_up()
        pauses: list[bool] = []
        damage = self._source.wait(self._wait_s(), lambda: pauses.append(self._pause_before_grab()))
        if damage.areas or damage.layout_changed:
            self._watch.changed(ago_s=damage.late_s)
        if damage.layout_changed:
            self._take_layout()
        if self._wanted_reason is not None:
            self._cut_segment(self._wanted_reason)
        if damage.layout_changed:
            return
        self._add_pending(damage.areas)
        if self._pending and (pauses[0] if pauses else self._pause_and_add()):
            self._grab_pending()
        self._settle()

    def _say_if_late(self) -> None:
        if not self._pending:
            self._watch.pictured(self._period_ns)

    def _pause_and_add(self) -> bool:
        """Pause before a grab, and add what changed meanwhile; False if there is to be no grab now."""
        if not self._pause_before_grab():
            return False
        more = self._source.wait(0)
        self._add_pending(more.areas)
        if more.layout_changed:
            self._take_layout()
        return not more.layout_changed

    def _step_dark(self) -> None:
        """Nothing is grabbed; what changes meanwhile comes with the full pictures afterwards."""
        if self._dark_since_ns is None:
            self._close_gap()
            self._dark_since_ns = self._clock.now_ns()
            self._pending.clear()
            self._watch.forget()
        if self._wanted_reason is not None:
            self._queue.put(SegmentBoundary(at_ns=self._clock.now_ns(), reason=self._wanted_reason))
            self._wanted_reason = None
            self._runs.clear()
        self._source.wait(0)
        self._stopping.wait(DARK_LOOK_S)

    def _light_up(self) -> None:
        """Every picture begins anew, whatever changed; what was dark is said once they are there."""
        self._encoders.clear()
        self._take_layout()
        self._say_dark()

    def _say_dark(self) -> None:
        if self._dark_since_ns is not None:
            self._queue.put(Gap(self._dark_since_ns, self._clock.now_ns(), "screen", GapReason.TEXT_ONLY))
            self._dark_since_ns = None

    def _record_last_damage(self) -> None:
        """What changed up to the stop belongs to the recording too, and nothing stays lossy if it need not."""
        if self._dark_since_ns is not None:
            self._say_dark()
            return
        self._watch.changed()
        damage = self._source.wait(0)
        if damage.layout_changed:
            self._take_layout()
        else:
            self._add_pending(damage.areas)
        self._grab_pending()
        self._settle_at_end()
        self._close_gap()

    def _wait_s(self) -> float | None:
        """How long there is nothing to do but wait for damage: None is until there is some."""
        if self._pending:
            return 0.0
        due_ns = [encoder.settles_at_ns for encoder in self._encoders.values() if encoder.settles_at_ns is not None]
        if not due_ns:
            return None
        return max(0.0, (min(due_ns) - self._clock.now_ns()) / NS_PER_S)

    def _pause_before_grab(self) -> bool:
        """Keep the rate, and let a repaint finish; False if the recorder is to stop."""
        due_ns = max(self._grabbed_at_ns + self._period_ns, self._clock.now_ns() + COALESCE_NS)
        wait_s = (due_ns - self._clock.now_ns()) / NS_PER_S
        if self._failing_since_ns is not None:
            wait_s = max(wait_s, RETRY_S)
        is_stopping = self._stopping.wait(wait_s)
        self._watch.changed()  # from here on it is asked what, and the answer may be long in coming
        if self._queue.is_congested:
            self._watch.wait_for_writing()
            return False
        return not is_stopping

    def _add_pending(self, areas: Mapping[int, Sequence[Rect]]) -> None:
        for number, rects in areas.items():
            if number in self._screens:
                self._pending.setdefault(number, []).extend(rects)

    def _grab_pending(self) -> None:
        for number in sorted(self._pending):
            areas = disjoint(self._pending[number])
            at_ns = self._clock.now_ns()
            grabbed = self._grab(number, areas)
            self._watch.beat()
            if grabbed is None:
                return
            del self._pending[number]
            self._grabbed_at_ns = at_ns
            self._show_watcher(number, grabbed, at_ns)
            encoder = self._encoders[number]
            patch = encoder.encode(_let_go(grabbed), at_ns)
            if patch is not None:
                self._queue.put(patch)
                self._snapshot_if_due(encoder)

    def _grab(self, number: int, areas: Sequence[Rect]) -> list[tuple[Rect, Pixels]] | None:
        """The areas' pixels; None after a failed grab, which stays pending and opens a gap."""
        try:
            grabbed = [(area, self._source.grab(number, area)) for area in areas]
        except CannotRecordError:
            raise
        except GrabFailedError as error:
            self._open_gap(error)
            return None
        self._close_gap()
        return grabbed

    def _snapshot_if_due(self, encoder: ScreenEncoder) -> None:
        if encoder.snapshot_due():
            self._queue.put(encoder.snapshot(self._clock.now_ns()))

    def _settle(self) -> None:
        now_ns = self._clock.now_ns()
        for number, encoder in self._encoders.items():
            if encoder.settles_at_ns is not None and encoder.settles_at_ns <= now_ns:
                self._watch.changed()
                self._settle_one(number, now_ns)

    def _settle_at_end(self) -> None:
        """Nothing stays lossy because the recorder stopped before it had rested for long enough."""
        for number, encoder in self._encoders.items():
            for _ in range(END_SETTLES):
                self._watch.beat()
                if encoder.settles_at_ns is None or not self._settle_one(number, self._clock.now_ns() + REST_NS):
                    break

    def _settle_one(self, number: int, decided_at_ns: int) -> bool:
        """Send what has rested by `decided_at_ns`, as it looks now; False if nothing was sent."""
        try:
            patch = self._encoders[number].settle(decided_at_ns, lambda area: self._source.grab(number, area))
        except GrabFailedError as error:
            self._open_gap(error)
            return False
        if patch is not None:
            self._queue.put(msgspec.structs.replace(patch, at_ns=self._clock.now_ns()))
        return patch is not None

    def _take_layout(self) -> None:
        """Ask which screens there are, say so, and record each in full."""
        screens = self._source.screens()
        self._queue.put(ScreensChanged(at_ns=self._clock.now_ns(), screens=screens))
        if self._watcher is not None:
            self._watcher.screens_changed(screens)
        before, self._screens = self._screens, {screen.number: screen for screen in screens}
        self._pending = {number: areas for number, areas in self._pending.items() if number in self._screens}
        kept = {n: e for n, e in self._encoders.items() if self._screens.get(n) == before.get(n)}
        self._encoders = {
            screen.number: kept.get(screen.number)
            or ScreenEncoder(screen.number, screen.area.width, screen.area.height)
            for screen in screens
        }
        self._pending |= {number: [self._whole(number)] for number in kept}
        self._record_all(self._encoders.keys() - kept.keys())

    def _cut_segment(self, reason: str) -> None:
        self._queue.put(SegmentBoundary(at_ns=self._clock.now_ns(), reason=reason))
        self._wanted_reason = None
        self._runs.clear()
        self._record_all(self._encoders)

    def _record_all(self, numbers: Iterable[int]) -> None:
        for number in sorted(numbers):
            if number in self._encoders:  # while another one is recorded, a monitor may go
                self._record_full(number)

    def _record_full(self, number: int) -> None:
        """Open this screen's part of the segment with a full picture, however long the grab takes to succeed.

        If that is the end of the recording, the screen has no part in it: changes of no picture could not be shown.
        """
        area = self._whole(number)
        while True:
            self._watch.beat()
            at_ns = self._clock.now_ns()
            grabbed = self._grab(number, [area])
            if grabbed is not None:
                run = self._runs[number] = self._runs.get(number, -1) + 1
                self._queue.put(self._encoders[number].start_segment(grabbed[0][1], at_ns, run=run))
                self._pending.pop(number, None)
                self._show_watcher(number, grabbed, at_ns)
                give_back_memory()
                return
            if self._stopping.is_set():
                del self._encoders[number], self._screens[number]
                self._pending.pop(number, None)
                return
            if self._source.wait(RETRY_S).layout_changed:
                self._take_layout()
                return

    def _whole(self, number: int) -> Rect:
        area = self._screens[number].area
        return Rect(0, 0, area.width, area.height)

    def _show_watcher(self, number: int, grabbed: Sequence[tuple[Rect, Pixels]], at_ns: int) -> None:
        if self._watcher is not None:
            for area, pixels in grabbed:
                self._watcher.area_grabbed(self._screens[number], area, pixels, at_ns)

    def _open_gap(self, error: GrabFailedError) -> None:
        self._watch.forget()
        if self._failing_since_ns is None:
            self._failing_since_ns = self._clock.now_ns()
            self._queue.put(SourceStatus(self._failing_since_ns, "screen", working=False, detail=str(error)))

    def _close_gap(self) -> None:
        if self._failing_since_ns is not None:
            now_ns = self._clock.now_ns()
            self._queue.put(Gap(self._failing_since_ns, now_ns, "screen", GapReason.GRAB_FAILED))
            self._queue.put(SourceStatus(now_ns, "screen", working=True, detail=READ_AGAIN))
            self._failing_since_ns = None


def _let_go(grabbed: list[tuple[Rect, Pixels]]) -> Iterator[tuple[Rect, Pixels]]:
    """One after the other, each forgotten once it was seen: a picture of the whole screen is 8 MB."""
    while grabbed:
        yield grabbed.pop(0)
