"""The keyboard of an X display."""

import queue
import struct

from Xlib import X

from recorder.capture.x11_input import X11Input
from recorder.capture.x11_keymap import XkbKeymap
from recorder.capture.x11_keys import KeyTranslator
from recorder.capture.x11_record import (
    FROM_SERVER,
    KEY_PRESS,
    KEY_RELEASE,
    DeviceEvent,
    Wanted,
    device_events,
)
from recorder.clock import NS_PER_S
from recorder.events import Key, KeyActivity

_CHANGE_KEYBOARD_MAPPING = 100
_XKB_SET_MAP, _XKB_GET_KBD_BY_NAME = 9, 23
_Record = tuple[int, int, int, bytes, bool]  # arrived_ns, category, server_ms, data, swapped

TEXT_MODE = (
    "Keys are recorded as what they type, in the server's order. Text made by an input method (for Japanese, Chinese, "
    "Korean) is recorded as the keys typed, not as the characters chosen."
)
ACTIVITY_MODE = "Only the number of keys is recorded, by policy, not which."


class X11Keyboard(X11Input[_Record]):
    """Keys as they go down, as what they type.

    `each_press`: where only the number of keys is recorded, every press is told by itself, for somebody to judge.
    """

    def __init__(self, *, activity_only: bool, each_press: bool = False) -> None:
        super().__init__("keyboard")
        self._activity_only = activity_only
        self._each_press = each_press
        self._keymap: XkbKeymap | None = None
        self._xkb_opcode = 0
        self._presses = 0
        self._first_press_ns = 0

    def _open(self) -> str:
        connection = self._connect("Keys")
        wanted = Wanted(device_events=(KEY_PRESS, KEY_RELEASE))
        if not self._activity_only:
            self._keymap = XkbKeymap()
            self._keys = KeyTranslator(self._keymap)
            self._xkb_opcode = int(connection.display.query_extension("XKEYBOARD").major_opcode)
            mapping = (_CHANGE_KEYBOARD_MAPPING, _CHANGE_KEYBOARD_MAPPING)
            extension = (self._xkb_opcode, self._xkb_opcode, _XKB_SET_MAP, _XKB_GET_KBD_BY_NAME)
            wanted = Wanted((KEY_PRESS, KEY_RELEASE), mapping, extension)
        self._listen(wanted, keyboard=True)
        return ACTIVITY_MODE if self._activity_only else TEXT_MODE

    def _received(self, category: int, server_ms: int, data: bytes, swapped: bool) -> None:
        self._records.put((self._clock.now_ns(), category, server_ms, data, swapped))

    def _run(self) -> None:
        while (found := self._next()) is not None:
            arrived_ns, category, server_ms, data, swapped = found
            if category == FROM_SERVER:
                for event in device_events(data):
                    self._take(event, self._time.at_ns_of(event.server_ms, arrived_ns))
            else:
                self._take_request(data, self._time.at_ns_of(server_ms, arrived_ns), swapped=swapped)
        self._flush_activity()
        self._raise_if_it_failed()

    def _next(self) -> _Record | None:
        """The next record; None at the end. Key activity is emitted once a second while there is some."""
        while self._presses:
            left_ns = self._first_press_ns + NS_PER_S - self._clock.now_ns()
            if left_ns > 0:
                try:
                    return self._records.get(timeout=left_ns / NS_PER_S)
                except queue.Empty:
                    pass
            self._flush_activity()
        return self._records.get()

    def _take(self, event: DeviceEvent, at_ns: int) -> None:
        if self._activity_only:
            self._count(event, at_ns)
            return
        if event.kind == KEY_RELEASE:
            self._emit_all(self._keys.release(event.detail, at_ns))
        elif event.kind == KEY_PRESS:
            self._look_for_new_map()
            self._emit_all(self._keys.press(event.detail, event.state, at_ns))

    def _take_request(self, data: bytes, at_ns: int, *, swapped: bool) -> None:
        """A client changes the keyboard's map: the requests stand in the same order as the keys before and after."""
        if data[0] == _CHANGE_KEYBOARD_MAPPING and not swapped:
            count, first, each = data[1], data[4], data[5]
            symbols = struct.unpack_from(f"<{count * each}I", data, 8)
            changes = {first + number: symbols[number * each : (number + 1) * each] for number in range(count)}
            self._keys.keys_changed(changes, at_ns)
        elif data[0] == _CHANGE_KEYBOARD_MAPPING or data[1] in (_XKB_SET_MAP, _XKB_GET_KBD_BY_NAME):
            self._keys.map_is_stale()

    def _look_for_new_map(self) -> None:
        """The server also changes the map by itself, when another keyboard is used."""
        if self._connection is None or not self._connection.has_input():
            return
        events = self._connection.events(0)
        if not self._keys.is_borrowing and any(event.type == X.MappingNotify for event in events):
            self._keys.map_is_stale()

    def _count(self, event: DeviceEvent, at_ns: int) -> None:
        if event.kind == KEY_PRESS and self._each_press:
            self._emit(KeyActivity(at_ns, at_ns, 1))
        elif event.kind == KEY_PRESS:
            if not self._presses:
                self._first_press_ns = at_ns
            self._presses += 1

    def _flush_activity(self) -> None:
        if self._presses:
            end_ns = max(self._clock.now_ns(), self._first_press_ns)
            self._emit(KeyActivity(self._first_press_ns, end_ns, self._presses))
            self._presses = 0

    def _emit_all(self, keys: list[Key]) -> None:
        for key in keys:
            self._emit(key)

    def _close(self) -> None:
        super()._close()
        if self._keymap is not None:
            self._keymap.close()
