"""The sections of the agent's policy: a frozen dataclass each, whose defaults are the built-in policy."""

import enum
from dataclasses import dataclass
from typing import Annotated

from recorder.events import AlertSeverity
from recorder.geometry import Rect
from recorder.policy.setting import Form, Setting

_MOST_MB = 1_000_000_000


class PurposeAsked(enum.StrEnum):
    """Whether the notice asks what the operator is about to do."""

    NO = "no"
    OPTIONAL = "optional"
    REQUIRED = "required"


class KeysMode(enum.StrEnum):
    """What of the keyboard is recorded."""

    TEXT = "text"
    ACTIVITY = "activity"
    OFF = "off"


class StorageAction(enum.StrEnum):
    """What is done when storage runs low, from the mildest to the last."""

    WARN = "warn"
    DROP_RATE = "drop_rate"
    TEXT_ONLY = "text_only"
    END_SESSION = "end_session"


class Response(enum.StrEnum):
    """What an alert leads to: a ladder, from recording alone to the end of the session."""

    RECORD = "record"
    NOTIFY = "notify"
    WARN = "warn"
    DEMAND_REASON = "demand_reason"
    LOCK = "lock"
    END_SESSION = "end_session"


class ChannelKind(enum.StrEnum):
    """How alerts leave the machine."""

    SYSLOG = "syslog"
    WEBHOOK = "webhook"
    MAIL = "mail"
    DESKTOP = "desktop"


class Transport(enum.StrEnum):
    """How messages travel to a syslog or mail server."""

    TLS = "tls"
    STARTTLS = "starttls"
    UDP = "udp"
    PLAIN = "plain"


