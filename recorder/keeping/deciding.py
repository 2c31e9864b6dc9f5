"""Which recordings expire: only what is closed, old enough or too much, not held, and nothing stands against it."""

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

DAY_NS = 86_400 * 10**9


class Why(enum.StrEnum):
    """Why a recording expires."""

    AGE = "age"
    QUOTA = "quota"


class KeptState(enum.StrEnum):
    """Whether a recording is finished."""

    CLOSED = "closed"
    INTERRUPTED = "interrupted"
    RECORDING = "recording"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Kept:
    """A folder of the library. What is not known is None: such a one never expires."""

    session_id: str
    folder: Path
    state: KeptState
    started_wall_ns: int | None
    ended_wall_ns: int | None
    size_bytes: int
    is_held: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """How long and how much is kept; 0: no limit. `also_interrupted`: what has no end and is not recorded either."""

    keep_days: int
    quota_bytes: int
    now_wall_ns: int
    also_interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """`why` it expires; None: it does not, though it would, because of `obstacle`."""

    kept: Kept
    why: Why | None
    obstacle: str = ""


def may_go(kept: Kept, terms: Terms) -> bool:
    """Whether it is one of those that can expire at all."""
    states = {KeptState.CLOSED, KeptState.INTERRUPTED} if terms.also_interrupted else {KeptState.CLOSED}
    return kept.state in states and not kept.is_held and kept.ended_wall_ns is not None


def is_old(kept: Kept, terms: Terms) -> bool:
    """Whether it was kept for as long as it is to be; what ends in the future is not."""
    if not terms.keep_days or kept.ended_wall_ns is None:
        return False
    return terms.now_wall_ns - kept.ended_wall_ns >= terms.keep_days * DAY_NS


def decide(all_kept: Sequence[Kept], terms: Terms, *, obstacle: Callable[[Kept], str]) -> list[Decision]:
    """What goes: what is old, then as many of the oldest as are more than the quota.

    `obstacle` is asked of those that would go, since it may take long; "" is that nothing stands against it.
    """
    decisions: list[Decision] = []
    left_bytes = sum(one.size_bytes for one in all_kept)
    candidates = sorted((one for one in all_kept if may_go(one, terms)), key=_by_age)
    for why in Why:
        decided = {one.kept.session_id for one in decisions}
        for kept in candidates:
            is_over = bool(terms.quota_bytes) and left_bytes > terms.quota_bytes
            if kept.session_id in decided or not (is_old(kept, terms) if why is Why.AGE else is_over):
                continue
            stands = obstacle(kept)
            decisions.append(Decision(kept, None if stands else why, stands))
            left_bytes -= 0 if stands else kept.size_bytes
    return decisions


def _by_age(kept: Kept) -> tuple[int, str]:
    return kept.started_wall_ns or 0, kept.session_id
