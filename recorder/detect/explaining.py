"""Rules in words, and why a row matches or does not."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from recorder.clock import NS_PER_S
from recorder.detect.conditions import (
    Every,
    KnownTest,
    NetworkTest,
    Never,
    Node,
    NumberTest,
    Some,
    Test,
    TextTest,
    holds,
    tests,
)
from recorder.detect.matching import test_holds
from recorder.detect.observation import FieldValue, Observation, fired_by
from recorder.detect.observing import line_fields
from recorder.detect.rule import Correlation, Relation, Rule, Selection
from recorder.detect.taking_apart import Part
from recorder.detect.taxonomy import PART_FIELDS, Category, Holds, category_named

_NUMBERS = {"lt": "is below", "lte": "is at most", "gt": "is above", "gte": "is at least", "eq": "is", "neq": "is not"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an explanation, so far indented; `is_true`: whether it is true of the row, None if it was not asked."""

    depth: int
    text: str
    is_true: bool | None = None


def told(rule: Rule, rules: tuple[Rule, ...], seen: Observation | None = None) -> Iterator[Line]:
    """What the rule looks for; with an observation, whether each part is true of it."""
    match rule.looks_for:
        case Selection(category=name, tree=tree):
            category = category_named(name)
            yield Line(0, f"Looks at: {name}, {'' if category is None else category.says}")
            if seen is not None and any(test.field in PART_FIELDS for test in tests(tree)):
                seen = _nearest_part(tree, seen)
                yield Line(0, f"Judged with the simple command: {seen.value('Command') or 'none is in the line'}")
            yield Line(0, "Fires where:")
            yield from _node(tree, 1, seen)
        case Correlation() as asked:
            yield from _correlation(asked, rules)
    if not rule.alerts:
        yield Line(0, "It makes no alert by itself; other rules count it.")


def _nearest_part(tree: Node, seen: Observation) -> Observation:
    """The row with the fields of one of its simple commands: the one that fires, else the one that does the most."""

    def true_of(one: Observation) -> tuple[bool, int]:
        def is_true(test: Test) -> bool:
            return test_holds(test, one.value(test.field))

        return holds(tree, is_true), sum(is_true(test) for test in tests(tree))

    each = [replace(seen, fields={**seen.fields, **part}, parts=()) for part in seen.parts]
    return max(each, key=true_of, default=seen)


def _correlation(asked: Correlation, rules: tuple[Rule, ...]) -> Iterator[Line]:
    span = f"within {asked.within_ns // NS_PER_S} s"
    match asked.relation:
        case Relation.EVENT_COUNT:
            yield Line(0, f"Fires when what follows is seen {asked.at_least} times {span}:")
        case Relation.VALUE_COUNT:
            yield Line(0, f"Fires when what follows is seen with {asked.at_least} values of {asked.field} {span}:")
        case Relation.TEMPORAL:
            yield Line(0, f"Fires when each of these is seen {span}, in any order:")
        case Relation.TEMPORAL_ORDERED:
            yield Line(0, f"Fires when these are seen one after the other {span}:")
    for place in asked.of:
        yield Line(1, rules[place].title)
    if asked.by:
        yield Line(0, f"Counted apart for each {', '.join(asked.by)}.")


def _node(node: Node, depth: int, seen: Observation | None) -> Iterator[Line]:
    is_true = None if seen is None else holds(node, lambda test: test_holds(test, seen.value(test.field)))
    match node:
        case Every(nodes):
            yield Line(depth, "all of", is_true)
        case Some(nodes):
            yield Line(depth, "at least one of", is_true)
        case Never(inner):
            nodes = (inner,)
            yield Line(depth, "not", is_true)
        case test:
            yield Line(depth, words(test), is_true)
            return
    for inner in nodes:
        yield from _node(inner, depth + 1, seen)


def words(test: Test) -> str:
    """One test in words."""
    match test:
        case TextTest(field=field, words=said):
            return f"{field} {said}"
        case NumberTest(field=field, operator=how, number=number):
            return f"{field} {_NUMBERS[how]} {number}"
        case KnownTest(field=field, is_known=is_known):
            return f"{field} is {'known' if is_known else 'not known'}"
        case NetworkTest(field=field, network=network):
            return f"one {field} lies in {network}"


def row_of(category: Category, text: str, said: dict[str, str]) -> Observation:
    """A row with this main text, and these other fields.

    Raises:
        ValueError: a field is not one of the category's, or a number is none.
    """
    fields: dict[str, FieldValue] = {category.main: text}
    parts: tuple[Part, ...] = ()
    if category.main == "CommandLine":
        fields, parts = line_fields(text)
    if category.name == "command":
        fields["Evidence"] = "typed"
    for name, value in said.items():
        field = category.field(name)
        if field is None:
            msg = f"A {category.name} has no field {name}."
            raise ValueError(msg)
        fields[name] = _value(field.holds, value, name)
        parts = tuple({**part, name: fields[name]} if field.of_part else part for part in parts)
    return Observation(category.name, 0, fields, fired_by(0, "unknown", text), parts=parts)


def _value(holds_what: Holds, value: str, name: str) -> FieldValue:
    if holds_what is Holds.TEXTS:
        return tuple(value.split(","))
    if holds_what is Holds.TEXT:
        return value
    if not value.lstrip("-").isdigit():
        msg = f"{name} is a number, and {value!r} is none."
        raise ValueError(msg)
    return int(value)
