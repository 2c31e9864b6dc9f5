"""`tachiai-agent channels`: how the ways out for alerts stand, and whether they work."""

import argparse
import contextlib
import json
import socket
from collections.abc import Mapping
from typing import TextIO

from app.agent.alerting import left_over, left_over_words, outbox_path
from app.agent.logins import login_name
from app.channels.late import late_beside
from app.channels.message import Origin, message_of
from app.channels.opening import open_channels
from app.channels.outbox import ChannelState, Outbox
from app.channels.queue_file import damaged_before, damaged_words
from app.channels.sending import Channel, TimeLimit
from recorder.clock import Clock, SystemClock
from recorder.errors import WorldError
from recorder.events import Alert, AlertSeverity
from recorder.evidence.key_folder import keys_folder
from recorder.evidence.keys import DeviceKey
from recorder.logrow import inert
from recorder.policy.in_force import policy_that_holds
from recorder.policy.sections import ChannelPolicy
from recorder.utc import utc_second

NOT_SENT_STATUS = 4
NO_CHANNEL = "No policy names a channel here: alerts stay in the recording. docs/channels.md says how to name one."


def run_channels(asked: argparse.Namespace, out: TextIO) -> int:
    """Do what is asked; the exit status."""
    policies = policy_that_holds(keys_folder(), given=asked.policy).policy.channels
    if not policies:
        out.write(f"{NO_CHANNEL}\n" if not asked.json else "")
    if asked.what == "status":
        return _tell_status(policies, out, as_json=asked.json)
    if not policies:
        return 0
    clock = SystemClock()
    device = DeviceKey.load_or_create(keys_folder())
    return _try_out(open_channels(policies, sign=device.sign, clock=clock), clock, out, as_json=asked.json)


def _tell_status(policies: tuple[ChannelPolicy, ...], out: TextIO, *, as_json: bool) -> int:
    states = []
    if policies:
        with contextlib.closing(Outbox(outbox_path())) as outbox:
            states = [(policy, outbox.state(policy.name)) for policy in policies]
    for policy, state in states:
        told = json.dumps(_object(policy, state), ensure_ascii=False) if as_json else _words(policy, state)
        out.write(told + "\n")
    for state in left_over(policies):
        told = json.dumps(_object(None, state), ensure_ascii=False) if as_json else left_over_words(state)
        out.write(told + "\n")
    for aside in damaged_before(outbox_path()):
        told = damaged_words(outbox_path(), aside)
        _tell_beside(told, out, as_json=as_json)
    if late := late_beside(outbox_path()).read():
        told = (
            f"Alerts that could not be queued yet: {len(late)}; the agent does that at its next start, or once it can."
        )
        _tell_beside(told, out, as_json=as_json)
    return 0


def _tell_beside(told: str, out: TextIO, *, as_json: bool) -> None:
    out.write(f"{json.dumps({'channel': None, 'problem': told}, ensure_ascii=False) if as_json else told}\n")


def _try_out(channels: Mapping[str, Channel], clock: Clock, out: TextIO, *, as_json: bool) -> int:
    """Send an alert that says it is a trial through each, at once."""
    trial = Alert(
        0,
        "trial",
        "1",
        "A trial of the channel",
        AlertSeverity.INFORMATIONAL,
        "Somebody tried the channels out.",
    )
    origin = Origin(
        recording="", operator=login_name(), host=socket.gethostname(), started_wall_ns=clock.read().wall_ns
    )
    status = 0
    for name, channel in channels.items():
        limit, problem = TimeLimit(), ""
        try:
            with limit.running():
                channel.send([message_of(trial, origin)], limit)
        except WorldError as error:
            status, problem = NOT_SENT_STATUS, str(error)
        said = {"channel": name, "sent": not problem, "problem": problem or None}
        words = f"{inert(name)}: {problem or 'sent'}"
        out.write(f"{json.dumps(said, ensure_ascii=False) if as_json else words}\n")
        out.flush()
    return status


def _object(policy: ChannelPolicy | None, state: ChannelState) -> dict[str, object]:
    return {
        "channel": state.name,
        "kind": None if policy is None else str(policy.kind),  # None: the policy does not name it
        "least_severity": None if policy is None else str(policy.least_severity),
        "waiting": state.waiting,
        "waiting_since": None if state.oldest_wall_ns is None else utc_second(state.oldest_wall_ns),
        "problem": state.problem or None,
        "delivered": state.delivered,
        "last_delivered": None if state.last_delivered_wall_ns is None else utc_second(state.last_delivered_wall_ns),
    }


def _words(policy: ChannelPolicy, state: ChannelState) -> str:
    since = "" if state.oldest_wall_ns is None else f" since {utc_second(state.oldest_wall_ns)}"
    last = "" if state.last_delivered_wall_ns is None else f", last {utc_second(state.last_delivered_wall_ns)}"
    problem = f" {inert(state.problem)}" if state.problem else ""
    return (
        f"{inert(policy.name)} ({policy.kind}, from {policy.least_severity} on): {state.waiting} waiting{since}, "
        f"{state.delivered} delivered{last}.{problem}"
    )
