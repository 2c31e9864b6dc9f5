"""What pySigma read of a rule's condition, as our tree of tests; what we cannot judge is refused by name."""

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.types import (
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaRegularExpressionFlag,
    SigmaString,
    SigmaType,
    SpecialChars,
)

from recorder.detect.conditions import Every, KnownTest, NetworkTest, Never, Node, NumberTest, Some, TextTest
from recorder.detect.faults import RuleFaultError
from recorder.detect.patterns import check_expression, literal
from recorder.detect.taxonomy import Category, Field, Holds

_FLAGS = {
    SigmaRegularExpressionFlag.IGNORECASE: "i",
    SigmaRegularExpressionFlag.MULTILINE: "m",
    SigmaRegularExpressionFlag.DOTALL: "s",
}
_SHOWN: dict[object, str] = {SpecialChars.WILDCARD_MULTI: "*", SpecialChars.WILDCARD_SINGLE: "?"}
# Signs by which more text behind a match can undo it.
_CLOSING_SIGNS = ("$", "\\z", "\\b", "\\B")


def compiled(parsed: object, category: Category) -> Node:
    """The tree of a condition that pySigma parsed.

    Raises:
        RuleFaultError: it asks for what we cannot judge.
    """
    match parsed:
        case ConditionAND(args=inner):
            return Every(tuple(compiled(one, category) for one in inner))
        case ConditionOR(args=inner):
            return Some(tuple(compiled(one, category) for one in inner))
        case ConditionNOT(args=[inner]):
            return Never(compiled(inner, category))
        case ConditionFieldEqualsValueExpression(field=name, value=value):
            return _test(_known_field(name, category), value)
        case ConditionValueExpression(value=value):
            return _keyword(_known_field(category.main, category), value)
        case _:
            msg = f"The condition holds {type(parsed).__name__}, which is not supported."
            raise RuleFaultError(msg)


def _known_field(name: str, category: Category) -> Field:
    field = category.field(name)
    if field is None:
        raise RuleFaultError(unknown_field(name, category))
    return field


def unknown_field(name: str, category: Category) -> str:
    """The sentence that refuses a field."""
    alike = [field.name for field in category.all_fields() if field.name.casefold() == name.casefold()]
    if alike:
        return f"There is no field {name}; write it {alike[0]}."
    known = ", ".join(sorted(field.name for field in category.all_fields()))
    return f"The recorder knows no field {name} of a {category.name}. It knows {known}."


def _keyword(field: Field, value: SigmaType) -> Node:
    """A value without a field is found anywhere in the category's main text."""
    if isinstance(value, SigmaNumber):
        value = SigmaString(str(value))
    if isinstance(value, SigmaString) and not isinstance(value, SigmaRegularExpression):
        return _string(field, value, is_anywhere=True)
    return _test(field, value)


def _test(field: Field, value: SigmaType) -> Node:
    match value:
        case SigmaExpansion(values=values):
            return Some(tuple(_test(field, one) for one in values))
        case SigmaNull():
            return KnownTest(field.name, is_known=False)
        case SigmaExists(exists=exists):
            return KnownTest(field.name, is_known=exists)
        case _ if field.holds is Holds.NUMBER:
            return _number(field, value)
        case _:
            return _text(field, value)


def _number(field: Field, value: SigmaType) -> Node:
    match value:
        case SigmaCompareExpression(number=number, op=op):
            return NumberTest(field.name, op.name.lower(), number.number)
        case SigmaNumber(number=number):
            return NumberTest(field.name, "eq", number)
        case SigmaString() if value.original.lstrip("-").isdigit():
            return NumberTest(field.name, "eq", int(value.original))
        case _:
            msg = f"{field.name} is a number: compare it with a number, or with gt, gte, lt, lte."
            raise RuleFaultError(msg)


def _text(field: Field, value: SigmaType) -> Node:
    match value:
        case SigmaRegularExpression():
            return _expression(field, value)
        case SigmaString():
            return _string(field, value, is_anywhere=False)
        case SigmaCIDRExpression(network=network):
            if field.holds is not Holds.TEXTS:
                msg = f"{field.name} holds no addresses; the modifier cidr is for the field Address."
                raise RuleFaultError(msg)
            return NetworkTest(field.name, network)
        case SigmaNumber():
            return _string(field, SigmaString(str(value)), is_anywhere=False)
        case SigmaBool():
            msg = f"No field of ours is true or false; put the value of {field.name} in quotes."
            raise RuleFaultError(msg)
        case SigmaCompareExpression():
            msg = f"{field.name} is text and cannot be compared with a number."
            raise RuleFaultError(msg)
        case _:
            msg = f"{field.name} is compared with {type(value).__name__}, which is not supported."
            raise RuleFaultError(msg)


def _expression(field: Field, value: SigmaRegularExpression) -> TextTest:
    expression = str(value.regexp)
    check_expression(expression)
    flags = "".join(sorted(_FLAGS[flag] for flag in value.flags))
    is_open = not any(sign in expression for sign in _CLOSING_SIGNS)
    return TextTest(field.name, f"(?{flags}:{expression})", f"matches the expression {expression}", is_open)


def _string(field: Field, value: SigmaString, *, is_anywhere: bool) -> TextTest:
    parts = list(value.s)
    starts_open = is_anywhere or (bool(parts) and parts[0] is SpecialChars.WILDCARD_MULTI)
    ends_open = is_anywhere or (bool(parts) and parts[-1] is SpecialChars.WILDCARD_MULTI)
    while parts and parts[0] is SpecialChars.WILDCARD_MULTI:
        parts.pop(0)
    while parts and parts[-1] is SpecialChars.WILDCARD_MULTI:
        parts.pop()
    if not parts and (starts_open or ends_open):
        return TextTest(field.name, "(?s:.)", "is not empty", is_open=True)
    body = "".join(_part(part) for part in parts)
    flags = "s" if isinstance(value, SigmaCasedString) else "is"
    begins, ends = "" if starts_open else r"\A", "" if ends_open else r"\z"
    pattern = f"(?{flags}:{begins}{body}{ends})"
    shown = "".join(part if isinstance(part, str) else _SHOWN.get(part, "…") for part in parts)
    words = {(True, True): "contains", (False, True): "starts with", (True, False): "ends with", (False, False): "is"}
    cased = " (in this case)" if isinstance(value, SigmaCasedString) else ""
    check_expression(pattern)
    return TextTest(field.name, pattern, f"{words[starts_open, ends_open]} {shown!r}{cased}", is_open=ends_open)


def _part(part: object) -> str:
    match part:
        case str():
            return literal(part)
        case SpecialChars.WILDCARD_MULTI:
            return ".*"
        case SpecialChars.WILDCARD_SINGLE:
            return "."
        case _:
            msg = f"The placeholder {part} is not filled in; the modifier expand is not supported."
            raise RuleFaultError(msg)
