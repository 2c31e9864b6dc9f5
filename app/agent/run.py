"""`tachiai-agent run`: the resident agent."""

import argparse
import contextlib
import os
import signal
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace

from app.agent.alerting import alerts_kept, sending
from app.agent.attack_judging import attacks_judged
from app.agent.failing import failed_before, is_told_on_screen, tell_and_try_again
from app.agent.governing import Governed, govern, require_purpose
from app.agent.keeping_round import daily_rounds
from app.agent.notes import note
from app.agent.supervision.agent import Agent, Beginning, Front, TextFront
from app.agent.supervision.messages import AdoptedBy, Resume
from app.agent.supervision.other_process import HearRecorder, RecorderProcess, recorder_at
from app.agent.supervision.peer import Peer, agent_command
from app.agent.supervision.place import AgentState, Place, can_go_on
from app.agent.supervision.watching import Outcome, WatchLimits
from recorder.clock import Clock, SystemClock
from recorder.errors import CannotRecordError, StorageError, WorldError
from recorder.events import EndReason, GapReason
from recorder.evidence.files import is_locked
from recorder.evidence.key_folder import keys_folder
from recorder.evidence.keys import DeviceKey
from recorder.evidence.library_folder import library_folder
from recorder.policy.policy_file import PolicyFile
from recorder.policy.sections import KeysMode, SupervisionPolicy
from recorder.process_guard import guard_memory
from recorder.session.storage import must_end

LOOK_AGAIN_S = 1.0
ADOPTION_TRIES = 5  # the resident before was killed, and is gone in a moment
_CANNOT_RECORD = (CannotRecordError.exit_status, StorageError.exit_status)
_ENDS = (("SIGTERM", EndReason.LOGGED_OUT), ("SIGHUP", EndReason.LOGGED_OUT), ("SIGINT", EndReason.ASKED))


class AnotherRunsError(CannotRecordError):
    """An agent of this user runs here already: the session is recorded, by that one."""


def run(asked: argparse.Namespace) -> int:
    """Watch over a recorder until the session ends; the exit status. What keeps it from recording is said on screen."""
    before, clock = failed_before(), SystemClock()
    try:
        outcome = _watch(asked, clock)
    except AnotherRunsError:
        raise
    except WorldError as error:
        outcome = Outcome(error.exit_status, None, str(error))
    if outcome.sentence:
        note(outcome.sentence)
    if outcome.exit_status in _CANNOT_RECORD and is_told_on_screen(asked, os.environ):
        tell_and_try_again(outcome.sentence, before, clock)
    return outcome.exit_status


def _watch(asked: argparse.Namespace, clock: Clock) -> Outcome:
    guard_memory()
    governed = govern(asked, keys_folder(), note)
    asked = governed.asked
    if asked.no_window:
        require_purpose(governed)
    place = Place.of(os.environ)
    _be_the_only_one(place, asked)
    shown = _front(governed, place, clock)
    device = DeviceKey.load_or_create(keys_folder())
    policy, library = governed.policy.policy, library_folder(asked.library).absolute()
    with (
        sending(policy.channels, sign=device.sign, clock=clock, tell=note),
        daily_rounds(library, keys_folder(), policy, clock=clock, tell=note),
        attacks_judged(policy, clock=clock, tell=note) as judge_attack,
        alerts_kept(policy.channels, clock=clock, tell=note) as put_alert,
    ):
        agent = Agent(
            recorder_arguments=recording_options(asked),
            resident_command=[*agent_command(), "run", *_resident_options(asked)],
            limits=watch_limits(policy.supervision),
            clock=clock,
            place=place,
            beginning=_beginning(asked, place, os.environ),
            front=shown,
            policy=governed.policy.data,
            judge_attack=judge_attack,
            must_wait=lambda: must_end(library, policy.storage),
            put_alert=put_alert,
        )
        with _ending_by_signal(agent):
            return shown.run(agent)


