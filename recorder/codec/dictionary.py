"""The tiles already sent in a segment, found by what they show."""

from collections import OrderedDict
from collections.abc import Callable

import numpy as np

from recorder.codec.tiles import Bytes, Numbers

CAPACITY_TILES = 8192  # 25 MB of 3 KB each: four full 1080p pictures


class TileDictionary:
    """Ids of tiles by their bytes; the least recently used are forgotten (and would be sent again).

    A hash chooses the slot, the bytes decide: two tiles of one hash are two tiles.
    """

    def __init__(self, *, capacity: int = CAPACITY_TILES, hash_of: Callable[[bytes], int] = hash) -> None:
        self._slots: OrderedDict[int, tuple[bytes, int]] = OrderedDict()
        self._capacity = capacity
        self._hash_of = hash_of

    def __len__(self) -> int:
        return len(self._slots)

    def clear(self) -> None:
        """Forget everything: a new segment begins."""
        self._slots.clear()

    def find(self, tile: bytes) -> int | None:
        """The id under which these bytes were sent."""
        slot = self._hash_of(tile)
        held = self._slots.get(slot)
        if held is None or held[0] != tile:
            return None
        self._slots.move_to_end(slot)
        return held[1]

    def find_all(self, tiles: Bytes) -> Numbers:
        """The id of each tile (n, …), or -1."""
        ids = (self.find(tile.tobytes()) for tile in tiles)
        return np.fromiter((-1 if identity is None else identity for identity in ids), np.int64, len(tiles))

    def add(self, tile: bytes, identity: int) -> None:
        """These bytes are sent under this id; a tile of the same hash gives way."""
        self._slots[self._hash_of(tile)] = (tile, identity)
        if len(self._slots) > self._capacity:
            self._slots.popitem(last=False)
