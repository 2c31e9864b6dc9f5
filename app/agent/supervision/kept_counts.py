"""What counts and sequences of rules stand at, kept by both processes: whichever is killed, the other one knows."""

import threading
from collections import deque
from collections.abc import Iterable

import msgspec

from recorder.detect.counted import Counted

MOST_BYTES = 2 << 20

_encoder = msgspec.msgpack.Encoder()


class KeptCounts:
    """For any thread. Bounded: where more is counted, the correlation that counts most gives up its oldest.

    It lies in the memory of two processes that no other process of the operator may look into, and on no disk.
    """

    def __init__(self, session_id: str = "", *, most_bytes: int = MOST_BYTES) -> None:
        self.session_id = session_id
        self.left_out = 0
        self._most_bytes = most_bytes
        self._gate = threading.Lock()
        self._kept: dict[str, deque[tuple[Counted, int]]] = {}
        self._bytes: dict[str, int] = {}

    def add(self, counted: Iterable[Counted], *, left_out: int = 0) -> None:
        """These came after those that are kept; so many before them were given up by whoever says so."""
        with self._gate:
            self.left_out += left_out
            for one in counted:
                self._take(one)

    @property
    def all(self) -> tuple[Counted, ...]:
        """What still counts; of each correlation in its order."""
        with self._gate:
            return tuple(one for kept in self._kept.values() for one, _ in kept)

    def _take(self, one: Counted) -> None:
        kept = self._kept.setdefault(one.correlation, deque())
        while kept and kept[0][0].at_ns < one.at_ns - one.within_ns:
            self._drop_oldest(one.correlation)
        if one.fired:
            left = [(other, size) for other, size in kept if other.group != one.group]
            self._kept[one.correlation] = deque(left)
            self._bytes[one.correlation] = sum(size for _, size in left)
            return
        size = len(_encoder.encode(one))
        kept.append((one, size))
        self._bytes[one.correlation] = self._bytes.get(one.correlation, 0) + size
        while sum(self._bytes.values()) > self._most_bytes:
            self._drop_oldest(max(self._bytes, key=self._bytes.__getitem__))
            self.left_out += 1

    def _drop_oldest(self, correlation: str) -> None:
        _, size = self._kept[correlation].popleft()
        self._bytes[correlation] -= size
