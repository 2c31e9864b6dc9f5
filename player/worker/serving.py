"""The worker's life: raise the walls, try them, and decode what it is given until nobody asks any more."""

import gc
import mmap
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np

from player.worker import walls, warming
from player.worker.track import TrackState
from player.worker.trial import try_walls
from player.worker.wire import (
    PICTURE_AHEAD_BYTES,
    PICTURE_BYTES,
    PLACES,
    Answer,
    Do,
    Expect,
    Forget,
    GarbageError,
    Ready,
    Request,
    read_request,
    write_answer,
)
from recorder.allocator import take_memory_ahead
from recorder.codec.errors import DamagedPictureError
from recorder.codec.sheet_kernel import SheetKernel, sheet_kernel
from recorder.process_guard import guard_memory

_AHEAD_BYTES = 32 << 20  # what a seek takes at once; as large as glibc lets a piece of its heap be


def run(arguments: Sequence[str], make_track: type[TrackState] = TrackState) -> int:
    """Run until the player ends; the argument, if there is one, is the file of the shared memory."""
    shared = int(arguments[0]) if arguments else None
    requests, answers = _own_streams()
    memory = None if shared is None else mmap.mmap(shared, PLACES * PICTURE_BYTES)
    kernel = sheet_kernel()  # loaded before the walls, which let nothing be loaded
    ready = raise_walls()
    take_memory_ahead(_AHEAD_BYTES)  # every seek takes and frees as much as the one before
    if memory is not None:
        np.frombuffer(memory, np.uint8).reshape(PLACES, -1)[:, : PICTURE_AHEAD_BYTES : mmap.PAGESIZE] = 0
    gc.freeze()  # what stands now is not looked through again for what nobody needs
    Worker(requests, answers, memory, make_track, kernel).run(ready)
    return 0


def raise_walls() -> Ready:
    """Give up everything that decoding does not need, then try to do it all the same. Nothing recorded is here yet."""
    guard_memory()
    missing = walls.platform_without_walls()
    if not sys.platform.startswith("linux"):
        warming.warm_up()
        return Ready(missing, 0, ())
    walls.close_all_but((0, 1, 2))
    with Path("/proc/self/status").open("rb", buffering=0) as status:
        landlock = walls.restrict_by_landlock()  # before OpenCV has threads, which would stay outside
        warming.warm_up()
        walls.limit_resources(status)
    if not missing:
        walls.restrict_system_calls()
    tried = try_walls()
    warming.warm_up()  # what decodes must still do so
    return Ready(missing, landlock, tried)


def _own_streams() -> tuple[BinaryIO, BinaryIO]:
    """The pipes to the player."""
    return os.fdopen(0, "rb", closefd=False), os.fdopen(1, "wb", buffering=0, closefd=False)


class Worker:
    """Answers requests, one after the other."""

    def __init__(
        self,
        requests: BinaryIO,
        answers: BinaryIO,
        memory: mmap.mmap | None,
        make_track: type[TrackState] = TrackState,
        kernel: SheetKernel | None = None,
    ) -> None:
        self._requests = requests
        self._answers = answers
        self._memory = memory
        self._make_track = make_track
        self._kernel = kernel
        self._tracks: dict[int, TrackState] = {}

    def run(self, ready: Ready) -> None:
        """Say how the walls stand, then answer until nobody asks."""
        self._say(Answer.READY, msgspec.msgpack.encode(ready))
        try:
            while (request := read_request(self._requests)) is not None:
                self._answer(request)
        except (MemoryError, GarbageError):
            self._say(Answer.OUT_OF_MEMORY)
        except BrokenPipeError:
            return

    def _answer(self, request: Request) -> None:
        match request:
            case Expect():
                self._track(request.track).expect(request)
            case Do():
                self._do(request)
            case Forget():
                self._track(request.track).end_ahead()
                self._tracks.pop(request.track)

    def _do(self, request: Do) -> None:
        track = self._track(request.track)
        for step in request.steps:
            try:
                track.do(request, step)
            except DamagedPictureError as error:
                self._say(Answer.DAMAGED, error.what.encode())
                return
            self._say(Answer.DONE)
        self._show(track, request.place % PLACES)

    def _show(self, track: TrackState, place: int) -> None:
        picture, film = track.picture, msgspec.msgpack.encode(track.film_areas)
        if self._memory is None:
            self._say(Answer.SHOWN, film)
            self._write(np.ascontiguousarray(picture).data.cast("B"))
            return
        np.frombuffer(self._memory, np.uint8, picture.size, place * PICTURE_BYTES).reshape(picture.shape)[:] = picture
        self._say(Answer.SHOWN, film)

    def _track(self, number: int) -> TrackState:
        if number not in self._tracks:
            self._tracks[number] = self._make_track(self._kernel)
        return self._tracks[number]

    def _say(self, answer: Answer, said: bytes = b"") -> None:
        self._write(memoryview(write_answer(answer, said)))

    def _write(self, data: memoryview) -> None:
        while data:
            data = data[self._answers.write(data) :]
