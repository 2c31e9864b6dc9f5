"""The tiles already sent in a segment, found by what they show."""

import itertools
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from recorder.codec.tiles import TILE_HEIGHT_PX, TILE_WIDTH_PX, Canvas, Numbers

CAPACITY_TILES = 4096  # 17 MB of 4 KB each: two full 1080p pictures without a tile in common
_PIXELS = TILE_HEIGHT_PX * TILE_WIDTH_PX
_PLACE_BITS = _PIXELS.bit_length() - 1
NO_PIXEL = np.uint32(0xFFFFFFFF)  # no pixel has a fourth byte
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
        self._slots_of_ids = np.full(_AT_ONCE, -1, np.int32)  # the last is that of any id beyond
        self._free: list[int] = list(range(capacity - 1, -1, -1))
        self._clock = 0

    def __len__(self) -> int:
        return len(self._slots)

    def clear(self) -> None:
        """Forget everything: a new segment begins."""
        self._slots.clear()
        self._slots_of_ids = np.full(_AT_ONCE, -1, np.int32)
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
        ids = np.zeros(len(tiles), np.int64)
        new: list[int] = []
        flat = tiles.reshape(-1, _PIXELS)
        for index, number in enumerate(hashes.tolist()):
            slot = self._slots.get(number, -1)
            if slot >= 0 and self._ids[slot] >= first_id and np.array_equal(self._tiles[slot], flat[index]):
                ids[index] = self._ids[slot]  # the same new tile stands here twice
                continue
            ids[index] = first_id + len(new)
            new.append(index)
            self._put(self._slot_for(number, slot), number, flat[index], int(ids[index]))
        return ids, np.array(new, np.int64)

    def pixels_at(self, origins: Canvas) -> Canvas:
        """The pixels with these origins (tile id * 1024 + place); NO_PIXEL where a tile is not remembered."""
        slots = self._slots_of_ids.take(origins >> np.uint32(_PLACE_BITS), mode="clip")
        pixels: Canvas = self._tiles.ravel().take(
            (slots.astype(np.int64) << _PLACE_BITS) + (origins & np.uint32(_PIXELS - 1)), mode="clip"
        )
        pixels[slots < 0] = NO_PIXEL
        return pixels

    def _slot_for(self, number: int, slot: int) -> int:
        if slot >= 0:
            self._slots_of_ids[self._ids[slot]] = -1
            return slot
        if not self._free:
            self._forget()
        return self._free.pop()

    def _put(self, slot: int, number: int, pixels: Canvas, identity: int) -> None:
        self._slots[number] = slot
        if identity + 1 >= self._slots_of_ids.size:
            more = np.full(self._slots_of_ids.size + identity, -1, np.int32)
            self._slots_of_ids = np.concatenate((self._slots_of_ids, more))
        self._slots_of_ids[identity] = slot
        self._tiles[slot] = pixels
        self._ids[slot] = identity
        self._hashes[slot] = number
        self._used_at[slot] = self._clock

    def _forget(self) -> None:
        count = max(1, self._capacity // _FORGET_ONE_IN)
        for slot in np.argsort(self._used_at, kind="stable")[:count].tolist():
            del self._slots[int(self._hashes[slot])]
            self._slots_of_ids[self._ids[slot]] = -1
            self._free.append(slot)
