"""Rules are read in a process that ends; where that does not work, they are read here."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.agent.reading_rules import ReadRules, read_apart, read_here
from recorder.policy.sections import RulesPolicy

READ = """
import sys
from app.agent.reading_rules import read_apart, read_here
from recorder.policy.sections import RulesPolicy

LIBRARIES = {"sigma", "yaml", "pyparsing"}
ready = read_here(RulesPolicy())
print(len(ready.rules), len(ready.faults), sorted(LIBRARIES & sys.modules.keys()))
policy = RulesPolicy(folders=(sys.argv[1],))
apart = read_apart(policy, let_go=lambda: None, read=read_here)()
print(len(apart.rules) - len(ready.rules), len(apart.faults), sorted(LIBRARIES & sys.modules.keys()))
here = read_here(policy)
print(apart == here, bool(LIBRARIES & sys.modules.keys()))
"""
OWN_RULE = """
title: Ours
id: 4f0c2c52-6d0c-4d1e-8b8e-7f3f6f0a1c55
level: low
logsource: {category: command}
detection: {a: {CommandLine|contains: ledger}, condition: a}
"""


def test_the_default_rules_need_no_library_and_those_of_an_organisation_only_where_they_are_read(
    tmp_path: Path,
) -> None:
    (tmp_path / "ours.yml").write_text(OWN_RULE, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", READ, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60
    )
    ready, apart, here = done.stdout.splitlines()
    count, rest = ready.split(maxsplit=1)
    assert int(count) > 70
    assert (rest, apart, here) == ("0 []", "1 0 []", "True True")


def test_where_the_other_process_dies_they_are_read_here() -> None:
    here = os.getpid()

    def dies_there(policy: RulesPolicy) -> ReadRules:
        if os.getpid() != here:
            os._exit(1)
        return read_here(policy)

    assert len(read_apart(RulesPolicy(), let_go=lambda: None, read=dies_there)().rules) > 30


def test_where_there_is_no_process_to_be_had_they_are_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refuse)
    found = ReadRules((), 0, ())
    assert read_apart(RulesPolicy(), let_go=lambda: None, read=lambda _: found)() is found


def test_what_must_not_be_held_open_is_let_go_of_there(tmp_path: Path) -> None:
    place = tmp_path / "let go"

    def let_go() -> None:
        place.write_text(str(os.getpid()))

    read_apart(RulesPolicy(), let_go=let_go, read=lambda _: ReadRules((), 0, ()))()
    assert int(place.read_text()) != os.getpid()


def test_nobody_reads_before_the_rules_are_asked_for(tmp_path: Path) -> None:
    place = tmp_path / "read"

    def read(policy: RulesPolicy) -> ReadRules:
        place.touch()
        return ReadRules((), len(policy.folders), ())

    let_go, told = os.pipe()

    def say() -> None:
        os.write(told, b"!")

    ask = read_apart(RulesPolicy(), let_go=say, read=read)
    assert os.read(let_go, 1) == b"!", "it waits"
    assert not place.exists()
    assert ask() == ReadRules((), 0, ())
    assert place.exists()
    os.close(let_go)
    os.close(told)
