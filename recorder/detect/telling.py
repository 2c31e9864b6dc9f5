"""Events as the fields that rules ask for, a function a kind; the table is `recorder.detect.taxonomy`."""

from collections.abc import Callable, Mapping
from typing import Any

from recorder.agent_events import DeviceChanged, EvasionSign, HiddenInput, NoticeAcknowledged, StorageState
from recorder.clock import NS_PER_S
from recorder.detect.observation import FieldValue
from recorder.events import (
    ClipboardChanged,
    Event,
    Gap,
    IdleChanged,
    LockChanged,
    PredecessorInterrupted,
    SessionStarted,
    SourceStatus,
    WallClockChanged,
)
from recorder.logrow import inert

Fields = dict[str, FieldValue]


def _clipboard(event: ClipboardChanged) -> Fields:
    return {
        "Text": None if event.text is None else inert(event.text),
        "Selection": inert(event.selection),
        "MediaType": tuple(map(inert, event.media_types)),
        "Owner": None if event.owner is None else inert(event.owner),
        "SizeBytes": event.size_bytes,
        "Sha256": None if event.sha256 is None else event.sha256.hex(),
    }


def _device(event: DeviceChanged) -> Fields:
    return {
        "Name": inert(event.name),
        "Action": inert(event.action),
        "DeviceKind": inert(event.kind),
        "Identity": inert(event.identity) or None,
    }


def _evasion(event: EvasionSign) -> Fields:
    image = None if event.executable is None else inert(event.executable)
    return {"Sign": inert(event.sign), "Detail": inert(event.detail), "Image": image, "ProcessId": event.pid}


def _hidden(event: HiddenInput) -> Fields:
    return {"Why": inert(event.why), "Detail": inert(event.detail), "Keys": event.keys}


def _happening(name: str, detail: str = "", length_ns: int | None = None) -> Fields:
    seconds = None if length_ns is None else int(length_ns / NS_PER_S)
    return {"Happening": name, "Detail": inert(detail), "Seconds": seconds}


def _gap(event: Gap) -> Fields:
    return _happening("gap", f"{event.reason} {event.what} {event.detail}".rstrip(), event.end_ns - event.at_ns)


def _idle(event: IdleChanged) -> Fields:
    return _happening("idle" if event.idle else "active_again", length_ns=max(0, event.at_ns - event.since_ns))


def _source(event: SourceStatus) -> Fields:
    return _happening("source_works" if event.working else "source_lost", f"{event.source} {event.detail}")


# What category an event belongs to, and what it tells there. Typed text, windows and processes are told in
# `recorder.detect.observing`, which remembers what was before.
TOLD: Mapping[type[Event], tuple[str, Callable[[Any], Fields]]] = {
    ClipboardChanged: ("clipboard", _clipboard),
    DeviceChanged: ("device", _device),
    EvasionSign: ("evasion", _evasion),
    HiddenInput: ("hidden_input", _hidden),
    SessionStarted: ("session", lambda event: _happening("started", event.purpose)),
    PredecessorInterrupted: ("session", lambda event: _happening("predecessor_interrupted", event.session_id)),
    LockChanged: ("session", lambda event: _happening("locked" if event.locked else "unlocked")),
    IdleChanged: ("session", _idle),
    WallClockChanged: ("session", lambda event: _happening("clock_set", length_ns=event.step_ns)),
    Gap: ("session", _gap),
    SourceStatus: ("session", _source),
    StorageState: ("session", lambda event: _happening("storage", event.state)),
    NoticeAcknowledged: ("session", lambda event: _happening("notice_confirmed", event.purpose)),
}
