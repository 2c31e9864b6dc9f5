"""A rule as one document tells it, and where it stands there: what loading puts together with all others."""

from collections.abc import Mapping
from dataclasses import dataclass

from recorder.detect.examples import Example
from recorder.detect.rule import Relation, Selection
from recorder.events import AlertSeverity
from recorder.policy.sections import Response

Way = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """On which lines of a file a document's keys and list items stand, by the way to them."""

    first_line: int
    lines: Mapping[Way, int]

    def line(self, *way: str | int) -> int:
        """On which line this stands, or the nearest thing above it that is there."""
        while way and way not in self.lines:
            way = way[:-1]
        return self.lines.get(way, self.first_line)


@dataclass(frozen=True, slots=True)
class AskedCorrelation:
    """A correlation whose rules are still names."""

    relation: Relation
    rules: tuple[str, ...]
    within_ns: int
    at_least: int
    by: tuple[str, ...]
    field: str | None
    generates: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule as its document tells it, before it is known what other rules there are.

    `is_narrow`: it is known already not to match everything.
    """

    lines: Lines
    file: str
    rule_id: str
    name: str
    version: str
    title: str
    reason: str
    severity: AlertSeverity | None
    response: Response | None
    looks_for: Selection | AskedCorrelation
    tags: tuple[str, ...]
    references: tuple[str, ...]
    fires: tuple[Example, ...]
    silent: tuple[Example, ...]
    is_narrow: bool = False