def _front(governed: Governed, place: Place, clock: Clock) -> Front:
    """The window, if it is wanted and there is a display that can show one."""
    asked = governed.asked
    if asked.no_window:
        return TextFront(clock)
    from app.agent.window_front import WindowFront
    from app.ui.display import why_no_window

    reason = why_no_window(os.environ)
    if reason:
        note(reason)
        require_purpose(governed)
        return TextFront(clock)
    state = place.read()
    goes_on = state is not None and (asked.adopt is not None or can_go_on(state, os.environ))
    session_id = state.session_id or "" if state is not None and goes_on else ""
    return WindowFront(effective(governed), clock=clock, session_id=session_id)


def effective(governed: Governed) -> PolicyFile:
    """The policy with what was asked for where it leaves that open: what the operator is told is what is recorded."""
    asked, file = governed.asked, governed.policy
    recording = replace(
        file.policy.recording,
        keys=KeysMode(asked.keys),
        clipboard_text=asked.clipboard_text,
        frames_per_s=asked.fps,
    )
    return replace(file, policy=replace(file.policy, recording=recording))


def watch_limits(policy: SupervisionPolicy) -> WatchLimits:
    """The limits that a policy sets."""
    return WatchLimits(
        heartbeat_s=policy.heartbeat_s,
        silent_after_s=policy.silent_after_s,
        restarts_resident=policy.restart_agent,
    )


def recording_options(asked: argparse.Namespace) -> list[str]:
    """What the recorder is asked for, as its command line."""
    options = [f"--fps={asked.fps}", f"--keys={asked.keys}", f"--purpose={asked.purpose}"]
    for name in ("library", "operator", "recipients", "policy"):
        value = getattr(asked, name)
        if value is not None:
            options.append(f"--{name}={value}")
    return [*options, *(["--clipboard-text"] if asked.clipboard_text else [])]


def _resident_options(asked: argparse.Namespace) -> list[str]:
    return [*recording_options(asked), *(["--no-window"] if asked.no_window else [])]


def _be_the_only_one(place: Place, asked: argparse.Namespace) -> None:
    """Take the resident's lock; who takes over a recorder has killed the one that held it.

    Raises:
        AnotherRunsError: one holds it, or its recorder lives.
    """
    tries = 1 if asked.adopt is None else ADOPTION_TRIES
    while True:
        tries -= 1
        # A recorder without a resident starts one itself: whoever comes in between would only be in its way.
        may_begin = asked.adopt is not None or not is_locked(place.recorder_lock)
        if may_begin and place.hold(place.resident_lock) is not None:
            return
        if not asked.wait and tries <= 0:
            raise AnotherRunsError(_who_runs(place))
        threading.Event().wait(LOOK_AGAIN_S)


def _who_runs(place: Place) -> str:
    state = place.read()
    who = f" (process {state.resident_pid})" if state is not None else ""
    return f"The agent runs already for you on this display{who}; `tachiai-agent status` tells how it does."


def _beginning(asked: argparse.Namespace, place: Place, environment: Mapping[str, str]) -> Beginning:
    if asked.adopt is not None:
        return Beginning(adopt=_Adoption(asked.adopt, asked.recorder_pid).start)
    state = place.read()
    if state is not None and can_go_on(state, environment):
        return Beginning(resume=_after_both_died(state))
    return Beginning()


def _after_both_died(state: AgentState) -> Resume:
    detail = "The recorder and the agent that watches it were both gone."
    return Resume(state.folder or "", str(GapReason.RECORDER_DIED), detail, state.sealed_boot_ns, state.tip)


class _Adoption:
    """A recorder that outlived its resident, at the other end of a socket that it gave us."""

    def __init__(self, handle: int, pid: int) -> None:
        self._handle = handle
        self._pid = pid

    def start(self, hear: HearRecorder) -> RecorderProcess:
        """Take it over."""
        os.set_inheritable(self._handle, False)
        recorder = recorder_at(socket.socket(fileno=self._handle), Peer(pid=self._pid), hear)
        recorder.say(AdoptedBy(os.getpid()))
        return recorder


@contextlib.contextmanager
def _ending_by_signal(agent: Agent) -> Iterator[None]:
    """A logout, or Ctrl-C, closes the recording."""
    before = {}
    for name, reason in _ENDS:
        number = getattr(signal, name, None)
        if number is not None:
            before[number] = signal.signal(number, lambda *_, why=reason: agent.stop(why))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
