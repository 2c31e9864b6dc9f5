"""How fast a recording becomes an ordinary video: `python -m benchmarks.export [--seconds S] [--rest S]`, JSON out.

The reference work is recorded once, at 1080p, and exported by the player's own command as a person would: opening,
reading through, encoding and verifying are in the time. `speed`: seconds of the session for each second of waiting.
In the work hardly a second is still; `--rest` adds seconds in which nothing moves, as where an operator reads.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.recorders import Tachiai
from benchmarks.reference import start_work
from benchmarks.work.operator import WORK_S
from tests.xserver import start_xvfb

FPS = 5.0
SCREEN = (1920, 1080)
GOAL = 20.0
WAYS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "webm": ("out.webm", ()),
    "mp4": ("out.mp4", ()),
    "mp4_clock_without_idle": ("short.mp4", ("--clock", "--skip-idle")),
    "webm_opencv": ("opencv.webm", ()),
}
# OpenCV's writer, as in the frozen programs: the optional package is made impossible to find.
WITHOUT_PYAV = "import sys; sys.modules['av'] = None; from player.__main__ import main; sys.exit(main())"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.export", description=__doc__)
    parser.add_argument("--seconds", type=float, default=WORK_S, help="how long to work (default %(default)s)")
    parser.add_argument("--rest", type=float, default=0.0, help="how long nothing is done then (default %(default)s)")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tachiai-bench-"))
    try:
        recorder = Tachiai(FPS)
        _record(recorder, folder, asked.seconds, rest_s=asked.rest)
        result = measure(recorder, folder)
    finally:
        shutil.rmtree(folder)
    print(json.dumps(result, indent=2))
    return 0


def measure(recorder: Tachiai, folder: Path) -> dict[str, Any]:
    """Each way to export, one after the other."""
    ways = {name: _export(recorder, folder, name) for name in WAYS}
    return {
        "load_at_end": os.getloadavg()[0],
        "recording_bytes": recorder.size_bytes(folder),
        "ways": ways,
        "goals": {f"{name}_over_{GOAL:g}x": ways[name]["speed"] > GOAL for name in ("webm", "mp4")},
    }


def _record(recorder: Tachiai, folder: Path, seconds: float, *, rest_s: float) -> None:
    with start_xvfb(*SCREEN) as server:
        work = start_work(server, seconds)
        environment = server.environment | dict(recorder.environment(folder))
        recording = recorder.command(folder, seconds + rest_s, server.display)
        subprocess.run(recording, env=environment, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        work.wait(60)


def _export(recorder: Tachiai, folder: Path, name: str) -> dict[str, Any]:
    file, options = WAYS[name]
    start = ("-c", WITHOUT_PYAV) if name == "webm_opencv" else ("-m", "player")
    out = ("--video", str(folder / file), *options, "--json")
    command: Sequence[str] = (sys.executable, *start, "export", str(recorder.recording(folder)), *out)
    began_s = time.monotonic()
    process = subprocess.Popen(
        command, env=os.environ | dict(recorder.environment(folder)), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.monotonic() - began_s
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, said
    made = json.loads(said.splitlines()[-1])
    session_s = made["to_s"] - made["from_s"]
    return {
        "codec": f"{made['codec']} by {made['written_by']}",
        "session_s": round(session_s, 1),
        "video_s": made["duration_s"],
        "pictures": made["frames"],
        "mb": round(made["size_bytes"] / 1e6, 2),
        "wall_s": round(wall_s, 2),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_memory_mb": round(usage.ru_maxrss * 1024 / 1e6),
        "speed": round(session_s / wall_s, 1),
    }


if __name__ == "__main__":
    sys.exit(main())
