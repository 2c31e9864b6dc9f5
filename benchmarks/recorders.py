"""The recorders that are compared: how each is started, and how a picture is taken out of what it wrote."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
LIMIT_S = 120.0


class Recorder(Protocol):
    """Something that records a display for a while into a folder."""

    @property
    def name(self) -> str:
        """What it is called in the results."""
        ...

    def command(self, folder: Path, seconds: float, display: str) -> Sequence[str]:
        """What to start."""
        ...

    def environment(self, folder: Path) -> Mapping[str, str]:
        """What to add to its environment."""
        ...

    def size_bytes(self, folder: Path) -> int:
        """What it wrote."""
        ...

    def picture(self, folder: Path, at_s: float) -> Picture:
        """The screen as it recorded it then."""
        ...


@dataclass(frozen=True, slots=True)
class Tachiai:
    """Our recorder, with everything on: screen, input, context, log, sealing."""

    fps: float
    name: str = "tachiai"

    def command(self, folder: Path, seconds: float, display: str) -> Sequence[str]:
        """Its own command line."""
        rate = ("--for", str(seconds), "--fps", str(self.fps))
        return (sys.executable, "-m", "app.agent", "record", "--library", str(folder / "library"), *rate)

    def environment(self, folder: Path) -> Mapping[str, str]:
        """Keys of its own."""
        return {"TACHIAI_HOME": str(folder / "home"), "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}

    def size_bytes(self, folder: Path) -> int:
        """The recording's folder."""
        return sum(path.stat().st_size for path in self.recording(folder).iterdir())

    def recording(self, folder: Path) -> Path:
        """The one recording in the library."""
        (recording,) = (path for path in (folder / "library").iterdir() if path.is_dir())
        return recording

    def picture(self, folder: Path, at_s: float) -> Picture:
        """Through the player's own command."""
        out = folder / "frame.png"
        at = ("--at", f"{at_s:.3f}", "--out", str(out))
        command = (sys.executable, "-m", "player", "frame", str(self.recording(folder)), *at)
        _run(command, {"TACHIAI_HOME": str(folder / "home"), "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"})
        return _read(out)

    def verdict(self, folder: Path) -> Mapping[str, object]:
        """What verify says."""
        command = (sys.executable, "-m", "player", "verify", str(self.recording(folder)), "--json")
        done = subprocess.run(
            command,
            env=_with({"TACHIAI_HOME": str(folder / "home")}),
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_S,
        )
        return {"exit_status": done.returncode, "objects": [json.loads(line) for line in done.stdout.splitlines()]}


@dataclass(frozen=True, slots=True)
class H264:
    """ffmpeg: x11grab into libx264, veryfast, crf 23."""

    fps: float
    name: str = "ffmpeg-h264"

    def command(self, folder: Path, seconds: float, display: str) -> Sequence[str]:
        """Without the pointer, which our pictures do not hold either."""
        grab = ("-f", "x11grab", "-draw_mouse", "0", "-framerate", str(self.fps), "-i", display)
        code = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p")
        return ("ffmpeg", "-nostdin", "-loglevel", "error", *grab, "-t", str(seconds), *code, str(folder / "out.mp4"))

    def environment(self, folder: Path) -> Mapping[str, str]:
        """Nothing."""
        return {}

    def size_bytes(self, folder: Path) -> int:
        """The file."""
        return (folder / "out.mp4").stat().st_size

    def picture(self, folder: Path, at_s: float) -> Picture:
        """By ffmpeg itself."""
        return _video_picture(folder / "out.mp4", at_s)


@dataclass(frozen=True, slots=True)
class OpenCv:
    """mss and OpenCV's VideoWriter, mp4v."""

    fps: float
    name: str = "opencv-mp4v"

    def command(self, folder: Path, seconds: float, display: str) -> Sequence[str]:
        """Our own small script."""
        rate = ("--for", str(seconds), "--fps", str(self.fps))
        return (sys.executable, "-m", "benchmarks.opencv_recorder", *rate, "--out", str(folder / "out.mp4"))

    def environment(self, folder: Path) -> Mapping[str, str]:
        """Nothing."""
        return {}

    def size_bytes(self, folder: Path) -> int:
        """The file."""
        return (folder / "out.mp4").stat().st_size

    def picture(self, folder: Path, at_s: float) -> Picture:
        """By ffmpeg."""
        return _video_picture(folder / "out.mp4", at_s)


def _video_picture(video: Path, at_s: float) -> Picture:
    out = video.with_name("frame.png")
    out.unlink(missing_ok=True)
    at = ("-ss", f"{at_s:.3f}", "-i", str(video), "-frames:v", "1", "-update", "1")
    _run(("ffmpeg", "-nostdin", "-loglevel", "error", *at, "-y", str(out)), {})
    return _read(out)


def _run(command: Sequence[str], more: Mapping[str, str]) -> None:
    subprocess.run(command, env=_with(more), stdin=subprocess.DEVNULL, check=True, timeout=LIMIT_S)


def _with(more: Mapping[str, str]) -> dict[str, str]:
    return dict(os.environ) | dict(more)


def _read(path: Path) -> Picture:
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        message = f"no picture in {path}"
        raise RuntimeError(message)
    return np.asarray(picture, np.uint8)
