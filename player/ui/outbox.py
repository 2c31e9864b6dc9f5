"""Work that must be done, each in its turn, on a thread of its own: nothing that was put in is ever dropped."""

import threading
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from player.ui.background import Home
from recorder.errors import WorldError

REST_S = 3.0
_T = TypeVar("_T")


class Outbox:
    """Does what is put in, in order; `stop` lets all of it be done."""

    def __init__(self, name: str, *, home: Home) -> None:
        self._home = home
        self._condition = threading.Condition()
        self._jobs: deque[Callable[[], None]] = deque()
        self._unanswered = 0
        self._is_stopping = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def is_settled(self) -> bool:
        """Whether everything was done and answered at home. Asked at home."""
        return self._unanswered == 0

    def put(self, work: Callable[[], _T], *, then: Callable[[_T], None], failed: Callable[[WorldError], None]) -> None:
        """Do this after what was put in before; then call one of the two at home."""
        with self._condition:
            self._unanswered += 1
            self._jobs.append(lambda: self._do(work, then, failed))
            self._condition.notify()

    def stop(self) -> None:
        """Do the rest, and end the thread; one that hangs is let go.

        What waits behind a share that never answers is lost then: what is said of a recording is bound to its header.
        """
        with self._condition:
            self._is_stopping = True
            self._condition.notify()
        self._thread.join(REST_S)

    def _run(self) -> None:
        while (job := self._next()) is not None:
            job()

    def _next(self) -> Callable[[], None] | None:
        with self._condition:
            self._condition.wait_for(lambda: bool(self._jobs) or self._is_stopping)
            return self._jobs.popleft() if self._jobs else None

    def _do(self, work: Callable[[], _T], then: Callable[[_T], None], failed: Callable[[WorldError], None]) -> None:
        try:
            answer = work()
        except WorldError as error:
            failure = error
            self._answer(lambda: failed(failure))
        except Exception as error:  # noqa: BLE001  a thread's top: a bug must be loud, and loud is at home
            bug = error
            self._answer(lambda: _raise(bug))
        else:
            self._answer(lambda: then(answer))

    def _answer(self, tell: Callable[[], None]) -> None:
        def at_home() -> None:
            self._unanswered -= 1
            tell()

        self._home(at_home)


def _raise(error: Exception) -> None:
    raise error
