"""The agent's window as a front of the watcher: what the recorder says becomes news, what the person does is said."""

import os
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from app.agent.notes import note
from app.agent.supervision.agent import Agent
from app.agent.supervision.messages import (
    AlertRaised,
    AnswerAwaited,
    Ended,
    FromRecorder,
    Heartbeat,
    Message,
    Miniature,
    Noted,
    NoticeHolds,
    Refused,
    Rows,
    RowSaid,
    Seen,
    ShowMiniatures,
    Started,
    StorageSaid,
)
from app.agent.supervision.unanswered import Unanswered
from app.agent.supervision.watching import Outcome, Trouble
from app.resident import news
from app.ui.display import why_no_window
from recorder.agent_events import EvasionSign, NoticeAcknowledged, NoticeShown, ResponseGiven
from recorder.clock import Clock
from recorder.events import EndReason
from recorder.logrow import LogRow
from recorder.policy.policy_file import PolicyFile

if TYPE_CHECKING:
    from app.ui.application import ResidentApplication

ENDED_BY_OPERATOR = 5  # the installed unit does not start the agent again after this
LOOK_AGAIN_S = 0.5
CUT_OFF = 70


class WindowFront:
    """`run` on the main thread; the rest is called by the watcher's thread, the asking half by the window's."""

    def __init__(self, policy: PolicyFile, *, clock: Clock, session_id: str = "") -> None:
        self._policy, self._clock, self._session_id = policy, clock, session_id
        self._agent: Agent | None = None
        self._window: ResidentApplication | None = None
        self._gate = threading.Lock()
        self._unanswered = Unanswered()
        self._shown: NoticeShown | None = None
        self._confirmed: NoticeAcknowledged | None = None
        self._shows_miniatures = False
        self._records = False
        self._by_operator = False
        self._over = threading.Event()
        self._outcome = Outcome(0, None, "")

    def run(self, agent: Agent) -> Outcome:
        """Show the window until it is over."""
        from app.ui.application import Outside, ResidentApplication  # only here: whoever wants no window needs no Qt

        self._agent = agent
        outside = Outside(
            self._policy.policy,
            self._policy.root_public_bytes,
            self,
            self._clock.boot_ns,
            self._display_lost,
            self._session_id,
        )
        self._window = ResidentApplication(outside)
        self._window.run(agent.start)
        agent.join()
        return self._told_outcome()

    # --- what the watcher says ----------------------------------------------------------------------------------------

    def heard(self, message: FromRecorder) -> None:
        """Bring it to the window, and what holds to a recorder that begins."""
        if isinstance(message, Started):
            self._started(message)
        elif isinstance(message, AlertRaised):
            self._await_answers(message)
        told = told_as_news(message)
        if told is not None:
            self._tell(told)

    def trouble(self, trouble: Trouble) -> None:
        """Nothing is recorded."""
        self._records = False
        self._tell(news.Supervised(news.RecorderState.RESTARTING, self._wall_ns(), trouble.detail))
        if trouble.ends_session:
            self._tell(news.StorageEnds(trouble.detail))

    def waiting(self, seconds: float, failures: int) -> None:
        """Nothing is recorded for a while."""
        problem = f"It failed {failures} times in a row; the next try is in {seconds:g} s."
        self._tell(news.Supervised(news.RecorderState.RESTARTING, self._wall_ns(), problem))

    def over(self, outcome: Outcome) -> None:
        """Let `run` return."""
        self._outcome = outcome
        self._tell(news.Supervised(news.RecorderState.ENDED, self._wall_ns(), outcome.sentence))
        self._over.set()
        if self._window is not None:
            self._window.quit()

    # --- what the window asks (`Asks`) --------------------------------------------------------------------------------

    def notice_shown(self, language: str, text: str) -> None:
        """The operator sees the notice."""
        self._shown = NoticeShown(self._clock.boot_ns(), language, text)
        self._record(self._shown)
        self._say_holds()

    def notice_acknowledged(self, purpose: str) -> None:
        """The operator confirmed it."""
        now_ns = self._clock.boot_ns()
        shown_ns = self._shown.at_ns if self._shown is not None else now_ns
        self._confirmed = NoticeAcknowledged(now_ns, shown_ns, purpose)
        self._record(self._confirmed)
        self._say_holds()
        self._keep_confirmed()

    def response_given(self, alert: news.AlertRaised, response: str, outcome: str, said: str) -> None:
        """What was done about an alert."""
        given = ResponseGiven(self._clock.boot_ns(), alert.at_ns, alert.rule, response, outcome, said)
        with self._gate:  # who is told at the same moment that it is awaited, is told that it is given too
            self._unanswered.given(given)
            self._record(given)

    def show_miniatures(self, wanted: bool) -> None:
        """Somebody looks, or nobody does."""
        self._shows_miniatures = wanted
        if self._agent is not None:
            self._agent.say(ShowMiniatures(wanted))  # said again to the next recorder, if this one is gone

    def indicator_hidden(self, how: str) -> None:
        """A sign that somebody does not want it to be seen that this session is recorded."""
        self._record(EvasionSign(self._clock.boot_ns(), "indicator_hidden", f"{how}; it is there again"))

    def stop(self, detail: str) -> None:
        """The operator ends the recording."""
        if self._agent is not None:
            self._by_operator = True
            self._agent.stop(EndReason.ASKED, detail)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _record(self, event: Seen) -> None:
        if self._agent is not None:
            self._agent.record(event)

    def _say(self, message: Message) -> None:
        """To the recorder, if there is one now: what holds is said to every next one too."""
        if self._agent is not None and self._records:
            self._agent.say(message)

    def _await_answers(self, alert: AlertRaised) -> None:
        """It is the recorder that says at the end what was not answered: the session may take this process first."""
        with self._gate:
            self._unanswered.asked(alert)
            self._say(AnswerAwaited(alert))

    def _started(self, message: Started) -> None:
        """It hears what holds; a new recording hears of the notice what the last one did."""
        with self._gate:
            is_another = bool(self._session_id) and message.session_id != self._session_id
            if is_another:
                self._unanswered.clear()  # the recording before says that they were not answered
            for told in (self._shown, self._confirmed) if is_another else ():
                if told is not None:
                    self._record(told)
            self._session_id, self._records = message.session_id, True
            for alert in self._unanswered.open:
                self._say(AnswerAwaited(alert))
            if self._shown is not None:
                self._say(NoticeHolds(self._holds))
            self._say(ShowMiniatures(self._shows_miniatures))
        self._tell(news.Supervised(news.RecorderState.RECORDING, message.started_wall_ns))
        if self._confirmed is not None:
            self._keep_confirmed()

    @property
    def _holds(self) -> bool:
        return self._policy.policy.notice.hold_session and self._shown is not None and self._confirmed is None

    def _say_holds(self) -> None:
        self._say(NoticeHolds(self._holds))

    def _keep_confirmed(self) -> None:
        if self._window is not None and self._session_id:
            self._window.keep_confirmed(self._session_id)

    def _tell(self, told: news.News) -> None:
        if self._window is not None:
            self._window.tell(told)

    def _wall_ns(self) -> int:
        return self._clock.read().wall_ns

    def _told_outcome(self) -> Outcome:
        if self._by_operator and not self._outcome.exit_status:
            return replace(self._outcome, exit_status=ENDED_BY_OPERATOR)
        return self._outcome

    def _display_lost(self) -> None:
        """The connection to the display is gone, and Qt with it.

        If the display is gone, the recorder sees that too, and closes the recording. If it is there, somebody cut the
        window off: the recorder starts another resident in place of this one, with a window, and says so.
        """
        note("The window lost the display.")
        while not self._over.wait(LOOK_AGAIN_S):
            if self._records and not why_no_window(os.environ):
                os._exit(CUT_OFF)
        if self._agent is not None:
            self._agent.join()
        if self._outcome.sentence:
            note(self._outcome.sentence)
        os._exit(self._outcome.exit_status)  # nothing of Qt may run any more


def told_as_news(message: FromRecorder) -> news.News | None:
    """What the window is told; None: it is not for the window."""
    match message:
        case Heartbeat():
            return news.Alive()
        case Started():
            told = (message.folder, message.operator, message.host, message.purpose)
            return news.SessionBegun(*told, message.started_wall_ns, message.lost_ns)
        case Rows(rows):
            return news.RowsSaid(tuple(_row(row) for row in rows))
        case Miniature():
            return news.MiniatureTaken(message.at_ns, message.image)
        case AlertRaised():
            return news.AlertRaised(
                message.at_ns, message.rule, message.title, message.severity, message.reason, message.responses
            )
        case StorageSaid():
            return news.StorageNow(message.state, message.free_bytes, message.action)
        case Noted(sentence) | Refused(sentence):
            return news.Noted(sentence)
        case Ended() if message.sentence:
            return news.Noted(message.sentence)
        case _:
            return None


def _row(row: RowSaid) -> LogRow:
    """A window's row has its title for text: what is said of it is not ours to translate."""
    window = row.text if row.kind == "window" and row.application is not None else None
    return LogRow(row.at_ns, row.end_ns, row.kind, row.text, row.detail, row.application, window, severity=row.severity)
