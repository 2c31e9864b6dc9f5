"""`tachiai-agent record --supervised`: the recorder as the resident agent's child."""

import argparse
import os
import socket
import threading
from collections.abc import Sequence
from pathlib import Path

import msgspec

from app.agent.answering import Answering
from app.agent.continuing import Resuming
from app.agent.counting import Counting
from app.agent.judging import Counts
from app.agent.notes import note
from app.agent.reading_rules import Read, must_be_read, read_apart, read_here
from app.agent.record import record
from app.agent.supervision.channel import next_message
from app.agent.supervision.child import Callbacks, ResidentLost, ResidentWatch
from app.agent.supervision.logout import session_is_closing
from app.agent.supervision.messages import (
    AlertLeaves,
    AnswerAwaited,
    Begin,
    Ended,
    FromResident,
    GoOn,
    Health,
    Heartbeat,
    Message,
    Miniature,
    NoticeHolds,
    Refused,
    ShowMiniatures,
    Started,
    Stop,
    ToldToEnd,
    Witnessed,
    from_resident,
)
from app.agent.supervision.place import Place
from app.agent.supervision.standing_in import StandIn
from app.agent.supervision.telling import Teller
from app.agent.supervision.witnessed import WitnessBook
from app.channels.message import AlertMessage
from recorder.agent_events import EvasionSign, ResponseGiven
from recorder.allocator import keep_freed_memory
from recorder.capture.screen import DisplayLostError
from recorder.clock import NS_PER_S, SystemClock, until_round_s
from recorder.detect.counted import Counted
from recorder.errors import CannotRecordError, WorldError
from recorder.events import Alert, EndReason, Event, GapReason, SourceStatus
from recorder.evidence.writer import SessionHeader
from recorder.policy.agent_policy import AgentPolicy
from recorder.policy.policy_file import PolicyFile, policy_in
from recorder.session.miniature import Miniature as MiniatureMaker
from recorder.session.recorder import Before, Ending, Recorder
from recorder.session.sealer import Listener

_NO_FILE = Path("of the agent that started this recorder")
LOOK_S = 0.5
SEEN_S = 1.0  # until it is seen that the recording ended by itself
# A logout takes the display before or after it tells us.
LOGOUT_WINDOW_S = 1.5
ANSWER_S = 4.0
LOCK_S = 5.0


def record_supervised(asked: argparse.Namespace) -> int:
    """Record for the resident at the other end of the socket that was inherited; the exit status."""
    keep_freed_memory()  # before there is another thread
    os.set_inheritable(asked.supervised, False)  # who is started from here must not hold it open
    connection = socket.socket(fileno=asked.supervised)
    begin = _first(connection)
    policy = policy_in(begin.policy, _NO_FILE) if begin.policy else PolicyFile(AgentPolicy())
    read_rules = None
    if must_be_read(policy.policy.rules):  # while there is no other thread yet
        read_rules = read_apart(policy.policy.rules, let_go=connection.close, read=read_here)
    child = Supervised(connection, begin, policy, read_rules)
    child.start()
    try:
        child.take_lock()
        return record(asked, child, child.resuming)
    except WorldError as error:
        note(str(error))
        child.last = Refused(str(error), error.exit_status)
        return error.exit_status
    finally:
        child.close()


def _first(connection: socket.socket) -> Begin:
    try:
        body = next_message(connection)
        message = from_resident(body) if body is not None else None
    except (OSError, msgspec.DecodeError):
        message = None
    if not isinstance(message, Begin):
        msg = "`record --supervised` is for `tachiai-agent run`, which starts it; use `tachiai-agent record`."
        raise CannotRecordError(msg)
    return message


