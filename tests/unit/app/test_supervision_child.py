"""The recorder's watch over its resident: noticed, told of, started again or not, and never by mistake at a logout."""

import socket
import threading
from typing import Any

import pytest

from app.agent.supervision import child
from app.agent.supervision.channel import Channel
from app.agent.supervision.child import Callbacks, ResidentLost, ResidentWatch
from app.agent.supervision.memory_kills import KILLED_FOR_MEMORY
from app.agent.supervision.messages import (
    AlertRaised,
    Begin,
    Ended,
    Heartbeat,
    PolicySaid,
    Started,
    Stop,
    from_recorder,
)
from app.agent.supervision.other_process import ResidentProcess, resident_at
from app.agent.supervision.peer import Peer
from recorder.clock import SystemClock
from tests.xserver import wait_until

BEGIN = Begin(None, ("agent", "run"), 0, heartbeat_s=0.1, silent_after_s=0.5, restarts_resident=True)
STARTED = Started("/r", "id", "o", "h", "p", 1, 2, 3)
AFTER_A_GAP = Started("/r", "id", "o", "h", "p", 1, 2, 3, lost_ns=5)
ASKED = AlertRaised(4, "rule", "1", "T", "high", "R", ("demand_reason",))
POLICY = PolicySaid(3, "Example", b"x" * 32)


class FakeResident:
    """The resident's end of the socket: it hears, and beats if it is told to."""

    def __init__(self, end: socket.socket, *, beats: bool = True) -> None:
        self.heard: list[Any] = []
        self.closed = threading.Event()
        self.beats = beats
        self.channel = Channel(
            end, decode=from_recorder, on_message=self.heard.append, on_closed=self.closed.set, name="fake resident"
        )
        self.channel.start()
        threading.Thread(target=self._beat, daemon=True).start()

    def _beat(self) -> None:
        while not self.closed.wait(0.05):
            if self.beats:
                self.channel.send(Heartbeat(1))

    def heard_of(self, kind: type) -> list[Any]:
        return [message for message in self.heard if isinstance(message, kind)]


class Bench:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.residents: list[FakeResident] = []
        self.lost: list[ResidentLost] = []
        self.gone = 0
        self.asked: list[Any] = []
        self.restarts = True
        monkeypatch.setattr(child, "LOGOUT_WINDOW_S", 0.1)
        monkeypatch.setattr(child, "start_resident", lambda command, hear: self._start(hear))
        ours, theirs = socket.socketpair()
        self.residents.append(FakeResident(theirs))
        callbacks = Callbacks(lambda: Heartbeat(1), self.asked.append, self._lose, self._go, lambda: [ASKED])
        self.watch = ResidentWatch(ours, BEGIN, clock=SystemClock(), callbacks=callbacks)
        self.watch.start()
        self.watch.say_started(AFTER_A_GAP)
        self.watch.say_lasting(POLICY)

    def _start(self, hear: Any) -> ResidentProcess:
        ours, theirs = socket.socketpair()
        self.residents.append(FakeResident(theirs))
        return resident_at(ours, Peer(), hear)

    def _go(self) -> None:
        self.gone += 1

    def _lose(self, lost: ResidentLost) -> bool:
        self.lost.append(lost)
        return self.restarts

    def close(self) -> None:
        self.watch.stop(Ended("/r", "asked", 0))
        for resident in self.residents:
            resident.channel.close()


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch):
    bench = Bench(monkeypatch)
    yield bench
    bench.close()


def test_a_resident_that_is_gone_is_replaced_by_one_that_is_told_all(bench: Bench) -> None:
    bench.residents[0].channel.close()
    wait_until(lambda: len(bench.residents) == 2, what="another resident")
    another = bench.residents[1]
    wait_until(lambda: another.heard_of(PolicySaid), what="what holds to be said again")
    assert bench.residents[0].heard_of(Started) == [AFTER_A_GAP]
    assert another.heard_of(Started) == [STARTED], "the gap before was told, and is none of its time"
    assert another.heard_of(PolicySaid) == [POLICY]
    wait_until(lambda: another.heard_of(AlertRaised) == [ASKED], what="what nobody answered to be asked again")
    assert "was killed, or ended" in bench.lost[0].detail
    assert bench.gone == 1, "whoever holds the desktop in its place is told at once"


def test_a_resident_that_does_not_answer_is_replaced_too(bench: Bench) -> None:
    bench.residents[0].beats = False
    wait_until(lambda: len(bench.residents) == 2, what="another resident")
    assert "did not answer for 0." in bench.lost[0].detail
    assert bench.residents[0].closed.wait(5)


def test_none_is_started_where_the_policy_ends_the_recording_or_it_ends_anyway(bench: Bench) -> None:
    bench.restarts = False
    bench.residents[0].channel.close()
    wait_until(lambda: bench.lost, what="the loss")
    wait_until(lambda: not bench.watch.has_resident, what="nobody")
    assert len(bench.residents) == 1


def test_what_the_resident_asks_is_passed_on_and_the_last_word_reaches_it(bench: Bench) -> None:
    bench.residents[0].channel.send(Stop("logged_out"))
    wait_until(lambda: bench.asked, what="the question")
    assert bench.asked == [Stop("logged_out")]
    bench.watch.stop(Ended("/r", "logged_out", 0))
    assert bench.residents[0].closed.wait(5)
    assert bench.residents[0].heard_of(Ended) == [Ended("/r", "logged_out", 0)]


def test_a_resident_that_was_ended_for_want_of_memory_is_started_again_and_is_no_attack(
    bench: Bench, monkeypatch
) -> None:
    monkeypatch.setattr(bench.watch._memory, "excuse", lambda status, now_ns: True)
    bench.residents[0].channel.close()
    wait_until(lambda: len(bench.residents) == 2, what="another resident")
    assert not bench.lost[0].is_attack
    assert KILLED_FOR_MEMORY in bench.lost[0].detail
