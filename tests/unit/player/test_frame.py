"""One frame as a PNG, or a sentence that says why there is none."""

import cv2
import numpy as np
import pytest

from player.frame import write_frame
from player.recording import OpenRecording
from player.taken_picture import NotRecordedError
from recorder.errors import StorageError
from recorder.events import WallClockChanged
from tests import recordings
from tests.recordings import Desk, S


def opened(made):
    return OpenRecording.open(made.folder, keys=made.keys, devices=made.devices)


def decoded(png):
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    assert picture is not None
    return picture


def test_the_file_is_exactly_what_was_on_the_screen_without_the_pointer(tmp_path):
    desk = Desk(tmp_path / "library")
    desk.move_pointer(50, 50)
    recordings.work(desk, 5)
    recording = opened(desk.close())
    out = tmp_path / "frame.png"
    for at_ns, truth in desk.truth[0]:
        picture = write_frame(recording, at_ns, 0, out)
        assert picture.at_ns == picture.since_ns == at_ns
        assert np.array_equal(decoded(out.read_bytes()), truth)


def test_the_first_screen_is_taken_if_none_is_named(tmp_path):
    desk = Desk(tmp_path / "library", sizes=((320, 200), (160, 120)))
    desk.seal()
    assert write_frame(opened(desk.close()), 0, None, tmp_path / "f.png").screens == (0,)


def test_standard_output_takes_it_too(tmp_path, capfdbinary):
    desk, made = recordings.whole(tmp_path)
    write_frame(opened(made), S, 0, "-")
    assert np.array_equal(decoded(capfdbinary.readouterr().out), desk.picture(0, S))


@pytest.mark.parametrize(
    ("at_ns", "screen", "says"), [(-1, 0, "outside"), (10**15, 0, "outside"), (S, 7, "no screen 7")]
)
def test_what_was_not_recorded_is_refused_in_words(tmp_path, at_ns, screen, says):
    _, made = recordings.whole(tmp_path / "library")
    with pytest.raises(NotRecordedError, match=says) as refusal:
        write_frame(opened(made), at_ns, screen, tmp_path / "f.png")
    assert refusal.value.exit_status == 3
    assert not (tmp_path / "f.png").exists()


def test_a_gap_is_refused_with_its_reason(tmp_path):
    desk = Desk(tmp_path / "library")
    recordings.work(desk, 2)
    start_ns = desk.now_ns
    desk.wait(3)
    desk.gap(start_ns, desk.now_ns, "everything", "suspended")
    desk.paint()
    desk.seal()
    with pytest.raises(NotRecordedError, match="suspended"):
        write_frame(opened(desk.close()), start_ns + S, 0, tmp_path / "f.png")


def test_an_altered_range_is_refused_with_its_reason(tmp_path):
    _, made, altered = recordings.tampered(tmp_path / "library")
    with pytest.raises(NotRecordedError, match="no sound picture"):
        write_frame(opened(made), altered.end_ns, 0, tmp_path / "f.png")


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path):
    _, made = recordings.whole(tmp_path / "library")
    with pytest.raises(StorageError, match="cannot be written"):
        write_frame(opened(made), S, 0, tmp_path / "nowhere" / "f.png")


def test_utc_follows_a_clock_that_was_set_shortly_before_without_reading_the_whole_recording(tmp_path):
    desk = Desk(tmp_path / "library")
    recordings.work(desk, 4)
    desk.emit(WallClockChanged(desk.now_ns, recordings.STARTED.wall_ns + 3600 * S, 0))
    set_ns = desk.now_ns
    recordings.work(desk, 4)
    recording = opened(desk.close())
    before, after = (write_frame(recording, at_ns, 0, tmp_path / "f.png") for at_ns in (set_ns - S, set_ns + S))
    assert before.origin.wall_ns == recordings.STARTED.wall_ns + set_ns - S
    assert after.origin.wall_ns == recordings.STARTED.wall_ns + 3601 * S
    assert not recording.rows()
