"""What a channel sends: an alert, as whoever gets it needs it."""

import hashlib

import msgspec

from recorder.clock import NS_PER_S
from recorder.events import Alert
from recorder.logrow import inert

MOST_ROWS = 20
LONGEST_TEXT = 1000
_ID_DIGITS = 32


class AlertMessage(msgspec.Struct, frozen=True, kw_only=True):
    """An alert on its way out. `id` is the same however often it is sent: by it a receiver knows a second copy.

    `at_wall_ns` is when it happened by the machine's own clock, a claim. Texts are inert and bounded. `recording` and
    `link` are "" where the recorder was killed before there was a recording.
    """

    id: str
    recording: str
    operator: str
    host: str
    at_wall_ns: int
    at_s: float
    link: str
    rule: str
    version: str
    title: str
    severity: str
    reason: str
    response: str
    rows: tuple[str, ...]


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Whose session alerts come from."""

    recording: str
    operator: str
    host: str
    started_wall_ns: int


def message_of(alert: Alert, origin: Origin) -> AlertMessage:
    """The message for an alert of this session; the same alert gives the same message."""
    at_s = alert.at_ns / NS_PER_S
    return AlertMessage(
        id=_id(alert, origin),
        recording=origin.recording,
        operator=_text(origin.operator),
        host=_text(origin.host),
        at_wall_ns=origin.started_wall_ns + alert.at_ns,
        at_s=round(at_s, 3),
        link=f"tachiai://{origin.recording}?t={at_s:.3f}" if origin.recording else "",
        rule=_text(alert.rule),
        version=_text(alert.version),
        title=_text(alert.title),
        severity=_text(alert.severity),
        reason=_text(alert.reason),
        response=_text(alert.response),
        rows=tuple(_text(row.text) for row in alert.rows[:MOST_ROWS]),
    )


def as_text(message: AlertMessage) -> str:
    """The message for a person, line by line."""
    lines = [
        f"{message.title} ({message.severity})",
        f"{message.operator} on {message.host}, {message.at_s:.0f} s into the session",
        f"Why it matters: {message.reason}" if message.reason else "",
        *(f"What fired it: {row}" for row in message.rows),
        f"What was done: {message.response}" if message.response else "",
        f"Rule: {message.rule}, version {message.version}",
        f"See it: {message.link}" if message.link else "Nothing is recorded yet.",
    ]
    return "\n".join(filter(None, lines))


def _id(alert: Alert, origin: Origin) -> str:
    parts = msgspec.json.encode([origin.recording, alert.at_ns, alert.rule, alert.version, alert.title])
    return hashlib.sha256(parts).hexdigest()[:_ID_DIGITS]


def _text(text: str) -> str:
    said = inert(text)
    return said if len(said) <= LONGEST_TEXT else said[: LONGEST_TEXT - 1] + "…"
