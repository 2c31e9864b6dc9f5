"""What keys mean: the X server's keyboard map, through libxkbcommon."""

import ctypes
import ctypes.util
import os
from ctypes import c_char_p, c_int, c_int32, c_size_t, c_uint16, c_uint32, c_void_p

from recorder.errors import CannotRecordError

NO_SYMBOL = 0
_MISSING = (
    "Typed text cannot be read because libxkbcommon-x11 is not installed; "
    "install it (Debian and Ubuntu: libxkbcommon-x11-0) and record again."
)
_UNREADABLE = "The keyboard map of this display cannot be read (no XKEYBOARD extension?)."
_COMPOSE_LOCALE = "en_US.UTF-8"
_COMPOSING, _COMPOSED, _CANCELLED = 1, 2, 3

_SIGNATURES: dict[str, tuple[object, tuple[object, ...]]] = {
    "xkb_context_new": (c_void_p, (c_int,)),
    "xkb_context_unref": (None, (c_void_p,)),
    "xkb_keymap_unref": (None, (c_void_p,)),
    "xkb_keymap_num_layouts": (c_uint32, (c_void_p,)),
    "xkb_keymap_layout_get_name": (c_char_p, (c_void_p, c_uint32)),
    "xkb_state_new": (c_void_p, (c_void_p,)),
    "xkb_state_unref": (None, (c_void_p,)),
    "xkb_state_update_mask": (c_int, (c_void_p, *(c_uint32,) * 6)),
    "xkb_state_key_get_one_sym": (c_uint32, (c_void_p, c_uint32)),
    "xkb_state_key_get_consumed_mods": (c_uint32, (c_void_p, c_uint32)),
    "xkb_keysym_to_utf32": (c_uint32, (c_uint32,)),
    "xkb_keysym_to_upper": (c_uint32, (c_uint32,)),
    "xkb_keysym_to_lower": (c_uint32, (c_uint32,)),
    "xkb_keysym_get_name": (c_int, (c_uint32, c_char_p, c_size_t)),
    "xkb_compose_table_new_from_locale": (c_void_p, (c_void_p, c_char_p, c_int)),
    "xkb_compose_table_unref": (None, (c_void_p,)),
    "xkb_compose_state_new": (c_void_p, (c_void_p, c_int)),
    "xkb_compose_state_unref": (None, (c_void_p,)),
    "xkb_compose_state_reset": (None, (c_void_p,)),
    "xkb_compose_state_feed": (c_int, (c_void_p, c_uint32)),
    "xkb_compose_state_get_status": (c_int, (c_void_p,)),
    "xkb_compose_state_get_utf8": (c_int, (c_void_p, c_char_p, c_size_t)),
}
_X11_SIGNATURES: dict[str, tuple[object, tuple[object, ...]]] = {
    "xkb_x11_setup_xkb_extension": (c_int, (c_void_p, c_uint16, c_uint16, c_int, *(c_void_p,) * 4)),
    "xkb_x11_get_core_keyboard_device_id": (c_int32, (c_void_p,)),
    "xkb_x11_keymap_new_from_device": (c_void_p, (c_void_p, c_void_p, c_int32, c_int)),
}
_XCB_SIGNATURES: dict[str, tuple[object, tuple[object, ...]]] = {
    "xcb_connect": (c_void_p, (c_char_p, c_void_p)),
    "xcb_connection_has_error": (c_int, (c_void_p,)),
    "xcb_disconnect": (None, (c_void_p,)),
}


