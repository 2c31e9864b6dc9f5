"""What is done to a recorder: a sign that is not lost, an alert that leaves, and another recorder at once."""

import subprocess
import sys

from app.agent.supervision.attacks import Judged
from app.agent.supervision.messages import (
    AlertRaised,
)
from app.agent.supervision.peer import Peer
from app.agent.supervision.pulse import STRUCK, BackoffSteps
from recorder.events import Alert, GapReason
from tests.watched import dies, is_killed, is_killed_at_once, is_silent, notes, records
from tests.xserver import stop_process, wait_until


def test_a_recorder_that_was_killed_is_a_sign_that_every_recorder_is_told_until_one_has_it_on_the_disk(watch):
    judged = []
    _, fakes, _ = watch(is_killed, is_killed, notes, judge=lambda *given: judged.append(given))
    wait_until(lambda: len(fakes.noted) == 2, what="both signs")
    assert {(sign.sign, sign.detail) for sign in fakes.noted} == {
        ("recorder_stopped", "The recorder (process 4711) was killed by SIGKILL.")
    }
    assert [sign for sign, _, _ in judged] == fakes.noted, "the judge hears of them at once, in their order"
    assert [session.session_id for _, session, _ in judged] == ["id", "id"]


def test_an_alert_on_what_was_done_to_the_recorder_goes_into_the_recording_and_to_whoever_carries_it_out(watch):
    alert = Alert(5, "rule", "1", "The recorder was stopped", "critical", "")
    raised = AlertRaised(4, "rule", "1", "The recorder was stopped", "critical", "", ("lock",))
    _, fakes, ears = watch(is_killed, notes, judge=lambda sign, session, then: then(Judged(alert, raised)))
    wait_until(lambda: len(fakes.noted) == 2, what="the sign and the alert")
    assert fakes.noted[1] == alert
    assert ears.messages.count(raised) == 1


def test_a_recorder_that_fails_by_itself_is_no_sign(watch):
    judged = []
    _, _, ears = watch(dies, records, judge=lambda *given: judged.append(given))
    wait_until(lambda: len(ears.recording()) == 2, what="another recorder")
    assert judged == []


def test_a_recorder_that_is_held_is_a_sign_soon_and_is_replaced_although_it_may_still_be_silent_for_longer(watch):
    _, fakes, ears = watch(records, notes, starting_s=60)
    wait_until(ears.recording, what="a recording")
    fakes.peers[0].be_stopped()
    wait_until(lambda: fakes.noted, what="the sign")
    assert [sign.detail for sign in fakes.noted] == ["The recorder (process 4711) was stopped."]
    assert ears.troubles[0].reason == GapReason.RECORDER_FROZEN
    assert ears.troubles[0].detail.endswith("it was stopped.")


def test_whoever_debugs_the_recorder_is_named_as_soon_as_it_is_late(watch):
    _, fakes, ears = watch(is_silent, notes, silent_after_s=60)
    wait_until(ears.recording, what="a recording")
    fakes.peers[0].be_debugged()
    wait_until(lambda: fakes.noted, what="the sign")
    (sign,) = fakes.noted
    assert (sign.sign, sign.pid, sign.executable) == ("recorder_inspected", 99, "/usr/bin/gdb")
    assert sign.detail == "The recorder (process 4711) was held by a debugger (process 99)."
    assert ears.troubles[0].detail.endswith("it was held by a debugger (process 99).")


# PTRACE_SEIZE (0x4206); who holds it so takes its end, and does not hand it on as long as it waits for nothing.
HOLDS = """
import ctypes, signal, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
assert libc.ptrace(0x4206, int(sys.argv[1]), None, None) == 0, ctypes.get_errno()
print("holds", flush=True)
signal.pause()
"""


def test_a_killed_process_is_gone_although_a_debugger_keeps_its_end_to_itself():
    sleeper = subprocess.Popen(["sleep", "1000"])
    debugger = subprocess.Popen([sys.executable, "-c", HOLDS, str(sleeper.pid)], stdout=subprocess.PIPE)
    try:
        assert debugger.stdout is not None
        assert debugger.stdout.readline() == b"holds\n"
        peer = Peer(sleeper)
        assert not peer.wait(0.1), "it lives"
        peer.kill()
        assert peer.wait(60)
        assert sleeper.poll() is None, "the debugger has its end"
    finally:
        stop_process(debugger)
        sleeper.kill()
        sleeper.wait()


def test_a_recorder_that_is_held_for_a_moment_notes_the_sign_itself_and_goes_on(watch):
    _, fakes, ears = watch(notes)
    wait_until(ears.recording, what="a recording")
    fakes.peers[0].be_stopped()
    wait_until(lambda: fakes.noted, what="the sign")
    fakes.peers[0].runs_as = "S"
    told = len(ears.messages)
    wait_until(lambda: len(ears.messages) > told + 20, what="heartbeats for longer than it may be held")
    assert (len(fakes.noted), ears.troubles) == (1, [])


def test_one_that_is_killed_again_and_again_is_started_again_within_moments_whatever_its_own_failures_wait(watch):
    slow = BackoffSteps((0.0, 60.0))
    _, _, ears = watch(*[is_killed, *[is_killed_at_once] * 6, records], backoff=slow, struck=BackoffSteps((0.0, 0.1)))
    wait_until(lambda: len(ears.recording()) == 2, what="another recorder", limit_s=20)
    assert [seconds for seconds, _ in ears.waits] == [0.1] * 6
    assert STRUCK.delays_s[-1] <= 1.0, "with its start that is within 3 s"
