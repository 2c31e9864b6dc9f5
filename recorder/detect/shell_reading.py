"""A line as a shell reads it: its simple commands, their words without quotes and escapes, pipes and redirections.

One pass, bounded: each character is looked at once, however brackets and quotes are nested, and what is nested deeper
than `DEEPEST` stays text. It is a reading of the text alone: what a variable held before the line, what a glob finds
and what a command puts out is not known, and stays as it is written.
"""

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from recorder.detect.loops import Loops

DEEPEST = 8  # brackets within brackets
MOST_COMMANDS = 64
LONGEST_VALUE = 1_000  # characters of a variable that is put in; longer ones stay names
MOST_PUT_IN = 10_000  # characters that variables may add to a line
_PLAIN = re.compile(r"[^\s'\"\\$`()<>|&;]+")
_BLANK = re.compile(r"[^\S\n]+")
_BETWEEN = re.compile(r"&&|\|\||\|&|&(?!>)|[;|\n]")
_REDIRECTION = re.compile(r"\d*(<<<|<<-?|<>|<&|>>|>\||>&|<|>)(?!\()|(&>>?)|\d*([<>]\()")
# Possessive (*+): what is not there is not looked for again from every character on.
_NAME = re.compile(r"\$(?:\{\s*+([A-Za-z_]\w*+)\s*+(?:(:?[-=])([^{}$`\"']*+)|[^{}]*+)\}|([A-Za-z_]\w*+))")
_NOTHING_IN_BRACKETS = re.compile(r"\(\s*\)")
_QUOTED_C = re.compile(r"\$'((?:[^'\\]|\\.)*+)'?", re.DOTALL)
_IN_DOUBLE = re.compile(r"[^\"\\$`]+")
_ASSIGNED = re.compile(r"([A-Za-z_]\w*)\+?=(.*)", re.DOTALL)
_SETTING = frozenset({"export", "declare", "typeset", "local", "readonly"})
_OPENING = frozenset({"{", "if", "then", "else", "elif", "do", "while", "until", "!", "coproc", "function"})
_CLOSING = frozenset({"}", "fi", "done", "esac"})
_SCOPES = frozenset({"{", "if", "while", "until"})


@dataclass(slots=True, eq=False)
class Simple:
    """One simple command: its words, the variables set in front of it, what it reads and writes besides.

    `fed` are those whose output it gets (by a pipe, `<(…)` or `$(…)`), `told` is the text of a here-string.
    """

    words: list[str] = field(default_factory=list)
    sets: list[str] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    appends: list[str] = field(default_factory=list)
    fed: list["Simple"] = field(default_factory=list)
    told: str = ""
    names: tuple[str, ...] = ()  # filled in by who takes it further apart

    @property
    def is_empty(self) -> bool:
        """Whether nothing was read of it."""
        return not (self.words or self.sets or self.reads or self.writes or self.appends)


def read_line(text: str, variables: dict[str, str]) -> tuple[list[Simple], int]:
    """The simple commands of a line, what stands in brackets before what it stands in; how much was not read.

    `variables` are those whose values are known; those that the line sets are added.
    """
    reader = _Reader(text, variables)
    reader.read("", ())
    while reader.at < len(text) and len(reader.found) < MOST_COMMANDS:  # a bracket that closes what nobody opened
        reader.at += 1
        reader.read("", ())
    for name, value in variables.items():
        variables[name] = reader.loops.text(value)
    return reader.found[:MOST_COMMANDS], max(0, len(text) - reader.at)


