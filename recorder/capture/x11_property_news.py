"""News of properties as they come from an X server, so that no program can let them pile up here."""

import struct
from collections.abc import Callable
from typing import Any

from Xlib import X
from Xlib.protocol.display import bytesview

_SIZE = 32
_NEWS = struct.Struct("=xxHIIIB15x")  # sequence number, window, atom, time, state


def keep_few(wire: Any) -> None:
    """Let this connection keep of one property's news, while they wait to be taken, only the first and the last.

    A program may change a property ten thousand times a second, each of which python-xlib takes apart and keeps until
    it has an answer that was asked for: that never comes to an end. What is told by the two is that it changed, that it
    did so more than once, and when last.
    """
    wire.parse_event_response = _FewNews(wire, wire.parse_event_response).take


class _FewNews:
    def __init__(self, wire: Any, take_apart: Callable[[int], None]) -> None:
        self._wire = wire
        self._take_apart = take_apart
        self._waiting: dict[tuple[int, int, int, int], list[Any]] = {}

    def take(self, kind: int) -> None:
        """The message at the head of what was received."""
        if kind & 0x7F != X.PropertyNotify:
            self._take_apart(kind)
            return
        wire = self._wire
        number, window, atom, time_ms, state = _NEWS.unpack(bytes(wire.data_recv[:_SIZE]))
        if not wire.event_queue:
            self._waiting.clear()
        waiting = self._waiting.setdefault((kind, window, atom, state), [])
        if len(waiting) < 2:
            self._take_apart(kind)
            waiting.append(wire.event_queue[-1])
            return
        waiting[1]._data.update(sequence_number=number, time=time_ms)
        wire.data_recv = bytesview(wire.data_recv, _SIZE)
        wire.get_waiting_request((number - 1) % 65536)  # as for any other news: what was asked before has been done
