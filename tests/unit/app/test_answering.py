"""Responses to alerts on the recorder's side: nobody's silence is silent, whoever is killed in between."""

import pytest

from app.agent.answering import Answering
from app.agent.supervision.messages import AlertRaised, AnswerAwaited, Started
from app.agent.window_front import WindowFront
from recorder.agent_events import ResponseGiven
from recorder.events import Alert
from recorder.policy.agent_policy import AgentPolicy
from recorder.policy.policy_file import PolicyFile
from tests.resident import alert as news_alert
from tests.watched import OneClock


class Bench:
    """A recorder."""

    def __init__(self) -> None:
        self.said: list = []
        self.recorded: list[ResponseGiven] = []
        self.has_resident = True
        self.answering = Answering(
            say=self.said.append,
            has_resident=lambda: self.has_resident,
            emit=self.recorded.append,
        )

    def alert(self, response: str, at_ns: int = 5) -> None:
        self.answering.alerted(Alert(at_ns, "rule", "1", "Title", "high", "Reason", (), response))

    def given(self, response: str, outcome: str, at_ns: int = 5) -> None:
        self.answering.given(ResponseGiven(20, at_ns, "rule", response, outcome))

    def close(self) -> list[tuple[int, str, str]]:
        self.recorded.clear()
        self.answering.close(lambda: 77)
        return [(one.alert_at_ns, one.response, one.outcome) for one in self.recorded]


@pytest.fixture
def bench():
    return Bench()


def test_what_nobody_answered_stands_in_the_recording_when_it_ends(bench):
    for at_ns, response in enumerate(("warn", "demand_reason", "lock", "end_session", "notify", "")):
        bench.alert(response, at_ns)
    assert bench.close() == [
        (0, "warn", "not answered before the end"),
        (1, "demand_reason", "not answered before the end"),
        (2, "lock", "not done before the end"),
        (3, "end_session", "the session ended before it"),
    ]
    assert {one.at_ns for one in bench.recorded} == {77}


def test_of_what_was_answered_nothing_more_is_said(bench):
    bench.alert("demand_reason")
    bench.given("demand_reason", "not now")
    assert bench.close() == []


def test_an_alert_of_the_last_moment_and_one_that_no_resident_could_be_told_are_not_forgotten(bench):
    bench.has_resident = False
    bench.alert("warn", 1)
    assert bench.close() == [(1, "warn", "not answered before the end")]
    bench.alert("warn", 2)
    assert [one.alert_at_ns for one in bench.recorded] == [1, 2]


def test_another_resident_is_asked_what_the_one_before_left_open(bench):
    bench.alert("demand_reason", 1)
    bench.alert("warn", 2)
    bench.given("warn", "read", 2)
    assert [(one.at_ns, one.responses) for one in bench.answering.again()] == [(1, ("demand_reason",))]


def test_another_recorder_is_told_what_is_still_asked(bench):
    class Agent:
        def __init__(self):
            self.said, self.recorded = [], []

        def say(self, message):
            self.said.append(message)
            return True

        def record(self, event):
            self.recorded.append(event)

    front = WindowFront(PolicyFile(AgentPolicy()), clock=OneClock())
    agent = front._agent = Agent()  # type: ignore[assignment]
    started = Started("/r", "id", "o", "h", "p", 1, 2, 3)
    front.heard(started)
    asked = [AlertRaised(at_ns, "rule", "1", "T", "high", "R", ("notify", "warn")) for at_ns in (1, 2)]
    for one in asked:
        front.heard(one)
    answered = news_alert()
    front.response_given(type(answered)(2, "rule", "T", "high", "R", ("warn",)), "warn", "read", "")
    agent.said.clear()
    front.heard(started)
    (awaited,) = [one for one in agent.said if isinstance(one, AnswerAwaited)]
    bench.answering.awaited(awaited.alert)
    assert bench.close() == [(1, "warn", "not answered before the end")]
