"""Sheets compressed one after the other, so that each finds again what stood in those before it.

A group is one raw LZMA stream, of which every sheet has its stretch. Python's lzma cannot be flushed: the encoder keeps
the last 4,370 bytes for itself, and the last few bytes of its output. So each sheet is followed by a filler, which
pushes all of the sheet out: some bytes that cannot be guessed from those before, then zeros, which cost nothing. The
decoder counts the filler and throws it away. The compiled kernel, where there is one, makes the same kind of stream in
less time; only the last few bytes are kept back there, but the filler is what the decoder counts on.
"""

import hashlib
import lzma
from collections.abc import Iterator, Sequence

from recorder.codec.errors import DamagedPictureError
from recorder.codec.pressing import DICTIONARY_BYTES, Press, PressedStream

GROUP_BYTES = 3 << 18  # more history is a few percent smaller, and dearer to begin in the middle of
MAX_GROUP_BYTES = 1 << 24
_PUSHING_BYTES = 16  # five would do, but for carries
_LOOKAHEAD_BYTES = 4480
_FILLER_BYTES = _PUSHING_BYTES + _LOOKAHEAD_BYTES
_PIECE_BYTES = 4096  # what a larger piece makes might not fit into the buffer that Python begins with, and stay behind
_AT_ONCE_BYTES = 1 << 20  # so that a hostile group does not take its 16 MB at once
_FORMAT = {"id": lzma.FILTER_LZMA1, "dict_size": DICTIONARY_BYTES, "lc": 0, "lp": 0, "pb": 3}
# Chains of three bytes, not four: 0.4 % larger for a tenth less CPU, as their tables stay in the processor's cache.
_EFFORT = {"preset": 3, "mf": lzma.MF_HC3, "depth": 24}


class _Liblzma:
    """A stream that Python's lzma makes."""

    def __init__(self) -> None:
        self._compressor = lzma.LZMACompressor(lzma.FORMAT_RAW, filters=[_FORMAT | _EFFORT])

    def compress(self, plain: bytes) -> bytes:
        """The bytes that follow in the stream; the last few are held back until more comes."""
        whole = memoryview(plain)
        pieces = range(0, len(whole), _PIECE_BYTES)
        return b"".join([self._compressor.compress(whole[at : at + _PIECE_BYTES]) for at in pieces])


class GroupWriter:
    """The encoder's side of one group. `press`: the compiled kernel's, if there is one."""

    def __init__(self, first_id: int, press: Press | None = None) -> None:
        self.first_id = first_id
        self.size_bytes = 0
        self._stream = _Liblzma() if press is None else PressedStream(press)

    def add(self, plain: bytes) -> bytes:
        """The stretch of a sheet with these bytes, at least one: after none, the next filler could be guessed."""
        pushing = hashlib.blake2b(self.size_bytes.to_bytes(8, "little"), digest_size=_PUSHING_BYTES).digest()
        self.size_bytes += len(plain)
        return self._stream.compress(b"".join((plain, pushing, bytes(_LOOKAHEAD_BYTES))))


class GroupReader:
    """The decoder's side of one group: its sheets in their order."""

    def __init__(self, first_id: int) -> None:
        self.first_id = first_id
        self.read_bytes = 0
        self._inflater = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[_FORMAT])
        self._filler_bytes = 0  # still to come of the filler before

    def read(self, stretches: Sequence[bytes], sizes_bytes: Sequence[int]) -> Iterator[bytes]:
        """The bytes of the next sheets, so many each.

        Some at once: what is between two of them is Python's, which only one thread can run.
        """
        begin = 0
        while begin < len(sizes_bytes):
            end = begin + 1
            together = sizes_bytes[begin]
            while end < len(sizes_bytes) and together + sizes_bytes[end] <= _AT_ONCE_BYTES:
                together += sizes_bytes[end]
                end += 1
            yield from self._read_at_once(stretches[begin:end], sizes_bytes[begin:end])
            begin = end

    def _read_at_once(self, stretches: Sequence[bytes], sizes_bytes: Sequence[int]) -> Iterator[bytes]:
        at = self._filler_bytes
        end = at + sum(sizes_bytes) + _FILLER_BYTES * (len(sizes_bytes) - 1)
        try:
            plain = self._inflater.decompress(b"".join(stretches), end + _FILLER_BYTES)
        except (lzma.LZMAError, EOFError) as error:
            raise _damaged() from error
        if len(plain) < end or self._inflater.eof:
            raise _damaged()
        self._filler_bytes = end + _FILLER_BYTES - len(plain)
        for size_bytes in sizes_bytes:
            yield plain[at : at + size_bytes]
            at += size_bytes + _FILLER_BYTES
            self.read_bytes += size_bytes


def _damaged() -> DamagedPictureError:
    return DamagedPictureError("a sheet is damaged")
