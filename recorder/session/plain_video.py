"""An ordinary video file beside the recording, through OpenCV's VideoWriter: handy, lossy, and not sealed."""

import logging
import os
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from recorder.clock import NS_PER_S, SessionClock
from recorder.errors import StorageError
from recorder.events import Screen
from recorder.evidence.beside import refuse_evidence
from recorder.geometry import Rect
from recorder.session.plain_out import PRIVATE
from recorder.streams import quiet_libraries

# mp4v before avc1: OpenCV's own FFmpeg has no H.264 encoder, and asking for one writes errors to the terminal.
CODECS = {".webm": ("VP80", "VP90"), ".mp4": ("mp4v", "avc1"), ".avi": ("MJPG",)}
# OpenCV does not say that a picture could not be written. What is kept free is for the file's own index at its end.
LEAST_FREE_BYTES = 16 << 20

log = logging.getLogger(__name__)


class PlainVideo:
    """Keep a picture of the whole desktop up to date and write it at a constant rate, so that its seconds are true.

    The first layout decides the size; a later layout is drawn into it, cut where it does not fit, since a video file
    has one size. Called from the screen recorder's thread; writes on a thread of its own.
    """

    def __init__(self, path: Path, *, clock: SessionClock, frames_per_s: float) -> None:
        require_video_path(path)
        self._path = path
        self._clock = clock
        self._frames_per_s = frames_per_s
        self._lock = threading.Lock()
        self._canvas: npt.NDArray[np.uint8] | None = None
        self._origin = (0, 0)
        self._stopping = threading.Event()
        self._writer: cv2.VideoWriter | None = None
        self._written = 0
        self._started_ns = 0
        self._thread: threading.Thread | None = None
        self.failure: str | None = None

    def screens_changed(self, screens: Sequence[Screen]) -> None:
        """Take the first layout as the video's size and begin."""
        if not screens:
            return
        whole = screens[0].area
        for screen in screens[1:]:
            whole = whole.union(screen.area)
        with self._lock:
            self._origin = (whole.left, whole.top)
            if self._canvas is not None:
                self._canvas[:] = 0
                return
            self._canvas = np.zeros((whole.height & ~1, whole.width & ~1, 3), np.uint8)
        self._begin()

    def area_grabbed(self, screen: Screen, area: Rect, bgrx: npt.NDArray[np.uint8], at_ns: int) -> None:
        """Draw what was grabbed; the next frame shows it."""
        del at_ns
        with self._lock:
            if self._canvas is None:
                return
            height, width = self._canvas.shape[:2]
            at = area.moved(screen.area.left - self._origin[0], screen.area.top - self._origin[1])
            shown = at.intersection(Rect(0, 0, width, height))
            if shown.is_empty:
                return
            rows = slice(shown.top - at.top, shown.bottom - at.top)
            columns = slice(shown.left - at.left, shown.right - at.left)
            self._canvas[shown.top : shown.bottom, shown.left : shown.right] = bgrx[rows, columns, :3]

    def close(self) -> None:
        """Write the frames up to now and close the file."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        if self._writer is not None:
            self._writer.release()

    def _begin(self) -> None:
        assert self._canvas is not None
        height, width = self._canvas.shape[:2]
        for codec in CODECS[self._path.suffix.lower()]:
            fourcc = cv2.VideoWriter.fourcc(*codec)
            with quiet_libraries():  # of every .webm, OpenCV says that it would rather have another tag
                writer = cv2.VideoWriter(str(self._path), fourcc, self._frames_per_s, (width, height))
            if writer.isOpened():
                self._writer = writer
                break
        else:
            self.failure = (
                f"OpenCV cannot write {self._path}; check the folder, or choose another of {', '.join(CODECS)}."
            )
            return
        self._started_ns = self._clock.now_ns()
        self._thread = threading.Thread(target=self._run, name="plain video", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        period_s = 1 / self._frames_per_s
        while not self._stopping.wait(period_s):
            self._write_due_frames()
        self._write_due_frames()

    def _write_due_frames(self) -> None:
        due = int((self._clock.now_ns() - self._started_ns) * self._frames_per_s / NS_PER_S) + 1
        with self._lock:
            frame = None if self._canvas is None else self._canvas.copy()
        if frame is None or self._writer is None:
            return
        if self._free_bytes() < LEAST_FREE_BYTES:
            self._end_early()
            return
        while self._written < due:
            self._writer.write(frame)
            self._written += 1

    def _free_bytes(self) -> int:
        try:
            return shutil.disk_usage(self._path.absolute().parent).free
        except OSError:  # the folder is gone, or cannot be looked at: nobody knows
            return LEAST_FREE_BYTES

    def _end_early(self) -> None:
        """What was written stays a video that can be played; the rest of it is missing, and that is said."""
        assert self._writer is not None
        self._writer.release()
        self._writer = None
        self.failure = f"The video {self._path} is not complete: too little room is left on its disk."


def require_video_path(path: Path) -> None:
    """Refuse, before anything is recorded, a video file that could not be written."""
    if path.suffix.lower() not in CODECS:
        msg = f"A video must end in {', '.join(CODECS)}: {path} does not."
        raise StorageError(msg)
    refuse_evidence(path)
    if path.exists() and not path.is_file():  # opening a pipe waits for its reader, and no video can be written to one
        msg = f"The video {path} cannot be written: it is not an ordinary file. Choose another file for --video."
        raise StorageError(msg)
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, PRIVATE))
    except OSError as error:
        msg = f"The video {path} cannot be written: {error.strerror}. Choose another file for --video."
        raise StorageError(msg) from error
