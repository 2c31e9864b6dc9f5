"""Screenshots of moments at which the display stood still, and how recorded pictures compare with them."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import mss
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
EVERY_S = 1.5
STILL_S = 0.8


@dataclass(frozen=True, slots=True)
class Still:
    """The display showed this from `at_s - STILL_S / 2` to `at_s + STILL_S / 2`, as far as two screenshots can tell."""

    at_s: float
    bgr: Picture


@dataclass(frozen=True, slots=True)
class Likeness:
    """How recorded pictures compare with screenshots. `worst_psnr_db` is None if none differs."""

    compared: int
    equal: int
    worst_psnr_db: float | None


class StillWatch:
    """Takes a screenshot twice, a moment apart, again and again; keeps it if both are equal."""

    def __init__(self, display: str) -> None:
        self._display = display
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="still-watch")
        self._started_s = time.monotonic()
        self.stills: list[Still] = []

    def __enter__(self) -> "StillWatch":
        self._started_s = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        with mss.MSS(display=self._display) as screens:
            area = screens.monitors[0]
            while not self._stop.wait(EVERY_S):
                first = screens.grab(area)
                if self._stop.wait(STILL_S):
                    return
                second = screens.grab(area)
                if bytes(first.bgra) == bytes(second.bgra):
                    at_s = time.monotonic() - self._started_s - STILL_S / 2
                    picture = np.frombuffer(second.bgra, np.uint8).reshape(area["height"], area["width"], 4)
                    self.stills.append(Still(at_s, np.ascontiguousarray(picture[:, :, :3])))


def compare(stills: list[Still], recorded: Callable[[float], Picture], *, offset_s: float) -> Likeness:
    """Compare with the recorded picture of each moment; `offset_s`: when the recording began on the stills' clock."""
    equal, worst = 0, math.inf
    for still in stills:
        picture = recorded(still.at_s - offset_s)
        if picture.shape == still.bgr.shape and np.array_equal(picture, still.bgr):
            equal += 1
        else:
            worst = min(worst, cv2.PSNR(picture, still.bgr) if picture.shape == still.bgr.shape else 0.0)
    return Likeness(compared=len(stills), equal=equal, worst_psnr_db=None if worst is math.inf else round(worst, 1))
