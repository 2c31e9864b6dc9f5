"""A picture worker as the player sees it: a process that is started, asked, watched, and killed when it takes too long.

Nothing that it says is believed: answers have fixed kinds and lengths, sizes are those that were recorded, and whoever
asks compares hashes itself.
"""

import enum
import mmap
import os
import platform
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from player.worker.argument import ARGUMENT
from player.worker.reasons import known_reason
from player.worker.wire import (
    MOST_AREAS,
    PICTURE_AHEAD_BYTES,
    PICTURE_BYTES,
    PLACES,
    Answer,
    Do,
    GarbageError,
    Ready,
    Request,
    read_answer,
    write_request,
)
from player.worker_pipes import Pipes, pipes_to
from recorder.codec import fused
from recorder.codec.errors import DamagedPictureError
from recorder.geometry import Rect

START_LIMIT_S = 60.0  # to import OpenCV on a machine that is busy
STEP_LIMIT_S = 5.0  # for one picture: fifty times what the largest takes
REQUEST_LIMIT_S = 20.0  # for all that one request decodes
# What the worker's interpreter and its libraries need of the player's environment; the rest is none of its business.
_KEPT_VARIABLES = ("LD_LIBRARY_PATH", "SYSTEMROOT", "PYTHONHASHSEED", "COVERAGE_PROCESS_START", fused.VARIABLE)
_GIVEN_VARIABLES = {
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",  # pages of 2 MB are cleared and found in a fraction of the time
}
_HOME = Path(__file__).resolve().parent.parent


class Cause(enum.Enum):
    """Why a worker is no more."""

    DIED = "A picture here could not be read: its decoder ended."
    TIME = "A picture here could not be read: its decoder took too long."
    MEMORY = "A picture here could not be read: its decoder took too much memory."
    GARBAGE = "A picture here could not be read: its decoder gave an answer that is none."


class WorkerDiedError(Exception):
    """The worker is no more; what it was asked is not done. `done`: how many steps were, before."""

    def __init__(self, cause: Cause, done: int = 0) -> None:
        super().__init__(cause.value)
        self.cause = cause
        self.done = done


class StepDamagedError(Exception):
    """A step could not be decoded; those before it were."""

    def __init__(self, done: int, error: DamagedPictureError) -> None:
        super().__init__(str(error))
        self.done = done
        self.error = error


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as a worker gave it. `film`: where it says that it is film; None: it says nothing that can be."""

    bgr: npt.NDArray[np.uint8]
    film: tuple[Rect, ...] | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture where the worker put it, and can still write."""

    there: npt.NDArray[np.uint8]
    film: tuple[Rect, ...] | None

    def take(self) -> Shown:
        """The picture, copied before it is looked at."""
        bgr = self.there.copy()
        bgr.flags.writeable = False
        return Shown(bgr, self.film)


def film_said(said: bytes, picture: Rect) -> tuple[Rect, ...] | None:
    """The areas that a worker named, if they can be areas of this picture."""
    try:
        areas = msgspec.msgpack.decode(said, type=tuple[Rect, ...])
    except msgspec.DecodeError:
        return None
    if not 0 < len(areas) <= MOST_AREAS or any(area.is_empty or area != area.intersection(picture) for area in areas):
        return None
    return areas


def worker_command() -> list[str]:
    """How a worker is started: the frozen program by itself, else by this Python."""
    return [sys.executable, ARGUMENT] if getattr(sys, "frozen", False) else [sys.executable, "-m", "player.worker"]


