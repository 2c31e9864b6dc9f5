"""Changes of pictures in columns: a million of them are a few megabytes, and numpy counts them in milliseconds."""

from collections.abc import Sequence
from typing import TypeVar, overload

import numpy as np
import numpy.typing as npt

from player.source import Change

_SMALLEST = 1024
_T = TypeVar("_T", bound=np.generic)


class ChangeColumns(Sequence[Change]):
    """Changes in order of time, kept as three growing columns. Reading while another thread appends is safe."""

    def __init__(self) -> None:
        self._times_ns = np.empty(_SMALLEST, dtype=np.int64)
        self._screens = np.empty(_SMALLEST, dtype=np.int16)
        self._pixels = np.empty(_SMALLEST, dtype=np.int64)
        self._count = 0

    def append(self, at_ns: int, screen: int, changed_px: int) -> None:
        """Add a change; its time is not before the last one's."""
        if self._count == len(self._times_ns):
            self._grow()
        self._times_ns[self._count] = at_ns
        self._screens[self._count] = screen
        self._pixels[self._count] = changed_px
        self._count += 1  # last: a reader never sees a half-written change

    @property
    def times_ns(self) -> npt.NDArray[np.int64]:
        """When each was, in order; not to be written to."""
        return self._times_ns[: self._count]

    @property
    def pixels(self) -> npt.NDArray[np.int64]:
        """How many pixels each changed; not to be written to."""
        return self._pixels[: self._count]

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Change: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Change]: ...

    def __getitem__(self, index: int | slice) -> Change | Sequence[Change]:
        if isinstance(index, slice):
            return [self._at(place) for place in range(*index.indices(self._count))]
        place = index + self._count if index < 0 else index
        if not 0 <= place < self._count:
            msg = f"There is no change {index}"
            raise IndexError(msg)
        return self._at(place)

    def _at(self, place: int) -> Change:
        return Change(int(self._times_ns[place]), int(self._screens[place]), int(self._pixels[place]))

    def _grow(self) -> None:
        room = 2 * len(self._times_ns)
        self._screens = _grown(self._screens, room)
        self._pixels = _grown(self._pixels, room)
        self._times_ns = _grown(self._times_ns, room)


def _grown(column: npt.NDArray[_T], room: int) -> npt.NDArray[_T]:
    bigger = np.empty(room, dtype=column.dtype)
    bigger[: len(column)] = column
    return bigger
