"""The programs as they ship: frozen into one folder, started without Python, without this checkout on their path."""

import fcntl
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.xserver import XServer, start_xvfb

ROOT = Path(__file__).resolve().parents[2]
BUILD_LIMIT_S = 900.0
LIMIT_S = 60.0

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def frozen() -> Path:
    """The folder that `make build` makes; made again only if a source is newer."""
    kept = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    with (ROOT / "build.spec").open() as spec:
        fcntl.flock(spec, fcntl.LOCK_EX)  # tests run side by side; the second finds it made
        made = subprocess.run(
            ["make", "build"], cwd=ROOT, env=kept, capture_output=True, text=True, check=False, timeout=BUILD_LIMIT_S
        )
    assert made.returncode == 0, made.stdout + made.stderr
    return ROOT / "dist" / "tachiai"


@pytest.fixture
def server() -> Iterator[XServer]:
    with start_xvfb(800, 600) as server:
        server.start_openbox()
        yield server


@pytest.fixture
def run(frozen: Path, home: Path, tmp_path: Path) -> Run:
    """Run a frozen program somewhere else, with nothing of the virtual environment."""

    def run(program: str, *arguments: str, display: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [frozen / program, *arguments],
            cwd=tmp_path,
            env=environment(home, display),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_S,
        )

    return run


def environment(home: Path, display: str | None) -> dict[str, str]:
    names = {
        "HOME": str(home),
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TACHIAI_HOME": str(home / "tachiai"),
        "TACHIAI_LIBRARY": str(home / "recordings"),
    }
    return names | ({"DISPLAY": display} if display else {"QT_QPA_PLATFORM": "offscreen"})


@pytest.fixture
def recording(run: Run, server: XServer) -> Path:
    server.start_xterm()
    recorded = run("tachiai-agent", "record", "--for", "2", display=server.display)
    assert recorded.returncode == 0, recorded.stderr
    return Path(recorded.stdout.splitlines()[-1])


@pytest.mark.parametrize("program", ["tachiai-agent", "tachiai-player"])
def test_a_frozen_program_explains_itself(run: Run, program: str) -> None:
    helped = run(program, "--help")
    assert helped.returncode == 0, helped.stderr
    assert helped.stdout.startswith(f"usage: {program}")
    assert run(program, "--no-such-option").returncode == 64


def test_the_frozen_agent_knows_what_it_can_record(run: Run, server: XServer) -> None:
    here = run("tachiai-agent", "doctor", "--json", display=server.display)
    assert here.returncode == 0, here.stdout + here.stderr
    assert all(json.loads(line) for line in here.stdout.splitlines())
    assert here.stdout.strip()
    assert run("tachiai-agent", "doctor", "--json").returncode == 3


def test_the_frozen_programs_record_list_and_verify(run: Run, recording: Path) -> None:
    listed = run("tachiai-player", "list", "--json")
    assert [json.loads(line)["recording"] for line in listed.stdout.splitlines()] == [recording.name]
    verified = run("tachiai-player", "verify", str(recording), "--json")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_the_frozen_player_gives_a_picture_and_a_log(run: Run, recording: Path, tmp_path: Path) -> None:
    framed = run("tachiai-player", "frame", str(recording), "--at", "1", "--out", str(tmp_path / "frame.png"))
    assert framed.returncode == 0, framed.stderr
    assert (tmp_path / "frame.png").read_bytes().startswith(b"\x89PNG")
    logged = run("tachiai-player", "log", str(recording), "--json")
    assert logged.returncode == 0, logged.stderr
    assert "session" in {json.loads(line)["kind"] for line in logged.stdout.splitlines()}


def test_the_frozen_player_shows_its_window(frozen: Path, home: Path, recording: Path, server: XServer) -> None:
    player = server.start(
        [str(frozen / "tachiai-player"), "open", str(recording)], env=environment(home, server.display)
    )
    window = server.run("timeout", "30", "xdotool", "search", "--sync", "--onlyvisible", "--pid", str(player.pid))
    assert window.split()
    assert player.poll() is None
