"""The colours of a segment, numbered as they first appear.

Text on a desktop has a few hundred colours, the same in every sheet: they are told once a segment. The colours that
came together are sorted by red - green, then green, so that the shades between two colours follow each other.

    colours := deflated {step of red - green}*, {step of green}*, {blue - red}*, each a byte, wrapping around
"""

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from recorder.codec import fused
from recorder.codec.errors import DamagedPictureError
from recorder.codec.fused import Kernel
from recorder.codec.runs import Runs
from recorder.codec.tiles import Bytes, Canvas
from recorder.codec.wire import MAX_COLOURS
from recorder.format.inflate import inflate

_ALWAYS_WORTH = 64
_WORTH_A_TILE = 8
_WINDOW_BITS = -15
_SLOT_BITS = 17
_SPREAD = np.uint32(2654435761)
_NO_COLOUR = np.uint32(0xFFFFFFFF)


def pack_colours(colours: Canvas) -> bytes:
    """The bytes of colours, which are in their order."""
    blue, green, red = _channels(colours)
    hue = red - green
    return zlib.compress(
        _steps(hue).tobytes() + _steps(green).tobytes() + (blue - red).tobytes(), level=9, wbits=_WINDOW_BITS
    )


def unpack_colours(data: bytes, count: int) -> Canvas:
    """So many colours."""
    return _unpack_all([(count, data)])


def _unpack_all(brought: Sequence[tuple[int, bytes]]) -> Canvas:
    """So many colours each, all at once."""
    each = [(_inflated(data, count), count) for count, data in brought]
    counts = np.array([count for count, _ in brought])
    # What was packed together stands channel by channel, and its steps begin anew.
    hue, green, yellow = (
        np.frombuffer(b"".join([plain[at * count : (at + 1) * count] for plain, count in each]), np.uint8)
        for at in range(3)
    )
    green = _summed(green, counts)
    red = _summed(hue, counts) + green
    colours = np.zeros((green.size, 4), np.uint8)
    colours[:, 0], colours[:, 1], colours[:, 2] = yellow + red, green, red
    return colours.view(np.uint32)[:, 0]


def _summed(steps: Bytes, counts: npt.NDArray[np.int64]) -> Bytes:
    """The values of steps, which begin at 0 in each of several parts; all wraps around."""
    sums = np.concatenate((np.zeros(1, np.uint8), np.cumsum(steps, dtype=np.uint8)))
    return np.asarray(sums[1:] - np.repeat(sums[np.cumsum(counts) - counts], counts), np.uint8)


def _inflated(data: bytes, count: int) -> bytes:
    try:
        plain = inflate(data, 3 * count + 1, wbits=_WINDOW_BITS)
    except zlib.error as error:
        raise _damaged() from error
    if plain is None or len(plain) != 3 * count:
        raise _damaged()
    return plain


def _steps(channel: Bytes) -> Bytes:
    return np.diff(channel, prepend=np.uint8(0))  # wraps around


def _channels(colours: Canvas) -> tuple[Bytes, Bytes, Bytes]:
    channels = np.ascontiguousarray(colours).view(np.uint8).reshape(-1, 4)
    return channels[:, 0], channels[:, 1], channels[:, 2]


def _slots_of(colours: Canvas) -> Canvas:
    mixed: Canvas = (colours * _SPREAD) >> np.uint32(32 - _SLOT_BITS)
    return mixed


def _in_order(colours: Canvas) -> Canvas:
    blue, green, red = _channels(colours)
    return colours[np.lexsort((blue, green, red - green))]


def _damaged() -> DamagedPictureError:
    return DamagedPictureError("its colours are damaged")


