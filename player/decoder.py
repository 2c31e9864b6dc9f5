"""Decode pictures on a thread of its own; the latest request wins. No Qt."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from player.source import Picture, Pointer, Source
from recorder.errors import WorldError
from recorder.events import Screen


@dataclass(frozen=True, slots=True)
class Shown:
    """What there is to show at a moment: the monitors then, a picture for each (None: nothing sound), the pointer.

    `is_known`: what can take a picture away only later (a gap is told when it is over) has been read. `segment` is the
    number of the segment it was read from.
    """

    at_ns: int
    screens: tuple[Screen, ...]
    pictures: tuple[Picture | None, ...]
    pointer: Pointer | None
    is_known: bool = True
    segment: int | None = None


def read_shown(source: Source, at_ns: int) -> Shown:
    """All that a window shows at this moment."""
    screens = source.screens_at(at_ns)
    pictures = tuple(source.picture_at(screen.number, at_ns) for screen in screens)
    return Shown(at_ns, screens, pictures, source.pointer_at(at_ns), segment=source.segment_at(at_ns))


class Decoder:
    """Call `on_shown` or `on_error`, from a background thread, for each moment asked for.

    A request replaces one not yet started, so dragging along the timeline builds no backlog. When nothing is asked,
    `ahead` is called with the last moment, again and again while it returns True: it does a small piece of work that
    makes the next pictures cheap.
    """

    def __init__(
        self,
        read: Callable[[int], Shown],
        *,
        on_shown: Callable[[Shown], None],
        on_error: Callable[[int, WorldError], None],
        ahead: Callable[[int], bool] | None = None,
    ) -> None:
        self._read = read
        self._on_shown = on_shown
        self._on_error = on_error
        self._ahead = ahead
        self._condition = threading.Condition()
        self._wanted_ns: int | None = None
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="decoder", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def request(self, at_ns: int) -> None:
        """Ask for this moment; what was asked before and is not begun is forgotten."""
        with self._condition:
            self._wanted_ns = at_ns
            self._condition.notify()

    def stop(self) -> None:
        """Finish the picture in hand, then end; returns when the thread has. What is asked and not begun is dropped."""
        with self._condition:
            self._stopping = True
            self._condition.notify()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while (at_ns := self._next_request()) is not None:
            try:
                shown = self._read(at_ns)
            except WorldError as error:
                self._on_error(at_ns, error)
            else:
                self._on_shown(shown)
                self._look_ahead(at_ns)

    def _next_request(self) -> int | None:
        with self._condition:
            self._condition.wait_for(lambda: self._stopping or self._wanted_ns is not None)
            if self._stopping:
                return None
            at_ns, self._wanted_ns = self._wanted_ns, None
            return at_ns

    def _look_ahead(self, at_ns: int) -> None:
        try:
            while self._ahead is not None and not self._is_interrupted() and self._ahead(at_ns):
                pass
        except WorldError as error:
            self._on_error(at_ns, error)

    def _is_interrupted(self) -> bool:
        with self._condition:
            return self._stopping or self._wanted_ns is not None
