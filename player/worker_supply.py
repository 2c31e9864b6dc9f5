"""Workers kept ready: a worker takes a third of a second to start, which nobody should wait for."""

import threading
from collections.abc import Callable

from player.picture_walls import Standing, Walls, judge_walls
from player.picture_worker import PictureWorker, WorkerDiedError


class WorkerSupply:
    """Gives each worker to one recording only. Any thread may call any method."""

    def __init__(self, make: Callable[[], PictureWorker] = PictureWorker) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._spare: PictureWorker | None = None
        self._is_closed = False

    def prepare(self) -> None:
        """Have one ready; returns at once, it starts meanwhile."""
        with self._lock:
            if self._spare is None and not self._is_closed:
                self._spare = self._make()

    def spare(self) -> PictureWorker:
        """The one that is ready, or is becoming so; it stays here."""
        self.prepare()
        with self._lock:
            return self._spare or self._make()

    def take(self) -> PictureWorker:
        """One that has served nobody."""
        with self._lock:
            spare, self._spare = self._spare, None
        return self._make() if spare is None or spare.has_ended else spare

    def close(self) -> None:
        """End the one that is ready; those that were taken belong to who took them."""
        with self._lock:
            self._is_closed = True
            spare, self._spare = self._spare, None
        if spare is not None:
            spare.end()


def tried_walls(workers: WorkerSupply) -> Walls:
    """How the walls stand here: waits for a worker to have tried them."""
    try:
        return judge_walls(workers.spare().ready())
    except WorkerDiedError:
        return Walls(Standing.BROKEN, "no decoder could be started", ())
