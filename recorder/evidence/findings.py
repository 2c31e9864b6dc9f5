"""What can be found wrong with a recording: stable names, how bad each is, and a verdict out of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, IntEnum, StrEnum


class Severity(Enum):
    """How bad a finding is."""

    NOTE = "note"
    PARTIAL = "partial"
    ALTERED = "altered"
    CANNOT_JUDGE = "cannot judge"
    READ_FAILED = "read failed"


class Status(IntEnum):
    """The verdict; its number is the exit status of `verify`."""

    SOUND = 0
    PARTIAL = 1
    ALTERED = 2
    CANNOT_JUDGE = 3
    READ_FAILED = 4


class Code(StrEnum):
    """Stable names of findings, besides those of `recorder.format.record.Damage`."""

    # A record
    NO_HEADER = "NO_HEADER"
    SECOND_HEADER = "SECOND_HEADER"
    SEQ_GAP = "SEQ_GAP"
    CHAIN_BREAK = "CHAIN_BREAK"
    BAD_SIGNATURE = "BAD_SIGNATURE"
    VERSION_CHANGED = "VERSION_CHANGED"
    UNKNOWN_TYPE = "UNKNOWN_TYPE"
    UNPROVEN = "UNPROVEN"
    TRAILING_DATA = "TRAILING_DATA"
    TORN_TAIL = "TORN_TAIL"
    TORN_TAIL_ZEROS = "TORN_TAIL_ZEROS"
    OPEN_NO_END = "OPEN_NO_END"
    # A segment
    EMPTY_SEGMENT = "EMPTY_SEGMENT"
    SEGMENT_MISSING = "SEGMENT_MISSING"
    SEGMENT_LINK_BREAK = "SEGMENT_LINK_BREAK"
    SEGMENT_ABANDONED = "SEGMENT_ABANDONED"
    SPLICED = "SPLICED"
    UNACKNOWLEDGED = "UNACKNOWLEDGED"
    # The whole
    NOT_A_RECORDING = "NOT_A_RECORDING"
    WRONG_NAME = "WRONG_NAME"
    UNKNOWN_DEVICE = "UNKNOWN_DEVICE"
    READ_ERROR = "READ_ERROR"
    # Time
    HEARTBEAT_GAP = "HEARTBEAT_GAP"
    TIME_STEP = "TIME_STEP"
    TIME_BACK = "TIME_BACK"
    # Content, with a key
    CONTENT_NOT_CHECKED = "CONTENT_NOT_CHECKED"
    CHANGED_SINCE = "CHANGED_SINCE"
    DECRYPT_FAIL = "DECRYPT_FAIL"
    UNDECODABLE = "UNDECODABLE"
    GAP = "GAP"


_ORDER = {
    Severity.ALTERED: Status.ALTERED,
    Severity.READ_FAILED: Status.READ_FAILED,
    Severity.CANNOT_JUDGE: Status.CANNOT_JUDGE,
    Severity.PARTIAL: Status.PARTIAL,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found, and where. `at_ns` to `end_ns` is the session's time that it touches; None is not known."""

    code: str
    segment: int | None
    sequence: int | None
    offset_bytes: int | None
    at_ns: int | None
    end_ns: int | None
    sentence: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` says of a recording. `duration_ns` reaches to the last sound record, None if there is none."""

    findings: tuple[Finding, ...]
    status: Status
    segments: int
    chunks: int
    size_bytes: int
    duration_ns: int | None
    content_checked: bool

    @property
    def exit_status(self) -> int:
        """0 sound, 1 sound but partial, 2 altered, 3 cannot judge, 4 the reading failed."""
        return int(self.status)


def status_of(findings: Iterable[Finding]) -> Status:
    """The verdict: proof of an alteration outweighs all, then what kept us from judging, then what is missing."""
    met = {finding.severity for finding in findings}
    return next((status for severity, status in _ORDER.items() if severity in met), Status.SOUND)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings in the order of the recording, so that two runs say the same."""

    def place(finding: Finding) -> tuple[int, int, int, str]:
        return (finding.segment or 0, finding.offset_bytes or 0, finding.sequence or 0, finding.code)

    return tuple(sorted(findings, key=place))
