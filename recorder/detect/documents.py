"""YAML files as documents that know on which line each of their keys stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from recorder.detect.drafts import Lines, Way
from recorder.detect.faults import MOST_BYTES, RuleFaultError

DEEPEST = 20

_OPENING = (yaml.events.MappingStartEvent, yaml.events.SequenceStartEvent)
_CLOSING = (yaml.events.MappingEndEvent, yaml.events.SequenceEndEvent)


@dataclass(frozen=True, slots=True)
class Document(Lines):
    """One document of a file: its data, and the line of every key and list item by the way to it."""

    data: dict[str, Any]


def documents(content: bytes) -> Iterator[Document]:
    """The documents of a file, in order.

    Raises:
        RuleFaultError: it is not YAML, or YAML that a rule has no use for.
    """
    text = _decoded(content)
    try:
        _refuse_what_grows(text)
        loader = yaml.CSafeLoader(text)
        try:
            while loader.check_node():
                node = loader.get_node()
                if node is not None and not _is_empty(node):
                    yield _document(loader, node)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else _line(mark)
        msg = f"This is not YAML: {error.problem or error.context}. Mend the line, or the one above it."
        raise RuleFaultError(msg, line) from error
    except (yaml.YAMLError, ValueError) as error:  # a value that looks like a date and is none
        msg = f"This is not YAML: {' '.join(str(error).split())}."
        raise RuleFaultError(msg) from error


def _decoded(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        msg = f"A file of rules has at most {MOST_BYTES} bytes, and this one more. Split it."
        raise RuleFaultError(msg)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        msg = "The file is not UTF-8 text. Save it as UTF-8."
        raise RuleFaultError(msg, line) from error


def _refuse_what_grows(text: str) -> None:
    """No aliases, which can make a small file enormous, and no deep nesting, which recursion would not survive."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.events.AliasEvent):
            msg = "An alias (*name) is not taken in rules. Write out what it stands for."
            raise RuleFaultError(msg, _line(event.start_mark))
        depth += isinstance(event, _OPENING) - isinstance(event, _CLOSING)
        if depth > DEEPEST:
            msg = f"This is nested more than {DEEPEST} deep, which no rule is."
            raise RuleFaultError(msg, _line(event.start_mark))


def _line(mark: Any) -> int:
    return int(mark.line) + 1


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.value


def _document(loader: yaml.CSafeLoader, node: yaml.Node) -> Document:
    first_line = _line(node.start_mark)
    if not isinstance(node, yaml.MappingNode):
        msg = "A rule is a mapping of keys (title:, logsource:, detection:) to values; this is something else."
        raise RuleFaultError(msg, first_line)
    lines: dict[Way, int] = {}
    _walk(node, (), lines)
    return Document(first_line, lines, loader.construct_document(node))


def _walk(node: yaml.Node, way: Way, lines: dict[Way, int]) -> None:
    if isinstance(node, yaml.SequenceNode):
        for place, item in enumerate(node.value):
            lines[*way, place] = _line(item.start_mark)
            _walk(item, (*way, place), lines)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            _key(key, value, way, lines)


def _key(key: yaml.Node, value: yaml.Node, way: Way, lines: dict[Way, int]) -> None:
    line = _line(key.start_mark)
    if not isinstance(key, yaml.ScalarNode):
        msg = "A key is a word, not a list or a mapping."
        raise RuleFaultError(msg, line)
    inner = (*way, key.value)
    if inner in lines:
        msg = f"The key {key.value!r} stands here twice; only the last would count. Remove one, or make a list."
        raise RuleFaultError(msg, line)
    lines[inner] = line
    _walk(value, inner, lines)
