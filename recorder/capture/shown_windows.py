"""The windows of a desktop as masks and hidden input see them: where they stand, whose they are, what covers them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Protocol

from recorder.geometry import Rect


@dataclass(frozen=True, slots=True)
class ShownWindow:
    """A top-level window that is shown: with its frame if it has one, in desktop pixels.

    `owner` is the connection that made it, `parent` the window that it says to belong to. `is_known` is False as long
    as nothing is known of whose it is. `is_solid`: nothing of what lies under its area can be seen through it.
    `changed_at_s` is when it last came, moved or went up or down, on the monotonic clock.
    """

    window_id: int
    area: Rect
    clients: tuple[int, ...] = ()
    owner: int = 0
    names: tuple[str, ...] = ()  # of the program: its file, and the classes that the window says
    title: str = ""
    pid: int | None = None
    executable: str | None = None
    parent: int | None = None
    is_popup: bool = False
    is_known: bool = True
    is_solid: bool = True
    changed_at_s: float = 0.0
    mapped_at_s: float = 0.0


@dataclass(frozen=True, slots=True)
class TypedInto:
    """What is shown, and the window of it that keys go to, and whose process that is; None as far as it is not known.

    As long as nothing of it is another, it is the same object.
    """

    shown: tuple[ShownWindow, ...]
    focused: ShownWindow | None
    pid: int | None


class WindowTable(Protocol):
    """Knows all windows that are shown. For any thread."""

    def glance(self) -> tuple[ShownWindow, ...]:
        """What is shown, from the lowest to the highest."""
        ...

    def typed_into(self) -> TypedInto:
        """Where keys go now, and what is shown."""
        ...


@dataclass(frozen=True, slots=True)
class Look:
    """What is shown now, from the lowest window to the highest, and every state of a window since the look before.

    `is_composited`: a program draws the windows anew, or did since then, so none hides what lies under it for certain.
    """

    windows: tuple[ShownWindow, ...]
    passed: tuple[ShownWindow, ...]
    is_composited: bool


class LookedAt(Protocol):
    """Knows all windows that are shown, and what they did since they were looked at last."""

    def look(self) -> Look:
        """What is shown, and was since the look before. Raises DisplayLostError."""
        ...

    def listen(self, on_change: Callable[[], None]) -> None:
        """Let this be called, from another thread, when something may be different."""
        ...


def program_names(executable: str | None, classes: Sequence[str]) -> tuple[str, ...]:
    """By what a program may be named in a policy, in small letters."""
    file_name = () if executable is None else (PurePath(executable).name,)
    return tuple(dict.fromkeys(name.lower() for name in (*file_name, *classes) if name))


def visible_parts(area: Rect, covers: Sequence[Rect]) -> list[Rect]:
    """What is left of an area once these lie over it, as rectangles that do not overlap."""
    parts = [] if area.is_empty else [area]
    for cover in covers:
        parts = [left for part in parts for left in _without(part, cover)]
    return parts


def _without(area: Rect, cover: Rect) -> list[Rect]:
    hole = area.intersection(cover)
    if hole.is_empty:
        return [area]
    around = (
        Rect(area.left, area.top, area.width, hole.top - area.top),
        Rect(area.left, hole.bottom, area.width, area.bottom - hole.bottom),
        Rect(area.left, hole.top, hole.left - area.left, hole.height),
        Rect(hole.right, hole.top, area.right - hole.right, hole.height),
    )
    return [part for part in around if not part.is_empty]
