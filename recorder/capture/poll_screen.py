"""Screens that do not say what changed: looked at often, and compared whole."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from recorder.capture.mss_grab import DesktopGrabber, Monitor
from recorder.capture.screen import Damage, DisplayLostError, GrabFailedError, Pixels
from recorder.capture.screen_numbers import ScreenNumbers
from recorder.errors import BugError, CannotRecordError
from recorder.events import Screen
from recorder.geometry import Rect

FASTEST_S = 0.1
SLOWEST_S = 1.0
SLOWER_BY = 1.5
LAYOUT_EVERY_S = 2.0
# Bands of changed rows closer than this are one area.
NEAR_ROWS = 32


class Grabber(Protocol):
    """What this source needs of the outside."""

    def grab(self, area: Rect) -> Pixels:
        """The pixels of an area of the desktop."""
        ...

    def monitors(self) -> tuple[Monitor, ...]:
        """The monitors as of the last (re)opening."""
        ...

    def reopen(self) -> None:
        """Look at the layout anew."""
        ...

    def close(self) -> None:
        """Let go."""
        ...


class PollScreen:
    """Looks at every screen, ten times a second while it changes and down to once a second while it rests.

    Every look compares every pixel: only the time between looks adapts. Works in principle wherever mss does; it has
    been run on X11 only.
    """

    method = "poll"

    def __init__(self, *, open_grabber: Callable[[], Grabber] = DesktopGrabber) -> None:
        self._open_grabber = open_grabber
        self._numbers = ScreenNumbers()
        self._screens: tuple[Screen, ...] = ()
        self._seen: dict[int, Pixels] = {}
        self._grabber: Grabber | None = None
        self._woken = threading.Event()
        self._pause_s = FASTEST_S
        self._look_at_s = 0.0
        self._layout_at_s = 0.0

    def open(self) -> None:
        """Connect. Raises CannotRecordError with a sentence that says what to do."""
        self._grabber = self._open_grabber()
        self._layout_at_s = time.monotonic() + LAYOUT_EVERY_S
        try:
            self._screens = self._read_screens()
        except GrabFailedError as error:
            raise CannotRecordError(str(error)) from error

    def close(self) -> None:
        """Let go; may be called twice."""
        if self._grabber is not None:
            self._grabber.close()
        self._seen.clear()

    def reopen(self) -> None:
        """Connect anew. Raises DisplayLostError if the display is gone."""
        self._layout_at_s = 0.0
        self._reopen()

    def is_there(self) -> bool:
        """Whether the display answers another connection now. From any thread."""
        try:
            self._open_grabber().close()
        except CannotRecordError:
            return False
        return True

    def screens(self) -> tuple[Screen, ...]:
        """The monitors as of the last `wait`."""
        return self._screens

    def wake(self) -> None:
        """Let `wait` return now."""
        self._woken.set()

    def wait(self, timeout_s: float | None, gather: Callable[[], None] | None = None) -> Damage:
        """What differs from the last look; looks until something does. Raises DisplayLostError."""
        ends_s = None if timeout_s is None else time.monotonic() + timeout_s
        while True:
            pause_s = max(0.0, self._look_at_s - time.monotonic())
            if ends_s is not None:
                pause_s = min(pause_s, max(0.0, ends_s - time.monotonic()))
            woken = self._woken.wait(pause_s)
            self._woken.clear()
            if time.monotonic() >= self._look_at_s:
                looked_at_s = time.monotonic()
                found = replace(self._look(), late_s=time.monotonic() - looked_at_s)
                if found.areas or found.layout_changed:
                    return found
            if woken or (ends_s is not None and time.monotonic() >= ends_s):
                return Damage({}, layout_changed=False)

    def grab(self, screen: int, area: Rect) -> Pixels:
        """The pixels of an area of a screen. Raises GrabFailedError or DisplayLostError."""
        place = next((one.area for one in self._screens if one.number == screen), None)
        if place is None:
            msg = f"Screen {screen} is not there any more; its monitors are asked for again."
            raise GrabFailedError(msg)
        return self._read(area.moved(place.left, place.top))

    def _look(self) -> Damage:
        if time.monotonic() >= self._layout_at_s and self._layout_is_new():
            return Damage(self._everything(), layout_changed=True)
        areas: dict[int, tuple[Rect, ...]] = {}
        for screen in self._screens:
            changed = self._compare(screen)
            if changed:
                areas[screen.number] = changed
        self._pause_s = FASTEST_S if areas else min(SLOWEST_S, self._pause_s * SLOWER_BY)
        self._look_at_s = time.monotonic() + self._pause_s
        return Damage(areas, layout_changed=False)

    def _compare(self, screen: Screen) -> tuple[Rect, ...]:
        try:
            picture = self._read(screen.area)
        except GrabFailedError:
            # Whoever records the change will fail to grab it, or not, and say so; here nothing is known but that.
            self._seen.pop(screen.number, None)
            return (Rect(0, 0, screen.area.width, screen.area.height),)
        changed = _changed_areas(self._seen.get(screen.number), picture)
        self._seen[screen.number] = picture
        return changed

    def _read(self, area: Rect) -> Pixels:
        """Grab; after a failure, find out whether the display is gone."""
        if self._grabber is None:
            msg = "the screen source is not open"
            raise BugError(msg)
        try:
            return self._grabber.grab(area)
        except GrabFailedError:
            self._look_at_s = time.monotonic() + SLOWEST_S
            self._layout_at_s = 0.0
            self._reopen()
            raise

    def _reopen(self) -> None:
        if self._grabber is None:
            return
        try:
            self._grabber.reopen()
        except CannotRecordError as error:
            msg = f"The display is gone ({error}); record again in the new session."
            raise DisplayLostError(msg) from error

    def _layout_is_new(self) -> bool:
        self._reopen()
        self._layout_at_s = time.monotonic() + LAYOUT_EVERY_S
        screens = self._read_screens()
        if screens == self._screens:
            return False
        self._screens = screens
        self._seen.clear()
        return True

    def _read_screens(self) -> tuple[Screen, ...]:
        if self._grabber is None:
            msg = "the screen source is not open"
            raise BugError(msg)
        return self._numbers.screens((one.name, one.area, None) for one in self._grabber.monitors())

    def _everything(self) -> dict[int, tuple[Rect, ...]]:
        return {one.number: (Rect(0, 0, one.area.width, one.area.height),) for one in self._screens}


def _changed_areas(before: Pixels | None, now: Pixels) -> tuple[Rect, ...]:
    """Where two pictures of a screen differ: bands of rows, as wide as they need to be."""
    height, width = now.shape[:2]
    if before is None:
        return (Rect(0, 0, width, height),)
    old, new = before.view(np.uint32)[..., 0], now.view(np.uint32)[..., 0]
    if np.array_equal(old, new):
        return ()
    rows = np.flatnonzero((old != new).any(axis=1))
    cuts = np.flatnonzero(np.diff(rows) > NEAR_ROWS) + 1
    return tuple(_band(old, new, int(band[0]), int(band[-1]) + 1) for band in np.split(rows, cuts))


def _band(old: npt.NDArray[np.uint32], new: npt.NDArray[np.uint32], top: int, bottom: int) -> Rect:
    columns = np.flatnonzero((old[top:bottom] != new[top:bottom]).any(axis=0))
    left, right = int(columns[0]), int(columns[-1]) + 1
    return Rect(left, top, right - left, bottom - top)
