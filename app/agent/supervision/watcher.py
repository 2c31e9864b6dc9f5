"""The resident's half of the watch: keep a recorder alive, whatever becomes of it, until it is told to stop.

    starting ──Started──▶ recording ──silent, dead, stuck──▶ (killed) ──backoff──▶ starting
        │                     │
        └──Refused, first─▶ over ◀──Ended after stop──┘        Ended by itself: starting, with a new recording

One thread owns all of it; what others say and ask comes through one queue.
"""

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from app.agent.supervision.attacks import AttackWatch, JudgeAttack, Judged
from app.agent.supervision.kept_counts import KeptCounts
from app.agent.supervision.messages import (
    Begin,
    CountsSaid,
    Ended,
    FromRecorder,
    GoOn,
    Health,
    Heartbeat,
    Message,
    Missed,
    Refused,
    Resume,
    Seen,
    Started,
    Stop,
    ToldToEnd,
    WitnessKept,
)
from app.agent.supervision.other_process import HearRecorder, RecorderProcess
from app.agent.supervision.pulse import Backoff, Pulse, Standstill
from app.agent.supervision.watching import Asked, Outcome, Said, Stopped, Trouble, WatchLimits, WatchListener
from app.agent.supervision.witness import Witness
from recorder.clock import NS_PER_S, Clock
from recorder.errors import StorageError
from recorder.events import EndReason, GapReason

# The recorder says that it lives, and is answered: so the resident wakes once for both. Who says nothing is told late.
ANSWERED_AT_LEAST = 0.5  # of a heartbeat since the last one
UNANSWERED = 1.1
LATE = 1.05  # less than it takes to find nothing answered
# A logout tells both processes within moments of each other, in whatever order.
LOGOUT_WINDOW_S = 1.5
# Without its display a session is over; a server that is started anew at once is another matter.
LOST_DISPLAY_S = 10.0
STOP_TRIES = 2
ROOM_LOOK_S = 2.0
NOT_LET_GO = "The system does not let it end."
# Endings after which the same would only happen again: the session is over.
_OVER = frozenset({EndReason.ASKED, EndReason.TIME_LIMIT, EndReason.LOGGED_OUT, EndReason.RULE})

Start = Callable[[HearRecorder], RecorderProcess]


