"""Small pictures of the desktop at any moment, made aside: the recording that plays is not touched."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from player.decoder import Decoder, Shown, read_shown
from player.drawing import Canvas, Pixels, desktop_of, draw_desktop
from player.source import Source
from recorder.errors import WorldError

CANVAS = Canvas(320, 200)  # no thumbnail is larger
CACHE_BYTES = 16 * 1024 * 1024


@runtime_checkable
class Twofold(Protocol):
    """A source that can be opened once more, so that looking elsewhere in it does not disturb it."""

    def again(self, *, cache_bytes: int) -> Source:
        """The same recording, sharing nothing that changes."""
        ...


class Thumbnails:
    """Calls `on_made`, from a thread of its own, with the thumbnail for the moment asked for last.

    None: nothing sound is recorded of it, or it could not be read. What is asked replaces what is not begun. The
    recording is opened once more only when the first thumbnail is asked for.
    """

    def __init__(self, source: Twofold, *, on_made: Callable[[int, Pixels | None], None]) -> None:
        self._source = source
        self._on_made = on_made
        self._second: Source | None = None
        self._decoder = Decoder(self._read, on_shown=self._was_read, on_error=self._failed)
        self._is_started = False

    def request(self, at_ns: int) -> None:
        """Ask for the thumbnail of this moment."""
        if not self._is_started:
            self._is_started = True
            self._decoder.start()
        self._decoder.request(at_ns)

    def stop(self) -> None:
        """Finish the one in hand, end the thread, let go of the files."""
        self._decoder.stop()
        if self._second is not None:
            self._second.close()

    def _read(self, at_ns: int) -> Shown:
        if self._second is None:
            self._second = self._source.again(cache_bytes=CACHE_BYTES)
        if at_ns > self._second.duration_ns:
            self._second.refresh()  # the recording has grown since
        return read_shown(self._second, at_ns)

    def _was_read(self, shown: Shown) -> None:
        self._on_made(shown.at_ns, small_picture(shown))

    def _failed(self, at_ns: int, _error: WorldError) -> None:
        self._on_made(at_ns, None)  # the playing picture says why, when one goes there


def small_picture(shown: Shown, canvas: Canvas = CANVAS) -> Pixels | None:
    """All monitors as they stood, as large as the canvas allows; None unless a sound picture of each is there."""
    desktop = desktop_of(shown.screens)
    if desktop.is_empty or any(picture is None for picture in shown.pictures):
        return None
    scale = min(canvas.width_px / desktop.width, canvas.height_px / desktop.height, 1.0)
    size = Canvas(max(1, round(desktop.width * scale)), max(1, round(desktop.height * scale)))
    return draw_desktop(shown, size)
