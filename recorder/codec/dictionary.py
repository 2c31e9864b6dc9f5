"""The tiles already sent in a segment, found by what they show."""

import itertools
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from recorder.codec.tiles import TILE_HEIGHT_PX, TILE_WIDTH_PX, Canvas, Numbers

CAPACITY_TILES = 2560  # 10 MB of 4 KB each: a full 1080p picture and a quarter without a tile in common
_PIXELS = TILE_HEIGHT_PX * TILE_WIDTH_PX
_AT_ONCE = 256  # tiles that fit into the processor's cache
_FORGET_ONE_IN = 64

Hashes = npt.NDArray[np.uint64]
_WEIGHTS: Hashes = np.random.default_rng(1).integers(0, 1 << 63, _PIXELS // 2, np.uint64) * np.uint64(2) + np.uint64(1)


def hashes_of(tiles: Canvas) -> Hashes:
    """A number for each tile (n, 16, 64), the same for equal tiles."""
    words = np.ascontiguousarray(tiles).reshape(len(tiles), _PIXELS).view(np.uint64)
    sums: Hashes = np.einsum("ij,j->i", words, _WEIGHTS)
    return sums


class TileDictionary:
    """Ids of tiles by their pixels; the least recently used are forgotten (and would be sent again).

    A hash chooses the slot, the pixels decide: two tiles of one hash are two tiles.
    """

    def __init__(
        self, *, capacity: int = CAPACITY_TILES, hashes_of_tiles: Callable[[Canvas], Hashes] = hashes_of
    ) -> None:
        self._capacity = capacity
        self._hashes_of = hashes_of_tiles
        self._tiles: Canvas = np.zeros((capacity, _PIXELS), np.uint32)  # only the pages of slots in use are touched
        self._ids: Numbers = np.full(capacity, -1, np.int64)
        self._hashes: Hashes = np.zeros(capacity, np.uint64)
        self._used_at: Numbers = np.zeros(capacity, np.int64)
        self._slots: dict[int, int] = {}  # by hash
        self._free: list[int] = list(range(capacity - 1, -1, -1))
        self._clock = 0

    def __len__(self) -> int:
        return len(self._slots)

    def clear(self) -> None:
        """Forget everything: a new segment begins."""
        self._slots.clear()
        self._free = list(range(self._capacity - 1, -1, -1))

    def find(self, tiles: Canvas) -> tuple[Numbers, Hashes]:
        """The id of each tile (n, 16, 64), or -1; and their hashes, for `add`."""
        ids, hashes = np.full(len(tiles), -1, np.int64), np.zeros(len(tiles), np.uint64)
        self._clock += 1
        for start in range(0, len(tiles), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            hashes[part] = self._hashes_of(tiles[part])
            ids[part] = self._find(tiles[part], hashes[part])
        return ids, hashes

    def _find(self, tiles: Canvas, hashes: Hashes) -> Numbers:
        ids = np.full(len(tiles), -1, np.int64)
        slots = np.array(list(map(self._slots.get, hashes.tolist(), itertools.repeat(-1))), np.int64)
        held = np.flatnonzero(slots >= 0)
        slots = slots[held]
        same = (self._tiles[slots] == tiles[held].reshape(-1, _PIXELS)).all(axis=1)
        ids[held[same]] = self._ids[slots[same]]
        self._used_at[slots[same]] = self._clock
        return ids

    def add(self, tiles: Canvas, hashes: Hashes, first_id: int) -> tuple[Numbers, Numbers]:
        """Tiles that were not found get ids from `first_id` on. Each tile's id, and which tiles the new ids are.

        A tile of the same hash gives way.
        """
        flat = tiles.reshape(-1, _PIXELS)
        same_as = np.arange(len(tiles))
        remembered: dict[int, int] = {}  # by hash
        for index, number in enumerate(hashes.tolist()):
            other = remembered.setdefault(number, index)
            if other != index and np.array_equal(flat[other], flat[index]):
                same_as[index] = other  # the same new tile stands here twice
            else:
                remembered[number] = index
        new = np.flatnonzero(same_as == np.arange(len(tiles)))
        ids = np.zeros(len(tiles), np.int64)
        ids[new] = np.arange(first_id, first_id + new.size)
        ids = ids[same_as]
        self._remember(remembered, flat, ids)
        return ids, new

    def _remember(self, tiles_by_hash: dict[int, int], flat: Canvas, ids: Numbers) -> None:
        if len(tiles_by_hash) > self._capacity:
            tiles_by_hash = dict(itertools.islice(tiles_by_hash.items(), self._capacity))
        self._make_room(len(tiles_by_hash))
        slots = []
        for number in tiles_by_hash:
            slot = self._slots.get(number)
            if slot is None:
                slot = self._slots[number] = self._free.pop()
            slots.append(slot)
        tiles = list(tiles_by_hash.values())
        for slot, tile in zip(slots, tiles, strict=True):
            self._tiles[slot] = flat[tile]
        self._ids[slots] = ids[tiles]
        self._hashes[slots] = np.fromiter(tiles_by_hash, np.uint64, len(slots))
        self._used_at[slots] = self._clock

    def _make_room(self, tiles: int) -> None:
        missing = tiles - len(self._free)
        if missing > 0:
            count = max(missing, self._capacity // _FORGET_ONE_IN)
            in_use = np.fromiter(self._slots.values(), np.int64, len(self._slots))
            for slot in in_use[np.argsort(self._used_at[in_use], kind="stable")[:count]].tolist():
                del self._slots[int(self._hashes[slot])]
                self._free.append(slot)
