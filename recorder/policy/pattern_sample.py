"""A text that a pattern is found in, for people who do not read regular expressions: "CHG-1234" for CHG-[0-9]+."""

import re
import string
from collections.abc import Callable

from recorder.patterns import Pattern

_DIGITS, _CAPITALS, _SMALL = "1234567890", string.ascii_uppercase, string.ascii_lowercase
_LONGEST = 60
_MOST_TIMES = 20
_TIMES_IF_OPEN = 4  # of + and *, so that a number looks like one
_NOTHING = frozenset("AzbZ")  # places, not signs: \b
_CLASSES = {"d": _DIGITS, "w": _SMALL, "s": " "}
_SPECIAL = frozenset("*+?{}|)]")
_QUANTITY = re.compile(r"(?:([*+?])|\{(\d{1,3})(,\d{0,3})?\})\??")
_POSIX = {"[:digit:]": _DIGITS, "[:upper:]": _CAPITALS, "[:alpha:]": _CAPITALS, "[:alnum:]": _CAPITALS}
_CLASS = re.compile(r"\[((?:\[:[a-z]+:\]|\\.|[^\]\\])+)\]", re.DOTALL)
_GROUP = re.compile(r"\((?:\?(?:[imsU]+:|:|P?<\w+>))?")
_FLAGS = re.compile(r"\(\?[imsU]+\)")


def pattern_sample(pattern: str) -> str:
    """A short text that this pattern is found in; "" if none was thought of."""
    try:
        sample = _Sampling(pattern).sample().strip()
        is_found = bool(sample) and len(sample) <= _LONGEST and sample.isprintable() and Pattern(pattern).is_in(sample)
    except ValueError:
        return ""
    return sample if is_found else ""


class _Sampling:
    """One walk through a pattern: of alternatives the first is taken, what may be left out is written once."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def sample(self) -> str:
        """The text. Raises ValueError at what is not understood."""
        text = self._branches()
        if self._at < len(self._pattern):
            raise ValueError(self._pattern)
        return text

    def _branches(self) -> str:
        first = self._sequence()
        while self._comes("|"):
            self._sequence()
        return first

    def _sequence(self) -> str:
        text = ""
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            signs = self._atom()
            text += signs(self._times())
            if len(text) > 2 * _LONGEST:
                raise ValueError(self._pattern)
        return text

    def _atom(self) -> Callable[[int], str]:
        """What is next, as a function of how often it stands there."""
        if self._takes(_FLAGS):
            return lambda _times: ""
        if self._takes(_GROUP):
            inner = self._branches()
            if not self._comes(")"):
                raise ValueError(self._pattern)
            return lambda times: inner * min(times, 2)
        found = self._takes(_CLASS)
        if found is not None:
            return _turns(_signs_of(found[1]))
        sign = self._pattern[self._at]
        self._at += 1
        if sign == "\\":
            return self._escaped()
        if sign in "^$":
            return lambda _times: ""
        if sign in _SPECIAL or sign in ".[":
            raise ValueError(self._pattern)
        return lambda times: sign * times

    def _escaped(self) -> Callable[[int], str]:
        sign = self._pattern[self._at : self._at + 1]
        self._at += 1
        if sign in _CLASSES:
            return _turns(_CLASSES[sign])
        if sign in _NOTHING:
            return lambda _times: ""
        if not sign or sign.isalnum():
            raise ValueError(self._pattern)
        return lambda times: sign * times

    def _times(self) -> int:
        found = self._takes(_QUANTITY)
        if found is None:
            return 1
        if found[1] is not None:
            return 1 if found[1] == "?" else _TIMES_IF_OPEN
        return min(max(int(found[2]), 1), _MOST_TIMES)

    def _comes(self, sign: str) -> bool:
        if not self._pattern.startswith(sign, self._at):
            return False
        self._at += len(sign)
        return True

    def _takes(self, form: re.Pattern[str]) -> re.Match[str] | None:
        found = form.match(self._pattern, self._at)
        if found is not None:
            self._at = found.end()
        return found


def _turns(signs: str) -> Callable[[int], str]:
    """The signs in turn, so that a number is 1234 and not 1111."""
    return lambda times: "".join(signs[number % len(signs)] for number in range(times))


def _signs_of(members: str) -> str:
    """Some signs of a class: digits or capitals if it has them all, else its first one."""
    if members.startswith("^"):
        raise ValueError(members)
    for part, signs in (("0-9", _DIGITS), (r"\d", _DIGITS), ("A-Z", _CAPITALS), ("a-z", _SMALL), *_POSIX.items()):
        if members.startswith(part):
            return signs
    if members[0] in "\\[":
        raise ValueError(members)
    return members[0]
