"""Which of many rules match one observation: a pass over each of its texts, then only the rules that may match."""

import ipaddress
import operator
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from recorder.detect.conditions import KnownTest, NetworkTest, Node, NumberTest, Test, TextTest, holds, needed, tests
from recorder.detect.observation import FieldValue, Observation
from recorder.detect.patterns import PatternSet, matches
from recorder.detect.taxonomy import PART_FIELDS

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
    "eq": operator.eq,
    "neq": operator.ne,
}


class Matcher:
    """Holds the trees of one category's rules; `matching` gives the places of those that hold."""

    def __init__(self, trees: Sequence[Node]) -> None:
        self._trees = trees
        self._asks_parts = any(test.field in PART_FIELDS for tree in trees for test in tests(tree))
        by_field: defaultdict[str, dict[TextTest, None]] = defaultdict(dict)
        for tree in trees:
            for test in tests(tree):
                if isinstance(test, TextTest):
                    by_field[test.field][test] = None
        self._sets = [
            (name, PatternSet([test.pattern for test in asked]), list(asked)) for name, asked in by_field.items()
        ]
        self._always: list[int] = []
        self._after: defaultdict[TextTest, list[int]] = defaultdict(list)
        for place, tree in enumerate(trees):
            self._file_under_need(place, tree)

    def _file_under_need(self, place: int, tree: Node) -> None:
        need = needed(tree)
        if need is None:
            self._always.append(place)
            return
        for test in need:
            self._after[test].append(place)

    def matching(self, seen: Observation, *, among: frozenset[int] | None = None) -> list[int]:
        """The places of the trees that hold of this observation, in order; `among`: only these are asked."""
        found = self._found(seen.fields)
        if not self._asks_parts or not seen.parts:
            return sorted(self._holding(seen.fields, found, among))
        holding: set[int] = set()
        for part in seen.parts:
            holding |= self._holding({**seen.fields, **part}, found | self._found(part), among)
        return sorted(holding)

    def _found(self, fields: Mapping[str, FieldValue]) -> set[TextTest]:
        """The tests of texts that are true of these fields."""
        return {
            asked[place]
            for name, patterns, asked in self._sets
            if name in fields
            for text in _texts(fields[name])
            for place in patterns.found_in(text)
        }

    def _holding(
        self, fields: Mapping[str, FieldValue], found: set[TextTest], among: frozenset[int] | None
    ) -> set[int]:
        may = set(self._always)
        for test in found:
            may.update(self._after.get(test, ()))
        if among is not None:
            may &= among

        def is_true(test: Test) -> bool:
            return test in found if isinstance(test, TextTest) else test_holds(test, fields.get(test.field))

        return {place for place in may if holds(self._trees[place], is_true)}


def test_holds(test: Test, value: FieldValue) -> bool:
    """Whether one test is true of one value, without any preparation."""
    match test:
        case TextTest(pattern=pattern):
            return any(matches(pattern, text) for text in _texts(value))
        case NumberTest(operator=how, number=number):
            return isinstance(value, int) and _COMPARE[how](value, number)
        case KnownTest(is_known=is_known):
            return (value not in (None, "", ())) is is_known
        case NetworkTest(network=network):
            return any(_lies_in(text, network) for text in _texts(value))


def _texts(value: FieldValue) -> Iterable[str]:
    if isinstance(value, str):
        return (value,)
    return value if isinstance(value, tuple) else ()


def _lies_in(text: str, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    try:
        return ipaddress.ip_address(text) in network
    except ValueError:
        return False
