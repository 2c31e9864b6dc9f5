"""Wrong usage, help, pipes, and what a command brings with it."""

import subprocess
import sys
from pathlib import Path

import pytest

from player.arguments import parse
from tests.player_place import Place

FIRST = "20260301T140509Z-00000001"
ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "--nonsense"), ("verify",), ("log", "x", "--kind", "poetry"), ("log", "x", "--from", "-1"),
        ("log", "x", "--from", "nan"), ("search",), ("search", "x", "--limit", "0"), ("frame", "x"),
        ("frame", "x", "--at", "soon", "--out", "y"), ("export", "x"), ("export", "x", "--video", "y.gif"), ("keys",),
        ("export", "x", "--log", "-", "--subtitles", "-"), ("frame", "x", "--at", "1", "--out", "y.jpg"),
        ("frame", "x", "--at", "1", "--out", ""), ("list", "--library", ""), ("log", "x", "--from", "2", "--to", "1"),
        ("open", "--at", "x"), ("--nonsense",), ("a", "b"),
    ],
)  # fmt: skip
def test_wrong_usage_is_64(place: Place, arguments: tuple[str, ...]) -> None:
    answer = place.run(*arguments)
    assert answer.status == 64
    assert answer.out == ""
    assert "Traceback" not in answer.notes


def test_a_mistyped_command_is_told_which_one_was_meant(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = place.run("exprot", "x", "--video", "y.mp4")
    assert answer.status == 64
    assert "'exprot' is no command, and no folder is called so; did you mean export?" in answer.notes
    alone = place.run("serach")
    assert alone.status == 64
    assert "did you mean search?" in alone.notes


@pytest.mark.parametrize("word", ["exprot", "quarterly", "20260301"])
def test_what_may_be_a_recording_is_opened_and_not_taken_for_a_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, word: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exprot").mkdir()
    asked = parse([word])
    assert (asked.command, asked.recording) == ("open", word)


def test_the_version_is_told(place: Place) -> None:
    answer = place.run("--version")
    assert answer.status == 0
    assert answer.out.startswith("tachiai-player ")


@pytest.mark.parametrize("command", ["open", "list", "verify", "log", "search", "frame", "export", "reindex", "keys"])
def test_every_command_has_help_with_examples(place: Place, command: str) -> None:
    answer = place.run(command, "--help")
    assert answer.status == 0
    assert f"tachiai-player {command}" in answer.out
    assert "examples:" in answer.out


def test_a_reader_that_has_enough_is_no_failure(place: Place) -> None:
    desk = place.desk(FIRST)
    for number in range(3000):
        desk.window(f"window {number} " + "x" * 100)
    desk.close()
    process = subprocess.Popen(
        [sys.executable, "-m", "player", "log", FIRST], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline()
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=30) == 0
    assert errors == b""


@pytest.mark.parametrize("command", [("list",), ("verify", FIRST), ("log", FIRST), ("search", "session")])
def test_quick_commands_bring_no_pictures_and_no_window(place: Place, command: tuple[str, ...]) -> None:
    place.desk(FIRST).close()
    script = (
        "import sys; from player.cli import main; status = main(sys.argv[1:]);"
        "heavy = {'numpy', 'cv2', 'PySide6'} & set(sys.modules); assert not heavy, heavy;"
        "sys.exit(status)"
    )
    place.run("search", "session")  # from now on there is an index that `list` and `verify` use
    done = subprocess.run(
        [sys.executable, "-c", script, *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
