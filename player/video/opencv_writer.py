"""Videos by OpenCV: no choice of quality, and a constant rate, so a picture is repeated until the next one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2

from player.drawing import Pixels
from player.video.writers import OPENCV_FPS, Form
from recorder.clock import NS_PER_S
from recorder.errors import StorageError
from recorder.streams import quiet_libraries

# mp4v before avc1: OpenCV's own FFmpeg has no H.264 encoder, and asking for one writes errors to the terminal.
CODECS = {".webm": ("VP80", "VP90"), ".mp4": ("mp4v", "avc1"), ".avi": ("MJPG",)}


class OpenCvWriter:
    """A `VideoWriter`."""

    def __init__(self, writer: cv2.VideoWriter, codec: str, path: Path, form: Form) -> None:
        self.codec = codec
        self.frames = 0
        self._writer = writer
        self._path = path
        self._shown_path = form.shown_path
        self._fps = form.fps or OPENCV_FPS
        self._last: Pixels | None = None

    def write(self, picture: Pixels, video_ns: int) -> None:
        """Show this picture from then on."""
        self._repeat_until(video_ns)
        self._last = picture.copy()

    def finish(self, duration_ns: int) -> None:
        """The last picture stands until then, once at least."""
        self._repeat_until(max(duration_ns, round((self.frames + 1) * NS_PER_S / self._fps)))
        self._writer.release()
        self._require_frames()

    def _repeat_until(self, video_ns: int) -> None:
        if self._last is None:
            return
        for _ in range(round(video_ns * self._fps / NS_PER_S) - self.frames):
            self._writer.write(self._last)
            self.frames += 1

    def _require_frames(self) -> None:
        """OpenCV does not say when a write fails, so the file is asked how long it is."""
        capture = cv2.VideoCapture(str(self._path), cv2.CAP_FFMPEG)  # noqa: TID251 - reads back what was written here
        try:
            held = int(capture.get(cv2.CAP_PROP_FRAME_COUNT)) if capture.isOpened() else 0
        finally:
            capture.release()
        if held < self.frames - 1:
            msg = (
                f"{self._shown_path} could not be written whole: {held} of {self.frames} frames. "
                "Check the free space of its folder."
            )
            raise StorageError(msg)


@contextmanager
def opencv_writer(path: Path, form: Form) -> Iterator[OpenCvWriter]:
    """A writer with the first codec for this suffix that OpenCV's build offers."""
    size = (form.canvas.width_px, form.canvas.height_px)
    for codec in CODECS[path.suffix.lower()]:
        with quiet_libraries():  # of every .webm, OpenCV says that it would rather have another tag
            fourcc = cv2.VideoWriter.fourcc(*codec)
            writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, fourcc, form.fps or OPENCV_FPS, size)
        if writer.isOpened():
            try:
                yield OpenCvWriter(writer, codec, path, form)
            finally:
                writer.release()
            return
    msg = f"OpenCV cannot write a {path.suffix} video of {size[0]} by {size[1]} pixels here. Choose another suffix."
    raise StorageError(msg)
