"""On which line of a TOML text each key and each item of a list stands: what `tomllib` does not say."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Place = tuple[str | int, ...]

# Of a text that `tomllib` has read, so that each kind of token can be told by how it begins.
_TOKEN = re.compile(
    r"""
    (?P<space>[ \t]+|\#[^\n]*)
    |(?P<newline>\r?\n)
    |(?P<string>\"\"\"(?:\\[\s\S]|[^\\])*?\"{3,5}|'''[\s\S]*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')
    |(?P<sign>[\[\]{},=.])
    |(?P<bare>[^\s\[\]{},=.\#"']+)
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    line: int


def key_lines(text: str) -> Mapping[Place, int]:
    """The line of every key, table and item; `text` is TOML that `tomllib` reads.

    A key is named by its path: ("recording", "keys"), and with the number of the item in a list: ("masks", 0, "name").
    """
    return _Walk(text).lines


class _Walk:
    def __init__(self, text: str) -> None:
        self.lines: dict[Place, int] = {(): 1}
        self._tables_in: dict[Place, int] = {}  # how many tables each list of tables has so far
        self._tokens = list(_tokens(text))
        self._at = 0
        table: Place = ()
        while (token := self._next(over_lines=True)) is not None:
            table = self._head() if token.text == "[" else self._assignment(table)

    def _next(self, *, over_lines: bool = False) -> _Token | None:
        """The token that comes, left where it is; without spaces and comments, and without line ends if asked."""
        passed = ("space", "newline") if over_lines else ("space",)
        while self._at < len(self._tokens) and self._tokens[self._at].kind in passed:
            self._at += 1
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _head(self) -> Place:
        """`[table]` or `[[list of tables]]`: the place of the table that begins."""
        opening = self._take()
        is_item = self._coming() == "["
        if is_item:
            self._take()
        keys = self._keys()
        place: Place = ()
        for number, key in enumerate(keys, start=1):
            place = self._note((*place, key), opening.line)
            if place in self._tables_in and (number < len(keys) or not is_item):
                place = (*place, self._tables_in[place] - 1)
        if is_item:
            self._tables_in[place] = self._tables_in.get(place, 0) + 1
            place = self._note((*place, self._tables_in[place] - 1), opening.line)
            self._take()
        self._take()
        return place

    def _assignment(self, table: Place) -> Place:
        place = table
        token = self._next()
        line = token.line if token is not None else 1
        for key in self._keys():
            place = self._note((*place, key), line)
        self._take()  # the sign "="
        self._value(place)
        return table

    def _keys(self) -> list[str]:
        keys = [_key(self._take())]
        while self._coming() == ".":
            self._take()
            keys.append(_key(self._take()))
        return keys

    def _value(self, place: Place) -> None:
        match self._coming(over_lines=True):
            case "[":
                self._list(place)
            case "{":
                self._inline_table(place)
            case _:
                self._scalar()

    def _list(self, place: Place) -> None:
        self._take()
        number = 0
        while self._coming(over_lines=True) != "]":
            token = self._next(over_lines=True)
            self._value(self._note((*place, number), token.line if token is not None else 1))
            number += 1
            if self._coming(over_lines=True) == ",":
                self._take()
        self._take()

    def _inline_table(self, place: Place) -> None:
        self._take()
        while self._coming(over_lines=True) != "}":
            self._assignment(place)
            if self._coming(over_lines=True) == ",":
                self._take()
        self._take()

    def _scalar(self) -> None:
        """A string is one token; a number or a time may be several."""
        self._take()
        while self._at < len(self._tokens) and not self._ends_scalar(self._tokens[self._at]):
            self._at += 1

    @staticmethod
    def _ends_scalar(token: _Token) -> bool:
        return token.kind == "newline" or token.text in (",", "]", "}")

    def _coming(self, *, over_lines: bool = False) -> str | None:
        token = self._next(over_lines=over_lines)
        return token.text if token is not None else None

    def _take(self) -> _Token:
        token = self._next()
        if token is None:
            msg = "the text ends in the middle of something"
            raise ValueError(msg)
        self._at += 1
        return token

    def _note(self, place: Place, line: int) -> Place:
        self.lines.setdefault(place, line)
        return place


def _tokens(text: str) -> Iterator[_Token]:
    at, line = 0, 1
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            msg = f"line {line} has a character that no TOML has there"
            raise ValueError(msg)
        yield _Token(found.lastgroup, found[0], line)
        line += found[0].count("\n")
        at = found.end()


def _key(token: _Token) -> str:
    if token.kind == "string":
        return str(tomllib.loads(f"key = {token.text}")["key"])
    return token.text
