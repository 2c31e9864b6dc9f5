"""Gives the responses that alerts lead to: one message at a time, locking and ending at once; each is told back."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QObject

from app.resident.locking import Outcome, end_session, ending_ways, lock_screen, locking_ways
from app.resident.news import AlertRaised, Asks
from app.ui.answer_dialogs import AnswerDialog, EndingDialog, ReasonAsked, WarningDialog
from app.ui.cover import Cover
from app.ui.doing import Doing
from app.ui.lift_card import LiftCard
from app.ui.state_told import StateTold
from recorder.policy.sections import Response
from resources.ui.look import Look
from resources.ui.widgets import make_room, show_beside_work

ENDED_AFTER_S = 60
MOST_WAITING = 200


@dataclass(frozen=True, slots=True)
class Desktop:
    """What is outside: how a screen is locked and a session ended here, and whether the screen is locked now."""

    lock: Callable[[], Outcome]
    end: Callable[[], Outcome]


def real_desktop(environment: Mapping[str, str], *, is_locked: Callable[[], bool]) -> Desktop:
    """The desktop that this program runs on."""
    return Desktop(
        lock=lambda: lock_screen(locking_ways(environment), is_locked=is_locked),
        end=lambda: end_session(ending_ways(environment)),
    )


@dataclass(slots=True)
class _Message:
    """A message for the operator; the same rule again, while it waits or is shown, joins it."""

    response: Response
    alerts: list[AlertRaised] = field(default_factory=list)


class Answers(QObject):
    """Owns the dialogs. Every response that was wanted gets an outcome, whatever the operator does."""

    def __init__(
        self,
        asks: Asks,
        desktop: Desktop,
        state: StateTold,
        *,
        look: Look,
        time_of: Callable[[int], str],
        ended_after_s: int = ENDED_AFTER_S,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._asks, self._desktop, self._state, self._look, self._time_of = asks, desktop, state, look, time_of
        self._ended_after_s = ended_after_s
        self._doing = Doing(self)
        self._waiting: deque[_Message] = deque()
        self._shown: _Message | None = None
        self.dialog: AnswerDialog | None = None
        self.ending: EndingDialog | None = None
        self.cover: Cover | None = None
        self.lift_card: LiftCard | None = None
        self._to_lock: list[AlertRaised] = []
        self._to_end: list[AlertRaised] = []

    def answer(self, alert: AlertRaised) -> None:
        """Do what this alert leads to, as far as it is the window's to do."""
        wanted = set(alert.responses)
        if Response.LOCK in wanted:
            self._lock(alert)
        if Response.END_SESSION in wanted:
            self._end(alert)
        if Response.DEMAND_REASON in wanted:
            self._message(Response.DEMAND_REASON, alert)
        elif Response.WARN in wanted:
            self._message(Response.WARN, alert)

    def stop(self) -> None:
        """The program ends: what was not answered is said to be so."""
        self._doing.stop()
        for message in self._messages():
            self._tell(message.alerts, message.response, "not answered before the end")
        self._waiting.clear()
        self._shown = None
        self._lift()
        for dialog in (self.dialog, self.ending):
            if dialog is not None:
                dialog.hide()
                dialog.deleteLater()
        self.dialog = self.ending = None

    # --- messages and questions ---

    def _message(self, response: Response, alert: AlertRaised) -> None:
        for message in self._messages():
            if message.response is response and message.alerts[0].rule == alert.rule:
                self._join(message, alert)
                return
        if len(self._waiting) >= MOST_WAITING:
            self._tell([alert], response, "not shown: too many others wait")
            return
        self._waiting.append(_Message(response, [alert]))
        if self._shown is None:
            self._next()

    def _messages(self) -> list[_Message]:
        """What is shown, and what waits."""
        return [*([self._shown] if self._shown is not None else []), *self._waiting]

    def _join(self, message: _Message, alert: AlertRaised) -> None:
        message.alerts.append(alert)
        if message is self._shown and self.dialog is not None:
            self.dialog.tell_count(len(message.alerts))

    def _next(self) -> None:
        if not self._waiting:
            return
        message = self._shown = self._waiting.popleft()
        kind = ReasonAsked if message.response is Response.DEMAND_REASON else WarningDialog
        first = message.alerts[0]
        dialog = kind(first, self._time_of(first.at_ns), look=self._look)
        dialog.answered.connect(self._answered)
        dialog.tell_count(len(message.alerts))
        self.dialog = dialog
        make_room(dialog)
        show_beside_work(dialog)

    def _answered(self, outcome: str, said: str) -> None:
        message, dialog = self._shown, self.dialog
        self._shown = self.dialog = None
        if dialog is not None:
            dialog.deleteLater()
        if message is not None:
            self._tell(message.alerts, message.response, outcome, said)
        self._next()

    # --- locking ---

    def _lock(self, alert: AlertRaised) -> None:
        self._to_lock.append(alert)
        if len(self._to_lock) == 1:
            self._doing.do(self._desktop.lock, self._locked)

    def _locked(self, outcome: Outcome) -> None:
        alerts, self._to_lock = self._to_lock, []
        if outcome.way is not None:
            self._tell(alerts, Response.LOCK, f"locked by {outcome.way}")
            return
        self._tell(alerts, Response.LOCK, f"covered, no screen lock answered ({outcome.said})")
        self._put_cover(alerts[0])

    def _put_cover(self, alert: AlertRaised) -> None:
        if self.cover is not None:
            return
        card = LiftCard(alert, look=self._look)
        card.lifted.connect(lambda: self._lifted(alert))
        self.lift_card = card
        title = self._look.words("agent_response.curtain_title")
        self.cover = Cover(card, self._state, title=title, elsewhere=title, look=self._look, parent=self)
        self.cover.show()

    def _lifted(self, alert: AlertRaised) -> None:
        self._lift()
        self._tell([alert], Response.LOCK, "the operator lifted the cover")

    def _lift(self) -> None:
        if self.cover is not None:
            self.cover.take_away()
            self.cover.deleteLater()
            self.cover = None
        if self.lift_card is not None:
            self.lift_card.deleteLater()
            self.lift_card = None

    # --- the end of the session ---

    def _end(self, alert: AlertRaised) -> None:
        self._to_end.append(alert)
        if self.ending is not None:
            self.ending.tell_count(len(self._to_end))
        elif len(self._to_end) == 1:
            dialog = EndingDialog(alert, self._time_of(alert.at_ns), seconds=self._ended_after_s, look=self._look)
            dialog.answered.connect(lambda *_: self._end_now())
            self.ending = dialog
            make_room(dialog)
            show_beside_work(dialog)

    def _end_now(self) -> None:
        if self.ending is not None:
            self.ending.deleteLater()
            self.ending = None
        self._tell(self._to_end, Response.END_SESSION, "the countdown is over")
        self._doing.do(self._desktop.end, self._ended)

    def _ended(self, outcome: Outcome) -> None:
        alerts, self._to_end = self._to_end, []
        if outcome.way is not None:
            self._tell(alerts, Response.END_SESSION, f"ended by {outcome.way}")
            return
        self._tell(alerts, Response.END_SESSION, f"not ended, locked instead ({outcome.said})")
        self._lock(alerts[0])

    def _tell(self, alerts: list[AlertRaised], response: Response, outcome: str, said: str = "") -> None:
        for alert in alerts:
            self._asks.response_given(alert, response.value, outcome, said)
