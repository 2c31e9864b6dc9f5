"""Rows of the operation log that stand for what the resident agent says."""

import hashlib
from collections.abc import Mapping

from recorder.agent_events import (
    DeviceChanged,
    EvasionSign,
    HiddenInput,
    MaskChanged,
    NoticeAcknowledged,
    NoticeShown,
    PolicyInForce,
    ResponseGiven,
    StorageState,
)
from recorder.event import Event
from recorder.logrow import LogRow, inert, span_words
from recorder.pieces import joined
from recorder.row_making import MakeRow

EVASION_WORDS = {
    "injected_input": "Input was made by a program",
    "pasted_instead_of_typed": "A text was pasted where one would type",
    "recorder_inspected": "The recorder was inspected",
    "recorder_stopped": "The recorder was stopped",
    "other_display": "Another display was opened",
    "remote_control": "A remote-control program runs",
    "tunnel": "A tunnelling program runs",
    "curtain": "A curtain covers the screen",
    "indicator_hidden": "The indicator was hidden",
    "policy_removed": "The policy's files were removed or altered",
    "recorder_cut_off": "The recorder was cut off from the display",
    "pretended_lock": "A program with a screen locker's name locks nothing",
    "kept_unknown": "A window stays masked, since what it is does not rest",
}
HIDDEN_WORDS = {
    "echo_off": "the terminal does not show it",
    "password_field": "a password field",
    "password_dialog": "a password dialog",
    "screen_lock": "the screen lock",
    "masked": "the policy masks it",
}
_DIGITS_SHOWN = 16


def _fingerprint(public_bytes: bytes) -> str:
    """The same as that of a key on the floor above, where keys are known."""
    return hashlib.sha256(public_bytes).hexdigest()[:_DIGITS_SHOWN]


def _policy(event: PolicyInForce, *, application: str | None, window: str | None) -> LogRow:
    if not event.version:
        text = "No policy was given: the built-in one holds"
    else:
        text = f"Policy version {event.version} of {inert(event.organisation)} holds"
    signed = f"signed by {_fingerprint(event.root)}" if event.root else "not signed"
    digest = event.sha256.hex()
    return LogRow(event.at_ns, event.at_ns, "policy", text, joined((signed, digest)), application, window, also=digest)


def _notice_shown(event: NoticeShown, *, application: str | None, window: str | None) -> LogRow:
    text = "The operator was told what is recorded"
    said = inert(event.text)
    return LogRow(event.at_ns, event.at_ns, "policy", text, said, application, window, also=said)


def _notice_acknowledged(event: NoticeAcknowledged, *, application: str | None, window: str | None) -> LogRow:
    waited = f"after {span_words(event.at_ns - event.shown_at_ns)}"
    purpose = inert(event.purpose)
    text = "The operator confirmed the notice"
    return LogRow(
        event.at_ns, event.at_ns, "policy", text, joined((purpose, waited)), application, window, also=purpose
    )


def _mask(event: MaskChanged, *, application: str | None, window: str | None) -> LogRow:
    if not event.areas:
        return LogRow(event.at_ns, event.at_ns, "mask", "Nothing is masked any more", "", application, window)
    text = "1 area is masked" if len(event.areas) == 1 else f"{len(event.areas)} areas are masked"
    reasons = dict.fromkeys(inert(area.reason) for area in event.areas)
    return LogRow(event.at_ns, event.at_ns, "mask", text, joined(tuple(reasons)), application, window)


def _hidden(event: HiddenInput, *, application: str | None, window: str | None) -> LogRow:
    text = f"Hidden input, at most {event.keys} keys"
    detail = joined((HIDDEN_WORDS.get(event.why, inert(event.why)), inert(event.detail)))
    return LogRow(event.at_ns, max(event.at_ns, event.end_ns), "hidden", text, detail, application, window)


def _evasion(event: EvasionSign, *, application: str | None, window: str | None) -> LogRow:
    text = EVASION_WORDS.get(event.sign, inert(event.sign))
    process = "" if event.pid is None else f"process {event.pid}"
    detail = joined((inert(event.detail), process, inert(event.executable or "")))
    also = inert(event.sign)
    return LogRow(event.at_ns, event.at_ns, "evasion", text, detail, application, window, also=also, severity="medium")


def _device(event: DeviceChanged, *, application: str | None, window: str | None) -> LogRow:
    ways = {"added": "plugged in", "removed": "taken out", "found": "was there at the start"}
    way = ways.get(event.action, inert(event.action))
    name = inert(event.name) or "A device without a name"
    detail = joined((way, inert(event.kind), inert(event.identity)))
    return LogRow(event.at_ns, event.at_ns, "device", name, detail, application, window)


def _storage(event: StorageState, *, application: str | None, window: str | None) -> LogRow:
    text = f"Storage is {inert(event.state)}: {event.free_bytes // 1_000_000} MB free"
    severity = {"ample": "informational", "low": "low", "reserve": "medium"}.get(event.state, "high")
    detail = inert(event.action)
    return LogRow(event.at_ns, event.at_ns, "storage", text, detail, application, window, severity=severity)


def _response(event: ResponseGiven, *, application: str | None, window: str | None) -> LogRow:
    said = inert(event.said)
    detail = joined((inert(event.outcome), f"rule {inert(event.rule)}", said))
    text = f"Response: {inert(event.response)}"
    return LogRow(event.at_ns, event.at_ns, "response", text, detail, application, window, also=said)


AGENT_ROWS: Mapping[type[Event], MakeRow] = {
    PolicyInForce: _policy,
    NoticeShown: _notice_shown,
    NoticeAcknowledged: _notice_acknowledged,
    MaskChanged: _mask,
    HiddenInput: _hidden,
    EvasionSign: _evasion,
    DeviceChanged: _device,
    StorageState: _storage,
    ResponseGiven: _response,
}
