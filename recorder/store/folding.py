"""Text as it is searched: folded so that what looks alike is alike, and cut into grams."""

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from recorder.logrow import inert

SPACE_SIGN = "␣"  # a gram is a word to the full-text search, and words do not hold spaces
MOST_QUERY_GRAMS = 24

_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
# Letters and marks that show nothing: fillers, and what chooses between the forms of the letter before it.
_FILLERS = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0") | frozenset(map(chr, range(0xFE00, 0xFE10)))


def fold(text: str) -> str:
    """Without the difference of capitals and of width (NFKC), and with no character that acts."""
    if text.isascii() and text.isprintable():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", inert(text)).casefold())


def is_blank(query: str) -> bool:
    """Whether there is nothing visible in it: spaces, and characters that only act or fill."""
    return all(one in _FILLERS or unicodedata.category(one) in _UNSEEN for one in query)


def place_in_original(text: str, folded_place: int) -> int:
    """Which character of `text` the folded text's character at `folded_place` came from."""
    if text.isascii() or folded_place == 0:
        return folded_place
    ends = _FoldedEnds(text)
    return min(bisect_right(ends, folded_place), len(text) - 1)


def span_in_original(text: str, folded_start: int, folded_end: int) -> tuple[int, int]:
    """Which characters of `text` a stretch of the folded text came from, with the signs that belong to its last."""
    start, last = place_in_original(text, folded_start), place_in_original(text, folded_end - 1)
    if folded_end >= len(fold(text)):
        return start, len(text)
    return start, max(last + 1, place_in_original(text, folded_end))


class _FoldedEnds(Sequence[int]):
    """How long the folded text is after each character; never shrinks, so it can be searched by halving."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __len__(self) -> int:
        return len(self._text)

    def __getitem__(self, index: int) -> int:  # type: ignore[override]
        return len(fold(self._text[: index + 1]))


def grams(folded: str) -> set[str]:
    """Every run of one, two and three characters."""
    spaced = folded.replace(" ", SPACE_SIGN)
    found = set(spaced)
    found.update(map("".join, pairwise(spaced)))
    found.update(map("".join, zip(spaced, spaced[1:], spaced[2:], strict=False)))
    return found


def query_grams(folded: str) -> list[str]:
    """The grams that every text with this in it has: itself if it is short, else threes side by side, and the last.

    Threes that overlap would leave fewer rows to look at, but each costs more than it saves (measured).
    """
    spaced = folded.replace(" ", SPACE_SIGN)
    if len(spaced) <= 3:
        return [spaced]
    starts = [*range(0, len(spaced) - 2, 3), len(spaced) - 3]
    threes = list(dict.fromkeys(spaced[start : start + 3] for start in starts))
    if len(threes) <= MOST_QUERY_GRAMS:
        return threes
    step = (len(threes) - 1) / (MOST_QUERY_GRAMS - 1)
    return [threes[round(number * step)] for number in range(MOST_QUERY_GRAMS)]
