"""`tachiai-agent status`: whether this user's agent records this display."""

import json
import os
from pathlib import Path
from typing import TextIO

import msgspec

from app.agent.supervision.place import AgentState, Place
from recorder.clock import NS_PER_S, SystemClock
from recorder.errors import CannotRecordError
from recorder.evidence.files import is_locked
from recorder.evidence.writer import LOCK_FILE
from recorder.logrow import counted_words, inert, span_words
from recorder.streams import said_or_refused
from recorder.utc import utc_second

SILENT_NS = 5 * NS_PER_S


class AgentReport(msgspec.Struct, frozen=True):
    """What `status` tells. `recording` is what the recording's own lock says, not what the agent claims."""

    recording: bool
    agent: str
    display: str
    resident_pid: int | None = None
    recorder_pid: int | None = None
    path: str | None = None
    segment: int | None = None
    since: str | None = None
    last_heartbeat: str | None = None
    last_heartbeat_age_s: float | None = None
    restarts: int | None = None
    problem: str = ""


def tell_status(*, as_json: bool, out: TextIO) -> int:
    """Tell it; the exit status."""
    found = report(Place.of(os.environ), SystemClock().read().wall_ns)
    text = json.dumps(msgspec.to_builtins(found), ensure_ascii=False) if as_json else _sentence(found)
    with said_or_refused(out):
        out.write(text + "\n")
        out.flush()
    return 0 if found.recording else CannotRecordError.exit_status


def report(place: Place, now_wall_ns: int) -> AgentReport:
    """How this user's agent on this display does now. `agent`: "running", "silent" (it does not answer), "none"."""
    runs = is_locked(place.resident_lock)
    records = is_locked(place.recorder_lock)
    state = place.read()
    if state is None:
        return AgentReport(recording=False, agent="running" if runs else "none", display=place.display)
    age_ns = now_wall_ns - state.heard_wall_ns
    is_written = state.folder is not None and is_locked(Path(state.folder) / LOCK_FILE)
    return AgentReport(
        recording=records and is_written,
        agent="none" if not runs else "silent" if abs(age_ns) > SILENT_NS else "running",
        display=place.display,
        resident_pid=state.resident_pid if runs else None,
        recorder_pid=state.recorder_pid or None if records else None,
        path=state.folder,
        segment=state.segment,
        since=None if state.since_wall_ns is None else utc_second(state.since_wall_ns),
        last_heartbeat=utc_second(state.heard_wall_ns),
        last_heartbeat_age_s=round(age_ns / NS_PER_S, 1),
        restarts=state.restarts,
        problem=_problem(state, runs=runs, records=records and is_written),
    )


def _problem(state: AgentState, *, runs: bool, records: bool) -> str:
    if records:
        return "" if runs else "The agent that watches the recorder is gone; the recorder starts it again."
    if state.problem:
        return state.problem
    return "It has not begun yet." if runs else "The agent does not run."


def _sentence(found: AgentReport) -> str:
    where = f" on display {found.display}" if found.display else ""
    if not found.recording:
        problem = inert(found.problem) or ("It has not begun yet." if found.agent == "running" else "No agent runs.")
        last = f" The last recording is {inert(found.path)}." if found.path else ""
        return f"NOT recording{where}. {problem}{last}"
    age = span_words(int((found.last_heartbeat_age_s or 0) * NS_PER_S))
    silent = " It does not answer." if found.agent == "silent" else ""
    problem = f" {inert(found.problem)}" if found.problem else ""
    restarts = "" if found.restarts is None else f", {counted_words(found.restarts, 'restart')}"
    return (
        f"Recording{where} since {found.since} to {inert(found.path or '')}, segment {found.segment}; "
        f"last heartbeat {age} ago{restarts}.{silent}{problem}"
    )