class Supervised:
    """The recorder's company when it is a child: the resident, watched and watching."""

    def __init__(
        self, connection: socket.socket, begin: Begin, policy: PolicyFile, read_rules: Read | None = None
    ) -> None:
        self._begin = begin
        self._clock = SystemClock()
        self._miniature = MiniatureMaker()
        self._shows_miniatures = False
        self._recorder: Recorder | None = None
        self._header: SessionHeader | None = None
        self._folder = Path()
        self._segment = 0
        self._stop: Stop | None = None
        self._bell: threading.Event | None = None
        self._told_ns: int | None = None
        self._goes_on = False
        self._unsaid: list[Event] = []
        self._hold = StandIn()
        self._book = WitnessBook(lambda message: self._watch.say(message))
        self._answering = Answering(
            say=lambda message: self._watch.say(message),
            has_resident=lambda: self._watch.has_resident,
            emit=self._emit,
        )
        self._gate = threading.Lock()
        self.last: Ended | Refused | None = None
        self.resuming = Resuming.asked(begin.resume) if begin.resume is not None else None
        self._watch = ResidentWatch(
            connection,
            begin,
            clock=self._clock,
            callbacks=Callbacks(self._health, self._asked, self._lost, self._gone, self._again),
        )
        self.listeners: Sequence[Listener] = (
            Teller(lambda rows: self._watch.say(rows, losable=True), last=self._watch.say_lasting),
            self._book,
        )
        self.watcher = self._miniature
        self.policy: PolicyFile | None = policy
        self.read_rules = read_rules
        self._counting = Counting(begin, say=self._watch.say)

    def start(self) -> None:
        """Begin to watch the resident, and to be watched."""
        self._watch.start()

    def take_lock(self) -> None:
        """Be the only recorder of this user on this display; the one before may take a moment to be gone.

        Raises:
            CannotRecordError: another one records.
        """
        place = Place.of(os.environ)
        ends_ns = self._clock.boot_ns() + int(LOCK_S * NS_PER_S)
        while place.hold(place.recorder_lock) is None:
            if self._clock.boot_ns() > ends_ns:
                msg = (
                    "Another recorder of yours records this display already; `tachiai-agent status` tells how it does."
                )
                raise CannotRecordError(msg)
            threading.Event().wait(LOOK_S)

    def close(self) -> None:
        """Say the last word to the resident."""
        self._hold.stop()
        self._watch.stop(self.last)

    # --- what the recorder asks and says ------------------------------------------------------------------------------

    @property
    def opening(self) -> Sequence[Event]:
        """Why a new recording does not go on with the one before."""
        sentence = self.resuming.refusal if self.resuming is not None else ""
        return [SourceStatus(0, "recorder", working=True, detail=sentence)] if sentence else []

    @property
    def before(self) -> Before | None:
        """Since when nothing is recorded, if a new recording has to be made."""
        missed = self._begin.missed
        if missed is not None:
            return Before(missed.since_boot_ns, GapReason(missed.reason), missed.detail)
        return self.resuming.before if self.resuming is not None else None

    def starts(self, folder: Path, header: SessionHeader, recorder: Recorder, *, segment: int) -> None:
        """Keep whom to ask how it goes."""
        self._folder, self._header, self._segment = folder, header, segment
        with self._gate:
            self._recorder = recorder

    def opened(self, recorder: Recorder) -> None:
        """Say what was witnessed before there was this recorder, in its order."""
        if self._header is not None:
            self._book.begin(recorder.emit_witnessed, started_boot_ns=self._header.started.boot_ns)

    def wait(self, recorder: Recorder, stop: threading.Event) -> tuple[EndReason, str]:
        """Wait until the resident says stop, or the recording ended by itself, or the session is over."""
        try:
            return self._wait(recorder, stop)
        finally:
            self._answering.close(lambda: recorder.now_ns)

    def _wait(self, recorder: Recorder, stop: threading.Event) -> tuple[EndReason, str]:
        self._bell = stop
        self._say_started(recorder)
        self._say_unsaid(recorder)
        while self._stop is None:
            if recorder.ended.is_set():
                return self._ended_by_itself(recorder, stop)
            if stop.is_set() and (over := self._judge_signal(recorder, stop)) is not None:
                return over
            stop.wait(until_round_s(SEEN_S)) if self._told_ns is None else self._pause()
        return EndReason(self._stop.reason), self._stop.detail

    def warn(self, sentence: str) -> None:
        """For the journal."""
        note(sentence)

    def alerted(self, alert: Alert) -> None:
        """Have its responses carried out."""
        self._answering.alerted(alert)

    def alert_leaves(self, message: AlertMessage) -> None:
        """Keep it twice: what is not yet in the queue when this process is killed, the resident puts there."""
        self._watch.say(AlertLeaves(message))

    def counts(self, session_id: str, *, goes_on: bool) -> Counts:
        """What the recorder before had counted, if its recording goes on."""
        return self._counting.begin(session_id, goes_on=goes_on)

    def counted(self, counted: Sequence[Counted]) -> None:
        """Keep it, whichever process is killed."""
        self._counting.counted(counted)

    def _again(self) -> Sequence[Message]:
        return [*self._counting.again(), *self._answering.again()]

    def ended(self, ending: Ending, recorder: Recorder, exit_status: int) -> None:
        """Keep it for the last word."""
        sentence = ending.detail if ending.error is not None else ""
        header, ended_ns = self._header, recorder.ended_at_ns
        reaches_ns = header.started.boot_ns + ended_ns if header is not None and ended_ns is not None else 0
        self.last = Ended(str(self._folder), str(ending.reason), exit_status, sentence, reaches_ns)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _say_started(self, recorder: Recorder) -> None:
        header = self._header
        if header is None:
            return
        self._watch.say_started(
            Started(
                folder=str(self._folder),
                session_id=header.session_id,
                operator=header.operator,
                host=header.host,
                purpose=header.purpose,
                started_boot_ns=header.started.boot_ns,
                started_wall_ns=header.started.wall_ns,
                segment=self._segment,
                lost_ns=recorder.gap_ns,
            )
        )

    def _say_unsaid(self, recorder: Recorder) -> None:
        with self._gate:
            unsaid, self._unsaid = self._unsaid, []
        for event in unsaid:
            recorder.emit(event)

    def _ended_by_itself(self, recorder: Recorder, stop: threading.Event) -> tuple[EndReason, str]:
        """A display that goes with the session is a logout; without any sign of one it was lost."""
        if isinstance(recorder.error, DisplayLostError):
            ends_ns = self._clock.boot_ns() + int(LOGOUT_WINDOW_S * NS_PER_S)
            while self._clock.boot_ns() < ends_ns:
                if stop.is_set() or (self._stop is not None and self._stop.reason == EndReason.LOGGED_OUT):
                    return EndReason.LOGGED_OUT, ""
                if session_is_closing(os.environ):
                    return EndReason.LOGGED_OUT, ""
                self._pause()
        return EndReason.ASKED, ""  # the error is the reason

    def _judge_signal(self, recorder: Recorder, stop: threading.Event) -> tuple[EndReason, str] | None:
        """We were told to end. The resident knows whether the session is over; without one, it is what it seems."""
        now_ns = self._clock.boot_ns()
        if self._told_ns is None:
            self._told_ns, self._goes_on = now_ns, False
            self._watch.say(ToldToEnd())
        if self._goes_on:
            stop.clear()
            self._told_ns = None
            detail = "The recorder was told to end (SIGTERM or the like), and the session was not over: it went on."
            recorder.emit(EvasionSign(recorder.now_ns, "recorder_stopped", detail, os.getpid()))
            return None
        if not self._watch.has_resident or now_ns - self._told_ns > int(ANSWER_S * NS_PER_S):
            return EndReason.LOGGED_OUT, ""
        return None

    def _pause(self) -> None:
        threading.Event().wait(LOOK_S)

    def _health(self) -> Heartbeat:
        """For the watch's thread, once a second; the miniature goes with it."""
        self._answering.say_waiting()
        boot_ns = self._clock.boot_ns()
        recorder, header = self._recorder, self._header
        if recorder is None or header is None:
            return Heartbeat(boot_ns)
        if self._shows_miniatures and (picture := self._miniature.take()) is not None:
            message = Miniature(picture.at_ns, picture.width_px, picture.height_px, picture.image)
            self._watch.say(message, losable=True)
        health, progress, started_ns = recorder.health, recorder.progress, header.started.boot_ns
        return Heartbeat(
            boot_ns,
            Health(
                turned_boot_ns=health.turned_at_ns + started_ns,
                sealed_boot_ns=health.sealed_through_ns + started_ns,
                tip=health.tip,
                at_ns=health.now_ns,
                changes=progress.changes,
                bytes_sealed=progress.bytes_sealed,
                chunks=progress.chunks,
            ),
        )

    def _asked(self, message: FromResident) -> None:
        """The resident asks or says something; on the watch's thread."""
        match message:
            case Stop():
                self._end(message)
            case GoOn():
                self._goes_on = True
            case ShowMiniatures(wanted=wanted):
                self._shows_miniatures = wanted
                self._miniature.ask_again()
            case Witnessed():
                self._book.take(message)
                if isinstance(message.event, ResponseGiven):
                    self._answering.given(message.event)
            case NoticeHolds(holds=holds):
                self._hold.follow(holds=holds)
            case AnswerAwaited(alert=alert):
                self._answering.awaited(alert)
            case _:
                pass

    def _gone(self) -> None:
        """The resident's windows are gone with it: what they held is held from here, until another shows them."""
        self._hold.take()

    def _lost(self, lost: ResidentLost) -> bool:
        """The resident is gone: a sign of evasion, unless the session is just ending."""
        recorder = self._recorder
        is_ending = self._stop is not None or self._told_ns is not None or self.last is not None
        if is_ending or (recorder is not None and recorder.ended.is_set()) or session_is_closing(os.environ):
            return False
        restarts = self._begin.restarts_resident
        what = "It is started again." if restarts else "The recording ends, as the policy says."
        at_ns, detail = self._at_ns(self._clock.boot_ns()), f"{lost.detail} {what}"
        if lost.is_attack:
            self._emit(EvasionSign(at_ns, "recorder_stopped", detail, lost.pid))
        else:
            self._emit(SourceStatus(at_ns, "recorder", working=True, detail=detail))
        if not restarts:
            self._end(Stop(str(EndReason.FAULT), lost.detail))
        return restarts

    def _end(self, why: Stop) -> None:
        """Let the main thread see it at once: it looks why before it looks whether it was told by a signal."""
        self._stop = why
        if self._bell is not None:
            self._bell.set()

    def _at_ns(self, boot_ns: int) -> int:
        header = self._header
        return max(0, boot_ns - header.started.boot_ns) if header is not None else 0

    def _emit(self, event: Event) -> None:
        """Into the recording, or kept until there is one."""
        with self._gate:
            if self._recorder is None:
                self._unsaid.append(event)
                return
        self._recorder.emit(event)
