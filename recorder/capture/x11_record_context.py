"""What an X server records for us: as it is asked for, as the server says it is, and who asks to change it.

Any program of the session may change, switch off or free what another one lets the RECORD extension record. But each
such request can be recorded too, in its order, before the server does it: so nothing is switched off unseen.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from Xlib.ext import record
from Xlib.protocol import rq

from recorder.capture.x11_connection import X11Connection
from recorder.capture.x11_regions import Rest

MAPPING_NOTIFY = 34

_CHANGING = {
    2: "RecordRegisterClients",
    3: "RecordUnregisterClients",
    6: "RecordDisableContext",
    7: "RecordFreeContext",
}
_CONTEXT_AT = 4
_CLIENT = struct.Struct("=II")  # a client's number, how many ranges
_RANGE = struct.Struct("=2s2s6s6s2s2s2s??")

_Kept = frozenset[tuple[str, bytes]]  # of what kind, from first to last


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to record: core device events, core requests, requests of one extension, each from first to last.

    `map_changes`: whether to record what the server tells a connection of ours of the keyboard's map.
    """

    device_events: tuple[int, int]
    core_requests: tuple[int, int] = (0, 0)
    extension_requests: tuple[int, int, int, int] = (0, 0, 0, 0)
    map_changes: bool = False

    def ranges(self, opcode: int) -> list[dict[str, Any]]:
        """As the RECORD extension takes it, whose number this is: with the requests that could change it."""
        changing = (opcode, opcode, min(_CHANGING), max(_CHANGING))
        return [
            _range(
                device_events=self.device_events,
                core_requests=self.core_requests,
                ext_requests=self.extension_requests,
            ),
            _range(ext_requests=changing),
        ]

    def ranges_of_own(self) -> list[dict[str, Any]]:
        """What to record of our own connection, apart from the others."""
        return [_range(delivered_events=(MAPPING_NOTIFY, MAPPING_NOTIFY))]


def requests(data: bytes, *, swapped: bool) -> Iterator[bytes]:
    """The requests in what was recorded of one client; of a long one without the longer head that it has."""
    order = ">" if swapped else "<"
    while len(data) >= 8 or len(data) == 4:
        units, head = struct.unpack_from(f"{order}2xH", data)[0], 4
        if units == 0 and len(data) >= 8:
            units, head = struct.unpack_from(f"{order}4xI", data)[0], 8
        size = 4 * units
        if not head <= size <= len(data):
            return
        yield data[:4] + data[head:size]
        data = data[size:]


def change_asked(data: bytes, *, swapped: bool, opcode: int, context: int) -> str | None:
    """The name of a request among these that changes what this context records; None if there is none."""
    for request in requests(data, swapped=swapped):
        name = _CHANGING.get(request[1]) if request[0] == opcode else None
        if name is not None and request[_CONTEXT_AT : _CONTEXT_AT + 4] == struct.pack(
            ">I" if swapped else "<I", context
        ):
            return name
    return None


def is_whole(connection: X11Connection, context: int, wanted: Wanted, opcode: int) -> bool:
    """Whether the server says of this context that it is switched on and records what is wanted.

    Raises:
        XError: there is no such context any more.
    """
    answer = _GetContext(display=connection.display.display, opcode=opcode, context=context)
    expected = {record.FutureClients: _kept(wanted.ranges(opcode))}
    if wanted.map_changes:
        expected[own_number(connection)] = _kept(wanted.ranges_of_own())
    found = dict(_clients(answer.clients))
    return bool(answer.enabled) and all(found.get(client) == kept for client, kept in expected.items())


def own_number(connection: X11Connection) -> int:
    """The number by which the server knows this connection."""
    return int(connection.display.display.info.resource_id_base)


def _range(**given: Any) -> dict[str, Any]:
    nothing = {
        "core_requests": (0, 0),
        "core_replies": (0, 0),
        "ext_requests": (0, 0, 0, 0),
        "ext_replies": (0, 0, 0, 0),
        "delivered_events": (0, 0),
        "device_events": (0, 0),
        "errors": (0, 0),
        "client_started": False,
        "client_died": False,
    }
    return nothing | given


def _kept(ranges: list[dict[str, Any]]) -> _Kept:
    found = {("core", bytes(one["core_requests"])) for one in ranges}
    found |= {("extension", struct.pack("=BBHH", *one["ext_requests"])) for one in ranges}
    found |= {("device", bytes(one["device_events"])) for one in ranges}
    found |= {("delivered", bytes(one["delivered_events"])) for one in ranges}
    return frozenset((kind, asked) for kind, asked in found if any(asked))


def _clients(data: bytes) -> Iterator[tuple[int, _Kept]]:
    """Each client that the server records, and what of it."""
    at = 0
    while at + _CLIENT.size <= len(data):
        client, count = _CLIENT.unpack_from(data, at)
        at += _CLIENT.size
        found: set[tuple[str, bytes]] = set()
        for core, _, extension, _, delivered, device, *_ in _RANGE.iter_unpack(data[at : at + count * _RANGE.size]):
            kinds = (("core", core), ("extension", extension), ("device", device), ("delivered", delivered))
            found |= {(kind, told) for kind, told in kinds if any(told)}
        yield client, frozenset(found)
        at += count * _RANGE.size


class _GetContext(rq.ReplyRequest):  # type: ignore[misc]  # python-xlib has no types, and leaves out what is first here
    _request = rq.Struct(rq.Card8("opcode"), rq.Opcode(4), rq.RequestLength(), rq.Card32("context"))
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Card8("enabled"),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Card8("element_header"),
        rq.Pad(3),
        rq.Card32("count"),
        rq.Pad(16),
        Rest("clients"),
    )
