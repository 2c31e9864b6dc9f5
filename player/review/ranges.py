"""Ranges of time that do not overlap, in order: put together, cut, and counted. Numbers only."""

from collections.abc import Iterable

Range = tuple[int, int]
Ranges = tuple[Range, ...]


def merged(ranges: Iterable[Range], *, bridging_ns: int = 0) -> Ranges:
    """The same time in order, each moment once; what lies no further apart than `bridging_ns` becomes one range."""
    found: list[Range] = []
    for start, end in sorted(one for one in ranges if one[1] > one[0]):
        if found and start <= found[-1][1] + bridging_ns:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def without(ranges: Iterable[Range], taken: Iterable[Range]) -> Ranges:
    """What is in the first and not in the second."""
    left = list(merged(ranges))
    for start, end in merged(taken):
        left = [piece for one in left for piece in ((one[0], min(one[1], start)), (max(one[0], end), one[1]))]
        left = [one for one in left if one[1] > one[0]]
    return merged(left)


def within(ranges: Iterable[Range], start_ns: int, end_ns: int) -> Ranges:
    """What of them lies between these moments."""
    return merged((max(start, start_ns), min(end, end_ns)) for start, end in ranges)


def length_ns(ranges: Iterable[Range]) -> int:
    """How much time it is, each moment counted once."""
    return sum(end - start for start, end in merged(ranges))
