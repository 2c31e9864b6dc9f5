"""Which programs a command line runs, also behind sudo, env, pipes and `;`, and which addresses it names."""

import ipaddress
import itertools
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath, PureWindowsPath

LONGEST_READ = 10_000  # characters of a line
MOST_PROGRAMS = 100
SCRIPTS_DEEP = 3  # how far `sh -c '…'` is followed into itself
SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh", "fish"})
# Programs that run another one, and their options that take a word of their own.
WRAPPERS = {
    "sudo": frozenset({"-u", "-g", "-h", "-p", "-C", "-T", "-r", "-t", "-U", "-R", "-D", "--user", "--group"}),
    "doas": frozenset({"-u", "-C"}),
    "env": frozenset({"-u", "-C", "-S", "--unset", "--chdir"}),
    "nice": frozenset({"-n"}),
    "ionice": frozenset({"-c", "-n", "-p"}),
    "timeout": frozenset({"-s", "-k"}),
    "stdbuf": frozenset({"-i", "-o", "-e"}),
    "xargs": frozenset({"-I", "-n", "-P", "-L", "-d", "-E", "-a", "-s"}),
    "watch": frozenset({"-n"}),
    "setsid": frozenset[str](),
    "nohup": frozenset[str](),
    "time": frozenset[str](),
    "exec": frozenset({"-a"}),
    "command": frozenset[str](),
    "builtin": frozenset[str](),
    "busybox": frozenset[str](),
}
OWN_FIRST_WORD = frozenset({"timeout"})  # what they take before the program: timeout 5s PROGRAM
KEYWORDS = frozenset({"if", "then", "else", "elif", "do", "while", "until", "!", "{", "}", "fi", "done"})
# Where another command begins.
_CUT = re.compile(r"&&|\|\||[;|&\n]|\$\(|`|[()]")
_ASSIGNMENT = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*\+?=")
_WINDOWS_PATH = re.compile(r"""\s*["']?(?:[A-Za-z]:)?\\""")
_REDIRECTION = re.compile(r"\d?[<>]")
_ADDRESS = re.compile(
    r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])|(?<![\w.:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w.:])"
)


def programs(line: str) -> tuple[str, ...]:
    """The names of the programs in a line, in lower case, without folder and `.exe`, each once; the first 100."""
    return tuple(dict.fromkeys(itertools.islice(_programs(line[:LONGEST_READ], SCRIPTS_DEEP), MOST_PROGRAMS)))


def _programs(line: str, deep: int) -> Iterator[str]:
    for part in _parts(line):
        words = _words(part)
        run = list(_of_part(words))
        yield from (name for name, _ in run)
        if deep and run and run[-1][0] in SHELLS and (script := _script(words[run[-1][1] + 1 :])):
            yield from _programs(script, deep - 1)


def _script(words: list[str]) -> str:
    """What a shell is told to run: `-c SCRIPT`, also among other letters (`-lc`)."""
    for option, word in itertools.pairwise(words):
        if not option.startswith("-"):
            return ""
        if not option.startswith("--") and option.endswith("c"):
            return word
    return ""


def addresses(line: str) -> tuple[str, ...]:
    """The IP addresses that a line names, each once, as they are written."""
    found = dict.fromkeys(match.group() for match in _ADDRESS.finditer(line[:LONGEST_READ]))
    return tuple(text for text in found if _is_address(text))


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


@dataclass(slots=True)
class _Open:
    """A command that is being read: its characters, the quote that is open in it, and the sign that will end it."""

    ends: str
    part: list[str] = field(default_factory=list)
    quote: str = ""


def _parts(line: str) -> Iterator[str]:
    """The line cut where another command begins; what is in `$(…)`, `(…)` and backquotes is a command of its own."""
    opened, at = [_Open("")], 0
    while at < len(line):
        one, character = opened[-1], line[at]
        if character == "\\" and one.quote != "'" and at + 1 < len(line):
            one.part.append(line[at : at + 2])
            at += 2
            continue
        cut = _CUT.match(line, at) if not one.quote or (one.quote == '"' and character in "$`)") else None
        if cut is not None and (part := _cut(opened, cut.group())) is not None:
            yield part
        elif cut is None:
            if character in "'\"" and one.quote in ("", character):
                one.quote = "" if one.quote else character
            one.part.append(character)
        at = at + 1 if cut is None else cut.end()
    yield from ("".join(one.part) + one.quote for one in reversed(opened))


def _cut(opened: list[_Open], sign: str) -> str | None:
    """What a sign between commands does to those that are being read; the one that it ends, if it ends one."""
    one = opened[-1]
    if sign == one.ends and len(opened) > 1:
        opened.pop()
        return "".join(one.part) + one.quote
    if sign in ("$(", "(", "`"):
        opened.append(_Open("`" if sign == "`" else ")"))
        return None
    if one.quote:  # a closing bracket inside of quotes is a character
        one.part.append(sign)
        return None
    part, one.part = "".join(one.part), []
    return part


def _words(part: str) -> list[str]:
    if _WINDOWS_PATH.match(part):
        part = part.replace("\\", "\\\\")  # they are no escapes there
    try:
        return shlex.split(part)
    except ValueError:  # a quote that is never closed
        return part.replace('"', " ").replace("'", " ").split()


def _of_part(words: list[str]) -> Iterator[tuple[str, int]]:
    """The programs of one command, the innermost last, each with its place among the words."""
    at = 0
    while at < len(words):
        word = words[at]
        if _ASSIGNMENT.match(word) or word in KEYWORDS or _REDIRECTION.match(word):
            at += 1
            continue
        name = program_name(word)
        if not name:
            return
        yield name, at
        if name not in WRAPPERS:
            return
        at = _behind_options(words, at + 1, WRAPPERS[name]) + (name in OWN_FIRST_WORD)


def _behind_options(words: list[str], at: int, with_word: frozenset[str]) -> int:
    while at < len(words) and words[at].startswith("-"):
        if words[at] == "--":
            return at + 1
        at += 2 if words[at] in with_word else 1
    return at


def program_name(path: str) -> str:
    """The name of the program at this path, as rules write it: no folder, no `.exe`, lower case."""
    is_windows = "\\" in path and "/" not in path
    name = (PureWindowsPath(path) if is_windows else PurePosixPath(path)).name.lower()
    return name.removesuffix(".exe")
