"""Rows of the operation log that stand for one event each."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import PurePath, PureWindowsPath

from recorder.agent_rows import AGENT_ROWS
from recorder.events import (
    ENDS_A_SOURCE,
    Alert,
    ClipboardChanged,
    EndReason,
    Event,
    Gap,
    GapReason,
    IdleChanged,
    LockChanged,
    PredecessorInterrupted,
    ProcessEnded,
    ProcessStarted,
    Screen,
    ScreensChanged,
    SessionEnded,
    SessionStarted,
    SourceStatus,
    Unknown,
    WallClockChanged,
    Window,
)
from recorder.logrow import SEVERITIES, LogRow, inert, span_words
from recorder.pieces import joined
from recorder.row_making import MakeRow
from recorder.utc import utc_words

END_WORDS = {
    EndReason.ASKED: "as asked",
    EndReason.TIME_LIMIT: "the time asked for was over",
    EndReason.DISPLAY_LOST: "the display was lost",
    EndReason.STORAGE_FAILED: "storage failed",
    EndReason.STORAGE_FULL: "the storage was full",
    EndReason.LOGGED_OUT: "the operator logged out",
    EndReason.RULE: "a rule ended it",
    EndReason.FAULT: "a fault in the recorder",
}
GAP_WORDS: Mapping[str, str] = {
    GapReason.SUSPENDED: "the machine was suspended",
    GapReason.GRAB_FAILED: "the screen could not be read",
    GapReason.LAYOUT_CHANGING: "the monitors were changing",
    GapReason.INPUT_LOST: "input was lost",
    GapReason.EVENTS_DROPPED: "more happened than could be written",
    GapReason.STORAGE_FAILED: "storage failed",
    GapReason.STALLED: "the recorder was held up",
    GapReason.SOURCE_FAILED: "a source failed",
    GapReason.RECORDER_DIED: "the recorder was killed or crashed",
    GapReason.RECORDER_FROZEN: "the recorder was stopped",
    GapReason.STORAGE_FULL: "the storage was full",
    GapReason.DISPLAY_LOST: "the display was lost",
    GapReason.OUT_OF_MEMORY: "the system ended the recorder for want of memory",
    GapReason.TEXT_ONLY: "the policy leaves out pictures while room is short",
}
EXPECTED_ENDS = frozenset({EndReason.ASKED, EndReason.TIME_LIMIT, EndReason.LOGGED_OUT})
HASH_DIGITS_SHOWN = 16
MOST_TYPES_SHOWN = 3
TEXT_NAMES = frozenset({"UTF8_STRING", "STRING", "TEXT", "COMPOUND_TEXT"})


def application_of(window: Window | None) -> str | None:
    """The program of a window: the name of its executable, else its class."""
    if window is None:
        return None
    if window.executable:
        return _file_name(window.executable)
    return inert(window.window_class) if window.window_class else None


def window_row(at_ns: int, window: Window | None, *, other: bool) -> LogRow:
    """A window became active (`other`), or the active one's title changed."""
    if window is None:
        return LogRow(at_ns, at_ns, "window", "No window", "nothing is active")
    application, title = application_of(window), inert(window.title)
    parts = (
        "" if other else "new title",
        application or "",
        "" if window.pid is None else f"process {window.pid}",
        inert(window.executable or ""),
    )
    also = "\n".join(filter(None, (application, inert(window.window_class or ""), inert(window.executable or ""))))
    return LogRow(at_ns, at_ns, "window", title or "Untitled window", joined(parts), application, title, also=also)


def _session_started(event: SessionStarted, *, application: str | None, window: str | None) -> LogRow:
    text = f"Session of {inert(event.operator)} on {inert(event.host)} started"
    purpose = inert(event.purpose)
    detail = joined((purpose, f"screen: {inert(event.screen_method)}", f"keys: {inert(event.keys_mode)}"))
    return LogRow(event.at_ns, event.at_ns, "session", text, detail, application, window, also=purpose)


def _session_ended(event: SessionEnded, *, application: str | None, window: str | None) -> LogRow:
    reason = END_WORDS.get(event.reason, inert(event.reason))  # type: ignore[call-overload]
    severity = "informational" if event.reason in EXPECTED_ENDS else "medium"
    text, detail = f"Session ended: {reason}", inert(event.detail)
    return LogRow(event.at_ns, event.at_ns, "session", text, detail, application, window, severity=severity)


def _predecessor(event: PredecessorInterrupted, *, application: str | None, window: str | None) -> LogRow:
    text = f"An earlier recording was interrupted: {inert(event.session_id)}"
    reach = "" if event.last_wall_ns is None else f"it reaches to {utc_words(event.last_wall_ns)}"
    return LogRow(event.at_ns, event.at_ns, "session", text, reach, application, window, severity="medium")


def _gap(event: Gap, *, application: str | None, window: str | None) -> LogRow:
    reason = GAP_WORDS.get(event.reason, inert(event.reason))
    is_open = event.end_ns <= event.at_ns and event.reason in ENDS_A_SOURCE
    length = "from here on" if is_open else f"for {span_words(event.end_ns - event.at_ns)}"
    text = f"Not recorded {length}: {inert(event.what)}"
    detail = joined((reason, inert(event.detail)))
    return LogRow(
        event.at_ns,
        max(event.at_ns, event.end_ns),
        "gap",
        text,
        detail,
        application,
        window,
        also=reason,
        severity="medium",
    )


def _source(event: SourceStatus, *, application: str | None, window: str | None) -> LogRow:
    text = f"{'Recorded' if event.working else 'NOT recorded'}: {inert(event.source)}"
    severity = "informational" if event.working else "medium"
    return LogRow(event.at_ns, event.at_ns, "source", text, inert(event.detail), application, window, severity=severity)


