"""A policy in sentences that an administrator understands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from recorder.logrow import inert
from recorder.policy.agent_policy import AgentPolicy
from recorder.policy.pattern_sample import pattern_sample
from recorder.policy.sections import (
    ChannelKind,
    ChannelPolicy,
    KeysMode,
    MaskRule,
    PurposeAsked,
    Response,
    StorageAction,
    Transport,
)

_KEYS: Mapping[KeysMode, str] = MappingProxyType(
    {
        KeysMode.TEXT: "What is typed is recorded as text.",
        KeysMode.ACTIVITY: "That keys were pressed is recorded, not which ones.",
        KeysMode.OFF: "Nothing of the keyboard is recorded.",
    }
)
_STORAGE: Mapping[StorageAction, str] = MappingProxyType(
    {
        StorageAction.WARN: "the operator is warned",
        StorageAction.DROP_RATE: "fewer pictures are taken",
        StorageAction.TEXT_ONLY: "no pictures are taken any more, only the log goes on",
        StorageAction.END_SESSION: (
            "the recording is closed, the desktop is covered and the session ends; where it cannot be ended, "
            "the desktop stays covered until there is room again"
        ),
    }
)
_RESPONSES: Mapping[Response, str] = MappingProxyType(
    {
        Response.RECORD: "it is recorded",
        Response.NOTIFY: "supervisors are notified",
        Response.WARN: "the operator is warned",
        Response.DEMAND_REASON: "the operator must give a reason",
        Response.LOCK: "the screen is locked",
        Response.END_SESSION: "the session ends",
    }
)
_DAYS = MappingProxyType(
    {"mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday"}
    | {"sat": "Saturday", "sun": "Sunday"}
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """What a policy says about one thing."""

    about: str
    sentences: tuple[str, ...]


def explained(policy: AgentPolicy) -> tuple[Paragraph, ...]:
    """The whole policy in sentences, section by section."""
    return (
        Paragraph("Recording", tuple(_recording(policy))),
        Paragraph("Notice", tuple(_notice(policy))),
        Paragraph("Masks", tuple(map(_mask, policy.masks)) or ("Nothing is masked: every window is recorded.",)),
        Paragraph("Hidden input", tuple(_hidden_input(policy))),
        Paragraph("Rules", tuple(_rules(policy))),
        Paragraph("Channels", tuple(map(_channel, policy.channels)) or ("Alerts do not leave the machine.",)),
        Paragraph("Storage", tuple(_storage(policy))),
        Paragraph("Supervision", tuple(_supervision(policy))),
    )


def _recording(policy: AgentPolicy) -> Iterator[str]:
    recording = policy.recording
    yield f"The screen is recorded exactly, with at most {recording.frames_per_s:g} pictures a second."
    yield _KEYS[recording.keys]
    text = "its text included" if recording.clipboard_text else "but not its text"
    yield f"The clipboard is recorded, {text}."
    yield f"After {_span(recording.idle_after_s)} without input the session counts as idle."
    library = inert(recording.library)
    yield (
        f"Recordings are written to {library}." if library else "Recordings are written to the operator's own library."
    )
    recipients = inert(recording.recipients)
    yield (
        f"Whoever is on the list {recipients} can open them."
        if recipients
        else "Whoever is on the list of recipients in the folder of keys can open them."
    )
    if not recording.plain_files:
        yield "No ordinary video or log may be written beside a recording."


def _notice(policy: AgentPolicy) -> Iterator[str]:
    notice = policy.notice
    if not notice.shown:
        yield "The operator is not told at the start what is recorded."
        return
    own = [name for name, text in (("English", notice.text_en), ("Japanese", notice.text_ja)) if text]
    words = f"in your words ({' and '.join(own)})" if own else "in the built-in words"
    yield f"The operator is told at the start what is recorded and why, {words}."
    held = "cannot use the desktop before" if notice.hold_session else "can go on working before"
    yield f"They {held} they confirm it."
    match notice.purpose:
        case PurposeAsked.NO:
            yield "They are not asked for a purpose."
        case PurposeAsked.OPTIONAL:
            yield f"They may give a purpose{_pattern_words(notice.purpose_pattern)}."
        case PurposeAsked.REQUIRED:
            yield f"They must give a purpose{_pattern_words(notice.purpose_pattern)}."
    if notice.contact:
        yield f"The notice names whom to ask: {inert(notice.contact)}."


def _pattern_words(pattern: str) -> str:
    if not pattern:
        return ""
    sample = pattern_sample(pattern)
    shown = f"an example: {inert(sample)}" if sample else "only that it has a form"
    return f" that contains the pattern {inert(pattern)} (they are shown {shown})"


def _mask(mask: MaskRule) -> str:
    whose = []
    if mask.applications:
        whose.append(f"of {_any_of(mask.applications)}")
    if mask.titles:
        whose.append(f"with a title that contains {_any_of(mask.titles)}")
    what = f"windows {' '.join(whose)}" if whose else "everything"
    if mask.area is not None:
        area = mask.area
        what += f", in the area of {area.width} x {area.height} pixels at {area.left}, {area.top}"
    hours = f" from {mask.hours.replace('-', ' to ')}" if mask.hours else ""
    days = f" on {_listed([_DAYS[day] for day in mask.days], 'and')}" if mask.days else ""
    when = f"{hours}{days}" or " at all times"
    reason = f" (reason: {inert(mask.reason)})" if mask.reason else ""
    return f'"{inert(mask.name)}" masks {what},{when}{reason}.'


def _hidden_input(policy: AgentPolicy) -> Iterator[str]:
    yield (
        "What is typed where a terminal does not show it, into a password field, a password dialog or the screen lock "
        "is recorded as hidden input, never its characters."
    )
    if policy.hidden_input.dialogs:
        yield f"So is what is typed into {_any_of(policy.hidden_input.dialogs)}."


def _rules(policy: AgentPolicy) -> Iterator[str]:
    rules = policy.rules
    yield "The built-in rules judge the session." if rules.built_in else "The built-in rules do not judge the session."
    if rules.folders:
        yield f"So do the rules in {_listed(rules.folders, 'and')}."
    if rules.off:
        yield f"These rules do not judge: {_listed(rules.off, 'and')}."
    levels = {
        "An informational alert": rules.at_informational,
        "An alert of low severity": rules.at_low,
        "An alert of medium severity": rules.at_medium,
        "An alert of high severity": rules.at_high,
        "A critical alert": rules.at_critical,
    }
    for level, response in levels.items():
        yield f"{level}: {_RESPONSES[min(response, rules.at_most, key=list(Response).index)]}."
    yield f"No alert leads to more than this, whatever its rule says: {_RESPONSES[rules.at_most]}."


def _channel(channel: ChannelPolicy) -> str:
    server = inert(channel.host) + (f", port {channel.port}," if channel.port else "")
    match channel.kind:
        case ChannelKind.DESKTOP:
            to = "are shown on the operator's desktop"
        case ChannelKind.WEBHOOK:
            to = f"are posted to {inert(channel.url)}, signed with this machine's key"
            to += f" and with the secret in {inert(channel.secret_file)}" if channel.secret_file else ""
        case ChannelKind.SYSLOG:
            to = f"go to the syslog server {server} over {_TRANSPORT[channel.transport]}"
        case ChannelKind.MAIL:
            readers = _listed(channel.recipients, "and")
            to = f"are mailed to {readers} by {server} over {_TRANSPORT[channel.transport]}"
            to += f" as {inert(channel.user)}" if channel.user else ""
            to += f" with the password in {inert(channel.secret_file)}" if channel.secret_file else ""
    trusting = f", trusting the certificates in {inert(channel.ca_file)}" if channel.ca_file else ""
    return f'"{inert(channel.name)}": alerts of severity {channel.least_severity} or graver {to}{trusting}.'


_TRANSPORT: Mapping[Transport, str] = MappingProxyType(
    {
        Transport.TLS: "TLS",
        Transport.STARTTLS: "TLS (STARTTLS)",
        Transport.UDP: "UDP, neither encrypted nor acknowledged",
        Transport.PLAIN: "a connection that is NOT encrypted",
    }
)


def _storage(policy: AgentPolicy) -> Iterator[str]:
    storage = policy.storage
    yield f"Below {_megabytes(storage.low_mb)} of free storage {_STORAGE[storage.at_low]}."
    yield f"Below {_megabytes(storage.reserve_mb)} {_STORAGE[storage.at_reserve]}."
    yield f"Below {_megabytes(storage.full_mb)} {_STORAGE[storage.at_full]}."
    if storage.quota_mb:
        yield f"All recordings together take at most {_megabytes(storage.quota_mb)}; the oldest go first."
    else:
        yield "Recordings may take all the room there is."
    yield f"Recordings expire after {storage.keep_days} days." if storage.keep_days else "Recordings do not expire."
    if storage.archive:
        yield f"One is deleted only when a verified copy of it lies in {inert(storage.archive)}."


def _supervision(policy: AgentPolicy) -> Iterator[str]:
    one = policy.supervision
    yield (
        f"The two processes say every {one.heartbeat_s:g} s that they live; after {one.silent_after_s:g} s of silence "
        "the recorder is started anew, and the time between is a gap."
    )
    may = "may" if one.operator_may_stop else "may not"
    yield f"The operator {may} end the recording while logged in."
    if one.restart_agent:
        yield "An agent that was killed or stopped is started again, while recording goes on."
    else:
        yield "When the agent is killed or stopped, the recording is closed, and says so."


def _any_of(texts: tuple[str, ...]) -> str:
    return _listed(texts, "or")


def _listed(texts: tuple[str, ...] | list[str], word: str) -> str:
    shown = [inert(text) for text in texts]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {word} {shown[-1]}"


def _megabytes(size_mb: int) -> str:
    return f"{size_mb / 1000:g} GB" if size_mb >= 1000 else f"{size_mb} MB"


def _span(seconds: int) -> str:
    return f"{seconds} s" if seconds < 120 else f"{seconds / 60:g} min"
