"""The recorder's part of the responses to alerts: on their way to the resident, and what became of them."""

import threading
from collections import deque
from collections.abc import Callable

from app.agent.alerting import alert_raised
from app.agent.supervision.messages import AlertRaised, Message
from app.agent.supervision.unanswered import Unanswered
from recorder.agent_events import ResponseGiven
from recorder.events import Alert
from recorder.policy.sections import Response

MOST_WAITING = 1000
NOT_ANSWERED = "not answered before the end"
NOT_GIVEN = {Response.END_SESSION: "the session ended before it", Response.LOCK: "not done before the end"}


class Answering:
    """For any thread. `say` brings a message to the resident, if there is one (`has_resident`); `emit` records."""

    def __init__(
        self,
        *,
        say: Callable[[Message], None],
        has_resident: Callable[[], bool],
        emit: Callable[[ResponseGiven], None],
    ) -> None:
        self._say = say
        self._has_resident = has_resident
        self._emit = emit
        self._gate = threading.Lock()
        self._waiting: deque[AlertRaised] = deque(maxlen=MOST_WAITING)  # each stands in the recording as well
        self._unanswered = Unanswered()
        self._closes_at_ns: Callable[[], int] | None = None

    def alerted(self, alert: Alert) -> None:
        """Tell the resident at once, which carries out what is wanted; one that is just being restarted, once it is."""
        raised = alert_raised(alert)
        with self._gate:
            self._waiting.append(raised)
            closes_at_ns = self._closes_at_ns
        if closes_at_ns is not None:
            self._record_not_given(raised, closes_at_ns())
        self.say_waiting()

    def say_waiting(self) -> None:
        """Tell what no resident could be told yet."""
        with self._gate:
            if not self._has_resident():
                return
            alerts = tuple(self._waiting)
            self._waiting.clear()
        for alert in alerts:
            self._unanswered.asked(alert)
            self._say(alert)

    def again(self) -> tuple[AlertRaised, ...]:
        """What the resident was told that is gone, and has not answered."""
        return self._unanswered.open

    def awaited(self, alert: AlertRaised) -> None:
        """The resident carries this out: an alert of its own, or one of the recorder before this one."""
        self._unanswered.asked(alert)

    def given(self, response: ResponseGiven) -> None:
        """The resident did this, or could not."""
        self._unanswered.given(response)

    def close(self, now_ns: Callable[[], int]) -> None:
        """The recording ends: what was asked and not answered is said to be so, also of alerts that are yet to come."""
        with self._gate:
            self._closes_at_ns = now_ns
            waiting = tuple(self._waiting)
        for alert in (*self._unanswered.open, *waiting):
            self._record_not_given(alert, now_ns())

    def _record_not_given(self, alert: AlertRaised, at_ns: int) -> None:
        for response in alert.responses:
            if response != Response.NOTIFY:
                outcome = NOT_GIVEN.get(Response(response), NOT_ANSWERED)
                self._emit(ResponseGiven(at_ns, alert.at_ns, alert.rule, response, outcome))
