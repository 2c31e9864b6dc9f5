"""What can happen in a session: one frozen struct a kind of event.

Every event has `at_ns`: nanoseconds since the session began (`recorder.clock.SessionClock`). Events lie on disk and
travel as MessagePack arrays `[kind, at_ns, …]` (`recorder.format.payload`). **The order of fields is the format**: a
new field goes to the end, with a default; a field is never moved, renamed in meaning, or removed. A kind that this
version does not know is kept as `Unknown`. Unknown values are `None`, never a likely value.
"""

import enum

from recorder.agent_events import AGENT_KINDS
from recorder.event import Event as Event
from recorder.event import Ns as Ns
from recorder.event import Value as Value
from recorder.geometry import Rect

# --- the session itself -----------------------------------------------------------------------------------------------


class Screen(Value, frozen=True):
    """One monitor: its number in this session, the outside's name for it, and where it stands on the desktop."""

    number: int
    name: str
    area: Rect
    refresh_hz: float | None = None
    scale: float | None = None


class SessionStarted(Event, frozen=True, tag="session_started"):
    """The first event: who, where, why, and how the recording is made."""

    session_id: str
    operator: str
    host: str
    purpose: str
    started_wall_ns: Ns
    utc_offset_s: int
    program: str
    screen_method: str
    keys_mode: str


class SessionEnded(Event, frozen=True, tag="session_ended"):
    """The last event of a session that was closed: `reason` is one of `EndReason`'s values."""

    reason: str
    detail: str = ""


class PredecessorInterrupted(Event, frozen=True, tag="predecessor_interrupted"):
    """An earlier recording in the same library, `session_id`, was found without an end; it reaches `last_wall_ns`."""

    session_id: str
    last_wall_ns: Ns | None = None


class EndReason(enum.StrEnum):
    """Why a recording was closed."""

    ASKED = "asked"
    TIME_LIMIT = "time_limit"
    DISPLAY_LOST = "display_lost"
    STORAGE_FAILED = "storage_failed"
    STORAGE_FULL = "storage_full"
    LOGGED_OUT = "logged_out"
    RULE = "rule"
    FAULT = "fault"


class GapReason(enum.StrEnum):
    """Why something was not recorded for a time."""

    SUSPENDED = "suspended"
    GRAB_FAILED = "grab_failed"
    LAYOUT_CHANGING = "layout_changing"
    INPUT_LOST = "input_lost"
    EVENTS_DROPPED = "events_dropped"
    STORAGE_FAILED = "storage_failed"
    STALLED = "stalled"
    SOURCE_FAILED = "source_failed"
    RECORDER_DIED = "recorder_died"
    RECORDER_FROZEN = "recorder_frozen"
    STORAGE_FULL = "storage_full"
    DISPLAY_LOST = "display_lost"
    OUT_OF_MEMORY = "out_of_memory"
    TEXT_ONLY = "text_only"


# A source that ends by itself says so in a gap without a length; how long it gave nothing follows in another one.
ENDS_A_SOURCE = frozenset({GapReason.SOURCE_FAILED, GapReason.INPUT_LOST})


class Gap(Event, frozen=True, tag="gap"):
    """From `at_ns` to `end_ns`, `what` ("screen", "screen 2", "input", "everything", …) was not recorded."""

    end_ns: Ns
    what: str
    reason: str
    detail: str = ""


class SourceStatus(Event, frozen=True, tag="source_status"):
    """A source of events works in this way, or does not and why: `working` False means nothing comes from it."""

    source: str
    working: bool
    detail: str


class WallClockChanged(Event, frozen=True, tag="wall_clock_changed"):
    """The machine's wall clock was set: it now stands at `wall_ns`, `step_ns` away from where it would have."""

    wall_ns: Ns
    step_ns: Ns


# --- the screen -------------------------------------------------------------------------------------------------------


class ScreensChanged(Event, frozen=True, tag="screens_changed"):
    """The monitors are now these. A full picture of each follows."""

    screens: tuple[Screen, ...]


class Patch(Event, frozen=True, tag="patch"):
    """A change of one screen's picture. `data` is the codec's (`recorder.codec`), the rest can be read without it.

    `kind` is "full" (stands alone, opens a segment or follows a new layout) or "change" (applies to the picture
    before). `exact` says whether the whole picture equals the screen, pixel by pixel, once this is applied.
    `areas` are the changed areas in the screen's own pixels, at most 16.
    """

    screen: int
    kind: str
    width_px: int
    height_px: int
    exact: bool
    changed_px: int
    areas: tuple[Rect, ...]
    data: bytes


class Snapshot(Event, frozen=True, tag="snapshot"):
    """The whole picture of a screen at this moment, made from tiles already sent, so that a seek can start here.

    `picture_sha256` is over the picture's rows of B, G, R bytes: decoding to anything else is an integrity finding.
    """

    screen: int
    width_px: int
    height_px: int
    exact: bool
    picture_sha256: bytes
    data: bytes


class PointerMoved(Event, frozen=True, tag="pointer_moved"):
    """The pointer is at this place on the desktop."""

    x_px: int
    y_px: int


