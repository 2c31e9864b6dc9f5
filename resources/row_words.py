"""A row of the operation log in the person's language.

The rows themselves stay as the index, the search and every export have them: in stable English. Only what a row's
kind makes ours to say is translated, and only where the row is made of it: never what was typed, a title or a path.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import resources
from resources.words import Words

BETWEEN = " · "
TYPED_BEFORE = "typed: "
_PARTS = {
    "span": (r"(?<=[a-z]) (?=\d)", " "),
    "scrolled": (", ", "、"),
    "monitor": ("; ", "、"),
    "device_kind": (r"\+", "・"),
    "injected": (", ", "、"),
}  # what is said part by part
_SAID_BY_SOURCES = frozenset({"source", "gap", "evasion"})
_AFTER_HELD = ("SHA-256 ", "from ", "offered as ")  # of a clipboard's details: what never says what it held
_KEPT = 8192
_LONGEST = 600  # characters; what is longer is no phrase of ours

_Patterns = tuple[tuple[re.Pattern[str], str], ...]


class Row(Protocol):
    """What is needed of a row of the operation log to say it."""

    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def text(self) -> str: ...  # noqa: D102
    @property
    def detail(self) -> str: ...  # noqa: D102
    @property
    def window(self) -> str | None: ...  # noqa: D102
    @property
    def also(self) -> str: ...  # noqa: D102


class RowWords:
    """Says rows. `words` tells the language; English is what the rows are made of."""

    def __init__(self, words: Words) -> None:
        phrases = {} if words.language == "en" else read_row_phrases(words.language)
        self._words = words
        self._phrases: Mapping[str, _Patterns] = {place: _compiled(told) for place, told in phrases.items()}
        self._said: dict[tuple[str, str], str] = {}

    def text(self, row: Row) -> str:
        """What the row says."""
        if not self._phrases or not _is_ours(row):
            return row.text
        if row.kind == "alert":
            return self._words.rules.title(row.text)
        return self.say(f"{row.kind}_text", row.text)

    def detail(self, row: Row) -> str:
        """The rest of what it says."""
        if not self._phrases or not row.detail:
            return row.detail
        kept = f"{TYPED_BEFORE}{row.also}" if row.kind == "text" and row.also else ""
        if kept and row.detail.startswith(kept):  # what was typed may hold anything, our own phrases too
            rest = row.detail[len(kept) :].removeprefix(BETWEEN)
            typed = self.say("typed", TYPED_BEFORE) + row.also
            return BETWEEN.join(part for part in (typed, self._parts(row, rest)) if part)
        return self._parts(row, row.detail)

    def say(self, place: str, text: str) -> str:
        """A phrase of this place; one that is not known stays as it is."""
        if place not in self._phrases or len(text) > _LONGEST:
            return text
        if place in _PARTS:
            between, joined = _PARTS[place]
            return joined.join(self._one(place, part) for part in re.split(between, text))
        return self._one(place, text)

    def _parts(self, row: Row, detail: str) -> str:
        return BETWEEN.join(self._part(row, part) for part in detail.split(BETWEEN))

    def _part(self, row: Row, part: str) -> str:
        if row.kind == "session" and part == row.also:
            return part  # the purpose, as the operator gave it
        said = self.say(f"{row.kind}_detail", part)
        if row.kind == "alert" and said == part:
            return self._words.rules.reason(part)
        return self._words.said(said) if row.kind in _SAID_BY_SOURCES else said

    def _one(self, place: str, text: str) -> str:
        key = (place, text)
        if key not in self._said:
            if len(self._said) >= _KEPT:
                self._said.clear()
            self._said[key] = self._translated(place, text)
        return self._said[key]

    def _translated(self, place: str, text: str) -> str:
        for pattern, ours in self._phrases[place]:
            if match := pattern.fullmatch(text):
                return ours.format("", *(_Value(value, self) for value in match.groups()))
        return text


@dataclass(frozen=True, slots=True)
class _Value:
    """What is put into a phrase; `{1:span}` says it by the table of that name."""

    text: str
    rows: RowWords

    def __format__(self, place: str) -> str:
        return self.rows.say(place, self.text) if place else self.text


def read_row_phrases(language: str) -> dict[str, dict[str, str]]:
    """By kind and part of a row, what is said in English and how this language says it."""
    tree = tomllib.loads(resources.path(f"i18n/rows-{language}.toml").read_text(encoding="utf-8"))
    return {place: dict(told) for place, told in tree.items()}


def _is_ours(row: Row) -> bool:
    """Whether the text is made of our words: a window's is its title, and a clipboard's may be what it held."""
    if row.kind == "window":
        return not row.window
    if row.kind == "clipboard":
        _, _, after = row.detail.partition(BETWEEN)
        return not after or after.startswith(_AFTER_HELD)
    return True


def _compiled(told: Mapping[str, str]) -> _Patterns:
    return tuple(
        (re.compile("(.+?)".join(map(re.escape, re.split(r"\{\d\}", english))), re.DOTALL), ours)
        for english, ours in told.items()
    )
