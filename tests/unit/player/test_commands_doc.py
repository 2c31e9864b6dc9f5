"""docs/commands.md tells every command, option, kind and JSON name there is."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from player.arguments import parser
from recorder.logrow import KINDS
from tests.player_place import Place

DOC = (Path(__file__).parents[3] / "docs" / "commands.md").read_text(encoding="utf-8")
FIRST = "20260301T140509Z-00000001"


def options(top: argparse.ArgumentParser, name: str = "") -> Iterator[tuple[str, str]]:
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command, below in action.choices.items():
                yield from options(below, f"{name} {command}".strip())
        else:
            for option in action.option_strings:
                if option not in ("-h", "--help"):
                    yield name, option


def section(command: str) -> str:
    found = re.search(rf"^## {command}$(.*?)(?=^## |\Z)", DOC, re.MULTILINE | re.DOTALL)
    assert found is not None, f"docs/commands.md does not tell of {command}"
    return found[1]


@pytest.mark.parametrize(("command", "option"), list(options(parser())))
def test_every_option_is_documented(command: str, option: str) -> None:
    assert option in (section(command.partition(" ")[0]) if command else DOC)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_row_is_documented(kind: str) -> None:
    assert kind in section("log")


def test_every_name_in_json_is_documented(capsys) -> None:
    place = Place(capsys)
    desk = place.desk(FIRST)
    desk.type("word")
    desk.close()
    for command in (
        ("list",),
        ("verify", FIRST),
        ("log", FIRST),
        ("search", "word"),
        ("reindex",),
        ("keys", "list"),
        ("persons", "show"),
    ):
        objects = place.run(*command, "--json").objects
        assert objects
        for name in {name for thing in objects for name in thing}:
            assert f"`{name}`" in section(command[0]), f"{command[0]}: {name}"
