"""Rules whose files were read when the program was made, as drafts: pySigma is not needed for them where it runs.

A file of rules is known again by the digest of its bytes; one that was changed since, or was never read, is not ready.
What is ready comes with the program and lies where the rules themselves lie, never where whoever is recorded may write:
it is believed as they are. It holds no examples, which nobody who judges needs.
"""

import hashlib
import ipaddress
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from recorder.detect.conditions import Every, KnownTest, NetworkTest, Never, Node, NumberTest, Some, TextTest
from recorder.detect.drafts import AskedCorrelation, Draft, Lines, Way
from recorder.detect.rule import Selection
from recorder.events import AlertSeverity
from recorder.policy.sections import Response


class ReadyDraft(msgspec.Struct, frozen=True, omit_defaults=True):
    """One draft; a tree of tests is a list whose first item says what it is."""

    rule_id: str
    version: str
    title: str
    reason: str
    first_line: int
    lines: tuple[tuple[Way, int], ...]
    name: str = ""
    severity: AlertSeverity | None = None
    response: Response | None = None
    category: str = ""
    tree: Any = None
    correlation: AskedCorrelation | None = None
    tags: tuple[str, ...] = ()
    references: tuple[str, ...] = ()


class ReadyFile(msgspec.Struct, frozen=True):
    """The drafts of one file of rules, with the digest of its bytes."""

    file: str
    digest: str
    drafts: tuple[ReadyDraft, ...]


class ReadyRules:
    """The files that are ready, by their digests."""

    def __init__(self, files: Sequence[ReadyFile] = ()) -> None:
        self._files: Mapping[str, ReadyFile] = {file.digest: file for file in files}

    @classmethod
    def kept_in(cls, path: Path) -> "ReadyRules":
        """Those of this file; none if it is not there or says something else: then the rules are read."""
        try:
            return cls(msgspec.json.Decoder(ReadyFile).decode_lines(path.read_bytes()))
        except (OSError, msgspec.DecodeError):
            return cls()

    def drafts(self, content: bytes, name: str) -> list[Draft] | None:
        """The drafts of the file `name` that holds this; None if it is not ready."""
        ready = self._files.get(digest_of(content))
        return None if ready is None else [_draft(one, name) for one in ready.drafts]


def digest_of(content: bytes) -> str:
    """By what a file is known again."""
    return hashlib.sha256(content).hexdigest()


def _draft(ready: ReadyDraft, file: str) -> Draft:
    looks_for = Selection(ready.category, _node(ready.tree)) if ready.correlation is None else ready.correlation
    return Draft(
        Lines(ready.first_line, dict(ready.lines)),
        file,
        ready.rule_id,
        ready.name,
        ready.version,
        ready.title,
        ready.reason,
        ready.severity,
        ready.response,
        looks_for,
        ready.tags,
        ready.references,
        (),
        (),
        is_narrow=True,
    )


def _node(told: Sequence[Any]) -> Node:
    match told:
        case ["all", *nodes]:
            return Every(tuple(map(_node, nodes)))
        case ["any", *nodes]:
            return Some(tuple(map(_node, nodes)))
        case ["not", inner]:
            return Never(_node(inner))
        case ["text", field, pattern, words, is_open]:
            return TextTest(field, pattern, words, is_open)
        case ["number", field, how, number]:
            return NumberTest(field, how, number)
        case ["known", field, is_known]:
            return KnownTest(field, is_known)
        case ["network", field, network]:
            return NetworkTest(field, ipaddress.ip_network(network))
        case _:
            msg = f"a tree of tests holds {told!r}"
            raise ValueError(msg)


def told_node(node: Node) -> list[Any]:
    """The same the other way round."""
    match node:
        case Every(nodes):
            return ["all", *map(told_node, nodes)]
        case Some(nodes):
            return ["any", *map(told_node, nodes)]
        case Never(inner):
            return ["not", told_node(inner)]
        case TextTest(field, pattern, words, is_open):
            return ["text", field, pattern, words, is_open]
        case NumberTest(field, how, number):
            return ["number", field, how, number]
        case KnownTest(field, is_known):
            return ["known", field, is_known]
        case NetworkTest(field, network):
            return ["network", field, str(network)]