class XkbKeymap:
    """The keyboard map in force when it was last loaded, and the composing of dead keys. For one thread."""

    def __init__(self, display: str | None = None) -> None:
        self._display = (display or os.environ.get("DISPLAY", "")).encode()
        self._xkb = _library("libxkbcommon.so.0", _SIGNATURES)
        self._x11 = _library("libxkbcommon-x11.so.0", _X11_SIGNATURES)
        self._xcb = _library("libxcb.so.1", _XCB_SIGNATURES)
        self._context = self._xkb.xkb_context_new(0)
        self._keymap: int | None = None
        self._state: int | None = None
        self._layouts: tuple[str, ...] = ()
        self._compose_table: int | None = None
        self._compose_state: int | None = None
        self.load()

    def load(self) -> None:
        """Read the map from the server, on a connection of its own: 0.2 ms.

        Raises:
            CannotRecordError: it cannot be read.
        """
        connection = self._xcb.xcb_connect(self._display, None)
        try:
            keymap = self._read(connection)
        finally:
            self._xcb.xcb_disconnect(connection)
        self._drop_map()
        self._keymap, self._state = keymap, self._xkb.xkb_state_new(keymap)
        count = self._xkb.xkb_keymap_num_layouts(keymap)
        names = (self._xkb.xkb_keymap_layout_get_name(keymap, number) for number in range(count))
        self._layouts = tuple((name or b"").decode("utf-8", errors="replace") for name in names)

    def symbol(self, keycode: int, modifiers: int, group: int) -> tuple[int, int]:
        """The key symbol, and the modifiers that went into choosing it; `NO_SYMBOL` if the key means nothing."""
        self._xkb.xkb_state_update_mask(self._state, modifiers, 0, 0, 0, 0, group)
        found = self._xkb.xkb_state_key_get_one_sym(self._state, keycode)
        return int(found), int(self._xkb.xkb_state_key_get_consumed_mods(self._state, keycode))

    def layout(self, group: int) -> str | None:
        """The name of the layout of a group; None if it has none."""
        return (self._layouts[group] or None) if group < len(self._layouts) else None

    def text(self, symbol: int) -> str:
        """What a symbol types; "" if nothing."""
        number = self._xkb.xkb_keysym_to_utf32(symbol)
        return chr(number) if number else ""

    def name(self, symbol: int) -> str:
        """The symbol's name, as in X11's keysymdef.h without XK_."""
        buffer = ctypes.create_string_buffer(64)
        length = self._xkb.xkb_keysym_get_name(symbol, buffer, len(buffer))
        return buffer.value.decode("ascii", errors="replace") if length > 0 else f"0x{symbol:x}"

    def cased(self, symbol: int, *, upper: bool) -> int:
        """The symbol in upper or lower case; itself if it has no case."""
        convert = self._xkb.xkb_keysym_to_upper if upper else self._xkb.xkb_keysym_to_lower
        return int(convert(symbol))

    def compose(self, symbol: int) -> str | None:
        """Feed a symbol to the composing of dead keys: None if it goes on, "" if this is no composition, else the text.

        The first symbol of a composition must be a dead key or Multi_key: the caller asks only then.
        """
        state = self._compose_state or self._open_compose()
        if state is None:
            return ""
        self._xkb.xkb_compose_state_feed(state, symbol)
        status = self._xkb.xkb_compose_state_get_status(state)
        if status == _COMPOSING:
            return None
        text = self._composed_text(state) if status == _COMPOSED else ""
        self._xkb.xkb_compose_state_reset(state)
        return text

    def close(self) -> None:
        """Let go; may be called twice."""
        self._drop_map()
        if self._compose_state is not None:
            self._xkb.xkb_compose_state_unref(self._compose_state)
            self._xkb.xkb_compose_table_unref(self._compose_table)
            self._compose_state = self._compose_table = None
        if self._context is not None:
            self._xkb.xkb_context_unref(self._context)
            self._context = None

    def _read(self, connection: int) -> int:
        if self._xcb.xcb_connection_has_error(connection):
            raise CannotRecordError(_UNREADABLE)
        if not self._x11.xkb_x11_setup_xkb_extension(connection, 1, 0, 0, None, None, None, None):
            raise CannotRecordError(_UNREADABLE)
        device = self._x11.xkb_x11_get_core_keyboard_device_id(connection)
        keymap = self._x11.xkb_x11_keymap_new_from_device(self._context, connection, device, 0)
        if not keymap:
            raise CannotRecordError(_UNREADABLE)
        return int(keymap)

    def _drop_map(self) -> None:
        if self._keymap is not None:
            self._xkb.xkb_state_unref(self._state)
            self._xkb.xkb_keymap_unref(self._keymap)
            self._keymap = self._state = None

    def _open_compose(self) -> int | None:
        """Read the table of the person's locale (30 ms, so only once a dead key is pressed)."""
        names = [os.environ.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG")]
        locale = next((name for name in names if name), _COMPOSE_LOCALE)
        for candidate in dict.fromkeys((locale, _COMPOSE_LOCALE)):
            if candidate.partition(".")[0] in ("C", "POSIX"):  # their table is empty, applications use another
                continue
            table = self._xkb.xkb_compose_table_new_from_locale(self._context, candidate.encode(), 0)
            if table:
                self._compose_table = table
                self._compose_state = self._xkb.xkb_compose_state_new(table, 0)
                return self._compose_state
        return None

    def _composed_text(self, state: int) -> str:
        buffer = ctypes.create_string_buffer(256)
        self._xkb.xkb_compose_state_get_utf8(state, buffer, len(buffer))
        return buffer.value.decode("utf-8", errors="replace")


def _library(name: str, signatures: dict[str, tuple[object, tuple[object, ...]]]) -> ctypes.CDLL:
    try:
        library = ctypes.CDLL(name)
    except OSError as error:
        raise CannotRecordError(_MISSING) from error
    for function, (result, arguments) in signatures.items():
        getattr(library, function).restype = result
        getattr(library, function).argtypes = arguments
    return library
