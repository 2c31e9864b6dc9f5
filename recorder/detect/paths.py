"""Words of a command as the paths that they may be: without `//`, `.` and `..`, and behind the folder gone to."""

import re
from collections.abc import Iterator, Sequence

_HOME = re.compile(r"^(\$HOME|\$env:USERPROFILE|%USERPROFILE%)(?=[/\\]|$)", re.IGNORECASE)
_OPTION_WITH_PATH = re.compile(r"^-{1,2}[\w-]*=?(?=[/~$@])|^[\w-]+=@?(?=[/~])|^[\w.@-]+:(?=[/~](?!/))|^@|^file://")
_WINDOWS = re.compile(r"^[A-Za-z]:[\\/]|^\\\\")
_OWN_ROOT = re.compile(r"^/proc/(?:self|\d+)/(?:root|cwd/\.\.)(?=/|$)")
_NAMED_OPTION = re.compile(r"^--?[\w-]+=(?=.)")


def paths(words: Sequence[str], folder: str) -> Iterator[str]:
    """Each word that is no option as a path; of an option, and of `name=/path`, what stands behind."""
    for word in words:
        text = _OPTION_WITH_PATH.sub("", word, count=1)
        if text == word and word.startswith("-"):
            text = _NAMED_OPTION.sub("", word)
            if text == word:
                continue
        if text:
            yield as_path(text, folder)


def as_path(word: str, folder: str) -> str:
    """The path that a word means in a folder ("": not known), without looking at any disk."""
    word = _HOME.sub("~", word)
    if _WINDOWS.match(word):
        return re.sub(r"(?<=.)[\\/]+", r"\\", word)
    if not word.startswith(("/", "~")) and folder:
        word = f"{folder}/{word}"
    path = _straight(word)
    return _straight(_OWN_ROOT.sub("", path) or "/") if path.startswith("/proc/") else path


def _straight(path: str) -> str:
    """The path without empty parts, `.`, and what `..` goes back over."""
    is_absolute, parts = path.startswith("/"), list[str]()
    for part in path.split("/"):
        if part == ".." and parts and parts[-1] != ".." and not parts[-1].startswith("~"):
            parts.pop()
        elif part not in ("", ".") and not (part == ".." and is_absolute and not parts):
            parts.append(part)
    if is_absolute:
        return "/" + "/".join(parts)
    return "/".join(parts) or "."
