"""How the pointer of an X display looks."""

from typing import Any

from Xlib import error as xerror
from Xlib.ext import xfixes

from recorder.capture.x11_regions import pointer_image, select_pointer_image
from recorder.capture.x11_source import X11Source
from recorder.errors import CannotRecordError
from recorder.events import PointerShape


class X11PointerShape(X11Source):
    """The pointer's image whenever it becomes another one."""

    def __init__(self) -> None:
        super().__init__("pointer shape")
        self._shown: tuple[bytes, int, int, int, str] | None = None
        self._has_news = True

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
        if self._has_news:
            self._has_news = False
            self._show()

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
