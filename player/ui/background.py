"""Work done away from the window: Python threads that know no Qt, and hand their answers to `home`."""

import threading
from collections.abc import Callable
from typing import TypeVar

from recorder.errors import TachiaiError, WorldError

# How long a thread is waited for that is to end. One that hangs (a share that went away) is let go: it is a daemon,
# nobody waits for its answer, and the window must not wait for a disk that never answers.
END_S = 0.5
LETTING_GO_S = 2.0  # closing files, and what is entered into the ledger about it
Home = Callable[[Callable[[], None]], None]  # carries a closure to the thread that owns the window, and runs it there
_T = TypeVar("_T")
_U = TypeVar("_U")


class NotWantedError(TachiaiError):
    """The work in hand has been replaced or the window closed: nobody waits for its answer."""


class Line:
    """A thread that does the newest thing it was asked; what it replaces is told to end and its answer is dropped."""

    def __init__(self, name: str, *, home: Home) -> None:
        self._home = home
        self._condition = threading.Condition()
        self._wanted: Callable[[], None] | None = None
        self._ticket = 0
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def ask(
        self,
        work: Callable[[Callable[[], None]], _T],
        *,
        then: Callable[[_T], None],
        failed: Callable[[WorldError], None],
        dropped: Callable[[_T], None] | None = None,
    ) -> None:
        """Do `work(keep_on)`, then call `then` or `failed` at home. `keep_on` raises once the answer is not wanted.

        `dropped` is given, on either thread, an answer that came too late, so that what it holds can be let go.
        """
        with self._condition:
            self._ticket += 1
            ticket = self._ticket
            self._wanted = lambda: self._do(work, then, failed, dropped, ticket)
            self._condition.notify()

    def forget(self) -> None:
        """Nobody waits for an answer any more."""
        with self._condition:
            self._ticket += 1
            self._wanted = None

    def stop(self, *, within_s: float = END_S) -> None:
        """Forget, and return when the thread has ended, or hangs for so long."""
        with self._condition:
            self._stopping = True
            self._ticket += 1
            self._wanted = None
            self._condition.notify()
        self._thread.join(within_s)

    def _run(self) -> None:
        while (work := self._next()) is not None:
            work()

    def _next(self) -> Callable[[], None] | None:
        with self._condition:
            self._condition.wait_for(lambda: self._stopping or self._wanted is not None)
            work, self._wanted = self._wanted, None
            return None if self._stopping else work

    def _do(
        self,
        work: Callable[[Callable[[], None]], _T],
        then: Callable[[_T], None],
        failed: Callable[[WorldError], None],
        dropped: Callable[[_T], None] | None,
        ticket: int,
    ) -> None:
        def keep_on() -> None:
            if ticket != self._ticket:
                msg = "replaced"
                raise NotWantedError(msg)

        try:
            answer = work(keep_on)
        except NotWantedError:
            return
        except WorldError as error:
            self._answer(ticket, failed, error, None)
        except Exception as error:  # noqa: BLE001  a thread's top: a bug must be loud, and loud is at home
            self._home(_raiser(error))
        else:
            self._answer(ticket, then, answer, dropped)

    def _answer(self, ticket: int, then: Callable[[_U], None], value: _U, dropped: Callable[[_U], None] | None) -> None:
        def at_home() -> None:
            if ticket == self._ticket:
                then(value)
            elif dropped is not None:
                dropped(value)

        if self._stopping and dropped is not None:
            dropped(value)  # nobody is at home any more
        else:
            self._home(at_home)


class Follower:
    """Calls `look` again and again on a thread of its own until it is stopped or `look` returns False."""

    def __init__(self, look: Callable[[], bool], *, every_s: float, home: Home) -> None:
        self._look = look
        self._every_s = every_s
        self._home = home
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Returns when the look in hand is over and the thread has ended."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stopping.is_set() and self._look():
                self._stopping.wait(self._every_s)
        except Exception as error:  # noqa: BLE001  a thread's top: a bug must be loud, and loud is at home
            self._home(_raiser(error))


def let_go(work: Callable[[], None], *, within_s: float = LETTING_GO_S) -> bool:
    """Do `work` aside, and return when it is done, or hangs for so long; whether it was done."""
    thread = threading.Thread(target=work, name="letting go", daemon=True)
    thread.start()
    thread.join(within_s)
    return not thread.is_alive()


class Question:
    """A background thread asks a person something and waits for the answer; an end of the program is a None."""

    def __init__(self, show: Callable[[str, "Question"], None], *, home: Home) -> None:
        self._show = show
        self._home = home
        self._answered = threading.Event()
        self._answer: str | None = None
        self._is_closed = False

    def ask(self, sentence: str) -> str | None:
        """Called on the background thread: what the person answered, None if they gave up."""
        self._answer = None
        self._answered.clear()
        if not self._is_closed:
            self._home(lambda: self._show(sentence, self))
            self._answered.wait()
        return self._answer

    def close(self) -> None:
        """Nobody is there to answer any more."""
        self._is_closed = True
        self.answer(None)

    def answer(self, text: str | None) -> None:
        """Called at home."""
        self._answer = text
        self._answered.set()


def _raiser(error: Exception) -> Callable[[], None]:
    def raise_at_home() -> None:
        raise error

    return raise_at_home
