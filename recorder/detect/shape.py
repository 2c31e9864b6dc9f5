"""What the keys of a rule's document may hold: looked at before pySigma reads it, so that each fault has its line."""

import re
from collections.abc import Iterator
from typing import Any, NoReturn

from recorder.detect.compiling import unknown_field
from recorder.detect.documents import Document
from recorder.detect.faults import RuleFaultError
from recorder.detect.patterns import check_expression
from recorder.detect.taxonomy import CATEGORIES, Category, category_named
from recorder.policy.sections import Response

TEXT_KEYS = ("title", "id", "name", "status", "description", "author", "level", "license", "taxonomy")
LIST_KEYS = ("references", "tags", "falsepositives", "fields", "related")
OTHER_KEYS = ("date", "modified", "logsource", "detection", "correlation", "scope", "tachiai")
OURS = ("response", "fires", "silent")
MODIFIERS = frozenset(
    {
        *("contains", "startswith", "endswith", "all", "neq", "cased", "exists", "windash"),
        *("re", "i", "ignorecase", "m", "multiline", "s", "dotall"),
        *("base64", "base64offset", "wide", "utf16", "utf16be"),
        *("lt", "lte", "gt", "gte", "cidr"),
    }
)
BYTES_MODIFIERS = frozenset({"wide", "utf16", "utf16be"})
TIME_MODIFIERS = frozenset({"minute", "hour", "day", "week", "month", "year"})


def check_shape(document: Document) -> None:
    """See that the document has the keys of a rule, each holding what it should.

    Raises:
        RuleFaultError: it does not; the line is that of the key.
    """
    data = document.data
    for key, value in data.items():
        _check_key(document, key, value)
    if "title" not in data:
        _refuse(document, "The rule has no title. Say in a few words what it finds: title: …")
    if "id" not in data and "name" not in data:
        _refuse(
            document, "The rule has neither id nor name, so that no alert could say which it was. Add id: and a UUID."
        )
    if ("detection" in data) == ("correlation" in data):
        _refuse(document, "A rule has either a detection or a correlation.")
    if "tachiai" in data:
        _check_ours(document)


def _refuse(document: Document, sentence: str, *way: str | int) -> NoReturn:
    raise RuleFaultError(sentence, document.line(*way))


def _check_key(document: Document, key: object, value: object) -> None:
    if key in ("action", "filter"):
        _refuse(document, f"{key}: is not supported. Write each rule out, with its own conditions.", str(key))
    if key not in (*TEXT_KEYS, *LIST_KEYS, *OTHER_KEYS):
        known = ", ".join(sorted((*TEXT_KEYS, *LIST_KEYS, *OTHER_KEYS)))
        _refuse(document, f"A rule has no key {key!r}. It may have {known}.", str(key))
    if key in TEXT_KEYS and not (isinstance(value, str) and value.strip()):
        _refuse(document, f"{key}: is a text, and not empty.", str(key))
    if key in LIST_KEYS and not isinstance(value, list):
        _refuse(document, f"{key}: is a list, one item a line after a hyphen.", str(key))
    if key in ("logsource", "detection", "correlation", "tachiai") and not isinstance(value, dict):
        _refuse(document, f"{key}: is a mapping of keys to values.", str(key))


def _check_ours(document: Document) -> None:
    ours: dict[Any, Any] = document.data["tachiai"]
    for key in ours:
        if key not in OURS:
            _refuse(document, f"tachiai: has no key {key!r}. It may have {', '.join(OURS)}.", "tachiai", str(key))
    response = ours.get("response")
    if response is not None and response not in tuple(Response):
        ladder = ", ".join(Response)
        _refuse(document, f"There is no response {response!r}. The ladder is {ladder}.", "tachiai", "response")
    for key in ("fires", "silent"):
        if not isinstance(ours.get(key, []), list):
            _refuse(document, f"{key}: is a list of examples.", "tachiai", key)


# --- what it looks at -------------------------------------------------------------------------------------------------


def category_of(document: Document) -> Category:
    """The category that the log source of a document means.

    Raises:
        RuleFaultError: it has none, or one that the recorder knows nothing of.
    """
    source: dict[Any, Any] = document.data.get("logsource") or {}
    known = ", ".join(name for one in CATEGORIES for name in (one.name, *one.sigma))
    for key in source:
        if key not in ("category", "product", "service", "definition"):
            _refuse(document, f"logsource: has no key {key!r}.", "logsource", str(key))
    if "service" in source:
        sentence = (
            f"The recorder reads no log of the service {source['service']!r}. Say what it sees: category: {known}."
        )
        _refuse(document, sentence, "logsource", "service")
    name = source.get("category")
    category = category_named(name) if isinstance(name, str) else None
    if category is None:
        asked = "no category" if name is None else f"the category {name!r}, of which the recorder knows nothing"
        _refuse(document, f"The logsource has {asked}. It knows {known}.", "logsource", "category")
    return category


