"""A film in a recording: the picture says where it is not exact; all around it is, and what is taken says so too."""

import numpy as np
import pytest

from player.decoder import read_shown
from player.recording import OpenRecording
from player.taken_picture import Origin, take
from recorder.geometry import Rect
from tests.codec_screens import STEP_NS
from tests.recordings import Desk, S

FILM = Rect(128, 64, 512, 256)


@pytest.fixture
def filmed(tmp_path):
    """The recording of a film in a part of the screen, when it ended, and what the screen showed then."""
    desk = Desk(tmp_path / "library", sizes=((960, 480),))
    desk.seal()
    for frame in range(10):
        desk.clock.passed_ns += STEP_NS
        play(desk, frame)
        desk.seal()
    truth = desk._pictures[0][:, :, :3].copy()
    end_ns = desk.now_ns
    made = desk.close()
    return OpenRecording.open(made.folder, keys=made.keys, devices=made.devices), end_ns, truth


def play(desk, frame):
    rows, columns = np.mgrid[0 : FILM.height, 0 : FILM.width]
    smooth = 128 + 80 * np.sin(rows / 40 + frame / 5) * np.cos(columns / 60 - frame / 7)
    grain = np.random.default_rng(frame).integers(-6, 7, (FILM.height, FILM.width, 4))
    picture = np.clip(smooth[..., None] + grain, 0, 255).astype(np.uint8)
    desk._pictures[0][FILM.top : FILM.bottom, FILM.left : FILM.right] = picture
    event = desk._encoders[0].encode([(FILM, np.ascontiguousarray(picture))], desk.now_ns)
    if event is not None:
        desk.emit(event)


def test_a_picture_of_a_recording_says_where_it_is_film_and_is_exact_elsewhere(filmed):
    recording, end_ns, truth = filmed
    picture = recording.picture_at(0, end_ns)
    assert picture is not None
    assert not picture.exact
    outside = np.ones(truth.shape[:2], np.bool_)
    for area in picture.film:
        outside[area.top : area.bottom, area.left : area.right] = False
    assert (picture.bgr != truth).any()
    assert np.array_equal(picture.bgr[outside], truth[outside])
    assert outside.any()


def test_what_is_taken_of_a_film_says_so_too(filmed):
    recording, end_ns, _ = filmed
    taken = take(read_shown(recording, end_ns), None, Origin("x", "sound", None))
    assert taken.words["Tachiai-Exact"] == "no"
    assert len(taken.words["Tachiai-Film"].split(";")) == len(taken.film) > 0
    assert "Not exact" in taken.words["Tachiai-Note"]
    before = take(read_shown(recording, S // 10), None, Origin("x", "sound", None))
    assert before.words["Tachiai-Exact"] == "yes"
    assert "Tachiai-Film" not in before.words
