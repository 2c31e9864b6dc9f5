"""What the resident sees done to its recorder: judged at once, and told to recorders until one has it on the disk."""

import signal
from collections.abc import Callable
from dataclasses import dataclass

from app.agent.supervision.memory_kills import KILLED_FOR_MEMORY, MemoryKills
from app.agent.supervision.messages import AlertRaised, Started
from app.agent.supervision.peer import Peer
from app.agent.supervision.watching import Trouble
from app.agent.supervision.witness import Witness
from recorder.agent_events import EvasionSign
from recorder.clock import NS_PER_S, Clock
from recorder.events import Alert, GapReason

SIGN, INSPECTED = "recorder_stopped", "recorder_inspected"
STOPPED = ("T", "t")
AGAIN_AFTER_NS = NS_PER_S  # one that is stopped many times a second is told so once
STOPPED_LIMIT_NS = NS_PER_S // 2  # a recorder that is held so long is replaced: it records again within 3 s of that
LOGOUT_WINDOW_NS = 3 * NS_PER_S // 2
# What a logout sends too: of a recorder that cannot hear it yet, it is only a sign if the session goes on.
_POLITE = frozenset({-signal.SIGTERM, -signal.SIGINT, -getattr(signal, "SIGHUP", signal.SIGTERM)})


@dataclass(frozen=True, slots=True)
class Judged:
    """A rule fired on a sign: the alert for the recording, by the boot clock, and for whoever carries it out."""

    alert: Alert
    raised: AlertRaised


# Who judges a sign, whatever becomes of recorders: it is given the session, if one was begun, and whom to tell.
JudgeAttack = Callable[[EvasionSign, Started | None, Callable[[Judged], None]], None]


