"""A recording opened to be played: pictures, pointer, monitors, rows and spans, from real sealed recordings."""

import numpy as np
import pytest

from player import segment
from player.decoder import read_shown
from player.picture_worker import PictureWorker
from player.recording import OpenRecording
from player.source import Change
from player.worker.wire import Expect
from player.worker_supply import WorkerSupply
from recorder.errors import KeyMissingError, UnreadableError
from recorder.events import GapReason, Snapshot
from recorder.evidence.findings import Status
from recorder.evidence.keys import AuditorKey, DeviceTrust, KeyRing
from recorder.evidence.writer import Limits
from recorder.geometry import Rect
from tests import recordings
from tests.recordings import Desk, S


def opened(made, **options):
    return OpenRecording.open(made.folder, keys=made.keys, devices=made.devices, **options)


def assert_shows(recording, desk, screen, at_ns):
    picture = recording.picture_at(screen, at_ns)
    assert picture is not None, f"no picture at {at_ns / S}"
    assert np.array_equal(picture.bgr, desk.picture(screen, at_ns)), f"another picture at {at_ns / S}"
    return picture


def moments(desk, screen=0):
    """Every change, and the moments just before and after it, in a mixed order."""
    times = {near for at_ns, _ in desk.truth[screen] for near in (at_ns, at_ns + 1, at_ns + 200_000_000)}
    ordered = np.array(sorted(time for time in times if time <= desk.now_ns))
    return np.random.default_rng(3).permutation(ordered).tolist()


def test_facts_come_from_the_header(tmp_path):
    _, made = recordings.whole(tmp_path)
    facts = opened(made).facts
    assert (facts.operator, facts.host, facts.purpose) == ("hanako", "bastion-7", "patching")
    assert facts.started_wall_ns == recordings.STARTED.wall_ns
    assert facts.utc_offset_s == 9 * 3600


def test_every_picture_is_the_one_that_was_recorded_whatever_the_order(tmp_path):
    desk, made = recordings.whole(tmp_path)
    recording = opened(made)
    for at_ns in moments(desk):
        assert assert_shows(recording, desk, 0, at_ns).exact


def tellings(monkeypatch):
    """What workers are told from now on."""
    told, tell = [], PictureWorker.tell

    def telling(worker, request):
        told.append(request)
        tell(worker, request)

    monkeypatch.setattr(PictureWorker, "tell", telling)
    return told


def test_pictures_told_ahead_chunk_by_chunk_are_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(segment, "_TELL_BYTES", 0)
    told = tellings(monkeypatch)
    desk, made = recordings.whole(tmp_path)
    for at_ns in [desk.now_ns, *moments(desk)[:5]]:
        supply = WorkerSupply()
        supply.spare().ready()
        recording = opened(made, workers=supply)
        for at in (at_ns, *moments(desk)[:10]):
            assert_shows(recording, desk, 0, at)
        recording.close()
        supply.close()

    assert sum(isinstance(request, Expect) for request in told) > 10


def test_playing_forward_shows_every_picture(tmp_path):
    desk, made = recordings.whole(tmp_path)
    recording = opened(made)
    for at_ns in range(0, desk.now_ns, 100_000_000):
        assert_shows(recording, desk, 0, at_ns)


def test_a_picture_says_since_when_it_is_shown(tmp_path):
    desk, made = recordings.whole(tmp_path)
    desk_times = [at_ns for at_ns, _ in desk.truth[0]]
    assert opened(made).picture_at(0, desk_times[4] + 1).at_ns == desk_times[4]


def test_a_picture_cannot_be_written_to(tmp_path):
    _, made = recordings.whole(tmp_path)
    with pytest.raises(ValueError, match="read-only"):
        opened(made).picture_at(0, S).bgr[0, 0, 0] = 1


def with_snapshots(tmp_path):
    desk = Desk(tmp_path)
    for number in range(40):
        desk.wait(0.5)
        desk.paint()
        if number % 7 == 3:
            desk.snapshot()
        desk.seal()
    return desk, desk.close()


def test_snapshots_change_nothing_but_where_decoding_starts(tmp_path):
    desk, made = with_snapshots(tmp_path)
    recording = opened(made)
    for at_ns in moments(desk):
        assert_shows(recording, desk, 0, at_ns)


