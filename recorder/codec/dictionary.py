"""The tiles already sent in a segment, found by what they show."""

import itertools

import numpy as np

from recorder.codec import fused
from recorder.codec.fused import Kernel
from recorder.codec.numpy_kernel import Hashes
from recorder.codec.tiles import PIXELS_A_TILE, Canvas, Mask, Numbers

CAPACITY_TILES = 2560  # 10 MB of 4 KB each: a full 1080p picture and a quarter without a tile in common
_FORGET_ONE_IN = 64

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


WEIGHTS = _odd_weights(PIXELS_A_TILE // 2)


class TileDictionary:
    """Ids of tiles by their pixels; the least recently used are forgotten (and would be sent again).

    A hash chooses the slot, the pixels decide: two tiles of one hash are two tiles.
    """

    def __init__(self, *, capacity: int = CAPACITY_TILES, kernel: Kernel | None = None) -> None:
        self._capacity = capacity
        self._kernel = kernel or fused.choose().kernel
        # Only the pages of slots in use are touched.
        self._tiles: Canvas = np.zeros((capacity, PIXELS_A_TILE), np.uint32)
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

    def find(self, canvas: Canvas, positions: Numbers) -> tuple[Numbers, Hashes]:
        """The id of each of these tiles of a picture, or -1; and their hashes, for `add`."""
        self._clock += 1
        hashes = np.empty(positions.size, np.uint64)
        self._kernel.hash_tiles(canvas, positions, WEIGHTS, hashes)
        slots = np.array(list(map(self._slots.get, hashes.tolist(), itertools.repeat(-1))), np.int64)
        same = np.empty(positions.size, np.bool_)
        self._kernel.same_tiles(canvas, positions, self._tiles, slots, same)
        used = slots[same]
        self._used_at[used] = self._clock
        ids = np.full(positions.size, -1, np.int64)
        ids[same] = self._ids[used]
        return ids, hashes

    def add(self, canvas: Canvas, positions: Numbers, hashes: Hashes, first_id: int) -> tuple[Numbers, Numbers]:
        """Tiles that were not found get ids from `first_id` on. Each tile's id, and which tiles the new ids are.

        A tile of the same hash gives way.
        """
        same_as, remembered = self._alike(canvas, positions, hashes.tolist())
        new = np.flatnonzero(same_as == np.arange(positions.size))
        ids = np.zeros(positions.size, np.int64)
        ids[new] = np.arange(first_id, first_id + new.size)
        ids = ids[same_as]
        self._remember(remembered, canvas, positions, ids)
        return ids, new

    def _alike(self, canvas: Canvas, positions: Numbers, hashes: list[int]) -> tuple[Numbers, dict[int, int]]:
        """The first tile that each is equal to; and the last tile of each hash that is equal to none before."""
        same_as = np.arange(positions.size)
        remembered: dict[int, int] = {}
        firsts = np.array([remembered.setdefault(number, index) for index, number in enumerate(hashes)], np.int64)
        again = np.flatnonzero(firsts != same_as)
        if again.size:
            others = firsts[again]
            if self._are_equal(canvas, positions[again], positions[others]).all():
                same_as[again] = others  # the same new tiles stand here several times
            else:
                remembered = self._one_by_one(canvas, positions, hashes, same_as)
        return same_as, remembered

    def _one_by_one(self, canvas: Canvas, positions: Numbers, hashes: list[int], same_as: Numbers) -> dict[int, int]:
        """What `_alike` gives where two tiles have one hash and differ."""
        remembered: dict[int, int] = {}
        for index, number in enumerate(hashes):
            other = remembered.setdefault(number, index)
            if other != index and self._are_equal(canvas, positions[[other]], positions[[index]]).all():
                same_as[index] = other
            else:
                remembered[number] = index
        return remembered

    def _are_equal(self, canvas: Canvas, some: Numbers, others: Numbers) -> Mask:
        same = np.empty(some.size, np.bool_)
        self._kernel.equal_tiles(canvas, some, others, same)
        return same

    def _remember(self, tiles_by_hash: dict[int, int], canvas: Canvas, positions: Numbers, ids: Numbers) -> None:
        if len(tiles_by_hash) > self._capacity:
            tiles_by_hash = dict(itertools.islice(tiles_by_hash.items(), self._capacity))
        self._make_room(len(tiles_by_hash))
        slots = []
        for number in tiles_by_hash:
            slot = self._slots.get(number)
            if slot is None:
                slot = self._slots[number] = self._free.pop()
            slots.append(slot)
        into, tiles = np.array(slots, np.int64), np.fromiter(tiles_by_hash.values(), np.int64, len(slots))
        self._kernel.store_tiles(canvas, positions[tiles], self._tiles, into)
        self._ids[into] = ids[tiles]
        self._hashes[into] = np.fromiter(tiles_by_hash, np.uint64, len(slots))
        self._used_at[into] = self._clock

    def _make_room(self, tiles: int) -> None:
        missing = tiles - len(self._free)
        if missing > 0:
            count = max(missing, self._capacity // _FORGET_ONE_IN)
            in_use = np.fromiter(self._slots.values(), np.int64, len(self._slots))
            for slot in in_use[np.argsort(self._used_at[in_use], kind="stable")[:count]].tolist():
                del self._slots[int(self._hashes[slot])]
                self._free.append(slot)
