"""The resident agent without its window: the watcher, its state for `status`, and the seam where a window is put on.

A window is a `Front`: it is given the `Agent`, hears what the watcher hears (from the watcher's thread), may say things
to the recorder (`Agent.say`: miniatures wanted, …), has what happens recorded (`Agent.record`: notice shown and
acknowledged, responses, …), and returns once it is over.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from app.agent.notes import note
from app.agent.supervision.attacks import JudgeAttack
from app.agent.supervision.display_server import display_server
from app.agent.supervision.messages import (
    AlertLeaves,
    AlertRaised,
    FromRecorder,
    Heartbeat,
    Message,
    Resume,
    Seen,
    Started,
)
from app.agent.supervision.other_process import start_recorder
from app.agent.supervision.place import AgentState, Place
from app.agent.supervision.watcher import Start, Watcher
from app.agent.supervision.watching import Outcome, Trouble, WatchLimits, WatchListener
from app.channels.message import AlertMessage
from app.resident.locking import end_session, ending_ways
from recorder.agent_events import ResponseGiven
from recorder.clock import NS_PER_S, Clock, boot_id
from recorder.events import EndReason
from recorder.policy.sections import Response


class Front(WatchListener, Protocol):
    """What a person sees of the agent."""

    def run(self, agent: "Agent") -> Outcome:
        """Show it, on the main thread, until it is over: `over` was heard, and what it said is returned."""
        ...


@dataclass(frozen=True, slots=True)
class Beginning:
    """How an agent begins: with a recorder of its own (going on with `resume`), or with one that runs already."""

    resume: Resume | None = None
    adopt: Start | None = None


class Agent:
    """Watches over a recorder. `start`, then `stop` from any thread or signal handler, then `join`."""

    def __init__(
        self,
        *,
        recorder_arguments: Sequence[str],
        resident_command: Sequence[str],
        limits: WatchLimits,
        clock: Clock,
        place: Place,
        beginning: Beginning,
        front: Front,
        policy: bytes = b"",
        judge_attack: JudgeAttack | None = None,
        must_wait: Callable[[], bool] = lambda: False,
        put_alert: Callable[[AlertMessage], None] = lambda _: None,
    ) -> None:
        self._place = place
        self._front = front
        self._keeper = _StateKeeper(place, clock, front, put_alert)
        arguments = tuple(recorder_arguments)
        self._watcher = Watcher(
            lambda hear: start_recorder(arguments, hear),
            listener=self._keeper,
            clock=clock,
            limits=limits,
            resident=resident_command,
            resident_pid=os.getpid(),
            resume=beginning.resume,
            adopt=beginning.adopt,
            policy=policy,
            judge_attack=judge_attack,
            must_wait=must_wait,
        )
        self._keeper.recorder_pid = lambda: self._watcher.recorder_pid

    def start(self) -> None:
        """Begin to watch."""
        self._watcher.start()

    def stop(self, reason: EndReason, detail: str = "") -> None:
        """Close the recording for this reason; `over` follows."""
        self._watcher.stop(reason, detail)

    def say(self, message: Message) -> bool:
        """Say something to the recorder; False if there is none now that could hear it."""
        return self._watcher.say(message)

    def record(self, event: Seen) -> None:
        """Have this in the recording, its time by the boot clock, whatever becomes of the recorder meanwhile."""
        self._watcher.record(event)

    def join(self) -> None:
        """Wait until it is over."""
        self._watcher.join()

    @property
    def state(self) -> AgentState:
        """How it does, as `status` tells it."""
        return self._keeper.state


class _StateKeeper:
    """Writes down how it does with every heartbeat, and hands everything on to the front."""

    def __init__(self, place: Place, clock: Clock, front: Front, put_alert: Callable[[AlertMessage], None]) -> None:
        self._place = place
        self._clock = clock
        self._front = front
        self._put_alert = put_alert
        self.recorder_pid: Callable[[], int] = int
        now_ns = clock.read().wall_ns
        self.state = AgentState(
            state="starting",
            resident_pid=os.getpid(),
            recorder_pid=0,
            heard_wall_ns=now_ns,
            boot_id=boot_id(),
            display_server=display_server(place.display),
            display=place.display,
            not_recording_since_wall_ns=now_ns,
        )

    def heard(self, message: FromRecorder) -> None:
        """Take in what the recorder says."""
        now_ns = self._clock.read().wall_ns
        match message:
            case Heartbeat(health=health):
                if health is not None:
                    segment = health.tip.segment if health.tip is not None else self.state.segment
                    self._write(
                        sealed_boot_ns=health.sealed_boot_ns, tip=health.tip, segment=segment, heard_wall_ns=now_ns
                    )
            case Started():
                self._write(
                    state="recording",
                    recorder_pid=self.recorder_pid(),
                    heard_wall_ns=now_ns,
                    since_wall_ns=message.started_wall_ns,
                    folder=message.folder,
                    session_id=message.session_id,
                    segment=message.segment,
                    started_boot_ns=message.started_boot_ns,
                    not_recording_since_wall_ns=None,
                    problem="",
                )
            case AlertLeaves():
                self._put_alert(message.message)
            case _:
                pass
        self._front.heard(message)

    def trouble(self, trouble: Trouble) -> None:
        """Nothing is recorded from now on."""
        self._write(
            state="restarting",
            recorder_pid=0,
            restarts=self.state.restarts + 1,
            not_recording_since_wall_ns=self.state.not_recording_since_wall_ns or self._clock.read().wall_ns,
            problem=trouble.detail,
        )
        self._front.trouble(trouble)

    def waiting(self, seconds: float, failures: int) -> None:
        """Nothing is recorded for some time."""
        self._front.waiting(seconds, failures)

    def over(self, outcome: Outcome) -> None:
        """It is over."""
        self._write(state="ended", recorder_pid=0, problem=outcome.sentence)
        self._front.over(outcome)

    def _write(self, **changes: object) -> None:
        self.state = msgspec.structs.replace(self.state, **changes)
        with contextlib.suppress(OSError):  # a full runtime folder is no reason not to record
            self._place.write(self.state)


ENDING_S = 15.0
NOBODY_CAN = "not done: no window is shown"


class TextFront:
    """No window: sentences on standard error, for a terminal or the journal."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._agent: Agent | None = None
        self._over = threading.Event()
        self._ending: threading.Thread | None = None
        self._outcome = Outcome(0, None, "")

    def run(self, agent: Agent) -> Outcome:
        """Wait until it is over."""
        self._agent = agent
        agent.start()
        while not self._over.wait(1.0):  # so that a signal's handler runs soon
            pass
        agent.join()
        if self._ending is not None:
            self._ending.join(ENDING_S)
        return self._outcome

    def heard(self, message: FromRecorder) -> None:
        """Say where it records, and what was not recorded; have it recorded what cannot be done here."""
        if isinstance(message, AlertRaised) and self._agent is not None:
            for response in message.responses:
                if response != Response.NOTIFY:
                    about = (message.at_ns, message.rule, response)
                    self._agent.record(ResponseGiven(self._clock.boot_ns(), *about, NOBODY_CAN))
        elif isinstance(message, Started):
            gap = f" Nothing was recorded for {message.lost_ns / NS_PER_S:.1f} s before." if message.lost_ns else ""
            self._say(f"Recording to {message.folder}, segment {message.segment}.{gap}")

    def trouble(self, trouble: Trouble) -> None:
        """Say it."""
        if not trouble.ends_session:
            self._say(f"NOT recording: {trouble.detail} It is started again.")
            return
        self._say(
            f"NOT recording: {trouble.detail} The policy ends the session; once there is room it is recorded again."
        )
        if self._ending is None:
            self._ending = threading.Thread(target=self._end_session, name="session ended", daemon=True)
            self._ending.start()

    def _end_session(self) -> None:
        """Without a window nothing can be covered: a session that cannot be ended goes on, and it is said."""
        outcome = end_session(ending_ways(os.environ))
        if outcome.way is not None:
            self._say(f"The session is ended by {outcome.way}.")
        else:
            said = f"The session could not be ended ({outcome.said})"
            self._say(f"{said}: it goes on UNRECORDED, since without a window nothing holds it.")

    def waiting(self, seconds: float, failures: int) -> None:
        """Say it."""
        self._say(f"NOT recording: it failed {failures} times in a row; the next try is in {seconds:g} s.")

    def over(self, outcome: Outcome) -> None:
        """Let `run` return."""
        self._outcome = outcome
        self._over.set()

    def _say(self, sentence: str) -> None:
        note(sentence)
