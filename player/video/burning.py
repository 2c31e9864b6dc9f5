"""What is drawn into a video: a strip with the clock, cards where there is no picture, black areas.

The strip lies under the picture and covers nothing of it.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np

from player.drawing import Pixels, Placement
from player.source import Span
from player.timeline import time_text
from player.video.redaction import Redaction
from player.video.words import VideoWords
from recorder.events import Screen
from recorder.geometry import Rect

_STRIP = (32, 26, 22)  # B, G, R
_LETTERS = (240, 236, 232)
_DIM = (176, 166, 156)
_DIM_ON_CARD = (214, 208, 202)
_SIGN = (60, 190, 255)
_GRAVE_CARD = (36, 24, 120)
_CARDS = {"altered": _GRAVE_CARD, "missing": _GRAVE_CARD, "unreadable": _GRAVE_CARD, "gap": (24, 52, 84)}
_BORDER = (70, 60, 220)
_NONE = (44, 40, 38)
_MARGIN_PX = 12
_NEVER_FIRST = frozenset("。、，．）」』】？！ー")  # in a line of Japanese


@dataclass(frozen=True, slots=True)
class StripText:
    """What stands in the strip: from the left the clock and signs, at the right whose recording it is."""

    clock: str
    sign: str
    who: str


def strip_height(width_px: int) -> int:
    """Even, and in proportion to the picture."""
    return max(24, min(64, width_px // 48)) & ~1


def draw_strip(width_px: int, height_px: int, text: StripText) -> Pixels:
    """The strip; what has no room is made smaller, the clock last."""
    strip: Pixels = np.empty((height_px, width_px, 3), np.uint8)
    strip[:] = _STRIP
    size, base = _text_size(height_px), round(height_px * 0.68)
    right = _write(strip, text.clock, (_MARGIN_PX, base), _LETTERS, size, width_px - 2 * _MARGIN_PX)
    if text.sign:
        right = _write(strip, text.sign, (right + 2 * _MARGIN_PX, base), _SIGN, size, width_px // 2 - right)
    room = width_px - right - 3 * _MARGIN_PX
    if room > width_px // 6:
        wide = min(_width(text.who, size), room)
        _write(strip, text.who, (width_px - _MARGIN_PX - wide, base), _DIM, size, wide)
    return strip


def draw_card(picture: Pixels, area: Rect, span: Span | None, words: VideoWords) -> None:
    """In place of a picture: why there is none, and how long it really lasts."""
    height, width = picture.shape[:2]
    seen = area.intersection(Rect(0, 0, width, height))
    if seen.is_empty:
        return
    card = picture[seen.top : seen.bottom, seen.left : seen.right]
    card[:] = _NONE if span is None else _CARDS.get(span.kind, _NONE)
    size = max(10, min(40, seen.width // 34))
    if span is None:
        _write(card, words.nothing, (seen.width // 12, seen.height // 2), _LETTERS, size, seen.width * 10 // 12)
        return
    if span.kind != "gap":
        cv2.rectangle(card, (0, 0), (seen.width - 1, seen.height - 1), _BORDER, max(4, size // 4))
    times = words.lasts.format(
        start=time_text(span.start_ns), end=time_text(span.end_ns), length=length_text(span.end_ns - span.start_ns)
    )
    lines = [(words.title(span.kind), round(size * 1.5), _LETTERS)]
    lines += [(line, size, _LETTERS) for line in _lines(words.reason(span.reason), seen.width * 10 // 12, size)[:4]]
    lines.append((times, size, _DIM_ON_CARD))
    top = (seen.height - sum(round(tall * 1.6) for _, tall, _ in lines)) // 2
    for text, tall, colour in lines:
        top += round(tall * 1.6)
        _write(card, text, (seen.width // 12, top), colour, tall, seen.width * 10 // 12)


def black_out(picture: Pixels, redaction: Redaction, screen: Screen, placement: Placement, words: VideoWords) -> None:
    """Nothing of this area is left, and it says why it is black, if there is room."""
    black = blacken(picture, redaction, screen, placement)
    size = min(18, black.height // 2)
    if size >= 9 and _width(words.redacted, size) < black.width:
        inside = picture[black.top : black.bottom, black.left : black.right]
        at = ((black.width - _width(words.redacted, size)) // 2, (black.height + size) // 2)
        _write(inside, words.redacted, at, (120, 120, 120), size, black.width)


def blacken(picture: Pixels, redaction: Redaction, screen: Screen, placement: Placement) -> Rect:
    """Leave nothing of this area, nor, where a smaller copy mixes neighbours, a pixel around it: what is black then."""
    whole = Rect(0, 0, screen.area.width, screen.area.height)
    area = (redaction.area or whole).intersection(whole)
    if area.is_empty:
        return Rect(0, 0, 0, 0)
    place = area.moved(screen.area.left, screen.area.top)
    left, top = placement.on_canvas(place.left, place.top)
    right, bottom = placement.on_canvas(place.right, place.bottom)
    more = 0 if placement.scale == 1.0 else 1
    height, width = picture.shape[:2]
    black = Rect(left - more, top - more, right - left + 2 * more, bottom - top + 2 * more)
    black = black.intersection(Rect(0, 0, width, height))
    picture[black.top : black.bottom, black.left : black.right] = 0
    return black


def length_text(length_ns: int) -> str:
    """A duration as 0:12:03."""
    return time_text(length_ns, milliseconds=length_ns < 10_000_000_000)


# --- letters ----------------------------------------------------------------------------------------------------------


@cache
def _face(name: str) -> Any:
    return cv2.FontFace(name)


def _font(text: str) -> Any:
    """OpenCV brings both: a clear one for Latin, and one that has Chinese and Japanese too."""
    return _face("sans" if text.isascii() else "uni")


def _width(text: str, size_px: int) -> int:
    box = cv2.getTextSize((10_000, size_px * 2), text, (0, 0), _font(text), size_px, 400)
    return int(box[2])


def _write(
    picture: Pixels, text: str, at: tuple[int, int], colour: tuple[int, int, int], size_px: int, room: int
) -> int:
    """Write it, smaller if there is no room; returns where it ends."""
    wide = _width(text, size_px)
    if wide > room > 0:
        size_px = max(8, size_px * room // wide)
    cv2.putText(picture, text, at, colour, _font(text), size_px, 400)
    return at[0] + _width(text, size_px)


def _text_size(height_px: int) -> int:
    return max(11, round(height_px * 0.5))


def _lines(text: str, room_px: int, size_px: int) -> list[str]:
    """The text in lines that fit; Japanese may break anywhere."""
    lines, line = [], ""
    words = text.split(" ") if " " in text else list(text)
    between = " " if " " in text else ""
    for word in words:
        longer = f"{line}{between}{word}" if line else word
        if line and word not in _NEVER_FIRST and _width(longer, size_px) > room_px:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]
