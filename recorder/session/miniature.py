"""A small picture of the whole desktop, kept up to date from what is recorded: what auditors will see, masks too."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from recorder.events import Screen
from recorder.geometry import Rect

WIDEST_PX = 480
HIGHEST_PX = 270
QUALITY = 80


@dataclass(frozen=True, slots=True)
class SmallPicture:
    """The desktop, small, as a JPEG."""

    at_ns: int
    width_px: int
    height_px: int
    image: bytes


class Miniature:
    """Shrinks every grabbed area into its place. Fed by the screen recorder's thread, asked from any other."""

    def __init__(self, *, widest_px: int = WIDEST_PX, highest_px: int = HIGHEST_PX) -> None:
        self._widest_px = widest_px
        self._highest_px = highest_px
        self._lock = threading.Lock()
        self._canvas: npt.NDArray[np.uint8] | None = None
        self._origin = (0, 0)
        self._scale = 1.0
        self._at_ns: int | None = None

    def screens_changed(self, screens: Sequence[Screen]) -> None:
        """The monitors are now these: begin with a black picture of them all."""
        if not screens:
            return
        whole = screens[0].area
        for screen in screens[1:]:
            whole = whole.union(screen.area)
        scale = min(self._widest_px / whole.width, self._highest_px / whole.height, 1.0)
        with self._lock:
            self._origin = (whole.left, whole.top)
            self._scale = scale
            self._canvas = np.zeros(
                (max(1, round(whole.height * scale)), max(1, round(whole.width * scale)), 3), np.uint8
            )

    def area_grabbed(self, screen: Screen, area: Rect, bgrx: npt.NDArray[np.uint8], at_ns: int) -> None:
        """Shrink this area into its place."""
        left, top = screen.area.left - self._origin[0] + area.left, screen.area.top - self._origin[1] + area.top
        with self._lock:
            if self._canvas is None:
                return
            height, width = self._canvas.shape[:2]
            x0, y0 = int(left * self._scale), int(top * self._scale)
            x1 = min(width, max(x0 + 1, round((left + area.width) * self._scale)))
            y1 = min(height, max(y0 + 1, round((top + area.height) * self._scale)))
            if x0 < 0 or y0 < 0 or x0 >= x1 or y0 >= y1:
                return
            # All four bytes of a pixel: leaving one out before it is small would copy the whole area.
            small = cv2.resize(bgrx, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)
            self._canvas[y0:y1, x0:x1] = small[:, :, :3]
            self._at_ns = at_ns

    def take(self) -> SmallPicture | None:
        """The picture as it is now; None if it has not changed since the last time."""
        with self._lock:
            canvas, at_ns, self._at_ns = self._canvas, self._at_ns, None
            if canvas is None or at_ns is None:
                return None
            canvas = canvas.copy()
        done, image = cv2.imencode(".jpg", canvas, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        if not done:
            return None
        return SmallPicture(at_ns, canvas.shape[1], canvas.shape[0], image.tobytes())

    def ask_again(self) -> None:
        """Let the next `take` give the picture even if it has not changed: somebody new looks."""
        with self._lock:
            if self._canvas is not None and self._at_ns is None:
                self._at_ns = 0
