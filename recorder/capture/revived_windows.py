"""The table of windows, made anew when another program cut its connection: what is to be hidden stays known."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from recorder.agent_events import EvasionSign
from recorder.capture.cut_pace import CutPace
from recorder.capture.revived import SIGN
from recorder.capture.screen import CONNECTION_CUT, DISPLAY_GONE, ConnectionCutError, DisplayLostError
from recorder.capture.shown_windows import Look, ShownWindow, TypedInto
from recorder.capture.source import Emit
from recorder.capture.x11_life import ServerLife
from recorder.capture.x11_top_window import anything
from recorder.capture.x11_window_facts import WindowFacts
from recorder.capture.x11_windows import X11Windows
from recorder.clock import SessionClock
from recorder.errors import CannotRecordError

T = TypeVar("T")


class RevivedWindows:
    """Answers as `X11Windows` does, from another one once the connection is lost and the display is there.

    What windows did in between nobody knows, so the next look has one that may have been anything, anywhere. A question
    raises DisplayLostError if the display is gone, and ConnectionCutError if it is to be asked again later, since the
    connection is cut again and again. For any thread.
    """

    def __init__(self) -> None:
        self.news = CutNews()
        self._life = ServerLife()
        self._table = X11Windows(connect=self._life.connect)
        self._is_closed = False
        self._gate = threading.Lock()
        self._pace = CutPace()
        self._due_at_s: float | None = None
        self._is_past_unknown = False
        self._listeners: list[Callable[[], None]] = []

    def open(self) -> None:
        """Connect and read every window. Raises CannotRecordError."""
        self._table.open()

    def close(self) -> None:
        """Let go; may be called twice, and before `open`."""
        self._is_closed = True
        self._table.close()

    def listen(self, on_change: Callable[[], None]) -> None:
        """Let this be called when something may be different."""
        self._listeners.append(on_change)
        self._table.listen(on_change)

    def look(self) -> Look:
        """What is shown, and was since the look before."""
        look = self._asked(lambda table: table.look())
        if not self._is_past_unknown:
            return look
        self._is_past_unknown = False
        return replace(look, passed=(*look.passed, anything(time.monotonic())))

    def glance(self) -> tuple[ShownWindow, ...]:
        """What is shown; takes nothing away from the next look."""
        return self._asked(lambda table: table.glance())

    def typed_into(self) -> TypedInto:
        """Where keys go now, and what is shown."""
        return self._asked(lambda table: table.typed_into())

    def facts_of_owner(self, window_id: int) -> WindowFacts:
        """Whose this window is, shown or not."""
        return self._asked(lambda table: table.facts_of_owner(window_id))

    def _asked(self, ask: Callable[[X11Windows], T]) -> T:
        table = self._table
        while True:
            try:
                return ask(table)
            except ConnectionCutError:
                raise
            except DisplayLostError:
                if self._is_closed:
                    raise
                table = self._another_than(table)

    def _another_than(self, broken: X11Windows) -> X11Windows:
        with self._gate:
            if self._table is not broken:  # somebody else was quicker
                return self._table
            now_s = time.monotonic()
            if self._due_at_s is None:
                self._due_at_s = now_s + self._pace.pause_s()
            if now_s < self._due_at_s:
                raise ConnectionCutError(CONNECTION_CUT)
            another = X11Windows(connect=self._life.connect)
            try:
                another.open()
            except CannotRecordError as error:
                another.close()
                if not self._life.answers():
                    raise DisplayLostError(str(error)) from error
                self._due_at_s = now_s + self._pace.pause_s()  # this one was cut before it was made
                raise ConnectionCutError(CONNECTION_CUT) from error
            broken.close()
            for listener in self._listeners:
                another.listen(listener)
            self._due_at_s, self._is_past_unknown, self._table = None, True, another
            if self._is_closed:  # meanwhile: whoever closed may have known only the one before
                another.close()
                raise DisplayLostError(DISPLAY_GONE)
        self.news.tell()
        for listener in self._listeners:
            listener()
        return another


class CutNews:
    """A source: says that the connection by which windows are known was cut."""

    name = "window table"

    def __init__(self) -> None:
        self._gate = threading.Lock()
        self._unsaid = 0
        self._emit: Emit | None = None
        self._clock: SessionClock | None = None

    def start(self, emit: Emit, clock: SessionClock) -> None:
        """Say what happened already."""
        with self._gate:
            self._emit, self._clock = emit, clock
            self._say()

    def stop(self) -> None:
        """Say nothing more."""
        with self._gate:
            self._emit = None

    def tell(self) -> None:
        """It was cut, and is there again."""
        with self._gate:
            self._unsaid += 1
            self._say()

    def _say(self) -> None:
        if self._emit is None or self._clock is None:
            return
        detail = f"the connection of {self.name!r} to the display was cut"
        for _ in range(self._unsaid):
            self._emit(EvasionSign(self._clock.now_ns(), SIGN, detail))
        self._unsaid = 0
