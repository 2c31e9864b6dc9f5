"""Draw a desktop into one picture: its screens, the pointer, clicks, and what was not recorded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from player.decoder import Shown, read_shown
from player.source import Pointer, Source
from recorder.events import PointerShape, Screen
from recorder.geometry import Rect
from recorder.oplog import LogRow

Pixels = npt.NDArray[np.uint8]

_NOT_RECORDED = (38, 28, 96)  # dark red, in B, G, R
_LETTERS = (255, 255, 255)
_CLICK = (0, 140, 255)
# An arrow with its point at 0, 0, where the pointer's own shape is not known.
_ARROW = np.array([(0, 0), (0, 17), (4, 13), (7, 20), (10, 19), (7, 12), (12, 12)], dtype=np.int32)


@dataclass(frozen=True, slots=True)
class Canvas:
    """The size of the pictures to draw."""

    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class Placement:
    """How the desktop lies on the canvas: its corner, the scale, and the bars left and above."""

    desktop: Rect
    scale: float
    left_px: int
    top_px: int

    def on_canvas(self, x_px: int, y_px: int) -> tuple[int, int]:
        """The place on the canvas of a place on the desktop."""
        x = self.left_px + (x_px - self.desktop.left) * self.scale
        y = self.top_px + (y_px - self.desktop.top) * self.scale
        return round(x), round(y)


def desktop_of(screens: Sequence[Screen]) -> Rect:
    """The smallest area that holds all these screens; empty without one."""
    area = Rect(0, 0, 0, 0)
    for screen in screens:
        area = area.union(screen.area)
    return area


def place(desktop: Rect, canvas: Canvas) -> Placement:
    """Fit the desktop into the canvas, whole, in the middle, and never enlarged."""
    if desktop.is_empty:
        return Placement(desktop, 1.0, 0, 0)
    scale = min(canvas.width_px / desktop.width, canvas.height_px / desktop.height, 1.0)
    # A canvas is even in both directions, a desktop may be odd by a pixel: that is cut, not scaled.
    if desktop.width - canvas.width_px <= 1 and desktop.height - canvas.height_px <= 1:
        scale = 1.0
    left_px = max(0, round((canvas.width_px - desktop.width * scale) / 2))
    top_px = max(0, round((canvas.height_px - desktop.height * scale) / 2))
    return Placement(desktop, scale, left_px, top_px)


def draw_desktop(shown: Shown, canvas: Canvas, *, instead: Callable[[Pixels, Rect], None] | None = None) -> Pixels:
    """The screens of a moment on a new canvas, without the pointer; `instead` draws where there is no picture."""
    instead = instead or _say_not_recorded
    picture: Pixels = np.zeros((canvas.height_px, canvas.width_px, 3), np.uint8)  # bars are black
    if not shown.screens:
        instead(picture, Rect(0, 0, canvas.width_px, canvas.height_px))
        return picture
    placement = place(desktop_of(shown.screens), canvas)
    for screen, drawn in zip(shown.screens, shown.pictures, strict=True):
        left, top = placement.on_canvas(screen.area.left, screen.area.top)
        right, bottom = placement.on_canvas(screen.area.right, screen.area.bottom)
        area = Rect(left, top, right - left, bottom - top)
        if drawn is None:
            instead(picture, area)
        else:
            _put(picture, drawn.bgr, area)
    return picture


def fills_canvas(shown: Shown, canvas: Canvas) -> Pixels | None:
    """The picture of the one screen that there is, if it is just what `draw_desktop` would draw; not to be changed."""
    only = shown.pictures[0] if len(shown.pictures) == 1 else None
    return None if only is None or only.bgr.shape != (canvas.height_px, canvas.width_px, 3) else only.bgr


def small_picture(source: Source, at_ns: int, width_px: int) -> Pixels | None:
    """What the screens showed then, so wide; None where no screen is known. What is not recorded is said in it."""
    shown = read_shown(source, at_ns)
    desktop = desktop_of(shown.screens)
    if desktop.is_empty:
        return None
    width_px = min(width_px, desktop.width)
    return draw_desktop(shown, Canvas(width_px, max(1, round(width_px * desktop.height / desktop.width))))


def draw_pointer(picture: Pixels, pointer: Pointer, placement: Placement) -> None:
    """Draw the pointer as it looked then, or an arrow if that is not known."""
    x, y = placement.on_canvas(pointer.x_px, pointer.y_px)
    if pointer.shape is not None and _is_whole(pointer.shape):
        _blend(picture, pointer.shape, x - pointer.shape.hot_x_px, y - pointer.shape.hot_y_px)
        return
    outline = [np.add(_ARROW, (x, y), dtype=np.int32)]
    cv2.fillPoly(picture, outline, (255, 255, 255), cv2.LINE_AA)
    cv2.polylines(picture, outline, True, (0, 0, 0), 1, cv2.LINE_AA)


def draw_click(picture: Pixels, click: LogRow, age: float, placement: Placement) -> None:
    """Draw a ring around a click; `age` runs from 0 to 1 while it is shown."""
    if click.x_px is None or click.y_px is None:
        return
    radius_px = 8 + round(14 * age)
    cv2.circle(picture, placement.on_canvas(click.x_px, click.y_px), radius_px, _CLICK, 2, cv2.LINE_AA)


def _put(picture: Pixels, bgr: Pixels, area: Rect) -> None:
    if area.is_empty:
        return
    if bgr.shape[:2] != (area.height, area.width):
        bgr = np.asarray(cv2.resize(bgr, (area.width, area.height), interpolation=cv2.INTER_AREA), np.uint8)
    height, width = picture.shape[:2]
    seen = area.intersection(Rect(0, 0, width, height))
    rows = slice(seen.top - area.top, seen.bottom - area.top)
    columns = slice(seen.left - area.left, seen.right - area.left)
    picture[seen.top : seen.bottom, seen.left : seen.right] = bgr[rows, columns]


def _say_not_recorded(picture: Pixels, area: Rect) -> None:
    height, width = picture.shape[:2]
    seen = area.intersection(Rect(0, 0, width, height))
    if seen.is_empty:
        return
    picture[seen.top : seen.bottom, seen.left : seen.right] = _NOT_RECORDED
    at = (seen.left + seen.width // 20, seen.top + seen.height // 2)
    size = max(seen.width / 800, 0.3)
    cv2.putText(picture, "not recorded, or not sound", at, cv2.FONT_HERSHEY_SIMPLEX, size, _LETTERS, 1, cv2.LINE_AA)


def _is_whole(shape: PointerShape) -> bool:
    return shape.width_px > 0 and shape.height_px > 0 and len(shape.bgra) == shape.width_px * shape.height_px * 4


def _blend(picture: Pixels, shape: PointerShape, left: int, top: int) -> None:
    height, width = picture.shape[:2]
    area = Rect(left, top, shape.width_px, shape.height_px)
    seen = area.intersection(Rect(0, 0, width, height))
    if seen.is_empty:
        return
    pixels = np.frombuffer(shape.bgra, np.uint8).reshape(shape.height_px, shape.width_px, 4)
    over = pixels[seen.top - top : seen.bottom - top, seen.left - left : seen.right - left].astype(np.uint16)
    under = picture[seen.top : seen.bottom, seen.left : seen.right]
    mixed = over[:, :, :3] + under.astype(np.uint16) * (255 - over[:, :, 3:]) // 255
    picture[seen.top : seen.bottom, seen.left : seen.right] = np.minimum(mixed, 255).astype(np.uint8)
