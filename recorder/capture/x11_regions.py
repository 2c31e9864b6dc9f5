"""Requests of the XFIXES extension that python-xlib does not have: regions, and the pointer's image with its name."""

from typing import Any

import numpy as np
from Xlib.protocol import rq

from recorder.geometry import Rect

_EXTENSION = "XFIXES"
RECTANGLE_LIMIT = 96


class Rest(rq.ValueField):  # type: ignore[misc]  # python-xlib has no types
    """The rest of an answer as bytes. python-xlib's lists make an object of every element, which costs too much."""

    structcode = None

    def parse_binary_value(self, data: bytes, _display: Any, _length: Any, _format: Any) -> tuple[bytes, bytes]:
        """All of it."""
        return bytes(data), b""


class _CreateRegion(rq.Request):  # type: ignore[misc]
    _request = rq.Struct(rq.Card8("opcode"), rq.Opcode(5), rq.RequestLength(), rq.Card32("region"))


class _FetchRegion(rq.ReplyRequest):  # type: ignore[misc]
    _request = rq.Struct(rq.Card8("opcode"), rq.Opcode(19), rq.RequestLength(), rq.Card32("region"))
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Pad(1),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Int16("left"),
        rq.Int16("top"),
        rq.Card16("width"),
        rq.Card16("height"),
        rq.Pad(16),
        Rest("rectangles"),
    )


class _GetCursorImageAndName(rq.ReplyRequest):  # type: ignore[misc]
    _request = rq.Struct(rq.Card8("opcode"), rq.Opcode(25), rq.RequestLength())
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Pad(1),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Int16("x"),
        rq.Int16("y"),
        rq.Card16("width"),
        rq.Card16("height"),
        rq.Card16("xhot"),
        rq.Card16("yhot"),
        rq.Card32("cursor_serial"),
        rq.Card32("cursor_atom"),
        rq.Card16("name_length"),
        rq.Pad(2),
        Rest("image_and_name"),
    )


class _SelectCursorInput(rq.Request):  # type: ignore[misc]
    _request = rq.Struct(rq.Card8("opcode"), rq.Opcode(3), rq.RequestLength(), rq.Window("window"), rq.Card32("mask"))


def select_pointer_image(display: Any, window: Any, mask: int) -> None:
    """Ask for events when the pointer's image changes."""
    _SelectCursorInput(
        display=display.display,
        opcode=display.display.get_extension_major(_EXTENSION),
        window=window,
        mask=mask,
    )


def create_region(display: Any) -> int:
    """An empty region on the server."""
    region = int(display.display.allocate_resource_id())
    _CreateRegion(display=display.display, opcode=display.display.get_extension_major(_EXTENSION), region=region)
    return region


def fetch_region(display: Any, region: int) -> list[Rect]:
    """The rectangles of a region, row by row; where they are very many, few that hold them all."""
    answer = _FetchRegion(
        display=display.display, opcode=display.display.get_extension_major(_EXTENSION), region=region
    )
    numbers = np.frombuffer(answer.rectangles, dtype="<i2").reshape(-1, 4)
    corners = numbers[:, :2].astype(np.int32)
    ends = corners + numbers[:, 2:].astype(np.uint16)
    if len(numbers) > RECTANGLE_LIMIT:  # neighbours in the list are near each other on the screen
        starts = np.arange(0, len(numbers), -(-len(numbers) // RECTANGLE_LIMIT))
        corners, ends = np.minimum.reduceat(corners, starts), np.maximum.reduceat(ends, starts)
    found = zip(corners.tolist(), ends.tolist(), strict=True)
    return [Rect(left, top, right - left, bottom - top) for (left, top), (right, bottom) in found]


def pointer_image(display: Any) -> Any:
    """The pointer's image now: width, height, xhot, yhot, x, y, cursor_serial, name_length and `image_and_name`."""
    return _GetCursorImageAndName(display=display.display, opcode=display.display.get_extension_major(_EXTENSION))
