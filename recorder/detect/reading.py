"""The documents of a file of rules as rules, with pySigma as the reader of conditions and modifiers."""

import hashlib
import json
import re
from typing import Any

import sigma.exceptions as sigma_says
from sigma.correlations import SigmaCorrelationCondition, SigmaCorrelationConditionOperator, SigmaCorrelationRule
from sigma.rule import SigmaRule

from recorder.clock import NS_PER_S
from recorder.detect.compiling import compiled
from recorder.detect.conditions import Node, Some
from recorder.detect.documents import Document, documents
from recorder.detect.drafts import AskedCorrelation, Draft, Lines
from recorder.detect.examples import Example, read_example
from recorder.detect.faults import Fault, RuleFaultError
from recorder.detect.rule import Relation, Selection
from recorder.detect.shape import category_of, check_correlation, check_detection, check_shape
from recorder.events import AlertSeverity
from recorder.policy.sections import Response

LONGEST_WINDOW_S = 86_400
MOST_COUNTED = 1_000
MOST_STEPS = 20
_DIGEST_DIGITS = 12
_TOLD_AGAIN = (("id",), ("name",), ("detection", "condition"))

# What pySigma's parser says of a condition tells of its own grammar.
_OF_ITS_PARSER = re.compile(r"Expected |.*\(at char \d+\)", re.DOTALL)
_NO_CONDITION = (
    "The condition cannot be read. It joins names of selections by and, or, not and brackets, or asks for "
    "1 of NAME*, all of NAME*, all of them."
)

# Under which key lies what pySigma found wrong: the first that fits.
_PLACES: tuple[tuple[type[Exception], tuple[str, ...]], ...] = (
    (sigma_says.SigmaTitleError, ("title",)),
    (sigma_says.SigmaIdentifierError, ("id",)),
    (sigma_says.SigmaLevelError, ("level",)),
    (sigma_says.SigmaStatusError, ("status",)),
    (sigma_says.SigmaTagError, ("tags",)),
    (sigma_says.SigmaDateError, ("date",)),
    (sigma_says.SigmaModifiedError, ("modified",)),
    (sigma_says.SigmaRelatedError, ("related",)),
    (sigma_says.SigmaLogsourceError, ("logsource",)),
    (sigma_says.SigmaConditionError, ("detection", "condition")),
    (sigma_says.SigmaTimespanError, ("correlation", "timespan")),
    (sigma_says.SigmaCorrelationTypeError, ("correlation", "type")),
    (sigma_says.SigmaCorrelationConditionError, ("correlation", "condition")),
    (sigma_says.SigmaCorrelationRuleError, ("correlation",)),
    (sigma_says.SigmaDetectionError, ("detection",)),
    (sigma_says.SigmaModifierError, ("detection",)),
)


def read_file(content: bytes, name: str) -> tuple[list[Draft], list[Fault]]:
    """The rules of a file, and what is wrong with the others."""
    drafts: list[Draft] = []
    faults: list[Fault] = []
    try:
        for document in documents(content):
            try:
                drafts.append(read_rule(document, name))
            except RuleFaultError as error:
                faults.append(Fault(name, error.line or document.first_line, error.sentence))
    except RuleFaultError as error:
        faults.append(Fault(name, error.line or 1, error.sentence))
    return drafts, faults


def read_rule(document: Document, file: str) -> Draft:
    """The rule of this document.

    Raises:
        RuleFaultError: it is not a rule that can judge, and where that shows.
    """
    check_shape(document)
    data = document.data
    try:
        looks_for = _correlation(document) if "correlation" in data else _selection(document)
    except sigma_says.SigmaError as error:
        raise RuleFaultError(_sentence(error), _line(document, error)) from error
    except RecursionError as error:
        msg = "The condition is nested too deep to be read. Make it simpler."
        raise RuleFaultError(msg, document.line("detection", "condition")) from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        msg = f"pySigma cannot read this rule: {type(error).__name__}: {error}."
        raise RuleFaultError(msg, document.first_line) from error
    ours: dict[str, Any] = data.get("tachiai") or {}
    response = ours.get("response")
    return Draft(
        _told_again(document),
        file,
        str(data.get("id", data.get("name"))),
        str(data.get("name", "")),
        _version(data),
        _one_line(data["title"]),
        _one_line(data.get("description") or data["title"]),
        AlertSeverity(data["level"].lower()) if "level" in data else None,
        None if response is None else Response(response),
        looks_for,
        tuple(str(tag) for tag in data.get("tags", ())),
        tuple(str(one) for one in data.get("references", ())),
        _examples(document, "fires", looks_for),
        _examples(document, "silent", looks_for),
    )


