"""A source that waits for events of an X server on a connection of its own."""

from abc import abstractmethod
from typing import Any

from recorder.capture.source import ThreadSource
from recorder.capture.x11_connection import X11Connection, lost_in_words


class X11Source(ThreadSource):
    """Blocks until the server has news, so it costs nothing while there are none."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._opened: X11Connection | None = None

    @property
    def _connection(self) -> X11Connection:
        assert self._opened is not None, "used before _open"
        return self._opened

    def _open(self) -> str:
        self._opened = X11Connection()
        with lost_in_words():
            return self._listen()

    def _run(self) -> None:
        with lost_in_words():
            self._asks_since_ns = self._clock.now_ns()
            self._after_events()
            self._connection.flush()
        while not self._stopping.is_set():
            with lost_in_words():
                events = self._connection.events(self._wait_s())
                self._asks_since_ns = self._clock.now_ns()
                for event in events:
                    self._take(event)
                self._after_events()
                self._connection.flush()
            if self._rest_s:
                self._stopping.wait(self._rest_s)

    @abstractmethod
    def _listen(self) -> str:
        """Ask the server for news; the sentence for `SourceStatus`."""

    @abstractmethod
    def _take(self, event: Any) -> None:
        """One event of the server."""

    def _after_events(self) -> None:
        """At the start, after all events that had come, and after `_wait_s`."""

    def _wait_s(self) -> float | None:
        """How long to wait for events at most."""
        return None

    @property
    def _rest_s(self) -> float:
        """For how long to leave further events where they are: taken together they cost less, and come later."""
        return 0.0

    def _interrupt(self) -> None:
        if self._opened is not None:
            self._opened.wake()

    def _abort(self) -> bool:
        if self._opened is not None:
            self._opened.cut()
        return self._opened is not None

    def _close(self) -> None:
        if self._opened is not None:
            self._opened.close()
