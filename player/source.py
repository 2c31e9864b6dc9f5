"""What a thing you can play must offer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from recorder.events import PointerShape, Screen
from recorder.geometry import Rect
from recorder.oplog import LogRow


@dataclass(frozen=True, slots=True)
class Picture:
    """What one screen showed from `at_ns` on. `bgr` is (height, width, 3) uint8, read-only. `exact`: pixel by pixel.

    `film`: where a picture is not exact, in its own pixels; all around these areas it is. None: not known where.
    """

    screen: int
    at_ns: int
    bgr: npt.NDArray[np.uint8]
    exact: bool
    film: tuple[Rect, ...] = ()


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where the pointer is on the desktop and how it looks; `shape` None: not known, draw an arrow."""

    x_px: int
    y_px: int
    shape: PointerShape | None


@dataclass(frozen=True, slots=True)
class Span:
    """A range of the session's time with a name: a gap, an altered range, an idle time. `reason` is for a person."""

    start_ns: int
    end_ns: int
    kind: str  # "gap", "altered", "missing", "unreadable", "idle", "locked", "inexact"
    reason: str


@dataclass(frozen=True, slots=True)
class Change:
    """A picture changed: when, on which screen, and how many pixels."""

    at_ns: int
    screen: int
    changed_px: int


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """Who, where, when and why, from the signed header."""

    session_id: str
    operator: str
    host: str
    purpose: str
    started_wall_ns: int
    utc_offset_s: int


class Source(Protocol):
    """A recording to play, finished or growing. Not thread-safe: whoever shares it holds a lock around it."""

    @property
    def facts(self) -> SessionFacts:
        """Who, where, when and why."""
        ...

    @property
    def duration_ns(self) -> int:
        """How far the recording reaches now."""
        ...

    @property
    def is_live(self) -> bool:
        """Whether it is still being recorded."""
        ...

    def refresh(self) -> bool:
        """Look for what has come since; True if there is something new. Cheap when there is not."""
        ...

    def screens_at(self, at_ns: int) -> tuple[Screen, ...]:
        """The monitors then."""
        ...

    def picture_at(self, screen: int, at_ns: int) -> Picture | None:
        """What the screen showed then; None where nothing sound is recorded (then `spans` says why)."""
        ...

    def pointer_at(self, at_ns: int) -> Pointer | None:
        """The pointer then; None if not known."""
        ...

    def changes(self) -> Sequence[Change]:
        """Every change of a picture so far, in order."""
        ...

    def rows(self) -> Sequence[LogRow]:
        """The operation log so far, in order of `at_ns`."""
        ...

    def spans(self) -> Sequence[Span]:
        """Gaps, altered and missing ranges, idle and locked times so far, in order."""
        ...

    def segment_at(self, at_ns: int) -> int | None:
        """The number of the segment that this moment lies in; None if it lies in none."""
        ...

    def wall_ns_at(self, at_ns: int) -> int:
        """UTC then, in nanoseconds since 1970, as the machine's clock claimed it."""
        ...

    def close(self) -> None:
        """Let go of files and memory."""
        ...