def _told_again(document: Document) -> Lines:
    """The lines that a fault may name which shows only beside other rules."""
    kept = {way: line for way, line in document.lines.items() if way in _TOLD_AGAIN or way[0] == "correlation"}
    return Lines(document.first_line, kept)


def _examples(document: Document, key: str, looks_for: Selection | AskedCorrelation) -> tuple[Example, ...]:
    category = looks_for.category if isinstance(looks_for, Selection) else "command"
    given = (document.data.get("tachiai") or {}).get(key) or ()
    return tuple(read_example(one, category, document.line("tachiai", key, place)) for place, one in enumerate(given))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _sentence(error: Exception) -> str:
    if _OF_ITS_PARSER.match(str(error)):
        return _NO_CONDITION
    text = _one_line(str(error)).removesuffix(".")
    return f"{text[:1].upper()}{text[1:]}."


def _line(document: Document, error: Exception) -> int:
    way = next((way for kind, way in _PLACES if isinstance(error, kind)), ())
    return document.line(*way)


def _version(data: dict[str, Any]) -> str:
    """The rule's date, and the beginning of the digest of all it says: comments and spaces do not count."""
    whole = json.dumps(data, sort_keys=True, default=str, ensure_ascii=False).encode("utf-8", "replace")
    date = data.get("modified", data.get("date"))
    digest = hashlib.sha256(whole).hexdigest()[:_DIGEST_DIGITS]
    return digest if date is None else f"{date} {digest}"


def _selection(document: Document) -> Selection:
    category = category_of(document)
    check_detection(document, category)
    rule = SigmaRule.from_dict(document.data)
    trees: list[Node] = []
    for condition in rule.detection.parsed_condition:
        parsed = condition.parsed
        try:
            trees.append(compiled(parsed, category))
        except RuleFaultError as error:
            raise RuleFaultError(error.sentence, error.line or document.line("detection")) from error
    return Selection(category.name, trees[0] if len(trees) == 1 else Some(tuple(trees)))


def _correlation(document: Document) -> AskedCorrelation:
    check_correlation(document)
    rule = SigmaCorrelationRule.from_dict(document.data)
    relations = {str(relation) for relation in Relation}
    relation_name = rule.type.name.lower()
    if relation_name not in relations:
        msg = f"A correlation of type {relation_name} is not supported. Supported are {', '.join(sorted(relations))}."
        raise RuleFaultError(msg, document.line("correlation", "type"))
    relation = Relation(relation_name)
    within_s = rule.timespan.seconds
    if within_s > LONGEST_WINDOW_S:
        msg = "The timespan is longer than a day; the memory of the judge is bounded. Take at most 24h."
        raise RuleFaultError(msg, document.line("correlation", "timespan"))
    rules = tuple(reference.reference for reference in rule.rules or ())
    at_least = _least(document, rule, relation, len(rules))
    assert isinstance(rule.condition, SigmaCorrelationCondition)
    field = rule.condition.fieldref
    if isinstance(field, list):
        msg = "field: of a value_count is one field; several are not supported."
        raise RuleFaultError(msg, document.line("correlation", "condition"))
    by = tuple(rule.group_by or ())
    return AskedCorrelation(relation, rules, within_s * NS_PER_S, at_least, by, field, bool(rule.generate))


def _least(document: Document, rule: SigmaCorrelationRule, relation: Relation, steps: int) -> int:
    """From how many on it fires."""
    line = document.line("correlation", "condition")
    if relation in (Relation.TEMPORAL, Relation.TEMPORAL_ORDERED):
        if "condition" in document.data["correlation"]:
            msg = f"A {relation} correlation asks for all of its rules; a condition with it is not supported."
            raise RuleFaultError(msg, line)
        if not 2 <= steps <= MOST_STEPS:
            msg = f"A {relation} correlation is of 2 to {MOST_STEPS} rules."
            raise RuleFaultError(msg, document.line("correlation", "rules"))
        return steps
    assert isinstance(rule.condition, SigmaCorrelationCondition)
    count, how = rule.condition.count, rule.condition.op
    if how is SigmaCorrelationConditionOperator.GT:
        count += 1
    elif how not in (SigmaCorrelationConditionOperator.GTE, SigmaCorrelationConditionOperator.EQ):
        msg = (
            f"{how.name.lower()}: is not supported: that something is missing cannot be judged as it happens. Use gte."
        )
        raise RuleFaultError(msg, line)
    if not isinstance(count, int) or not 1 <= count <= MOST_COUNTED:
        msg = f"The number to count to is a whole one of 1 to {MOST_COUNTED}."
        raise RuleFaultError(msg, line)
    return count
