"""A window full of one colour that must never be seen in a recording, and all that such a window does."""

import threading
from typing import Any

import numpy as np
import numpy.typing as npt
from Xlib import X
from Xlib.display import Display

from tests.xserver import XServer, wait_until

SECRET_PIXELS = (
    0xFF00FF,
    0xF000F0,
)  # told apart from everything else on a desktop, whatever a lossy picture makes of it
ANIMATE_EVERY_S = 0.01


def shows_secret(bgr: npt.NDArray[np.uint8]) -> bool:
    """Whether a picture holds a pixel of the secret colour, or near it."""
    blue, green, red = (bgr[..., channel].astype(np.int16) for channel in range(3))
    return bool(((blue > 150) & (red > 150) & (green < 80)).any())


class SecretWindow:
    """A client of its own, whose windows say that they are a "Vault"."""

    def __init__(
        self, server: XServer, *, title: str = "secrets of the house", size: tuple[int, int] = (300, 200)
    ) -> None:
        self.size = size
        self._display = Display(server.display)
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.window = self._make(*size, popup=False)
        self.window.set_wm_class("vault", "Vault")
        self.window.set_wm_name(title)
        wait_until(self._is_shown, what="the secret window")

    def _is_shown(self) -> bool:
        """Ask to be shown until it is: openbox, just started, may leave the first wish in its queue until the next."""
        self.window.map()
        self._display.sync()
        return bool(self.window.get_attributes().map_state == X.IsViewable)

    def _make(self, width: int, height: int, *, popup: bool) -> Any:
        screen = self._display.screen()
        return screen.root.create_window(
            60, 60, width, height, 0, screen.root_depth, background_pixel=SECRET_PIXELS[0], override_redirect=popup
        )

    def move(self, x: int, y: int) -> None:
        self.window.configure(x=x, y=y)
        self._display.sync()

    def retitle(self, title: str) -> None:
        self.window.set_wm_name(title)
        self._display.sync()

    def popup(self, x: int, y: int) -> Any:
        """A menu: a window past the window manager that says nothing of itself."""
        menu = self._make(120, 160, popup=True)
        menu.configure(x=x, y=y)
        menu.map()
        self._display.sync()
        return menu

    def close_popup(self, menu: Any) -> None:
        menu.destroy()
        self._display.sync()

    def dialog(self) -> Any:
        """A second window of the same program, which belongs to the first and has a title of its own."""
        window = self._make(200, 100, popup=False)
        window.set_wm_name("Settings")
        window.set_wm_transient_for(self.window)
        window.map()
        self._display.sync()
        return window

    def animate(self) -> None:
        """Draw without pause, on a connection of its own, until `close`."""
        self._thread = threading.Thread(target=self._draw, name="secret animation", daemon=True)
        self._thread.start()

    def _draw(self) -> None:
        display = Display(self._display.get_display_name())
        window = display.create_resource_object("window", self.window.id)
        inks = [window.create_gc(foreground=pixel) for pixel in SECRET_PIXELS]
        step = 0
        while not self._stopping.wait(ANIMATE_EVERY_S):
            step += 1
            window.fill_rectangle(inks[step % 2], step * 7 % self.size[0], 0, 20, self.size[1])
            display.sync()
        display.close()

    def close(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        self._display.close()
