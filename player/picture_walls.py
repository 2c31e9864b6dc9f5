"""How the walls around picture workers stand here, and what is done where they do not."""

import enum
import os
from collections.abc import Mapping
from dataclasses import dataclass

from player.worker.trial import WALLS
from player.worker.walls import platform_without_walls
from player.worker.wire import Ready, Tried
from recorder.errors import WorldError

WITHOUT_WALLS_VARIABLE = "TACHIAI_WITHOUT_WALLS"


class Standing(enum.Enum):
    """What can be said of the walls."""

    STAND = "stand"
    NONE_HERE = "none_here"  # this system has none to offer
    BROKEN = "broken"  # this system offers them, and one does not stand


class WallsBrokenError(WorldError):
    """A wall does not stand where it should: nothing recorded is decoded."""

    exit_status = 3


@dataclass(frozen=True, slots=True)
class Walls:
    """What the self-test found. `why`: why there are none, or which do not stand; "" if all do."""

    standing: Standing
    why: str
    tried: tuple[Tried, ...]
    landlock: int = 0


def judge_walls(ready: Ready, *, missing: str | None = None) -> Walls:
    """What a worker's self-test means here; `missing` is why this system has no walls, asked of it if None."""
    missing = platform_without_walls() if missing is None else missing
    tried = tuple(one for one in ready.tried if one.wall in WALLS)
    if missing:
        return Walls(Standing.NONE_HERE, missing, tried, ready.landlock)
    standing = {one.wall for one in tried if one.stands}
    fallen = [wall for wall in WALLS if wall not in standing]
    if fallen:
        return Walls(Standing.BROKEN, ", ".join(fallen), tried, ready.landlock)
    return Walls(Standing.STAND, "", tried, ready.landlock)


def goes_without_walls(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this person chose to have pictures decoded although a wall does not stand."""
    return environment.get(WITHOUT_WALLS_VARIABLE, "") == "1"


def require_walls(walls: Walls, *, goes_without: bool) -> None:
    """Refuse to decode behind a wall that does not stand where it should.

    Raises:
        WallsBrokenError: it does not, and nobody chose to go on without.
    """
    if walls.standing is Standing.BROKEN and not goes_without:
        msg = (
            "Pictures are not decoded: the walls around their decoder do not stand here "
            f"({walls.why}). See `tachiai-player walls`."
        )
        raise WallsBrokenError(msg)
