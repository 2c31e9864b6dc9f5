"""What the resident's watcher is told to do, and whom it tells what it sees."""

from dataclasses import dataclass, field
from typing import Protocol

from app.agent.supervision.messages import FromRecorder, Stop
from app.agent.supervision.other_process import RecorderProcess
from app.agent.supervision.pulse import STRUCK, BackoffSteps


@dataclass(frozen=True, slots=True)
class WatchLimits:
    """How long each thing may take before it counts as trouble."""

    heartbeat_s: float = 1.0
    silent_after_s: float = 2.0
    starting_s: float = 30.0  # to import its libraries and reach the display on a machine that is busy
    sealing_s: float = 10.0  # a disk that takes longer for one chunk is as good as none
    dying_s: float = 5.0
    closing_s: float = 30.0
    backoff: BackoffSteps = field(default_factory=BackoffSteps)
    struck: BackoffSteps = STRUCK
    restarts_resident: bool = True


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why the recorder is being replaced: a `GapReason`, and the same in words.

    `is_own`: it failed by itself, and may again; else somebody killed or held it, or gave it no time. `ends_session`:
    the policy ends the session because of it, and nothing is recorded until there is room.
    """

    reason: str
    detail: str
    is_own: bool = True
    ends_session: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the watching ended."""

    exit_status: int
    folder: str | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Said:
    """A recorder said this; None: it says no more."""

    sender: RecorderProcess
    message: FromRecorder | None


@dataclass(frozen=True, slots=True)
class Stopped:
    """The system says that this recorder is held."""

    recorder: RecorderProcess


@dataclass(frozen=True, slots=True)
class Asked:
    """The recording is to be closed."""

    stop: Stop


class WatchListener(Protocol):
    """Who hears what the watcher sees. Called from its thread: return soon, touch no widget."""

    def heard(self, message: FromRecorder) -> None:
        """The recorder said this (heartbeats too)."""

    def trouble(self, trouble: Trouble) -> None:
        """The recorder is gone, or is being ended; nothing is recorded until the next `Started` is heard."""

    def waiting(self, seconds: float, failures: int) -> None:
        """It failed so often that the next start waits so long; nothing is recorded meanwhile."""

    def over(self, outcome: Outcome) -> None:
        """The recording is over, and the watcher with it. Called once, last."""
