"""The X server's own alarm at the first input after a pause (SYNC, IDLETIME): whoever waits for it costs nothing."""

import struct

from Xlib import error as xerror
from Xlib.protocol import rq

from recorder.capture.x11_connection import X11Connection, lost_in_words
from recorder.capture.x11_regions import Rest

SURE_S = 30.0  # whoever waits for an alarm looks so often all the same

_EXTENSION = "SYNC"
_VERSION = (3, 1)
_IDLE_TIME = b"IDLETIME"
_COUNTER = struct.Struct("=IiIH")  # its id, its resolution in two halves, the length of its name
_ALL_VALUES = 0b111111
_ABSOLUTE, _NEGATIVE_TRANSITION = 0, 1


class _Initialize(rq.ReplyRequest):  # type: ignore[misc]  # python-xlib has no types
    _request = rq.Struct(
        rq.Card8("opcode"), rq.Opcode(0), rq.RequestLength(), rq.Card8("major"), rq.Card8("minor"), rq.Pad(2)
    )
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Pad(1),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Card8("major"),
        rq.Card8("minor"),
        rq.Pad(22),
    )


class _ListSystemCounters(rq.ReplyRequest):  # type: ignore[misc]
    _request = rq.Struct(rq.Card8("opcode"), rq.Opcode(1), rq.RequestLength())
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Pad(1),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Card32("count"),
        rq.Pad(20),
        Rest("counters"),
    )


class _CreateAlarm(rq.Request):  # type: ignore[misc]
    _request = rq.Struct(
        rq.Card8("opcode"),
        rq.Opcode(8),
        rq.RequestLength(),
        rq.Card32("alarm"),
        rq.Card32("given"),
        rq.Card32("counter"),
        rq.Card32("value_type"),
        rq.Int32("value_high"),
        rq.Card32("value_low"),
        rq.Card32("test_type"),
        rq.Int32("delta_high"),
        rq.Card32("delta_low"),
        rq.Card32("events"),
    )


def wakes_after_pause(connection: X11Connection, pause_ms: int) -> bool:
    """Let `events` return at the first input after each pause of so long; False if this server has no such alarm.

    The alarm stays as long as the connection. What it sends says nothing but that it is time to look.

    Raises:
        DisplayLostError: the server is gone.
    """
    display = connection.display
    with lost_in_words():
        found = display.query_extension(_EXTENSION)
        if found is None:
            return False
        opcode = int(found.major_opcode)
        try:
            _Initialize(display=display.display, opcode=opcode, major=_VERSION[0], minor=_VERSION[1])
            listed = _ListSystemCounters(display=display.display, opcode=opcode)
        except xerror.XError:
            return False
        counter = _idle_counter(int(listed.count), listed.counters)
        if counter is None:
            return False
        _CreateAlarm(
            display=display.display,
            opcode=opcode,
            alarm=int(display.display.allocate_resource_id()),
            given=_ALL_VALUES,
            counter=counter,
            value_type=_ABSOLUTE,
            value_high=0,
            value_low=pause_ms,
            test_type=_NEGATIVE_TRANSITION,
            delta_high=0,
            delta_low=0,
            events=1,
        )
        display.sync()
    return True


def _idle_counter(count: int, listed: bytes) -> int | None:
    """The server's number for the time without input, among its counters; None if it has none."""
    at = 0
    for _ in range(count):
        if at + _COUNTER.size > len(listed):
            return None
        number, _high, _low, length = _COUNTER.unpack_from(listed, at)
        if listed[at + _COUNTER.size : at + _COUNTER.size + length] == _IDLE_TIME:
            return int(number)
        at += (_COUNTER.size + length + 3) // 4 * 4
    return None