class PointerShape(Event, frozen=True, tag="pointer_shape"):
    """The pointer looks like this from now on: B, G, R, A bytes (premultiplied), row by row, `hot` is its point."""

    width_px: int
    height_px: int
    hot_x_px: int
    hot_y_px: int
    bgra: bytes
    name: str = ""


# --- input ------------------------------------------------------------------------------------------------------------


class Key(Event, frozen=True, tag="key"):
    """A key went down (or repeated while held). `text` is what it types, "" if it types nothing.

    `name` names keys that type nothing or that cut a piece ("enter", "tab", "esc", "backspace", "left", "f5", …), else
    "". `modifiers` are those held, of "ctrl", "alt", "cmd", "shift"; shift and level-3 shift that only chose the
    character are not among them. `layout` is the keyboard layout in force, None if not known.
    """

    text: str
    name: str = ""
    modifiers: tuple[str, ...] = ()
    repeat: bool = False
    injected: bool | None = None
    layout: str | None = None


class KeyActivity(Event, frozen=True, tag="key_activity"):
    """Some keys went down from `at_ns` to `end_ns`; which ones is not recorded, by policy (`--keys activity`)."""

    end_ns: Ns
    presses: int


class Click(Event, frozen=True, tag="click"):
    """A pointer button ("left", "middle", "right", "x1", …) went down or up at this place on the desktop."""

    x_px: int
    y_px: int
    button: str
    pressed: bool
    injected: bool | None = None


class Scroll(Event, frozen=True, tag="scroll"):
    """The wheel turned by this many notches: positive `dy` is away from the person, positive `dx` to the right."""

    x_px: int
    y_px: int
    dx: int
    dy: int


# --- context ----------------------------------------------------------------------------------------------------------


class Window(Value, frozen=True):
    """A top-level window, as far as it could be known."""

    window_id: int
    title: str
    window_class: str | None = None
    pid: int | None = None
    executable: str | None = None
    area: Rect | None = None


class WindowActive(Event, frozen=True, tag="window_active"):
    """This window is active from now on, or the active window's title or place is now this; None: no window is."""

    window: Window | None


class ClipboardChanged(Event, frozen=True, tag="clipboard_changed"):
    """Something new is on a clipboard ("clipboard" or "primary"). `text` only if policy says so.

    `size_bytes` and `sha256` are those of the text, else of the content as it is offered as `measured`.
    """

    selection: str
    media_types: tuple[str, ...]
    size_bytes: int | None
    sha256: bytes | None
    text: str | None = None
    owner: str | None = None
    measured: str | None = None


class ProcessStarted(Event, frozen=True, tag="process_started"):
    """A process of the session started (or was found running, `found`, when the recorder started)."""

    pid: int
    parent_pid: int | None
    name: str
    executable: str | None
    arguments: tuple[str, ...] | None
    found: bool = False


class ProcessEnded(Event, frozen=True, tag="process_ended"):
    """A process of the session ended."""

    pid: int
    name: str


class LockChanged(Event, frozen=True, tag="lock_changed"):
    """The session's screen was locked or unlocked."""

    locked: bool


class IdleChanged(Event, frozen=True, tag="idle_changed"):
    """The operator has done nothing for a while (`idle`, `since_ns` is when it began), or is back."""

    idle: bool
    since_ns: Ns


# --- what was judged --------------------------------------------------------------------------------------------------


class AlertSeverity(enum.StrEnum):
    """How grave the one who wrote a rule found it: the levels of Sigma's format, from the least to the gravest."""

    INFORMATIONAL = "informational"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class FiredBy(Value, frozen=True):
    """A row of the operation log that made a rule fire, as it stood then."""

    at_ns: Ns
    kind: str
    text: str


class Alert(Event, frozen=True, tag="alert"):
    """A rule fired: `severity` is one of `AlertSeverity`'s values, `rows` are what made it fire.

    `rule` and `version` tell which rule, `reason` why it is forbidden, `response` what is to be done about it, on the
    ladder of `recorder.policy` ("" for nothing but recording it); what was done is `ResponseGiven`.
    """

    rule: str
    version: str
    title: str
    severity: str
    reason: str
    rows: tuple[FiredBy, ...] = ()
    response: str = ""


# --- what stands at the head of a segment -----------------------------------------------------------------------------


class StateRestated(Event, frozen=True, tag="state_restated"):
    """What holds at the start of a segment, said again so that the segment stands alone. Nothing happened."""

    screens: tuple[Screen, ...]
    window: Window | None
    pointer: PointerMoved | None
    pointer_shape: PointerShape | None
    locked: bool | None


class Unknown(Event, frozen=True):
    """An event of a kind that this version does not know. `kind` is its name."""

    kind: str


KINDS: tuple[type[Event], ...] = (
    SessionStarted,
    SessionEnded,
    PredecessorInterrupted,
    Gap,
    SourceStatus,
    WallClockChanged,
    ScreensChanged,
    Patch,
    Snapshot,
    PointerMoved,
    PointerShape,
    Key,
    KeyActivity,
    Click,
    Scroll,
    WindowActive,
    ClipboardChanged,
    ProcessStarted,
    ProcessEnded,
    LockChanged,
    IdleChanged,
    Alert,
    StateRestated,
    *AGENT_KINDS,
)
