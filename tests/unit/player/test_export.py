"""What is handed out: videos that play, subtitles and logs that can be read."""

import json

import cv2
import numpy as np
import pytest

from player import drawing
from player.drawing import Canvas
from player.export import CODECS, ExportError, Progress, export_log, export_subtitles, export_video
from player.recording import OpenRecording
from player.source import Pointer
from recorder.errors import StorageError
from recorder.events import PointerShape
from recorder.geometry import Rect
from tests import recordings
from tests.recordings import Desk, S


def opened(made):
    recording = OpenRecording.open(made.folder, keys=made.keys, devices=made.devices)
    recording.scan_all()
    return recording


@pytest.fixture
def recording(tmp_path):
    desk = Desk(tmp_path / "library")
    desk.window("a <b> & c --> d")
    recordings.work(desk, 4)
    desk.type("日本語 <tag> -->")
    desk.press("enter")
    desk.wait(1)
    desk.click(100, 100)
    desk.wait(1)
    desk.paint()
    desk.seal()
    return opened(desk.close())


def frames_of(path):
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    frames = []
    while (read := capture.read())[0]:
        frames.append(read[1])
    fps = capture.get(cv2.CAP_PROP_FPS)
    capture.release()
    return frames, fps


def likeness_db(first, second):
    return cv2.PSNR(np.ascontiguousarray(first), np.ascontiguousarray(second))


