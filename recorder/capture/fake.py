"""A screen and a source without an outside, for tests and demonstrations."""

import threading
from collections.abc import Callable, Sequence

import numpy as np

from recorder.capture.areas import by_screen
from recorder.capture.screen import Damage, DisplayLostError, GrabFailedError, Pixels
from recorder.capture.source import Emit
from recorder.clock import SessionClock
from recorder.errors import WorldError
from recorder.events import Event, Screen, SourceStatus
from recorder.geometry import Rect


class FakeScreen:
    """A desktop whose picture the test draws, with the promises of a real `ScreenSource`.

    `draw` and the others may be called from any thread.
    """

    method = "damage"

    def __init__(self, screens: Sequence[Screen] | None = None) -> None:
        self._news = threading.Condition()
        self._screens = tuple(screens or (Screen(0, "fake", Rect(0, 0, 640, 480)),))
        self._desktop = _blank(self._screens)
        self._damage: list[Rect] = []
        self._layout_changed = False
        self._woken = False
        self._failures: list[WorldError] = []
        self._lost = self._gone = False
        self.is_open = False

    # --- what a test does ---------------------------------------------------------------------------------------------

    def draw(self, area: Rect, bgrx: Pixels | Sequence[int]) -> None:
        """Put pixels, or one colour (B, G, R, unused), on an area of the desktop."""
        with self._news:
            self._desktop[area.top : area.bottom, area.left : area.right] = np.asarray(bgrx, dtype=np.uint8)
            self._damage.append(area)
            self._news.notify_all()

    def change_layout(self, screens: Sequence[Screen]) -> None:
        """Let the monitors be these; what stays inside the desktop keeps its pixels."""
        with self._news:
            before, self._screens = self._desktop, tuple(screens)
            self._desktop = _blank(self._screens)
            height = min(before.shape[0], self._desktop.shape[0])
            width = min(before.shape[1], self._desktop.shape[1])
            self._desktop[:height, :width] = before[:height, :width]
            self._layout_changed = True
            self._news.notify_all()

    def fail_grabs(self, times: int, sentence: str = "The screen could not be read (on purpose).") -> None:
        """Let the next grabs fail."""
        with self._news:
            self._failures += [GrabFailedError(sentence)] * times

    def lose(self) -> None:
        """Let the display be gone from now on."""
        self.vanish()
        self.cut()

    def vanish(self) -> None:
        """Let the display be gone, though nobody has noticed yet."""
        self._gone = True

    def cut(self) -> None:
        """Let the connection be lost, until it is opened anew."""
        with self._news:
            self._lost = True
            self._news.notify_all()

    def picture(self, screen: int) -> Pixels:
        """What this screen shows now, for comparing: its own copy."""
        place = self._place(screen)
        with self._news:
            return self._desktop[place.top : place.bottom, place.left : place.right].copy()

    # --- what the recorder does ---------------------------------------------------------------------------------------

    def open(self) -> None:
        """Nothing can go wrong."""
        self.is_open = True

    def close(self) -> None:
        """Let go."""
        self.is_open = False

    def reopen(self) -> None:
        """Connect anew, if the display is there."""
        with self._news:
            self._lost = self._gone
            self._check_lost()

    def is_there(self) -> bool:
        """Whether the display is there, whatever became of the connection."""
        return not self._gone

    def screens(self) -> tuple[Screen, ...]:
        """The monitors now."""
        with self._news:
            return self._screens

    def wait(self, timeout_s: float | None, gather: Callable[[], None] | None = None) -> Damage:
        """What was drawn since the last call."""
        with self._news:
            self._news.wait_for(self._has_news, timeout_s)
            self._check_lost()
            self._woken = False
            places = [(screen.number, screen.area) for screen in self._screens]
            found = Damage(by_screen(self._damage, places), layout_changed=self._layout_changed)
            self._damage, self._layout_changed = [], False
            return found

    def wake(self) -> None:
        """Let `wait` return now."""
        with self._news:
            self._woken = True
            self._news.notify_all()

    def grab(self, screen: int, area: Rect) -> Pixels:
        """The pixels of an area of a screen."""
        with self._news:
            self._check_lost()
            if self._failures:
                raise self._failures.pop()
            place = self._place(screen)
            there = area.moved(place.left, place.top)
            return self._desktop[there.top : there.bottom, there.left : there.right].copy()

    def _place(self, screen: int) -> Rect:
        for one in self._screens:
            if one.number == screen:
                return one.area
        msg = f"Screen {screen} is not there any more; its monitors are asked for again."
        raise GrabFailedError(msg)

    def _has_news(self) -> bool:
        return bool(self._damage) or self._layout_changed or self._woken or self._lost

    def _check_lost(self) -> None:
        if self._lost:
            msg = "The display is gone (on purpose); record again in the new session."
            raise DisplayLostError(msg)


class FakeSource:
    """A source whose events the test emits."""

    def __init__(self, name: str = "fake") -> None:
        self.name = name
        self._gate = threading.Lock()
        self._emit: Emit | None = None
        self._clock: SessionClock | None = None

    def start(self, emit: Emit, clock: SessionClock) -> None:
        """Begin; says that it works."""
        with self._gate:
            self._emit, self._clock = emit, clock
            emit(SourceStatus(clock.now_ns(), self.name, working=True, detail="A fake: a test says what happens."))

    def stop(self) -> None:
        """End; nothing more is emitted."""
        with self._gate:
            self._emit = None

    def emit(self, event: Event) -> bool:
        """Let this happen; False if the source does not run."""
        with self._gate:
            if self._emit is None:
                return False
            self._emit(event)
            return True

    def now_ns(self) -> int:
        """The session's time, for a test that makes an event."""
        return self._clock.now_ns() if self._clock is not None else 0


def _blank(screens: Sequence[Screen]) -> Pixels:
    width = max((screen.area.right for screen in screens), default=1)
    height = max((screen.area.bottom for screen in screens), default=1)
    return np.zeros((height, width, 4), dtype=np.uint8)
