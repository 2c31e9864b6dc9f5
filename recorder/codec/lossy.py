"""Which tiles are film: sent lossy at a bounded rate while they keep changing, exactly once they rest."""

import numpy as np
import numpy.typing as npt

from recorder.clock import NS_PER_S
from recorder.codec.tiles import Grid, Mask, Numbers

REST_NS = NS_PER_S
_AGAIN_WITHIN_NS = 1_500_000_000
_HITS = 3  # a tile that changed so often in a row, and looks like a photograph, is film
_PHOTO_VARIETY = 0.55
_BESIDE_FILM_VARIETY = 0.33
_KEPT_VARIETY = 0.2
_TOO_MANY_TILES = 600  # more photographic tiles at once than this would take too long to send exactly
_BYTES_PER_S = 150_000  # 540 MB an hour
_SOONEST_NS = 250_000_000
_LATEST_NS = 900_000_000
_BEST_QUALITY, _WORST_QUALITY, _FIRST_QUALITY = 70, 12, 40


class Film:
    """The film on one screen: which tiles, which of them the decoder shows late, and when to send them."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self.lossy: Mask = np.zeros(grid.count, np.bool_)
        self.stale: Mask = np.zeros(grid.count, np.bool_)
        self._joined: Mask = np.zeros(grid.count, np.bool_)
        self._hits: npt.NDArray[np.uint8] = np.zeros(grid.count, np.uint8)
        self._changed_at_ns = np.full(grid.count, -_AGAIN_WITHIN_NS, np.int64)
        self._next_send_ns = 0
        self.quality = _FIRST_QUALITY
        self.halved = False

    def is_film(self, positions: Numbers, variety: npt.NDArray[np.float64], at_ns: int) -> Mask:
        """Which of these tiles, whose content is new, are film now. Remembers that they changed."""
        again = at_ns - self._changed_at_ns[positions] < _AGAIN_WITHIN_NS
        hits = np.where(again, np.minimum(self._hits[positions], 200) + 1, 1)
        self._hits[positions] = hits
        self._changed_at_ns[positions] = at_ns
        photo = variety > _PHOTO_VARIETY
        beside = self._beside_film()[positions] & (variety > _BESIDE_FILM_VARIETY)
        kept = self.lossy[positions] & (variety > _KEPT_VARIETY)
        film: Mask = kept | ((hits >= _HITS) & (photo | beside))
        if np.count_nonzero(photo) > _TOO_MANY_TILES:
            film |= photo
        return film

    def _beside_film(self) -> Mask:
        if not self.lossy.any():
            return self.lossy
        grid = np.pad(self.lossy.reshape(self._grid.rows, self._grid.columns), 1)
        beside = grid[:-2, 1:-1] | grid[2:, 1:-1] | grid[1:-1, :-2] | grid[1:-1, 2:]
        return beside.ravel()

    def show(self, positions: Numbers) -> None:
        """These tiles are film: to be sent lossy. Those that were not until now do not wait for their turn."""
        self._joined[positions] |= ~self.lossy[positions]
        self.lossy[positions] = True
        self.stale[positions] = True

    def settle(self, positions: Numbers) -> None:
        """These tiles are sent exactly."""
        self.lossy[positions] = False
        self.stale[positions] = False
        self._joined[positions] = False

    def resting(self, at_ns: int, *, at_most: int) -> Numbers:
        """The first film tiles that have not changed for a second."""
        resting = self.lossy & (self._changed_at_ns <= at_ns - REST_NS)
        return np.flatnonzero(resting)[:at_most].astype(np.int64)

    def due(self, at_ns: int) -> Numbers:
        """The tiles to send lossy now; none while the rate is used up."""
        waiting = self._joined if at_ns < self._next_send_ns else self.stale
        return np.flatnonzero(waiting).astype(np.int64)

    def sent(self, positions: Numbers, size_bytes: int, at_ns: int) -> None:
        """So many bytes were sent for these tiles: choose when and how well to send the next."""
        is_whole_turn = at_ns >= self._next_send_ns
        self.stale[positions] = False
        self._joined[positions] = False
        cost_ns = size_bytes * NS_PER_S // _BYTES_PER_S
        wait_ns = max(self._next_send_ns - at_ns, 0) + max(cost_ns, _SOONEST_NS)
        self._next_send_ns = at_ns + min(wait_ns, _LATEST_NS)
        if is_whole_turn:
            self._adapt(cost_ns)

    def _adapt(self, cost_ns: int) -> None:
        if cost_ns > _LATEST_NS:
            self.halved = self.halved or self.quality == _WORST_QUALITY
            self.quality = max(_WORST_QUALITY, self.quality * _LATEST_NS * 7 // (cost_ns * 10))
        elif cost_ns > _SOONEST_NS * 2:
            self.quality = max(_WORST_QUALITY, self.quality - 5)
        elif cost_ns < _SOONEST_NS:
            self.quality = min(_BEST_QUALITY, self.quality + 4)
            self.halved = self.halved and self.quality < _FIRST_QUALITY

    @property
    def next_ns(self) -> int | None:
        """When something is to be sent although nothing may change; None if everything is exact."""
        if not self.lossy.any():
            return None
        rests_ns = int(self._changed_at_ns[self.lossy].min()) + REST_NS
        return min(rests_ns, self._next_send_ns) if self.stale.any() else rests_ns
