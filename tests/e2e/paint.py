"""A window that paints what a test asks for: `python -m tests.e2e.paint gradient|noise:SECONDS`. Reads nothing."""

import sys
import threading
import time

import numpy as np
from Xlib import X
from Xlib.display import Display

WIDTH, HEIGHT = 480, 320
FRAME_S = 0.04


def main(what: str) -> None:
    display = Display()
    screen = display.screen()
    window = screen.root.create_window(
        300, 200, WIDTH, HEIGHT, 0, screen.root_depth, background_pixel=screen.white_pixel, event_mask=X.ExposureMask
    )
    window.set_wm_name(f"paint {what}")
    window.map()
    display.sync()
    while display.next_event().type != X.Expose:
        pass
    name, _, seconds = what.partition(":")
    if name == "gradient":
        put(window, gradient())
    else:
        random = np.random.default_rng(1)
        pause = threading.Event()
        ends_s = time.monotonic() + float(seconds)
        while time.monotonic() < ends_s:
            put(window, random.integers(0, 255, (HEIGHT, WIDTH, 4), np.uint8))
            display.sync()
            pause.wait(FRAME_S)
        window.set_wm_name("paint rests")
    display.sync()
    while True:
        event = display.next_event()
        if event.type == X.Expose and name == "gradient":
            put(window, gradient())


def gradient() -> np.ndarray:
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    picture = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    picture[..., 0] = columns * 255 // WIDTH
    picture[..., 1] = rows * 255 // HEIGHT
    picture[..., 2] = (rows + columns) & 255
    return picture


def put(window: object, picture: np.ndarray) -> None:
    gc = window.create_gc()  # type: ignore[attr-defined]
    step = 64
    for top in range(0, HEIGHT, step):
        piece = picture[top : top + step]
        window.put_image(gc, 0, top, WIDTH, piece.shape[0], X.ZPixmap, 24, 0, piece.tobytes())  # type: ignore[attr-defined]
    gc.free()


if __name__ == "__main__":
    main(sys.argv[1])
