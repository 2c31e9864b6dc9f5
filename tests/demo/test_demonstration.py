"""What a newcomer sees first: `make demo` on a machine without a display, and on one with a display."""

import contextlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import cv2
import pytest
from Xlib import X, display
from Xlib.protocol import event

from app.agent.demo_report import MADE
from tests.xserver import start_xvfb

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 240.0
FROM_A_PAGER = 2  # who asks, as the specification of window managers counts them


def run_demo(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app.agent.demo", "--folder", str(folder)],
        cwd=ROOT,
        env=dict(os.environ) | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    folder = tmp_path_factory.mktemp("demo")
    for name in MADE:  # as an earlier demonstration left them
        (folder / name).write_text("of an earlier demonstration", encoding="utf-8")
    home = {"HOME": str(folder), "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    return folder, run_demo(folder, **home)


def test_the_demonstration_ends_well_and_says_what_it_measured(demo) -> None:
    _, said = demo
    assert said.returncode == 0, said.stdout + said.stderr
    assert re.search(r"Measured: +\d+\.\d s, \d+ changes, \d+\.\d+ MB", said.stdout)
    assert "Verdict:" in said.stdout


def test_the_recording_it_made_is_sound(demo) -> None:
    folder, _ = demo
    (recording,) = (folder / "recordings").iterdir()
    verified = subprocess.run(
        [sys.executable, "-m", "player", "verify", str(recording)],
        cwd=ROOT,
        env=dict(os.environ) | {"TACHIAI_HOME": str(folder / "tachiai")},
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )
    assert verified.returncode == 0, verified.stdout


def test_a_word_that_was_typed_is_found_at_the_second_it_was_typed(demo) -> None:
    _, said = demo
    found = re.search(r"found at (\d+\.\d) s; the operator began to type that line at (\d+\.\d) s", said.stdout)
    assert found, said.stdout
    found_s, typed_s = map(float, found.groups())
    assert -1.0 <= found_s - typed_s <= 3.0  # the word stands a few letters into the line


def test_everything_it_names_is_there(demo) -> None:
    folder, _ = demo
    for name in MADE:
        assert b"of an earlier demonstration" not in (folder / name).read_bytes(), name
    picture = cv2.imread(str(folder / "player.png"))
    assert picture is not None
    assert picture.std() > 10, "the player's window shows something"
    assert (folder / "session.webm").stat().st_size > 10_000
    assert "WEBVTT" in (folder / "session.vtt").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in (folder / "operation-log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {"text", "window", "click"} <= {row["kind"] for row in rows}
    assert "ledger" in (folder / "operation-log.txt").read_text(encoding="utf-8")


def test_nothing_of_it_keeps_running(demo) -> None:
    folder, _ = demo
    mine = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            environment = (entry / "environ").read_bytes()
        except OSError:  # it ended, or is another's
            continue
        if f"HOME={folder}".encode() in environment:
            mine.append((entry / "cmdline").read_bytes())
    assert mine == []


def test_a_display_that_cannot_be_recorded_is_one_sentence(tmp_path: Path) -> None:
    said = run_demo(tmp_path, DISPLAY=":999999")
    assert said.returncode == 3
    assert "Traceback" not in said.stderr
    assert "The demonstration stopped:" in said.stderr


def test_with_a_display_it_records_until_enter_and_opens_the_player(tmp_path: Path) -> None:
    keyboard, terminal = os.openpty()
    with start_xvfb(1280, 800) as server, os.fdopen(keyboard, "wb", buffering=0) as keys:
        server.start_openbox()
        server.start_xterm(title="work")
        demo = subprocess.Popen(
            [sys.executable, "-m", "app.agent.demo", "--folder", str(tmp_path)],
            cwd=ROOT,
            env={name: value for name, value in server.environment.items() if name != "QT_QPA_PLATFORM"},
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        os.close(terminal)
        try:
            read_until(demo, rb"\r +[1-9]\d* s +[1-9]\d* changes +\d+\.\d\d MB sealed")
            keys.write(b"\n")
            said = read_until(demo, rb"Opening it in the player")
            assert b"Verdict:   SOUND" in said
            shown = ("search", "--sync", "--onlyvisible", "--name", "Tachiai")
            window = server.run("timeout", "60", "xdotool", *shown).split()[-1]
            close_window(server.environment["DISPLAY"], int(window))
            assert demo.wait(60) == 0
        finally:
            demo.kill()
            demo.wait()
            assert demo.stdout is not None
            demo.stdout.close()  # not read to its end: what the demonstration opened may hold it until its display goes


def close_window(name: str, window: int) -> None:
    """Close it as a taskbar does: a key could be lost while the window manager moves the focus."""
    with contextlib.closing(display.Display(name)) as connection:
        asked = event.ClientMessage(
            window=connection.create_resource_object("window", window),
            client_type=connection.intern_atom("_NET_CLOSE_WINDOW"),
            data=(32, [X.CurrentTime, FROM_A_PAGER, 0, 0, 0]),
        )
        mask = X.SubstructureRedirectMask | X.SubstructureNotifyMask
        connection.screen().root.send_event(asked, event_mask=mask)
        connection.sync()


def read_until(program: subprocess.Popen[bytes], wanted: bytes) -> bytes:
    """What the program says, up to what is wanted."""
    assert program.stdout is not None
    said = b""
    while not re.search(wanted, said):
        piece = os.read(program.stdout.fileno(), 1 << 16)
        assert piece, said
        said += piece
    return said