class PictureWorker:
    """One worker process. One thread asks, and ends it; any thread may kill it, or wait until it is ready."""

    def __init__(
        self,
        command: Sequence[str] | None = None,
        *,
        step_limit_s: float = STEP_LIMIT_S,
        request_limit_s: float = REQUEST_LIMIT_S,
    ) -> None:
        self._step_limit_s = step_limit_s
        self._request_limit_s = request_limit_s
        self._memory, shared = _shared_memory()
        try:
            self._process = _start(worker_command() if command is None else command, shared)
        finally:
            if shared is not None:
                os.close(shared)
        self._pipes = pipes_to(self._process)
        self._end = weakref.finalize(self, _end, self._process, self._pipes)
        self._ready: Ready | None = None
        self._place = 0
        self._getting_ready = threading.Lock()  # who tells of the walls may ask while somebody takes it into use

    @property
    def pid(self) -> int:
        """Which process it is."""
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Whether it is no more."""
        return self._process.poll() is not None

    @property
    def is_ready(self) -> bool:
        """Whether it has said how its walls stand."""
        return self._ready is not None or self._pipes.has_some()

    def kill(self) -> None:
        """End it, whatever it does; whoever waits for it is told so."""
        self._process.kill()

    def end(self) -> None:
        """Kill it and let go of everything."""
        self._end()

    def ready(self) -> Ready:
        """What it said of its walls; waits until it has tried them.

        Raises:
            WorkerDiedError: it did not come so far.
        """
        with self._getting_ready:
            if self._ready is None:
                self._pipes.begin(START_LIMIT_S)
                said = self._answer(Answer.READY)
                try:
                    self._ready = msgspec.msgpack.decode(said, type=Ready)
                except msgspec.DecodeError:
                    raise self._dead(Cause.GARBAGE) from None
                self._touch_memory()
            return self._ready

    def _touch_memory(self) -> None:
        """Have the shared memory in this process's reach: a fault at each of its pages is milliseconds of a seek."""
        if self._memory is not None:
            for place in range(PLACES):
                np.frombuffer(self._memory, np.uint8, PICTURE_AHEAD_BYTES, place * PICTURE_BYTES)[
                    :: mmap.PAGESIZE
                ].any()

    def tell(self, request: Request) -> None:
        """Send what is not answered.

        Raises:
            WorkerDiedError: it does not take it.
        """
        self._pipes.begin(self._step_limit_s)
        self._send(request)

    def begin(self, request: Do) -> None:
        """Ask for these steps, which `finish` waits for; nothing else may be asked before that.

        Raises:
            WorkerDiedError: it does not take it.
        """
        self._pipes.begin(self._step_limit_s)
        self._send(request)

    def next_place(self) -> int:
        """Where the next picture goes, so that the one before can still be taken meanwhile."""
        self._place = (self._place + 1) % PLACES
        return self._place

    def finish(self, request: Do, width_px: int, height_px: int) -> Seen:
        """Wait until these steps are decoded, and for the picture that they led to, which is so large.

        It has to be taken before what is asked next is finished. Whether it is the right one, only a hash can tell.

        Raises:
            StepDamagedError: one of them cannot be decoded.
            WorkerDiedError: it ended meanwhile, or was ended for taking too long.
        """
        until_s = time.monotonic() + self._request_limit_s
        done = 0
        try:
            for _ in request.steps:
                self._pipes.begin(min(self._step_limit_s, max(0.0, until_s - time.monotonic())))
                self._step(done)
                done += 1
            self._pipes.begin(self._step_limit_s)
            return self._seen(request.place, width_px, height_px)
        except WorkerDiedError as error:
            raise WorkerDiedError(error.cause, min(done, len(request.steps) - 1)) from None

    def _seen(self, place: int, width_px: int, height_px: int) -> Seen:
        film = film_said(self._answer(Answer.SHOWN), Rect(0, 0, width_px, height_px))
        size = width_px * height_px * 3
        if self._memory is None:
            data = np.frombuffer(self._read(size), np.uint8)
        else:
            data = np.frombuffer(self._memory, np.uint8, size, place * PICTURE_BYTES)
        return Seen(data.reshape(height_px, width_px, 3), film)

    def _read(self, size: int) -> bytes:
        try:
            data = self._pipes.read(size)
        except TimeoutError:
            raise self._dead(Cause.TIME) from None
        except (OSError, ValueError):
            raise self._dead(Cause.DIED) from None
        if len(data) < size:
            raise self._dead(Cause.DIED)
        return data

    def _step(self, done: int) -> None:
        answer, said = self._any_answer()
        if answer is Answer.DAMAGED:
            raise StepDamagedError(done, DamagedPictureError(known_reason(said.decode("utf-8", errors="replace"))))
        if answer is not Answer.DONE:
            raise self._dead(Cause.GARBAGE)

    def _answer(self, wanted: Answer) -> bytes:
        answer, said = self._any_answer()
        if answer is not wanted:
            raise self._dead(Cause.GARBAGE)
        return said

    def _any_answer(self) -> tuple[Answer, bytes]:
        try:
            answer = read_answer(self._pipes)
        except GarbageError:
            raise self._dead(Cause.GARBAGE) from None
        except TimeoutError:
            raise self._dead(Cause.TIME) from None
        except (OSError, ValueError):  # ended by another thread meanwhile
            raise self._dead(Cause.DIED) from None
        if answer is None:
            raise self._dead(Cause.DIED)
        if answer[0] is Answer.OUT_OF_MEMORY:
            raise self._dead(Cause.MEMORY)
        return answer

    def _send(self, request: Request) -> None:
        try:
            self._pipes.write(write_request(request))
        except TimeoutError:
            raise self._dead(Cause.TIME) from None
        except (OSError, ValueError):
            raise self._dead(Cause.DIED) from None

    def _dead(self, cause: Cause) -> WorkerDiedError:
        self.end()
        return WorkerDiedError(cause)


def _start(command: Sequence[str], shared: int | None) -> "subprocess.Popen[bytes]":
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    numbers = [] if shared is None else [str(shared)]
    return subprocess.Popen(
        [*command, *numbers],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=kept | _GIVEN_VARIABLES | {"PYTHONPATH": str(_HOME)},
        cwd=_HOME.anchor,
        pass_fds=() if shared is None else (shared,),
        bufsize=0,
    )


def _end(process: "subprocess.Popen[bytes]", pipes: Pipes) -> None:
    process.kill()
    process.wait()
    pipes.close()


def _shared_memory() -> tuple[mmap.mmap | None, int | None]:
    """Memory that holds the largest picture twice, and its file; None where there is no memfd."""
    if not hasattr(os, "memfd_create") or platform.system() != "Linux":
        return None, None
    import fcntl

    shared = os.memfd_create("picture", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        os.ftruncate(shared, PLACES * PICTURE_BYTES)
    except OSError:  # a limit on how large files may be holds for this too; pictures then come through the pipe
        os.close(shared)
        return None, None
    # Nobody can make it shorter (reading what is gone kills the reader) or longer any more.
    fcntl.fcntl(shared, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
    return mmap.mmap(shared, PLACES * PICTURE_BYTES), shared
