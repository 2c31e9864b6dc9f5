"""What the resident agent and its recorder say to each other: MessagePack, each with its length before it.

Times are of the boot clock, which both processes read alike. A message of a kind that the other does not know ends the
connection: both are always of the same version, since one starts the other.
"""

import struct

import msgspec

from app.channels.message import AlertMessage
from recorder.agent_events import EvasionSign, NoticeAcknowledged, NoticeShown, ResponseGiven
from recorder.detect.counted import Counted
from recorder.events import Alert
from recorder.format.header import PreviousSegment

LENGTH = struct.Struct(">I")
LONGEST_BYTES = 8 << 20


class Message(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Anything that is said."""


# --- the recorder says ------------------------------------------------------------------------------------------------


class Health(msgspec.Struct, frozen=True, array_like=True):
    """How a recorder that records does.

    `turned_boot_ns`: when its sealing thread was last seen to live. `sealed_boot_ns`: all that happened up to then is
    on the disk, and `tip` is the newest record there.
    """

    turned_boot_ns: int
    sealed_boot_ns: int
    tip: PreviousSegment | None
    at_ns: int
    changes: int
    bytes_sealed: int
    chunks: int


class Heartbeat(Message, frozen=True):
    """The sender lives; `health` only from a recorder that records."""

    boot_ns: int
    health: Health | None = None


class Started(Message, frozen=True):
    """It records now. `segment` is the one that was begun; `lost_ns` how long nothing was recorded before."""

    folder: str
    session_id: str
    operator: str
    host: str
    purpose: str
    started_boot_ns: int
    started_wall_ns: int
    segment: int
    lost_ns: int = 0


class RowSaid(msgspec.Struct, frozen=True, array_like=True):
    """A row of the operation log, its text inert."""

    at_ns: int
    end_ns: int
    kind: str
    text: str
    detail: str
    severity: str
    application: str | None = None


class Rows(Message, frozen=True):
    """Rows that are complete now, in their order; sealed already."""

    rows: tuple[RowSaid, ...]


class Miniature(Message, frozen=True):
    """The desktop as auditors will see it, small; `image` is a JPEG."""

    at_ns: int
    width_px: int
    height_px: int
    image: bytes


class AlertRaised(Message, frozen=True):
    """A rule fired, and these responses are wanted, the mildest first."""

    at_ns: int
    rule: str
    version: str
    title: str
    severity: str
    reason: str
    responses: tuple[str, ...] = ()


class AlertLeaves(Message, frozen=True):
    """This goes to the channels: the resident puts it into their queue as well, which takes it once."""

    message: AlertMessage


class CountsSaid(Message, frozen=True):
    """Counts and sequences of rules took this in; the next recorder of this session goes on with it (`KeptCounts`)."""

    session_id: str
    counted: tuple[Counted, ...]
    left_out: int = 0


class StorageSaid(Message, frozen=True):
    """The storage is now "ample", "low", "reserve" or "full", and what is done about it."""

    state: str
    free_bytes: int
    action: str = ""


class PolicySaid(Message, frozen=True):
    """This policy is in force; version 0: the built-in one."""

    version: int
    organisation: str
    sha256: bytes
    root: bytes = b""


class Noted(Message, frozen=True):
    """A sentence for the person at the machine."""

    sentence: str


class ToldToEnd(Message, frozen=True):
    """Somebody sent the recorder SIGTERM or the like. Is the session over?"""


class WitnessKept(Message, frozen=True):
    """What was said with these numbers (`Witnessed`) is in the recording, on the disk."""

    numbers: tuple[int, ...]


class Refused(Message, frozen=True):
    """It could not begin: why, in a sentence, and the exit status for that."""

    sentence: str
    exit_status: int


class Ended(Message, frozen=True):
    """The recording is closed and signed (or could not be), for this `EndReason`; `sentence` says what went wrong.

    `reaches_boot_ns` is when the session ended in it (0: not known).
    """

    folder: str
    reason: str
    exit_status: int
    sentence: str = ""
    reaches_boot_ns: int = 0


# --- the resident says ------------------------------------------------------------------------------------------------


class Resume(msgspec.Struct, frozen=True, array_like=True):
    """Go on with this recording: why there is a gap (`GapReason`), in words, and what is known of its beginning.

    `sealed_boot_ns` and `tip` are the last that was heard of the recorder before; None: nothing was.
    """

    folder: str
    reason: str
    detail: str
    sealed_boot_ns: int | None = None
    tip: PreviousSegment | None = None


class Missed(msgspec.Struct, frozen=True, array_like=True):
    """Since when, for which `GapReason` and why in words there is no recording: the next one begins with that gap."""

    since_boot_ns: int
    reason: str
    detail: str


class Begin(Message, frozen=True):
    """The first message to a recorder: what to go on with (None: a new recording), and what it has to know.

    `resident` is the command that starts the resident again; `missed` is what a new recording begins with.
    `policy` is the policy file that the resident began with, whole: it holds until the session is over, whatever
    becomes of the file; b"" is the built-in policy. `counted` is what counts and sequences of rules had taken in of the
    recording to go on with, without so many that were given up (None: that is not known).
    """

    resume: Resume | None
    resident: tuple[str, ...]
    resident_pid: int
    heartbeat_s: float
    silent_after_s: float
    restarts_resident: bool
    missed: Missed | None = None
    policy: bytes = b""
    counted: tuple[Counted, ...] | None = None
    counted_left_out: int = 0


class NoticeHolds(Message, frozen=True):
    """The notice holds the desktop now, or no more. If whoever shows it dies, the recorder holds it meanwhile."""

    holds: bool


class AnswerAwaited(Message, frozen=True):
    """The responses of this alert are on their way: said of each alert when it is heard, and to every next recorder."""

    alert: AlertRaised


# What happens in the resident's sight, by the boot clock but for `ResponseGiven.alert_at_ns`, which is the recording's.
Seen = EvasionSign | Alert | NoticeShown | NoticeAcknowledged | ResponseGiven


class Witnessed(Message, frozen=True):
    """This is to stand in the recording: said again to every recorder, until one answers `WitnessKept`.

    `is_judged`: rules were held against it already, and it is told as it is.
    """

    number: int
    event: Seen
    is_judged: bool = False


class ShowMiniatures(Message, frozen=True):
    """Send miniatures from now on, or no more."""

    wanted: bool


class Stop(Message, frozen=True):
    """Close the recording for this `EndReason`."""

    reason: str
    detail: str = ""


class GoOn(Message, frozen=True):
    """The answer to `ToldToEnd`: the session is not over."""


class AdoptedBy(Message, frozen=True):
    """The first message of a resident that the recorder started: it watches from now on."""

    resident_pid: int


FromRecorder = (
    Heartbeat
    | Started
    | Rows
    | Miniature
    | AlertRaised
    | AlertLeaves
    | CountsSaid
    | StorageSaid
    | PolicySaid
    | Noted
    | ToldToEnd
    | WitnessKept
    | Refused
    | Ended
)
FromResident = Heartbeat | Begin | NoticeHolds | AnswerAwaited | Witnessed | ShowMiniatures | Stop | GoOn | AdoptedBy

_encoder = msgspec.msgpack.Encoder()
_from_recorder: msgspec.msgpack.Decoder[FromRecorder] = msgspec.msgpack.Decoder(FromRecorder)
_from_resident: msgspec.msgpack.Decoder[FromResident] = msgspec.msgpack.Decoder(FromResident)


def packed(message: Message) -> bytes:
    """A message as it travels."""
    body = _encoder.encode(message)
    return LENGTH.pack(len(body)) + body


def from_recorder(body: bytes) -> FromRecorder:
    """What a recorder said. Raises `msgspec.DecodeError`."""
    return _from_recorder.decode(body)


def from_resident(body: bytes) -> FromResident:
    """What the resident said. Raises `msgspec.DecodeError`."""
    return _from_resident.decode(body)
