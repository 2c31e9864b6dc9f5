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
import numpy as np

from player.drawing import Pixels
from player.video.side_by_side import SideBySide
from player.video.writers import ExportError, Form
from recorder.clock import NS_PER_MS
from recorder.errors import StorageError

MS = Fraction(1, 1000)
KEY_EVERY_MS = 10_000  # so far a player has to decode after a seek, at most
_VP9_KEY_EVERY_MS = 20_000  # a picture that stands alone costs VP9 as much as five others, in time and in bytes
NOMINAL_FPS = 30  # what the encoder plans its levels with; the times are the packets' own
_THREADS = 2
_WAITING_BYTES = 96 << 20  # of pictures that wait for two encoders: 32 of 1080p
_FEWEST_WAITING = 8  # with no more room than that, one encoder would only wait for the other
# To libvpx: neither look at its golden and alternate pictures nor renew them (VP8_EFLAG_NO_REF_GF and so on).
_ONLY_THE_LAST = 1 << 17 | 1 << 21 | 1 << 22 | 1 << 23
_BT601, _BT709, _SRGB, _LIMITED = 6, 1, 13, 1  # FFmpeg's numbers: what OpenCV converts to, said in the file


@dataclass(frozen=True, slots=True)
class _Codec:
    """`encoders`: how many work side by side, each with one thread; a single one has a thread for each core.

    `flags`: what libvpx is told with each picture.
    """

    name: str
    options: dict[str, str]
    encoders: int = 1
    key_every_ms: int = KEY_EVERY_MS
    flags: int | None = None


_CODECS = {
    ".webm": (
        # Realtime at its fastest, tuned for screens. An encoder takes 160 MB at 1080p, so there is only one.
        _Codec(
            "libvpx-vp9",
            {
                "deadline": "realtime",
                "cpu-used": "8",
                "row-mt": "1",
                "tile-columns": "1",  # a tile for each thread; one alone: smaller by a fourteenth, slower
                "tune-content": "screen",
                "lag-in-frames": "0",
                "crf": "24",
                "static-thresh": "1000",  # a block as good as the one before is left as it is: a tenth less work
                "b": "0",  # one quality throughout: with a rate to keep, much change at once was blurred
            },
            key_every_ms=_VP9_KEY_EVERY_MS,
            flags=_ONLY_THE_LAST,
        ),
        _Codec("libvpx", {"deadline": "realtime", "cpu-used": "8", "crf": "10", "b": "8M", "screen-content-mode": "1"}),
    ),
    ".mp4": (
        # Ultrafast at 23 is sharper than superfast at 20, a fifth larger, and takes less than half as long.
        _Codec("libx264", {"preset": "ultrafast", "crf": "23", "bf": "0"}, encoders=2),
        _Codec("libopenh264", {"rc_mode": "quality"}),
        _Codec("libsvtav1", {"preset": "10", "crf": "30"}),
    ),
}


class PyAvWriter:
    """A `VideoWriter`. A packet waits until the next picture tells how long its own stands."""

    def __init__(self, container: Any, stream: Any, sides: SideBySide, form: Form, codec: _Codec) -> None:
        self.codec = str(stream.codec_context.codec.name)
        self.frames = 0
        self._container = container
        self._stream = stream
        self._sides = sides
        self._shown_path = form.shown_path
        self._yuv = np.empty((form.canvas.height_px * 3 // 2, form.canvas.width_px), np.uint8)
        self._waiting: Any = None
        self._key_at_ms = 0
        self._key_every_ms = codec.key_every_ms
        self._told = None if codec.flags is None else _Told(form, codec.flags)

    def write(self, picture: Pixels, video_ns: int) -> None:
        """Show this picture from then on."""
        from av import VideoFrame

        at_ms = round(video_ns / NS_PER_MS)
        cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420, self._yuv)
        frame = VideoFrame.from_ndarray(self._yuv, format="yuv420p")
        frame.pts, frame.time_base = at_ms, MS
        if self._told is not None:
            frame = self._told.told(frame)
        begins_passage = at_ms >= self._key_at_ms
        if begins_passage:
            self._key_at_ms = at_ms + self._key_every_ms
        with _said(self._shown_path):
            self._sides.give(frame, begins_passage=begins_passage)
            self._take()
        self.frames += 1

    def finish(self, duration_ns: int) -> None:
        """The last picture stands until then."""
        with _said(self._shown_path):
            self._sides.finish()
            self._take()
            if self._waiting is not None:
                self._put(max(round(duration_ns / NS_PER_MS), self._waiting.pts + 1))
            self._container.close()

    def _take(self) -> None:
        for packet in self._sides.taken():
            if self._waiting is not None:
                self._put(packet.pts)
            self._waiting = packet

    def _put(self, until_ms: int) -> None:
        self._waiting.duration = until_ms - self._waiting.pts
        self._waiting.stream = self._stream
        self._container.mux_one(self._waiting)
        self._waiting = None


class _Told:
    """Writes flags for libvpx onto pictures; FFmpeg reads them from what a picture says of itself.

    Of three pictures to look for likenesses in, a screen needs the last: a fifth less work for a twentieth more bytes.
    """

    def __init__(self, form: Form, flags: int) -> None:
        from av import VideoFormat
        from av.filter import Graph

        self._graph: Any = Graph()
        source = self._graph.add_buffer(
            width=form.canvas.width_px,
            height=form.canvas.height_px,
            format=VideoFormat("yuv420p"),
            time_base=MS,
        )
        writes = self._graph.add("metadata", f"mode=add:key=vp8-flags:value={flags}")
        sink = self._graph.add("buffersink")
        source.link_to(writes)
        writes.link_to(sink)
        self._graph.configure()

    def told(self, frame: Any) -> Any:
        """The same picture, with the flags."""
        self._graph.push(frame)
        return self._graph.pull()


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
    sides: SideBySide | None = None
    try:
        with _said(form.shown_path):
            container.metadata.update(form.about)
            stream = _stream(container, codec, form)
            sides = _sides(container, stream, codec, form)
        yield PyAvWriter(container, stream, sides, form, codec)
    finally:
        if sides is not None:
            sides.stop()
        _close(container)


def _stream(container: Any, codec: _Codec, form: Form) -> Any:
    stream = container.add_stream(codec.name, rate=NOMINAL_FPS)
    stream.time_base = MS
    _prepare(stream.codec_context, codec, form)
    return stream


def _sides(container: Any, stream: Any, codec: _Codec, form: Form) -> SideBySide:
    """The stream's own encoder, and others like it, as far as there is memory for the pictures that wait for them."""
    from av import CodecContext

    room = _WAITING_BYTES // (form.canvas.width_px * form.canvas.height_px * 3 // 2)
    encoders = codec.encoders if room > _FEWEST_WAITING else 1
    own = stream.codec_context
    own.thread_count = 1 if encoders > 1 else _THREADS
    container.start_encoding()
    contexts = [own]
    for _ in range(encoders - 1):
        other = CodecContext.create(codec.name, "w")
        _prepare(other, codec, form)
        other.framerate, other.thread_count, other.flags = NOMINAL_FPS, 1, own.flags
        contexts.append(other)
    return SideBySide(contexts, most_waiting=room if encoders > 1 else _FEWEST_WAITING)


def _prepare(context: Any, codec: _Codec, form: Form) -> None:
    context.width, context.height, context.pix_fmt = form.canvas.width_px, form.canvas.height_px, "yuv420p"
    context.options = {**codec.options, "g": "600"}
    context.time_base = MS
    context.colorspace, context.color_range = _BT601, _LIMITED
    context.color_primaries, context.color_trc = _BT709, _SRGB


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