def _clock(event: WallClockChanged, *, application: str | None, window: str | None) -> LogRow:
    way = "forward" if event.step_ns >= 0 else "back"
    text = f"The clock was set {way} by {span_words(event.step_ns)}"
    detail = f"to {utc_words(event.wall_ns)}"
    return LogRow(event.at_ns, event.at_ns, "clock", text, detail, application, window, severity="low")


def _screens(event: ScreensChanged, *, application: str | None, window: str | None) -> LogRow:
    count = "1 monitor" if len(event.screens) == 1 else f"{len(event.screens) or 'no'} monitors"
    text = ": ".join(filter(None, (count, "; ".join(map(_screen_words, event.screens)))))
    return LogRow(event.at_ns, event.at_ns, "screen", text, "", application, window)


def _clipboard(event: ClipboardChanged, *, application: str | None, window: str | None) -> LogRow:
    size = "" if event.size_bytes is None else f"{event.size_bytes} bytes"
    if event.measured is not None and len(event.media_types) > 1:
        size = f"{size} as {inert(event.measured)}"
    digest = "" if event.sha256 is None else f"SHA-256 {event.sha256.hex()[:HASH_DIGITS_SHOWN]}…"
    owner = f"from {inert(event.owner)}" if event.owner else ""
    shown = ", ".join(filter(None, (_content_words(event.media_types), size))) or "changed, nothing more is known"
    text = shown if event.text is None else inert(event.text)
    offered = f"offered as {', '.join(map(inert, event.media_types))}" if event.media_types else ""
    parts = (inert(event.selection), "" if event.text is None else shown, digest, owner, offered)
    return LogRow(
        event.at_ns,
        event.at_ns,
        "clipboard",
        text,
        joined(parts),
        application,
        window,
        also="" if event.sha256 is None else event.sha256.hex(),
    )


def _content_words(media_types: Sequence[str]) -> str:
    """What kind of thing it is: X11 programs offer a text under a dozen names, of which most say nothing."""
    proper = [inert(kind) for kind in media_types if "/" in kind]
    if any(kind.startswith("text/") for kind in proper) or set(media_types) & TEXT_NAMES:
        return "text"
    return ", ".join((proper or [inert(kind) for kind in media_types])[:MOST_TYPES_SHOWN])


def _process_started(event: ProcessStarted, *, application: str | None, window: str | None) -> LogRow:
    executable = inert(event.executable or "")
    text = inert(shlex.join(event.arguments)) if event.arguments else executable or inert(event.name)
    what = "was already running" if event.found else "started"
    parent = "" if event.parent_pid is None else f"by {event.parent_pid}"
    detail = joined((f"{what} · process {event.pid}", parent, executable))
    also = "\n".join(filter(None, (inert(event.name), executable)))
    return LogRow(event.at_ns, event.at_ns, "process", text, detail, application, window, also=also)


def _process_ended(event: ProcessEnded, *, application: str | None, window: str | None) -> LogRow:
    detail = f"ended · process {event.pid}"
    return LogRow(event.at_ns, event.at_ns, "process", inert(event.name), detail, application, window)


def _lock(event: LockChanged, *, application: str | None, window: str | None) -> LogRow:
    text = "The screen was locked" if event.locked else "The screen was unlocked"
    return LogRow(event.at_ns, event.at_ns, "lock", text, "", application, window)


def _idle(event: IdleChanged, *, application: str | None, window: str | None) -> LogRow:
    length = span_words(max(0, event.at_ns - event.since_ns))
    text = f"Idle for {length}" if event.idle else f"Back after {length}"
    return LogRow(event.at_ns, event.at_ns, "idle", text, "", application, window)


def _alert(event: Alert, *, application: str | None, window: str | None) -> LogRow:
    # A severity of a newer version is shown as the gravest: it is never to be overlooked.
    severity = event.severity if event.severity in SEVERITIES else SEVERITIES[-1]
    rule = f"rule {inert(event.rule)} version {inert(event.version)}"
    response = f"response: {inert(event.response)}" if event.response else ""
    fired_by = tuple(inert(row.text) for row in event.rows)
    detail = joined((inert(event.severity), inert(event.reason), rule, response, *fired_by))
    return LogRow(
        event.at_ns,
        event.at_ns,
        "alert",
        inert(event.title),
        detail,
        application,
        window,
        also="\n".join((inert(event.rule), inert(event.reason), *fired_by)),
        severity=severity,
    )


def _unknown(event: Unknown, *, application: str | None, window: str | None) -> LogRow:
    detail = "an event of a newer version; this one cannot say more"
    return LogRow(event.at_ns, event.at_ns, "unknown", inert(event.kind), detail, application, window)


def _screen_words(screen: Screen) -> str:
    area = screen.area
    name = inert(screen.name) or "unnamed"
    return f"{screen.number} {name} {area.width}×{area.height} at {area.left}, {area.top}"


def _file_name(path: str) -> str:
    windows = "\\" in path and "/" not in path
    return inert(PureWindowsPath(path).name if windows else PurePath(path).name) or inert(path)


INSTANT_ROWS: Mapping[type[Event], MakeRow] = {
    SessionStarted: _session_started,
    SessionEnded: _session_ended,
    PredecessorInterrupted: _predecessor,
    Gap: _gap,
    SourceStatus: _source,
    WallClockChanged: _clock,
    ScreensChanged: _screens,
    ClipboardChanged: _clipboard,
    ProcessStarted: _process_started,
    ProcessEnded: _process_ended,
    LockChanged: _lock,
    IdleChanged: _idle,
    Alert: _alert,
    Unknown: _unknown,
    **AGENT_ROWS,
}
