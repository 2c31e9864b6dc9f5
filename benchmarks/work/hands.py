"""The operator's hands: keys, pointer and windows of an X display, through XTest and the window manager."""

import itertools
import threading
import time
from collections.abc import Callable

from Xlib import XK, X
from Xlib.display import Display
from Xlib.ext import xtest
from Xlib.protocol import event

_NAMES = {"\n": "Return", "\t": "Tab", " ": "space"}
_SHIFT = XK.string_to_keysym("Shift_L")


class Hands:
    """Types, points and arranges windows on one display."""

    def __init__(self, display_name: str) -> None:
        self._display = Display(display_name)
        self._root = self._display.screen().root
        self._pause = threading.Event()

    def close(self) -> None:
        """Leave the display."""
        self._display.close()

    def wait(self, seconds: float) -> None:
        """Do nothing for a while."""
        self._pause.wait(max(0.0, seconds))

    def window_of(self, class_name: str, *, timeout_s: float = 40.0) -> int:
        """The window of this class, once the window manager shows it."""
        return self._until(lambda: self._find(class_name), f"no window of {class_name} appeared", timeout_s)

    def _until(self, find: Callable[[], int | None], what: str, timeout_s: float) -> int:
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            found = find()
            if found is not None:
                return found
            self.wait(0.1)
        raise TimeoutError(what)

    def _find(self, class_name: str) -> int | None:
        listed = self._root.get_full_property(self._display.intern_atom("_NET_CLIENT_LIST"), X.AnyPropertyType)
        for window_id in listed.value if listed else ():
            classes = self._display.create_resource_object("window", window_id).get_wm_class()
            if classes and class_name.lower() in (name.lower() for name in classes):
                return int(window_id)
        return None

    def activate(self, window_id: int) -> None:
        """Bring the window to the front and give it the keys."""
        self._ask(window_id, "_NET_ACTIVE_WINDOW", [2, X.CurrentTime, 0, 0, 0])

    def place(self, window_id: int, left: int, top: int, width: int, height: int) -> None:
        """Put the window there (the frame's corner, the content's size)."""
        self._ask(window_id, "_NET_MOVERESIZE_WINDOW", [0x2F01, left, top, width, height])

    def _ask(self, window_id: int, what: str, data: list[int]) -> None:
        window = self._display.create_resource_object("window", window_id)
        message = event.ClientMessage(window=window, client_type=self._display.intern_atom(what), data=(32, data))
        self._root.send_event(message, event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask)
        self._display.sync()

    def type_text(self, text: str, *, per_s: float = 9.0) -> None:
        """Type, one character after the other."""
        next_at = time.monotonic()
        for character in text:
            self.press(_NAMES.get(character, character))
            next_at += 1 / per_s
            self.wait(next_at - time.monotonic())

    def press(self, name: str, *held: str) -> None:
        """Press a key by its keysym's name, or the character itself, while others are held."""
        keysym = XK.string_to_keysym(name) or ord(name)
        keycode, index = next(iter(self._display.keysym_to_keycodes(keysym)))
        codes = [self._display.keysym_to_keycode(XK.string_to_keysym(other)) for other in held]
        if index == 1:
            codes.append(self._display.keysym_to_keycode(_SHIFT))
        for code in codes:
            xtest.fake_input(self._display, X.KeyPress, code)
        xtest.fake_input(self._display, X.KeyPress, keycode)
        xtest.fake_input(self._display, X.KeyRelease, keycode)
        for code in reversed(codes):
            xtest.fake_input(self._display, X.KeyRelease, code)
        self._display.sync()

    def point(self, x: int, y: int) -> None:
        """Put the pointer there."""
        xtest.fake_input(self._display, X.MotionNotify, x=x, y=y)
        self._display.sync()

    def button(self, number: int, *, down: bool) -> None:
        """Press or release a pointer button (4 and 5 are the wheel)."""
        xtest.fake_input(self._display, X.ButtonPress if down else X.ButtonRelease, number)
        self._display.sync()

    def scroll(self, notches: int, *, per_s: float = 8.0) -> None:
        """Turn the wheel: positive is down."""
        for _ in range(abs(notches)):
            self.button(5 if notches > 0 else 4, down=True)
            self.button(5 if notches > 0 else 4, down=False)
            self.wait(1 / per_s)

    def drag(self, points: list[tuple[int, int]], *, seconds: float) -> None:
        """Drag with the left button along the points."""
        self.point(*points[0])
        self.button(1, down=True)
        steps = max(1, int(seconds * 30 / max(1, len(points) - 1)))
        for (x0, y0), (x1, y1) in itertools.pairwise(points):
            for step in range(1, steps + 1):
                self.point(x0 + (x1 - x0) * step // steps, y0 + (y1 - y0) * step // steps)
                self.wait(1 / 30)
        self.button(1, down=False)
