"""Which colours have a symbol of their own in a group of sheets; they keep it while they are used."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recorder.codec.tiles import Numbers

DRAWERS = 8
COMMON = 256 - DRAWERS
_MOST_COLOURS = 1 << 16
_NONE = -1


@dataclass(frozen=True, slots=True)
class Changes:
    """Symbols that have another colour from now on, in the order of their colours; and the colours without one."""

    symbols: npt.NDArray[np.uint8]
    colours: Numbers
    rare: Numbers


_NO_CHANGES = Changes(np.zeros(0, np.uint8), np.zeros(0, np.int64), np.zeros(0, np.int64))


class SymbolTable:
    """The encoder's side: the symbol of each colour's number."""

    def __init__(self) -> None:
        self._symbols = np.full(_MOST_COLOURS, _NONE, np.int16)
        self._colours = np.full(COMMON, _NONE, np.int64)
        self._used_at = np.zeros(COMMON, np.int64)
        self._sheets = 0

    def symbols_of(self, colours: Numbers) -> npt.NDArray[np.int16]:
        """Their symbols; -1 for those that have none."""
        return self._symbols[colours]

    def assign(self, used: Numbers, pixels: npt.NDArray[np.float64]) -> Changes:
        """A sheet uses these colours for so many pixels each: give symbols to those that most need one."""
        self._sheets += 1
        symbols = self._symbols[used]
        has_one = symbols >= 0
        self._used_at[symbols[has_one]] = self._sheets
        if has_one.all():
            return _NO_CHANGES
        wanting, wanting_px = _by_pixels(used[~has_one], -pixels[~has_one])
        idle = np.flatnonzero(self._used_at < self._sheets)
        idle = idle[np.argsort(self._used_at[idle], kind="stable")][: wanting.size]
        taken = self._taken(symbols[has_one], pixels[has_one], -wanting_px[idle.size :])
        given = np.concatenate((idle, taken))
        self._give(given, wanting[: given.size])
        order = np.argsort(wanting[: given.size])
        rare = used[self._symbols[used] < 0]
        return Changes(given[order].astype(np.uint8), wanting[: given.size][order], rare)

    def _taken(
        self, symbols: npt.NDArray[np.int16], pixels: npt.NDArray[np.float64], wanting_px: npt.NDArray[np.float64]
    ) -> Numbers:
        """Symbols of colours that are used so much less than those that want one that a change pays."""
        by_pixels, pixels = _by_pixels(symbols.astype(np.int64), pixels)
        count = min(symbols.size, wanting_px.size)
        return by_pixels[:count][wanting_px[:count] > 2 * pixels[:count] + 4]

    def _give(self, symbols: Numbers, colours: Numbers) -> None:
        before = self._colours[symbols]
        self._symbols[before[before >= 0]] = _NONE
        self._colours[symbols] = colours
        self._symbols[colours] = symbols
        self._used_at[symbols] = self._sheets


def _by_pixels(numbers: Numbers, pixels: npt.NDArray[np.float64]) -> tuple[Numbers, npt.NDArray[np.float64]]:
    order = np.argsort(pixels, kind="stable")
    return numbers[order], pixels[order]
