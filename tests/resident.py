"""A resident window without an agent behind it: what it is told, and what it asked."""

from dataclasses import dataclass, field

from app.resident.locking import Outcome
from app.resident.news import AlertRaised, RecorderState, RowsSaid, SessionBegun, StorageNow, Supervised
from app.ui.answers import Desktop
from recorder.geometry import Rect
from recorder.logrow import LogRow
from recorder.policy.agent_policy import AgentPolicy
from recorder.policy.sections import (
    KeysMode,
    MaskRule,
    NoticePolicy,
    PurposeAsked,
    RecordingPolicy,
    Response,
    StoragePolicy,
)

S = 1_000_000_000
STARTED_WALL_NS = 1_795_337_640 * S
ROOT = bytes(range(32))


@dataclass
class Asked:
    """An `Asks` that keeps what it was asked."""

    shown: list[tuple[str, str]] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    responses: list[tuple[AlertRaised, str, str, str]] = field(default_factory=list)
    miniatures: list[bool] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)
    harms: list[str] = field(default_factory=list)

    def notice_shown(self, language, text):
        self.shown.append((language, text))

    def notice_acknowledged(self, purpose):
        self.acknowledged.append(purpose)

    def response_given(self, alert, response, outcome, said):
        self.responses.append((alert, response, outcome, said))

    def show_miniatures(self, wanted):
        self.miniatures.append(wanted)

    def indicator_hidden(self, how):
        self.harms.append(how)

    def stop(self, detail):
        self.stops.append(detail)


def desktop(*, lock: Outcome | None = None, end: Outcome | None = None) -> Desktop:
    """A desktop that locks and ends at once, or as it is said here."""
    return Desktop(lock=lambda: lock or Outcome("a locker", "locked"), end=lambda: end or Outcome("a manager", "asked"))


def policy(**notice: object) -> AgentPolicy:
    """A policy of an organisation; `notice` are settings of its notice."""
    given = {
        "purpose": PurposeAsked.REQUIRED,
        "purpose_pattern": "CHG-[0-9]+",
        "contact": "privacy@example.org",
    } | notice
    return AgentPolicy(
        version=7,
        organisation="Aozora Bank",
        notice=NoticePolicy(**given),  # type: ignore[arg-type]
        recording=RecordingPolicy(keys=KeysMode.TEXT, frames_per_s=5.0),
        storage=StoragePolicy(keep_days=400),
        masks=(
            MaskRule(name="Password manager", reason="secrets of others", applications=("keepass*",)),
            MaskRule(name="Lunch", area=Rect(0, 0, 300, 200), hours="12:00-13:00"),
        ),
        fixed=frozenset({"recording.keys", "recording.frames_per_s", "masks", "notice.purpose", "storage.keep_days"}),
    )


RECORDING = Supervised(RecorderState.RECORDING, STARTED_WALL_NS)
SESSION = SessionBegun("/var/lib/tachiai/20261123-0714-ops", "sato", "db-07", "", STARTED_WALL_NS)
AMPLE = StorageNow("ample", 182_400_000_000)
ROWS = RowsSaid(
    (
        LogRow(0, 0, "session", "Session of sato on db-07 started", "", None, None),
        LogRow(1 * S, 1 * S, "policy", "Policy version 7 of Aozora Bank holds", "signed by 0001020304050607"),
        LogRow(4 * S, 4 * S, "window", "sato@db-07: ~", "xterm", "xterm", "sato@db-07: ~"),
        LogRow(6 * S, 8 * S, "text", "sudo systemctl restart postgresql", "", "xterm", "sato@db-07: ~"),
        LogRow(8 * S, 8 * S, "keys", "Enter", "", "xterm", "sato@db-07: ~"),
        LogRow(9 * S, 11 * S, "hidden", "Hidden input, at most 16 keys", "the terminal does not show it", "xterm"),
        LogRow(12 * S, 12 * S, "process", "systemctl", "started · systemctl restart postgresql", "xterm"),
        LogRow(15 * S, 15 * S, "alert", "A service was restarted", "rule service-restart", "xterm", severity="high"),
    )
)

TOLD = (RECORDING, SESSION, AMPLE, ROWS)  # while all is well


def alert(*responses: Response, rule: str = "audit-log-cleared", at_s: int = 20) -> AlertRaised:
    """A rule fired, and this is wanted."""
    return AlertRaised(
        at_s * S,
        rule,
        "The audit log was cleared",
        "high",
        "Whoever clears the audit log removes the traces of what was done. It needs a ticket of the security team.",
        tuple(one.value for one in responses),
    )
