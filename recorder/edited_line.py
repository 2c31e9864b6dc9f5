"""A line as it stands in a terminal while it is typed, and changed by the keys that a shell edits with.

The keys are those of readline and of the shells that follow it (bash, zsh, ksh, Python, psql, mysql) in their usual
mode. Of a line that came from the history, or that the program itself put there, nothing is known.
"""

import re
from collections.abc import Callable, Mapping

from recorder.pieces import ERASED

LONGEST_LINE = 100_000  # characters
MOST_TIMES = 1_000  # that a key counts which is held down
_WORD_BEHIND = re.compile(r"[\W_]*[^\W_]*")


class EditedLine:
    """Text, and the place in it where the next character goes."""

    __slots__ = ("_cursor", "_is_killing", "_killed", "_text", "is_cut")

    def __init__(self) -> None:
        self._text = ""
        self._cursor = 0
        self._killed = ""  # what Ctrl+Y puts back
        self._is_killing = False  # what is killed in a row is put back together
        self.is_cut = False  # it became too long to be kept whole

    def copy(self) -> "EditedLine":
        """Another one that stands as this does."""
        other = EditedLine()
        other._text, other._cursor, other.is_cut = self._text, self._cursor, self.is_cut
        other._killed, other._is_killing = self._killed, self._is_killing
        return other

    @property
    def text(self) -> str:
        """All that stands on the line."""
        return self._text

    def type(self, raw: str) -> None:
        """What was typed, an erasing key as `ERASED`."""
        self._is_killing = False
        first, *others = raw.split(ERASED)
        self._insert(first)
        for other in others:
            self._take_out(max(0, self._cursor - 1), self._cursor)
            self._insert(other)

    def press(self, key: str, times: int) -> None:
        """A key that types nothing, so often; one that edits no line changes nothing."""
        for _ in range(min(times, MOST_TIMES)):
            if key in _MOVES:
                self._cursor = _MOVES[key](self._text, self._cursor)
            elif key in _SINGLE:
                self._take_out(*sorted((_SINGLE[key](self._text, self._cursor), self._cursor)))
            elif key in KILLING_KEYS:
                self._kill(KILLING_KEYS[key](self._text, self._cursor))
            elif key == "Ctrl+Y":
                self._insert(self._killed)
            elif key == "Ctrl+T":
                self._transpose()
            else:
                return
            self._is_killing = self._is_killing and key in KILLING_KEYS and key not in _SINGLE

    def clear(self) -> None:
        """Nothing stands there any more; what was killed can still be put back."""
        self._text, self._cursor, self.is_cut = "", 0, False

    def _insert(self, text: str) -> None:
        if len(self._text) + len(text) <= LONGEST_LINE:
            self._text = self._text[: self._cursor] + text + self._text[self._cursor :]
            self._cursor += len(text)
        else:
            self.is_cut = True

    def _kill(self, to: int) -> None:
        begin, end = sorted((to, self._cursor))
        taken, before = self._text[begin:end], self._killed if self._is_killing else ""
        if taken:
            self._killed = taken + before if to < self._cursor else before + taken
        self._is_killing = bool(taken)
        self._take_out(begin, end)

    def _take_out(self, begin: int, end: int) -> None:
        self._text, self._cursor = self._text[:begin] + self._text[end:], begin

    def _transpose(self) -> None:
        at = min(self._cursor, len(self._text) - 1)
        if at > 0:
            one, other = self._text[at - 1], self._text[at]
            self._text = self._text[: at - 1] + other + one + self._text[at + 1 :]
            self._cursor = at + 1


def _back(text: str, at: int) -> int:
    return max(0, at - 1)


def _on(text: str, at: int) -> int:
    return min(len(text), at + 1)


def _begin(text: str, at: int) -> int:
    return 0


def _end(text: str, at: int) -> int:
    return len(text)


def _word_before(text: str, at: int) -> int:
    """Where the word begins that stands before: letters and digits."""
    found = _WORD_BEHIND.match(text[:at][::-1])
    return at - (found.end() if found else 0)


def _word_behind(text: str, at: int) -> int:
    found = _WORD_BEHIND.match(text, at)
    return found.end() if found else at


def _blank_before(text: str, at: int) -> int:
    """Where what stands before begins, up to a blank."""
    return text[:at].rstrip().rfind(" ") + 1


_Reach = Callable[[str, int], int]
_MOVES: Mapping[str, _Reach] = {
    "Left": _back,
    "Ctrl+B": _back,
    "Right": _on,
    "Ctrl+F": _on,
    "Home": _begin,
    "Ctrl+A": _begin,
    "End": _end,
    "Ctrl+E": _end,
    "Alt+B": _word_before,
    "Ctrl+Left": _word_before,
    "Alt+F": _word_behind,
    "Ctrl+Right": _word_behind,
}
# Single characters, which cannot be put back.
_SINGLE: Mapping[str, _Reach] = {"Backspace": _back, "Ctrl+H": _back, "Delete": _on, "Ctrl+D": _on}
# What these take away reaches from the cursor to there.
KILLING_KEYS: Mapping[str, _Reach] = {
    **_SINGLE,
    "Ctrl+U": _begin,
    "Ctrl+K": _end,
    "Ctrl+W": _blank_before,
    "Alt+Backspace": _word_before,
    "Alt+D": _word_behind,
}
