"""Deflated bytes that somebody else may have made, inflated up to a limit."""

import zlib


def inflate(data: bytes | memoryview, limit_bytes: int, *, wbits: int = zlib.MAX_WBITS) -> bytes | None:
    """What was deflated; None if it is cut short, has something behind it, or is more than the limit.

    Raises:
        zlib.error: it is damaged.
    """
    inflater = zlib.decompressobj(wbits=wbits)
    plain = inflater.decompress(data, limit_bytes)
    return plain if inflater.eof and not inflater.unused_data else None