class ColourNumbers:
    """The encoder's side: the number of each colour.

    A table of slots finds nearly all; the few colours whose slot is taken are looked for among the overflow.
    """

    def __init__(self, kernel: Kernel | None = None) -> None:
        self._kernel = kernel or fused.choose().kernel
        self._colour_in: Canvas = np.zeros(1 << _SLOT_BITS, np.uint32)
        self._number_in: npt.NDArray[np.uint16] = np.zeros(1 << _SLOT_BITS, np.uint16)
        self._overflow: dict[int, int] = {}
        self._colours: Canvas = np.zeros(0, np.uint32)
        self.clear()

    @property
    def count(self) -> int:
        """How many colours have a number."""
        return self._colours.size

    def clear(self) -> None:
        """A new segment begins."""
        self._colour_in[:] = _NO_COLOUR
        self._overflow.clear()
        self._colours = np.zeros(0, np.uint32)

    def number(self, runs: Runs, *, may_add: bool) -> tuple[npt.NDArray[np.uint16], Canvas] | None:
        """The number of each run's colour, and the colours that are new; None if that would not pay."""
        numbers, is_elsewhere = np.empty(runs.colours.size, np.uint16), np.empty(runs.colours.size, np.bool_)
        if not self._kernel.find_colours(runs.colours, self._colour_in, self._number_in, numbers, is_elsewhere):
            return numbers, np.zeros(0, np.uint32)
        colours, which = np.unique(runs.colours[is_elsewhere], return_inverse=True)
        new = colours[[colour not in self._overflow for colour in colours.tolist()]]
        if new.size:
            if not may_add or len(new) > min(_ALWAYS_WORTH + _WORTH_A_TILE * runs.tiles, MAX_COLOURS - self.count):
                return None
            new = _in_order(new)
            self._add(new)
        numbers[is_elsewhere] = self._numbers_of(colours)[which]
        return numbers, new

    def _add(self, new: Canvas) -> None:
        slots, numbers = _slots_of(new), np.arange(self.count, self.count + new.size)
        self._colours = np.concatenate((self._colours, new))
        is_free = self._colour_in[slots] == _NO_COLOUR
        self._colour_in[slots[is_free]] = new[is_free]
        is_in = self._colour_in[slots] == new  # two new ones may want the same slot
        self._number_in[slots[is_in]] = numbers[is_in]
        self._overflow.update(zip(new[~is_in].tolist(), numbers[~is_in].tolist(), strict=True))

    def _numbers_of(self, colours: Canvas) -> npt.NDArray[np.uint16]:
        slots = _slots_of(colours)
        numbers = self._number_in[slots]
        for index in np.flatnonzero(self._colour_in[slots] != colours).tolist():
            numbers[index] = self._overflow[int(colours[index])]
        return numbers

    def colours_of(self, numbers: npt.NDArray[np.uint16]) -> Canvas:
        """The colours of these numbers."""
        return self._colours[numbers]


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

    @property
    def known(self) -> Canvas:
        """The colours that are known, by their numbers."""
        return self._colours[: self._end]

    def add(self, first: int, count: int, packed: bytes) -> None:
        """Colours that came, the first with this number."""
        end = first + count
        if not packed or end <= self._end:
            return
        if end > MAX_COLOURS or first != self._end:
            msg = "its colours do not follow those before"
            raise DamagedPictureError(msg)
        self._put(unpack_colours(packed, count))

    def add_all(self, brought: Sequence[tuple[int, bytes]]) -> None:
        """Colours that came one after the other, so many each, next to those that are known: a seek needs a hundred."""
        try:
            self._put(_unpack_all(brought))
        except DamagedPictureError:
            for count, packed in brought:  # those before the damaged ones are good
                self.add(self._end, count, packed)
            raise

    def _put(self, colours: Canvas) -> None:
        end = self._end + colours.size
        if end > len(self._colours):
            self._colours = np.concatenate((self._colours[: self._end], np.zeros(end + 1024, np.uint32)))
        self._colours[self._end : end] = colours
        self._end = end

    def colours_of(self, numbers: npt.NDArray[np.uint16]) -> Canvas:
        """The colours of these numbers."""
        if not numbers.size or int(numbers.max()) >= self._end:
            msg = "a colour of it never came"
            raise DamagedPictureError(msg)
        return self._colours[numbers]