class Day(enum.StrEnum):
    """A day of the week."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"


@dataclass(frozen=True, slots=True)
class NoticePolicy:
    """What the operator is told at the start, and what they have to confirm."""

    shown: Annotated[bool, Setting("The operator is told at the start what is recorded and why.")] = True
    text_en: Annotated[
        str, Setting("The notice in English; empty: the built-in one.", longest=10_000, has_lines=True)
    ] = ""
    text_ja: Annotated[
        str, Setting("The notice in Japanese; empty: the built-in one.", longest=10_000, has_lines=True)
    ] = ""
    contact: Annotated[str, Setting("Whom an operator may ask about it, named in the notice.")] = ""
    hold_session: Annotated[bool, Setting("The desktop cannot be used before the notice is confirmed.")] = False
    purpose: Annotated[PurposeAsked, Setting("Whether the notice asks for a purpose or a ticket.")] = PurposeAsked.NO
    purpose_pattern: Annotated[
        str, Setting("What a purpose must contain, e.g. CHG-[0-9]+; empty: any.", longest=200, form=Form.PATTERN)
    ] = ""


@dataclass(frozen=True, slots=True)
class RecordingPolicy:
    """What is recorded, how, and for whom."""

    keys: Annotated[
        KeysMode, Setting("What of the keyboard is recorded: the text, only that keys were pressed, or nothing.")
    ] = KeysMode.TEXT
    clipboard_text: Annotated[bool, Setting("The clipboard's text is recorded, not only its kind and size.")] = False
    frames_per_s: Annotated[float, Setting("At most so many pictures a second.", least=0.2, most=30)] = 5.0
    idle_after_s: Annotated[
        int, Setting("After so many seconds without input the session counts as idle.", least=10, most=86_400)
    ] = 60
    library: Annotated[
        str,
        Setting("The folder that recordings are written to; empty: the operator's own.", longest=1000, form=Form.PATH),
    ] = ""
    recipients: Annotated[
        str,
        Setting(
            "The signed list of who may open recordings; empty: the one of the keys.", longest=1000, form=Form.PATH
        ),
    ] = ""
    plain_files: Annotated[
        bool, Setting("An ordinary video or log, which nothing seals, may be written beside the recording.")
    ] = True


@dataclass(frozen=True, slots=True)
class StoragePolicy:
    """How much room recordings may take, what is done when it runs out, and how long they are kept."""

    low_mb: Annotated[int, Setting("Storage is low below so many free megabytes.", least=1, most=_MOST_MB)] = 4000
    reserve_mb: Annotated[
        int, Setting("Storage is down to its reserve below so many free megabytes.", least=1, most=_MOST_MB)
    ] = 1000
    full_mb: Annotated[int, Setting("Storage is full below so many free megabytes.", least=1, most=_MOST_MB)] = 200
    at_low: Annotated[StorageAction, Setting("What is done while storage is low.")] = StorageAction.WARN
    at_reserve: Annotated[StorageAction, Setting("What is done while storage is down to its reserve.")] = (
        StorageAction.DROP_RATE
    )
    at_full: Annotated[StorageAction, Setting("What is done when storage is full.")] = StorageAction.END_SESSION
    quota_mb: Annotated[
        int, Setting("All recordings together may take so many megabytes; 0: no limit.", least=0, most=_MOST_MB)
    ] = 0
    keep_days: Annotated[int, Setting("Recordings expire after so many days; 0: never.", least=0, most=36_500)] = 0
    archive: Annotated[
        str,
        Setting(
            "The folder where a recording must lie, verified, before it is deleted here; empty: none.",
            longest=1000,
            form=Form.PATH,
        ),
    ] = ""


@dataclass(frozen=True, slots=True)
class MaskRule:
    """Something whose pixels are never recorded: everything that the rule says must hold at once."""

    name: Annotated[
        str, Setting("What operators and auditors read on the mask.", longest=100, form=Form.NAME, is_needed=True)
    ] = ""
    reason: Annotated[str, Setting("Why it is masked.")] = ""
    applications: Annotated[
        tuple[str, ...],
        Setting("Programs whose windows are masked: names with * and ?, e.g. keepass*."),
    ] = ()
    titles: Annotated[
        tuple[str, ...],
        Setting("Windows with a title that contains this, in capitals or not, are masked.", form=Form.PATTERN),
    ] = ()
    area: Annotated[
        Rect | None, Setting("Only this area of the desktop, in pixels: left, top, width, height; none: anywhere.")
    ] = None
    hours: Annotated[
        str, Setting("Only at these hours, local time, e.g. 12:00-13:00; empty: always.", form=Form.HOURS)
    ] = ""
    days: Annotated[tuple[Day, ...], Setting("Only on these days; none: every day.")] = ()


@dataclass(frozen=True, slots=True)
class HiddenInputPolicy:
    """Where what is typed is not recorded, besides where it never is: without echo, password fields, screen lock."""

    dialogs: Annotated[
        tuple[str, ...],
        Setting("Further programs that ask for passwords: names with * and ?."),
    ] = ()


@dataclass(frozen=True, slots=True)
class RulesPolicy:
    """Which rules judge the session, and what their alerts lead to at most."""

    built_in: Annotated[bool, Setting("The rules that come with the program judge.")] = True
    folders: Annotated[
        tuple[str, ...],
        Setting(
            "Folders of the organisation's own rules. While one does not answer (a share that is gone), nothing is "
            "judged yet, and the recording says so after 30 s.",
            longest=1000,
            form=Form.PATH,
        ),
    ] = ()
    off: Annotated[tuple[str, ...], Setting("Rules that do not judge, by their id.")] = ()
    at_informational: Annotated[Response, Setting("What an informational alert leads to.")] = Response.RECORD
    at_low: Annotated[Response, Setting("What an alert of low severity leads to.")] = Response.RECORD
    at_medium: Annotated[Response, Setting("What an alert of medium severity leads to.")] = Response.NOTIFY
    at_high: Annotated[Response, Setting("What an alert of high severity leads to.")] = Response.WARN
    at_critical: Annotated[Response, Setting("What a critical alert leads to.")] = Response.DEMAND_REASON
    at_most: Annotated[Response, Setting("No alert leads to more than this, whatever its rule says.")] = (
        Response.END_SESSION
    )


@dataclass(frozen=True, slots=True)
class ChannelPolicy:
    """A way by which alerts leave the machine."""

    name: Annotated[str, Setting("What this channel is called.", longest=100, form=Form.NAME, is_needed=True)] = ""
    kind: Annotated[ChannelKind, Setting("How it sends.", is_needed=True)] = ChannelKind.DESKTOP
    least_severity: Annotated[AlertSeverity, Setting("It sends alerts from this severity on.")] = AlertSeverity.MEDIUM
    host: Annotated[str, Setting("The syslog or mail server.", longest=255, form=Form.HOST)] = ""
    port: Annotated[int, Setting("The server's port; 0: the usual one of its kind.", least=0, most=65_535)] = 0
    transport: Annotated[
        Transport,
        Setting("How messages travel: to a syslog server tls or udp, to a mail server tls, starttls or plain."),
    ] = Transport.TLS
    ca_file: Annotated[
        str,
        Setting("The certificates that the server is trusted by; empty: the system's.", longest=1000, form=Form.PATH),
    ] = ""
    url: Annotated[str, Setting("The webhook's address.", longest=2000, form=Form.URL)] = ""
    secret_file: Annotated[
        str,
        Setting("The file with the webhook's signing secret, or with the mail password.", longest=1000, form=Form.PATH),
    ] = ""
    user: Annotated[str, Setting("The name for the mail server; empty: without.", longest=255)] = ""
    sender: Annotated[str, Setting("The mail's sender.", longest=320, form=Form.ADDRESS)] = ""
    recipients: Annotated[
        tuple[str, ...], Setting("The mail's recipients.", most_items=100, longest=320, form=Form.ADDRESS)
    ] = ()


@dataclass(frozen=True, slots=True)
class SupervisionPolicy:
    """How the two processes watch each other, and what the operator may do to them."""

    heartbeat_s: Annotated[
        float, Setting("The two processes say so often, in seconds, that they live.", least=0.2, most=2)
    ] = 1.0
    silent_after_s: Annotated[
        float,
        Setting("A process that was silent for so many seconds is taken for dead or stopped.", least=0.5, most=10),
    ] = 2.0
    operator_may_stop: Annotated[bool, Setting("The operator may end the recording while logged in.")] = False
    restart_agent: Annotated[
        bool, Setting("An agent that was killed or stopped is started again; false: the recording ends with it.")
    ] = True