class _Reader:
    """Where the reading stands."""

    def __init__(self, text: str, variables: dict[str, str]) -> None:
        self.text = text
        self.at = 0
        self.found: list[Simple] = []
        self.loops = Loops()
        self._variables = variables
        self._untils: list[str] = []
        self._put_in = 0

    def read(self, until: str, base: Sequence[Simple]) -> list[Simple]:
        """Read on up to the sign `until`, or the end; every command gets the output of those in `base`."""
        asked = _List(self, until, base)
        self._untils.append(until)
        while self.at < len(self.text) and len(self.found) < MOST_COMMANDS and not asked.step():
            pass
        self._untils.pop()
        asked.ends()
        return asked.read

    def inner(self, closing: str, length: int) -> list[Simple] | None:
        """What stands in brackets that open here; None if it is too deep to be looked into."""
        if len(self._untils) > DEEPEST:
            return None
        self.at += length
        inside = self.read(closing, ())
        self.at += 1
        return inside

    # --- words --------------------------------------------------------------------------------------------------------

    def word(self, one: Simple) -> None:
        """Read a word, or the several that a variable makes of it, into `one`."""
        began, pieces, words, is_quoted = self.at, _Pieces(), one.words, False
        while self.at < len(self.text):
            if plain := _PLAIN.match(self.text, self.at):
                pieces.add(plain.group())
                self.at = plain.end()
            elif (sign := self.text[self.at]) in "'\"\\":
                is_quoted = True
                self._quoted(sign, pieces, one)
            elif sign in "$`" and sign != self._untils[-1]:
                is_quoted |= self.text.startswith("$'", self.at)
                pieces.spread(self._dollar(one))
            elif sign == "(" and self.at > began and not _NOTHING_IN_BRACKETS.match(self.text, self.at):
                self._brackets(pieces, one)
            else:
                break
        for text in pieces.words():
            if text or is_quoted:
                words.extend([text] if is_quoted else braces(text))

    def _brackets(self, pieces: "_Pieces", one: Simple) -> None:
        inside = self.inner(")", 1)
        if inside is None:
            pieces.add("(")
            self.at += 1
        else:
            one.fed.extend(inside)

    def _quoted(self, sign: str, pieces: "_Pieces", one: Simple) -> None:
        if sign == "\\":
            after = self.text[self.at + 1 : self.at + 2]
            pieces.add("" if after == "\n" else after or "\\")
            self.at += 2
        elif sign == "'":
            end = self.text.find("'", self.at + 1)
            end = len(self.text) if end < 0 else end
            pieces.add(self.text[self.at + 1 : end])
            self.at = end + 1
        else:
            self._double(pieces, one)

    def _double(self, pieces: "_Pieces", one: Simple) -> None:
        self.at += 1
        while self.at < len(self.text):
            if plain := _IN_DOUBLE.match(self.text, self.at):
                pieces.add(plain.group())
                self.at = plain.end()
                continue
            sign = self.text[self.at]
            if sign == '"':
                self.at += 1
                return
            if sign == "\\":
                after = self.text[self.at + 1 : self.at + 2]
                pieces.add({"\n": ""}.get(after, after) if after in '$`"\\\n' else f"\\{after}")
                self.at += 2
            else:
                pieces.add(self._dollar(one))

    def _dollar(self, one: Simple) -> str:
        """What stands for `$NAME`, `${NAME}`, `$'…'`, `$(…)` or backquotes, which begin here."""
        began = self.at
        if self.text[began] == "`":
            inside = self.inner("`", 1)
        elif self.text.startswith("$(", began):
            inside = self.inner(")", 2)
        else:
            return self._named()
        if inside is None:
            self.at += 1
            return self.text[began]
        one.fed.extend(inside)
        put_out = _put_out(inside)
        return self.text[began : self.at] if put_out is None else put_out

    def _named(self) -> str:
        if quoted := _QUOTED_C.match(self.text, self.at):
            self.at = quoted.end()
            return unescaped(quoted.group(1))
        if (named := _NAME.match(self.text, self.at)) is None:
            self.at += 1
            return "" if self.text.startswith('"', self.at) else "$"  # $"…" is a text to be translated
        self.at = named.end()
        name = named.group(1) or named.group(4)
        value = self._variables.get(name)
        if value is not None and self._put_in + len(value) <= MOST_PUT_IN:
            self._put_in += len(value)
            return value
        return named.group(3) if named.group(2) else f"${name}"

    def set(self, name: str, value: str) -> None:
        """A variable was set to a value that is known from the line."""
        if len(value) <= LONGEST_VALUE:
            self._variables[name] = value
        else:
            self._variables.pop(name, None)


class _Pieces:
    """A word that grows; an unquoted variable may hold blanks and make several of it."""

    __slots__ = ("_done", "_pieces")

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._done: list[str] = []

    def add(self, text: str) -> None:
        self._pieces.append(text)

    def spread(self, text: str) -> None:
        if text.startswith(("$(", "`")):
            self._pieces.append(text)
            return
        first, *others = re.split(r"\s+", text)
        self._pieces.append(first)
        for other in others:
            self._done.append("".join(self._pieces))
            self._pieces = [other]

    def words(self) -> list[str]:
        return [*self._done, "".join(self._pieces)]


