"""The pictures of a recording, judged by `verify`."""

import msgspec

from player.check import PICTURE_MISMATCH, PictureCheck
from recorder.evidence.findings import Status
from recorder.evidence.verify import verify
from tests import recordings
from tests.recordings import Desk


def judged(made):
    check = PictureCheck()
    return verify(made.folder, devices=made.devices, keys=made.keys, check_events=check), check


def test_every_picture_of_a_whole_recording_is_sound(tmp_path):
    desk = Desk(tmp_path, sizes=((320, 200), (160, 120)))
    recordings.work(desk, 6)
    desk.snapshot(0)
    desk.snapshot(1)
    desk.start_segment()
    recordings.work(desk, 3)
    desk.snapshot(0)
    verdict, check = judged(desk.close())
    assert verdict.status is Status.SOUND
    assert check.pictures == sum(len(pictures) for pictures in desk.truth.values())
    assert check.snapshots >= 3


def test_a_snapshot_of_another_picture_is_found_with_its_place(tmp_path):
    desk = Desk(tmp_path)
    recordings.work(desk, 3)
    desk.snapshot()
    desk.emit(msgspec.structs.replace(desk._pending.pop(), picture_sha256=bytes(32)))
    sealed = desk.seal()
    recordings.work(desk, 3)
    verdict, _ = judged(desk.close())
    [finding] = [one for one in verdict.findings if one.code == PICTURE_MISMATCH]
    assert (finding.segment, finding.sequence, finding.at_ns) == (1, sealed.sequence, sealed.end_ns)
    assert verdict.status is Status.ALTERED


def test_a_patch_that_cannot_be_decoded_is_found(tmp_path):
    desk = Desk(tmp_path)
    recordings.work(desk, 3)
    desk.wait(1)
    desk.paint()
    desk.emit(msgspec.structs.replace(desk._pending.pop(), data=b"\x01rubbish"))
    desk.seal()
    recordings.work(desk, 2)
    verdict, _ = judged(desk.close())
    assert [finding.code for finding in verdict.findings] == ["UNDECODABLE"]


def test_an_altered_chunk_is_not_blamed_on_the_pictures_after_it(tmp_path):
    _, made, _ = recordings.tampered(tmp_path)
    verdict, _ = judged(made)
    assert verdict.status is Status.ALTERED
    assert not {finding.code for finding in verdict.findings} & {PICTURE_MISMATCH, "UNDECODABLE"}


def test_screens_beyond_what_memory_may_take_are_a_finding_and_are_not_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr("player.check._MOST_PX", 320 * 200 + 100)
    desk = Desk(tmp_path, sizes=((320, 200), (160, 120)))
    recordings.work(desk, 3)
    verdict, check = judged(desk.close())
    assert {finding.code for finding in verdict.findings} == {"UNDECODABLE"}
    assert all("more screens" in finding.sentence for finding in verdict.findings)
    assert check.pictures == len(desk.truth[0])
