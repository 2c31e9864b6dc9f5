"""`for NAME in WORDS`: while its line is read a sign stands for NAME, and what holds it is told once for each word."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

MOST_LOOPS = 16  # of one line
MOST_ADDED = 10_000  # characters that the loops of a line may add to it
_FIRST_SIGN = 0xE000  # for private use: nobody types it
_REMOTE = frozenset({"ssh", "slogin", "autossh", "mosh", "rsh", "plink"})


@dataclass(frozen=True, slots=True)
class _Loop:
    name: str
    sign: str
    values: tuple[str, ...]


@dataclass(slots=True)
class Loops:
    """The loops of a line, and how much may still be put in for them."""

    _loops: list[_Loop] = field(default_factory=list)
    _left: int = MOST_ADDED

    def begin(self, name: str, values: Iterable[str]) -> str:
        """The value of the variable `name` from here on: a sign, or all the words where there are too many loops."""
        words = tuple(values)
        if len(self._loops) >= MOST_LOOPS or not words:
            return " ".join(words)
        self._loops.append(_Loop(name, chr(_FIRST_SIGN + len(self._loops)), words))
        return self._loops[-1].sign

    def words(self, words: Iterable[str]) -> list[str]:
        """The words with each that a loop changes told once for each of its rounds."""
        told = list(words)
        for loop in reversed(self._loops):  # what an inner one goes through may be an outer one's
            if any(loop.sign in word for word in told):
                is_remote = not _REMOTE.isdisjoint(told)
                told = [text for word in told for text in self._rounds(loop, word, is_remote=is_remote)]
        return told

    def text(self, text: str) -> str:
        """The same of a text that is one word."""
        return " ".join(self.words([text]))

    def _rounds(self, loop: _Loop, word: str, *, is_remote: bool) -> Iterator[str]:
        if loop.sign not in word:
            yield word
        elif is_remote and (word == loop.sign or word.endswith(f"@{loop.sign}")):
            yield word.replace(loop.sign, loop.values[0])  # what is done there is the same on each machine
        elif (added := _length(loop, word)) > self._left:
            yield word.replace(loop.sign, f"${loop.name}")
        elif re.search(r"\s", word):
            self._left -= added
            yield re.sub(rf"\S*{loop.sign}\S*", lambda found: " ".join(_each(loop, found.group())), word)
        else:
            self._left -= added
            yield from _each(loop, word)


def _each(loop: _Loop, word: str) -> Iterator[str]:
    return (word.replace(loop.sign, value) for value in loop.values)


def _length(loop: _Loop, word: str) -> int:
    return word.count(loop.sign) * sum(map(len, loop.values)) + len(word) * len(loop.values)
