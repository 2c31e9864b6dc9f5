"""How fast a long recording opens, seeks and plays: `python -m benchmarks.player [--hours H]`, JSON out.

`--keep FOLDER` uses the recording that an earlier run left in that folder, and leaves the one that it makes. Whoever
changes what the recorder writes uses another folder. `--only seeks` leaves out opening, memory and playing.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.kept_recording import kept_recording, keys_of, opened_with
from benchmarks.made_desktop import SEGMENT_S, MadeRecording
from player.decoder import read_shown
from player.playback import Playback
from player.recording import OpenRecording
from player.worker_supply import WorkerSupply

S = 1_000_000_000
SEEKS = 400
PLAYED_S = 12.0
SPEED = 32.0
SEGMENT_REACH_NS = SEGMENT_S * S
MOST_MB = 500  # of the player and its worker


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.player", description=__doc__)
    parser.add_argument("--hours", type=float, default=8.0, help="how long the recording is (default %(default)s)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="use the recording kept here, or make it here")
    parser.add_argument("--only", choices=("seeks",), help="measure only this")
    parser.add_argument("--fresh", type=Path, nargs=2, metavar=("RECORDING", "KEYS"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.fresh is not None:
        print(json.dumps(use_afresh(*asked.fresh)))
        return 0
    with tempfile.TemporaryDirectory(prefix="tachiai-bench-") as folder:
        kept = asked.keep or Path(folder)
        made = _timed_make(kept, asked.hours)
        result = measure_seeks(made)[1] if asked.only == "seeks" else measure(made, keys_of(kept))
        print(json.dumps(result, indent=2))
    return 0


def measure(made: MadeRecording, keys: Path) -> dict[str, Any]:
    """Everything, on one recording."""
    result = _afresh(made, keys)
    recording, seeks = measure_seeks(made)
    result |= seeks
    result["play_32x"] = playing(recording)
    result["load_at_end"] = os.getloadavg()[0]
    result["goals"] = goals(result)
    return result


def measure_seeks(made: MadeRecording) -> tuple[OpenRecording, dict[str, Any]]:
    """Seeks of every kind, and the recording that they were made in, all of it read."""
    result: dict[str, Any] = {
        "load_at_start": os.getloadavg()[0],
        "duration_s": made.duration_ns / S,
        "size_mb": made.size_bytes / 1e6,
        "changes": made.changes,
    }
    result["seek_cold_ms"] = cold_seeks(made)
    result["seek_while_scanning_ms"] = seeks_while_scanning(made)
    started = time.perf_counter()
    recording = _open(made, _with_one_ready())
    recording.scan_all()
    result["scan_s"] = time.perf_counter() - started
    result["rows"] = len(recording.rows())
    result["seek_scanned_ms"] = _seek_times(recording, made.duration_ns, seed=3)
    result["seek_warm_ms"] = _seek_times(recording, SEGMENT_REACH_NS, seed=4)
    return recording, result


def _afresh(made: MadeRecording, keys: Path) -> dict[str, Any]:
    """What a process measures that does nothing but open the recording and use it."""
    command = [sys.executable, "-m", "benchmarks.player", "--fresh", str(made.folder), str(keys)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def use_afresh(folder: Path, keys: Path) -> dict[str, Any]:
    """Open a recording, read all of it, and seek in it: how soon it can be used, and what memory all that takes."""
    made = opened_with(keys, folder)
    before_mb = _resident_mb()
    open_s = opening(made, is_prepared=True)
    open_s["to_first_picture_without_worker_ready"] = opening(made, is_prepared=False)["to_first_picture"]
    recording = _open(made)
    recording.scan_all()
    _seek_times(recording, recording.duration_ns, seed=5)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    worker_mb = _worker_peak_mb(recording)
    memory_mb = {"before": before_mb, "after": _resident_mb(), "peak": peak_mb + worker_mb, "worker_peak": worker_mb}
    recording.close()
    return {"open_s": open_s, "memory_mb": memory_mb}


def goals(result: dict[str, Any]) -> dict[str, bool]:
    """Whether what was promised holds."""
    return {
        "opens_under_2_s": result["open_s"]["to_first_picture"] < 2,
        "cold_seek_p95_under_100_ms": result["seek_cold_ms"]["p95"] < 100,
        "seek_p95_under_100_ms": result["seek_scanned_ms"]["p95"] < 100,
        "seek_while_scanning_p95_under_100_ms": result["seek_while_scanning_ms"]["p95"] < 100,
        f"stays_under_{MOST_MB}_mb": result["memory_mb"]["peak"] < MOST_MB,
        "32x_keeps_its_clock": result["play_32x"]["worst_picture_lag_s"] < 0.5,
    }


def opening(made: MadeRecording, *, is_prepared: bool) -> dict[str, float]:
    """From nothing to a recording that can be used, and to its first picture; with a worker ready as in the window."""
    supply = WorkerSupply()
    if is_prepared:
        supply.spare().ready()
    started = time.perf_counter()
    recording = _open(made, supply)
    opened_s = time.perf_counter() - started
    assert read_shown(recording, S).pictures[0] is not None
    first_s = time.perf_counter() - started
    recording.close()
    return {"opened": opened_s, "to_first_picture": first_s}


def cold_seeks(made: MadeRecording) -> dict[str, float]:
    """Random moments, each in a recording just opened: nothing of it is read or verified yet."""
    rng = np.random.default_rng(1)
    times_ms = []
    supply = WorkerSupply()
    for at_ns in rng.integers(0, made.duration_ns, SEEKS // 2).tolist():
        supply.spare().ready()  # as the window keeps one
        recording = _open(made, supply)
        times_ms.append(_seek(recording, at_ns))
        recording.close()
    return summary(times_ms)


def seeks_while_scanning(made: MadeRecording) -> dict[str, float]:
    """Random moments while the scan runs on its thread, as just after a window was opened."""
    recording = _open(made, _with_one_ready())
    stopping = threading.Event()

    def read_on() -> None:
        while not stopping.is_set() and not recording.scan_step().is_complete:
            pass

    with ThreadPoolExecutor(1) as thread:
        reading = thread.submit(read_on)
        try:
            return _seek_times(recording, made.duration_ns, seed=2, seeks=SEEKS // 2)
        finally:
            stopping.set()
            reading.result()


def _seek_times(recording: OpenRecording, reach_ns: int, *, seed: int, seeks: int = SEEKS) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    return summary([_seek(recording, at_ns) for at_ns in rng.integers(0, reach_ns, seeks).tolist()])


def _seek(recording: OpenRecording, at_ns: int) -> tuple[float, float]:
    """How long until the picture was there, and the processor time of this process meanwhile, without the worker's."""
    started, spent = time.perf_counter(), time.process_time()
    shown = read_shown(recording, at_ns)
    times_ms = ((time.perf_counter() - started) * 1000, (time.process_time() - spent) * 1000)
    assert shown.pictures[0] is not None
    return times_ms


