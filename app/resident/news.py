"""What the resident window is told, and what it asks: the seam between it and whatever supervises the recorder."""

import enum
from dataclasses import dataclass
from typing import Protocol

from recorder.logrow import LogRow


class RecorderState(enum.StrEnum):
    """What is known of the process that records."""

    STARTING = "starting"
    RECORDING = "recording"
    RESTARTING = "restarting"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Supervised:
    """How the recorder does. `problem` is a sentence, "" if there is none; `since_wall_ns` is when this state began."""

    state: RecorderState
    since_wall_ns: int | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SessionBegun:
    """A recording was begun, or goes on after `lost_ns` in which nothing was recorded."""

    folder: str
    operator: str
    host: str
    purpose: str
    started_wall_ns: int
    lost_ns: int = 0


@dataclass(frozen=True, slots=True)
class RowsSaid:
    """Rows of the operation log that are sealed, in their order, their texts inert."""

    rows: tuple[LogRow, ...]


@dataclass(frozen=True, slots=True)
class MiniatureTaken:
    """The desktop as auditors will see it, small, masks included; `image` is a JPEG or PNG."""

    at_ns: int
    image: bytes


@dataclass(frozen=True, slots=True)
class AlertRaised:
    """A rule fired, and these responses (of `recorder.policy.sections.Response`) are wanted, the mildest first."""

    at_ns: int
    rule: str
    title: str
    severity: str
    reason: str
    responses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StorageNow:
    """The storage is "ample", "low", "reserve" or "full", and what is done then (a `StorageAction`, "": nothing)."""

    state: str
    free_bytes: int
    action: str = ""


@dataclass(frozen=True, slots=True)
class StorageEnds:
    """There is no room for recordings, nothing is recorded, and the policy ends the session; `problem` is a sentence.

    It holds until a session is begun (`SessionBegun`).
    """

    problem: str


@dataclass(frozen=True, slots=True)
class Alive:
    """The recorder said that it lives, and whoever supervises it heard that."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A sentence for the operator, of the world: something beside the recording does not work."""

    sentence: str


News = Alive | Supervised | SessionBegun | RowsSaid | MiniatureTaken | AlertRaised | StorageNow | StorageEnds | Noted


class Asks(Protocol):
    """What the window asks of whatever supervises the recorder. Never waits; called from the window's thread."""

    def notice_shown(self, language: str, text: str) -> None:
        """The operator sees this notice."""

    def notice_acknowledged(self, purpose: str) -> None:
        """The operator confirmed the notice that was shown last."""

    def response_given(self, alert: AlertRaised, response: str, outcome: str, said: str) -> None:
        """What was done about an alert, how it went, and what the operator said."""

    def show_miniatures(self, wanted: bool) -> None:
        """Send miniatures from now on, or no more."""

    def indicator_hidden(self, how: str) -> None:
        """Somebody kept the indicator from being seen; it is there again."""

    def stop(self, detail: str) -> None:
        """The operator ends the recording, as the policy lets them."""
