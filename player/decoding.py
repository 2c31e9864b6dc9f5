"""Pictures of one recording, decoded by a worker of its own, which is started anew when it has ended.

A worker serves one recording only: what takes it over can neither see nor change what another recording shows.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from player.picture_walls import goes_without_walls, judge_walls, require_walls
from player.picture_worker import Cause, PictureWorker, Seen, StepDamagedError, WorkerDiedError
from player.worker.wire import Do, Expect, Forget, How, Step
from player.worker_supply import WorkerSupply
from recorder.codec.decoder import digest_of
from recorder.codec.errors import DamagedPictureError, IntegrityMismatchError
from recorder.codec.tiles import Grid
from recorder.errors import WorldError
from recorder.events import Patch, Snapshot
from recorder.geometry import Rect

MOST_DEATHS = 12  # of workers of one recording: a hostile one could have each of its pictures kill one
TOO_MANY = (
    "A picture here could not be read: too many of its recording's decoders have ended; open it anew to try again."
)
_TRIES = 2  # a worker may also be killed by somebody else, or for want of memory of the machine
_EXPECT_BYTES = 8 << 20  # in one message
_SIZE_DIFFERS = "it is of another size than the picture before it"
Bgr = npt.NDArray[np.uint8]


class NotDecodedError(WorldError):
    """The worker did not survive decoding a picture."""

    exit_status = 4


class NoMoreWorkersError(Exception):
    """The recording has cost too many workers."""


class Workers(Protocol):
    """Where workers come from."""

    def take(self) -> PictureWorker:
        """One that has served nobody."""
        ...


class PictureDecoding:
    """The worker of one recording. One thread at a time asks; any thread may call `interrupt`."""

    def __init__(
        self, workers: Workers | None = None, *, goes_without: Callable[[], bool] = goes_without_walls
    ) -> None:
        self._workers = workers or WorkerSupply()
        self._goes_without = goes_without
        self._worker: PictureWorker | None = None
        self._is_judged = False
        self._lock = threading.Lock()
        self._stopped = False
        self._tracks = 0
        self._deaths = 0
        self.generation = 0  # changes when there is a new worker, which knows nothing of what the last one was told

    def new_track(self) -> "TrackDecoding":
        """For one screen's pictures in one segment."""
        self._tracks += 1
        return TrackDecoding(self, self._tracks)

    def prepare(self) -> None:
        """Start the worker, so that the first picture need not wait for it.

        Raises:
            WallsBrokenError: a wall does not stand.
        """
        try:
            self.worker()
        except WorkerDiedError:
            self.lose_worker()
        except NoMoreWorkersError:
            return

    def worker(self) -> PictureWorker:
        """The worker now, behind its walls.

        Raises:
            WallsBrokenError: a wall does not stand.
            WorkerDiedError: it could not be started.
            NoMoreWorkersError: too many have ended.
        """
        worker = self._worker or self._take()
        if self._is_judged:
            return worker
        try:
            walls = judge_walls(worker.ready())
            require_walls(walls, goes_without=self._goes_without())
        except WorldError:
            self._worker = None
            worker.end()
            raise
        self._is_judged = True
        return worker

    def _take(self) -> PictureWorker:
        """A worker that may still be starting."""
        if self._stopped or self._deaths >= MOST_DEATHS:
            raise NoMoreWorkersError
        with self._lock:
            worker = self._worker = self._workers.take()
            if self._stopped:
                worker.kill()
        self._is_judged = False
        self.generation += 1
        return worker

    @property
    def is_ready(self) -> bool:
        """Whether there is a worker that need not be waited for; one that has to start is begun."""
        try:
            if self._worker is None:
                self._take()
            return self._worker is not None and self._worker.is_ready and bool(self.worker())
        except (WorldError, WorkerDiedError, NoMoreWorkersError):
            return False  # whoever needs it is told so

    def lose_worker(self) -> None:
        """It has ended; the next is another."""
        self._deaths += 1
        with self._lock:
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.end()

    @property
    def worker_pid(self) -> int | None:
        """Which process decodes now; None if none does."""
        worker = self._worker
        return None if worker is None else worker.pid

    def interrupt(self) -> None:
        """End the worker, even in the middle of a picture. There is no other after it."""
        with self._lock:
            self._stopped = True
            if self._worker is not None:
                self._worker.kill()

    def stop(self) -> None:
        """The same, once nobody waits for it any more: everything is let go."""
        self.interrupt()
        with self._lock:
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.end()


