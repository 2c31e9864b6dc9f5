"""Responses that are wanted and of which nothing is known yet."""

import threading

import msgspec

from app.agent.supervision.messages import AlertRaised
from recorder.agent_events import ResponseGiven
from recorder.policy.sections import Response

MOST_OPEN = 1000


class Unanswered:
    """For any thread. Alerts are kept with those of their responses that nobody has given yet."""

    def __init__(self) -> None:
        self._gate = threading.Lock()
        self._open: dict[tuple[int, str], AlertRaised] = {}

    @property
    def open(self) -> tuple[AlertRaised, ...]:
        """What nobody has answered, in its order."""
        with self._gate:
            return tuple(self._open.values())

    def asked(self, alert: AlertRaised) -> None:
        """This is wanted; to notify is the channels' part."""
        wanted = tuple(response for response in alert.responses if response != Response.NOTIFY)
        with self._gate:
            if wanted and len(self._open) < MOST_OPEN:
                self._open[alert.at_ns, alert.rule] = msgspec.structs.replace(alert, responses=wanted)

    def given(self, message: ResponseGiven) -> None:
        """This was done about an alert, or was not; either is an answer."""
        key = (message.alert_at_ns, message.rule)
        with self._gate:
            alert = self._open.pop(key, None)
            left = tuple(one for one in alert.responses if one != message.response) if alert is not None else ()
            if alert is not None and left:
                self._open[key] = msgspec.structs.replace(alert, responses=left)

    def clear(self) -> None:
        """What is asked from now on belongs to another recording."""
        with self._gate:
            self._open.clear()
