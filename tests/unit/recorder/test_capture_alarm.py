"""Input after a pause is told by the server itself, and asked for where it cannot."""

import itertools
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from recorder.capture.source import Source
from recorder.capture.x11_alarm import SURE_S, wakes_after_pause
from recorder.capture.x11_connection import X11Connection
from recorder.capture.x11_curtain import X11Curtain
from recorder.capture.x11_idle import BACK_LOOK_S, X11Idle
from recorder.clock import NS_PER_MS, NS_PER_S
from recorder.events import IdleChanged
from tests.heard import Heard
from tests.xserver import XServer, wait_until

Hear = Callable[[Source], Heard]


def test_an_alarm_comes_once_after_a_pause(server: XServer) -> None:
    connection = X11Connection(server.display)
    heard: list[Any] = []

    def alarms() -> int:
        heard.extend(connection.events(0.05))
        return sum(type(event).__name__ == "AnyEvent" for event in heard)

    try:
        assert wakes_after_pause(connection, 400)
        for _ in range(2):
            wait_until(lambda: connection.root.screensaver_query_info().idle > 500, what="a pause")
            assert alarms() == 0, "a pause by itself is no input"
            server.run("xdotool", "key", "a", "key", "b", "key", "c")
            wait_until(alarms, what="the alarm")
            assert alarms() == 1
            heard.clear()
    finally:
        connection.close()


def test_the_first_input_after_a_pause_is_seen_at_once(server: XServer, hear: Hear) -> None:
    source = X11Idle(idle_after_s=0.5)
    heard = hear(source)
    heard.wait_for(lambda one: one.of(IdleChanged), "idle")
    assert source._look_in_s == SURE_S, "it waits for the server"
    server.run("xdotool", "key", "a")
    pressed_ns = heard.clock.now_ns()
    ended = heard.wait_for(lambda one: one.of(IdleChanged)[1:], "back")[0]
    assert ended.at_ns < pressed_ns + 500_000_000


def test_a_server_without_alarms_is_asked_again_and_again(
    server: XServer, hear: Hear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recorder.capture.x11_idle.wakes_after_pause", lambda *_: False)
    source = X11Idle(idle_after_s=0.5)
    heard = hear(source)
    heard.wait_for(lambda one: one.of(IdleChanged), "idle")
    assert source._look_in_s == BACK_LOOK_S
    server.run("xdotool", "key", "a")
    heard.wait_for(lambda one: one.of(IdleChanged)[1:], "back")


def test_nobody_looks_for_curtains_while_there_is_no_input(server: XServer, hear: Hear) -> None:
    source = X11Curtain(look_every_s=0.05)
    hear(source)
    wait_until(lambda: source._look_in_s == SURE_S, what="a pause")
    server.run("xdotool", "key", "a")
    wait_until(lambda: source._look_in_s == 0.05, what="the look after the pause")


class LateAnswers:
    """A server and a clock: nobody does anything, and the answer to each question comes so much later."""

    def __init__(self, late_ns: Iterator[int]) -> None:
        self.at_ns = 10 * NS_PER_S
        self.input_ns = 0
        self.root = self
        self._late_ns = late_ns

    def screensaver_query_info(self) -> SimpleNamespace:
        idle_ms = (self.at_ns - self.input_ns) // NS_PER_MS
        self.at_ns += next(self._late_ns)
        return SimpleNamespace(idle=idle_ms)

    def now_ns(self) -> int:
        return self.at_ns


def _looking_at(server: Any) -> tuple[X11Idle, list[Any]]:
    told: list[Any] = []
    source = X11Idle(idle_after_s=1)
    source._opened = source._clock_given = server
    source._emit_outside = told.append
    return source, told


def _idle_as_told(server: LateAnswers, looks: int) -> list[tuple[bool, int]]:
    source, told = _looking_at(server)
    for _ in range(looks):
        source._after_events()
        server.at_ns += NS_PER_S
    return [(event.idle, event.since_ns) for event in told]


def test_an_answer_that_comes_late_is_no_sign_that_the_operator_is_back() -> None:
    server = LateAnswers(itertools.cycle([0, 300 * NS_PER_MS, 5 * NS_PER_MS, 90 * NS_PER_MS]))
    assert _idle_as_told(server, 12) == [(True, 0)]
    after_late_ones = LateAnswers(iter([300 * NS_PER_MS, 0, 0, 300 * NS_PER_MS, 0]))
    assert _idle_as_told(after_late_ones, 4) == [(True, 300 * NS_PER_MS)]


def test_input_between_two_late_answers_is_seen() -> None:
    server = LateAnswers(itertools.repeat(300 * NS_PER_MS))
    source, told = _looking_at(server)
    source._after_events()
    server.at_ns += NS_PER_S
    server.input_ns = server.at_ns
    server.at_ns += 3 * NS_PER_S
    source._after_events()
    assert [event.idle for event in told] == [True, False]
