"""Where a video's pictures go: a file in an ordinary form, written by PyAV if it is installed, else by OpenCV."""

import importlib.util
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from player.drawing import Canvas, Pixels
from recorder.clock import NS_PER_MS, NS_PER_S
from recorder.errors import WorldError

SUFFIXES = (".webm", ".mp4", ".avi")
OPENCV_FPS = 10.0  # its rate is constant: a picture is repeated until the next


class ExportError(WorldError):
    """There is nothing to export, or not in this form."""


class VideoWriter(Protocol):
    """Takes pictures in order of their time."""

    @property
    def codec(self) -> str:
        """What the pictures are encoded with."""
        ...

    @property
    def frames(self) -> int:
        """How many pictures the file has so far."""
        ...

    def write(self, picture: Pixels, video_ns: int) -> None:
        """Show this picture from then on. It is read before the call returns.

        Raises:
            StorageError: the file cannot be written.
        """
        ...

    def finish(self, duration_ns: int) -> None:
        """The last picture stands until then; the file is whole.

        Raises:
            StorageError: the file cannot be written.
        """
        ...


@dataclass(frozen=True, slots=True)
class Form:
    """How to write: the canvas, the most pictures a second (None: every change at its moment), what stands in the file.

    `shown_path` is the name that the person knows the file by, for sentences.
    """

    canvas: Canvas
    fps: float | None
    about: Mapping[str, str]
    shown_path: Path


Writing = Callable[[Path, Form], AbstractContextManager[VideoWriter]]


@dataclass(frozen=True, slots=True)
class Means:
    """A way to write videos; `step_ns`, how finely it times them."""

    name: str
    writing: Writing
    step_ns: int


def means_for(path: Path, fps: float | None) -> Means:
    """How a video of this name is written here.

    Raises:
        ExportError: its suffix is not one of `SUFFIXES`.
    """
    require_video_path(path)
    if path.suffix.lower() != ".avi" and has_pyav():
        from player.video.pyav_writer import pyav_writer

        return Means("PyAV", pyav_writer, NS_PER_MS if fps is None else round(NS_PER_S / fps))
    from player.video.opencv_writer import opencv_writer

    return Means("OpenCV", opencv_writer, round(NS_PER_S / (fps or OPENCV_FPS)))


def has_pyav() -> bool:
    """Whether the optional PyAV is installed."""
    return importlib.util.find_spec("av") is not None


def require_video_path(path: Path) -> None:
    """Refuse a video in a form that cannot be written."""
    if path.suffix.lower() not in SUFFIXES:
        msg = f"A video must end in {', '.join(SUFFIXES)}: {path} does not."
        raise ExportError(msg)
