"""Videos by PyAV (optional): every picture at its own moment, on a clock of milliseconds.

What was chosen, and why: VP9 in WebM and H.264 in MP4 are what every browser plays today; 4:2:0, since 4:4:4 is not
played by all (Safari, and most hardware), though coloured letters are softer for it: `frame` gives the exact picture.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2

from player.drawing import Pixels
from player.video.writers import ExportError, Form
from recorder.errors import StorageError

MS = Fraction(1, 1000)
NS_PER_MS = 1_000_000
KEY_EVERY_MS = 10_000  # so far a player has to decode after a seek, at most
NOMINAL_FPS = 30  # what the encoder plans its levels with; the times are the packets' own
_THREADS = 2
_INTRA = 1  # FFmpeg's number for a picture that stands alone
_BT601, _BT709, _SRGB, _LIMITED = 6, 1, 13, 1  # FFmpeg's numbers: what OpenCV converts to, said in the file


@dataclass(frozen=True, slots=True)
class _Codec:
    name: str
    options: dict[str, str]


_CODECS = {
    ".webm": (
        # Realtime at its fastest, tuned for screens: 23 ms a picture of 1080p that scrolls, at 53 dB.
        _Codec(
            "libvpx-vp9",
            {
                "deadline": "realtime",
                "cpu-used": "8",
                "row-mt": "1",
                "tile-columns": "2",
                "tune-content": "screen",
                "lag-in-frames": "0",
                "crf": "24",
                "b": "8M",
            },
        ),
        _Codec("libvpx", {"deadline": "realtime", "cpu-used": "8", "crf": "10", "b": "8M", "screen-content-mode": "1"}),
    ),
    ".mp4": (
        _Codec("libx264", {"preset": "superfast", "crf": "20", "bf": "0"}),
        _Codec("libopenh264", {"rc_mode": "quality"}),
        _Codec("libsvtav1", {"preset": "10", "crf": "30"}),
    ),
}


class PyAvWriter:
    """A `VideoWriter`. A packet waits until the next one tells how long its picture stands."""

    def __init__(self, container: Any, stream: Any, form: Form) -> None:
        self.codec = str(stream.codec_context.codec.name)
        self.frames = 0
        self._container = container
        self._stream = stream
        self._shown_path = form.shown_path
        self._waiting: Any = None
        self._key_at_ms = 0

    def write(self, picture: Pixels, video_ns: int) -> None:
        """Show this picture from then on."""
        from av import VideoFrame

        at_ms = round(video_ns / NS_PER_MS)
        frame = VideoFrame.from_ndarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), format="yuv420p")
        frame.pts, frame.time_base = at_ms, MS
        if at_ms >= self._key_at_ms:
            frame.pict_type = _INTRA
            self._key_at_ms = at_ms + KEY_EVERY_MS
        with _said(self._shown_path):
            self._take(self._stream.encode(frame))
        self.frames += 1

    def finish(self, duration_ns: int) -> None:
        """The last picture stands until then."""
        with _said(self._shown_path):
            self._take(self._stream.encode(None))
            if self._waiting is not None:
                self._put(max(round(duration_ns / NS_PER_MS), self._waiting.pts + 1))
            self._container.close()

    def _take(self, packets: list[Any]) -> None:
        for packet in packets:
            if self._waiting is not None:
                self._put(packet.pts)
            self._waiting = packet

    def _put(self, until_ms: int) -> None:
        self._waiting.duration = until_ms - self._waiting.pts
        self._container.mux_one(self._waiting)
        self._waiting = None


@contextmanager
def pyav_writer(path: Path, form: Form) -> Iterator[PyAvWriter]:
    """A writer with the first codec for this suffix that PyAV's build offers."""
    import av

    codec = next((one for one in _CODECS[path.suffix.lower()] if one.name in av.codecs_available), None)
    if codec is None:
        msg = f"The PyAV that is installed here has no encoder for {path.suffix} files. Choose another suffix."
        raise ExportError(msg)
    # The table of contents to the front, so that a browser plays while it still loads.
    options = {"movflags": "+faststart"} if path.suffix.lower() == ".mp4" else {}
    with _said(form.shown_path):
        container = av.open(str(path), "w", options=options)
    try:
        with _said(form.shown_path):
            container.metadata.update(form.about)
            stream = _stream(container, codec, form)
        yield PyAvWriter(container, stream, form)
    finally:
        _close(container)


def _stream(container: Any, codec: _Codec, form: Form) -> Any:
    stream = container.add_stream(codec.name, rate=NOMINAL_FPS, options={**codec.options, "g": "600"})
    stream.width, stream.height, stream.pix_fmt = form.canvas.width_px, form.canvas.height_px, "yuv420p"
    stream.time_base = MS
    context = stream.codec_context
    context.time_base = MS
    context.thread_count = _THREADS
    context.colorspace, context.color_range = _BT601, _LIMITED
    context.color_primaries, context.color_trc = _BT709, _SRGB
    return stream


def _close(container: Any) -> None:
    """Let go of a file that was not finished; what is in it is thrown away."""
    import av

    try:
        container.close()
    except (OSError, ValueError, av.FFmpegError):
        return


@contextmanager
def _said(path: Path) -> Iterator[None]:
    """Say in words what FFmpeg met."""
    import av

    try:
        yield
    except (OSError, av.FFmpegError) as error:
        words = getattr(error, "strerror", None) or str(error)
        msg = f"{path} cannot be written ({words}). Check the folder and its free space."
        raise StorageError(msg) from error