class _List:
    """Commands one after the other, on one level of brackets: the one that is read, and the pipe that it stands in."""

    def __init__(self, reader: _Reader, until: str, base: Sequence[Simple]) -> None:
        self.read: list[Simple] = []
        self._reader = reader
        self._until = until
        self._base = list(base)
        self._scopes: list[list[Simple]] = []
        self._pipe: list[Simple] = []
        self._one = Simple()

    def step(self) -> bool:
        """Read the next word or sign; True if the list is over."""
        reader, text = self._reader, self._reader.text
        if self._until and text.startswith(self._until, reader.at):
            return True
        if text[reader.at] == ")":
            if not self._until:
                return True
            self.ends()
            reader.at += 1
        elif blank := _BLANK.match(text, reader.at):
            reader.at = blank.end()
        elif between := _BETWEEN.match(text, reader.at):
            self._cut(between.group())
            reader.at = between.end()
        elif redirection := _REDIRECTION.match(text, reader.at):
            self._redirected(redirection)
        elif text[reader.at] == "(":
            self._group()
        else:
            self._take_word()
        return False

    def _take_word(self) -> None:
        before = self._reader.at
        self._reader.word(self._one)
        if self._reader.at == before:  # a sign that begins nothing
            self._reader.at += 1

    def ends(self) -> None:
        """The command that is read is over, and its pipe with it."""
        self._cut(";")

    def _cut(self, sign: str) -> None:
        one, self._one = self._one, Simple()
        self._strip_keywords(one)
        self._take_assignments(one)
        if not one.is_empty:
            self._tell_rounds(one)
            one.fed.extend([*self._base, *(fed for scope in self._scopes for fed in scope), *self._pipe])
            self.read.append(one)
            self._reader.found.append(one)
            self._pipe.append(one)
        if sign not in ("|", "|&"):
            self._pipe = []

    def _tell_rounds(self, one: Simple) -> None:
        loops = self._reader.loops
        one.words, one.sets = loops.words(one.words), loops.words(one.sets)
        one.reads, one.writes, one.appends = map(loops.words, (one.reads, one.writes, one.appends))
        one.told = loops.text(one.told)

    def _strip_keywords(self, one: Simple) -> None:
        while one.words and one.words[0] in _OPENING | _CLOSING:
            word = one.words.pop(0)
            if word in _SCOPES:
                self._scopes.append(list(self._pipe))
            elif word in _CLOSING and self._scopes:
                self._scopes.pop()
            elif word == "function":
                del one.words[:1]  # its name
        if len(one.words) > 2 and one.words[0] == "for" and one.words[2] == "in":
            values = self._reader.loops.words(one.words[3:])
            self._reader.set(one.words[1], self._reader.loops.begin(one.words[1], values))
            self._scopes.append(list(self._pipe))
            one.words.clear()

    def _take_assignments(self, one: Simple) -> None:
        while one.words and (assigned := _ASSIGNED.fullmatch(one.words[0])):
            one.sets.append(one.words.pop(0))
            if not one.words or _ASSIGNED.fullmatch(one.words[0]):
                self._reader.set(assigned.group(1), assigned.group(2))
        if one.words and one.words[0] in _SETTING:
            for word in one.words[1:]:
                if assigned := _ASSIGNED.fullmatch(word):
                    one.sets.append(word)
                    self._reader.set(assigned.group(1), assigned.group(2))

    def _redirected(self, sign: re.Match[str]) -> None:
        reader = self._reader
        if sign.group(3):  # <(…) or >(…)
            reader.at = sign.end() - 1
            inside = reader.inner(")", 1)
            if inside is None:
                reader.at += 1
            else:
                self._one.fed.extend(inside)
                self._one.words.append(reader.text[sign.start() : reader.at])
            return
        reader.at = sign.end()
        if blank := _BLANK.match(reader.text, reader.at):
            reader.at = blank.end()
        aside = Simple()
        reader.word(aside)
        self._one.fed.extend(aside.fed)
        how, where = sign.group(1) or sign.group(2), " ".join(aside.words)
        if how == "<<<":
            self._one.told = where
        elif where and not where.isdigit() and where != "-" and not how.startswith("<<"):
            if "<" in how:
                self._one.reads.append(where)
            if ">>" in how:
                self._one.appends.append(where)
            elif ">" in how:
                self._one.writes.append(where)

    def _group(self) -> None:
        reader, one = self._reader, self._one
        if nothing := _NOTHING_IN_BRACKETS.match(reader.text, reader.at):
            reader.at = nothing.end()
            if len(one.words) == 1 or one.words[:1] == ["function"]:  # NAME() { … }
                self._cut(";")
            return
        is_begin = one.is_empty or all(word in _OPENING for word in one.words)
        if is_begin:
            self._cut("|")
        inside = reader.inner(")", 1)
        if inside is None:
            reader.at += 1
            return
        for inner in inside:
            inner.fed.extend(self._pipe)
        if not is_begin:
            one.fed.extend(inside)  # PowerShell's way to put in what a command gives
        else:
            self.read.extend(inside)
            self._pipe.extend(inside)


def braces(text: str) -> list[str]:
    """The words that `a{b,c}d` stands for; at most 16, of the first such braces."""
    begin = text.find("{")
    end = text.find("}", begin)
    if begin < 0 or end < 0 or "," not in text[begin:end] or text[begin - 1 : begin] == "$":
        return [text]
    inner = text[begin + 1 : end].split(",")[:16]
    return [text[:begin] + one + text[end + 1 :] for one in inner]


def _put_out(inside: Sequence[Simple]) -> str | None:
    """What `$(echo …)` stands for, where that is known from the text."""
    if len(inside) != 1 or inside[0].words[:1] not in (["echo"], ["printf"]) or inside[0].fed or inside[0].writes:
        return None
    return " ".join(word for word in inside[0].words[1:] if word not in ("-n", "-e", "%s"))


def unescaped(text: str) -> str:
    """The text of `$'…'`, and what `echo -e` and `printf` make of theirs."""
    try:
        return codecs.decode(text.encode("latin-1", "backslashreplace"), "unicode_escape")
    except (UnicodeDecodeError, ValueError):
        return text
