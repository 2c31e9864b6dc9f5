"""The keyboard of an X display."""

import queue

from recorder.capture.screen import DisplayLostError
from recorder.capture.x11_input import X11Input
from recorder.capture.x11_keymap import XkbKeymap
from recorder.capture.x11_keys import KeyTranslator
from recorder.capture.x11_map_changes import CHANGE_KEYBOARD_MAPPING, XKB_GET_KBD_BY_NAME, XKB_SET_MAP, MapChanges
from recorder.capture.x11_record import FROM_CLIENT, KEY_PRESS, KEY_RELEASE, DeviceEvent, Recorded, device_events
from recorder.capture.x11_record_context import Wanted
from recorder.clock import NS_PER_S
from recorder.events import Key, KeyActivity

TEXT_MODE = (
    "Keys are recorded as what they type, in the server's order. Text made by an input method (for Japanese, Chinese, "
    "Korean) is recorded as the keys typed, not as the characters chosen."
)
ACTIVITY_MODE = "Only the number of keys is recorded, by policy, not which."


class X11Keyboard(X11Input):
    """Keys as they go down, as what they type.

    `each_press`: where only the number of keys is recorded, every press is told by itself, for somebody to judge.
    """

    def __init__(self, *, activity_only: bool, each_press: bool = False) -> None:
        super().__init__("keyboard")
        self._activity_only = activity_only
        self._each_press = each_press
        self._keymap: XkbKeymap | None = None
        self._changes: MapChanges | None = None
        self._presses = 0
        self._first_press_ns = 0

    def _open(self) -> str:
        connection = self._connect("Keys")
        wanted = Wanted(device_events=(KEY_PRESS, KEY_RELEASE))
        if not self._activity_only:
            self._keymap = XkbKeymap()
            self._keys = KeyTranslator(self._keymap)
            opcode = int(connection.display.query_extension("XKEYBOARD").major_opcode)
            self._changes = MapChanges(self._keys, opcode)
            mapping = (CHANGE_KEYBOARD_MAPPING, CHANGE_KEYBOARD_MAPPING)
            extension = (opcode, opcode, XKB_SET_MAP, XKB_GET_KBD_BY_NAME)
            wanted = Wanted((KEY_PRESS, KEY_RELEASE), mapping, extension, map_changes=True)
        self._listen(wanted, keyboard=True)
        return ACTIVITY_MODE if self._activity_only else TEXT_MODE

    def _take_all(self) -> None:
        while (found := self._next()) is not None:
            self._watch(found)
            if found.category == FROM_CLIENT or found.client:
                self._take_change(found)
                continue
            for event in device_events(found.data):
                self._take(event, self._at_ns(found, event.server_ms))
        self._flush_activity()

    def _next(self) -> Recorded | None:
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
        if self._changes is not None:
            self._changes.forget()
        if event.kind == KEY_RELEASE:
            self._emit_all(self._keys.release(event.detail, at_ns))
        elif event.kind == KEY_PRESS:
            self._drop_what_is_told(at_ns)
            self._emit_all(self._keys.press(event.detail, event.state, at_ns))

    def _take_change(self, found: Recorded) -> None:
        """Of the keyboard's map, where somebody asks for it or the server tells of it."""
        if self._changes is None:
            return
        if found.category == FROM_CLIENT:
            self._changes.take_request(found.data, self._at_ns(found, found.server_ms), swapped=found.swapped)
        else:
            self._changes.take_told(found.data)

    def _drop_what_is_told(self, at_ns: int) -> None:
        """The server tells our own connection of changes of the map; what counts is where that is recorded."""
        try:
            if self._connection is not None and self._connection.has_input():
                self._connection.events(0)
        except DisplayLostError:  # without it changes of the map are not recorded
            self._lost_since_ns = at_ns
            raise

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
