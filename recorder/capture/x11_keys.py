"""Key presses of an X server as what they type: any layout, group and level, dead keys, and maps that change."""

from collections.abc import Mapping, Sequence

from recorder.capture.x11_keymap import NO_SYMBOL, XkbKeymap
from recorder.clock import NS_PER_S
from recorder.events import Key

SHIFT, LOCK, CONTROL, ALT, NUM_LOCK, COMMAND, LEVEL_3 = 1, 2, 4, 8, 16, 64, 128
GROUP_SHIFT, GROUP_MASK = 13, 3
UNICODE_SYMBOLS = 0x0100_0000
# A map changed key by key (xdotool borrows a key for each character it lacks, xmodmap) is read whole when it rests.
REST_NS = NS_PER_S

_NAMES = {
    "Return": "enter",
    "KP_Enter": "enter",
    "ISO_Enter": "enter",
    "Tab": "tab",
    "KP_Tab": "tab",
    "ISO_Left_Tab": "tab",
    "Escape": "esc",
    "BackSpace": "backspace",
    "Prior": "page_up",
    "Next": "page_down",
    "Print": "print_screen",
    "Sys_Req": "print_screen",
    "Linefeed": "enter",
}
_MODIFIER_SYMBOLS = {
    f"{name}_{side}" for name in ("Shift", "Control", "Alt", "Meta", "Hyper", "Super") for side in "LR"
}
_MODIFIER_SYMBOLS |= {"ISO_Level3_Shift", "ISO_Level3_Latch", "ISO_Level5_Shift", "ISO_Level5_Latch", "Mode_switch"}
_COMMAND_SYMBOLS = ("Super_L", "Super_R")
_HELD = ((CONTROL, "ctrl"), (ALT, "alt"), (COMMAND, "cmd"))


class KeyTranslator:
    """Turns keycodes and states, in the server's order, into `Key` events. For one thread."""

    def __init__(self, keymap: XkbKeymap) -> None:
        self._keymap = keymap
        self._down: set[int] = set()
        self._borrowed: dict[int, Sequence[int]] = {}
        self._borrowed_at_ns = 0
        self._stale = False
        self._composing: list[Key] = []
        self._command_alone: int | None = None

    def map_is_stale(self) -> None:
        """The server's whole map was replaced; it is read again before the next key."""
        self._stale = True
        self._borrowed.clear()

    def map_may_have_changed(self) -> None:
        """The map is read again before the next key; single keys that were changed keep what they were given."""
        self._stale = True

    def keys_changed(self, changes: Mapping[int, Sequence[int]], at_ns: int) -> None:
        """These keys have these symbols from now on, in this order: groups of two, and then of level 3."""
        self._borrowed.update(changes)
        self._borrowed_at_ns = at_ns

    def release(self, keycode: int, at_ns: int) -> list[Key]:
        """A key went up. Only Super pressed and released alone, which opens menus, is a key of its own then."""
        self._down.discard(keycode)
        if self._command_alone != keycode:
            return []
        self._command_alone = None
        return [Key(at_ns, text="", name="cmd")]

    def press(self, keycode: int, state: int, at_ns: int) -> list[Key]:
        """A key went down, or repeats: one event, none for a modifier or within a composition, several at its end."""
        repeat = keycode in self._down
        self._down.add(keycode)
        self._read_map_if_stale(at_ns)
        group = state >> GROUP_SHIFT & GROUP_MASK
        symbol, consumed = self._symbol(keycode, state & 0xFF, group)
        name = self._keymap.name(symbol) if symbol != NO_SYMBOL else f"key_{keycode}"
        if name in _MODIFIER_SYMBOLS:
            self._command_alone = keycode if name in _COMMAND_SYMBOLS else None
            return []
        self._command_alone = None
        key = self._key(symbol, name, state, consumed, at_ns, repeat=repeat)
        return self._composed(key, symbol, name)

    def _read_map_if_stale(self, at_ns: int) -> None:
        rested = bool(self._borrowed) and at_ns - self._borrowed_at_ns > REST_NS
        if self._stale or rested:
            self._keymap.load()
            self._stale = False
        if rested:
            self._borrowed.clear()

    def _symbol(self, keycode: int, modifiers: int, group: int) -> tuple[int, int]:
        symbols = self._borrowed.get(keycode)
        if symbols is None:
            return self._keymap.symbol(keycode, modifiers, group)
        return self._borrowed_symbol(symbols, modifiers, group)

    def _borrowed_symbol(self, symbols: Sequence[int], modifiers: int, group: int) -> tuple[int, int]:
        """The rules of the core protocol for a key's list of symbols."""
        start = 2 if group == 1 and any(symbols[2:4]) else 0
        if modifiers & LEVEL_3 and any(symbols[4:6]):
            start = 4
        lower, upper = (*symbols[start : start + 2], NO_SYMBOL, NO_SYMBOL)[:2]
        if upper == NO_SYMBOL and lower < UNICODE_SYMBOLS:  # the server knows no case of Unicode symbols
            lower, upper = self._keymap.cased(lower, upper=False), self._keymap.cased(lower, upper=True)
        if upper == NO_SYMBOL:
            upper = lower
        shifted = bool(modifiers & SHIFT) != (bool(modifiers & LOCK) and lower != upper)
        return (upper if shifted else lower), SHIFT | LOCK | LEVEL_3

    def _key(self, symbol: int, name: str, state: int, consumed: int, at_ns: int, *, repeat: bool) -> Key:
        held = [word for bit, word in _HELD if state & bit]
        text = "" if name in _NAMES else self._keymap.text(symbol)
        types = bool(text) and text.isprintable()
        layout = self._keymap.layout(state >> GROUP_SHIFT & GROUP_MASK)
        if types and not held:
            return Key(at_ns, text=text, repeat=repeat, layout=layout)
        chose = types and consumed & SHIFT and text.lower() == text.upper()
        if state & SHIFT and not chose:
            held.append("shift")
        own_name = (text if text != " " else "space") if types else _NAMES.get(name) or _plain(name)
        return Key(at_ns, text="", name=own_name, modifiers=tuple(held), repeat=repeat, layout=layout)

    def _composed(self, key: Key, symbol: int, name: str) -> list[Key]:
        """Hold back the keys of a composition until it is clear what they type."""
        begins = name.startswith("dead_") or name == "Multi_key"
        if not self._composing and (not begins or not set(key.modifiers) <= {"shift"}):
            return [key]
        text = self._keymap.compose(symbol)
        if text is None:
            self._composing.append(key)
            return []
        held, self._composing = self._composing, []
        if text:
            return [Key(key.at_ns, text=text, layout=key.layout)]
        return [*held, key]


def _plain(symbol_name: str) -> str:
    """A symbol's name as a word: "KP_Home" is "home", "XF86AudioMute" is "audiomute"."""
    return symbol_name.removeprefix("KP_").removeprefix("XF86").lower()
