"""A process that the system ended for want of memory is told from one that somebody killed, where that can be known."""

import signal
from functools import partial

import pytest

from app.agent.supervision import attacks
from app.agent.supervision.memory_kills import (
    EXCUSED_WITHIN_NS,
    KILLED_FOR_MEMORY,
    LATE_NS,
    MOST_EXCUSED,
    MemoryKills,
)
from recorder.events import GapReason
from tests.watched import FakeRecorders, is_killed, records
from tests.xserver import wait_until

PID = 4711


class System:
    """What the kernel says of process 4711: a group of version 2 or 1, or of none."""

    def __init__(self, folder, kind):
        self.proc, self.groups = folder / "proc", folder / "cgroup"
        places = {
            "local": ("0::/user/agent", self.groups / "user/agent/memory.events.local"),
            "older": ("0::/user/agent", self.groups / "user/agent/memory.events"),
            "version 1": ("5:cpu:/x\n4:memory,other:/agent\n0::/", self.groups / "memory/agent/memory.oom_control"),
            "whole machine": ("0::/not/mounted/here", self.proc / "vmstat"),
        }
        told, self.counter = places[kind]
        (self.proc / str(PID)).mkdir(parents=True)
        (self.proc / str(PID) / "cgroup").write_text(f"{told}\n")
        (self.proc / "vmstat").write_text("nr_free_pages 5\noom_kill 900\n")
        self.counter.parent.mkdir(parents=True, exist_ok=True)
        self.kill(0)

    def kill(self, count):
        self.counter.write_text(f"low 0\noom 1\noom_kill {count}\noom_group_kill 0\n")

    def kills(self):
        return MemoryKills(proc=self.proc, groups=self.groups)


@pytest.mark.parametrize("kind", ["local", "older", "version 1", "whole machine"])
def test_a_kill_for_want_of_memory_is_known_by_the_systems_own_count(tmp_path, kind):
    system = System(tmp_path, kind)
    kills = system.kills()
    kills.follow(PID)
    assert not kills.excuse(-signal.SIGKILL, 1), "none was killed"
    system.kill(1)
    assert not kills.excuse(-signal.SIGTERM, 1), "the system ends nobody so"
    assert kills.excuse(-signal.SIGKILL, 1)
    kills.look(10 * LATE_NS)
    assert kills.excuse(-signal.SIGKILL, 1), "that it lived may have been heard late"
    kills.look(10 * LATE_NS + 1)
    assert kills.excuse(-signal.SIGKILL, 1)
    kills.look(11 * LATE_NS)
    assert not kills.excuse(-signal.SIGKILL, 1), "that one was another, for this process lived"
    kills.close()
    assert not kills.excuse(None, 1)


def test_whoever_has_it_done_again_and_again_is_not_excused(tmp_path):
    system = System(tmp_path, "local")
    kills = system.kills()
    excused = []
    for number in range(1, MOST_EXCUSED + 2):
        kills.follow(PID)
        system.kill(number)
        excused.append(kills.excuse(-signal.SIGKILL, number))
        kills.look(number * LATE_NS)
    assert excused == [True] * MOST_EXCUSED + [False]
    kills.follow(PID)
    system.kill(99)
    assert kills.excuse(-signal.SIGKILL, EXCUSED_WITHIN_NS + MOST_EXCUSED + 2), "an hour later it is"
    kills.close()


def test_where_nothing_counts_nothing_is_excused(tmp_path):
    kills = MemoryKills(proc=tmp_path, groups=tmp_path)
    kills.follow(PID)
    kills.look(LATE_NS)
    assert not kills.excuse(-signal.SIGKILL, 1)
    kills.close()


@pytest.mark.parametrize("for_memory", [True, False])
def test_a_recorder_that_was_ended_for_want_of_memory_is_a_gap_of_its_own_reason_and_no_sign(
    watch, monkeypatch, tmp_path, for_memory
):
    system, judged = System(tmp_path, "local"), []
    begun = FakeRecorders.begun

    def begins(fakes, channel):
        begun(fakes, channel)
        system.kill(1 if for_memory else 0)

    monkeypatch.setattr(FakeRecorders, "begun", begins)
    monkeypatch.setattr(attacks, "MemoryKills", partial(MemoryKills, proc=system.proc, groups=system.groups))
    _, fakes, ears = watch(is_killed, records, judge=lambda *given: judged.append(given))
    wait_until(lambda: len(ears.recording()) == 2, what="another recorder")
    reason = GapReason.OUT_OF_MEMORY if for_memory else GapReason.RECORDER_DIED
    assert (ears.troubles[0].reason, fakes.begins[1].resume.reason) == (reason, reason)
    assert (KILLED_FOR_MEMORY in ears.troubles[0].detail) is for_memory
    assert (judged == []) is for_memory
