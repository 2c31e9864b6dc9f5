"""The default rules in their ready form are the rules of their files; what does not fit them is read."""

import dataclasses
from pathlib import Path

import pytest

import resources
from recorder.detect.gathering import gathered_rules
from recorder.detect.linking import RuleSet
from recorder.detect.loading import load_rules, rule_files
from recorder.detect.ready import ReadyRules
from recorder.detect.readying import readied
from recorder.detect.rule import Rule
from recorder.policy.sections import RulesPolicy

BUILT_IN = resources.path("rules")
READY = ReadyRules.kept_in(BUILT_IN / "ready.jsonl")


def told(rules: tuple[Rule, ...]) -> list[str]:
    """All that is said of them, also what their equality leaves out; without the examples, which are not made ready."""
    return [repr(dataclasses.replace(rule, fires=(), silent=())) for rule in rules]


def test_the_ready_rules_are_those_that_are_read_from_their_files() -> None:
    ready, read = gathered_rules(RulesPolicy(), BUILT_IN, ready=READY), gathered_rules(RulesPolicy(), BUILT_IN)
    assert all(READY.drafts(path.read_bytes(), path.name) is not None for path in rule_files([BUILT_IN]))
    assert told(ready.rules) == told(read.rules), "run `make rules`"
    assert (ready.faults, ready.judging) == (read.faults, read.judging)


def rules_beside(folder: Path) -> tuple[RuleSet, RuleSet]:
    """The default rules with those of a folder: ready, and all read."""
    policy = RulesPolicy(folders=(str(folder),))
    return gathered_rules(policy, BUILT_IN, ready=READY), gathered_rules(policy, BUILT_IN)


COUNTS_A_DEFAULT_RULE = """
title: Many archives
id: 6a8f0f3e-02a5-4e0b-9a53-5b1f6f1f3a11
level: high
correlation:
  type: event_count
  rules: {rule}
  timespan: 10m
  condition: {{gte: 3}}
"""
TWICE = """
title: Again
id: {rule}
level: high
logsource: {{category: command}}
detection: {{a: {{CommandLine|contains: x}}, condition: a}}
"""


def test_rules_of_an_organisation_know_the_ready_ones_as_if_they_were_read(tmp_path: Path) -> None:
    one = READY.drafts((BUILT_IN / "archive_encrypted.yml").read_bytes(), "any")
    assert one is not None
    (tmp_path / "count.yml").write_text(COUNTS_A_DEFAULT_RULE.format(rule=one[0].rule_id), encoding="utf-8")
    (tmp_path / "twice.yml").write_text(TWICE.format(rule=one[0].rule_id), encoding="utf-8")
    ready, read = rules_beside(tmp_path)
    assert told(ready.rules) == told(read.rules)
    assert len(ready.faults) == 1
    assert ready.faults == read.faults


def test_a_file_that_was_changed_is_read(tmp_path: Path) -> None:
    text = (BUILT_IN / "archive_encrypted.yml").read_text(encoding="utf-8")
    changed = tmp_path / "archive_encrypted.yml"
    changed.write_text(text.replace("level: medium", "level: critical"), encoding="utf-8")
    (rule,) = load_rules([changed], ready=READY).rules
    assert str(rule.severity) == "critical"


@pytest.mark.parametrize("content", [None, b"", b"not this", b'{"file":"a.yml","digest":"","drafts":[{}]}\n', b"\xff"])
def test_where_nothing_is_ready_everything_is_read(tmp_path: Path, content: bytes | None) -> None:
    kept = tmp_path / "ready.jsonl"
    if content is not None:
        kept.write_bytes(content)
    file = BUILT_IN / "archive_encrypted.yml"
    assert ReadyRules.kept_in(kept).drafts(file.read_bytes(), file.name) is None
    assert len(load_rules([file], ready=ReadyRules.kept_in(kept)).rules) == 1


@pytest.mark.parametrize(
    "text",
    [
        TWICE.format(rule="a").replace("contains: x", "contains: ''"),
        TWICE.format(rule="a").replace("CommandLine", "Nothing"),
    ],
)
def test_only_what_is_sound_is_made_ready(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"bad\.yml"):
        list(readied(tmp_path))
