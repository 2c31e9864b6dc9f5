"""Keep what the reference work shows: every picture that differs, losslessly, while ffmpeg may record beside it."""

import pickle
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import mss
import numpy as np
import numpy.typing as npt

WIDTH_PX, HEIGHT_PX = 1920, 1080
PER_S = 5

Picture = npt.NDArray[np.uint8]


def capture(display: str, seconds: float, path: Path, *, when_ready: Callable[[], None]) -> None:
    """Drive the work on the display, and write the pictures that differ to the file.

    `when_ready` is called as the work begins, once its programs stand, so that another recorder sees the same.
    """
    driver = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.work", "--display", display, "--seconds", str(seconds)],
        stdout=subprocess.PIPE,
    )
    try:
        if driver.stdout is None or driver.stdout.readline().strip() != b"ready":
            msg = "the reference work did not start"
            raise RuntimeError(msg)
        when_ready()
        with mss.MSS(display=display) as grabber, path.open("wb") as file:
            _grab(grabber, seconds, file)
        driver.wait()
    finally:
        driver.terminate()
        driver.wait()


def _grab(grabber: mss.MSS, seconds: float, file: BinaryIO) -> None:
    pause, started, last = threading.Event(), time.monotonic(), b""
    while (at_s := time.monotonic() - started) < seconds:
        shot = grabber.grab({"left": 0, "top": 0, "width": WIDTH_PX, "height": HEIGHT_PX})
        picture = np.frombuffer(shot.bgra, np.uint8).reshape(HEIGHT_PX, WIDTH_PX, 4).copy()
        picture[..., 3] = 0
        data = picture.tobytes()
        if data != last:
            pickle.dump((int(at_s * 1e9), zlib.compress(data, 1)), file)
        last = data
        pause.wait((int(at_s * PER_S) + 1) / PER_S - (time.monotonic() - started))


def pictures(path: Path) -> Iterator[tuple[int, Picture]]:
    """The pictures of a captured work, each with its time in nanoseconds."""
    with path.open("rb") as file:
        while True:
            try:
                at_ns, data = pickle.load(file)
            except EOFError:
                return
            yield at_ns, np.frombuffer(zlib.decompress(data), np.uint8).reshape(HEIGHT_PX, WIDTH_PX, 4)
