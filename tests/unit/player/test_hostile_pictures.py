"""Hostile pictures: decoded behind walls, in a process that may die, while the rest of the recording goes on."""

import re
import sys
import threading
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest

from player import picture_worker, worker_pipes
from player.check import PictureCheck
from player.decoding import MOST_DEATHS, PictureDecoding, StepFailedError
from player.picture_worker import PictureWorker, film_said
from player.recording import OpenRecording
from player.worker.reasons import UNKNOWN, known_reason
from player.worker.walls import platform_without_walls
from player.worker.wire import How, Step
from player.worker_supply import WorkerSupply
from recorder.evidence.verify import verify
from recorder.geometry import Rect
from tests import recordings
from tests.hostile_worker import MARK
from tests.recordings import Desk

ROOT = Path(__file__).resolve().parents[3]
NO_WALLS_HERE = platform_without_walls()
needs_walls = pytest.mark.skipif(bool(NO_WALLS_HERE), reason=NO_WALLS_HERE)


class Workers:
    """Workers that do a deed at marked pictures, counted."""

    def __init__(self, deed, **limits):
        self.command = [sys.executable, "-m", "tests.hostile_worker", deed]
        self.limits = limits
        self.taken = []

    def take(self):
        self.taken.append(PictureWorker(self.command, **self.limits))
        return self.taken[-1]


class RealWorkers:
    def __init__(self):
        self.taken = []

    def take(self):
        self.taken.append(PictureWorker())
        return self.taken[-1]


def hostile_desk(folder):
    """Work, a hostile picture, work that follows from it, and another segment; and when the hostile one came."""
    desk = Desk(folder)
    recordings.work(desk, 3)
    desk.wait(0.5)
    desk.paint()
    desk.emit(msgspec.structs.replace(desk._pending.pop(), data=MARK))
    desk.truth[0].pop()
    hostile_ns = desk.now_ns
    desk.seal()
    recordings.work(desk, 2)
    desk.start_segment()
    restart_ns = desk.now_ns
    recordings.work(desk, 2)
    return desk, hostile_ns, restart_ns


def assert_only_that_range_is_lost(recording, desk, hostile_ns, restart_ns):
    for at_ns in range(0, recording.duration_ns, 200_000_000):
        picture = recording.picture_at(0, at_ns)
        if hostile_ns <= at_ns < restart_ns:
            assert picture is None, at_ns
        elif at_ns < hostile_ns or at_ns > restart_ns:
            assert picture is not None, at_ns
            assert np.array_equal(picture.bgr, desk.picture(0, at_ns))


# --- hostile pictures -------------------------------------------------------------------------------------------------


@needs_walls
@pytest.mark.parametrize(
    ("deed", "reason", "started"),
    [
        ("loop", "its decoder took too long", 2),
        ("take_memory", "its decoder took too much memory", 2),
        ("crash", "its decoder ended", 3),
        ("babble", "its decoder gave an answer that is none", 3),
        ("claim_much", "its decoder gave an answer that is none", 3),
        ("open_files", "its decoder ended", 3),
    ],
)
def test_what_a_hostile_picture_does_costs_only_its_range(tmp_path, open_with, deed, reason, started):
    desk, hostile_ns, restart_ns = hostile_desk(tmp_path)
    workers = Workers(deed, step_limit_s=2.0)
    recording = open_with(desk.close(), workers)
    recording.scan_all()
    assert_only_that_range_is_lost(recording, desk, hostile_ns, restart_ns)
    [span] = [span for span in recording.spans() if span.kind == "unreadable"]
    assert (span.start_ns, reason in span.reason) == (hostile_ns, True)
    assert_only_that_range_is_lost(recording, desk, hostile_ns, restart_ns)
    assert len(workers.taken) == started
    assert all(worker.has_ended for worker in workers.taken[:-1])


def test_a_reason_that_the_codec_does_not_give_is_not_repeated(tmp_path, open_with):
    desk, hostile_ns, _ = hostile_desk(tmp_path)
    recording = open_with(desk.close(), Workers("say_nothing_known"))
    assert recording.picture_at(0, hostile_ns) is None
    [span] = recording.spans()
    assert UNKNOWN in span.reason
    assert "<b>" not in span.reason


def test_every_reason_of_the_codec_is_known():
    source = "".join(path.read_text() for path in (ROOT / "recorder" / "codec").glob("*.py"))
    said = re.findall(r'DamagedPictureError\("([^"]+)"\)', source)
    for before, after in pairwise(source.splitlines()):
        if "raise DamagedPictureError(msg)" in after:
            said += re.findall(r'msg = f?"([^"]+)"', before)
    assert len(set(said)) > 20
    filled = [re.sub(r"\{[^}]*\}", "7", one) for one in said]
    assert [one for one in filled if known_reason(one) != one] == []


def test_a_lying_worker_is_found_out_by_the_next_hash(tmp_path, open_with):
    desk = Desk(tmp_path)
    recordings.work(desk, 3)
    desk.snapshot()
    desk.seal()
    checked_ns = desk.now_ns
    desk.wait(1)
    desk.seal()
    recording = open_with(desk.close(), Workers("lie"))
    assert recording.picture_at(0, checked_ns) is None
    assert {span.kind for span in recording.spans()} == {"altered"}


