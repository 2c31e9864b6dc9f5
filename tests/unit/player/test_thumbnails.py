"""Thumbnails are small, of the right moment, and made beside the recording that plays."""

import queue

import cv2
import numpy as np
import pytest

from player.decoder import Shown
from player.recording import OpenRecording
from player.source import Picture
from player.thumbnails import Thumbnails, small_picture
from recorder.events import Screen
from recorder.geometry import Rect
from tests import recordings
from tests.fakes import S


@pytest.fixture
def made(tmp_path):
    desk = recordings.Desk(tmp_path)
    recordings.work(desk, 40)
    return desk, desk.close()


class Asker:
    """Asks for a moment's thumbnail and waits for it; the recording that plays is there too."""

    def __init__(self, desk, on_disk):
        self.desk = desk
        self.playing = OpenRecording.open(on_disk.folder, keys=on_disk.keys, devices=on_disk.devices)
        self.thumbnails = Thumbnails(self.playing, on_made=lambda *answer: self._answers.put(answer))
        self._answers: queue.Queue[tuple[int, np.ndarray | None]] = queue.Queue()

    def __call__(self, at_ns):
        self.thumbnails.request(at_ns)
        answered_ns, picture = self._answers.get(timeout=20)
        assert answered_ns == at_ns
        return picture


@pytest.fixture
def ask(made):
    asker = Asker(*made)
    yield asker
    asker.thumbnails.stop()


def test_a_thumbnail_is_the_picture_of_its_moment_made_small(ask):
    for at_ns in (5 * S, 15 * S, 2 * S):
        true = ask.desk.picture(0, at_ns)
        small = ask(at_ns)
        assert small.shape[0] <= 200
        assert small.shape[1] <= 320
        size = (small.shape[1], small.shape[0])
        expected = true if true.shape == small.shape else cv2.resize(true, size, interpolation=cv2.INTER_AREA)
        assert np.array_equal(small, expected)


def test_the_recording_that_plays_is_left_alone(ask):
    ask(15 * S)
    assert not ask.playing._loaded, "nothing was read through the recording that plays"
    assert ask.playing._reader.findings == ask.playing.again()._reader.findings


def test_before_the_first_picture_there_is_no_thumbnail(ask):
    assert ask(-1) is None


def test_a_recording_that_went_away_has_no_thumbnail_and_the_next_one_is_made(ask, tmp_path):
    folder = ask.playing._reader.folder
    hidden = folder.with_name("hidden")
    folder.rename(hidden)
    assert ask(5 * S) is None
    hidden.rename(folder)
    assert ask(6 * S) is not None


def test_monitors_stand_in_the_thumbnail_as_they_stood():
    screens = (Screen(0, "a", Rect(0, 0, 1000, 500)), Screen(1, "b", Rect(1000, 0, 600, 1000)))
    pictures = tuple(
        Picture(one.number, 0, np.full((one.area.height, one.area.width, 3), 100 + one.number, np.uint8), exact=True)
        for one in screens
    )
    small = small_picture(Shown(0, screens, pictures, None))
    assert small is not None
    assert small.shape == (200, 320, 3)
    assert (small[50, 100, 0], small[150, 100, 0], small[150, 250, 0]) == (100, 0, 101)
    assert small_picture(Shown(0, screens, (pictures[0], None), None)) is None