def test_the_snapshot_that_is_needed_is_told_first_and_the_picture_is_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(segment, "_TELL_BYTES", 0)
    monkeypatch.setattr(segment, "_FAR_NS", 0)
    told = tellings(monkeypatch)
    desk, made = with_snapshots(tmp_path)
    for at_ns in (18 * S, 9 * S):
        told.clear()
        supply = WorkerSupply()
        supply.spare().ready()
        recording = opened(made, workers=supply)
        picture = assert_shows(recording, desk, 0, at_ns)
        (coming,) = [request.coming for request in told if isinstance(request, Expect) and request.coming]
        assert isinstance(coming[0], Snapshot)
        assert coming[-1].at_ns == picture.at_ns
        recording.close()
        supply.close()


def test_two_screens_are_kept_apart(tmp_path):
    desk = Desk(tmp_path, sizes=((320, 200), (161, 121)))
    for number in range(20):
        desk.wait(0.3)
        desk.paint(number % 2)
        desk.seal()
    recording = opened(desk.close())
    for screen in (0, 1):
        for at_ns in moments(desk, screen):
            assert_shows(recording, desk, screen, at_ns)
    assert [screen.number for screen in recording.screens_at(S)] == [0, 1]
    assert [shown and len(shown.bgr) for shown in read_shown(recording, S).pictures] == [200, 121]


def test_a_monitor_that_changes_its_size_and_one_that_goes(tmp_path):
    desk = Desk(tmp_path, sizes=((320, 200), (160, 120)))
    recordings.work(desk, 4)
    before_ns = desk.now_ns
    desk.wait(1)
    desk.set_screens((400, 300))
    desk.seal()
    recordings.work(desk, 4)
    recording = opened(desk.close())
    assert len(recording.screens_at(before_ns)) == 2
    assert_shows(recording, desk, 1, before_ns)
    assert [screen.area for screen in recording.screens_at(desk.now_ns)] == [Rect(0, 0, 400, 300)]
    assert recording.picture_at(1, desk.now_ns) is None
    assert assert_shows(recording, desk, 0, desk.now_ns).bgr.shape == (300, 400, 3)


def test_there_is_no_picture_outside_the_recording_or_of_a_screen_that_is_not_there(tmp_path):
    _, made = recordings.whole(tmp_path)
    recording = opened(made)
    assert recording.picture_at(0, -1) is None
    assert recording.picture_at(0, recording.duration_ns + 1) is None
    assert recording.picture_at(5, S) is None


def test_between_two_segments_the_picture_before_still_holds(tmp_path):
    desk = Desk(tmp_path)
    recordings.work(desk, 3)
    desk.seal()
    desk.writer.start_segment("rollover")
    rolled_ns = desk.now_ns
    desk.wait(0.3)
    desk.paint(0, Rect(0, 0, 64, 64), 9)  # is not recorded: the segment's full picture holds it
    desk._pending.clear()
    held = desk.truth[0].pop()
    desk._full(0)
    desk.seal()
    recording = opened(desk.close())
    assert_shows(recording, desk, 0, rolled_ns + 100_000_000)
    assert np.array_equal(recording.picture_at(0, desk.now_ns).bgr, held[1])


