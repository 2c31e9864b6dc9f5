"""Screenshots of the X server by another way than the recorder's, taken at moments of rest."""

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from tests.xserver import XServer, wait_until

REST_S = 0.6  # three periods of the recorder's rate: what was shown before has been recorded by then


@dataclass(frozen=True)
class Look:
    """What the X server showed at a moment: UTC seconds, and the root window's B, G, R."""

    what: str
    wall_s: float
    picture: npt.NDArray[np.uint8]


def screenshot(server: XServer) -> npt.NDArray[np.uint8]:
    """The root window as xwd dumps it (without the pointer): (height, width, 3) B, G, R."""
    done = subprocess.run(
        ["xwd", "-silent", "-root", "-display", server.display], capture_output=True, check=True, timeout=20
    )
    return parse_xwd(done.stdout)


def parse_xwd(dump: bytes) -> npt.NDArray[np.uint8]:
    """A 24-bit ZPixmap dump (format: X11/XWDFile.h, 25 big-endian words and a colour map before the pixels)."""
    words = np.frombuffer(dump, ">u4", 25)
    header_size, width, height, bytes_per_line, colors = (int(words[i]) for i in (0, 4, 5, 12, 19))
    assert int(words[11]) == 32, "bits per pixel"
    pixels = np.frombuffer(dump, np.uint8, bytes_per_line * height, header_size + 12 * colors)
    return np.ascontiguousarray(pixels.reshape(height, bytes_per_line // 4, 4)[:, :width, :3])


def look_at_rest(server: XServer, what: str) -> Look:
    """Wait until the picture has not changed for `REST_S`, and keep it with its time."""
    last: list[Any] = [screenshot(server), time.time()]

    def rested() -> bool:
        now = screenshot(server)
        if not np.array_equal(now, last[0]):
            last[:] = [now, time.time()]
        return time.time() - last[1] > REST_S

    wait_until(rested, what=f"the screen to rest after {what}", limit_s=20)
    moment_s = time.time()
    picture = screenshot(server)
    assert np.array_equal(picture, last[0]), "it moved while we looked"
    return Look(what, moment_s, picture)


def difference(look: Look, png: bytes) -> str:
    """Where a frame differs from what was seen; "" if it is the same, pixel by pixel."""
    frame = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    if frame is None or frame.shape != look.picture.shape:
        return f"{look.what}: {None if frame is None else frame.shape} instead of {look.picture.shape}"
    rows, columns = np.nonzero((frame != look.picture).any(axis=2))
    if rows.size == 0:
        return ""
    box = (int(columns.min()), int(rows.min()), int(columns.max()), int(rows.max()))
    return f"{look.what}: {rows.size} pixels differ within {box}"


Scene = Callable[[XServer], None]
