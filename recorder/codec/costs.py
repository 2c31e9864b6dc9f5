"""What a seek will cost the decoder, reckoned while encoding, so that snapshots come when they pay."""

import bisect
from collections.abc import Sequence

import numpy as np

from recorder.codec import numbered
from recorder.codec.tiles import TILE_HEIGHT_PX, TILE_WIDTH_PX, Numbers
from recorder.codec.wire import Sheet, SheetKind

# Measured with benchmarks/codec.py; they only need to be about right.
_PATCH_US = 500
_TILE_US = 6
_GROUP_US = 150
_START_LIMIT_US = 34_000
_SINCE_LIMIT_US = 20_000


class DecodingCosts:
    """The cost of going from the last snapshot to now, and how far a decoder that started there has decoded.

    A sheet is decoded with those before it in its group; a sheet of another kind is a group of its own. The unit of
    what is decoded is the tile.
    """

    def __init__(self) -> None:
        self._first_ids: list[int] = []
        self._groups: list[int] = []  # of each sheet, by the id of the group's first tile
        self._ends: list[int] = []  # how much of the group is decoded with each sheet
        self._decoded: dict[int, int] = {}  # of each group
        self._since_us = 0

    def clear(self) -> None:
        """A new segment begins."""
        self._first_ids.clear()
        self._groups.clear()
        self._ends.clear()
        self._decoded.clear()
        self._since_us = 0

    def add(self, sheets: Sequence[Sheet], ids: Numbers) -> None:
        """A patch was made with these sheets, and it paints tiles with these ids."""
        for sheet in sheets:
            group, end = _in_group(sheet)
            self._first_ids.append(sheet.first_id)
            self._groups.append(group)
            self._ends.append(end)
        self._since_us += _PATCH_US
        for index in self._sheets_of(ids):
            group, end = self._groups[index], self._ends[index]
            known = self._decoded.get(group, 0)
            if end > known:
                goes_on = group == self._groups[-1]  # only there the decoder can go on, elsewhere it begins again
                self._since_us += (end - known if goes_on else end) * _TILE_US
                self._decoded[group] = end

    @property
    def are_high(self) -> bool:
        """Whether a seek to now has become costly."""
        return self._since_us > _SINCE_LIMIT_US

    def start_again(self, ids: Numbers, lost: Numbers, lost_ids: Numbers) -> Numbers:
        """A snapshot is made of tiles with these ids, the `lost` ones composed of others. Which is it to hold itself?

        Groups of which little is still shown cost more to decode than their tiles cost to send again.
        """
        known = np.flatnonzero(ids >= 0)
        positions = np.concatenate((known, np.repeat(lost, lost_ids[0].size if lost.size else 0)))
        sheets = np.searchsorted(self._first_ids, np.concatenate((ids[known], lost_ids.ravel())), side="right") - 1
        groups = np.asarray(self._groups)[sheets]
        used, which, shown = np.unique(groups, return_inverse=True, return_counts=True)
        needed = np.zeros(used.size, np.int64)
        np.maximum.at(needed, which, np.asarray(self._ends)[sheets])
        order = np.argsort(-shown / needed, kind="stable")
        kept = order[np.cumsum(needed[order] * _TILE_US + _GROUP_US) <= _START_LIMIT_US]
        self._decoded = dict(zip(used[kept].tolist(), needed[kept].tolist(), strict=True))
        self._since_us = 0
        return np.unique(positions[~np.isin(groups, used[kept])])

    def _sheets_of(self, ids: Numbers) -> set[int]:
        return {bisect.bisect_right(self._first_ids, identity) - 1 for identity in np.unique(ids).tolist()}


def _in_group(sheet: Sheet) -> tuple[int, int]:
    """The sheet's group, and how many tiles are decoded with it."""
    if sheet.kind is not SheetKind.NUMBERED:
        return sheet.first_id, sheet.tiles
    head = numbered.read(sheet.data, sheet.first_id, sheet.tiles)
    return head.group, (head.before_bytes + head.size_bytes) // (TILE_HEIGHT_PX * TILE_WIDTH_PX)
