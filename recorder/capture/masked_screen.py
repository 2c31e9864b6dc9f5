"""A screen source that lets no masked pixel out: whatever comes from it has its masks painted already."""

import datetime
import math
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from recorder.agent_events import EvasionSign, MaskChanged, MaskedArea
from recorder.capture.areas import by_screen
from recorder.capture.mask_picture import Hatch
from recorder.capture.mask_rules import MaskRules
from recorder.capture.mask_shapes import LINGER_S, Masks, mask_shapes
from recorder.capture.screen import Damage, GrabFailedError, Pixels, ScreenSource
from recorder.capture.shown_windows import Look, LookedAt
from recorder.capture.source import Emit
from recorder.capture.unknown_windows import KeptUnknown, UnknownWindows
from recorder.clock import SessionClock
from recorder.events import Event, Screen
from recorder.geometry import Rect

SIGN = "kept_unknown"
_NO_WINDOWS = Look((), (), is_composited=False)


@dataclass(frozen=True, slots=True)
class _Lingering:
    """Where a masked window was: what it left there may still be seen until somebody has drawn over it."""

    mask: MaskedArea
    until_s: float


class MaskedScreen:
    """Every picture that another source gives, with the policy's masks in it.

    The windows are looked at after each grab: the look tells also what they did since the one before, so the mask
    holds every place where a masked window was while the picture was taken, however long that took and whoever was
    held up meanwhile. While something moves, whole windows are masked; only what rested before the look before, and
    until this one, is shown over a masked window. For one thread, but for `wake`.

    The server is not grabbed for it (XGrabServer): it would then stand still for everybody, and for as long as this
    process is stopped.
    """

    def __init__(
        self,
        screen: ScreenSource,
        rules: MaskRules,
        windows: LookedAt | None,
        *,
        local_time: Callable[[], datetime.datetime] = lambda: datetime.datetime.now().astimezone(),
    ) -> None:
        self.method = screen.method
        self.news = MaskNews()
        self._screen = screen
        self._rules = rules
        self._windows = windows if rules.needs_windows else None
        self._local_time = local_time
        self._looked_at_s = -math.inf
        self._looked_local: datetime.datetime | None = None
        self._hatch = Hatch()
        self._lingering: list[_Lingering] = []
        self._masks = Masks((), None)
        self._unknown = UnknownWindows()
        self._to_grab: list[Rect] = []
        if self._windows is not None:
            self._windows.listen(screen.wake)

    def open(self) -> None:
        """Connect. Raises CannotRecordError with a sentence that says what to do."""
        self._screen.open()

    def close(self) -> None:
        """Let go; may be called twice."""
        self._screen.close()

    def reopen(self) -> None:
        """Connect anew; what the windows are is known by a connection of its own. Raises DisplayLostError."""
        self._screen.reopen()

    def is_there(self) -> bool:
        """Whether the display answers another connection now. From any thread."""
        return self._screen.is_there()

    def screens(self) -> tuple[Screen, ...]:
        """The monitors now."""
        return self._screen.screens()

    def wake(self) -> None:
        """Let `wait` return now. From any thread."""
        self._screen.wake()

    def wait(self, timeout_s: float | None, gather: Callable[[], None] | None = None) -> Damage:
        """What changed since the last call, on the screen or in the masks."""
        late_s = self._look()
        if self._to_grab:
            damage = self._screen.wait(0)
        else:
            damage = self._screen.wait(self._soonest(timeout_s), gather)
            late_s += self._look()
        late_s += damage.late_s
        changed, self._to_grab = self._to_grab, []
        places = [(screen.number, screen.area) for screen in self._screen.screens()]
        areas = {number: list(found) for number, found in damage.areas.items()}
        for number, found in by_screen(changed, places).items():
            areas.setdefault(number, []).extend(found)
        told = {number: tuple(found) for number, found in areas.items()}
        return Damage(told, layout_changed=damage.layout_changed, late_s=late_s)

    def grab(self, screen: int, area: Rect) -> Pixels:
        """The pixels of an area of a screen, masked. Raises GrabFailedError or DisplayLostError."""
        place = next((one.area for one in self._screen.screens() if one.number == screen), None)
        if place is None:
            msg = f"Screen {screen} is not there any more; its monitors are asked for again."
            raise GrabFailedError(msg)
        pixels = self._screen.grab(screen, area)
        self._look()
        return self._hatch.painted(pixels, area.moved(place.left, place.top), (one.area for one in self._masks.areas))

    def _look(self) -> float:
        """Find what is to be masked now; what differs from before is to be grabbed anew. How long that took."""
        since_s, self._looked_at_s = self._looked_at_s, time.monotonic()
        look = self._windows.look() if self._windows is not None else _NO_WINDOWS
        now_s, local = time.monotonic(), self._local_time()
        before_local, self._looked_local = self._looked_local or local, local
        self._lingering = [one for one in self._lingering if one.until_s > since_s]
        desktop = _hull(screen.area for screen in self._screen.screens())
        masks = mask_shapes(
            self._rules,
            look,
            (before_local, local),
            since_s=since_s,
            desktop=desktop,
            left=[one.mask for one in self._lingering],
        )
        self._lingering += [_Lingering(mask, now_s + LINGER_S) for mask in masks.passed]
        if masks.areas != self._masks.areas:
            before, after = set(self._masks.areas), set(masks.areas)
            self._to_grab += [mask.area for mask in before ^ after]
            self.news.tell(masks.areas)
        self._masks = masks
        self._unknown.follow(
            masks.unknown, look.windows, since_s=since_s, now_s=now_s, tell=self.news.tell_kept_unknown
        )
        return time.monotonic() - self._looked_at_s

    def _soonest(self, timeout_s: float | None) -> float | None:
        """Until when the masks stay as they are by themselves, or the timeout if that is sooner."""
        now_s = time.monotonic()
        ends = [one.until_s - now_s for one in self._lingering]
        if self._masks.rests_at_s is not None:
            ends.append(self._masks.rests_at_s - now_s)
        if self._rules.depends_on_time:
            ends.append(60.0 - self._local_time().second)
        if timeout_s is not None:
            ends.append(timeout_s)
        return max(0.0, min(ends)) if ends else None


class MaskNews:
    """A source: says in the recording which areas are masked, at every change, and who keeps others so for long."""

    name = "masks"

    def __init__(self) -> None:
        self._gate = threading.Lock()
        self._told: tuple[MaskedArea, ...] = ()
        self._emit: Emit | None = None
        self._clock: SessionClock | None = None

    def start(self, emit: Emit, clock: SessionClock) -> None:
        """Say what is masked already."""
        with self._gate:
            self._emit, self._clock = emit, clock
            if self._told:
                self._say()

    def stop(self) -> None:
        """Say nothing more."""
        with self._gate:
            self._emit = None

    def tell(self, areas: Sequence[MaskedArea]) -> None:
        """These are masked from now on."""
        with self._gate:
            self._told = tuple(areas)
            self._say()

    def tell_kept_unknown(self, program: KeptUnknown) -> bool:
        """A program keeps what its windows are from being known; False if nobody hears it yet."""
        with self._gate:
            if self._emit is None or self._clock is None:
                return False
            self._emit(EvasionSign(self._clock.now_ns(), SIGN, program.detail, program.pid, program.executable))
            return True

    def _say(self) -> None:
        if self._emit is not None and self._clock is not None:
            event: Event = MaskChanged(self._clock.now_ns(), self._told)
            self._emit(event)


def _hull(areas: Iterable[Rect]) -> Rect:
    hull = Rect(0, 0, 0, 0)
    for area in areas:
        hull = hull.union(area)
    return hull
