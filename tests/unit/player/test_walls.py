"""The walls around what decodes recorded pictures: what they refuse, and what is done where one does not stand."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from player.check import PictureCheck
from player.picture_walls import Standing, WallsBrokenError, goes_without_walls, judge_walls
from player.picture_worker import PictureWorker
from player.worker.syscalls import MACHINES, filter_for
from player.worker.trial import WALLS
from player.worker.walls import platform_without_walls
from player.worker.wire import Ready, Tried
from player.worker_supply import WorkerSupply, tried_walls
from recorder.evidence.verify import verify
from tests import recordings
from tests.recordings import Desk

ROOT = Path(__file__).resolve().parents[3]
NO_WALLS_HERE = platform_without_walls()
needs_walls = pytest.mark.skipif(bool(NO_WALLS_HERE), reason=NO_WALLS_HERE)


# --- the walls --------------------------------------------------------------------------------------------------------


@needs_walls
def test_who_tells_of_the_walls_may_ask_while_somebody_takes_the_worker():
    worker, said = PictureWorker(), []
    asking = [threading.Thread(target=lambda: said.append(worker.ready())) for _ in range(4)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    worker.end()
    assert len(said) == 4
    assert len(set(map(id, said))) == 1


def test_every_wall_stands_before_anything_recorded_is_read():
    worker = PictureWorker()
    try:
        walls = judge_walls(worker.ready())
        assert walls.standing is Standing.STAND, walls
        assert {one.wall for one in walls.tried} == set(WALLS)
        status = dict(line.split(":\t", 1) for line in Path(f"/proc/{worker.pid}/status").read_text().splitlines())
        assert (status["Seccomp"], status["NoNewPrivs"]) == ("2", "1")
        assert not list(Path(f"/proc/{worker.pid}/fd").iterdir())[3:]
    finally:
        worker.end()


def test_without_walls_the_self_test_says_that_none_stands():
    said = "from player.worker.trial import try_walls; print([one.wall for one in try_walls() if one.stands])"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", said], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


@needs_walls
def test_landlock_alone_refuses_files():
    said = (
        "from player.worker import walls, trial\n"
        "version = walls.restrict_by_landlock()\n"
        "print(version, trial._tried('files', trial._open_a_file).stands)"
    )
    done = subprocess.run([sys.executable, "-c", said], cwd=ROOT, capture_output=True, text=True)
    version, stands = done.stdout.split()
    if version == "0":
        pytest.skip("this kernel has no Landlock")
    assert stands == "True"


@pytest.mark.parametrize("machine", sorted(MACHINES))
def test_the_filter_allows_nothing_that_reaches_outside(machine):
    one = MACHINES[machine]
    outside = {
        "x86_64": {"open": 2, "openat": 257, "socket": 41, "connect": 42, "execve": 59, "fork": 57, "kill": 62}
        | {"ptrace": 101, "execveat": 322, "io_uring_setup": 425, "openat2": 437, "prlimit64": 302, "tgkill": 234},
        "aarch64": {"openat": 56, "socket": 198, "connect": 203, "execve": 221, "kill": 129, "ptrace": 117}
        | {"execveat": 281, "io_uring_setup": 425, "openat2": 437, "prlimit64": 261, "tgkill": 131},
    }[machine]
    for name, number in outside.items():
        assert run_filter(filter_for(one), one.audit, number) == 0x50001, name
    for number in one.free:
        assert run_filter(filter_for(one), one.audit, number) == 0x7FFF0000
    readable, executable = 3, 7
    for number in one.memory:
        assert run_filter(filter_for(one), one.audit, number, (0, 0, readable)) == 0x7FFF0000
        assert run_filter(filter_for(one), one.audit, number, (0, 0, executable)) == 0x50001
    assert run_filter(filter_for(one), one.audit, one.clone, (0x3D0F00,)) == 0x7FFF0000  # pthread_create
    assert run_filter(filter_for(one), one.audit, one.clone, (0x1200011,)) == 0x50001  # fork
    other = next(machine for machine in MACHINES.values() if machine is not one)
    assert run_filter(filter_for(one), other.audit, 0) == 0x80000000
    assert run_filter(filter_for(one), one.audit, 0x40000000) == 0x80000000


def run_filter(program, audit, number, arguments=()):
    """As the kernel runs it."""
    words = {0: number, 4: audit} | {16 + 8 * place: value for place, value in enumerate(arguments)}
    steps = [
        (int.from_bytes(one[0:2], sys.byteorder), one[2], one[3], int.from_bytes(one[4:8], sys.byteorder))
        for one in (program[at : at + 8] for at in range(0, len(program), 8))
    ]
    at = value = 0
    while True:
        code, then, otherwise, operand = steps[at]
        at += 1
        if code == 0x06:
            return operand
        if code == 0x20:
            value = words.get(operand, 0)
        elif code == 0x54:
            value &= operand
        else:
            holds = value == operand if code == 0x15 else value >= operand
            at += then if holds else otherwise


# --- a wall that does not stand ---------------------------------------------------------------------------------------


class Claiming:
    """A worker that says of its walls what it was given, and decodes as the real one."""

    def __init__(self, ready):
        self._ready = ready

    def take(self):
        worker = PictureWorker()
        worker.ready()
        worker._ready = self._ready
        return worker


def fallen(*walls):
    return Ready("", 0, tuple(Tried(wall, wall not in walls, "x") for wall in WALLS))


@needs_walls
def test_nothing_is_decoded_behind_a_wall_that_does_not_stand(tmp_path, open_with, monkeypatch):
    monkeypatch.delenv("TACHIAI_WITHOUT_WALLS", raising=False)
    desk = Desk(tmp_path)
    recordings.work(desk, 1)
    made = desk.close()
    recording = open_with(made, Claiming(fallen("network")))
    with pytest.raises(WallsBrokenError, match=r"network.*tachiai-player walls"):
        recording.picture_at(0, 0)
    check = PictureCheck(Claiming(fallen("files")))
    with pytest.raises(WallsBrokenError):
        verify(made.folder, devices=made.devices, keys=made.keys, check_events=check)
    check.close()
    monkeypatch.setenv("TACHIAI_WITHOUT_WALLS", "1")
    assert open_with(made, Claiming(fallen("network"))).picture_at(0, 0) is not None


@needs_walls
def test_a_wall_that_was_not_tried_does_not_stand():
    assert judge_walls(Ready("", 0, ())).standing is Standing.BROKEN
    assert judge_walls(fallen()).standing is Standing.STAND


def test_a_system_without_walls_is_no_broken_wall():
    walls = judge_walls(Ready("", 0, ()), missing="this system has no seccomp")
    assert (walls.standing, walls.why) == (Standing.NONE_HERE, "this system has no seccomp")
    assert not goes_without_walls({})


def test_a_worker_that_cannot_be_started_is_told(tmp_path):
    supply = WorkerSupply(lambda: PictureWorker([sys.executable, "-c", "raise SystemExit(1)"]))
    walls = tried_walls(supply)
    supply.close()
    assert walls.standing is Standing.BROKEN
    assert "no decoder could be started" in walls.why
