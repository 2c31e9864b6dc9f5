"""An LZMA stream that the compiled kernel makes: what is kept of it from one stretch to the next."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from recorder.codec.numpy_kernel import Hashes, Numbers16
from recorder.codec.tiles import Bytes, Canvas
from recorder.errors import BugError

Press: TypeAlias = Callable[[bytes, Bytes, Canvas, Canvas, Numbers16, Hashes, Bytes], int]

DICTIONARY_BYTES = 1 << 19
# What kernel_lzma.c and its header say, too.
_WINDOW_BYTES = 2 * DICTIONARY_BYTES
_HEADS = 1 << 16
_CHANCES = 2166
_EVEN = 1024  # of 2048
_REGISTERS = 11
_RANGE, _CACHED = 1, 3
_SPARE_BYTES = 4096


class PressedStream:
    """One stream, from its beginning."""

    def __init__(self, press: Press) -> None:
        self._press = press
        self._window = np.empty(_WINDOW_BYTES, np.uint8)
        self._heads = np.zeros(_HEADS, np.uint32)
        self._chain = np.empty(DICTIONARY_BYTES, np.uint32)  # read only where it was written
        self._chances = np.full(_CHANCES, _EVEN, np.uint16)
        self._registers = np.zeros(_REGISTERS, np.uint64)
        self._registers[_RANGE] = 0xFFFFFFFF
        self._registers[_CACHED] = 1

    def compress(self, plain: bytes) -> bytes:
        """The bytes that follow in the stream; the last few are held back until more comes."""
        out = np.empty(2 * len(plain) + _SPARE_BYTES, np.uint8)  # what cannot be compressed takes a little more
        size_bytes = self._press(plain, self._window, self._heads, self._chain, self._chances, self._registers, out)
        if size_bytes > out.size:
            msg = f"{len(plain)} bytes became {size_bytes}"
            raise BugError(msg)
        return out[:size_bytes].tobytes()
