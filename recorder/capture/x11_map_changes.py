"""Changes of the keyboard's map, in the server's order: what a program asks counts once the server says it was done.

Requests are recorded before the server looks at them, and it refuses some. What it has done it tells at once, before
anything else happens; that is recorded too, and lacks only what the keys mean now.
"""

import struct
from dataclasses import dataclass

from recorder.capture.x11_keys import KeyTranslator
from recorder.capture.x11_record_context import MAPPING_NOTIFY, requests

CHANGE_KEYBOARD_MAPPING = 100
XKB_SET_MAP, XKB_GET_KBD_BY_NAME = 9, 23

_TOLD = struct.Struct("=B3xBBB25x")  # the event's type, what was changed, the first key, how many
_MODIFIERS, _KEYS = 0, 1
_HEAD_BYTES = 8


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked just now, and not done yet: symbols of keys from `first` on; None: the whole map."""

    first: int
    keys: tuple[tuple[int, ...], ...] | None
    at_ns: int

    def is_done_by(self, first: int, count: int) -> bool:
        """Whether the server means this when it tells of so many keys."""
        return self.keys is None or (first <= self.first and self.first + len(self.keys) <= first + count)


class MapChanges:
    """Tells the translator of keys what is changed. Takes requests, what the server tells, and keys, in their order."""

    def __init__(self, keys: KeyTranslator, xkb_opcode: int) -> None:
        self._keys = keys
        self._xkb_opcode = xkb_opcode
        self._asked: _Asked | None = None

    def take_request(self, data: bytes, at_ns: int, *, swapped: bool) -> None:
        """A program asks for something; what another asked before it was refused."""
        for request in requests(data, swapped=swapped):
            self._asked = None
            if request[0] == CHANGE_KEYBOARD_MAPPING:
                self._asked = _keys_asked(request, at_ns, swapped=swapped)
            elif request[0] == self._xkb_opcode and request[1] in (XKB_SET_MAP, XKB_GET_KBD_BY_NAME):
                self._asked = _Asked(0, None, at_ns)
                self._keys.map_may_have_changed()  # of types of keys nothing is told that we could record

    def take_told(self, data: bytes) -> None:
        """The server tells that keys mean something else now; what a program sends in its name does not count."""
        for kind, what, first, count in _TOLD.iter_unpack(data):
            if kind == MAPPING_NOTIFY and what == _KEYS:
                self._keys_told(first, count)
            elif kind == MAPPING_NOTIFY and what == _MODIFIERS:
                self._keys.map_may_have_changed()

    def forget(self) -> None:
        """A key was pressed or released: what was asked before and not done was refused."""
        self._asked = None

    def _keys_told(self, first: int, count: int) -> None:
        asked = self._asked
        if asked is None or not asked.is_done_by(first, count):
            self._keys.map_may_have_changed()  # by the server itself, since another keyboard is used
        elif asked.keys is None:
            self._keys.map_is_stale()
        else:
            self._keys.keys_changed(dict(enumerate(asked.keys, asked.first)), asked.at_ns)


def _keys_asked(request: bytes, at_ns: int, *, swapped: bool) -> _Asked | None:
    """What a ChangeKeyboardMapping asks; None for one that says another length than it has, or no symbols."""
    count = request[1]
    if len(request) < _HEAD_BYTES:
        return None
    first, each = request[4], request[5]
    if not count or not each or len(request) != _HEAD_BYTES + 4 * count * each:
        return None
    symbols = struct.unpack_from(f"{'>' if swapped else '<'}{count * each}I", request, _HEAD_BYTES)
    return _Asked(first, tuple(symbols[at : at + each] for at in range(0, len(symbols), each)), at_ns)
