"""Holds the desktop for the moments in which the program whose window held it is gone: dark, and nothing can be typed.

X11 lets go of a killed program's windows and grabs at once, and its successor needs a second or two for its own.
"""

import contextlib
import queue
import threading
from typing import Any

from Xlib import X
from Xlib import error as xerror

from recorder.capture.screen import DisplayLostError
from recorder.capture.x11_connection import X11Connection
from recorder.errors import CannotRecordError

AGAIN_S = 0.02  # a killed program's grabs are gone soon
AT_MOST_S = 30.0  # a successor that never comes must not lock the operator out
HANDED_OVER_S = 1.0  # the successor has its own grab by then; keys typed meanwhile reach nobody


class DesktopHold:
    """A thread of its own, which asks the X server for nothing before `ready`. All calls return at once."""

    def __init__(self, *, display: str | None = None) -> None:
        self._display = display
        self._wanted: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def ready(self) -> None:
        """The desktop may have to be held: be connected by then."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="desktop hold", daemon=True)
            self._thread.start()

    def take(self) -> None:
        """Hold it from now on. Nothing without `ready`."""
        self._wanted.put("take")

    def hand_over(self) -> None:
        """Whoever holds it otherwise is there again."""
        self._wanted.put("hand over")

    def stop(self) -> None:
        """Let go, and end."""
        if self._thread is not None:
            self._wanted.put("stop")
            self._thread.join()
            self._thread = None

    # --- the thread ---------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            connection = X11Connection(self._display)
        except CannotRecordError:  # the sources say that the display cannot be reached
            return
        with contextlib.closing(connection), contextlib.suppress(DisplayLostError, xerror.XError):
            while (wanted := self._wanted.get()) != "stop":
                if wanted == "take" and self._hold(connection) == "stop":
                    return

    def _hold(self, connection: X11Connection) -> str:
        """Hold it until something else is wanted; what that is."""
        window = self._window(connection)
        wanted, waited_s, has_all = "", 0.0, False
        while not wanted and waited_s < AT_MOST_S:
            has_all = has_all or self._grabbed(connection, window)
            window.configure(stack_mode=X.Above)
            connection.sync()
            connection.events(0)  # keys and clicks that come here are nobody's
            wanted = self._next(AGAIN_S)
            waited_s += AGAIN_S
        if wanted == "hand over":
            window.set_input_focus(X.RevertToPointerRoot, X.CurrentTime)
            self._let_go(connection)
            wanted = self._next(HANDED_OVER_S)
        self._let_go(connection)
        window.destroy()
        connection.sync()
        return wanted

    def _next(self, timeout_s: float) -> str:
        try:
            return self._wanted.get(timeout=timeout_s)
        except queue.Empty:
            return ""

    def _window(self, connection: X11Connection) -> Any:
        size = connection.root.get_geometry()
        window = connection.root.create_window(
            *(0, 0, size.width, size.height, 0, connection.screen.root_depth),
            window_class=X.InputOutput,
            background_pixel=connection.screen.black_pixel,
            override_redirect=True,
            event_mask=X.KeyPressMask | X.ButtonPressMask,
        )
        window.map()
        connection.sync()
        return window

    def _grabbed(self, connection: X11Connection, window: Any) -> bool:
        modes = (X.GrabModeAsync, X.GrabModeAsync)
        keys = window.grab_keyboard(False, *modes, X.CurrentTime)
        pointer = window.grab_pointer(False, X.ButtonPressMask, *modes, X.NONE, X.NONE, X.CurrentTime)
        return bool(keys == X.GrabSuccess and pointer == X.GrabSuccess)

    def _let_go(self, connection: X11Connection) -> None:
        connection.display.ungrab_keyboard(X.CurrentTime)
        connection.display.ungrab_pointer(X.CurrentTime)
        connection.sync()
