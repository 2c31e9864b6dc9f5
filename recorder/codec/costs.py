"""What a seek will cost the decoder, reckoned while encoding, so that snapshots come when they pay."""

import bisect
from collections.abc import Sequence

import numpy as np

from recorder.codec.tiles import Numbers
from recorder.codec.wire import Sheet

# Measured with benchmarks/codec.py; they only need to be about right.
_PATCH_US = 500
_TILE_US = 6
_SHEET_US = 150
_START_LIMIT_US = 34_000
_SINCE_LIMIT_US = 20_000


class DecodingCosts:
    """The cost of going from the last snapshot to now, and which sheets a decoder that started there has decoded."""

    def __init__(self) -> None:
        self._first_ids: list[int] = []
        self._tiles: list[int] = []
        self._decoded: set[int] = set()
        self._since_us = 0

    def clear(self) -> None:
        """A new segment begins."""
        self._first_ids.clear()
        self._tiles.clear()
        self._decoded.clear()
        self._since_us = 0

    def add(self, sheets: Sequence[Sheet], ids: Numbers) -> None:
        """A patch was made with these sheets, and it paints tiles with these ids."""
        for sheet in sheets:
            self._first_ids.append(sheet.first_id)
            self._tiles.append(sheet.tiles)
        needed = self._sheets_of(ids) - self._decoded
        self._since_us += _PATCH_US + sum(self._tiles[index] for index in needed) * _TILE_US
        self._decoded |= needed

    @property
    def are_high(self) -> bool:
        """Whether a seek to now has become costly."""
        return self._since_us > _SINCE_LIMIT_US

    def start_again(self, ids: Numbers, lost: Numbers, lost_ids: Numbers) -> Numbers:
        """A snapshot is made of tiles with these ids, the `lost` ones composed of others. Which is it to hold itself?

        Sheets of which little is still shown cost more to decode than their tiles cost to send again.
        """
        known = np.flatnonzero(ids >= 0)
        positions = np.concatenate((known, np.repeat(lost, lost_ids[0].size if lost.size else 0)))
        sheets = np.searchsorted(self._first_ids, np.concatenate((ids[known], lost_ids.ravel())), side="right") - 1
        used, shown = np.unique(sheets, return_counts=True)
        sizes = np.asarray(self._tiles)[used]
        order = np.argsort(-shown / sizes, kind="stable")
        spent = np.cumsum(sizes[order] * _TILE_US + _SHEET_US)
        kept = used[order][spent <= _START_LIMIT_US]
        self._decoded = set(kept.tolist())
        self._since_us = 0
        return np.unique(positions[~np.isin(sheets, kept)])

    def _sheets_of(self, ids: Numbers) -> set[int]:
        return {bisect.bisect_right(self._first_ids, identity) - 1 for identity in np.unique(ids).tolist()}
