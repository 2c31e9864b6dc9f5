"""`tachiai-agent rules`: what is wrong, whether the examples come out, and why a row matches or does not."""

import json

import pytest

from app.agent.cli import main

GOOD = """
title: Halted
name: halted
description: Because.
level: high
logsource: {category: command}
detection:
  halting: {CommandLine|contains: halt}
  asking: {CommandLine|contains: --help}
  condition: halting and not asking
tachiai:
  fires: [sudo halt]
  silent: [halt --help]
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "rule.yml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def run(capsys, *asked):
    status = main(["rules", *map(str, asked)])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_the_rules_of_the_program_are_right_and_their_examples_come_out(capsys):
    status, out, _ = run(capsys, "check")
    assert (status, out) == (0, "87 rules in 79 files, no faults.\n")
    status, out, _ = run(capsys, "test")
    assert status == 0
    assert out.endswith("examples, 0 came out otherwise than the rule says.\n")
    assert out.count("\n") == 1


def test_what_is_wrong_is_told_with_file_and_line(capsys, file):
    file.write_text(GOOD.replace("CommandLine|contains: halt", "Commandline|contains: halt"), encoding="utf-8")
    status, out, _ = run(capsys, "check", file.parent)
    assert status == 1
    assert f"{file}:8: There is no field Commandline; write it CommandLine." in out
    assert "0 rules in 1 file, 1 fault." in out
    status, out, _ = run(capsys, "check", file, "--json")
    assert (status, json.loads(out)["line"]) == (1, 8)


def test_an_example_that_comes_out_otherwise_is_told(capsys, file):
    file.write_text(GOOD.replace("[halt --help]", "[halt]"), encoding="utf-8")
    status, out, _ = run(capsys, "test", file)
    assert status == 1
    assert f"{file}:13: This example of 'Halted' should not fire and does." in out
    file.write_text(GOOD.replace("fires: [sudo halt]", "fires: []"), encoding="utf-8")
    status, out, _ = run(capsys, "test", file)
    assert "lacks an example that fires" in out


def test_a_rule_is_told_in_words(capsys, file):
    status, out, _ = run(capsys, "explain", file)
    assert status == 0
    for words in (
        "Halted",
        "Because.",
        "all of",
        "CommandLine contains 'halt'",
        "not",
        "CommandLine contains '--help'",
    ):
        assert words in out


def test_why_a_row_matches_or_does_not(capsys, file):
    status, out, _ = run(capsys, "explain", file, "--row", "sudo halt")
    assert status == 0
    assert "It fires at this row." in out
    status, out, _ = run(capsys, "explain", file, "--row", "halt --help")
    assert status == 1
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "yes CommandLine contains 'halt'" in lines
    assert "no not" in lines
    assert "yes CommandLine contains '--help'" in lines
    assert "It does not fire at this row." in lines
    status, out, _ = run(capsys, "explain", file, "--row", "halt", "--json")
    assert json.loads(out)["fires"] is True


def test_a_rule_about_simple_commands_is_explained_with_the_one_that_fires(capsys, file):
    file.write_text(GOOD.replace("CommandLine|contains: halt", "Runs: halt, Behind: ssh"), encoding="utf-8")
    status, out, _ = run(capsys, "explain", file, "--row", "uptime; ssh web1 'sudo halt'")
    assert status == 0
    assert "Judged with the simple command: halt" in out


def test_other_fields_of_the_row_can_be_said(capsys, file):
    file.write_text(GOOD.replace("contains: --help", "contains: --help, Hour|lt: 12"), encoding="utf-8")
    assert run(capsys, "explain", file, "--row", "halt --help", "--field", "Hour=13")[0] == 0
    assert run(capsys, "explain", file, "--row", "halt --help", "--field", "Hour=9")[0] == 1


@pytest.mark.parametrize(
    "asked",
    [
        ("explain", "--field", "Hour=1"),
        ("explain", "--row", "x", "--field", "Hour"),
        ("explain", "--row", "x", "--field", "Hour=late"),
    ],
)
def test_wrong_usage_is_said(capsys, asked):
    status, _, err = run(capsys, *asked)
    assert status == 64
    assert "--field" in err


def test_what_is_not_there_is_said(capsys, tmp_path):
    status, _, err = run(capsys, "check", tmp_path / "nowhere")
    assert status == 4
    assert "no such file or folder" in err
    status, _, err = run(capsys, "check", tmp_path)
    assert status == 4
    assert "no file of rules" in err
