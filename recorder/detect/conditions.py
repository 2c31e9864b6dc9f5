"""A rule's condition as a tree of tests, and what can be said of the tree without asking it."""

import dataclasses
import ipaddress
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class TextTest:
    """A text field matches a regular expression of RE2. `words` say the test in words: "contains 'x'".

    `is_open`: what matches goes on matching however much is added behind it.
    """

    field: str
    pattern: str
    words: str = dataclasses.field(compare=False)
    is_open: bool = dataclasses.field(compare=False)


@dataclass(frozen=True, slots=True)
class NumberTest:
    """A number stands so ("lt", "lte", "gt", "gte", "eq", "neq") to another one."""

    field: str
    operator: str
    number: int | float


@dataclass(frozen=True, slots=True)
class KnownTest:
    """Something is known of a field (`is_known`), or nothing is."""

    field: str
    is_known: bool


@dataclass(frozen=True, slots=True)
class NetworkTest:
    """One of the addresses in a field lies in a network."""

    field: str
    network: Network


Test = TextTest | NumberTest | KnownTest | NetworkTest


@dataclass(frozen=True, slots=True)
class Every:
    """All of these hold."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of these holds."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Never:
    """This does not hold."""

    node: "Node"


Node = Test | Every | Some | Never


def tests(node: Node) -> Iterator[Test]:
    """All tests of a tree, from left to right."""
    match node:
        case Every(nodes) | Some(nodes):
            for inner in nodes:
                yield from tests(inner)
        case Never(inner):
            yield from tests(inner)
        case _:
            yield node


def holds(node: Node, is_true: Callable[[Test], bool]) -> bool:
    """Whether the tree holds where these tests are true."""
    match node:
        case Every(nodes):
            return all(holds(inner, is_true) for inner in nodes)
        case Some(nodes):
            return any(holds(inner, is_true) for inner in nodes)
        case Never(inner):
            return not holds(inner, is_true)
        case test:
            return is_true(test)


def needed(node: Node) -> frozenset[TextTest] | None:
    """Text tests of which at least one is true wherever the tree holds; None if there are none such."""
    match node:
        case TextTest():
            return frozenset({node})
        case Every(nodes):
            found = [some for inner in nodes if (some := needed(inner)) is not None]
            return min(found, key=_selects, default=None)
        case Some(nodes):
            each = [needed(inner) for inner in nodes]
            return None if None in each else frozenset().union(*(some for some in each if some is not None))
        case _:
            return None


def _selects(some: frozenset[TextTest]) -> tuple[int, int]:
    """Few tests with long patterns come first: they are true most seldom."""
    return len(some), -min((len(test.pattern) for test in some), default=0)


def is_decided_early(node: Node, growing: str) -> bool:
    """Whether the tree, once it holds, goes on holding however much is added behind the text in the field `growing`."""
    match node:
        case Every(nodes) | Some(nodes):
            return all(is_decided_early(inner, growing) for inner in nodes)
        case TextTest():
            return node.field != growing or node.is_open
        case KnownTest():
            return node.field != growing or node.is_known
        case Never(inner):
            return all(test.field != growing for test in tests(inner))
        case _:
            return True
