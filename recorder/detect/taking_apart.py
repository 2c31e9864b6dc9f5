"""A command line taken apart before it is judged: the simple commands in it, also behind sudo, ssh, `sh -c` or xargs.

The one place that knows what a line runs. What it gives are further values that rules are held against; the line as it
was entered is judged too. Bounded in depth, number and length: what is beyond is counted as not read, never guessed.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from recorder.detect.observation import FieldValue
from recorder.detect.paths import as_path, paths
from recorder.detect.shell_reading import Simple, read_line, unescaped
from recorder.detect.windows_lines import for_reading, is_of_windows
from recorder.detect.wrappers import CLIENTS, SHELLS, Within, program_name, within, without_escape

LONGEST_READ = 10_000  # characters of a line
MOST_PARTS = 64
MOST_WORDS = 1_000  # of all parts together
MOST_CHARACTERS = 40_000  # of all parts together
MOST_READ = 20_000  # characters, of the line and of the lines within it
DEEPEST = 8  # wrappers within wrappers
Part = Mapping[str, FieldValue]

_STATEMENT = re.compile(
    r"^\s*(?:/\*|(?:alter|analy[sz]e|begin|call|copy|create|delete|drop|exec|execute|explain|grant|insert|merge"
    r"|purge|rename|replace|revoke|select|set|truncate|update|with)\b)",
    re.IGNORECASE,
)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=", re.DOTALL)
_SAYING = frozenset({"echo", "printf", "print", "write-output"})
_TOLD_BY_PIPE = SHELLS | frozenset(CLIENTS) | {"at", "batch", "ssh", "eval", "iex", "invoke-expression", "cmd"}
_OPENS_SHELL = frozenset({"-s", "-i", "--shell", "--login"})
_LISTING = frozenset({"find", "ls", "fd", "locate"})
_PATTERN_FIRST = frozenset({"grep", "egrep", "fgrep", "zgrep", "rg", "ag", "ack", "sed", "awk", "gawk", "mawk"})
_PATTERN_OPTION = re.compile(r"-[A-Za-z]*e.|--(regexp|expression)=")
_GOING = frozenset({"cd", "pushd", "chdir", "set-location", "sl"})
_SETTING_FOR = frozenset({"env", "sudo", "doas"})


@dataclass(frozen=True, slots=True)
class TakenApart:
    """The simple commands of a line as fields, the names of their programs, and how many characters were not read."""

    parts: tuple[Part, ...]
    names: tuple[str, ...]
    unread: int


def take_apart(line: str) -> TakenApart:
    """The simple commands of a line, outer ones first within a command, in the order of the line."""
    taking = _Taking()
    text, taking.unread = line[:LONGEST_READ], max(0, len(line) - LONGEST_READ)
    if is_of_windows(text):
        taking.is_windows = True
        taking.line(text, _Place())
        taking.is_windows = False
        if not any("\\" in name for name in taking.first_words):
            text = ""
    if text:
        taking.line(text, _Place())
    return TakenApart(tuple(taking.parts), tuple(taking.names), taking.unread)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a command stands: behind which programs, in which folder, and what it gets from around it."""

    behind: tuple[str, ...] = ()
    folder: str = ""
    fed_by: tuple[str, ...] = ()
    given: tuple[str, ...] = ()  # words that come by a pipe
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    appends: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = (("IFS", " "),)


@dataclass(slots=True)
class _Taking:
    """What was taken out of a line so far, and what may still be."""

    parts: list[Part] = field(default_factory=list)
    names: dict[str, None] = field(default_factory=dict)
    first_words: list[str] = field(default_factory=list)
    unread: int = 0
    read: int = 0
    words: int = 0
    characters: int = 0
    is_windows: bool = False

    def line(self, text: str, place: _Place) -> None:
        """Take a line apart that stands there."""
        if self.read + len(text) > MOST_READ:
            self.unread += len(text)
            return
        self.read += len(text)
        text = for_reading(text) if self.is_windows else text
        if _STATEMENT.match(text):
            text = _without_comments(text)
        variables = dict(place.variables)
        simples, unread = read_line(text, variables)
        self.unread += unread
        folder = place.folder
        for one in simples:
            here = _Place(
                place.behind,
                folder,
                (*dict.fromkeys((*place.fed_by, *(name for fed in one.fed for name in fed.names))),),
                (),
                tuple(one.reads),
                tuple(one.writes),
                tuple(one.appends),
                tuple(variables.items()),
            )
            began = len(self.parts)
            self._command(without_escape(one.words), one, here)
            one.names = tuple(str(part["Runs"]) for part in self.parts[began:] if "Runs" in part)
            folder = _gone_to(one.words, folder)

    def _command(self, words: Sequence[str], one: Simple, place: _Place) -> None:
        """A command and what it runs; `one` is what was read of it, for what was set in front of it or told to it."""
        if (more := words[MOST_WORDS - self.words :]) and len(words) > 1:
            self.unread += sum(map(len, more))
            words = words[: MOST_WORDS - self.words]
        name = program_name(words[0]) if words else ""
        length = sum(map(len, words)) + len(words)
        is_full = len(self.parts) >= MOST_PARTS or self.characters + length > MOST_CHARACTERS
        if is_full or len(place.behind) > DEEPEST:
            self.unread += length
            return
        self.words, self.characters = self.words + len(words), self.characters + length
        self.first_words.extend(words[:1])
        inside = list(within(name, words[1:])) if name else []
        self.parts.append(_fields(name, words, one, place, is_outer=bool(inside) and name not in _LISTING))
        if name:
            self.names[name] = None
            self._within(name, words, one, place, inside)

    def _within(self, name: str, words: Sequence[str], one: Simple, place: _Place, inside: Sequence[Within]) -> None:
        behind = (*place.behind, name)
        given = tuple(_given(name, words, one, place.folder))
        for inner in inside:
            if inner.is_line:
                folder = "" if name in ("ssh", "docker", "kubectl") else place.folder
                self.line(inner.words[0], _Place(behind, folder, place.fed_by, variables=place.variables))
                continue
            found = tuple(text for word in inner.words for text in (given if word == "{}" and given else (word,)))
            extra = given if name in ("xargs", "parallel") else ()
            aside = _Place(
                behind, place.folder, place.fed_by, extra, place.reads, place.writes, place.appends, place.variables
            )
            self._command(without_escape(found), Simple(fed=one.fed, told=one.told), aside)
        if _is_told(name, words) and len(behind) <= DEEPEST:
            for text in _told(one):
                self.line(text, _Place(behind, place.folder, variables=place.variables))


