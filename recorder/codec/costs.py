"""What a seek will cost the decoder, reckoned while encoding, so that snapshots come when they pay."""

import bisect
from collections.abc import Sequence

import numpy as np

from recorder.codec.tiles import Numbers
from recorder.codec.wire import Sheet

# Measured with benchmarks/codec.py; they only need to be about right.
_PATCH_US = 700
_TILE_US = 9
_START_LIMIT_US = 22_000
_SINCE_LIMIT_US = 36_000
_SMALL_SINCE_LIMIT_US = 18_000
_FEW_LOST = 40


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

    def are_high(self, lost: int) -> bool:
        """Whether a snapshot pays: soon if it is small, later if it has to hold many tiles that moves made."""
        return self._since_us > (_SINCE_LIMIT_US if lost > _FEW_LOST else _SMALL_SINCE_LIMIT_US)

    def start_again(self, ids: Numbers) -> Numbers:
        """A snapshot is made of tiles with these ids (-1: not sent). Which of them it had better hold itself.

        Sheets of which little is still shown cost more to decode than their tiles cost to send again.
        """
        indices = np.searchsorted(np.asarray(self._first_ids), ids, side="right") - 1
        indices[ids < 0] = -1
        used, shown = np.unique(indices[indices >= 0], return_counts=True)
        order = np.argsort(-shown / np.asarray(self._tiles)[used], kind="stable")
        spent = np.cumsum(np.asarray(self._tiles)[used][order] * _TILE_US + _PATCH_US)
        kept = used[order][spent <= _START_LIMIT_US]
        self._decoded = set(kept.tolist())
        self._since_us = 0
        return np.flatnonzero(~np.isin(indices, kept)).astype(np.int64)

    def _sheets_of(self, ids: Numbers) -> set[int]:
        return {bisect.bisect_right(self._first_ids, identity) - 1 for identity in np.unique(ids).tolist()}
