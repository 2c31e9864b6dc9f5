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
_GOLDEN, _FIRST_MIX, _SECOND_MIX = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xBF58476D1CE4E5B9),
    np.uint64(0x94D049BB133111EB),
)


def _odd_weights(count: int) -> Hashes:
    """Numbers without a pattern (splitmix64): importing numpy's own would take a start-up's twentieth."""
    mixed = np.arange(1, count + 1, dtype=np.uint64) * _GOLDEN
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST_MIX
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND_MIX
    return np.asarray(mixed ^ (mixed >> np.uint64(31)) | np.uint64(1))


_WEIGHTS = _odd_weights(_PIXELS // 2)


def hashes_of(tiles: Canvas) -> Hashes:
    """A number for each tile (n, 16, 64), the same for equal tiles."""
    return sums_of(np.ascontiguousarray(tiles).reshape(len(tiles), _PIXELS).view(np.uint64))


def sums_of(words: Hashes) -> Hashes:
    """A number for each row of words, the same for equal rows of one length; at most as many words as a tile has."""
    sums: Hashes = np.einsum("ij,j->i", words, _WEIGHTS[: words.shape[1]])
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
        known, shown = self._tiles[slots].view(np.uint64), tiles[held].reshape(-1, _PIXELS).view(np.uint64)
        same = (known == shown).all(axis=1)
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