@pytest.mark.parametrize("suffix", sorted(CODECS))
def test_a_video_has_the_recordings_length_and_pictures(recording, tmp_path, suffix):
    path = tmp_path / f"out{suffix}"
    video = export_video(recording, path, fps=10)
    frames, fps = frames_of(path)
    assert fps == pytest.approx(10)
    assert len(frames) == video.frames == -(-recording.duration_ns // 100_000_000)
    for number in (0, 12, len(frames) - 1):
        truth = recording.picture_at(0, number * 100_000_000).bgr
        assert frames[number].shape == truth.shape
        assert likeness_db(frames[number], truth) > 20
    assert list(tmp_path.glob(".*part*")) == []


def test_part_of_a_recording_can_be_exported(recording, tmp_path):
    video = export_video(recording, tmp_path / "part.avi", fps=5, start_ns=S, end_ns=2 * S)
    assert video.frames == 5
    frames, _ = frames_of(tmp_path / "part.avi")
    assert likeness_db(frames[0], recording.picture_at(0, S).bgr) > 25


def test_a_click_is_drawn_where_it_was(recording, tmp_path):
    [click] = [row for row in recording.rows() if row.kind == "click"]
    export_video(recording, tmp_path / "click.avi", fps=10)
    frames, _ = frames_of(tmp_path / "click.avi")
    number = -(-click.at_ns // 100_000_000) + 1
    truth = recording.picture_at(0, number * 100_000_000).bgr
    around = (slice(80, 120), slice(80, 120))
    elsewhere = (slice(150, 200), slice(200, 300))
    assert likeness_db(frames[number][around], truth[around]) < likeness_db(frames[number][elsewhere], truth[elsewhere])


def test_screens_stand_side_by_side_and_a_new_layout_is_fitted_in(tmp_path):
    desk = Desk(tmp_path / "library", sizes=((320, 200), (160, 121)))
    recordings.work(desk, 2)
    desk.wait(1)
    desk.set_screens((800, 600))
    desk.seal()
    desk.wait(1)
    desk.seal()
    desk.set_screens((101, 55))
    desk.seal()
    desk.wait(1)
    recording = opened(desk.close())
    video = export_video(recording, tmp_path / "out.avi", fps=4)
    assert (video.width_px, video.height_px) == (480, 200)
    frames, _ = frames_of(tmp_path / "out.avi")
    assert {frame.shape for frame in frames} == {(200, 480, 3)}
    assert likeness_db(frames[1][:, :320], desk.picture(0, S // 4)) > 20
    assert likeness_db(frames[1][:120, 320:], desk.picture(1, S // 4)[:120]) > 20
    large = frames[10]
    assert large[:, :90].mean() < 5
    assert large[:, 130:350].mean() > 30


def test_what_was_not_recorded_is_a_panel_that_says_so(tmp_path):
    desk = Desk(tmp_path / "library")
    recordings.work(desk, 2)
    start_ns = desk.now_ns
    desk.wait(2)
    desk.gap(start_ns, desk.now_ns, "screen", "grab_failed")
    desk.paint()
    desk.seal()
    export_video(opened(desk.close()), tmp_path / "gap.avi", fps=10)
    frames, _ = frames_of(tmp_path / "gap.avi")
    panel = frames[start_ns // 100_000_000 + 5]
    assert np.median(panel[:, :, 2]) > 60
    assert np.median(panel[:, :, 1]) < 60


def test_progress_is_told_and_reaches_the_end(recording, tmp_path):
    told: list[Progress] = []
    now_ns = [0]

    def clock():
        now_ns[0] += S
        return now_ns[0]

    export_video(recording, tmp_path / "out.avi", fps=5, progress=told.append, now_ns=clock)
    assert told[-1].done_ns == told[-1].total_ns == recording.duration_ns
    etas_s = [one.eta_s for one in told if one.eta_s is not None]
    assert len(etas_s) == len(told)
    assert etas_s[0] > etas_s[len(etas_s) // 2] > etas_s[-1] == 0
    assert [one.done_ns for one in told] == sorted(one.done_ns for one in told)


def test_a_stopped_export_leaves_no_file(recording, tmp_path):
    asked = []

    def should_stop():
        asked.append(1)
        return len(asked) > 5

    video = export_video(recording, tmp_path / "out.avi", should_stop=should_stop)
    assert video.stopped
    assert [path.name for path in tmp_path.iterdir()] == ["library"]


def test_what_is_there_is_replaced_at_the_end_or_stays(recording, tmp_path):
    path = tmp_path / "out.avi"
    path.write_bytes(b"an older export")
    path.chmod(0o640)
    assert export_video(recording, path, should_stop=lambda: True).stopped
    assert path.read_bytes() == b"an older export"
    export_video(recording, path, fps=2)
    assert frames_of(path)[0]
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_form_that_is_not_known_is_refused_before_anything_is_done(recording, tmp_path):
    with pytest.raises(ExportError, match="must end in"):
        export_video(recording, tmp_path / "out.mkv")


def test_a_folder_that_is_not_there_is_a_sentence(recording, tmp_path):
    with pytest.raises(StorageError, match="cannot be written"):
        export_video(recording, tmp_path / "nowhere" / "out.avi")


def test_a_recording_without_a_picture_is_refused(tmp_path):
    desk = Desk(tmp_path / "library", sizes=())
    desk.seal()
    with pytest.raises(ExportError, match="No picture"):
        export_video(opened(desk.close()), tmp_path / "out.avi")


def test_subtitles_cannot_be_broken_by_what_was_typed(recording, tmp_path):
    path = tmp_path / "out.vtt"
    count = export_subtitles(recording, path)
    text = path.read_text(encoding="utf-8")
    head, *cues = [cue for cue in text.split("\n\n") if cue.strip()]
    assert head == "WEBVTT"
    assert len(cues) == count == len(recording.rows())
    for cue in cues:
        timing, words = cue.strip().split("\n")
        start, arrow, end = timing.split(" ")
        assert arrow == "-->"
        assert start < end
        assert "<" not in words
        assert "-->" not in words
    assert any("日本語 &lt;tag&gt; --&gt;" in cue for cue in cues)


def test_the_log_is_json_lines(recording, tmp_path, capfdbinary):
    assert export_log(recording, tmp_path / "out.jsonl") == len(recording.rows())
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["kind"] for line in lines] == [row.kind for row in recording.rows()]
    [typed] = [line for line in lines if line["kind"] == "text"]
    assert typed["text"] == "日本語 <tag> -->"
    assert typed["utc"].startswith("2026-03-01T14:05:1")
    export_log(recording, "-")
    assert capfdbinary.readouterr().out == (tmp_path / "out.jsonl").read_bytes()


def test_a_pointers_own_shape_is_drawn_over_the_picture():
    picture = np.full((40, 40, 3), 100, np.uint8)
    solid, through = bytes((0, 0, 255, 255)), bytes((0, 0, 0, 0))
    shape = PointerShape(0, 2, 1, 1, 0, solid + through, "")
    drawing.draw_pointer(picture, Pointer(10, 10, shape), drawing.place(Rect(0, 0, 40, 40), Canvas(40, 40)))
    assert picture[10, 9].tolist() == [0, 0, 255]
    assert picture[10, 10].tolist() == [100, 100, 100]


def test_a_pointer_at_the_edge_or_of_an_impossible_shape_is_drawn_all_the_same():
    picture = np.full((40, 40, 3), 100, np.uint8)
    placement = drawing.place(Rect(0, 0, 40, 40), Canvas(40, 40))
    for x, y in ((-5, -5), (39, 39), (400, 400)):
        drawing.draw_pointer(picture, Pointer(x, y, PointerShape(0, 4, 4, 0, 0, bytes(64))), placement)
    drawing.draw_pointer(picture, Pointer(5, 5, PointerShape(0, 900, 900, 0, 0, b"short")), placement)
    assert (picture != 100).any()


def test_a_desktop_is_fitted_whole_and_never_enlarged():
    small = drawing.place(Rect(-100, 0, 100, 50), Canvas(200, 100))
    assert (small.scale, small.on_canvas(-100, 0)) == (1.0, (50, 25))
    large = drawing.place(Rect(0, 0, 400, 100), Canvas(200, 100))
    assert (large.scale, large.on_canvas(400, 100)) == (0.5, (200, 75))
