"""What a rule is held against: one thing that happened, told in named fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recorder.events import FiredBy

FieldValue = str | int | tuple[str, ...] | None
LONGEST_TEXT_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing that happened, of one category of `recorder.detect.taxonomy`.

    `fields` lacks, or holds as None, what is not known; no rule finds anything in what is not known. `row` is the row
    of the operation log that tells the same. `run` numbers stretches of typed text that grow, and `run_end` is how
    many characters of it there are so far; `is_growing`: more of the text may come, so that only rules may be asked
    whose answer more text cannot change. `parts` are the simple commands of a line, each with fields of its own: a rule
    that asks for such fields holds if it holds for one of them.
    """

    category: str
    at_ns: int
    fields: Mapping[str, FieldValue]
    row: FiredBy
    run: int | None = None
    run_end: int = 0
    is_growing: bool = False
    parts: Sequence[Mapping[str, FieldValue]] = ()

    def value(self, field: str) -> FieldValue:
        """What is known of this field."""
        return self.fields.get(field)


def fired_by(at_ns: int, kind: str, text: str) -> FiredBy:
    """A row as an alert keeps it: a long text is cut, with its length told."""
    if len(text) > LONGEST_TEXT_KEPT:
        text = f"{text[:LONGEST_TEXT_KEPT]}… ({len(text)} characters)"
    return FiredBy(at_ns, kind, text)
