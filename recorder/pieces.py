"""What is still growing in the operation log: typed text, a repeated key, clicks, a scroll."""

import msgspec

from recorder.clock import NS_PER_S
from recorder.events import Click, Key, KeyActivity, Scroll
from recorder.logrow import LogRow, inert

TYPING_PAUSE_NS = 2 * NS_PER_S
REPEAT_PAUSE_NS = 2 * NS_PER_S
SCROLL_PAUSE_NS = NS_PER_S
DOUBLE_CLICK_NS = NS_PER_S // 2
SAME_PLACE_PX = 5
LONGEST_TEXT = 1000  # characters: what bounds memory while somebody leans on a key
ERASED = "⌫"
INJECTED = "sent by a program, not by the keyboard"
PASTED = "pasted, not typed"
LOST_BEFORE = "evidence is missing before it"
LOST_AFTER = "evidence is missing after it"

KEY_WORDS = {
    "enter": "Enter",
    "tab": "Tab",
    "esc": "Escape",
    "escape": "Escape",
    "backspace": "Backspace",
    "delete": "Delete",
    "space": "Space",
    "page_up": "Page Up",
    "page_down": "Page Down",
    "print_screen": "Print Screen",
    "scroll_lock": "Scroll Lock",
    "caps_lock": "Caps Lock",
    "num_lock": "Num Lock",
    "menu": "Menu",
    "cmd": "Super",  # pressed and let go alone, which opens menus
}
CUTTING_WORDS = frozenset({"Enter", "Tab", "Escape"})  # the keys that end a piece of typed text
MODIFIER_WORDS = (("ctrl", "Ctrl"), ("alt", "Alt"), ("cmd", "Super"), ("shift", "Shift"))
CLICK_WORDS = {1: "click", 2: "double-click", 3: "triple-click"}


class Typed(msgspec.Struct, tag="typed"):
    """Text as it is being typed. `raw` is every key of it, an erasing one as ⌫."""

    at_ns: int
    last_ns: int
    application: str | None
    window: str | None
    continues: bool
    text: list[str] = []
    text_at_ns: list[int] = []
    raw: list[str] = []
    raw_at_ns: list[int] = []
    injected: bool = False
    ended_by: str = ""
    lost_before: bool = False
    lost_after: bool = False

    pause_ns = TYPING_PAUSE_NS

    @property
    def is_full(self) -> bool:
        """Whether it must be cut to keep memory bounded."""
        return len(self.raw) >= LONGEST_TEXT

    def add(self, key: Key) -> None:
        """One more key that typed something."""
        for character in inert(key.text):
            self.text.append(character)
            self.text_at_ns.append(key.at_ns)
            self.raw.append(character)
            self.raw_at_ns.append(key.at_ns)
        self._touched(key)

    def erase(self, key: Key) -> None:
        """Backspace: the last character goes from the text and stays in the raw sequence."""
        if self.text:
            self.text.pop()
            self.text_at_ns.pop()
        self.raw.append(ERASED)
        self.raw_at_ns.append(key.at_ns)
        self._touched(key)

    def end(self, key: Key, words: str) -> None:
        """The key that cuts the piece (Enter, Tab, Escape) belongs to it."""
        self.ended_by = words
        self._touched(key)

    def _touched(self, key: Key) -> None:
        self.last_ns = key.at_ns
        self.injected = self.injected or bool(key.injected)

    def row(self) -> LogRow:
        """The piece as a row. If everything was erased, the raw sequence is the text: it was typed."""
        corrected = len(self.raw) != len(self.text)
        raw = "".join(self.raw)
        text = "".join(self.text) or raw
        times = self.text_at_ns if self.text else self.raw_at_ns
        marks = ((INJECTED, self.injected), (LOST_BEFORE, self.lost_before), (LOST_AFTER, self.lost_after))
        said = (mark if is_so else "" for mark, is_so in marks)
        parts = (f"typed: {raw}" if corrected and self.text else "", self.ended_by, *said)
        return LogRow(
            self.at_ns,
            self.last_ns,
            "text",
            text,
            joined(parts),
            self.application,
            self.window,
            text_at_ns=tuple(times),
            continues=self.continues,
            also=raw if corrected and self.text else "",
            also_at_ns=tuple(self.raw_at_ns) if corrected and self.text else None,
        )


class Keys(msgspec.Struct, tag="keys"):
    """A shortcut or a named key, and how often it was pressed in a row."""

    at_ns: int
    last_ns: int
    application: str | None
    window: str | None
    words: str
    presses: int = 1
    injected: bool = False

    pause_ns = REPEAT_PAUSE_NS

    def row(self) -> LogRow:
        """The presses as one row: "Down ×5"."""
        text = self.words if self.presses == 1 else f"{self.words} ×{self.presses}"
        detail = INJECTED if self.injected else ""
        return LogRow(self.at_ns, self.last_ns, "keys", text, detail, self.application, self.window)


