"""The screens of an X display, told by the DAMAGE extension what changed."""

import contextlib
import logging
import time
from collections.abc import Callable

from Xlib import X
from Xlib import error as xerror
from Xlib.ext import damage as xdamage

from recorder.capture.areas import by_screen
from recorder.capture.mss_grab import DesktopGrabber
from recorder.capture.screen import DISPLAY_GONE, Damage, DisplayLostError, GrabFailedError, Pixels
from recorder.capture.screen_numbers import ScreenNumbers
from recorder.capture.session_type import WAYLAND
from recorder.capture.x11_connection import X11Connection, lost_in_words
from recorder.capture.x11_life import ServerLife
from recorder.capture.x11_monitors import X11Monitors
from recorder.capture.x11_regions import create_region, fetch_region
from recorder.errors import BugError, CannotRecordError
from recorder.events import Screen
from recorder.geometry import Rect

# Some drivers draw full-screen pictures past the server, which then reports nothing. Looking at everything once a
# minute costs 0.01 % of a core, since the encoder finds that nothing differs, and a missed change is seen then.
SWEEP_S = 60.0

_NOTHING = Damage({}, layout_changed=False)

log = logging.getLogger(__name__)


def has_damage(display: str | None = None) -> bool:
    """Whether this display reports what changed. Raises CannotRecordError if it cannot be opened."""
    connection = X11Connection(display)
    try:
        return connection.has("DAMAGE") and connection.has("XFIXES")
    finally:
        connection.close()


class X11DamageScreen:
    """Waits for the server to say that something was drawn, then fetches exactly where.

    The server is asked for one event when damage begins (NonEmpty), not for one a drawing call: it adds up the
    rectangles itself, and `wait` takes the sum in one request. So a program that draws 10,000 letters costs two
    messages, an idle screen none, and areas far apart stay apart.
    """

    method = "damage"

    def __init__(self, display: str | None = None) -> None:
        self._name = display
        self._numbers = ScreenNumbers()
        self._life = ServerLife()
        self._screens: tuple[Screen, ...] = ()
        self._connection: X11Connection | None = None
        self._grabber: DesktopGrabber | None = None
        self._swept_at_s = 0.0

    def open(self) -> None:
        """Connect. Raises CannotRecordError with a sentence that says what to do."""
        connection = self._connection = self._life.connect(self._name)
        if connection.is_xwayland():
            raise CannotRecordError(WAYLAND)
        _check_depth(connection)
        self._grabber = DesktopGrabber(self._name)
        self._monitors = X11Monitors(connection)
        with lost_in_words():
            connection.display.xfixes_query_version()
            connection.display.damage_query_version()
            self._region = create_region(connection.display)
            self._damage = connection.root.damage_create(xdamage.DamageReportNonEmpty)
        self._screens = self._numbers.screens(self._monitors.read())
        self._swept_at_s = time.monotonic()

    def reopen(self) -> None:
        """Connect anew. Raises DisplayLostError if the display is gone."""
        self.close()
        try:
            self.open()
        except (CannotRecordError, xerror.XError) as error:
            raise DisplayLostError(DISPLAY_GONE) from error
        self.wake()  # who wanted to be heard meanwhile was not

    def is_there(self) -> bool:
        """Whether the display answers another connection now. From any thread."""
        return self._life.answers(self._name)

    def close(self) -> None:
        """Let go; may be called twice."""
        if self._grabber is not None:
            self._grabber.close()
        if self._connection is not None:
            self._connection.close()

    def screens(self) -> tuple[Screen, ...]:
        """The monitors as of the last `wait`."""
        return self._screens

    def wake(self) -> None:
        """Let `wait` return now."""
        if self._connection is not None:
            self._connection.wake()

    def wait(self, timeout_s: float | None, gather: Callable[[], None] | None = None) -> Damage:
        """What changed since the last call; waits for something to. Raises DisplayLostError."""
        connection = self._opened()
        sweep_in_s = max(0.0, self._swept_at_s + SWEEP_S - time.monotonic())
        events = connection.events(sweep_in_s if timeout_s is None else min(timeout_s, sweep_in_s))
        asked_at_s = time.monotonic()
        if any(self._monitors.is_layout_event(event) for event in events) and self._take_layout():
            return Damage(self._everything(), layout_changed=True, late_s=time.monotonic() - asked_at_s)
        if time.monotonic() >= self._swept_at_s + SWEEP_S:
            self._take_damage()
            return Damage(self._everything(), layout_changed=False, late_s=time.monotonic() - asked_at_s)
        if any(type(event).__name__ == "DamageNotify" for event in events):
            if gather is not None:
                gather()  # the server adds up what is drawn meanwhile
            drawn = self._take_damage()
            if not drawn:  # the server had told of some: another program has taken it away before us
                return Damage(self._everything(), layout_changed=False)
            places = [(screen.number, screen.area) for screen in self._screens]
            return Damage(by_screen(drawn, places), layout_changed=False)
        return _NOTHING

    def grab(self, screen: int, area: Rect) -> Pixels:
        """The pixels of an area of a screen. Raises GrabFailedError or DisplayLostError."""
        place = next((one.area for one in self._screens if one.number == screen), None)
        if place is None or self._grabber is None:
            msg = f"Screen {screen} is not there any more; its monitors are asked for again."
            raise GrabFailedError(msg)
        on_desktop = area.moved(place.left, place.top)
        if on_desktop.is_empty or on_desktop.intersection(place) != on_desktop:
            msg = f"asked to grab {area} outside of screen {screen}, {place}"
            raise BugError(msg)
        try:
            return self._grabber.grab(on_desktop)
        except GrabFailedError:
            self._opened().sync()  # raises DisplayLostError if that is why
            with contextlib.suppress(CannotRecordError):  # then the next grab fails like this one
                self._grabber.reopen()  # its connection is one of its own, which some program may have cut
            raise

    def _opened(self) -> X11Connection:
        if self._connection is None:
            msg = "the screen source is not open"
            raise BugError(msg)
        return self._connection

    def _take_damage(self) -> list[Rect]:
        """Where was drawn since the last time. What is drawn from now on makes the next event."""
        display = self._opened().display
        with lost_in_words():
            display.damage_subtract(self._damage, X.NONE, self._region)
            return fetch_region(display, self._region)

    def _take_layout(self) -> bool:
        """Read the monitors again; False if they are the same after all."""
        screens = self._numbers.screens(self._monitors.read())
        if screens == self._screens:
            return False
        self._screens = screens
        if self._grabber is not None:
            with contextlib.suppress(CannotRecordError):  # some program cut it just then: `grab` opens it again
                self._grabber.reopen()
        self._take_damage()
        return True

    def _everything(self) -> dict[int, tuple[Rect, ...]]:
        self._swept_at_s = time.monotonic()
        return {one.number: (Rect(0, 0, one.area.width, one.area.height),) for one in self._screens}


def _check_depth(connection: X11Connection) -> None:
    depth = int(connection.screen.root_depth)
    if depth not in (24, 32):
        msg = f"This display has {depth}-bit colour; set it to 24 bits to record it."
        raise CannotRecordError(msg)
