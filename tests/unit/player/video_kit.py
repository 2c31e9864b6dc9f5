"""What the tests of exported videos share: recordings to export, and the videos decoded again."""

from dataclasses import dataclass

import av
import cv2
import numpy as np

from player.recording import OpenRecording
from tests import recordings
from tests.recordings import Desk


@dataclass(frozen=True)
class Shot:
    """A picture of a video: from when it is shown, in milliseconds, and its pixels, B, G, R."""

    at_ms: int
    bgr: np.ndarray
    is_key: bool


@dataclass(frozen=True)
class Played:
    """A video as a player sees it."""

    shots: list[Shot]
    duration_s: float
    codec: str
    pixels: str

    def at(self, seconds):
        """What it shows then."""
        return [shot.bgr for shot in self.shots if shot.at_ms <= round(seconds * 1000)][-1]


def played(path):
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        shots = [
            Shot(
                round(float(frame.pts * frame.time_base) * 1000),
                cv2.cvtColor(frame.to_ndarray(format="yuv420p"), cv2.COLOR_YUV2BGR_I420),
                bool(frame.key_frame),
            )
            for frame in container.decode(stream)
        ]
        return Played(shots, container.duration / 1e6, stream.codec_context.name, stream.codec_context.pix_fmt)


def likeness_db(first, second):
    """Of how light they are: of colours a video keeps a quarter."""
    light, as_light = (cv2.cvtColor(np.ascontiguousarray(one), cv2.COLOR_BGR2GRAY) for one in (first, second))
    return cv2.PSNR(light, as_light)


def opened(made):
    recording = OpenRecording.open(made.folder, keys=made.keys, devices=made.devices)
    recording.scan_all()
    return recording


def worked(folder, *, quiet_s=0.0, **options):
    """Work, then (if asked) nothing for so long, then work again; the desk is returned to compare with."""
    desk = Desk(folder, **options)
    desk.window("root@web1: ~")
    recordings.work(desk, 4, seconds_each=0.437)
    desk.type("systemctl stop billing")
    desk.press("enter")
    desk.wait(0.5)
    desk.click(100, 100)
    desk.seal()
    if quiet_s:
        desk.wait(quiet_s)
    recordings.work(desk, 3, seconds_each=0.291)
    return desk, opened(desk.close())
