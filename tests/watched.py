"""Recorders that are threads, for the resident's watcher: each does what its script says."""

import signal
import socket
import threading
import time
from typing import Any

from app.agent.supervision.channel import Channel
from app.agent.supervision.messages import (
    Begin,
    Ended,
    Health,
    Heartbeat,
    Refused,
    Started,
    Stop,
    Witnessed,
    WitnessKept,
    from_resident,
)
from app.agent.supervision.other_process import recorder_at
from app.agent.supervision.peer import Peer
from recorder.clock import Instant
from recorder.format.header import PreviousSegment
from tests.xserver import wait_until

S = 1_000_000_000
REACHES_NS = 7 * S  # where the recording ends that `fills_up`
TIP = PreviousSegment(segment=1, records=3, tip="ab" * 32)


class OneClock:
    """The monotonic clock for all three; the other two go on while the machine sleeps."""

    slept_ns = 0
    readings = 0

    def read(self):
        self.readings += 1
        now = time.monotonic_ns()
        return Instant(now, now + self.slept_ns, now + self.slept_ns)

    def boot_ns(self):
        return self.read().boot_ns


class FakePeer(Peer):
    """A process that runs; it will have ended by itself with status 70, or be killed, as its script says."""

    on_stop: Any = None

    def __init__(self, script):
        super().__init__()
        self.pid = 4711
        self.runs_as = "S"
        self.status_at_end = -signal.SIGKILL if script in (is_killed, is_killed_at_once) else 70

    def state(self):
        return self.runs_as

    def tell_stops(self, on_stop):
        self.on_stop = on_stop

    def be_stopped(self):
        self.runs_as = "T"
        assert self.on_stop is not None
        self.on_stop()

    def be_debugged(self):
        self.runs_as = "t"

    def tracer(self):
        return 99

    def tracer_executable(self, tracer):
        return "/usr/bin/gdb"

    @property
    def status(self):
        return self.status_at_end


class FakeRecorders:
    """Recorders that are threads: each does what its script says."""

    def __init__(self, *scripts):
        self.scripts = list(scripts)
        self.peers = []
        self.noted = []
        self.begins = []
        self.started = 0
        self.clock = OneClock()

    def start(self, hear):
        ours, theirs = socket.socketpair()
        script = self.scripts[min(self.started, len(self.scripts) - 1)]
        self.started += 1
        heard: list[Any] = []
        closed = threading.Event()
        channel = Channel(
            theirs, decode=from_resident, on_message=heard.append, on_closed=closed.set, name="fake recorder"
        )
        channel.start()
        threading.Thread(target=self._play, args=(script, channel, heard, closed), daemon=True).start()
        self.peers.append(FakePeer(script))
        return recorder_at(ours, self.peers[-1], hear)

    def _play(self, script, channel, heard, closed):
        begin = wait_until(lambda: next((one for one in heard if isinstance(one, Begin)), None), what="Begin")
        self.begins.append(begin)
        script(self, channel, heard, closed)
        channel.close()

    # --- scripts ----------------------------------------------------------------------------------------------------

    def health(self, *, turned_ns=None):
        now_ns = self.clock.boot_ns()
        return Heartbeat(now_ns, Health(turned_ns or now_ns, now_ns - S // 10, TIP, 1, 1, 1, 1))

    def begun(self, channel):
        channel.send(Started("/r", "id", "o", "h", "p", 0, 0, self.started))
        channel.send(self.health())


def dies(fakes, channel, heard, closed):
    fakes.begun(channel)
    channel.finish(2)


def never_begins(fakes, channel, heard, closed):
    channel.finish(2)


def is_killed(fakes, channel, heard, closed):
    fakes.begun(channel)
    channel.finish(2)


def is_killed_at_once(fakes, channel, heard, closed):
    channel.finish(2)


def notes(fakes, channel, heard, closed):
    """Records, and has on the disk what the resident witnessed."""
    fakes.begun(channel)
    while not closed.wait(0.05):
        channel.send(fakes.health())
        for one in [one for one in heard if isinstance(one, Witnessed)]:
            heard.remove(one)
            fakes.noted.append(one.event)
            channel.send(WitnessKept((one.number,)))
        if stop := next((one for one in heard if isinstance(one, Stop)), None):
            channel.send(Ended("/r", stop.reason, 0))
            channel.finish(2)
            return


def refuses(fakes, channel, heard, closed):
    channel.send(Refused("There is no display to record.", 3))
    channel.finish(2)


def fills_up(fakes, channel, heard, closed):
    fakes.begun(channel)
    channel.send(Ended("/r", "storage_failed", 4, "The disk is full.", REACHES_NS))
    channel.finish(2)


def records(fakes, channel, heard, closed, *, turned_ns=None, speaks=True):
    fakes.begun(channel)
    while not closed.wait(0.05):
        if speaks:
            channel.send(fakes.health(turned_ns=turned_ns))
        if stop := next((one for one in heard if isinstance(one, Stop)), None):
            channel.send(Ended("/r", stop.reason, 0))
            channel.finish(2)
            return


def sealing_hangs(fakes, channel, heard, closed):
    records(fakes, channel, heard, closed, turned_ns=1)


def is_silent(fakes, channel, heard, closed):
    records(fakes, channel, heard, closed, speaks=False)


class Ears:
    def __init__(self):
        self.messages, self.troubles, self.waits = [], [], []
        self.outcome = None
        self.is_over = threading.Event()

    def heard(self, message):
        self.messages.append(message)

    def trouble(self, trouble):
        self.troubles.append(trouble)

    def waiting(self, seconds, failures):
        self.waits.append((seconds, failures))

    def over(self, outcome):
        self.outcome = outcome
        self.is_over.set()

    def recording(self):
        return [message for message in self.messages if isinstance(message, Started)]
