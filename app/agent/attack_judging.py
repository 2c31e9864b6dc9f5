"""Judges what the resident saw done to its recorder, whether or not a recorder lives to do it: alerts leave at once."""

import contextlib
import logging
import queue
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from app.agent.alerting import Put, alert_raised, outlet_for
from app.agent.logins import login_name
from app.agent.reading_rules import read_here
from app.agent.supervision.attacks import JudgeAttack, Judged
from app.agent.supervision.messages import Started
from app.agent.supervision.witnessed import in_session
from recorder.agent_events import EvasionSign
from recorder.clock import Clock, Instant, utc_offset_s
from recorder.events import Alert, SessionStarted
from recorder.evidence.session_header import SessionHeader
from recorder.policy.agent_policy import AgentPolicy

if TYPE_CHECKING:
    from recorder.detect.judge import Judge

log = logging.getLogger(__name__)

Tell = Callable[[str], None]
Then = Callable[[Judged], None]
LOAD_AFTER_S = 1.5  # the recorder that is being started needs the processor more
END_LIMIT_S = 15.0  # rules may lie where nothing answers
LOOK_S = 5.0  # for the number of those that were left out of a burst


@contextlib.contextmanager
def attacks_judged(policy: AgentPolicy, *, clock: Clock, tell: Tell) -> Iterator[JudgeAttack]:
    """Who judges, as long as this stands."""
    judging = AttackJudging(policy, clock=clock, tell=tell)
    judging.start()
    try:
        yield judging.take
    finally:
        judging.stop()


class AttackJudging:
    """A thread of its own, which loads the rules when the first sign comes: they cost memory, and few need them here.

    The times of a sign are those of the boot clock, and so are those of the alert that goes to recorders.
    """

    def __init__(self, policy: AgentPolicy, *, clock: Clock, tell: Tell) -> None:
        self._policy = policy
        self._clock = clock
        self._tell = tell
        self._signs: queue.SimpleQueue[tuple[EvasionSign, Started | None, Then] | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="attacks judged", daemon=True)
        self._judge: Judge | None = None
        self._session = self._none_yet()
        self._then: Then = lambda _: None
        self._outlet = contextlib.ExitStack()
        self._put: Put | None = None

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def take(self, sign: EvasionSign, session: Started | None, then: Then) -> None:
        """Judge this sign; `then` is told each alert, in the judging thread."""
        self._signs.put((sign, session, then))

    def stop(self) -> None:
        """Judge what has come so far, and end, at the latest after `END_LIMIT_S`."""
        self._stopping.set()
        self._signs.put(None)
        self._thread.join(END_LIMIT_S)

    # --- the thread ---------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while (taken := self._next()) is not None:
                self._take(*taken)
            if self._judge is not None:
                self._say(self._judge.finish(self._clock.boot_ns()))
        except Exception as error:
            log.debug("judging ended", exc_info=True)
            self._tell(f"What is done to the recorder is judged no more: {type(error).__name__}: {error}")
        finally:
            self._outlet.close()

    def _next(self) -> tuple[EvasionSign, Started | None, Then] | None:
        while True:
            judge = self._judge
            try:
                return self._signs.get(timeout=LOOK_S if judge is not None and judge.is_burst_open else None)
            except queue.Empty:
                self._say(judge.look(self._clock.boot_ns()) if judge is not None else [])

    def _take(self, sign: EvasionSign, session: Started | None, then: Then) -> None:
        self._then = then
        if session is not None and session.session_id != self._session.session_id:
            self._session = session
            self._outlet.close()
            self._put = None
        if self._judge is None:
            self._stopping.wait(LOAD_AFTER_S)
            self._judge = self._loaded()
        self._say(self._judge.judge(sign, now_ns=self._clock.boot_ns()))

    def _loaded(self) -> "Judge":
        from recorder.detect.judge import Judge

        judge = Judge(read_here(self._policy.rules).rules, self._policy.rules, counts=False)
        now, who = self._clock.read(), self._session
        booted_wall_ns = now.wall_ns - now.boot_ns  # the times of signs are counted from there
        offset_s = utc_offset_s(now.wall_ns)
        told = (who.session_id, who.operator, who.host, who.purpose)
        judge.know(SessionStarted(0, *told, booted_wall_ns, offset_s, program="", screen_method="", keys_mode=""))
        return judge

    def _say(self, alerts: Sequence[Alert]) -> None:
        for alert in alerts:
            here = in_session(alert, self._session.started_boot_ns)
            assert isinstance(here, Alert)
            if self._put is None and self._policy.channels:
                self._put = self._outlet.enter_context(
                    outlet_for(self._policy.channels, self._header(), clock=self._clock, tell=self._tell)
                )
            if self._put is not None:
                self._put(here)
            self._then(Judged(alert, alert_raised(here)))

    def _header(self) -> SessionHeader:
        """What an alert that leaves says of the session."""
        who = self._session
        started = Instant(who.started_boot_ns, who.started_boot_ns, who.started_wall_ns)
        return SessionHeader(who.session_id, who.operator, who.host, who.purpose, started, 0, program="")

    def _none_yet(self) -> Started:
        """Until a recording is begun: the time is counted from here."""
        now = self._clock.read()
        return Started("", "", login_name(), socket.gethostname(), "", now.boot_ns, now.wall_ns, 0)
