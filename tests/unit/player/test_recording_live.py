"""A recording that still grows."""

import threading

import numpy as np
import pytest

from player.recording import OpenRecording
from tests import recordings
from tests.recordings import Desk, S

PATIENCE_S = 10


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    recordings.work(desk, 5)
    yield desk
    desk.close()


def opened(made):
    return OpenRecording.open(made.folder, keys=made.keys, devices=made.devices)


def shows(recording, desk, at_ns):
    picture = recording.picture_at(0, at_ns)
    return picture is not None and np.array_equal(picture.bgr, desk.picture(0, at_ns))


def test_what_comes_is_shown_after_a_refresh(desk):
    recording = opened(desk.made())
    assert recording.is_live
    recording.scan_all()
    assert shows(recording, desk, recording.duration_ns)
    for _ in range(10):
        changes = len(recording.changes())
        recordings.work(desk, 1)
        assert recording.refresh()
        assert recording.duration_ns == desk.now_ns
        assert len(recording.changes()) == changes + 1
        assert shows(recording, desk, desk.now_ns)
    assert not recording.refresh()


def test_a_new_segment_is_followed(desk):
    recording = opened(desk.made())
    recording.scan_all()
    recordings.work(desk, 2)
    desk.start_segment()
    recordings.work(desk, 2)
    assert recording.refresh()
    assert len(recording.changes()) == len(desk.truth[0])
    for at_ns, _ in desk.truth[0]:
        assert shows(recording, desk, at_ns)


def test_the_live_edge_can_be_left_and_come_back_to(desk):
    recording = opened(desk.made())
    recording.refresh()
    assert shows(recording, desk, recording.duration_ns)
    assert shows(recording, desk, S)
    recordings.work(desk, 3)
    recording.refresh()
    assert shows(recording, desk, recording.duration_ns)


def test_text_being_typed_is_a_row_before_it_is_complete(desk):
    recording = opened(desk.made())
    recording.scan_all()
    settled = recording.rows().settled
    desk.type("rm -rf /var/ca")
    desk.seal()
    recording.refresh()
    assert recording.rows()[-1].text == "rm -rf /var/ca"
    assert recording.rows().settled == settled
    desk.type("che")
    desk.press("enter")
    desk.seal()
    recording.refresh()
    assert recording.rows()[-1].text == "rm -rf /var/cache"
    assert recording.rows().settled == settled + 1


def test_it_ends_when_the_recorder_closes_it(tmp_path):
    desk = Desk(tmp_path)
    recordings.work(desk, 3)
    recording = opened(desk.made())
    recording.scan_all()
    desk.close()
    assert recording.refresh()
    assert not recording.is_live
    assert recording.is_closed
    assert recording.rows()[-1].kind == "session"


def test_a_refresh_before_the_scan_is_done_leaves_it_to_the_scan(desk):
    recording = opened(desk.made())
    recordings.work(desk, 2)
    assert recording.refresh()
    recording.scan_all()
    assert len(recording.changes()) == len(desk.truth[0])


def test_pictures_are_shown_while_a_thread_reads_on_and_it_says_how_far_it_is(tmp_path):
    desk = Desk(tmp_path)
    recordings.work(desk, 450, seconds_each=0.1)
    recording = opened(desk.close())
    told_ns: list[int] = []
    read = (lambda progress: told_ns.append(progress.reached_ns),)
    reading = threading.Thread(target=recording.scan_all, args=read, daemon=True)
    reading.start()
    for at_ns in range(0, recording.duration_ns, 3 * S):
        assert shows(recording, desk, at_ns)
    reading.join(PATIENCE_S)
    assert len(told_ns) >= 2
    assert told_ns == sorted(told_ns)
    assert len(recording.changes()) == 451
