"""What a seek will cost the decoder, reckoned while encoding, so that snapshots come when they pay."""

import bisect
from collections.abc import Sequence

import numpy as np

from recorder.codec import numbered
from recorder.codec.tiles import Numbers
from recorder.codec.wire import Sheet, SheetKind

# Measured with benchmarks/codec.py; they only need to be about right.
_PATCH_US = 500
_TILE_US = 6
_SHEET_US = 60
_START_LIMIT_US = 32_000
_SINCE_LIMIT_US = 18_000


class DecodingCosts:
    """The cost of going from the last snapshot to now, and how far a decoder that started there has decoded.

    A sheet is decoded with those before it in its group; a sheet of another kind is a group of its own.
    """

    def __init__(self) -> None:
        self._first_ids: list[int] = []
        self._groups: list[int] = []  # of each sheet, by the id of the group's first tile
        self._ends_us: list[int] = []  # what decoding its group as far as each sheet costs
        self._decoded_us: dict[int, int] = {}  # of each group
        self._since_us = 0

    def clear(self) -> None:
        """A new segment begins."""
        self._first_ids.clear()
        self._groups.clear()
        self._ends_us.clear()
        self._decoded_us.clear()
        self._since_us = 0

    def add(self, sheets: Sequence[Sheet], ids: Numbers) -> None:
        """A patch was made with these sheets, and it paints tiles with these ids."""
        for sheet in sheets:
            group = _group_of(sheet)
            before_us = self._ends_us[-1] if self._groups and group == self._groups[-1] else 0
            self._first_ids.append(sheet.first_id)
            self._groups.append(group)
            self._ends_us.append(before_us + _SHEET_US + sheet.tiles * _TILE_US)
        self._since_us += _PATCH_US
        for index in self._sheets_of(ids):
            group, end_us = self._groups[index], self._ends_us[index]
            known_us = self._decoded_us.get(group, 0)
            if end_us > known_us:
                goes_on = group == self._groups[-1]  # only there the decoder can go on, elsewhere it begins again
                self._since_us += end_us - known_us if goes_on else end_us
                self._decoded_us[group] = end_us

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
        needed_us = np.zeros(used.size, np.int64)
        np.maximum.at(needed_us, which, np.asarray(self._ends_us)[sheets])
        order = np.argsort(-shown / needed_us, kind="stable")
        kept = order[np.cumsum(needed_us[order]) <= _START_LIMIT_US]
        self._decoded_us = dict(zip(used[kept].tolist(), needed_us[kept].tolist(), strict=True))
        self._since_us = 0
        is_kept = np.zeros(used.size, np.bool_)
        is_kept[kept] = True
        return np.flatnonzero(np.bincount(positions[~is_kept[which]]))  # `np.unique` would import all of numpy.ma

    def _sheets_of(self, ids: Numbers) -> set[int]:
        if not ids.size:
            return set()
        last = bisect.bisect_right(self._first_ids, int(ids.max())) - 1
        first = max(bisect.bisect_right(self._first_ids, int(ids.min())) - 1, 0)
        places = np.searchsorted(self._first_ids[first : last + 1], ids, side="right") + (first - 1)
        return set(np.flatnonzero(np.bincount(places, minlength=1)).tolist())


def _group_of(sheet: Sheet) -> int:
    if sheet.kind is not SheetKind.NUMBERED:
        return sheet.first_id
    return numbered.read(sheet.data, sheet.first_id, sheet.tiles).group
