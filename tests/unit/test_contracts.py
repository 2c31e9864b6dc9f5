"""Each import contract is broken on purpose, in a copy, and seen to fail: a rule that cannot fail holds nothing."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("app", "player", "recorder", "resources")

TWO_PROGRAMS = "Two programs stand on one recorder, and never on each other"
RECORDER = "In recorder, making a recording stands on keeping it"
PLAYER = "In player, widgets stand on playback, playback on sources"
AGENT = "In the agent, the program stands on its parts"
DOOR = "In resources, windows stand on words"
QT = "Qt lives in ui"
NO_KEYS = "What decodes hostile pictures knows no keys"
APP = "In app, the agent opens its window, and both stand on what is told"
CHANNELS = "In channels, the courier stands on the ways out"
CANNOT_RECORD = "The player cannot record"
STORED = "What is stored knows nothing of how it was captured"

BREACHES = [
    ("app/agent/status.py", "import player.source", {TWO_PROGRAMS}),
    ("player/timeline.py", "import app.agent.arguments", {TWO_PROGRAMS}),
    ("recorder/events.py", "import player.source", {TWO_PROGRAMS}),
    ("resources/__init__.py", "import app.agent", {TWO_PROGRAMS}),
    ("resources/ui/look.py", "import recorder.errors", {TWO_PROGRAMS}),
    ("resources/words.py", "import resources.ui.look", {DOOR}),
    ("recorder/events.py", "import recorder.oplog", {RECORDER}),
    ("recorder/clock.py", "import recorder.errors", {RECORDER}),
    ("recorder/format/payload.py", "import recorder.evidence.writer", {RECORDER}),
    ("recorder/evidence/writer.py", "import recorder.codec.decoder", {RECORDER}),
    ("recorder/capture/source.py", "import recorder.session.recorder", {RECORDER}),
    ("recorder/utils.py", "import os", {RECORDER}),
    ("player/source.py", "import player.playback", {PLAYER}),
    ("player/timeline.py", "import player.ui.window", {PLAYER}),
    ("player/helpers.py", "import os", {PLAYER}),
    ("app/agent/doctor.py", "import app.agent.cli", {AGENT}),
    ("app/channels/sending.py", "import app.agent.status", {APP}),
    ("app/channels/sending.py", "import app.channels.outbox", {CHANNELS}),
    ("recorder/codec/decoder.py", "import PySide6.QtGui", {QT}),
    ("player/playback.py", "from PySide6 import QtCore", {QT}),
    ("app/agent/status.py", "import shiboken6", {QT}),
    ("player/source.py", "import mss", {CANNOT_RECORD}),
    ("player/links.py", "import recorder.session.recorder", {CANNOT_RECORD}),
    ("recorder/evidence/writer.py", "import Xlib.display", {STORED}),
    ("player/worker/track.py", "import recorder.evidence.keys", {NO_KEYS}),
]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tree / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tree)
    return tree


def broken_contracts(tree: Path) -> set[str]:
    script = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", script, "--cache-dir", str(tree / "cache")],
        cwd=tree,
        env={"PYTHONPATH": str(tree), "PATH": "/usr/bin:/bin", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    lines = done.stdout.splitlines()
    broken = {line.partition(" BROKEN")[0] for line in lines if " BROKEN" in line}
    assert any("kept" in line and "broken" in line for line in lines), done.stdout + done.stderr
    assert (done.returncode != 0) == bool(broken)
    return broken


def test_every_contract_is_kept_as_it_is(tree: Path) -> None:
    assert broken_contracts(tree) == set()


@pytest.mark.parametrize(("path", "line", "expected"), BREACHES, ids=[f"{path}: {line}" for path, line, _ in BREACHES])
def test_a_breach_is_caught(tree: Path, path: str, line: str, expected: set[str]) -> None:
    module = tree / path
    before = module.read_bytes() if module.exists() else None
    module.write_bytes((before or b'"""New."""\n') + f"\n{line}\n".encode())
    try:
        assert broken_contracts(tree) >= expected
    finally:
        if before is None:
            module.unlink()
        else:
            module.write_bytes(before)


def test_every_contract_is_broken_by_something(tree: Path) -> None:
    project = tomllib.loads((tree / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {contract["name"] for contract in project["tool"]["importlinter"]["contracts"]}
    assert contracts == set().union(*(expected for _, _, expected in BREACHES))
