"""Measure everything (`make bench`): recorders one after the other on the same work, then the parts.

Each recorder is measured several times, the recorders taking turns, and what counts is the median of its runs. Its
processor time is told twice, for every recorder in the same way: of the whole process tree from its start to its end;
and of the recording, which is the same without the first three seconds. By then each of them has long begun to
write, and starting is paid once in a session of hours; ending is left in. What a video encoder holds back for its
lookahead at that moment (libx264 veryfast: ten pictures and one for each of its threads, so 2 to 3 % of these 101 s) is
encoded later and so counts as recording, as what we hold back for half a second does.

In the work hardly a second is still; `--rest` lets every recorder go on for some seconds in which nothing moves, as
where an operator reads.
"""

import argparse
import datetime
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import process_tree
from benchmarks.recorders import H264, OpenCv, Recorder, Tachiai
from benchmarks.reference import start_work
from benchmarks.screenshots import StillWatch, compare
from benchmarks.work.operator import WORK_S
from tests.xserver import XServer, start_xvfb

RESULTS = Path(__file__).parent / "results"
FPS = 5.0
SCREEN = (1920, 1080)
BEGUN_S = 3.0
RUNS = 3
SETTLE_S = 8.0
IDLE_S = 60.0
END_LIMIT_S = 60.0
OTHERS = ("codec", "sealing", "rules", "player", "search", "oplog", "library", "export", "live", "agent")

_pause = threading.Event()


def measure_work(recorder: Recorder, *, seconds: float, rest_s: float = 0.0) -> dict[str, Any]:
    """One recorder on the reference work: size, processor time, memory, exactness."""
    folder = Path(tempfile.mkdtemp(prefix="tachiai-bench-"))
    try:
        with start_xvfb(*SCREEN) as server:
            work = start_work(server, seconds)
            try:
                return _record_work(recorder, folder, server, seconds=seconds + rest_s)
            finally:
                work.wait(END_LIMIT_S)
    finally:
        shutil.rmtree(folder)


def _record_work(recorder: Recorder, folder: Path, server: XServer, *, seconds: float) -> dict[str, Any]:
    server_before_s = process_tree.cpu_s(server.process.pid)
    with StillWatch(server.display) as watch:
        began_s = time.monotonic()
        process = _start(recorder, folder, server, seconds)
        with process_tree.TreeWatch(process.pid, begun_after_s=BEGUN_S) as tree:
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        ran_s = time.monotonic() - began_s
    if process.returncode != 0:
        message = f"{recorder.name} ended with {process.returncode}"
        raise RuntimeError(message)
    # It starts a little after it was asked to; what it wrote is as long as it was told, so the rest was starting up.
    likeness = compare(watch.stills, lambda at_s: recorder.picture(folder, at_s), offset_s=max(0.0, ran_s - seconds))
    cpu_s = usage.ru_utime + usage.ru_stime
    begun_cpu_s = cpu_s if tree.begun_cpu_s is None else tree.begun_cpu_s
    return {
        "recorder": recorder.name,
        "seconds": seconds,
        "bytes": recorder.size_bytes(folder),
        "mb_per_hour": round(recorder.size_bytes(folder) / 1e6 * 3600 / seconds, 1),
        "cpu_s": round(cpu_s, 2),
        "cpu_percent": round(100 * cpu_s / seconds, 2),
        "recording_cpu_s": round(cpu_s - begun_cpu_s, 2),
        "recording_cpu_percent": round(100 * (cpu_s - begun_cpu_s) / (seconds - BEGUN_S), 2),
        "display_server_cpu_percent": round(
            100 * (process_tree.cpu_s(server.process.pid) - server_before_s) / ran_s, 2
        ),
        "peak_memory_mb": round(tree.peak_bytes / 1e6, 1),
        "likeness": asdict(likeness),
    } | ({"verdict": recorder.verdict(folder)["exit_status"]} if isinstance(recorder, Tachiai) else {})


