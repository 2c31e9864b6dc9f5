"""A writer on a thread of its own, so that one picture is encoded while the next is drawn."""

import queue
import threading
from types import TracebackType

from player.drawing import Pixels
from player.video.writers import VideoWriter
from recorder.errors import WorldError

_AHEAD = 4  # pictures drawn and not encoded: 25 MB of 1080p


class Behind:
    """Gives pictures to a writer in their order. What goes wrong there is raised at the next call here."""

    def __init__(self, writer: VideoWriter) -> None:
        self.frames = 0  # that were handed over
        self._writer = writer
        self._queue: queue.Queue[tuple[Pixels | None, int]] = queue.Queue(_AHEAD)
        self._error: Exception | None = None
        self._is_dropping = False
        self._thread = threading.Thread(target=self._run, name="video writer", daemon=True)

    def __enter__(self) -> "Behind":
        """Begin."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End; after an error here, what was not encoded yet is dropped."""
        self._is_dropping = error is not None
        self._queue.put((None, -1))
        self._thread.join()
        if error is None:
            self._raise()

    def write(self, picture: Pixels, video_ns: int) -> None:
        """Show this picture from then on. It must not be changed any more."""
        self._raise()
        self._queue.put((picture, video_ns))
        self.frames += 1

    def finish(self, duration_ns: int) -> None:
        """The last picture stands until then; leaving the block waits for it."""
        self._queue.put((None, duration_ns))

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        while True:
            picture, at_ns = self._queue.get()
            if picture is None and at_ns < 0:
                return
            if self._error is None and not self._is_dropping:
                self._give(picture, at_ns)

    def _give(self, picture: Pixels | None, at_ns: int) -> None:
        try:
            if picture is None:
                self._writer.finish(at_ns)
            else:
                self._writer.write(picture, at_ns)
        except WorldError as error:
            self._error = error
        except Exception as error:  # noqa: BLE001  a thread's top: a bug is raised where the video is made
            self._error = error
