"""Numbers as bytes, small ones as few."""

from collections.abc import Iterable


def zigzag(number: int) -> int:
    """A number of either sign as one that is not negative."""
    return number * 2 if number >= 0 else -number * 2 - 1


def varints(numbers: Iterable[int]) -> bytes:
    """Numbers as LEB128."""
    out = bytearray()
    for number in numbers:
        while number > 0x7F:
            out.append(number & 0x7F | 0x80)
            number >>= 7
        out.append(number)
    return bytes(out)
