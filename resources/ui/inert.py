"""Text that came out of a recording, made harmless to show: what cannot be seen is made visible, nothing is obeyed."""

import html
import unicodedata

from PySide6.QtGui import Qt

_SHORT = {"\n": "⏎", "\t": "⇥", "\r": "␍", "\x7f": "␡"}
# Characters that change how the text around them is shown: an attacker can make a path read backwards with them.
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"})
_HARMLESS = frozenset("\u200d\ufe0f")  # they join emoji and letters


def visible(text: str) -> str:
    """The text with control, direction and other unseen characters shown as signs."""
    if text.isprintable() and text.isascii():
        return text
    return "".join(map(_seen, text))


def _seen(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    if character in _HARMLESS or unicodedata.category(character) not in _UNSEEN:
        return character
    code = ord(character)
    return chr(0x2400 + code) if code < 0x20 else f"⟨U+{code:04X}⟩"


def plain_tip(text: str) -> str:
    """A tip that shows this text as it is: Qt takes what looks like markup for markup, and has no plain tips."""
    return f"<qt>{html.escape(text)}</qt>" if Qt.mightBeRichText(text) else text