class StepFailedError(Exception):
    """A step could not be done; those before it were. `try_again`: another worker may be able to."""

    def __init__(self, done: int, error: WorldError, *, try_again: bool = False) -> None:
        super().__init__(str(error))
        self.done = done
        self.error = error
        self.try_again = try_again


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture. `film`: where it is not exact, as the worker says it, else all of it."""

    bgr: Bgr
    exact: bool
    film: tuple[Rect, ...]


@dataclass(frozen=True, slots=True)
class _Reached:
    """What was recorded of the picture that stands in the worker now."""

    place: int
    width_px: int
    height_px: int
    exact: bool


@dataclass(frozen=True, slots=True)
class _Untaken:
    """A picture that the worker put where it can be seen, and the hash that it must have, if steps ended there."""

    seen: Seen
    exact: bool
    sha256: bytes | None


Work = tuple[Step, Patch | Snapshot]


class TrackDecoding:
    """One screen's pictures in one segment: patches and snapshots in, pictures out.

    Sizes, exactness and hashes are taken from what was recorded and compared here, not asked of the worker.
    """

    def __init__(self, decoding: PictureDecoding, number: int) -> None:
        self._decoding = decoding
        self._number = number
        self._generation = -1
        self._run = -1
        self._known = -1  # the last place that the worker was told of
        self._last: _Reached | None = None
        self._shown: Decoded | None = None
        self._failed: dict[int, int] = {}

    @property
    def stands(self) -> bool:
        """Whether the worker still has what was decoded last."""
        return self._last is not None and self._generation == self._decoding.generation

    def forget(self) -> None:
        """Let go of what is decoded."""
        if self._last is not None or self._known >= 0:
            self._lose()
            if self._generation == self._decoding.generation and self._decoding.worker_pid is not None:
                try:
                    self._decoding.worker().tell(Forget(self._number))
                except WorkerDiedError:
                    self._decoding.lose_worker()

    @property
    def is_ready(self) -> bool:
        """Whether the worker takes what is told at once."""
        return self._decoding.is_ready

    def known_of(self, run: int) -> int:
        """The last place of this run that the worker was told of; -1 if it knows nothing of it."""
        return self._known if (run, self._decoding.generation) == (self._run, self._generation) else -1

    def expect(self, run: int, patches: Sequence[tuple[int, Patch]], coming: Sequence[Patch | Snapshot] = ()) -> None:
        """Those that follow `known_of`, so that the worker can begin before something of them is asked for.

        `coming`: what will be asked for, a snapshot of this run and what follows it.
        """
        try:
            self._tell(run, patches, coming=coming)
        except (WorkerDiedError, NoMoreWorkersError):
            self._decoding.lose_worker()
            self._lose()

    def do(self, run: int, expected: Sequence[tuple[int, Patch]], steps: Sequence[Work]) -> None:
        """Decode these steps, all of one run; `expected` are its patches, of which only those not yet told are.

        Raises:
            StepFailedError: one could not be done.
            WorldError: nothing can be decoded here.
        """
        done = 0
        sound, refused = self._of_possible_sizes(steps)
        untaken: _Untaken | None = None
        try:
            while done < len(sound):
                group = _up_to_snapshot(sound[done:])
                self._tell(run, expected)
                untaken = self._do_group(run, group, untaken)
                done += len(group)
            self._take(untaken)
        except StepDamagedError as error:
            raise self._failed_at(done + error.done, error.error) from None
        except IntegrityMismatchError as error:  # of the last step done
            raise self._failed_at(done - 1, error) from None
        except WorkerDiedError as error:
            at = min(done + error.done, len(sound) - 1)
            raise self._lost(at, sound[at][0].place, error.cause) from None
        except NoMoreWorkersError:
            raise self._failed_at(done, NotDecodedError(TOO_MANY)) from None
        if refused is not None:
            raise self._failed_at(done, refused)

    def picture(self) -> Decoded:
        """The picture that the steps led to.

        Raises:
            StepFailedError: the worker did not give it.
        """
        if self._shown is None:
            raise self._lost(0, self._last.place if self._last is not None else -1, Cause.GARBAGE) from None
        return self._shown

    def _take(self, untaken: "_Untaken | None") -> None:
        """Have the picture, and compare it with the hash that it must have.

        Raises:
            IntegrityMismatchError: it is another.
        """
        if untaken is not None:
            shown, exact = untaken.seen.take(), untaken.exact
            _compare(shown.bgr, untaken.sha256)
            height_px, width_px = shown.bgr.shape[:2]
            self._shown = Decoded(shown.bgr, exact, () if exact else shown.film or (Rect(0, 0, width_px, height_px),))

    def _of_possible_sizes(self, steps: Sequence[Work]) -> tuple[Sequence[Work], DamagedPictureError | None]:
        """The steps up to one of a size that is impossible, or another than that of the picture it follows."""
        size = None if self._last is None else (self._last.width_px, self._last.height_px)
        for index, (step, event) in enumerate(steps):
            here = (event.width_px, event.height_px)
            try:
                Grid(*here)
                if step.how in (How.FOLLOW, How.CHECK) and here != size:
                    return steps[:index], DamagedPictureError(_SIZE_DIFFERS)
            except DamagedPictureError as error:
                return steps[:index], error
            size = here
        return steps, None

    def _do_group(self, run: int, group: Sequence[Work], before: "_Untaken | None") -> "_Untaken":
        """Some patches, and perhaps a snapshot after them, whose hash must be met; that of the one before is met here.

        That takes milliseconds in which the worker goes on. Nobody looks at that picture, so it is not copied.
        """
        worker, event = self._decoding.worker(), group[-1][1]
        request = Do(self._number, run, tuple(step for step, _ in group), worker.next_place())
        size_px = event.width_px, event.height_px
        worker.begin(request)
        try:
            if before is not None:
                _compare(before.seen.there, before.sha256)
        except IntegrityMismatchError:
            with suppress(StepDamagedError):
                worker.finish(request, *size_px)
            raise
        seen = worker.finish(request, *size_px)
        for step, event in group:
            is_same = step.how is How.CHECK and self._last is not None
            exact = self._last.exact if is_same and self._last is not None else event.exact
            self._last = _Reached(step.place, event.width_px, event.height_px, exact)
        must_be = event.picture_sha256 if isinstance(event, Snapshot) else None
        return _Untaken(seen, self._last is not None and self._last.exact, must_be)

    def _failed_at(self, done: int, error: WorldError) -> StepFailedError:
        self._last = self._shown = None
        return StepFailedError(done, error)

    def _lost(self, done: int, place: int, cause: Cause) -> StepFailedError:
        self._decoding.lose_worker()
        self._lose()
        self._failed[place] = self._failed.get(place, 0) + 1
        again = cause in (Cause.DIED, Cause.GARBAGE) and self._failed[place] < _TRIES
        return StepFailedError(done, NotDecodedError(cause.value), try_again=again)

    def _tell(
        self, run: int, expected: Sequence[tuple[int, Patch]], *, coming: Sequence[Patch | Snapshot] = ()
    ) -> None:
        worker = self._decoding.worker()
        if run != self._run or self._generation != self._decoding.generation:
            self._run, self._known, self._generation = run, -1, self._decoding.generation
        fresh = [(place, patch) for place, patch in expected if place > self._known]
        for part in _parts(fresh):
            places, patches = zip(*part, strict=True)
            worker.tell(Expect(self._number, run, places, patches, tuple(coming) if self._known < 0 else ()))
            self._known = places[-1]

    def _lose(self) -> None:
        self._run = self._known = -1
        self._last = self._shown = None


def _compare(picture: Bgr, sha256: bytes | None) -> None:
    if sha256 is not None and digest_of(picture) != sha256:
        msg = "a snapshot does not show what was recorded"
        raise IntegrityMismatchError(msg)


def _up_to_snapshot(steps: Sequence[Work]) -> Sequence[Work]:
    for index, (_, event) in enumerate(steps):
        if isinstance(event, Snapshot):
            return steps[: index + 1]
    return steps


def _parts(expected: Sequence[tuple[int, Patch]]) -> list[list[tuple[int, Patch]]]:
    parts: list[list[tuple[int, Patch]]] = []
    size = _EXPECT_BYTES
    for place, patch in expected:
        if size >= _EXPECT_BYTES:
            parts.append([])
            size = 0
        parts[-1].append((place, patch))
        size += len(patch.data)
    return parts
