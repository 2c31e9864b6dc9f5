"""How the pointer of an X display looks."""

from typing import Any

from Xlib import error as xerror
from Xlib.ext import xfixes

from recorder.capture.x11_regions import pointer_image, select_pointer_image
from recorder.capture.x11_source import X11Source
from recorder.clock import NS_PER_S
from recorder.errors import CannotRecordError
from recorder.events import PointerShape

LOOK_AGAIN_NS = 50_000_000


class X11PointerShape(X11Source):
    """The pointer's image whenever it becomes another one.

    An animated pointer (that of a busy program) is news sixty times a second, and the server often refuses its picture.
    So the first news are looked at at once, and what follows closely once in a while.
    """

    def __init__(self) -> None:
        super().__init__("pointer shape")
        self._shown: tuple[bytes, int, int, int, str] | None = None
        self._has_news = True
        self._look_from_ns = 0

    def _listen(self) -> str:
        if not self._connection.has("XFIXES"):
            msg = "The pointer's shape is not recorded: this display has no XFIXES extension."
            raise CannotRecordError(msg)
        self._connection.display.xfixes_query_version()
        select_pointer_image(self._connection.display, self._connection.root, xfixes.XFixesDisplayCursorNotifyMask)
        return "The pointer's shape is recorded at every change."

    def _take(self, event: Any) -> None:
        self._has_news = self._has_news or type(event).__name__ == "DisplayCursorNotify"

    def _after_events(self) -> None:
        now_ns = self._clock.now_ns()
        if self._has_news and now_ns >= self._look_from_ns:
            self._has_news, self._look_from_ns = False, now_ns + LOOK_AGAIN_NS
            self._show()

    def _wait_s(self) -> float | None:
        if not self._has_news:
            return None
        return max(0.0, (self._look_from_ns - self._clock.now_ns()) / NS_PER_S)

    def _show(self) -> None:
        try:
            found = pointer_image(self._connection.display)
        except xerror.XError:  # there is no pointer, or its picture may not be read: then nothing is known of it
            return
        size_bytes = found.width * found.height * 4
        name = found.image_and_name[size_bytes : size_bytes + found.name_length].decode("utf-8", errors="replace")
        image = found.image_and_name[:size_bytes]
        shape = PointerShape(self._clock.now_ns(), found.width, found.height, found.xhot, found.yhot, image, name)
        looks = (image, found.width, found.xhot, found.yhot, name)
        if looks != self._shown:
            self._shown = looks
            self._emit(shape)