class Activity(msgspec.Struct, tag="activity"):
    """Keys that were pressed, which ones is not recorded."""

    at_ns: int
    last_ns: int
    application: str | None
    window: str | None
    presses: int

    pause_ns = TYPING_PAUSE_NS

    def add(self, event: KeyActivity) -> None:
        """More presses right after."""
        self.presses += event.presses
        self.last_ns = max(self.last_ns, event.end_ns)

    def row(self) -> LogRow:
        """How many keys, from when to when."""
        text = "1 key" if self.presses == 1 else f"{self.presses} keys"
        detail = "which keys is not recorded, by policy"
        return LogRow(self.at_ns, self.last_ns, "activity", text, detail, self.application, self.window)


class Clicks(msgspec.Struct, tag="clicks"):
    """A press of a pointer button, which may become a double click or a drag."""

    at_ns: int
    last_ns: int
    application: str | None
    window: str | None
    button: str
    x_px: int
    y_px: int
    presses: int = 1
    held: bool = True
    dropped_at: tuple[int, int] | None = None
    injected: bool = False

    @property
    def pause_ns(self) -> int:
        """A held button may still become a drag; after the release only a quick second click belongs to it."""
        return 60 * NS_PER_S if self.held else DOUBLE_CLICK_NS

    def takes(self, event: Click) -> bool:
        """Whether this event belongs to the click so far."""
        if event.button != self.button:
            return False
        if not event.pressed:
            return self.held
        return not self.held and self.presses < 3 and self._is_here(event) and self.dropped_at is None

    def add(self, event: Click) -> None:
        """A release, or another press at the same place."""
        self.last_ns = event.at_ns
        self.held = event.pressed
        if event.pressed:
            self.presses += 1
        elif not self._is_here(event):
            self.dropped_at = (event.x_px, event.y_px)

    def _is_here(self, event: Click) -> bool:
        return abs(event.x_px - self.x_px) <= SAME_PLACE_PX and abs(event.y_px - self.y_px) <= SAME_PLACE_PX

    def row(self) -> LogRow:
        """The click as a row, at the place where the button went down."""
        button = inert(self.button)
        place = f"at {self.x_px}, {self.y_px}"
        text = f"{button.capitalize()} {CLICK_WORDS[self.presses]}"
        if self.dropped_at is not None:
            text = f"{button.capitalize()} drag"
            place = f"from {self.x_px}, {self.y_px} to {self.dropped_at[0]}, {self.dropped_at[1]}"
        return LogRow(
            self.at_ns,
            self.last_ns,
            "click",
            text,
            joined((place, INJECTED if self.injected else "")),
            self.application,
            self.window,
            x_px=self.x_px,
            y_px=self.y_px,
        )


class Scrolled(msgspec.Struct, tag="scrolled"):
    """A turn of the wheel, notches added up."""

    at_ns: int
    last_ns: int
    application: str | None
    window: str | None
    x_px: int
    y_px: int
    dx: int = 0
    dy: int = 0

    pause_ns = SCROLL_PAUSE_NS

    def takes(self, event: Scroll) -> bool:
        """Whether it goes on in the same direction."""
        return _same_way(self.dx, event.dx) and _same_way(self.dy, event.dy)

    def add(self, event: Scroll) -> None:
        """More notches."""
        self.dx += event.dx
        self.dy += event.dy
        self.last_ns = event.at_ns

    def row(self) -> LogRow:
        """Which way and how far."""
        ways = ((self.dy, "up"), (-self.dy, "down"), (self.dx, "right"), (-self.dx, "left"))
        text = "Scroll " + ", ".join(f"{word} {count}" for count, word in ways if count > 0)
        return LogRow(
            self.at_ns,
            self.last_ns,
            "scroll",
            text.rstrip(),
            f"at {self.x_px}, {self.y_px}",
            self.application,
            self.window,
            x_px=self.x_px,
            y_px=self.y_px,
        )


Piece = Typed | Keys | Activity | Clicks | Scrolled


def key_words(key: Key) -> str:
    """A key that does not just type, in words: "Ctrl+C", "Page Down", "Shift+Tab"."""
    held = [word for name, word in MODIFIER_WORDS if name in key.modifiers]
    return "+".join([*held, _label(key)])


def joined(parts: tuple[str, ...]) -> str:
    """The parts that say something, with dots between them."""
    return " · ".join(part for part in parts if part)


def _label(key: Key) -> str:
    if key.name in KEY_WORDS:
        return KEY_WORDS[key.name]
    if key.name:
        words = inert(key.name)
        return words.upper() if len(words) == 1 else words.replace("_", " ").capitalize()
    if len(key.text) == 1 and ord(key.text) < 0x1B:
        return chr(ord(key.text) + 0x40)  # a keyboard that gives Ctrl+C as character 3
    return inert(key.text).upper() or "Unnamed key"


def _same_way(so_far: int, more: int) -> bool:
    return so_far == 0 or more == 0 or (so_far > 0) == (more > 0)
