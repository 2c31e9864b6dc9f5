"""The resident's watcher with recorders that are threads: what each trouble leads to, and that it never gives up."""

import threading
import time

import pytest

from app.agent.supervision.messages import (
    CountsSaid,
    Ended,
    GoOn,
    Missed,
    Refused,
    Started,
    Stop,
    ToldToEnd,
)
from app.agent.supervision.watcher import LOGOUT_WINDOW_S, ROOM_LOOK_S
from recorder.detect.counted import Counted
from recorder.events import EndReason, FiredBy, GapReason
from tests.watched import (
    REACHES_NS,
    TIP,
    FakeRecorders,
    S,
    dies,
    fills_up,
    is_silent,
    never_begins,
    records,
    refuses,
    sealing_hangs,
)
from tests.xserver import wait_until


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
    assert fakes.begins[1].missed is None, "what is missing stands in the recording that goes on"


def test_what_rules_counted_is_given_to_the_next_recorder_of_the_same_recording(watch):
    one = Counted("many", ("one",), 1, 10 * S, (), (), FiredBy(1, "text", "halt"))

    def counts(fakes, channel, heard, closed):
        channel.send(Started("/r", "id", "o", "h", "p", 0, 0, fakes.started))
        channel.send(CountsSaid("id", (one,)))
        channel.finish(2)

    _, fakes, ears = watch(counts, never_begins, records)
    wait_until(lambda: len(ears.recording()) == 2, what="another recorder")
    assert [begin.counted for begin in fakes.begins] == [None, (one,), (one,)]


def test_what_rules_counted_of_a_recording_that_ended_is_nothing_to_the_next_one(watch):
    one = Counted("many", ("one",), 1, 10 * S, (), (), FiredBy(1, "text", "halt"))

    def counts(fakes, channel, heard, closed):
        channel.send(Started("/r", "before", "o", "h", "p", 0, 0, fakes.started))
        channel.send(CountsSaid("before", (one,)))
        dies(fakes, channel, heard, closed)

    _, fakes, ears = watch(counts, records)
    wait_until(lambda: len(ears.recording()) == 3, what="another recorder")
    assert fakes.begins[1].counted == ()


def test_a_machine_that_slept_is_no_trouble(watch):
    _, fakes, ears = watch(records, sealing_s=0.5)
    wait_until(ears.recording, what="a recording")
    told = len(ears.messages)
    fakes.clock.slept_ns = 600 * S
    wait_until(lambda: len(ears.messages) > told + 20, what="heartbeats for longer than sealing may take")
    assert ears.troubles == []


def test_a_recorder_that_died_before_its_recording_began_leaves_word_of_the_time_that_is_missing(watch):
    before_ns = time.monotonic_ns()
    _, fakes, ears = watch(never_begins, never_begins, records)
    begun_ns = time.monotonic_ns()
    wait_until(ears.recording, what="a recording")
    missed = [begin.missed for begin in fakes.begins]
    assert missed[0] is None
    assert missed[1] == missed[2]
    assert before_ns <= missed[2].since_boot_ns <= begun_ns + S // 10, "from when the agent began"
    assert missed[2].reason == GapReason.RECORDER_DIED
    assert "The recorder was gone" in missed[2].detail


def test_where_no_process_is_to_be_had_the_time_until_there_is_one_is_missing(watch, monkeypatch):
    refused = iter([OSError(11, "Resource temporarily unavailable")])

    def start(fakes, hear):
        for error in refused:
            raise error
        return begins(fakes, hear)

    begins = FakeRecorders.start
    monkeypatch.setattr(FakeRecorders, "start", start)
    _, fakes, ears = watch(records)
    wait_until(ears.recording, what="a recording")
    assert "No recorder could be started" in fakes.begins[0].missed.detail


def test_a_recorder_that_refuses_to_go_on_leaves_the_time_since_the_one_before_was_killed(watch):
    _, fakes, ears = watch(dies, refuses, records)
    wait_until(lambda: len(ears.recording()) == 2, what="another recording")
    resume, missed = fakes.begins[1].resume, fakes.begins[2].missed
    assert fakes.begins[2].resume is None
    assert (missed.since_boot_ns, missed.reason) == (resume.sealed_boot_ns, GapReason.RECORDER_DIED)


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
    assert fakes.begins[2].missed == Missed(REACHES_NS, GapReason.STORAGE_FAILED, "The disk is full.")
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


def test_where_the_policy_ends_the_session_for_want_of_room_nothing_is_begun_until_there_is_some(watch):
    full = [True]
    _, fakes, ears = watch(fills_up, records, must_wait=lambda: full[0])
    wait_until(lambda: ears.troubles, what="the trouble")
    told = [(trouble.detail, trouble.ends_session) for trouble in ears.troubles]
    assert told == [("The disk is full.", True)]
    with pytest.raises(AssertionError):
        wait_until(lambda: fakes.started > 1, what="another recorder", limit_s=2 * ROOM_LOOK_S)
    full[0] = False
    wait_until(lambda: len(ears.recording()) == 2, what="a recording once there is room")


def test_a_logout_is_not_kept_waiting_for_room(watch):
    watcher, _, ears = watch(fills_up, records, must_wait=lambda: True)
    wait_until(lambda: ears.troubles, what="the trouble")
    watcher.stop(EndReason.LOGGED_OUT)
    assert ears.is_over.wait(5)


def test_an_agent_that_finds_no_room_at_its_start_waits_for_some_where_the_policy_ends_the_session(watch):
    def has_no_room(fakes, channel, heard, closed):
        channel.send(Refused("The disk is full.", 4))
        channel.finish(2)

    full = iter([True, True, False])
    _, _, ears = watch(has_no_room, records, must_wait=lambda: next(full))
    wait_until(ears.recording, what="a recording once there is room")
    assert ears.outcome is None