def playing(recording: OpenRecording) -> dict[str, float]:
    """Play at 32 times for a while: how late the shown picture is, against the clock, in the viewer's seconds."""
    playback = Playback(time.monotonic_ns)
    playback.open(recording.duration_ns, at_ns=600 * S)
    playback.set_speed(SPEED)
    started_ns = time.monotonic_ns()
    spent = time.process_time()
    playback.play()
    lags_s, frames = [], 0
    while time.monotonic_ns() - started_ns < PLAYED_S * S:
        wanted_ns = playback.position_ns
        read_shown(recording, wanted_ns)
        lags_s.append((playback.position_ns - wanted_ns) / SPEED / S)
        frames += 1
        recording.ahead(wanted_ns)
    reached_ns = playback.position_ns - 600 * S
    passed_ns = time.monotonic_ns() - started_ns
    return {
        "pictures_per_s": frames / PLAYED_S,
        "clock_drift_s": passed_ns / S - reached_ns / SPEED / S,
        "median_picture_lag_s": float(np.median(lags_s)),
        "worst_picture_lag_s": max(lags_s),
        "cpu_share": (time.process_time() - spent) / PLAYED_S,
    }


def summary(times_ms: Sequence[tuple[float, float]]) -> dict[str, float]:
    """The usual figures, and beside them those of the processor time, which other programs disturb less."""
    waited_ms, spent_ms = zip(*times_ms, strict=True)
    p50, p95, p99 = np.percentile(waited_ms, (50, 95, 99)).tolist()
    cpu_p50, cpu_p95 = np.percentile(spent_ms, (50, 95)).tolist()
    waited = {"p50": p50, "p95": p95, "p99": p99, "worst": max(waited_ms)}
    return {**waited, "cpu_p50": cpu_p50, "cpu_p95": cpu_p95, "seeks": len(times_ms)}


def _resident_mb() -> float:
    """What this process holds in memory now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _worker_peak_mb(recording: OpenRecording) -> float:
    """What the process that decodes the pictures has held at most."""
    status = Path(f"/proc/{recording.worker_pid}/status").read_text(encoding="ascii")
    [peak_kb] = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(peak_kb) * 1024 / 1e6


def _open(made: MadeRecording, workers: WorkerSupply | None = None) -> OpenRecording:
    return OpenRecording.open(made.folder, keys=made.keys, devices=made.devices, workers=workers)


def _with_one_ready() -> WorkerSupply:
    """As the window keeps one; what it costs where none is ready is measured by itself (`use_afresh`)."""
    supply = WorkerSupply()
    supply.spare().ready()
    return supply


def _timed_make(folder: Path, hours: float) -> MadeRecording:
    started = time.perf_counter()
    made = kept_recording(folder, hours=hours)
    print(f"{made.duration_ns / S / 3600:g} h ready after {time.perf_counter() - started:.0f} s", file=sys.stderr)
    return made


if __name__ == "__main__":
    sys.exit(main())
