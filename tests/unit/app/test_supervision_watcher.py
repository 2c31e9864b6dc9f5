"""The resident's watcher with recorders that are threads: what each trouble leads to, and that it never gives up."""

import socket
import threading
import time
from typing import Any

import pytest

from app.agent.supervision.channel import Channel
from app.agent.supervision.messages import (
    Begin,
    Ended,
    GoOn,
    Health,
    Heartbeat,
    Refused,
    Started,
    Stop,
    ToldToEnd,
    from_resident,
)
from app.agent.supervision.other_process import recorder_at
from app.agent.supervision.peer import Peer
from app.agent.supervision.pulse import BackoffSteps
from app.agent.supervision.watcher import LOGOUT_WINDOW_S, Watcher
from app.agent.supervision.watching import WatchLimits
from recorder.clock import Instant
from recorder.events import EndReason, GapReason
from recorder.format.header import PreviousSegment
from tests.xserver import wait_until

S = 1_000_000_000
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


class FakeRecorders:
    """Recorders that are threads: each does what its script says."""

    def __init__(self, *scripts):
        self.scripts = list(scripts)
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
        return recorder_at(ours, Peer(), hear)

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


def refuses(fakes, channel, heard, closed):
    channel.send(Refused("There is no display to record.", 3))
    channel.finish(2)


def fills_up(fakes, channel, heard, closed):
    fakes.begun(channel)
    channel.send(Ended("/r", "storage_failed", 4, "The disk is full."))
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


@pytest.fixture
def watch():
    watchers = []

    def start(*scripts, **changes):
        fakes, ears = FakeRecorders(*scripts), Ears()
        steps = BackoffSteps(delays_s=(0.0, 0.1, 0.2), sound_after_s=60)
        limits = WatchLimits(**{"heartbeat_s": 0.2, "silent_after_s": 0.6, "backoff": steps, **changes})
        watcher = Watcher(
            fakes.start, listener=ears, clock=fakes.clock, limits=limits, resident=("agent", "run"), resident_pid=1
        )
        watchers.append((watcher, ears))
        watcher.start()
        return watcher, fakes, ears

    yield start
    for watcher, ears in watchers:
        watcher.stop(EndReason.ASKED)
        assert ears.is_over.wait(20)
        assert watcher.join(5)


@pytest.mark.parametrize(
    ("script", "reason", "words"),
    [
        (dies, GapReason.RECORDER_DIED, "The recorder was gone"),
        (is_silent, GapReason.RECORDER_FROZEN, "said nothing for"),
        (sealing_hangs, GapReason.RECORDER_FROZEN, "Nothing could be sealed for 1"),
    ],
)
def test_a_recorder_in_trouble_is_replaced_by_one_that_goes_on(watch, script, reason, words):
    _, fakes, ears = watch(script, records, sealing_s=1.0)
    wait_until(lambda: len(ears.recording()) == 2, what="another recorder")
    assert [trouble.reason for trouble in ears.troubles] == [reason]
    assert words in ears.troubles[0].detail
    resume = fakes.begins[1].resume
    assert (resume.folder, resume.reason, resume.tip) == ("/r", reason, TIP)
    assert resume.sealed_boot_ns is not None
    assert fakes.begins[0].resume is None
    assert fakes.begins[1].missed_boot_ns is None, "what is missing stands in the recording that goes on"


def test_a_machine_that_slept_is_no_trouble(watch):
    _, fakes, ears = watch(records, sealing_s=0.5)
    wait_until(ears.recording, what="a recording")
    told = len(ears.messages)
    fakes.clock.slept_ns = 600 * S
    wait_until(lambda: len(ears.messages) > told + 20, what="heartbeats for longer than sealing may take")
    assert ears.troubles == []


def test_a_recorder_that_died_before_its_recording_began_leaves_word_of_the_time_that_is_missing(watch):
    _, fakes, ears = watch(never_begins, never_begins, records)
    before_ns = fakes.clock.boot_ns()
    wait_until(ears.recording, what="a recording")
    missed = [begin.missed_boot_ns for begin in fakes.begins]
    assert missed[0] is None
    assert missed[1] == missed[2] <= before_ns + S
    assert "The recorder was gone" in fakes.begins[2].missed_why


def test_what_was_known_of_the_recording_is_kept_over_starts_that_fail(watch):
    _, fakes, ears = watch(dies, never_begins, never_begins, records)
    wait_until(lambda: len(ears.recording()) == 2, what="another recorder")
    resumes = [begin.resume for begin in fakes.begins[1:]]
    assert [resume.sealed_boot_ns for resume in resumes] == [resumes[0].sealed_boot_ns] * 3
    assert [resume.tip for resume in resumes] == [TIP] * 3
    assert ears.waits == [(0.1, 2), (0.2, 3)]


