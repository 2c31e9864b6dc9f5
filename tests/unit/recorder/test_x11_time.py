"""The session's time of what the X server stamped: in the server's order, whatever else the machine does meanwhile."""

import time

import pytest

from recorder.capture import x11_time
from recorder.capture.x11_time import ServerTime
from recorder.clock import NS_PER_MS, Instant, SessionClock

STARTED_NS = 5_000 * NS_PER_MS
MODULUS = 1 << 32


class Machine:
    """Two clocks of which one has slept; `takes_ns` is how long the machine does something else after each reading."""

    def __init__(self) -> None:
        self.now_ns = 90_000 * NS_PER_MS
        self.slept_ns = 700 * NS_PER_MS
        self.takes_ns: list[int] = []

    def monotonic_ns(self) -> int:
        return self._read(self.now_ns)

    def boot_ns(self) -> int:
        return self._read(self.now_ns + self.slept_ns)

    def read(self) -> Instant:
        return Instant(self.now_ns, self.now_ns + self.slept_ns, 0)

    def session_ns(self, server_ms: int) -> int:
        return server_ms * NS_PER_MS + self.slept_ns - STARTED_NS

    def _read(self, found_ns: int) -> int:
        self.now_ns += self.takes_ns.pop(0) if self.takes_ns else 0
        return found_ns


@pytest.fixture
def machine(monkeypatch) -> Machine:
    made = Machine()
    monkeypatch.setattr(time, "monotonic_ns", made.monotonic_ns)
    monkeypatch.setattr(x11_time, "_ask", lambda _connection: made.now_ns // NS_PER_MS % MODULUS)
    return made


@pytest.fixture
def server_time(machine) -> ServerTime:
    return ServerTime(None, SessionClock(machine, started=Instant(0, STARTED_NS, 0)))  # type: ignore[arg-type]


def test_an_event_has_the_time_that_the_server_stamped(machine, server_time):
    assert server_time.is_trusted
    pressed_ms = machine.now_ns // NS_PER_MS
    machine.now_ns += 30 * NS_PER_MS
    assert server_time.at_ns(pressed_ms) == machine.session_ns(pressed_ms)


@pytest.mark.parametrize("place", range(8))
def test_keys_a_millisecond_apart_keep_their_order_wherever_the_thread_is_taken_away(machine, server_time, place):
    first_ms = machine.now_ns // NS_PER_MS
    machine.now_ns += 40 * NS_PER_MS
    machine.takes_ns = [0] * place + [15 * NS_PER_MS]
    arrived_ns = machine.session_ns(machine.now_ns // NS_PER_MS)
    times_ns = [server_time.at_ns_of(first_ms + later, arrived_ns) for later in range(4)]
    assert times_ns == sorted(times_ns)


def test_the_distance_of_the_clocks_is_found_exactly_once_the_thread_was_left_alone(machine, server_time):
    machine.takes_ns = [0, 15 * NS_PER_MS]
    server_time.at_ns(machine.now_ns // NS_PER_MS)
    pressed_ms = machine.now_ns // NS_PER_MS
    assert server_time.at_ns(pressed_ms) == machine.session_ns(pressed_ms)


def test_after_the_machine_slept_the_night_is_in_the_session_time(machine, server_time):
    server_time.at_ns(machine.now_ns // NS_PER_MS)
    machine.slept_ns += 8 * 3_600_000 * NS_PER_MS
    machine.now_ns += 20 * NS_PER_MS
    pressed_ms = machine.now_ns // NS_PER_MS
    assert server_time.at_ns(pressed_ms) == machine.session_ns(pressed_ms)


def test_an_event_never_stands_before_the_one_before_it(machine, server_time):
    pressed_ms = machine.now_ns // NS_PER_MS
    machine.now_ns += 20 * NS_PER_MS
    later_ns = server_time.at_ns(0)  # stamped with no time: when it arrived
    assert server_time.at_ns(pressed_ms) == later_ns


def test_a_server_with_another_clock_is_not_believed(machine, monkeypatch):
    monkeypatch.setattr(x11_time, "_ask", lambda _connection: machine.now_ns // NS_PER_MS + 60)
    server_time = ServerTime(None, SessionClock(machine, started=Instant(0, STARTED_NS, 0)))  # type: ignore[arg-type]
    assert not server_time.is_trusted
    assert server_time.at_ns_of(machine.now_ns // NS_PER_MS, 12_345) == 12_345