def check_detection(document: Document, category: Category) -> None:
    """See that every field and modifier is known, and every expression one of RE2's.

    Raises:
        RuleFaultError: one is not; the line is that of the key.
    """
    detection: dict[Any, Any] = document.data["detection"]
    if "timeframe" in detection:
        sentence = (
            "timeframe: is of Sigma's old form. Write a rule with correlation: and timespan: that counts this one."
        )
        _refuse(document, sentence, "detection", "timeframe")
    if "condition" not in detection:
        _refuse(document, "The detection has no condition: that says how its selections belong together.", "detection")
    for name, definition in detection.items():
        if not isinstance(name, str):
            sentence = (
                f"YAML reads the name of a selection as {name!r} (yes, no, on and off are such). Call it otherwise."
            )
            _refuse(document, sentence, "detection")
        if name == "condition":
            _check_condition(document, definition)
            continue
        for way, key, value in _items(definition, ("detection", name)):
            try:
                _check_item(key, value, category)
            except RuleFaultError as error:
                raise RuleFaultError(error.sentence, error.line or document.line(*way)) from error


def _check_condition(document: Document, condition: object) -> None:
    given = condition if isinstance(condition, list) else [condition]
    conditions = [one for one in given if isinstance(one, str) and one.strip()]
    if not conditions or len(conditions) != len(given):
        _refuse(document, "condition: is a text, as: selection and not filter.", "detection", "condition")
    if any("|" in one for one in conditions):
        sentence = (
            "The condition holds a | (Sigma's old aggregation). Write a rule with correlation: that counts this one."
        )
        _refuse(document, sentence, "detection", "condition")


def _items(definition: object, way: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str, object]]:
    if isinstance(definition, dict):
        for key, value in definition.items():
            yield (*way, str(key)), str(key), value
    elif isinstance(definition, list):
        for place, inner in enumerate(definition):
            yield from _items(inner, (*way, place))


def _check_item(key: str, value: object, category: Category) -> None:
    name, *modifiers = key.split("|")
    if name and category.field(name) is None:
        raise RuleFaultError(unknown_field(name, category))
    for modifier in modifiers:
        _check_modifier(modifier, modifiers)
    values = value if isinstance(value, list) else [value]
    if any(isinstance(one, (dict, list)) for one in values):
        msg = f"The value of {key} is a text, a number, or a list of these."
        raise RuleFaultError(msg)
    if "re" in modifiers:
        for one in values:
            check_expression(str(one))


def _check_modifier(modifier: str, modifiers: list[str]) -> None:
    if modifier in TIME_MODIFIERS:
        msg = f"The modifier {modifier} is not supported. Ask the fields Hour, Minute, TimeOfDay and Weekday."
        raise RuleFaultError(msg)
    if modifier not in MODIFIERS:
        msg = f"The modifier {modifier!r} is not supported. Supported are {', '.join(sorted(MODIFIERS))}."
        raise RuleFaultError(msg)
    if modifier in BYTES_MODIFIERS and not {"base64", "base64offset"} & set(modifiers):
        msg = f"The modifier {modifier} is about bytes, and our texts are characters. It goes with base64offset only."
        raise RuleFaultError(msg)


# --- correlations -----------------------------------------------------------------------------------------------------

CORRELATION_KEYS = ("type", "rules", "group-by", "timespan", "condition", "generate")
_TIMESPAN = re.compile(r"[0-9]{1,9}[smhd]")


def check_correlation(document: Document) -> None:
    """See that the correlation holds what pySigma expects, and nothing that we cannot judge.

    Raises:
        RuleFaultError: it does not; the line is that of the key.
    """
    asked: dict[Any, Any] = document.data["correlation"]
    for key in asked:
        if key not in CORRELATION_KEYS:
            known = ", ".join(CORRELATION_KEYS)
            _refuse(
                document, f"{key}: in a correlation is not supported. Supported are {known}.", "correlation", str(key)
            )
    rules = asked.get("rules")
    named = rules if isinstance(rules, list) else [rules]
    if not named or not all(isinstance(one, str) for one in named):
        _refuse(document, "rules: is the name or id of a rule, or a list of these.", "correlation", "rules")
    grouped = asked.get("group-by", [])
    if not all(isinstance(one, str) for one in (grouped if isinstance(grouped, list) else [grouped])):
        _refuse(document, "group-by: is the name of a field, or a list of these.", "correlation", "group-by")
    if not isinstance(asked.get("timespan"), str) or not _TIMESPAN.fullmatch(asked["timespan"]):
        _refuse(document, "timespan: is a number and s, m, h or d, as 30s or 5m.", "correlation", "timespan")
    if not isinstance(asked.get("condition", {}), dict):
        sentence = "condition: of a correlation is a comparison, as gte: 5. One in words is not supported."
        _refuse(document, sentence, "correlation", "condition")