def test_a_recorder_that_never_begins_and_never_ends_is_replaced(watch):
    def hangs(fakes, channel, heard, closed):
        closed.wait(20)

    _, fakes, ears = watch(hangs, records, starting_s=0.5)
    wait_until(ears.recording, what="a recorder that begins")
    assert "did not begin within 0.5 s" in ears.troubles[0].detail
    assert fakes.begins[1].resume is None


def test_what_cannot_begin_at_all_is_over_with_its_sentence(watch):
    _, fakes, ears = watch(refuses)
    assert ears.is_over.wait(10)
    assert (ears.outcome.exit_status, ears.outcome.sentence) == (3, "There is no display to record.")
    assert fakes.started == 1


def test_a_full_disk_is_tried_again_with_a_new_recording_that_says_what_was_missed(watch):
    _, fakes, ears = watch(fills_up, refuses, records)
    wait_until(lambda: len(ears.recording()) == 2, what="a recording after the disk was full")
    assert [begin.resume for begin in fakes.begins] == [None] * 3
    assert fakes.begins[2].missed_why == "The disk is full."
    assert 0 <= fakes.clock.boot_ns() - fakes.begins[2].missed_boot_ns < 5 * S
    assert ears.outcome is None


def test_stopping_between_two_recorders_still_closes_what_was_begun(watch):
    watcher, _, ears = watch(dies, never_begins, never_begins, records)
    wait_until(lambda: ears.waits, what="a pause")
    watcher.stop(EndReason.LOGGED_OUT)
    assert ears.is_over.wait(20)
    assert (ears.outcome.exit_status, ears.outcome.folder) == (0, "/r")
    assert ears.messages[-1] == Ended("/r", "logged_out", 0)


def test_a_recording_that_cannot_be_closed_is_not_waited_for_for_ever(watch):
    def never_closes(fakes, channel, heard, closed):
        fakes.begun(channel)
        while not closed.wait(0.05):
            channel.send(fakes.health())

    watcher, fakes, ears = watch(never_closes, closing_s=0.5)
    wait_until(ears.recording, what="a recording")
    watcher.stop(EndReason.LOGGED_OUT)
    assert ears.is_over.wait(20)
    assert ears.outcome.exit_status == 4
    assert fakes.started <= 3


def test_it_wakes_for_what_it_hears_and_else_seldom(watch):
    def beats_slowly(fakes, channel, heard, closed):
        fakes.begun(channel)
        while not closed.wait(0.1):
            channel.send(fakes.health())
            if stop := next((one for one in heard if isinstance(one, Stop)), None):
                channel.send(Ended("/r", stop.reason, 0))
                channel.finish(2)
                return

    _, fakes, ears = watch(beats_slowly, heartbeat_s=0.2, silent_after_s=5.0)
    wait_until(ears.recording, what="a recording")
    told, readings = len(ears.messages), fakes.clock.readings
    wait_until(lambda: len(ears.messages) >= told + 10, what="ten heartbeats")
    assert fakes.clock.readings - readings < 12 * 12


def test_told_to_end_from_two_sides_it_waits_for_the_end_without_turning(watch):
    is_told = threading.Event()

    def closes_slowly(fakes, channel, heard, closed):
        fakes.begun(channel)
        channel.send(ToldToEnd())
        is_told.set()
        wait_until(lambda: any(isinstance(one, Stop) for one in heard), what="to be told to stop")
        closed.wait(LOGOUT_WINDOW_S + 0.5)
        channel.send(Ended("/r", "logged_out", 0))
        channel.finish(2)

    watcher, fakes, ears = watch(closes_slowly, silent_after_s=20.0)
    assert is_told.wait(5)
    wait_until(ears.recording, what="a recording")
    watcher.stop(EndReason.LOGGED_OUT)
    readings = fakes.clock.readings
    assert ears.is_over.wait(20)
    assert ears.outcome.exit_status == 0
    assert fakes.clock.readings - readings < 200


def test_one_that_is_told_to_end_by_somebody_else_is_told_to_go_on(watch):
    answers: list[GoOn] = []

    def is_told(fakes, channel, heard, closed):
        fakes.begun(channel)
        channel.send(ToldToEnd())
        while not closed.wait(0.05):
            channel.send(fakes.health())
            if any(isinstance(one, GoOn) for one in heard) and not answers:
                answers.append(GoOn())
            if any(isinstance(one, Stop) for one in heard):
                channel.send(Ended("/r", "asked", 0))
                channel.finish(2)
                return

    watch(is_told)
    wait_until(lambda: answers, what="the answer")
