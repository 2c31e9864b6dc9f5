"""How far the window lags behind a session that is still being recorded: `python -m benchmarks.live`, JSON out.

A display of its own changes its colour, or somebody types a line there, at times that no rhythm of ours can meet. The
player's whole window, drawn to memory, follows the recording. `picture`: from the X server having painted the colour
until the window shows it; `row`: from the Enter key until the line stands in the window's log.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from player.ui.application import make_application, make_window, wait_until_settled
from player.ui.window import PlayerWindow
from resources.ui.settings import ThrowawaySettings
from tests.xserver import XServer, start_xvfb, wait_until

FPS = 5.0
SCREEN = (1920, 1080)
WINDOW_PX = (1600, 1000)
CHANGES = 60
LINES = 20
LONGEST_PAUSE_S = 2.5  # a second of rest and more, so that a change meets every state of recorder and follower
LIMIT_S = 10.0
GOAL_MS = 1000.0
COLOUR_STEP = 4
_pause = threading.Event()
NEWEST = 40  # rows looked through: alerts come behind what was typed


def main() -> int:
    """Measure, and print it."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.live", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--changes", type=int, default=CHANGES, help="how often (default %(default)s)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tachiai-bench-") as folder:
        print(json.dumps(measure(Path(folder), asked.changes), indent=2))
    return 0


def measure(folder: Path, changes: int) -> dict[str, Any]:
    """Record a display, follow it in a window, and say how late each change was shown."""
    os.environ["TACHIAI_HOME"] = str(folder / "home")
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
    with start_xvfb(*SCREEN) as server:
        server.start_openbox()
        server.start_xterm(title="followed", geometry="80x20+100+100")
        recorder = _start_recorder(server, folder)
        try:
            return _follow(server, folder / "library", changes)
        finally:
            recorder.send_signal(signal.SIGINT)
            recorder.wait(LIMIT_S)


def _start_recorder(server: XServer, folder: Path) -> subprocess.Popen[bytes]:
    where = ("--library", str(folder / "library"), "--fps", str(FPS))
    process = server.start([sys.executable, "-m", "app.agent", "record", *where])
    wait_until(lambda: list((folder / "library").glob("*/0001.seg")), what="the recording")
    return process


def _follow(server: XServer, library: Path, changes: int) -> dict[str, Any]:
    application = make_application(offscreen=True)
    from player.ui.real_access import RealAccess

    window = make_window(RealAccess(library), settings=ThrowawaySettings("dark", "en"))
    window.resize(*WINDOW_PX)
    window.show()
    window.open(next(path for path in library.iterdir() if path.is_dir()), follow=True)
    wait_until_settled(window)
    chance = random.Random(1)
    try:
        picture_ms = [
            _until(application.processEvents, chance, partial(_paint, server, number), partial(_shows, window, number))
            for number in range(changes)
        ]
        server.focus("followed")
        row_ms = [
            _until(application.processEvents, chance, partial(_type, server, number), partial(_tells, window, number))
            for number in range(LINES)
        ]
    finally:
        window.close()
    result: dict[str, Any] = {"picture_ms": _summary(picture_ms), "row_ms": _summary(row_ms)}
    result["load_at_end"] = round(os.getloadavg()[0], 2)
    result["goals"] = {
        f"{name}_at_most_{GOAL_MS:g}_ms_behind": result[f"{name}_ms"]["worst"] <= GOAL_MS for name in ("picture", "row")
    }
    return result


def _until(run: Callable[[], None], chance: random.Random, act: Callable[[], None], seen: Callable[[], bool]) -> float:
    """Act after some time, and say after how many milliseconds it was seen."""
    _wait(run, chance.uniform(0.2, LONGEST_PAUSE_S), lambda: False)
    act()
    began_s = time.perf_counter()
    if not _wait(run, LIMIT_S, seen):
        message = "The window did not show what happened."
        raise RuntimeError(message)
    return (time.perf_counter() - began_s) * 1000


def _wait(run: Callable[[], None], limit_s: float, seen: Callable[[], bool]) -> bool:
    ends_s = time.perf_counter() + limit_s
    while not seen():
        if time.perf_counter() > ends_s:
            return False
        run()
        _pause.wait(0.002)
    return True


def _colour(number: int) -> tuple[int, int, int]:
    return (40 + COLOUR_STEP * (number % 50), 90, 160 if number % 2 else 60)


def _paint(server: XServer, number: int) -> None:
    server.run("xsetroot", "-solid", "#{:02x}{:02x}{:02x}".format(*_colour(number)))


def _shows(window: PlayerWindow, number: int) -> bool:
    picture = window.stage.view.pictures[0] if window.stage.view.pictures else None
    return picture is not None and tuple(picture.bgr[-1, -1].tolist()) == _colour(number)[::-1]


def _type(server: XServer, number: int) -> None:
    server.run("xdotool", "type", "--delay", "1", f"echo line {number}.\n")


def _tells(window: PlayerWindow, number: int) -> bool:
    text = f"echo line {number}."
    return any(row.text == text for row in list(window.log.model.rows)[-NEWEST:])


def _summary(times_ms: list[float]) -> dict[str, float]:
    found = np.asarray(times_ms)
    return {
        "times": len(times_ms),
        "p50": round(float(np.percentile(found, 50)), 1),
        "p95": round(float(np.percentile(found, 95)), 1),
        "worst": round(float(found.max()), 1),
    }


if __name__ == "__main__":
    sys.exit(main())