def medians(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row for each recorder: the median of every number of its runs, all compared pictures, the worst of them."""
    named: dict[str, list[dict[str, Any]]] = {}
    for run in runs:
        named.setdefault(run["recorder"], []).append(run)
    return [_median_of(rows) for rows in named.values()]


def _median_of(rows: list[dict[str, Any]]) -> dict[str, Any]:
    likenesses = [row["likeness"] for row in rows]
    worst = [each["worst_psnr_db"] for each in likenesses if each["worst_psnr_db"] is not None]
    row = {
        key: statistics.median(row[key] for row in rows)
        for key, value in rows[0].items()
        if isinstance(value, int | float) and key != "verdict"
    }
    return (
        {"recorder": rows[0]["recorder"], "runs": len(rows)}
        | row
        | {
            "likeness": {
                "compared": sum(each["compared"] for each in likenesses),
                "equal": sum(each["equal"] for each in likenesses),
                "worst_psnr_db": min(worst) if worst else None,
            }
        }
        | ({"verdict": max(row["verdict"] for row in rows)} if "verdict" in rows[0] else {})
    )


def _start(recorder: Recorder, folder: Path, server: XServer, seconds: float) -> subprocess.Popen[bytes]:
    environment = server.environment | dict(recorder.environment(folder))
    command = recorder.command(folder, seconds, server.display)
    return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def measure_idle(recorder: Recorder, *, seconds: float = IDLE_S) -> dict[str, Any]:
    """One recorder on a display where nothing happens, once it has settled: processor time and growth."""
    folder = Path(tempfile.mkdtemp(prefix="tachiai-bench-"))
    try:
        with start_xvfb(*SCREEN) as server:
            server.start_openbox()
            process = _start(recorder, folder, server, seconds + 2 * SETTLE_S)
            _pause.wait(SETTLE_S)
            before_s, before_bytes = process_tree.cpu_s(process.pid), recorder.size_bytes(folder)
            _pause.wait(seconds)
            cpu_s = process_tree.cpu_s(process.pid) - before_s
            grown_bytes = recorder.size_bytes(folder) - before_bytes
            process.wait(END_LIMIT_S)
    finally:
        shutil.rmtree(folder)
    return {
        "recorder": recorder.name,
        "seconds": seconds,
        "cpu_percent": round(100 * cpu_s / seconds, 3),
        "mb_per_hour": round(grown_bytes / 1e6 * 3600 / seconds, 3),
    }


def run_other(name: str) -> dict[str, Any]:
    """One of the benchmarks beside this file, as a program; what it printed is kept."""
    done = subprocess.run(
        (sys.executable, "-m", f"benchmarks.{name}"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout, end="", flush=True)
    if done.returncode != 0:
        print(done.stderr, file=sys.stderr)
    return {"exit_status": done.returncode, "printed": done.stdout.splitlines()}


def print_table(rows: list[dict[str, Any]], idle: list[dict[str, Any]]) -> None:
    """The recorders beside each other, and ours as a share of H.264's."""
    print(f"\n{'recorder':14}{'MB/h':>9}{'CPU %':>8}{'begun %':>9}{'memory MB':>11}{'equal':>9}{'worst PSNR':>12}")
    for row in rows:
        likeness = row["likeness"]
        worst = "-" if likeness["worst_psnr_db"] is None else f"{likeness['worst_psnr_db']} dB"
        equal = f"{likeness['equal']}/{likeness['compared']}"
        print(
            f"{row['recorder']:14}{row['mb_per_hour']:9.1f}{row['cpu_percent']:8.2f}{row['recording_cpu_percent']:9.2f}"
            f"{row['peak_memory_mb']:11.1f}{equal:>9}{worst:>12}"
        )
    for row in idle:
        print(f"idle, {row['recorder']}: {row['cpu_percent']:.3f} % of a core, {row['mb_per_hour']:.3f} MB/h")
    for name, share in ratios(rows).items():
        print(f"tachiai / ffmpeg-h264, {name}: {share:.3f}")


def ratios(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Ours as a share of H.264's; empty if either was not measured."""
    named = {row["recorder"]: row for row in rows}
    if not {"tachiai", "ffmpeg-h264"} <= named.keys():
        return {}
    ours, theirs = named["tachiai"], named["ffmpeg-h264"]
    keys = ("bytes", "cpu_s", "recording_cpu_s", "peak_memory_mb")
    return {key: round(ours[key] / theirs[key], 4) for key in keys}


def machine() -> Mapping[str, object]:
    """What this was measured on."""
    return {
        "at": datetime.datetime.now(tz=datetime.UTC).isoformat(timespec="seconds"),
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "system": platform.platform(),
        "fps": FPS,
        "screen": SCREEN,
    }


def main() -> int:
    """Run what was asked, print it, keep it."""
    recorders: dict[str, Recorder] = {each.name: each for each in (Tachiai(FPS), H264(FPS), OpenCv(FPS))}
    parts: dict[str, Callable[[], Any]] = {name: lambda name=name: run_other(name) for name in OTHERS}  # type: ignore[misc]
    parser = argparse.ArgumentParser(
        prog="make bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", default=["all"], help=f"all, work, idle, {', '.join(OTHERS)}")
    parser.add_argument("--runs", type=int, default=RUNS, help="runs of each recorder (default %(default)s)")
    parser.add_argument("--seconds", type=float, default=WORK_S, help="how long to work (default %(default)s)")
    parser.add_argument("--rest", type=float, default=0.0, help="how long nothing is done then (default %(default)s)")
    asked = parser.parse_args()
    wanted = {"work", "idle", *OTHERS} if "all" in asked.parts else set(asked.parts)
    result: dict[str, Any] = {"machine": machine(), "work": [], "idle": [], "work_runs": []}
    if "work" in wanted:
        for recorder in [each for _ in range(asked.runs) for each in recorders.values()]:
            rest = f" and {asked.rest:g} s of rest" if asked.rest else ""
            print(f"{recorder.name} on the reference work, {asked.seconds:g} s{rest} …", flush=True)
            result["work_runs"].append(measure_work(recorder, seconds=asked.seconds, rest_s=asked.rest))
        result["work"] = medians(result["work_runs"])
    if "idle" in wanted:
        print("tachiai on an idle display …", flush=True)
        result["idle"].append(measure_idle(recorders["tachiai"]))
    result["ratios"] = ratios(result["work"])
    print_table(result["work"], result["idle"])
    for name in [name for name in OTHERS if name in wanted]:
        print(f"\n{name} …", flush=True)
        result[name] = parts[name]()
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{datetime.datetime.now(tz=datetime.UTC):%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"\nKept in {path}")
    return max((result[name]["exit_status"] for name in OTHERS if name in result), default=0)


if __name__ == "__main__":
    sys.exit(main())