def test_the_pointer_is_found_and_its_shape(tmp_path):
    desk = Desk(tmp_path)
    desk.move_pointer(10, 20)
    desk.seal()
    desk.wait(1)
    desk.shape_pointer("arrow")
    desk.move_pointer(30, 40)
    desk.start_segment()
    desk.wait(1)
    desk.seal()
    recording = opened(desk.close())
    first, second, restated = (recording.pointer_at(at_ns) for at_ns in (S // 2, S, 2 * S))
    assert (first.x_px, first.y_px, first.shape) == (10, 20, None)
    assert (second.x_px, second.y_px, second.shape.name) == (30, 40, "arrow")
    assert (restated.x_px, restated.y_px, restated.shape.name) == (30, 40, "arrow")


def test_the_scan_fills_in_changes_and_rows_in_order(tmp_path):
    desk, made = recordings.whole(tmp_path)
    recording = opened(made)
    assert len(recording.changes()) == len(recording.rows()) == 0
    recording.scan_all()
    assert [change.at_ns for change in recording.changes()] == [at_ns for at_ns, _ in desk.truth[0]]
    assert recording.changes()[0] == Change(0, 0, 320 * 200)
    rows = list(recording.rows())
    assert [row.at_ns for row in rows] == sorted(row.at_ns for row in rows)
    assert [row.text for row in rows if row.kind == "text"] == ["systemctl restart nginx"]
    assert recording.status is Status.SOUND
    assert recording.spans() == ()


def test_the_scan_goes_on_piece_by_piece(tmp_path):
    desk = Desk(tmp_path)
    recordings.work(desk, 250, seconds_each=0.1)
    recording = opened(desk.close())
    first = recording.scan_step()
    assert not first.is_complete
    assert 0 < first.reached_ns < first.duration_ns
    assert 0 < len(recording.changes()) < 251
    recording.scan_all()
    assert len(recording.changes()) == 251


def test_memory_is_bounded_and_pictures_are_found_again(tmp_path):
    desk = Desk(tmp_path)
    for _ in range(6):
        recordings.work(desk, 5)
        desk.start_segment()
    recording = opened(desk.close(), cache_bytes=1)
    for at_ns in moments(desk):
        assert_shows(recording, desk, 0, at_ns)
    assert len(recording._loaded) <= 2


def test_work_ahead_reads_this_segment_and_the_next(tmp_path):
    desk = Desk(tmp_path)
    for _ in range(3):
        recordings.work(desk, 8)
        desk.start_segment()
    recording = opened(desk.close())
    recording.picture_at(0, S)
    while recording.ahead(S):
        pass
    assert sorted(recording._loaded) == [1, 2]
    assert all(segment.is_exhausted for segment in recording._loaded.values())


def test_utc_follows_the_machines_clock(tmp_path):
    _, made = recordings.whole(tmp_path)
    recording = opened(made)
    assert recording.wall_ns_at(0) == recordings.STARTED.wall_ns
    assert recording.wall_ns_at(10 * S) == recordings.STARTED.wall_ns + 10 * S


def test_a_gap_hides_the_screens_it_names_and_only_those(tmp_path):
    desk = Desk(tmp_path, sizes=((320, 200), (160, 120)))
    recordings.work(desk, 2)
    start_ns = desk.now_ns
    desk.wait(2)
    desk.gap(start_ns, desk.now_ns, what="screen 1", reason=GapReason.GRAB_FAILED)
    end_ns = desk.now_ns
    desk.paint(0)
    desk.paint(1)
    desk.seal()
    recording = opened(desk.close())
    recording.settle(start_ns)
    assert recording.picture_at(1, start_ns + S) is None
    assert_shows(recording, desk, 0, start_ns + S)
    assert_shows(recording, desk, 1, start_ns - 1)
    assert_shows(recording, desk, 1, end_ns)
    recording.scan_all()
    [gap] = recording.spans()
    assert (gap.start_ns, gap.end_ns, gap.kind) == (start_ns, end_ns, "gap")
    assert "could not be read" in gap.reason
    assert "screen 1" in gap.reason


def test_two_rows_at_the_wrong_time_are_put_in_order_and_that_is_told(tmp_path):
    desk = Desk(tmp_path)
    desk.window("first")
    desk.seal()
    desk.wait(3)
    desk.window("second")
    desk.seal()
    made = desk.made()
    recording = opened(made)
    recording.refresh()
    recording.scan_all()
    revision = recording.rows().revision
    desk.gap(S, 2 * S)
    desk.seal()
    assert recording.refresh()
    kinds = [row.kind for row in recording.rows()]
    assert kinds.index("gap") == kinds.index("window") + 1
    assert recording.rows().revision > revision
    desk.close()


@pytest.mark.parametrize("keys", [KeyRing(()), KeyRing((AuditorKey.generate("other"),))])
def test_without_a_key_that_opens_it_nothing_is_shown(tmp_path, keys):
    _, made = recordings.whole(tmp_path)
    with pytest.raises(KeyMissingError):
        OpenRecording.open(made.folder, keys=keys, devices=made.devices)


def test_an_unknown_device_is_refused(tmp_path):
    _, made = recordings.whole(tmp_path)
    with pytest.raises(UnreadableError):
        OpenRecording.open(made.folder, keys=made.keys, devices=DeviceTrust({}))


def test_segments_may_follow_each_other_by_size(tmp_path):
    desk = Desk(tmp_path, limits=Limits(segment_bytes=8_000))
    for _ in range(30):
        desk.wait(0.5)
        desk.paint()
        if desk.writer.wants_new_segment:
            desk.start_segment()
        desk.seal()
    assert desk.writer.segment > 2
    recording = opened(desk.close())
    for at_ns in moments(desk):
        assert_shows(recording, desk, 0, at_ns)
