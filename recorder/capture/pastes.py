"""Pastes that stand for typing: seen by the keys and the click that paste, and by what lay on the clipboard then."""

from recorder.agent_events import EvasionSign
from recorder.capture.paste_board import Offered, PasteBoard
from recorder.command_rows import is_terminal
from recorder.events import Click, Event, Key, Window, WindowActive
from recorder.instant_rows import application_of

LEAST_IN_TERMINAL = 20  # characters; a line end is enough by itself
LEAST_ELSEWHERE = 200
LONGEST_TEXT = 20_000  # characters of it that are told with the sign; the clipboard's own row has the rest
SIGN = "pasted_instead_of_typed"

_CLIPBOARD, _PRIMARY = "clipboard", "primary"
_ENDING_KEYS = frozenset({"enter", "esc"})


def pasted_from(key: Key, *, in_terminal: bool) -> str | None:
    """From which clipboard these keys paste; None if they do not."""
    name, held = key.name.lower(), frozenset(key.modifiers)
    if name == "paste":
        return _CLIPBOARD
    if name == "insert" and "shift" in held:
        return _PRIMARY if in_terminal and "ctrl" not in held else _CLIPBOARD
    if name != "v" or "cmd" in held or "ctrl" not in held:
        return None
    # In a terminal Ctrl+V by itself means another thing, but for a few that paste with it.
    is_paste = bool(held & {"shift", "alt"}) if in_terminal else held in ({"ctrl"}, {"ctrl", "shift"})
    return _CLIPBOARD if is_paste else None


class Pastes:
    """Follows which window is active, and makes a sign of a paste that is enough to stand for typing.

    It is told only of keys and clicks where what is typed may be recorded. For one thread at a time.
    """

    def __init__(self, board: PasteBoard) -> None:
        self._board = board
        self._window: Window | None = None
        self._pieces: list[Offered] = []  # pasted one after the other, too short to be told yet

    def follow(self, event: Event) -> EvasionSign | None:
        """One more event of the recording; the sign, if it is one of a paste by keys."""
        match event:
            case WindowActive(window=window):
                if window is None or self._window is None or window.window_id != self._window.window_id:
                    self._pieces.clear()
                self._window = window
            case Key():
                selection = pasted_from(event, in_terminal=self._in_terminal)
                if selection is not None:
                    return self._pasted(event.at_ns, selection)
                if event.name in _ENDING_KEYS:
                    self._pieces.clear()
            case _:
                pass
        return None

    def clicked(self, click: Click) -> EvasionSign | None:
        """The middle button went down where what is typed may be recorded."""
        return self._pasted(click.at_ns, _PRIMARY)

    @property
    def has_something(self) -> bool:
        """Whether there is anything to paste."""
        return any(self._board.get(selection) is not None for selection in (_CLIPBOARD, _PRIMARY))

    @property
    def _in_terminal(self) -> bool:
        return is_terminal(application_of(self._window))

    def _pasted(self, at_ns: int, selection: str) -> EvasionSign | None:
        other = _PRIMARY if selection == _CLIPBOARD else _CLIPBOARD
        found = self._board.get(selection)
        if found is None and self._in_terminal:  # programs differ in which of the two it is
            selection, found = other, self._board.get(other)
        if found is None:
            return None
        self._pieces.append(found)
        if not self._is_enough():
            return None
        pieces, self._pieces = self._pieces, []
        window = self._window
        pid, executable = (None, None) if window is None else (window.pid, window.executable)
        return EvasionSign(at_ns, SIGN, _detail(selection, pieces), pid, executable, text=_text(pieces))

    def _is_enough(self) -> bool:
        least = LEAST_IN_TERMINAL if self._in_terminal else LEAST_ELSEWHERE
        has_line_end = self._in_terminal and any(piece.line_ends for piece in self._pieces)
        is_unknown = any(piece.characters is None for piece in self._pieces)
        return has_line_end or is_unknown or sum(piece.characters or 0 for piece in self._pieces) >= least


def _detail(selection: str, pieces: list[Offered]) -> str:
    whence = "from the clipboard" if selection == _CLIPBOARD else "from the selection"
    if any(piece.size_bytes is None for piece in pieces):
        return f"{whence}: a text that is not known, or kept out of the recording"
    size_bytes = sum(piece.size_bytes or 0 for piece in pieces)
    line_ends = sum(piece.line_ends or 0 for piece in pieces)
    last = pieces[-1].sha256
    ends = "1 line end" if line_ends == 1 else f"{line_ends} line ends"
    times = "" if len(pieces) == 1 else f" in {len(pieces)} pastes, the last"
    digest = "" if last is None else f",{times} SHA-256 {last.hex()}"
    return f"{whence}: {size_bytes} bytes, {ends}{digest}"


def _text(pieces: list[Offered]) -> str | None:
    texts = [piece.text for piece in pieces if piece.text is not None]
    return "".join(texts)[:LONGEST_TEXT] if len(texts) == len(pieces) else None
