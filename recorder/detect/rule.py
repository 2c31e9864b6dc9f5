"""A rule as it judges: what it looks for, how grave that is, why, and what is to follow."""

import enum
from dataclasses import dataclass

from recorder.detect.conditions import Node
from recorder.detect.examples import Example
from recorder.events import AlertSeverity
from recorder.policy.sections import Response


class Relation(enum.StrEnum):
    """How several hits make one alert; Sigma's names."""

    EVENT_COUNT = "event_count"
    VALUE_COUNT = "value_count"
    TEMPORAL = "temporal"
    TEMPORAL_ORDERED = "temporal_ordered"


@dataclass(frozen=True, slots=True)
class Selection:
    """What a rule looks for in single things: a category, and a tree of tests."""

    category: str
    tree: Node


@dataclass(frozen=True, slots=True)
class Correlation:
    """What a rule looks for among the hits of other rules, `of` (their places in the rule set).

    `at_least` hits (of different values of `field` for `VALUE_COUNT`, of different rules for the temporal ones) within
    `within_ns`, separately for each value of the fields `by`.
    """

    relation: Relation
    of: tuple[int, ...]
    within_ns: int
    at_least: int
    by: tuple[str, ...] = ()
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `version` is its date and the beginning of its digest: another text is another version.

    `response` is what the rule itself wants, None if it leaves that to the policy. `alerts`: a hit is an alert; else it
    only counts for correlations, and may lack a severity. `fires` and `silent` are
    examples of what it finds and of what it must not find.
    """

    rule_id: str
    name: str
    version: str
    title: str
    reason: str
    severity: AlertSeverity | None
    response: Response | None
    looks_for: Selection | Correlation
    alerts: bool
    file: str
    line: int
    tags: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    fires: tuple[Example, ...] = ()
    silent: tuple[Example, ...] = ()
