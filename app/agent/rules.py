"""`tachiai-agent rules`: check, test and explain rules."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

import resources
from app.agent.notes import note
from recorder.detect.explaining import Line, row_of, told
from recorder.detect.linking import RuleSet
from recorder.detect.loading import load_rules, rule_files
from recorder.detect.matching import Matcher
from recorder.detect.observation import Observation
from recorder.detect.rule import Rule, Selection
from recorder.detect.taxonomy import category_named
from recorder.detect.testing import tried_examples
from recorder.errors import StorageError
from recorder.logrow import inert

WRONG_USAGE = 64
NOT_RIGHT = 1
_SIGNS = {True: "yes  ", False: "no   ", None: ""}


def run_rules(asked: argparse.Namespace, out: TextIO) -> int:
    """Do what was asked; the exit status.

    Raises:
        StorageError: a file is not there, or there is none.
    """
    files = rule_files(asked.files or [resources.path("rules")])
    if not files:
        msg = "There is no file of rules (.yml) in these folders. Name one that has some."
        raise StorageError(msg)
    loaded = load_rules(files)
    if asked.doing == "check":
        return _check(loaded, files, out, as_json=asked.json)
    if asked.doing == "test":
        return _test(loaded, out, as_json=asked.json)
    return _explain(loaded, asked, out)


def _say(out: TextIO, text: str) -> None:
    print(inert(text), file=out)


def _say_json(out: TextIO, thing: Mapping[str, object]) -> None:
    print(json.dumps(thing), file=out)


# --- check ------------------------------------------------------------------------------------------------------------


def _check(loaded: RuleSet, files: list[Path], out: TextIO, *, as_json: bool) -> int:
    for fault in loaded.faults:
        if as_json:
            _say_json(out, {"file": fault.file, "line": fault.line, "sentence": fault.sentence})
        else:
            _say(out, str(fault))
    if not as_json:
        _say(out, f"{_count(loaded.judging, 'rule')} in {_count(len(files), 'file')}, {_faults(len(loaded.faults))}.")
    return NOT_RIGHT if loaded.faults else 0


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _faults(number: int) -> str:
    return "no faults" if number == 0 else _count(number, "fault")


# --- test -------------------------------------------------------------------------------------------------------------


def _test(loaded: RuleSet, out: TextIO, *, as_json: bool) -> int:
    _tell_faults(loaded)
    count = wrong = 0
    for one in tried_examples(loaded.rules):
        count += 1
        wrong += not one.is_right
        if as_json:
            about = {"rule": one.rule.rule_id, "file": one.rule.file, "line": one.example.line}
            _say_json(out, {**about, "should_fire": one.should_fire, "fired": one.fired})
        elif not one.is_right:
            said = "should fire and does not" if one.should_fire else "should not fire and does"
            _say(out, f"{one.rule.file}:{one.example.line}: This example of {one.rule.title!r} {said}.")
    without = [rule for rule in loaded.rules if rule.alerts and not (rule.fires and rule.silent)]
    if not as_json:
        for rule in without:
            _say(out, f"{rule.file}:{rule.line}: {rule.title!r} lacks an example that fires or one that must not.")
        _say(out, f"{_count(count, 'example')}, {wrong} came out otherwise than the rule says.")
    return NOT_RIGHT if wrong or loaded.faults else 0


def _tell_faults(loaded: RuleSet) -> None:
    for fault in loaded.faults:
        note(str(fault))


# --- explain ----------------------------------------------------------------------------------------------------------


def _explain(loaded: RuleSet, asked: argparse.Namespace, out: TextIO) -> int:
    said = dict(pair.split("=", 1) for pair in asked.field if "=" in pair)
    if len(said) != len(asked.field) or (said and asked.row is None):
        note("--field is NAME=VALUE, each name once, and goes with --row.")
        return WRONG_USAGE
    _tell_faults(loaded)
    if asked.row is None:
        for rule in loaded.rules:
            _tell(rule, list(told(rule, loaded.rules)), None, out, as_json=asked.json)
        return NOT_RIGHT if loaded.faults else 0
    fired: list[bool] = []
    for rule in loaded.rules:
        try:
            seen = _row(rule, asked.row, said)
        except ValueError as error:
            note(f"--field: {error}")
            return WRONG_USAGE
        if seen is not None and isinstance(rule.looks_for, Selection):
            fired.append(bool(Matcher([rule.looks_for.tree]).matching(seen)))
            _tell(rule, list(told(rule, loaded.rules, seen)), fired[-1], out, as_json=asked.json)
    if not fired:
        note("None of these rules looks at single rows that have these fields.")
    return 0 if any(fired) else NOT_RIGHT


def _row(rule: Rule, text: str, said: dict[str, str]) -> Observation | None:
    """The row as this rule sees it; None if it looks at no single rows, or at none with such fields."""
    if not isinstance(rule.looks_for, Selection):
        return None
    category = category_named(rule.looks_for.category)
    if category is None or any(category.field(name) is None for name in said):
        return None
    return row_of(category, text, said)


def _tell(rule: Rule, lines: list[Line], fires: bool | None, out: TextIO, *, as_json: bool) -> None:
    if as_json:
        tree = [{"depth": line.depth, "text": line.text, "is_true": line.is_true} for line in lines]
        about = {"rule": rule.rule_id, "title": rule.title, "severity": rule.severity, "version": rule.version}
        where = {"file": rule.file, "line": rule.line}
        _say_json(out, {**about, **where, "reason": rule.reason, "fires": fires, "looks_for": tree})
        return
    _say(out, rule.title)
    _say(out, f"  {rule.severity or 'no severity'}, version {rule.version}, {rule.file}:{rule.line}")
    _say(out, f"  {rule.reason}")
    for line in lines:
        _say(out, f"  {_SIGNS[line.is_true]}{'  ' * line.depth}{line.text}")
    if fires is not None:
        _say(out, f"  It {'fires' if fires else 'does not fire'} at this row.")
    _say(out, "")
