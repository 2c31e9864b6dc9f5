"""The ordinary video beside a recording, where its disk fills."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest

from recorder.clock import SessionClock, SystemClock
from recorder.events import Screen
from recorder.geometry import Rect
from recorder.session.plain_video import LEAST_FREE_BYTES, PlainVideo

SCREEN = Screen(0, "screen", Rect(0, 0, 160, 120))


@dataclass
class Disk:
    """A disk with room for a few looks at it."""

    free: int = LEAST_FREE_BYTES
    looks: int = 0
    seen_full: threading.Event = field(default_factory=threading.Event)

    def usage(self, _folder: Path) -> "Disk":
        self.looks += 1
        if self.looks > 3:
            self.free = LEAST_FREE_BYTES - 1
            self.seen_full.set()
        return self


@pytest.mark.parametrize("suffix", [".mp4", ".avi", ".webm"])
def test_a_video_whose_disk_fills_ends_early_can_be_played_and_is_said_to_be_not_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    disk, path, system = Disk(), tmp_path / f"v{suffix}", SystemClock()
    monkeypatch.setattr("shutil.disk_usage", disk.usage)
    video = PlainVideo(path, clock=SessionClock(system, started=system.read()), frames_per_s=20)
    video.screens_changed([SCREEN])
    video.area_grabbed(SCREEN, SCREEN.area, np.zeros((120, 160, 4), np.uint8), 0)
    assert disk.seen_full.wait(30)
    video.close()
    assert video.failure == f"The video {path} is not complete: too little room is left on its disk."
    played = cv2.VideoCapture(str(path))
    pictures = 0
    while played.read()[0]:
        pictures += 1
    assert pictures >= 3


def test_a_video_with_room_for_it_is_complete(tmp_path: Path) -> None:
    path, system = tmp_path / "v.mp4", SystemClock()
    video = PlainVideo(path, clock=SessionClock(system, started=system.read()), frames_per_s=20)
    video.screens_changed([SCREEN])
    video.close()
    assert video.failure is None
    assert cv2.VideoCapture(str(path)).read()[0]
