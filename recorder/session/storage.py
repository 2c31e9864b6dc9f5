"""Watches the room that is left for recordings while one is made, and does what the policy says when it runs out."""

import enum
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from recorder.agent_events import StorageState
from recorder.capture.source import ThreadSource
from recorder.events import SourceStatus
from recorder.policy.sections import StorageAction, StoragePolicy

MB = 1_000_000
TICK_S = 5.0
NEAR_TICK_S = 1.0  # while there is less than ample room
# A state is left only once there is a tenth more room than would be enough to keep out of it: nothing flutters.
BACK_PERCENT = 10
_LIBRARY_LOOKED_AT_EVERY = 120  # ticks; the recordings beside this one seldom change

Measure = Callable[[], int]
Act = Callable[[StorageAction | None, "StorageLevel"], None]


class StorageLevel(enum.StrEnum):
    """How much room there is, from plenty to none."""

    AMPLE = "ample"
    LOW = "low"
    RESERVE = "reserve"
    FULL = "full"


_ORDER = tuple(StorageLevel)


def level_of(free_bytes: int, policy: StoragePolicy, before: StorageLevel = StorageLevel.AMPLE) -> StorageLevel:
    """The state with so much room, after this one."""
    limits_mb = (
        (StorageLevel.FULL, policy.full_mb),
        (StorageLevel.RESERVE, policy.reserve_mb),
        (StorageLevel.LOW, policy.low_mb),
    )
    for level, limit_mb in limits_mb:
        limit = limit_mb * MB
        if _ORDER.index(before) >= _ORDER.index(level):
            limit += limit * BACK_PERCENT // 100
        if free_bytes < limit:
            return level
    return StorageLevel.AMPLE


def action_at(level: StorageLevel, policy: StoragePolicy) -> StorageAction | None:
    """What the policy does in this state; None: there is nothing to do."""
    actions = {
        StorageLevel.LOW: policy.at_low,
        StorageLevel.RESERVE: policy.at_reserve,
        StorageLevel.FULL: policy.at_full,
    }
    return actions.get(level)


class Room:
    """How many bytes recordings may still take: what the disk has, and what the quota of the library leaves."""

    def __init__(self, folder: Path, *, quota_mb: int = 0) -> None:
        self._folder = folder
        self._quota_bytes = quota_mb * MB
        self._others_bytes = 0
        self._looks = 0

    def __call__(self) -> int:
        """Bytes; below 0 if more is taken than the quota allows. Raises OSError if the disk cannot be asked."""
        free_bytes = shutil.disk_usage(self._folder).free
        if not self._quota_bytes:
            return free_bytes
        if self._looks % _LIBRARY_LOOKED_AT_EVERY == 0:
            self._others_bytes = sum(_size(one) for one in self._beside())
        self._looks += 1
        return min(free_bytes, self._quota_bytes - self._others_bytes - _size(self._folder))

    def _beside(self) -> list[Path]:
        with os.scandir(self._folder.parent) as found:
            folders = [Path(one.path) for one in found if one.is_dir(follow_symlinks=False)]
        return [folder for folder in folders if folder.name != self._folder.name]


def must_end(library: Path, policy: StoragePolicy) -> bool:
    """Whether so little room is left in the library that a recording begun now would end at once, by the policy.

    False where it cannot be told: whoever tries will find out.
    """
    try:
        free_bytes = shutil.disk_usage(library).free
        if policy.quota_mb:
            with os.scandir(library) as found:
                folders = [Path(one.path) for one in found if one.is_dir(follow_symlinks=False)]
            free_bytes = min(free_bytes, policy.quota_mb * MB - sum(map(_size, folders)))
    except OSError:
        return False
    return action_at(level_of(free_bytes, policy, StorageLevel.FULL), policy) is StorageAction.END_SESSION


def _size(folder: Path) -> int:
    try:
        with os.scandir(folder) as found:
            return sum(one.stat(follow_symlinks=False).st_size for one in found if one.is_file(follow_symlinks=False))
    except FileNotFoundError:  # a recording that expired just now
        return 0


class StorageWatch(ThreadSource):
    """Says the state of the storage at the start and at each change, and calls `act` with what is to be done then."""

    def __init__(self, policy: StoragePolicy, *, measure: Measure, act: Act) -> None:
        super().__init__("storage")
        self._policy = policy
        self._measure = measure
        self._act = act
        self._level: StorageLevel | None = None
        self._is_blind = False

    def _open(self) -> str:
        self._look()
        return "The room left for recordings is watched."

    def _run(self) -> None:
        while not self._wait_round(self._pause_s()):
            self._look()

    def _pause_s(self) -> float:
        return TICK_S if self._level is StorageLevel.AMPLE else NEAR_TICK_S

    def _look(self) -> None:
        try:
            free_bytes = self._measure()
        except OSError as error:
            self._say_blind(error)
            return
        if self._is_blind:
            self._is_blind = False
            self._say_works("The room left for recordings can be told again.")
        level = level_of(free_bytes, self._policy, self._level or StorageLevel.AMPLE)
        if level is self._level:
            return
        self._level = level
        action = action_at(level, self._policy)
        self._emit(StorageState(self._clock.now_ns(), level, max(0, free_bytes), action or ""))
        self._act(action, level)

    def _say_blind(self, error: OSError) -> None:
        """Not to know is not to have room: it is said, once, and the state stays what it was."""
        if not self._is_blind:
            self._is_blind = True
            sentence = f"The room left for recordings cannot be told ({error.strerror or error})."
            self._emit(SourceStatus(self._clock.now_ns(), self.name, working=False, detail=sentence))
