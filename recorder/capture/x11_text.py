"""The text of a property: UTF-8, Latin-1, or the COMPOUND_TEXT in which X11 wrote Japanese before there was UTF-8.

A title that is not read as it stands would slip past every mask, rule and search that names it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from recorder.capture.x11_property import MOST_BYTES

MOST_COMPOUND_BYTES = 1 << 13  # far more than is recorded of a title; any program may write more, again and again


@dataclass(frozen=True, slots=True)
class _Charset:
    """How Python calls a charset of ISO 2022, and what its codec wants before each character of `width` bytes."""

    codec: str
    width: int = 1
    before: bytes = b""

    def decode(self, run: bytes) -> str:
        if self.codec == "ascii":
            return run.decode("ascii")
        upper = bytes(byte | 0x80 for byte in run)
        characters = (upper[at : at + self.width] for at in range(0, len(upper), self.width))
        return b"".join(self.before + one for one in characters).decode(self.codec, errors="replace")


_ASCII, _LATIN_1 = _Charset("ascii"), _Charset("latin-1")
_OF_94 = MappingProxyType({b"B": _ASCII, b"J": _ASCII, b"I": _Charset("euc_jp", before=b"\x8e")})
_OF_96 = MappingProxyType(
    {letter: _Charset(f"iso8859-{part}") for letter, part in zip((b"A", b"B", b"C", b"D"), range(1, 5), strict=True)}
    | {b"F": _Charset("iso8859-7"), b"G": _Charset("iso8859-6"), b"H": _Charset("iso8859-8")}
    | {b"L": _Charset("iso8859-5"), b"M": _Charset("iso8859-9")}
)
_OF_PAIRS = MappingProxyType(
    {
        b"A": _Charset("gb2312", 2),
        b"B": _Charset("euc_jp", 2),
        b"C": _Charset("euc_kr", 2),
        b"D": _Charset("euc_jp", 2, b"\x8f"),
    }
)
_CHARSETS: Mapping[bytes, Mapping[bytes, _Charset]] = MappingProxyType(
    {b"(": _OF_94, b")": _OF_94, b"-": _OF_96, b"$": _OF_PAIRS, b"$(": _OF_PAIRS, b"$)": _OF_PAIRS}
)
_RIGHT = (b")", b"-", b"$)")
_PIECE = re.compile(
    rb"\x1b%G(?P<utf_8>.*?)(?:\x1b%@|\Z)"
    rb"|\x1b(?P<place>\$[()]?|[()-])(?P<charset>[A-Z])"
    rb"|(?P<left>[!-~]+)|(?P<right>[\x80-\xff]+)|(?P<other>[\x00-\x20\x7f])",
    re.DOTALL,
)


def property_text(found: Any | None, compound: int) -> str:
    """What a property says; `compound` is the atom of COMPOUND_TEXT. Nothing, if there is none or it holds no text."""
    if found is None or not isinstance(found.value, bytes):
        return ""
    if found.property_type == compound:
        return compound_text(found.value[:MOST_COMPOUND_BYTES])
    return plain_text(found.value)


def plain_text(raw: bytes) -> str:
    """UTF-8 as the standard says, Latin-1 for old programs."""
    if len(raw) == MOST_BYTES:  # cut, perhaps inside a letter, far behind what is recorded of it
        return raw.decode("utf-8", errors="replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def compound_text(raw: bytes) -> str:
    """ISO 2022 with two charsets at hand, one for each half of the bytes. A charset that is not known shows as `�`."""
    left: _Charset | None = _ASCII
    right: _Charset | None = _LATIN_1
    told: list[str] = []
    for piece in _PIECE.finditer(raw):
        if place := piece["place"]:
            charset = _CHARSETS[place].get(piece["charset"])
            left, right = (left, charset) if place in _RIGHT else (charset, right)
        elif piece["utf_8"] is not None:
            told.append(piece["utf_8"].decode("utf-8", errors="replace"))
        elif run := piece["left"] or piece["right"]:
            charset = left if piece["left"] else right
            told.append("�" * len(run) if charset is None else charset.decode(run))
        else:
            told.append(piece["other"].decode("ascii"))
    return "".join(told)
