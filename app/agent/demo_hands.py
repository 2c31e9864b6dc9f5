"""The demonstration's hands and eyes: keys, pointer and windows of an X display."""

from types import TracebackType

from Xlib import XK, X
from Xlib.display import Display
from Xlib.error import XError
from Xlib.ext import xtest
from Xlib.protocol import event

from app.agent.demo_display import pause, wait_until
from recorder.capture.x11_property import read_property

KEYS_PER_S = 16.0
HOLD_S = 0.15
DRAG_STEPS = 24
_NAMES = {" ": "space", "\t": "Tab"}
_FROM_A_PAGER = 2


class Hands:
    """Types, points and looks at the windows of one display."""

    def __init__(self, display_name: str) -> None:
        self._display = Display(display_name)
        self._root = self._display.screen().root

    def __enter__(self) -> "Hands":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._display.close()

    # --- keys

    def type(self, text: str) -> None:
        """Type the text of one line, at a person's pace."""
        for character in text:
            self.press(_NAMES.get(character, character))
            pause(1 / KEYS_PER_S)

    def press(self, key: str, *held: str) -> None:
        """Press a key, named as X names it or by what it types, while the others are held."""
        codes = [self._code(name) for name in held]
        code, level = self._code_and_level(key)
        if level == 1:
            codes.append(self._code("Shift_L"))
        for held_code in codes:
            xtest.fake_input(self._display, X.KeyPress, held_code)
        xtest.fake_input(self._display, X.KeyPress, code)
        xtest.fake_input(self._display, X.KeyRelease, code)
        self._display.sync()
        if held:
            pause(HOLD_S)  # Alt+Tab: the window manager takes the keyboard first, and must see Alt go up
        for held_code in reversed(codes):
            xtest.fake_input(self._display, X.KeyRelease, held_code)
        self._display.sync()

    def _code(self, name: str) -> int:
        return self._code_and_level(name)[0]

    def _code_and_level(self, name: str) -> tuple[int, int]:
        keysym = XK.string_to_keysym(name) or ord(name)
        code, level = min(self._display.keysym_to_keycodes(keysym), key=lambda found: found[1])
        return int(code), int(level)

    # --- pointer

    def drag(self, start: tuple[int, int], *, dx_px: int, dy_px: int) -> None:
        """Press the left button there, move, let go."""
        x, y = start
        self._point(x, y)
        self._button(down=True)
        for step in range(1, DRAG_STEPS + 1):
            self._point(x + dx_px * step // DRAG_STEPS, y + dy_px * step // DRAG_STEPS)
            pause(0.04)
        self._button(down=False)

    def _point(self, x: int, y: int) -> None:
        xtest.fake_input(self._display, X.MotionNotify, x=x, y=y)
        self._display.sync()

    def _button(self, *, down: bool) -> None:
        xtest.fake_input(self._display, X.ButtonPress if down else X.ButtonRelease, 1)
        self._display.sync()

    # --- windows

    def has_window_manager(self) -> bool:
        """Whether one manages this display."""
        return self._property("_NET_SUPPORTING_WM_CHECK") is not None

    def find_window(self, title: str) -> int:
        """The window with this in its title, once the window manager shows it."""
        found: list[int] = []

        def look() -> bool:
            found[:] = [window for window in self._windows() if title in self._title(window)]
            return bool(found)

        wait_until(look, f"the window {title}")
        return found[-1]

    def active_window(self) -> int | None:
        """The window that the keys go to; None if there is none."""
        value = self._property("_NET_ACTIVE_WINDOW")
        return int(value[0]) if value is not None else None

    def activate(self, window: int) -> None:
        """Bring the window to the front, and wait until the keys go to it."""
        target = self._display.create_resource_object("window", window)
        kind = self._display.intern_atom("_NET_ACTIVE_WINDOW")
        message = event.ClientMessage(
            window=target, client_type=kind, data=(32, [_FROM_A_PAGER, X.CurrentTime, 0, 0, 0])
        )
        self._root.send_event(message, event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask)
        self._display.sync()
        wait_until(lambda: self.active_window() == window, "a window to become active")

    def place(self, window: int) -> tuple[int, int, int]:
        """Left, top and width of the window's own area on the desktop, its title bar not included."""
        target = self._display.create_resource_object("window", window)
        corner = self._root.translate_coords(target, 0, 0)
        return int(corner.x), int(corner.y), int(target.get_geometry().width)

    def _windows(self) -> list[int]:
        value = self._property("_NET_CLIENT_LIST")
        return [] if value is None else [int(window) for window in value]

    def _title(self, window: int) -> str:
        target = self._display.create_resource_object("window", window)
        for name in ("_NET_WM_NAME", "WM_NAME"):
            try:
                found = read_property(target, self._display.intern_atom(name))
            except XError:  # it went while we looked
                return ""
            if found is not None:
                return bytes(found.value).decode("utf-8", errors="replace")
        return ""

    def _property(self, name: str) -> "list[int] | None":
        found = read_property(self._root, self._display.intern_atom(name))
        return list(found.value) if found is not None else None
