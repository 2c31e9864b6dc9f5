"""What the tests of the player share: a library with keys and the command line, and recordings that are closed."""

import pytest

from player.recording import OpenRecording
from tests.player_place import Place


@pytest.fixture
def place(capsys):
    """A library of the test's own, keys that open it, and `tachiai-player` to run on it."""
    return Place(capsys)


@pytest.fixture
def out(place):
    """Where an evidence package is written."""
    return place.folder.parent / "case-17.zip"


@pytest.fixture
def open_with():
    """Open what was made, with these workers for its pictures; it is closed with the test."""
    opened = []

    def open_with(made, workers=None):
        recording = OpenRecording.open(made.folder, keys=made.keys, devices=made.devices, workers=workers)
        opened.append(recording)
        return recording

    yield open_with
    for recording in opened:
        recording.close()
