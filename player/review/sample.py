"""A sample that everybody draws alike: by a seed and a period, from the recordings' ids alone."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

_CONTEXT = "tachiai-sample/1"


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn, in the order of drawing. `population`: how many there were; `digest`: of which."""

    session_ids: tuple[str, ...]
    population: int
    digest: str


def place_of(seed: str, session_id: str) -> str:
    """Where a recording stands for this seed: the smallest are drawn."""
    return hashlib.sha256("\0".join((_CONTEXT, seed, session_id)).encode("utf-8", "surrogatepass")).hexdigest()


def draw(session_ids: Iterable[str], *, seed: str, count: int) -> Sample:
    """So many of these, or all if there are fewer."""
    everyone = sorted(set(session_ids))
    drawn = sorted(everyone, key=lambda one: place_of(seed, one))[:count]
    listed = "".join(f"{one}\n" for one in everyone).encode("utf-8", "surrogatepass")
    return Sample(tuple(drawn), len(everyone), hashlib.sha256(listed).hexdigest())
