"""Videos that are exported, decoded again: the right picture at the right time, in forms that a browser plays."""

import numpy as np
import pytest

from player.export import export_subtitles
from player.video import writers
from player.video.export import Choice, Progress, export_video, table_of
from player.video.opencv_writer import CODECS, opencv_writer
from player.video.redaction import Redaction
from player.video.writers import ExportError, Means
from recorder.errors import StorageError
from recorder.geometry import Rect
from tests import recordings
from tests.recordings import Desk, S
from tests.unit.player.video_kit import likeness_db, opened, played, worked

MS = 1_000_000
OPENCV = Means("OpenCV", opencv_writer, 100 * MS)


@pytest.fixture
def desk_and_recording(tmp_path):
    return worked(tmp_path / "library")


@pytest.fixture
def recording(desk_and_recording):
    return desk_and_recording[1]


@pytest.mark.parametrize(("suffix", "codec"), [(".webm", "vp9"), (".mp4", "h264")])
def test_the_video_shows_at_each_moment_what_the_recording_did(recording, tmp_path, suffix, codec):
    path = tmp_path / f"out{suffix}"
    made = export_video(recording, path)
    video = played(path)
    assert (video.codec, video.pixels) == (codec, "yuv420p")
    assert video.duration_s == pytest.approx(recording.duration_ns / S, abs=0.002)
    assert made.duration_ns == recording.duration_ns
    assert len(video.shots) == made.frames
    assert made.size_bytes == path.stat().st_size
    changes = [change.at_ns for change in recording.changes() if change.at_ns < recording.duration_ns - MS]
    shown_ms = {shot.at_ms for shot in video.shots}
    assert {-(-at_ns // MS) for at_ns in changes} <= shown_ms  # each change at its own moment
    for at_ns in changes:
        truth = recording.picture_at(0, at_ns).bgr
        assert likeness_db(video.at(at_ns / S + 0.001)[:80], truth[:80]) > 28  # where no pointer is
    assert list(tmp_path.glob(".*part*")) == []


def test_a_browser_finds_the_table_of_contents_in_front(recording, tmp_path):
    export_video(recording, tmp_path / "out.mp4")
    content = (tmp_path / "out.mp4").read_bytes()
    assert 0 < content.index(b"moov") < content.index(b"mdat")
    assert content.index(b"avc1") > 0
    export_video(recording, tmp_path / "out.webm")
    assert b"webm" in (tmp_path / "out.webm").read_bytes()[:64]


def test_a_player_never_has_to_decode_far_after_a_seek(tmp_path):
    _, recording = worked(tmp_path / "library", quiet_s=30)
    export_video(recording, tmp_path / "out.mp4")
    shots = played(tmp_path / "out.mp4").shots
    keys_ms = [shot.at_ms for shot in shots if shot.is_key]
    assert max(np.diff([*keys_ms, shots[-1].at_ms])) <= 15_000
    assert max(np.diff([shot.at_ms for shot in shots])) <= 5_100


def test_part_of_a_recording_begins_and_ends_where_it_was_asked(recording, tmp_path):
    made = export_video(recording, tmp_path / "part.mp4", Choice(start_ns=S, end_ns=2 * S))
    video = played(tmp_path / "part.mp4")
    assert (made.start_ns, made.end_ns, made.duration_ns) == (S, 2 * S, S)
    assert video.duration_s == pytest.approx(1.0, abs=0.002)
    assert likeness_db(video.at(0), recording.picture_at(0, S).bgr) > 28


@pytest.mark.parametrize("choice", [Choice(start_ns=900 * S), Choice(start_ns=S, end_ns=S)])
def test_a_range_in_which_nothing_is_recorded_is_refused(recording, tmp_path, choice):
    with pytest.raises(ExportError, match="nothing to export between"):
        export_video(recording, tmp_path / "out.webm", choice)
    assert [path.name for path in tmp_path.iterdir()] == ["library"]


def test_idle_time_is_cut_and_subtitles_follow(tmp_path):
    _, recording = worked(tmp_path / "library", quiet_s=60)
    choice = Choice(skip_idle=True)
    made = export_video(recording, tmp_path / "out.mp4", choice)
    [cut] = made.cuts
    assert cut.end_ns - cut.start_ns > 55 * S
    assert made.duration_ns == pytest.approx(recording.duration_ns - (cut.end_ns - cut.start_ns), abs=2 * MS)
    video = played(tmp_path / "out.mp4")
    assert video.duration_s == pytest.approx(made.duration_ns / S, abs=0.005)
    last = recording.changes()[-2].at_ns
    behind_the_cut_s = (cut.video_ns + last - cut.end_ns) / S
    truth = recording.picture_at(0, last).bgr
    assert likeness_db(video.at(behind_the_cut_s + 0.002)[:80], truth[:80]) > 28
    table = table_of(recording, choice, step_ns=MS)
    export_subtitles(recording, tmp_path / "out.vtt", table=table)
    starts = [line.split(" ")[0] for line in (tmp_path / "out.vtt").read_text().splitlines() if "-->" in line]
    assert starts == sorted(starts)
    assert starts[-1] < "00:00:10"  # of a session of more than a minute


def test_a_picture_rate_bounds_how_many_pictures_there_are(recording, tmp_path):
    export_video(recording, tmp_path / "out.webm", Choice(fps=2))
    shown_ms = [shot.at_ms for shot in played(tmp_path / "out.webm").shots]
    assert min(np.diff(shown_ms)) >= 499


def test_the_strip_tells_the_sessions_clock_under_the_picture(tmp_path):
    desk = Desk(tmp_path / "library", sizes=((800, 450),), operator="山田花子")
    desk.wait(3)
    desk.paint()
    desk.seal()
    recording = opened(desk.close())
    made = export_video(recording, tmp_path / "out.mp4", Choice(clock=True))
    video = played(tmp_path / "out.mp4")
    assert (made.width_px, made.height_px) == (800, 474)
    assert likeness_db(video.at(2.5)[:450], recording.picture_at(0, 2 * S).bgr) > 28  # nothing of it is covered
    first, second = video.at(0.5)[450:], video.at(1.5)[450:]
    assert first.std() > 10
    assert np.abs(first[:, :400].astype(int) - second[:, :400]).max() > 100  # the clock goes on
    assert np.abs(first[:, 600:].astype(int) - second[:, 600:]).max() < 60  # whose it is stays


def test_a_gap_is_a_card_with_its_reason_for_as_long_as_it_lasted(tmp_path):
    desk = Desk(tmp_path / "library")
    recordings.work(desk, 2)
    start_ns = desk.now_ns
    desk.wait(20)
    desk.gap(start_ns, desk.now_ns, "screen", "grab_failed")
    desk.paint()
    desk.seal()
    recording = opened(desk.close())
    made = export_video(recording, tmp_path / "gap.mp4")
    assert [(span.kind, span.start_ns) for span in made.unsound] == [("gap", start_ns)]
    card = played(tmp_path / "gap.mp4").at(start_ns / S + 10)
    assert np.median(card.reshape(-1, 3), axis=0).tolist() == pytest.approx([24, 52, 84], abs=4)
    assert card.max() > 180  # its words
    short = export_video(recording, tmp_path / "short.mp4", Choice(skip_idle=True))
    assert [cut.end_ns - cut.start_ns for cut in short.cuts] == [17 * S]  # three seconds of the card stay


def test_an_altered_stretch_is_a_red_card_and_no_picture(tmp_path):
    desk, made, altered = recordings.tampered(tmp_path / "library")
    recording = opened(made)
    video = export_video(recording, tmp_path / "out.webm")
    assert "altered" in {span.kind for span in video.unsound}
    shown = played(tmp_path / "out.webm")
    card = shown.at((altered.start_ns + altered.end_ns) / 2 / S)
    assert np.median(card.reshape(-1, 3), axis=0).tolist() == pytest.approx([36, 24, 120], abs=5)
    before_ns = altered.start_ns - S // 4
    assert likeness_db(shown.at(before_ns / S), desk.picture(0, before_ns)) > 25


def test_screens_stand_side_by_side_and_a_new_layout_is_fitted_in(tmp_path):
    desk = Desk(tmp_path / "library", sizes=((320, 200), (160, 121)))
    recordings.work(desk, 2)
    desk.wait(1)
    desk.set_screens((800, 600))
    desk.seal()
    desk.wait(1)
    desk.seal()
    recording = opened(desk.close())
    video = export_video(recording, tmp_path / "out.mp4")
    assert (video.width_px, video.height_px) == (480, 200)
    shots = played(tmp_path / "out.mp4")
    assert likeness_db(shots.at(0.25)[:, :320], desk.picture(0, S // 4)) > 28
    assert likeness_db(shots.at(0.25)[:120, 320:], desk.picture(1, S // 4)[:120]) > 28
    large = shots.at(2.6)
    assert large[:, :90].mean() < 5
    assert large[:, 130:350].mean() > 30


def test_what_is_redacted_is_black_for_its_time_and_nothing_else_is(recording, tmp_path):
    black = Redaction(0, Rect(40, 20, 100, 50), S, 2 * S, "another person's name")
    made = export_video(recording, tmp_path / "out.mp4", Choice(redactions=(black,)))
    assert made.redactions == (black,)
    video = played(tmp_path / "out.mp4")
    inside, outside = (slice(24, 66), slice(44, 136)), (slice(0, 200), slice(160, 320))
    for second in (1.0, 1.5, 2.0):
        shown = video.at(second)[inside]
        assert np.median(shown) < 8
        assert shown.max() < 160  # the word that says it was redacted, and nothing brighter
    for second in (0.9, 2.2):
        truth = recording.picture_at(0, int(second * S)).bgr
        assert likeness_db(video.at(second)[inside], truth[inside]) > 25
    truth = recording.picture_at(0, 3 * S // 2).bgr
    assert likeness_db(video.at(1.5)[outside], truth[outside]) > 25


def test_progress_tells_time_and_size_left_and_reaches_the_end(recording, tmp_path):
    told: list[Progress] = []
    now_ns = [0]

    def clock():
        now_ns[0] += S
        return now_ns[0]

    made = export_video(recording, tmp_path / "out.webm", progress=told.append, now_ns=clock)
    shares = [one.share for one in told]
    assert shares == sorted(shares)
    assert told[-1].share == 1
    assert told[-1].size_bytes == made.size_bytes
    left_s = [one.eta_s for one in told if one.eta_s is not None]
    assert len(left_s) == len(told)
    assert left_s[0] > left_s[-1] == 0


def test_a_stopped_export_leaves_no_file_and_what_was_there_stays(recording, tmp_path):
    asked = []

    def should_stop():
        asked.append(1)
        return len(asked) > 5

    assert export_video(recording, tmp_path / "out.webm", should_stop=should_stop).stopped
    assert [path.name for path in tmp_path.iterdir()] == ["library"]
    path = tmp_path / "old.mp4"
    path.write_bytes(b"an older export")
    path.chmod(0o640)
    assert export_video(recording, path, should_stop=lambda: True).stopped
    assert path.read_bytes() == b"an older export"
    export_video(recording, path)
    assert played(path).shots
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_recording_that_grows_is_exported_up_to_where_it_was(tmp_path):
    desk = Desk(tmp_path / "library")
    recordings.work(desk, 4)
    recording = opened(desk.made())
    reached_ns = recording.duration_ns
    grown: list[bool] = []

    def grow(_progress):
        if not grown:
            recordings.work(desk, 4)
            grown.append(recording.refresh())

    now_ns = iter(range(0, 10**15, S))
    made = export_video(recording, tmp_path / "out.mp4", progress=grow, now_ns=lambda: next(now_ns))
    assert grown == [True]
    assert made.is_live
    assert made.end_ns == made.duration_ns == reached_ns < recording.duration_ns
    assert played(tmp_path / "out.mp4").duration_s == pytest.approx(reached_ns / S, abs=0.002)


def test_a_form_that_is_not_known_is_refused_before_anything_is_done(recording, tmp_path):
    with pytest.raises(ExportError, match="must end in"):
        export_video(recording, tmp_path / "out.mkv")


def test_a_folder_that_is_not_there_is_a_sentence(recording, tmp_path):
    with pytest.raises(StorageError, match="cannot be written"):
        export_video(recording, tmp_path / "nowhere" / "out.webm")


def test_a_recording_without_a_picture_is_refused(tmp_path):
    desk = Desk(tmp_path / "library", sizes=())
    desk.wait(1)
    desk.window("nothing to see")
    desk.seal()
    with pytest.raises(ExportError, match="No picture"):
        export_video(opened(desk.close()), tmp_path / "out.webm")


# --- without PyAV -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", sorted(CODECS))
def test_without_pyav_opencv_writes_at_a_constant_rate(recording, tmp_path, suffix):
    path = tmp_path / f"out{suffix}"
    made = export_video(recording, path, means=OPENCV)
    video = played_any(path)
    assert made.written_by == "OpenCV"
    assert made.frames == len(video) == round(recording.duration_ns / 100 / MS)
    for number in (0, 12, len(video) - 1):
        assert likeness_db(video[number][:80], recording.picture_at(0, number * 100 * MS).bgr[:80]) > 20
    assert list(tmp_path.glob(".*part*")) == []


def test_opencv_is_taken_where_pyav_is_not_installed(recording, tmp_path, monkeypatch):
    monkeypatch.setattr(writers, "has_pyav", lambda: False)
    assert export_video(recording, tmp_path / "out.webm").codec == "VP80"


def played_any(path):
    import cv2

    capture, frames = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG), []
    while (read := capture.read())[0]:
        frames.append(read[1])
    capture.release()
    return frames
