"""The colours of a segment, numbered as they first appear.

Text on a desktop has a few hundred colours, the same in every sheet: they are told once a segment.
"""

import numpy as np
import numpy.typing as npt

from recorder.codec.errors import DamagedPictureError
from recorder.codec.tiles import Bytes, Canvas
from recorder.codec.wire import MAX_COLOURS

_ALWAYS_WORTH = 64
_WORTH_A_TILE = 8


class ColourNumbers:
    """The encoder's side: the number of each colour."""

    def __init__(self) -> None:
        # 32 MB of address space, of which only the pages of colours in use are ever touched
        self._number_of: npt.NDArray[np.uint16] = np.zeros(1 << 24, np.uint16)
        self._colours: list[Canvas] = []
        self.count = 0

    def clear(self) -> None:
        """A new segment begins."""
        for colours in self._colours:
            self._number_of[colours] = 0
        self._colours.clear()
        self.count = 0

    def number(self, tiles: Canvas, *, may_add: bool) -> tuple[npt.NDArray[np.uint16], Bytes] | None:
        """The number of each pixel's colour, and the colours (n, 3) that are new; None if that would not pay."""
        numbers = self._number_of[tiles]
        unknown = tiles[numbers == 0]
        if not unknown.size:
            return numbers - np.uint16(1), np.zeros((0, 3), np.uint8)
        colours, uses = np.unique(unknown, return_counts=True)
        if not may_add or len(colours) > min(_ALWAYS_WORTH + _WORTH_A_TILE * len(tiles), MAX_COLOURS - self.count):
            return None
        colours = colours[np.argsort(-uses, kind="stable")]
        self._number_of[colours] = np.arange(self.count + 1, self.count + 1 + len(colours))
        self._colours.append(colours)
        self.count += len(colours)
        return self._number_of[tiles] - np.uint16(1), colours.view(np.uint8).reshape(-1, 4)[:, :3].copy()


class Palette:
    """The decoder's side: the colour of each number."""

    def __init__(self) -> None:
        self._colours: Canvas = np.zeros(0, np.uint32)
        self._end = 0

    def clear(self) -> None:
        """A new segment begins."""
        self._colours = np.zeros(0, np.uint32)
        self._end = 0

    @property
    def count(self) -> int:
        """How many colours are known."""
        return self._end

    def add(self, first: int, colours: bytes) -> None:
        """Colours that came, the first with this number."""
        end = first + len(colours) // 3
        if not colours or end <= self._end:
            return
        if end > MAX_COLOURS or first != self._end:
            msg = "its colours do not follow those before"
            raise DamagedPictureError(msg)
        if end > len(self._colours):
            self._colours = np.concatenate((self._colours[: self._end], np.zeros(end + 1024, np.uint32)))
        pixels = self._colours[first:end].view(np.uint8).reshape(-1, 4)
        pixels[:, :3] = np.frombuffer(colours, np.uint8).reshape(-1, 3)
        self._end = end

    def colours_of(self, numbers: npt.NDArray[np.uint16]) -> Canvas:
        """The colours of these numbers."""
        if not numbers.size or int(numbers.max()) >= self._end:
            msg = "a colour of it never came"
            raise DamagedPictureError(msg)
        return self._colours[numbers]