def _is_told(name: str, words: Sequence[str]) -> bool:
    """Whether it runs what it is told: a shell, a client, or what opens a shell."""
    return name in _TOLD_BY_PIPE or name == "su" or (name in ("sudo", "doas") and not _OPENS_SHELL.isdisjoint(words))


def _fields(name: str, words: Sequence[str], one: Simple, place: _Place, *, is_outer: bool) -> Part:
    """What is known of a simple command, in the fields that rules ask for; what is not known is left out.

    `is_outer`: what its words reach is told of the command that it runs.
    """
    sets = list(one.sets)
    if name in _SETTING_FOR:
        sets += [word for word in words[1:] if _ASSIGNMENT.match(word)]
    reached = dict.fromkeys(
        [
            *paths([] if is_outer else [*_what_it_reaches(name, words), *place.given], place.folder),
            *(as_path(path, place.folder) for path in place.reads),
        ]
    )
    known: dict[str, FieldValue] = {
        "Command": " ".join([*map(_as_name, words[:1]), *words[1:]]),
        "Runs": name,
        "Word": tuple(words[1:]),
        "Path": tuple(reached),
        "Writes": tuple(as_path(path, place.folder) for path in place.writes),
        "Appends": tuple(as_path(path, place.folder) for path in place.appends),
        "FedBy": place.fed_by,
        "Behind": place.behind,
        "Sets": tuple(sets),
    }
    return {key: value for key, value in known.items() if value}


def _what_it_reaches(name: str, words: Sequence[str]) -> Sequence[str]:
    """The words that may be paths: what grep looks for, and what sed or awk do, is none."""
    rest = words[1:]
    if name not in _PATTERN_FIRST or any(_PATTERN_OPTION.match(word) for word in rest):
        return rest
    first = next((at for at, word in enumerate(rest) if not word.startswith("-")), len(rest))
    return [*rest[:first], *rest[first + 1 :]]


def _as_name(word: str) -> str:
    """A first word with a blank in it is one name, or a text in brackets, and not several words."""
    return f"'{word}'" if " " in word else word


def _without_comments(statement: str) -> str:
    pieces, at = list[str](), 0
    while (begin := statement.find("/*", at)) >= 0 and (end := statement.find("*/", begin + 2)) >= 0:
        pieces.append(statement[at:begin])
        at = end + 2
    return " ".join((*pieces, statement[at:]))


def _gone_to(words: Sequence[str], folder: str) -> str:
    """The folder after this command."""
    if not words or program_name(words[0]) not in _GOING:
        return folder
    where = [word for word in words[1:] if not re.fullmatch(r"-[LPe@]+|/d|--", word)]
    if not where:
        return "~"
    path = as_path(where[0], folder)
    return "" if "$" in path or "`" in path or where[0] == "-" else path


def _given(name: str, words: Sequence[str], one: Simple, folder: str) -> Iterator[str]:
    """The words that xargs adds, or that find puts in for `{}`, as far as the line tells them."""
    if name in ("find", "fd"):
        yield from _found(words, folder)
    elif name in ("xargs", "parallel"):
        for fed in one.fed:
            ran = fed.words[1:] if fed.words[:1] == ["sudo"] else fed.words
            if ran and program_name(ran[0]) in _SAYING:
                yield from ran[1:]
            elif ran and program_name(ran[0]) in _LISTING:
                yield from _found(ran, folder)


def _found(words: Sequence[str], folder: str) -> Iterator[str]:
    """What `find` or `ls` finds: a name in a folder, or everything in it."""
    names = [after for word, after in itertools.pairwise(words) if word in ("-name", "-iname")]
    for word in words[1:]:
        if word.startswith(("-", "(", "!")):
            if program_name(words[0]) == "find":
                return
            continue
        yield f"{as_path(word, folder).rstrip('/')}/{names[0] if names else '*'}"


def _told(one: Simple) -> Iterator[str]:
    """The lines that come by a here-string or from `echo`."""
    if one.told:
        yield one.told
    for fed in one.fed:
        if fed.words and program_name(fed.words[0]) in _SAYING:
            said = " ".join(word for word in fed.words[1:] if word not in ("-n", "-e", "-E"))
            yield unescaped(said) if "\\" in said else said