class AttackWatch:
    """Finds out whether a recorder is struck: killed or held by others. For the watcher's thread.

    The `witness` is told of it; `judged` brings what the judge says into the watcher's thread.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        judge: JudgeAttack | None,
        witness: Witness,
        judged: Callable[[Judged], None],
        after_both_gone: bool,
    ) -> None:
        self._clock = clock
        self._judge = judge
        self._witness = witness
        self._judged = judged
        self._after_both_gone = after_both_gone
        self._session: Started | None = None
        self._held_ns: int | None = None  # since when it may be held
        self._told_ns = -AGAIN_AFTER_NS
        self._memory = MemoryKills()
        # An attack or a logout, and when it will have been the former.
        self._doubt: tuple[int, EvasionSign] | None = None

    @property
    def due_ns(self) -> int | None:
        """When to ask `look` and `settle` at the latest."""
        held_ns = self._held_ns + STOPPED_LIMIT_NS if self._held_ns is not None else None
        doubt_ns = self._doubt[0] if self._doubt is not None else None
        return min((due_ns for due_ns in (held_ns, doubt_ns) if due_ns is not None), default=None)

    def hear(self, message: Started) -> None:
        """A recorder records."""
        self._session = message
        if self._after_both_gone:
            self._after_both_gone = False
            self._tell("The recorder and the agent that watches it were both gone.", None)

    def take(self, judged: Judged) -> None:
        """The judge said this of a sign."""
        self._witness.tell(judged.alert, is_judged=True)

    def close(self) -> None:
        """There is no recorder any more."""
        self._memory.close()

    def forget_session(self) -> None:
        """The recording is closed; what follows belongs to another."""
        self._session = None

    def lives(self) -> None:
        """The recorder said so."""
        self._memory.look(self._clock.read().monotonic_ns)

    def begin(self, peer: Peer, on_stop: Callable[[], None]) -> None:
        """Another recorder starts."""
        self._held_ns, self._told_ns = None, -AGAIN_AFTER_NS
        self._memory.follow(peer.pid)
        peer.tell_stops(on_stop)

    def gone(self, peer: Peer) -> Trouble:
        """It is gone without a word: by itself, for want of memory, or it is a sign."""
        status, how = peer.status, peer.how_it_ended()
        words = f"The recorder was gone ({how})." if how else "The recorder was gone."
        if status is not None and status >= 0:
            return Trouble(GapReason.RECORDER_DIED, words)
        if self._memory.excuse(status, self._clock.read().monotonic_ns):
            return Trouble(GapReason.OUT_OF_MEMORY, f"{words} {KILLED_FOR_MEMORY}", is_own=False)
        detail = f"The recorder (process {peer.pid}) was {how or 'gone without a word'}."
        if status in _POLITE:
            self._doubt = (self._clock.read().monotonic_ns + LOGOUT_WINDOW_NS, self._sign(detail, peer.pid))
        else:
            self._tell(detail, peer.pid)
        return Trouble(GapReason.RECORDER_DIED, words, is_own=False)

    def settle(self, *, is_over: bool) -> None:
        """To be asked when it is due: whether what was in doubt was an attack."""
        if self._doubt is None or self._clock.read().monotonic_ns < self._doubt[0]:
            return
        (_, sign), self._doubt = self._doubt, None
        if not is_over:
            self._tell_sign(sign)

    def stopped(self, peer: Peer) -> None:
        """The system says that somebody stopped it."""
        now_ns = self._clock.read().monotonic_ns
        self._held_ns = now_ns
        if now_ns >= self._told_ns + AGAIN_AFTER_NS:
            self._tell_held(peer, "stopped")

    def look(self, peer: Peer) -> Trouble | None:
        """To be asked when it is due: whether what was stopped still is, and has to be replaced."""
        if self._held_ns is None:
            return None
        held_ns = self._clock.read().monotonic_ns - self._held_ns
        if held_ns < STOPPED_LIMIT_NS:
            return None
        self._held_ns = None
        if peer.state() not in STOPPED:
            return None
        words = f"The recorder did nothing for {held_ns / NS_PER_S:.1f} s: it was stopped."
        return Trouble(GapReason.RECORDER_FROZEN, words, is_own=False)

    def debugged(self, peer: Peer, silence_ns: int) -> Trouble | None:
        """To be asked as soon as it is late: whether a debugger holds it."""
        return self.silent(peer, silence_ns) if peer.state() == "t" else None

    def silent(self, peer: Peer, silence_ns: int) -> Trouble:
        """It said nothing for so long: because somebody holds it?"""
        state = peer.state()
        why = "it hung, or no time was given to it"
        if state in STOPPED:
            tracer = peer.tracer() if state == "t" else 0
            how = f"held by a debugger (process {tracer})" if tracer else "stopped"
            why = f"it was {how}"
            self._tell_held(peer, how, tracer)
        words = f"The recorder said nothing for {silence_ns / NS_PER_S:.1f} s: {why}."
        return Trouble(GapReason.RECORDER_FROZEN, words, is_own=False)

    def _tell_held(self, peer: Peer, how: str, tracer: int = 0) -> None:
        self._told_ns = self._clock.read().monotonic_ns
        detail = f"The recorder (process {peer.pid}) was {how}."
        if tracer:
            program = peer.tracer_executable(tracer)
            self._tell_sign(EvasionSign(self._clock.boot_ns(), INSPECTED, detail, tracer, program))
        else:
            self._tell(detail, peer.pid)

    def _sign(self, detail: str, pid: int | None) -> EvasionSign:
        return EvasionSign(self._clock.boot_ns(), SIGN, detail, pid)

    def _tell(self, detail: str, pid: int | None) -> None:
        self._tell_sign(self._sign(detail, pid))

    def _tell_sign(self, sign: EvasionSign) -> None:
        """Into this recording or the next one, and to the judge at once: no recorder may live to judge it."""
        self._witness.tell(sign, is_judged=self._judge is not None)
        if self._judge is not None:
            self._judge(sign, self._session, self._judged)
