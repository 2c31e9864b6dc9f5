"""The documents name what the programs have: every command, option, kind of event, error and log row."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.agent import arguments as agent_arguments
from player import arguments as player_arguments
from recorder import errors, events, oplog

ROOT = Path(__file__).resolve().parents[2]
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CHANGELOG.md")] + sorted(
    (ROOT / "docs").glob("*.md")
)

MANUALS = {
    "tachiai-agent": (ROOT / "docs" / "agent.md").read_text(encoding="utf-8"),
    "tachiai-player": (ROOT / "docs" / "commands.md").read_text(encoding="utf-8"),
}
PROGRAMS = {"tachiai-agent": agent_arguments.parser, "tachiai-player": player_arguments.parser}


def commands() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command of every program with its parser; commands under a command belong to it."""
    for program, parser in PROGRAMS.items():
        for name, command in commands_under(parser()):
            yield f"{program} {name}", command
            for _, inner in commands_under(command):
                yield f"{program} {name}", inner


def commands_under(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def section(command: str) -> str:
    """What the manual says of a command."""
    program, _, name = command.partition(" ")
    return MANUALS[program].partition(f"\n## {name}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("command", sorted({name for name, _ in commands()}))
def test_every_command_is_in_the_manual(command: str) -> None:
    assert section(command).strip()


@pytest.mark.parametrize(
    ("command", "option"),
    sorted(
        {
            (name, option)
            for name, parser in commands()
            for action in parser._actions
            for option in action.option_strings
            if option.startswith("--") and option != "--help"
        }
    ),
)
def test_every_option_is_in_the_manual(command: str, option: str) -> None:
    assert re.search(re.escape(option) + r"\b", section(command))


@pytest.mark.parametrize("kind", [str(kind.__struct_config__.tag) for kind in events.KINDS])
def test_every_kind_of_event_is_described(kind: str) -> None:
    assert f"| `{kind}` |" in ARCHITECTURE


def test_no_kind_of_event_is_described_that_is_not_there() -> None:
    described = set(re.findall(r"^\| `(\w+)` \|", ARCHITECTURE, re.MULTILINE))
    assert described == {str(kind.__struct_config__.tag) for kind in events.KINDS}


@pytest.mark.parametrize("error", [name for name in vars(errors) if name.endswith("Error")])
def test_every_error_is_described(error: str) -> None:
    assert f"`{error}`" in ARCHITECTURE


@pytest.mark.parametrize("kind", oplog.KINDS)
def test_every_kind_of_log_row_is_in_the_manual(kind: str) -> None:
    assert re.search(rf"\b{kind}\b", section("tachiai-player log"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_a_document_links_to_is_there(path: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []
