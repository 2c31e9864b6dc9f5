"""The rows with which every recording begins, folded: what is recorded, and what was already running."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from recorder.logrow import LogRow
from resources.words import Words

_LOOKED_AT = 1000  # rows; the recorder says these things in its first second
_FEWEST = 3  # fewer are not worth a click
_RECORDED = "Recorded: "
_RUNNING = "was already running"


@dataclass(frozen=True, slots=True)
class Folds:
    """`heads`: by the place of each group's first row, the row that stands for it. `hidden`: where the others are."""

    heads: Mapping[int, LogRow]
    hidden: tuple[int, ...]
    shown_before: tuple[int, ...]  # how many rows are shown before each of the hidden ones

    @classmethod
    def of(cls, heads: Mapping[int, LogRow], hidden: Sequence[int]) -> "Folds":
        """These heads, and in any order the places that they hide."""
        places = tuple(sorted(hidden))
        return cls(heads, places, tuple(place - number for number, place in enumerate(places)))

    def place_of(self, line: int) -> int:
        """Which row is in this line."""
        return line + bisect_right(self.shown_before, line)


NO_FOLDS = Folds.of({}, ())


def folds_of(rows: Sequence[LogRow], words: Words, *, name_of: Callable[[str], str] = str) -> Folds:
    """What is folded of these rows, `name_of` says a source. What is NOT recorded is never hidden."""
    start = rows[:_LOOKED_AT]
    sources = [at for at, row in enumerate(start) if row.kind == "source" and row.text.startswith(_RECORDED)]
    running = [at for at, row in enumerate(start) if row.kind == "process" and row.detail.startswith(_RUNNING)]
    heads: dict[int, LogRow] = {}
    hidden: list[int] = []
    if len(sources) >= _FEWEST:
        names = words("log.source_between").join(name_of(start[at].text.removeprefix(_RECORDED)) for at in sources)
        heads[sources[0]] = _head(start[sources[0]], words("log.sources", names=names), words)
        hidden += sources[1:]
    if len(running) >= _FEWEST:
        text = words("log.running", count=f"{len(running):,}")
        heads[running[0]] = _head(start[running[0]], text, words)
        hidden += running[1:]
    return Folds.of(heads, hidden)


def _head(first: LogRow, text: str, words: Words) -> LogRow:
    return LogRow(first.at_ns, first.at_ns, first.kind, text, words("log.unfold"))