class Watcher:
    """Keeps one recorder running. `start` begins, `stop` ends in order; the listener's `over` is heard last.

    `start_recorder` starts a process; `adopted` is one that runs already. `resume` is what the first one goes on with.
    `policy` is the policy file that every recorder of this session follows. `judge_attack` hears of every sign that
    somebody struck the recorder. `must_wait`: there is so little room that the policy ends the session.
    """

    def __init__(
        self,
        start_recorder: Start,
        *,
        listener: WatchListener,
        clock: Clock,
        limits: WatchLimits,
        resident: Sequence[str],
        resident_pid: int,
        resume: Resume | None = None,
        adopt: Start | None = None,
        policy: bytes = b"",
        judge_attack: JudgeAttack | None = None,
        must_wait: Callable[[], bool] = lambda: False,
    ) -> None:
        self._start_recorder = start_recorder
        self._listener = listener
        self._clock = clock
        self._limits = limits
        self._resident = tuple(resident)
        self._resident_pid = resident_pid
        self._resume, self._adopt = resume, adopt
        self._policy, self._must_wait = policy, must_wait
        self._news: queue.SimpleQueue[Said | Stopped | Asked | Judged | Seen] = queue.SimpleQueue()
        self._recorder: RecorderProcess | None = None
        self._begun: Started | None = None
        self._health: Health | None = None
        self._ended: Ended | Refused | None = None
        self._missed: Missed | None = None
        self._counts: KeptCounts | None = None  # of the recording; None: nothing is known of it
        self._unrecorded_boot_ns = 0  # since when there is no recording, or the one there is does not go on
        self._has_recorded = False
        self._stopping: Stop | None = None
        self._stop_until_ns = self._stop_tries = 0
        self._display_lost_ns: int | None = None
        self._told_until_ns: int | None = None
        self._started_ns = self._said_ns = 0
        self._pulse = Pulse(0)
        self._sealing = Standstill(0)
        self._backoff, self._struck = Backoff(limits.backoff), Backoff(limits.struck)
        self._witness = Witness(self.say)
        is_after_both = resume is not None and adopt is None
        self._attacks = AttackWatch(
            clock, judge=judge_attack, witness=self._witness, judged=self._news.put, after_both_gone=is_after_both
        )
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)

    # --- from any thread ----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self, reason: EndReason, detail: str = "") -> None:
        """Close the recording for this reason, and end."""
        self._news.put(Asked(Stop(str(reason), detail)))

    def join(self, timeout_s: float | None = None) -> bool:
        """Wait until it is over; whether it is."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def say(self, message: Message) -> bool:
        """Say something to the recorder; False if there is none now that could hear it."""
        recorder = self._recorder
        return recorder is not None and recorder.say(message)

    def record(self, event: Seen) -> None:
        """Have this in the recording, whatever becomes of the recorder meanwhile."""
        self._news.put(event)

    @property
    def recorder_pid(self) -> int:
        """The recorder's process; 0 if there is none now."""
        recorder = self._recorder
        return recorder.peer.pid if recorder is not None else 0

    # --- the thread ---------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        self._unrecorded_boot_ns = self._clock.boot_ns()
        while True:
            if self._recorder is None:
                outcome = self._after_the_end()
                if outcome is not None:
                    self._attacks.close()
                    self._listener.over(outcome)
                    return
                self._begin()
            due_ns = self._due_ns()
            self._pulse.look_at(due_ns)
            self._take_news(until_ns=due_ns)
            self._say_alive()
            self._attacks.settle(is_over=self._stopping is not None)
            if self._recorder is not None:
                self._look(self._recorder)

    def _due_ns(self) -> int:
        """When there is something to do even if nobody says anything."""
        if self._recorder is None:
            return 0
        limits = self._limits
        due_ns = self._said_ns + int(UNANSWERED * limits.heartbeat_s * NS_PER_S)
        if (attack_due_ns := self._attacks.due_ns) is not None:
            due_ns = min(due_ns, attack_due_ns)
        if self._stopping is not None:
            return min(due_ns, self._stop_until_ns)
        if self._told_until_ns is not None:
            due_ns = min(due_ns, self._told_until_ns)
        if self._begun is None:
            return min(due_ns, self._started_ns + int(limits.starting_s * NS_PER_S) + 1)
        return min(due_ns, self._pulse.heard_ns + int(limits.silent_after_s * NS_PER_S) + 1)

    def _now_ns(self) -> int:
        return self._clock.read().monotonic_ns

    def _begin(self) -> None:
        """Start a recorder (or take over the one that runs) and tell it with what to go on."""
        start, self._adopt = self._adopt or self._start_recorder, None
        is_adopted = start is not self._start_recorder
        self._begun, self._health, self._ended, self._told_until_ns = None, None, None, None
        self._started_ns = self._now_ns()
        self._pulse = Pulse(self._started_ns)
        self._sealing = Standstill(int(2 * self._limits.heartbeat_s * NS_PER_S))
        try:
            self._recorder = start(lambda sender, message: self._news.put(Said(sender, message)))
        except OSError as error:
            self._fail(Trouble(GapReason.RECORDER_DIED, f"No recorder could be started: {error.strerror or error}."))
            return
        recorder = self._recorder
        self._attacks.begin(recorder.peer, lambda: self._news.put(Stopped(recorder)))
        if not is_adopted:
            limits = self._limits
            self._recorder.say(
                Begin(
                    resume=self._resume,
                    resident=self._resident,
                    resident_pid=self._resident_pid,
                    heartbeat_s=limits.heartbeat_s,
                    silent_after_s=limits.silent_after_s,
                    restarts_resident=limits.restarts_resident,
                    missed=self._missed,
                    policy=self._policy,
                    counted=self._counts.all if self._counts is not None else None,
                    counted_left_out=self._counts.left_out if self._counts is not None else 0,
                )
            )
        self._witness.tell_again()
        if self._stopping is not None:
            self._recorder.say(self._stopping)

    def _take_news(self, *, until_ns: int) -> None:
        """Take in what is said and asked, waiting for the first until this moment."""
        try:
            news = self._news.get(timeout=max(0, until_ns - self._now_ns()) / NS_PER_S)
            while True:
                self._take(news)
                news = self._news.get_nowait()
        except queue.Empty:
            return

    def _take(self, news: Said | Stopped | Asked | Judged | Seen) -> None:
        if isinstance(news, Asked):
            if self._stopping is None:
                self._stopping = news.stop
                self._grant_closing()
                self.say(news.stop)
        elif isinstance(news, Judged):
            self._attacks.take(news)
            self._listener.heard(news.raised)
        elif isinstance(news, Seen):
            self._witness.tell(news)
        elif isinstance(news, Stopped):
            if news.recorder is self._recorder:
                self._attacks.stopped(news.recorder.peer)
        elif news.sender is self._recorder and news.message is not None:
            self._pulse.hear(self._now_ns())
            self._hear(news.message)
        elif news.sender is self._recorder:
            self._take_silence()

    def _grant_closing(self) -> None:
        self._stop_tries += 1
        self._stop_until_ns = self._now_ns() + int(self._limits.closing_s * NS_PER_S)

    def _hear(self, message: FromRecorder) -> None:
        match message:
            case Heartbeat(health=health):
                self._health = health or self._health
                self._attacks.lives()
                if health is not None:
                    self._sealing.tell(health.turned_boot_ns, self._now_ns())
            case Started():
                self._begun, self._has_recorded, self._missed = message, True, None
                self._resume = self._display_lost_ns = None
                if self._counts is None or self._counts.session_id != message.session_id:
                    self._counts = KeptCounts(message.session_id)
                self._attacks.hear(message)
            case CountsSaid() if self._counts is not None:
                self._counts.add(message.counted, left_out=message.left_out)
            case WitnessKept():
                self._witness.keep(message)
            case Ended() | Refused():
                self._ended = message
            case ToldToEnd():
                self._told_until_ns = self._now_ns() + int(LOGOUT_WINDOW_S * NS_PER_S)
            case _:
                pass
        self._listener.heard(message)

    def _take_silence(self) -> None:
        """The connection is closed: the recorder ended, or was ended."""
        recorder = self._recorder
        if recorder is None:
            return
        recorder.peer.wait(self._limits.dying_s if self._ended is None else self._limits.closing_s)
        if self._ended is None:
            self._replace(self._attacks.gone(recorder.peer))
        else:
            recorder.end(self._limits.dying_s)
            self._recorder = None

    def _say_alive(self) -> None:
        now_ns = self._now_ns()
        pause_ns = int(ANSWERED_AT_LEAST * self._limits.heartbeat_s * NS_PER_S)
        if now_ns - self._said_ns >= pause_ns and self._recorder is not None:
            self._said_ns = now_ns
            self._recorder.say(Heartbeat(self._clock.boot_ns()))

    def _look(self, recorder: RecorderProcess) -> None:
        """Judge how the recorder does now."""
        now_ns = self._now_ns()
        silence_ns = self._pulse.silence_ns(now_ns)
        if self._told_until_ns is not None and self._stopping is None and now_ns >= self._told_until_ns:
            self._told_until_ns = None
            recorder.say(GoOn())
        held = self._attacks.look(recorder.peer)
        if self._stopping is not None:
            if held is not None or now_ns >= self._stop_until_ns:
                late = Trouble(GapReason.RECORDER_FROZEN, "The recorder did not close the recording.")
                self._replace(held or late)
                self._grant_closing()
        elif (trouble := held or self._trouble(recorder, now_ns, silence_ns)) is not None:
            self._replace(trouble)

    def _trouble(self, recorder: RecorderProcess, now_ns: int, silence_ns: int) -> Trouble | None:
        limits = self._limits
        if self._begun is None:
            if now_ns - self._started_ns <= int(limits.starting_s * NS_PER_S):
                return None
            return Trouble(GapReason.RECORDER_FROZEN, f"The recorder did not begin within {limits.starting_s:g} s.")
        is_late = silence_ns > int(LATE * limits.heartbeat_s * NS_PER_S)
        if is_late and (held := self._attacks.debugged(recorder.peer, silence_ns)) is not None:
            return held
        if silence_ns > int(limits.silent_after_s * NS_PER_S):
            return self._attacks.silent(recorder.peer, silence_ns)
        stuck_ns = self._sealing.lasted_ns
        if stuck_ns > int(limits.sealing_s * NS_PER_S):
            return Trouble(GapReason.RECORDER_FROZEN, f"Nothing could be sealed for {stuck_ns / NS_PER_S:.0f} s.")
        return None

    def _replace(self, trouble: Trouble) -> None:
        """End this recorder; the next one goes on with its recording."""
        recorder, self._recorder = self._recorder, None
        begun, health = self._begun, self._health
        if begun is not None:
            self._unrecorded_boot_ns = health.sealed_boot_ns if health is not None else self._clock.boot_ns()
            self._resume = Resume(
                folder=begun.folder,
                reason=trouble.reason,
                detail=trouble.detail,
                sealed_boot_ns=health.sealed_boot_ns if health is not None else None,
                tip=health.tip if health is not None else None,
            )
        if recorder is not None and not recorder.end(self._limits.dying_s):
            trouble = replace(trouble, detail=" ".join((trouble.detail, NOT_LET_GO)))
        self._ended = None
        self._fail(trouble)

    def _fail(self, trouble: Trouble) -> None:
        if self._resume is None and self._missed is None:
            self._missed = Missed(self._unrecorded_boot_ns, trouble.reason, trouble.detail)
        self._listener.trouble(trouble)
        if trouble.ends_session:
            self._wait_for_room()
        else:
            self._pause(self._backoff if trouble.is_own else self._struck)

    def _wait_for_room(self) -> None:
        """No recording is begun of which it is known that it would end at once."""
        while self._stopping is None and self._must_wait():
            self._take_news(until_ns=self._now_ns() + int(ROOM_LOOK_S * NS_PER_S))

    def _pause(self, backoff: Backoff) -> None:
        """Wait before the next start, if the last ones failed soon; whoever asks to stop is heard at once."""
        lived_s = (self._now_ns() - self._started_ns) / NS_PER_S if self._begun is not None else 0.0
        delay_s = backoff.delay_s(lived_s)
        if delay_s == 0:
            return
        self._listener.waiting(delay_s, backoff.failures)
        until_ns = self._now_ns() + int(delay_s * NS_PER_S)
        while self._stopping is None and self._now_ns() < until_ns:
            self._take_news(until_ns=until_ns)

    def _after_the_end(self) -> Outcome | None:
        """There is no recorder: none any more because it is over, or none yet because the next start is due."""
        if self._ended is not None:
            return self._after_an_ending(self._ended)
        if self._stopping is None:
            return None
        if self._resume is None:
            return Outcome(0, None, "")
        if self._stop_tries <= STOP_TRIES:
            return None  # what was begun is closed by one more recorder
        return Outcome(StorageError.exit_status, self._resume.folder, "The recording could not be closed.")

    def _after_an_ending(self, ended: Ended | Refused) -> Outcome | None:
        """It ended by itself: over, or to be begun anew as long as the session lasts."""
        folder, reason = (ended.folder, ended.reason) if isinstance(ended, Ended) else (None, GapReason.RECORDER_DIED)
        if reason == EndReason.DISPLAY_LOST and self._display_lost_ns is None:
            self._display_lost_ns = self._now_ns()
        lost_ns = self._now_ns() - self._display_lost_ns if self._display_lost_ns is not None else 0
        must_wait = ended.exit_status == StorageError.exit_status and self._must_wait()
        is_over = self._stopping is not None or reason in _OVER or not (self._has_recorded or must_wait)
        if is_over or lost_ns > int(LOST_DISPLAY_S * NS_PER_S):
            return Outcome(ended.exit_status, folder, ended.sentence)
        self._ended, self._resume = None, None
        self._attacks.forget_session()
        if isinstance(ended, Ended):
            self._unrecorded_boot_ns = ended.reaches_boot_ns or self._clock.boot_ns()
        why = GapReason.STORAGE_FULL if must_wait else reason if reason in set(GapReason) else GapReason.RECORDER_DIED
        self._fail(Trouble(why, ended.sentence, ends_session=must_wait))
        return None
