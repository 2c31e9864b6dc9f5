"""What differs between two moments: areas for each monitor, or why two pictures cannot be compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
import numpy.typing as npt

from player.decoder import Shown
from player.source import Picture
from recorder.events import Screen
from recorder.geometry import Rect

Pixels = npt.NDArray[np.uint8]

CELL_PX = 16  # changes nearer to each other than this are one area
MOST_AREAS = 64  # outlines; more than this nobody can count


class Compared(Enum):
    """Whether a monitor's two pictures were compared, or why not."""

    SAME = "same"
    DIFFERENT = "different"
    ONLY_A = "only_a"  # the monitor was not there at B
    ONLY_B = "only_b"
    OTHER_SIZE = "other_size"
    NO_PICTURE_A = "no_picture_a"  # nothing sound is recorded of it then
    NO_PICTURE_B = "no_picture_b"


@dataclass(frozen=True, slots=True)
class MonitorDifference:
    """What became of one monitor from A to B. `areas` are in its own pixels; `areas_found` may be more than are listed.

    `is_rough`: one of the pictures is not exact, so that part of what differs may never have been on the screen.
    """

    number: int
    state: Compared
    areas: tuple[Rect, ...] = ()
    areas_found: int = 0
    changed_px: int = 0
    is_rough: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two moments side by side. `has_moved`: some monitor stood elsewhere on the desktop."""

    a_ns: int
    b_ns: int
    monitors: tuple[MonitorDifference, ...]
    has_moved: bool = False

    @property
    def areas_found(self) -> int:
        """In how many areas they differ."""
        return sum(one.areas_found for one in self.monitors)

    def areas_of(self, number: int) -> tuple[Rect, ...]:
        """The areas of one monitor that differ."""
        return tuple(area for one in self.monitors if one.number == number for area in one.areas)


def compare(a: Shown, b: Shown) -> Comparison:
    """What differs between two moments, monitor by monitor."""
    of_a, of_b = _by_number(a), _by_number(b)
    numbers = list(dict.fromkeys([*of_a, *of_b]))
    monitors = tuple(_compare_monitor(number, of_a.get(number), of_b.get(number)) for number in numbers)
    both = of_a.keys() & of_b.keys()
    has_moved = any(of_a[number][0].area[:2] != of_b[number][0].area[:2] for number in both)
    return Comparison(a.at_ns, b.at_ns, monitors, has_moved)


def differing_areas(a: Pixels, b: Pixels, *, at_most: int = MOST_AREAS) -> tuple[tuple[Rect, ...], int, int]:
    """Areas that hold every pixel that differs, how many were found, and how many pixels differ.

    Where more are found than asked for, the smallest are taken into those that they make the least larger.
    """
    if np.array_equal(a, b):
        return (), 0, 0
    blue, green, red = cv2.split(cv2.absdiff(a, b))
    different = np.asarray(cv2.bitwise_or(cv2.bitwise_or(blue, green), red), np.uint8) > 0
    height, width = different.shape
    rows, columns = -(-height // CELL_PX), -(-width // CELL_PX)
    padded = np.zeros((rows * CELL_PX, columns * CELL_PX), np.bool_)
    padded[:height, :width] = different
    by_row = padded.reshape(rows, CELL_PX, columns * CELL_PX).any(axis=1)
    cells = by_row.reshape(rows, columns, CELL_PX).any(axis=2)
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.asarray(cells, np.uint8), connectivity=8)
    boxes = [Rect(*(int(number) * CELL_PX for number in row[:4])) for row in stats[1:]]
    found = len(boxes)
    return tuple(_tight(padded, box) for box in _merged(boxes, at_most)), found, int(np.count_nonzero(different))


def marked_before(range_start_ns: int | None, bookmarks_ns: npt.NDArray[np.int64], at_ns: int) -> int | None:
    """The moment to compare with that somebody marked: where the selected range starts, else the last bookmark before.

    None if there is neither.
    """
    if range_start_ns is not None:
        return range_start_ns
    before = bookmarks_ns[bookmarks_ns < at_ns]
    return int(before.max()) if before.size else None


def _by_number(shown: Shown) -> dict[int, tuple[Screen, Picture | None]]:
    pairs = zip(shown.screens, shown.pictures, strict=True)
    return {screen.number: (screen, picture) for screen, picture in pairs}


def _compare_monitor(
    number: int, a: tuple[Screen, Picture | None] | None, b: tuple[Screen, Picture | None] | None
) -> MonitorDifference:
    if a is None or b is None:
        return MonitorDifference(number, Compared.ONLY_A if b is None else Compared.ONLY_B)
    before, after = a[1], b[1]
    if before is None or after is None:
        return MonitorDifference(number, Compared.NO_PICTURE_A if before is None else Compared.NO_PICTURE_B)
    if before.bgr.shape != after.bgr.shape:
        return MonitorDifference(number, Compared.OTHER_SIZE)
    is_rough = not (before.exact and after.exact)
    areas, found, changed_px = differing_areas(before.bgr, after.bgr)
    state = Compared.DIFFERENT if found else Compared.SAME
    return MonitorDifference(number, state, areas, found, changed_px, is_rough)


def _merged(boxes: Sequence[Rect], at_most: int) -> list[Rect]:
    ordered = sorted(boxes, key=lambda box: -box.width * box.height)
    # Left, top, right, bottom of those that are kept: thousands of areas are taken in one after the other.
    kept = np.array([(box.left, box.top, box.right, box.bottom) for box in ordered[:at_most]], np.int64)
    for box in ordered[at_most:]:
        wider = np.hstack(
            (np.minimum(kept[:, :2], (box.left, box.top)), np.maximum(kept[:, 2:], (box.right, box.bottom)))
        )
        growth = _sizes(wider) - _sizes(kept)
        nearest = int(growth.argmin())
        kept[nearest] = wider[nearest]
    rects = (Rect(left, top, right - left, bottom - top) for left, top, right, bottom in kept.tolist())
    return sorted(rects, key=lambda box: (box.top, box.left))


def _sizes(corners: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.asarray((corners[:, 2] - corners[:, 0]) * (corners[:, 3] - corners[:, 1]), np.int64)


def _tight(different: npt.NDArray[np.bool_], box: Rect) -> Rect:
    """The box without the rows and columns at its edges in which nothing differs."""
    inside = different[box.top : box.bottom, box.left : box.right]
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    top, left = int(rows[0]), int(columns[0])
    return Rect(box.left + left, box.top + top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1)