def test_a_recording_that_kills_worker_after_worker_gets_no_more(tmp_path):
    workers = Workers("crash")
    decoding = PictureDecoding(workers)
    desk = Desk(tmp_path)
    desk.paint()
    patch = msgspec.structs.replace(desk._pending.pop(), kind="full", data=MARK)
    for _ in range(MOST_DEATHS):
        with pytest.raises(StepFailedError, match="its decoder ended"):
            decoding.new_track().do(0, [(0, patch)], [(Step(How.BEGIN, 0), patch)])
    with pytest.raises(StepFailedError, match="too many of its recording's decoders"):
        decoding.new_track().do(0, [(0, patch)], [(Step(How.BEGIN, 0), patch)])
    assert len(workers.taken) == MOST_DEATHS
    decoding.stop()


def test_a_worker_that_somebody_kills_is_started_again_and_nothing_is_lost(tmp_path, open_with):
    desk = Desk(tmp_path)
    recordings.work(desk, 4)
    workers = RealWorkers()
    recording = open_with(desk.close(), workers)
    for at_ns in range(0, recording.duration_ns, 250_000_000):
        assert np.array_equal(recording.picture_at(0, at_ns).bgr, desk.picture(0, at_ns))
        workers.taken[-1].kill()
    assert len(workers.taken) > 1
    assert recording.spans() == ()


def test_closing_does_not_wait_for_a_hostile_picture(tmp_path):
    desk, hostile_ns, _ = hostile_desk(tmp_path)
    made = desk.close()
    workers = Workers("loop", step_limit_s=300.0)
    recording = OpenRecording.open(made.folder, keys=made.keys, devices=made.devices, workers=workers)
    assert recording.picture_at(0, 0) is not None
    asked = threading.Thread(target=recording.picture_at, args=(0, hostile_ns))
    asked.start()
    recording.interrupt()
    asked.join(20)
    assert not asked.is_alive()
    recording.close()
    assert all(worker.has_ended for worker in workers.taken)


def test_verify_goes_on_after_a_hostile_picture(tmp_path):
    desk, _, _ = hostile_desk(tmp_path)
    made = desk.close()
    check = PictureCheck(Workers("crash"))
    verdict = verify(made.folder, devices=made.devices, keys=made.keys, check_events=check)
    check.close()
    [finding] = [one for one in verdict.findings if one.code == "UNDECODABLE"]
    assert "its decoder ended" in finding.sentence
    assert check.pictures >= 6


# --- what the player takes from a worker ------------------------------------------------------------------------------


@pytest.mark.parametrize("has_poll", [True, False])
@pytest.mark.parametrize("has_memory", [True, False])
def test_pictures_come_the_same_without_shared_memory_and_without_polling(
    tmp_path, open_with, monkeypatch, has_poll, has_memory
):
    if not has_memory:
        monkeypatch.setattr(picture_worker, "_shared_memory", lambda: (None, None))
    if not has_poll:
        monkeypatch.setattr(picture_worker, "pipes_to", worker_pipes.WatchedPipes)
    desk, hostile_ns, restart_ns = hostile_desk(tmp_path)
    recording = open_with(desk.close(), Workers("loop", step_limit_s=2.0))
    assert_only_that_range_is_lost(recording, desk, hostile_ns, restart_ns)
    [span] = [span for span in recording.spans() if span.kind == "unreadable"]
    assert "took too long" in span.reason


def test_areas_of_film_are_taken_only_if_they_can_be():
    picture = Rect(0, 0, 100, 50)
    inside = Rect(10, 10, 20, 20)
    assert film_said(msgspec.msgpack.encode((inside,)), picture) == (inside,)
    for said in ((), (inside,) * 17, (Rect(-1, 0, 5, 5),), (Rect(90, 40, 20, 20),), (Rect(0, 0, 0, 5),), ("x",)):
        assert film_said(msgspec.msgpack.encode(said), picture) is None
    assert film_said(b"\xc1", picture) is None


def test_an_impossible_size_is_refused_before_a_worker_is_asked(tmp_path):
    workers = RealWorkers()
    decoding = PictureDecoding(workers)
    desk = Desk(tmp_path)
    desk.paint()
    patch = msgspec.structs.replace(desk._pending.pop(), kind="full", width_px=1 << 30, height_px=1 << 30)
    with pytest.raises(StepFailedError, match="pixels"):
        decoding.new_track().do(0, [(0, patch)], [(Step(How.BEGIN, 0), patch)])
    assert workers.taken == []
    decoding.stop()


def test_a_worker_has_nothing_of_the_players_environment(monkeypatch):
    monkeypatch.setenv("TACHIAI_PASSPHRASE", "secret-of-the-auditor")
    worker = PictureWorker()
    worker.ready()
    assert b"secret-of-the-auditor" not in Path(f"/proc/{worker.pid}/environ").read_bytes()
    worker.end()


def test_a_supply_gives_each_worker_once():
    supply = WorkerSupply()
    supply.prepare()
    first, second = supply.take(), supply.take()
    assert first.pid != second.pid
    supply.prepare()
    spare = supply.spare()
    supply.close()
    assert spare.has_ended
    for worker in (first, second):
        worker.end()
