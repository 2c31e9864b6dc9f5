"""The pixels of the desktop, through mss; the only module that speaks to it."""

import contextlib
import sys
from dataclasses import dataclass

import mss
import numpy as np
from mss.exception import ScreenShotError

from recorder.capture.screen import GrabFailedError, Pixels
from recorder.errors import CannotRecordError
from recorder.geometry import Rect

# mss asserts that an answer came; on a connection that just died there is none.
_FAILURES = (ScreenShotError, AssertionError, OSError)


@dataclass(frozen=True, slots=True)
class Monitor:
    """A monitor as mss knows it."""

    name: str
    area: Rect


class DesktopGrabber:
    """Reads areas of the desktop, without the pointer. For one thread.

    mss takes its buffer's size from the desktop it opened on, so `reopen` it when the layout changes.
    """

    def __init__(self, display: str | None = None) -> None:
        self._display = display
        self._mss = _open(display)
        self._is_open = True

    def grab(self, area: Rect) -> Pixels:
        """The pixels of an area of the desktop: (height, width, 4), B, G, R and an unused byte.

        Raises:
            GrabFailedError: they could not be read.
        """
        self._check_open()
        box = {"left": area.left, "top": area.top, "width": area.width, "height": area.height}
        try:
            shot = self._mss.grab(box)
        except _FAILURES as error:
            msg = f"The screen could not be read ({str(error) or 'no answer from the display'}); it is tried again."
            raise GrabFailedError(msg) from error
        pixels = np.frombuffer(shot.raw, dtype=np.uint8)
        if pixels.size != area.width * area.height * 4:
            msg = (
                f"The screen gave {shot.width}×{shot.height} pixels where {area.width}×{area.height} were asked for "
                "(a scaled display?); it is tried again."
            )
            raise GrabFailedError(msg)
        return pixels.reshape(area.height, area.width, 4)

    def monitors(self) -> tuple[Monitor, ...]:
        """The monitors when this was opened, or the whole desktop if the outside names none.

        Raises:
            GrabFailedError: they could not be read.
        """
        self._check_open()
        try:
            whole, *found = self._mss.monitors
        except _FAILURES as error:
            msg = f"The monitors could not be read ({str(error) or 'no answer from the display'}); it is tried again."
            raise GrabFailedError(msg) from error
        if not found:
            return (_monitor(whole, "desktop"),)
        return tuple(_monitor(one, f"monitor {number}") for number, one in enumerate(found, start=1))

    def reopen(self) -> None:
        """Let go and open anew, for a changed layout. Raises CannotRecordError if the display is gone."""
        self.close()
        self._mss = _open(self._display)
        self._is_open = True

    def close(self) -> None:
        """Let go; may be called twice.

        mss itself must not be asked twice, nor for anything later: on a dead connection it frees memory that it then
        uses again, and the process is aborted.
        """
        if self._is_open:
            self._is_open = False
            with contextlib.suppress(*_FAILURES):
                self._mss.close()

    def _check_open(self) -> None:
        if not self._is_open:
            msg = "The screen is not open any more; it is opened again."
            raise GrabFailedError(msg)


def _open(display: str | None) -> mss.MSS:
    try:
        return mss.MSS(with_cursor=False, display=display) if sys.platform.startswith("linux") else mss.MSS()
    except _FAILURES as error:
        msg = f"The screen cannot be read: {error}; record an ordinary 24-bit desktop session of this user."
        raise CannotRecordError(msg) from error


def _monitor(found: dict[str, object], fallback: str) -> Monitor:
    left, top, width, height = (int(str(found[key])) for key in ("left", "top", "width", "height"))
    name = found.get("output") or found.get("unique_id") or found.get("name") or fallback
    return Monitor(str(name), Rect(left, top, width, height))
