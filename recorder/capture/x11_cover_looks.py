"""What only the X server can say of a window over others: its holes, whether it is seen through, who has the keys."""

from collections.abc import Sequence
from typing import Any

from Xlib import X
from Xlib import error as xerror
from Xlib.ext import shape
from Xlib.protocol import request

from recorder.capture.shown_windows import ShownWindow
from recorder.capture.x11_connection import X11Connection
from recorder.geometry import Rect

MOST_PARTS = 256
LEAST_OPACITY = 0.8  # what is fainter shows what lies under it
SAMPLED_ROWS = 8
_WITH_ALPHA_BITS = 32
_FULL = 0xFFFF_FFFF


class CoverLooks:
    """Asks the server. For one thread."""

    def __init__(self, connection: X11Connection) -> None:
        self._connection = connection
        self._has_shape = connection.has("SHAPE")
        self._manager = connection.atom(f"_NET_WM_CM_S{connection.display.get_default_screen()}")
        self._opacity = connection.atom("_NET_WM_WINDOW_OPACITY")

    def parts_of(self, window: ShownWindow) -> Sequence[Rect]:
        """The areas of a window that is no rectangle; none if that is not known."""
        if not self._has_shape:
            return ()
        try:
            answer = self._window(window.window_id).shape_get_rectangles(shape.SK.Bounding)
        except xerror.XError:  # it went
            return ()
        left, top = window.area.left, window.area.top
        parts = [Rect(one.x, one.y, one.width, one.height).moved(left, top) for one in answer.rectangles[:MOST_PARTS]]
        return [part.intersection(window.area) for part in parts]

    def solid_parts(self, window: ShownWindow) -> Sequence[Rect]:
        """The areas of any window that nothing can be seen through."""
        return (window.area,) if window.is_solid else self.parts_of(window)

    def is_seen_through(self, window: ShownWindow, monitor: Rect) -> bool:
        """Whether a program that draws all windows anew lets show what lies under this one."""
        if self._connection.display.get_selection_owner(self._manager) == X.NONE:
            return False
        try:
            return any(self._is_faint(number) for number in (window.window_id, *window.clients)) or self._is_clear(
                self._window(window.window_id), window.area, monitor
            )
        except xerror.XError:  # it went
            return True

    def is_keyboard_held(self) -> bool:
        """Whether a program took the keyboard for itself, so that what is typed reaches nothing else.

        There is no way to ask but to take it: it is given back in the same breath, and only where a cover is to be
        said, which a locker's never is.
        """
        display = self._connection.display.display
        asked = request.GrabKeyboard(
            display=display,
            defer=1,
            owner_events=True,
            grab_window=self._connection.root,
            time=X.CurrentTime,
            pointer_mode=X.GrabModeAsync,
            keyboard_mode=X.GrabModeAsync,
        )
        request.UngrabKeyboard(display=display, time=X.CurrentTime)
        asked.reply()
        return bool(asked.status != X.GrabSuccess)

    def is_pointer_held(self) -> bool:
        """The same of the pointer; to be asked only where the keyboard is held."""
        display = self._connection.display.display
        asked = request.GrabPointer(
            display=display,
            defer=1,
            owner_events=True,
            grab_window=self._connection.root,
            event_mask=0,
            time=X.CurrentTime,
            pointer_mode=X.GrabModeAsync,
            keyboard_mode=X.GrabModeAsync,
            confine_to=X.NONE,
            cursor=X.NONE,
        )
        request.UngrabPointer(display=display, time=X.CurrentTime)
        asked.reply()
        return bool(asked.status != X.GrabSuccess)

    def _window(self, number: int) -> Any:
        return self._connection.display.create_resource_object("window", number)

    def _is_faint(self, number: int) -> bool:
        found = self._window(number).get_full_property(self._opacity, X.AnyPropertyType)
        is_number = found is not None and found.format == 32 and len(found.value) > 0
        return bool(is_number and int(found.value[0]) < LEAST_OPACITY * _FULL)

    def _is_clear(self, window: Any, area: Rect, monitor: Rect) -> bool:
        """Whether most of its pixels let show what lies under them, by some of its rows."""
        if window.get_geometry().depth != _WITH_ALPHA_BITS:
            return False
        part = area.intersection(monitor).moved(-area.left, -area.top)
        faint = looked_at = 0
        for row in range(SAMPLED_ROWS):
            top = part.top + (2 * row + 1) * part.height // (2 * SAMPLED_ROWS)
            image = window.get_image(part.left, top, part.width, 1, X.ZPixmap, _FULL)
            alphas = image.data[3::4] if isinstance(image.data, bytes) else b""
            looked_at += len(alphas)
            faint += sum(alpha < LEAST_OPACITY * 255 for alpha in alphas)
        return faint * 2 > looked_at
